//! Parses the JSON of an error body, also if single values are damaged.

use serde_json::Value;

use crate::raw::scan::{Scanned, UNREADABLE};

/// Reads a body. Bytes that are no UTF-8 and halves of surrogate pairs are replaced in their texts, and other values that JSON cannot
/// hold are null. `None` if it is not JSON otherwise, or breaks off.
pub(super) fn read(body: &[u8]) -> Option<Value> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    serde_json::from_str(text).ok().or_else(|| damaged(text))
}

#[cold]
fn damaged(text: &str) -> Option<Value> {
    let text = with_whole_characters(text);
    let scanned = Scanned::new(text.as_bytes());
    let mut value = serde_json::from_str(&scanned.text).ok().filter(|_| !scanned.is_truncated)?;
    nullify(&mut value);
    Some(value)
}

/// Replaces each escape that is half of a surrogate pair by one for the replacement character.
fn with_whole_characters(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let length = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(_), _) => {
                whole.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            // The character behind a backslash begins no escape.
            (None, _) => escape.char_indices().nth(2).map_or(escape.len(), |(at, _)| at),
        };
        whole.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    whole + rest
}

/// Returns the half of a surrogate pair that an escape is for.
fn surrogate(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|unit| (0xd800..=0xdfff).contains(unit))
}

/// Replaces values that JSON cannot hold, such as `NaN`, with null.
fn nullify(value: &mut Value) {
    match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(UNREADABLE) => *value = Value::Null,
        Value::Object(map) => map.values_mut().for_each(nullify),
        Value::Array(items) => items.iter_mut().for_each(nullify),
        _ => {}
    }
}
