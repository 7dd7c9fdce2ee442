//! Fields that a type does not name, and values that its named fields could not hold.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

/// Prefix of the key of a value that was set aside. It has characters for private use, which no API has in its keys.
pub(crate) const MARK: &str = "\u{f8ff}nd8\u{f8ff}";

/// Returns the key under which a value is set aside.
#[cfg(feature = "webhooks")]
pub(crate) fn set_aside(key: &str) -> String {
    format!("{MARK}{key}")
}

/// Reads the keys that no other field has read, and restores the keys of values that were set aside. Several values of one key
/// become a list of them, because none is known to be the right one.
///
/// # Errors
///
/// Fails if the deserializer does.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    deserializer.deserialize_map(Extra)
}

struct Extra;

impl<'de> Visitor<'de> for Extra {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut extra = Map::new();
        let mut repeated: BTreeSet<String> = BTreeSet::new();
        while let Some((mut key, value)) = map.next_entry::<String, Value>()? {
            if key.starts_with(MARK) {
                key.drain(..MARK.len());
            }
            match extra.entry(key) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                Entry::Occupied(mut entry) => {
                    let is_list = repeated.contains(entry.key());
                    match entry.get_mut() {
                        Value::Array(values) if is_list => values.push(value),
                        // The same value again is no contradiction.
                        first if *first == value => {}
                        first => {
                            *first = Value::Array(vec![std::mem::take(first), value]);
                            repeated.insert(entry.key().clone());
                        }
                    }
                }
            }
        }
        Ok(extra)
    }
}
