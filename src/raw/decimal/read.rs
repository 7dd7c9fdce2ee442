//! Reads a decimal from any input that serde passes: the text of a JSON value, a buffered value, or another format.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::parse::{REFUSAL, TOO_LONG};

/// Name under which `serde_json` passes the undecoded text of a value: that of its `RawValue`.
pub(super) const RAW_TEXT: &str = "$serde_json::private::RawValue";
/// Key under which `serde_json` passes a number with its feature `arbitrary_precision`.
const NUMBER_TEXT: &str = "$serde_json::private::Number";
const BUFFERED: &str = "expected a decimal as a string: serde has buffered the number as binary floating point, which loses digits; \
    keep amounts as strings, or enable `serde_json/arbitrary_precision`";

/// A rule for which texts are decimals.
pub(super) trait Grammar {
    /// Reads a JSON number, a JSON string that holds one, or null. Errors do not repeat what was found.
    fn json(json: &str) -> Result<Option<Decimal>, &'static str>;

    /// Reads a text that is not JSON.
    fn text(text: &str) -> Result<Option<Decimal>, &'static str>;
}

/// Reads a decimal that must not be absent.
pub(super) fn read<'de, G: Grammar, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    read_option::<G, D>(deserializer)?.ok_or_else(|| D::Error::custom(REFUSAL))
}

/// Reads a decimal, `None` for null and for what the grammar treats as absent.
pub(super) fn read_option<'de, G: Grammar, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    // `RawValue` itself is readable from JSON text only. This visitor also takes what `flatten`, tagged and untagged enums
    // buffered, and other formats.
    deserializer.deserialize_newtype_struct(RAW_TEXT, AmountVisitor::<G, D>(PhantomData))
}

/// Returns whether an owned text that this deserializer passes as that of a JSON number has the digits of the document.
///
/// A reader of bytes and a `serde_json::Value` both pass an owned text, and that of a `Value` is printed from an `f64`, unless
/// `arbitrary_precision` is on. Only the name of the type distinguishes them. If it ever changes, numbers from a reader are refused:
/// an error is better than another amount.
pub(super) fn has_digits<D>() -> bool {
    let keeps_digits =
        || serde_json::from_str::<serde_json::Number>("1.10").is_ok_and(|it| it.to_string() == "1.10");
    type_name::<D>().contains("serde_json::de::Deserializer<") || keeps_digits()
}

/// Returns whether this is the text of a JSON number that is no integer.
fn is_fraction(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit()) && json.contains(['.', 'e', 'E'])
}

/// Reads a decimal by a grammar from the input of a deserializer.
struct AmountVisitor<G, D>(PhantomData<fn() -> (G, D)>);

impl<'de, G: Grammar, D> Visitor<'de> for AmountVisitor<G, D> {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // serde prints what it found before this. The digits of a number that it buffered as binary floating point are lost, so
        // there is no method here that takes one.
        f.write_str(
            "a decimal as a string, or as a number whose digits were not lost in a binary floating point number before",
        )
    }

    fn visit_newtype_struct<I: Deserializer<'de>>(self, inner: I) -> Result<Self::Value, I::Error> {
        inner.deserialize_any(self)
    }

    fn visit_some<I: Deserializer<'de>>(self, inner: I) -> Result<Self::Value, I::Error> {
        inner.deserialize_any(self)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        G::text(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_i128<E: de::Error>(self, number: i128) -> Result<Self::Value, E> {
        Decimal::try_from_i128_with_scale(number, 0).map(Some).map_err(|_| E::custom(TOO_LONG))
    }

    fn visit_u128<E: de::Error>(self, number: u128) -> Result<Self::Value, E> {
        self.visit_i128(i128::try_from(number).map_err(|_| E::custom(TOO_LONG))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let amount = match map.next_key::<Cow<'_, str>>()?.as_deref() {
            Some(RAW_TEXT) => map.next_value_seed(JsonText::<G>(has_digits::<D>, PhantomData))?,
            Some(NUMBER_TEXT) => map.next_value_seed(JsonText::<G>(|| true, PhantomData))?,
            _ => return Err(A::Error::custom(REFUSAL)),
        };
        Ok(amount)
    }
}

/// Reads the text of a JSON value without copying it. An owned text may not have the digits of the document.
struct JsonText<G>(fn() -> bool, PhantomData<G>);

impl<'de, G: Grammar> DeserializeSeed<'de> for JsonText<G> {
    type Value = Option<Decimal>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, G: Grammar> Visitor<'de> for JsonText<G> {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a JSON value")
    }

    /// Reads a part of the document.
    fn visit_borrowed_str<E: de::Error>(self, json: &'de str) -> Result<Self::Value, E> {
        G::json(json).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, json: &str) -> Result<Self::Value, E> {
        if is_fraction(json) && !(self.0)() {
            return Err(E::custom(BUFFERED));
        }
        G::json(json).map_err(E::custom)
    }
}
