//! Classifies the keys of an object by each other: envelopes around violations, or names of fields.

use serde_json::Value;

use super::keys::{MAY_BE_FIELDS, METADATA, is_certain_envelope, is_envelope, is_explanation, is_part};
use super::violation::{Object, Record, TEXT, own_text};
use super::walk::MOST_ERRORS;

pub(super) enum Kind {
    Nothing,
    Text,
    Field,
    Envelope,
    /// A part of the request: violations about its fields, or only what was sent.
    Part,
}

/// Classification of the keys of one object.
pub(super) struct Level<'a> {
    /// Envelope around it, which does not contain itself.
    pub(super) around: &'a str,
    /// Is true if this is not the plain output of a serializer, which has only names of fields.
    is_wrapper: bool,
    /// Is true if violations about fields are directly in it.
    has_fields: bool,
    /// Is true if one of its keys is an envelope.
    pub(super) has_envelope: bool,
    /// Is true if there are violations that name their fields: then nothing next to them is a field.
    pub(super) has_records: bool,
    /// Is true if there is nothing but parts of the request in it: `{"body":{"amount":["…"]}}`.
    has_only_parts: bool,
    /// Is true if this is a problem of RFC 9457, whose other members describe it.
    is_problem: bool,
}

impl<'a> Level<'a> {
    pub(super) fn of(map: &Object, has_text: bool, around: &'a str) -> Self {
        let is_metadata =
            |(key, value): (&String, &Value)| METADATA.contains(&key.as_str()) && is_scalar(value);
        let is_candidate = |key: &str| is_envelope(key) && key != around;
        let is_text = |key: &str| map.get(key).is_some_and(Value::is_string);
        let mut level = Self {
            around,
            is_wrapper: has_text || map.iter().any(is_metadata),
            has_fields: map.iter().any(|(key, value)| !is_candidate(key) && is_violations(value)),
            has_envelope: false,
            has_records: false,
            has_only_parts: map.iter().all(|(key, value)| is_part(key) && value.is_object()),
            is_problem: is_text("title")
                && (is_text("type") || map.get("status").is_some_and(Value::is_number)),
        };
        let of_records = |value: &Value| value.as_array().is_some_and(|items| has_records(items));
        level.has_records = map.iter().any(|(key, value)| is_candidate(key) && of_records(value));
        level.has_envelope = map.iter().any(|(key, value)| level.is_envelope(key, value));
        level
    }

    pub(super) fn kind(&self, key: &str, value: &Value) -> Kind {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Kind::Nothing,
            // In `errors` even a `status` is a field, unless the violations about fields are lists.
            Value::String(_) if METADATA.contains(&key) && (self.around != "errors" || self.has_fields) => {
                Kind::Nothing
            }
            Value::String(text) if text.trim().is_empty() && TEXT.contains(&key) => Kind::Nothing,
            Value::String(_) => Kind::Text,
            value if self.is_envelope(key, value) => Kind::Envelope,
            // Only their content is a violation.
            _ if self.has_records || self.is_problem || self.around == "extensions" => Kind::Nothing,
            Value::Object(_) if self.is_part(key) => Kind::Part,
            Value::Array(items) if self.is_part(key) && has_records(items) => Kind::Envelope,
            _ if is_explanation(key) && (self.is_wrapper || self.has_envelope) => Kind::Nothing,
            _ => Kind::Field,
        }
    }

    fn is_part(&self, key: &str) -> bool {
        self.around == "validation"
            || (is_part(key) && (self.is_wrapper || self.has_only_parts || !self.around.is_empty()))
    }

    /// Returns whether a key wraps violations, as opposed to a field of that name.
    fn is_envelope(&self, key: &str, value: &Value) -> bool {
        if !is_envelope(key) || key == self.around {
            return false;
        }
        if is_certain_envelope(key) {
            return value.is_object() || value.is_array();
        }
        let may_be_field = MAY_BE_FIELDS.contains(&key);
        let is_serializer = self.has_fields && !self.is_wrapper;
        match value {
            // What is in `errors` are fields.
            Value::Object(_) => !(may_be_field && (is_serializer || self.around == "errors")),
            Value::Array(items) if has_records(items) => true,
            // Violations about a field are a list of texts.
            Value::Array(items) if first(items).all(is_violation) => {
                self.is_wrapper || !(may_be_field || is_serializer)
            }
            Value::Array(items) => !may_be_field || (!is_serializer && !items.iter().any(is_empty_object)),
            _ => false,
        }
    }
}

pub(super) fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

pub(super) fn is_empty_object(value: &Value) -> bool {
    value.as_object().is_some_and(Object::is_empty)
}

/// Returns whether an item of a list is a violation, as opposed to the violations about an item.
pub(super) fn is_violation(item: &Value) -> bool {
    item.is_string() || item.as_object().is_some_and(|map| own_text(map).is_some())
}

/// Returns whether a value has the form that a serializer gives the errors of a field.
fn is_violations(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && first(items).all(is_violation))
}

/// Returns whether a list is one of violations that name their fields.
pub(super) fn has_records(items: &[Value]) -> bool {
    let is_record = |item: &Value| item.as_object().is_some_and(|map| Record::item(map).is_some());
    first(items).any(is_record) && first(items).all(|item| is_violation(item) || is_record(item))
}

/// Returns the first items, which are enough to classify a list of any length.
fn first(items: &[Value]) -> impl Iterator<Item = &Value> {
    items.iter().take(MOST_ERRORS)
}
