//! How an open enum is read.

use serde::{Deserialize as _, Deserializer};

/// Reads an enum from the text of its value.
///
/// # Errors
///
/// The value is no string.
pub fn deserialize<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<T, D::Error> {
    String::deserialize(deserializer).map(|value| T::from(&value))
}
