//! Fields that a type does not name, and values that its named fields could not hold.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// In front of the key of a value that was set aside. A character for private use, which no API has in its keys.
pub(crate) const MARK: char = '\u{f8ff}';

/// Returns the key under which a value is set aside.
#[cfg(feature = "webhooks")]
pub(crate) fn set_aside(key: &str) -> String {
    format!("{MARK}{key}")
}

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
    let mut named: Map<String, Value> = Map::new();
    for (key, value) in extra {
        // Several values of one name, of which none is known to be the right one.
        match named.get_mut(key.trim_start_matches(MARK)) {
            Some(Value::Array(values)) if key.starts_with(MARK) => values.push(value),
            Some(first) => *first = Value::Array(vec![std::mem::take(first), value]),
            None => _ = named.insert(key.trim_start_matches(MARK).to_owned(), value),
        }
    }
    Ok(named)
}
