//! Values that are read as one of several types, without loss of digits.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::parse::REFUSAL;
use super::read::{RAW_TEXT, has_digits};

/// A value that will be read as one of several types.
///
/// serde's own code for untagged enums buffers it, and a fraction in the buffer is binary floating point. Here it is the text of the
/// document. A value that was buffered before has a variant of its own, so that an amount in it is refused instead of changed.
pub(crate) enum Alternatives {
    Text(String),
    Buffered(Value),
}

impl Alternatives {
    /// Reads the value as a type.
    ///
    /// # Errors
    ///
    /// Fails if it has another form.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        match self {
            Self::Text(json) => serde_json::from_str(json),
            Self::Buffered(value) => T::deserialize(value),
        }
    }

    /// Returns the error for a value that has none of the forms.
    pub(crate) fn refusal<E: de::Error>(&self, problem: &str) -> E {
        match self {
            Self::Buffered(value) if has_fraction(value) => E::custom(format_args!(
                "{problem}, or one in which a number has lost digits in binary floating point"
            )),
            _ => E::custom(problem),
        }
    }
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => !(number.is_i64() || number.is_u64()),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(fields) => fields.values().any(has_fraction),
        _ => false,
    }
}

impl<'de> Deserialize<'de> for Alternatives {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_TEXT, AnyVisitor { has_digits: has_digits::<D> })
    }
}

struct AnyVisitor {
    has_digits: fn() -> bool,
}

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Alternatives;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Alternatives, D::Error> {
        Value::deserialize(inner).map(Alternatives::Buffered)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Alternatives, A::Error> {
        if map.next_key::<Cow<'_, str>>()?.as_deref() != Some(RAW_TEXT) {
            return Err(A::Error::custom(REFUSAL));
        }
        let json: String = map.next_value()?;
        match (self.has_digits)() {
            true => Ok(Alternatives::Text(json)),
            false => serde_json::from_str(&json).map(Alternatives::Buffered).map_err(A::Error::custom),
        }
    }
}
