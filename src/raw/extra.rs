//! Fields that a type does not name, and values that its named fields could not hold.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// In front of the key of a value that was set aside. A character for private use, which no API has in its keys.
pub(super) const MARK: char = '\u{f8ff}';

/// Reads what no other field has taken, and gives values that were set aside their keys back.
///
/// # Errors
///
/// Those of the deserializer.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let extra: Map<String, Value> = Map::deserialize(deserializer)?;
    if !extra.keys().any(|key| key.starts_with(MARK)) {
        return Ok(extra);
    }
    Ok(extra.into_iter().map(|(key, value)| (key.trim_start_matches(MARK).to_owned(), value)).collect())
}
