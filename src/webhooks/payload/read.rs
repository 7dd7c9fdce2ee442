//! Readers of single fields, for the derived implementations of `Deserialize`.

use std::fmt;

use serde::de::{Deserializer, Visitor};

/// Reads an id, a currency and the like: a text, or a whole number as its digits. A blank text is none.
///
/// Numbers that serde passes in other ways are read by the lenient reader.
pub(super) fn text<'de, D: Deserializer<'de>, T: From<String>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(deserializer.deserialize_any(Text)?.map(T::from))
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a whole number")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()).filter(|text| !text.trim().is_empty()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

/// Reads the value of an open enum. A blank one is none.
pub(super) fn status<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let status: Option<String> = text(deserializer)?;
    Ok(status.map(|status| T::from(&status)))
}
