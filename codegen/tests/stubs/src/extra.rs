//! How the fields are read that a type does not name.

use serde::{Deserialize, Deserializer};

/// Reads them unchanged.
///
/// # Errors
///
/// The value is no object.
pub fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<serde_json::Map<String, serde_json::Value>, D::Error> {
    serde_json::Map::deserialize(deserializer)
}
