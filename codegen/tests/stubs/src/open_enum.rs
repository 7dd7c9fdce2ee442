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

/// Reads one that may be absent or null.
///
/// # Errors
///
/// The value is no string.
pub fn option<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    let text: Option<String> = serde::Deserialize::deserialize(deserializer)?;
    Ok(text.map(|text| T::from(&text)))
}
