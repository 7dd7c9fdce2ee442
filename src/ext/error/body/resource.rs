//! Recognizes objects of the API in an error body, such as a refund, whose texts are data and no violations.

use serde_json::Value;

use super::keys::{METADATA, is_envelope};
use super::violation::{Object, least_text, own_text};

/// Keys of the ids of this API's objects.
const IDS: [&str; 12] = [
    "id",
    "uuid",
    "public_id",
    "refund_id",
    "refund_public_id",
    "transaction_id",
    "payment_id",
    "checkout_id",
    "order_id",
    "paymentId",
    "product_id",
    "prefix",
];

/// Keys that no object of the API has.
const VIOLATIONS: [&str; 7] = ["errors", "field", "attr", "param", "pointer", "loc", "source"];

/// Returns whether an object is one of the API: it has an id, and neither a message nor violations.
pub(super) fn is_resource(map: &Object) -> bool {
    let is_of_violations = |key: &String| VIOLATIONS.contains(&key.as_str());
    if own_text(map).is_some() || least_text(map).is_some() || map.keys().any(is_of_violations) {
        return false;
    }
    let ids = || map.iter().filter(|(key, _)| IDS.contains(&key.as_str()));
    let is_certain = |value: &Value| match value {
        Value::Number(_) => true,
        Value::String(text) => is_token(text) && text.bytes().any(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    ids().any(|(_, value)| is_certain(value))
        || (ids().any(|(_, value)| value.as_str().is_some_and(is_token)) && has_data(map))
}

/// Returns whether a text in an object is certainly data, so that its other texts are no violations either.
pub(super) fn has_data(map: &Object) -> bool {
    let is_other = |key: &str| !METADATA.contains(&key) && !is_envelope(key);
    map.iter().any(|(key, value)| is_other(key) && value.as_str().is_some_and(is_data))
}

/// Returns whether a text is an amount, a date, an address or the like.
fn is_data(text: &str) -> bool {
    let begins_with_digit = text.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
    is_token(text) && (begins_with_digit || text.contains("://") || text.contains('@'))
}

/// Returns whether a text is one word, which no sentence is: `GET`, `usd`, `TX1`.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace) && !text.ends_with(['.', '!', '?'])
}
