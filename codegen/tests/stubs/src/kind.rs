//! Fields whose kind is fixed in Rust, read from the other form that a document may give them: an id that is a number, a number
//! that is a text.
//!
//! For tests that compile generated code.

use serde::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

/// Reads a text, or a number as its digits.
pub mod text {
    use super::{Deserializer, read_text, value};

    /// Reads either form.
    ///
    /// # Errors
    ///
    /// The value is neither.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        read_text(&value(deserializer)?)
    }

    /// The same, where it may be absent or null.
    ///
    /// # Errors
    ///
    /// The value is neither.
    pub fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
        match &*value(deserializer)? {
            raw if raw.get() == "null" => Ok(None),
            raw => read_text(raw).map(Some),
        }
    }
}

/// Reads a whole number, or a text of its digits.
pub mod integer {
    use super::{Deserializer, read_integer, value};

    /// Reads either form.
    ///
    /// # Errors
    ///
    /// The value is neither.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        read_integer(&value(deserializer)?)
    }

    /// The same, where it may be absent or null.
    ///
    /// # Errors
    ///
    /// The value is neither.
    pub fn option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        match &*value(deserializer)? {
            raw if raw.get() == "null" => Ok(None),
            raw => read_integer(raw).map(Some),
        }
    }
}

fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    Box::<RawValue>::deserialize(deserializer)
}

fn read_text<E: serde::de::Error>(raw: &RawValue) -> Result<String, E> {
    let written = raw.get();
    match written.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        true => Ok(written.to_owned()),
        false => serde_json::from_str(written).map_err(E::custom),
    }
}

fn read_integer<E: serde::de::Error>(raw: &RawValue) -> Result<i64, E> {
    let written = raw.get();
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(digits) => digits.parse().map_err(E::custom),
        None => serde_json::from_str(written).map_err(E::custom),
    }
}
