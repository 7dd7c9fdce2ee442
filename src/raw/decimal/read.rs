//! Reads a decimal from whatever serde hands out: the text of a JSON value, what it buffered, and other formats.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::parse::{REFUSAL, parse_json, parse_text};

/// The name under which `serde_json` hands out the text of a value, undecoded: that of its `RawValue`.
const RAW_TEXT: &str = "$serde_json::private::RawValue";
/// The key under which `serde_json` hands out a number with its feature `arbitrary_precision`.
const NUMBER_TEXT: &str = "$serde_json::private::Number";

/// Reads a decimal that has to be there.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    read_option(deserializer)?.ok_or_else(|| D::Error::custom(REFUSAL))
}

/// Reads a decimal, `None` for null and for a blank text.
pub(super) fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    // `RawValue` itself is readable from JSON text only. This visitor also takes what `flatten`, tagged and untagged enums
    // buffered, and other formats.
    deserializer.deserialize_newtype_struct(RAW_TEXT, AmountVisitor)
}

struct AmountVisitor;

impl<'de> Visitor<'de> for AmountVisitor {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // serde prints what it found before this. The digits of a number that it buffered as binary floating point are lost, so
        // there is no method here that takes one.
        f.write_str(
            "a decimal as a string, or as a number whose digits were not lost in a binary floating point number before",
        )
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        parse_text(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let amount = match map.next_key::<Cow<'_, str>>()?.as_deref() {
            Some(RAW_TEXT) => map.next_value_seed(Text(parse_json))?,
            Some(NUMBER_TEXT) => map.next_value_seed(Text(parse_text))?,
            _ => return Err(A::Error::custom(REFUSAL)),
        };
        Ok(amount)
    }
}

/// Reads a text with a function, without a copy of it.
struct Text(fn(&str) -> Result<Option<Decimal>, &'static str>);

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<Decimal>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a JSON value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.0(text).map_err(E::custom)
    }
}
