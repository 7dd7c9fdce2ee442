//! How nulls are read.

use serde::{Deserialize, Deserializer};

/// Reads null as the empty list or map.
///
/// # Errors
///
/// The value is neither.
pub fn as_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads null as `Some(None)`.
///
/// # Errors
///
/// The value is neither null nor a `T`.
pub fn double_option<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
