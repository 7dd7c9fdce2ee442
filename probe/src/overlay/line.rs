//! Writes an entry the way the overlay has them: on one line, in a fixed order of keys.

use serde_json::Value;

/// Order of keys of an entry. Others come behind, in their own order.
const ORDER: [&str; 11] =
    ["role", "fact", "status", "seen", "source", "day", "server", "part", "description", "schema", "roles"];

/// Renders an entry.
pub(super) fn render(entry: &Value) -> String {
    let Value::Object(fields) = entry else { return spaced(entry) };
    let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
    fields.sort_by_key(|(key, _)| ORDER.iter().position(|known| known == key).unwrap_or(ORDER.len()));
    object(fields.into_iter())
}

fn spaced(value: &Value) -> String {
    match value {
        Value::Object(fields) => object(fields.iter()),
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn object<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> String {
    let fields = fields.map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), spaced(value)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}
