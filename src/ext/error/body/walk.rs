//! Walks an error body, and collects what it complains about.

use serde_json::Value;

use super::complaint::{Object, Record, TEXT, least_text, own_text};
use super::pointer::{Pointer, is_path};
use crate::ext::FieldError;

/// More complaints than any honest response has.
pub(super) const MOST_ERRORS: usize = 100;

/// More values than any honest response has. What comes after so many is not read.
const MOST_VALUES: usize = 20_000;

/// The keys of what wraps complaints, in the body or in another of them.
const ENVELOPES: [&str; 20] = [
    "errors",
    "error",
    "data",
    "detail",
    "details",
    "message",
    "messages",
    "fields",
    "field_errors",
    "fieldErrors",
    "validation_errors",
    "validationErrors",
    "violations",
    "issues",
    "problems",
    "invalid-params",
    "invalid_params",
    "invalidParams",
    "response",
    "result",
];

/// Those of them that are also the name of a single text, or of a thing: what they wrap may be complaints about a field of that
/// name.
const MAY_BE_FIELDS: [&str; 5] = ["error", "data", "message", "response", "result"];

/// Keys whose text or number describes the response, not a field of the request.
const METADATA: [&str; 18] = [
    "status",
    "status_code",
    "statusCode",
    "code",
    "error_code",
    "errorCode",
    "type",
    "title",
    "success",
    "ok",
    "timestamp",
    "path",
    "instance",
    "request_id",
    "requestId",
    "trace_id",
    "traceId",
    "result",
];

/// The complaints so far, and the current place in the request.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) errors: Vec<FieldError>,
    pointer: Pointer,
    values: usize,
    /// Whether the walk is in a thing that is beside a complaint, so that bare texts are those of the thing: no complaint is
    /// `"name": "Mug"` there.
    is_in_thing: bool,
}

impl Walk {
    /// Reads a body.
    pub(super) fn body(&mut self, body: &Value) {
        match body {
            Value::Object(map) => self.envelope(map, ""),
            Value::Array(items) if has_records(items) => self.records(items),
            other => self.value(other),
        }
    }

    /// Whether enough was read. To be asked once for each value.
    fn is_full(&mut self) -> bool {
        self.values += 1;
        self.errors.len() >= MOST_ERRORS || self.values > MOST_VALUES
    }

    fn add(&mut self, message: &str, code: Option<&str>) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(FieldError::new(self.pointer.as_str(), message, code));
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        let here = self.pointer.mark();
        record.locate(&mut self.pointer);
        record.texts.iter().for_each(|text| self.add(text, record.code));
        self.pointer.return_to(here);
    }

    fn below(&mut self, key: &str, value: &Value) {
        let here = self.pointer.mark();
        self.pointer.step(key);
        self.value(value);
        self.pointer.return_to(here);
    }

    /// The body, or an object that wraps complaints: what is said of the whole, envelopes, and the names of fields.
    /// `around` is the key of the envelope that it is in: `[]` for an item of a list, and empty for the body itself.
    fn envelope(&mut self, map: &Object, around: &str) {
        let before = self.errors.len();
        let record = Record::alone(map);
        let own = own_text(map);
        match (&record, own) {
            (Some(record), _) => self.record(record),
            (None, Some((message, code))) => self.add(message, code),
            (None, None) => {}
        }
        if record.is_some() && own.is_none() {
            // Its texts are a list, which is read.
            return;
        }
        let mut level = Level::of(map, own.is_some(), around);
        level.has_records |= record.is_some();
        for (key, child) in map {
            if self.is_full() {
                return;
            }
            match level.kind(key, child) {
                Kind::Nothing => {}
                Kind::Text if is_envelope_of_text(key) && !self.is_in_thing => self.value(child),
                Kind::Text if own.is_some() || self.is_in_thing || level.has_envelope => {}
                Kind::Text | Kind::Field => self.field(key, child, around),
                Kind::Envelope => match child {
                    Value::Object(inner) => {
                        let was_in_thing = self.is_in_thing;
                        self.is_in_thing |= key == "data" && own.is_some();
                        self.envelope(inner, key);
                        self.is_in_thing = was_in_thing;
                    }
                    Value::Array(items) => self.records(items),
                    other => self.value(other),
                },
            }
        }
        if self.errors.len() == before
            && !self.is_in_thing
            && let Some((message, code)) = least_text(map)
        {
            self.add(message, code);
        }
    }

    fn field(&mut self, key: &str, value: &Value, envelope: &str) {
        let here = self.pointer.mark();
        match !envelope.is_empty() && is_path(key) {
            true => self.pointer.follow(key),
            false => self.pointer.step(key),
        }
        self.value(value);
        self.pointer.return_to(here);
    }

    /// A list that wraps complaints.
    fn records(&mut self, items: &[Value]) {
        // A list by position has a place for the items that nothing is wrong with.
        let is_by_position = items.iter().any(is_empty_object);
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            match item {
                Value::Object(map) => match Record::item(map) {
                    Some(record) => self.record(&record),
                    None if map.is_empty() => {}
                    None if is_by_position => self.below(&index.to_string(), item),
                    None => match least_text(map).filter(|_| !map.values().any(Value::is_array)) {
                        Some((message, code)) if own_text(map).is_none() => self.add(message, code),
                        _ => self.envelope(map, "[]"),
                    },
                },
                item => self.value(item),
            }
        }
    }

    /// What is said of the current place.
    fn value(&mut self, value: &Value) {
        if self.is_full() {
            return;
        }
        match value {
            Value::String(message) => self.add(message, None),
            Value::Array(items) => self.list(items),
            Value::Object(map) => self.object(map),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Either complaints about one thing, or for each item of a list what is wrong with it.
    fn list(&mut self, items: &[Value]) {
        if items.iter().all(is_complaint) {
            items.iter().for_each(|item| self.value(item));
            return;
        }
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::String(message) => self.add(message, None),
                item if is_empty_object(item) => {}
                item => self.below(&index.to_string(), item),
            }
        }
    }

    fn object(&mut self, map: &Object) {
        let own = own_text(map);
        if let Some((message, code)) = own {
            self.add(message, code);
        }
        for (key, child) in map {
            if self.is_full() {
                return;
            }
            // An envelope around a complaint is no field, and neither is a text beside one: a status, a title, a type.
            let is_envelope = TEXT.contains(&key.as_str()) && child.is_object() && is_complaint(child);
            match child {
                Value::String(_) if own.is_some() || self.is_in_thing => {}
                child if is_envelope => self.value(child),
                child => self.below(key, child),
            }
        }
    }
}

enum Kind {
    Nothing,
    Text,
    Field,
    Envelope,
}

/// What the keys of an object say about each other.
struct Level<'a> {
    /// The envelope around it, which does not contain itself.
    around: &'a str,
    /// Whether something says that this is not the plain output of a serializer, which has the names of fields only.
    is_wrapper: bool,
    /// Whether complaints about fields are directly in it.
    has_fields: bool,
    /// Whether one of its keys is an envelope.
    has_envelope: bool,
    /// Whether there are complaints that name their fields: nothing beside them is a field.
    has_records: bool,
}

impl<'a> Level<'a> {
    fn of(map: &Object, has_text: bool, around: &'a str) -> Self {
        let is_metadata =
            |(key, value): (&String, &Value)| METADATA.contains(&key.as_str()) && is_scalar(value);
        let is_candidate = |key: &str| ENVELOPES.contains(&key) && key != around;
        let mut level = Self {
            around,
            is_wrapper: has_text || map.iter().any(is_metadata),
            has_fields: map.iter().any(|(key, value)| !is_candidate(key) && is_complaints(value)),
            has_envelope: false,
            has_records: false,
        };
        let of_records = |value: &Value| value.as_array().is_some_and(|items| has_records(items));
        level.has_records = map.iter().any(|(key, value)| is_candidate(key) && of_records(value));
        level.has_envelope = map.iter().any(|(key, value)| level.is_envelope(key, value));
        level
    }

    fn kind(&self, key: &str, value: &Value) -> Kind {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => Kind::Nothing,
            // In `errors` even a `status` is a field, unless the complaints about fields are lists.
            Value::String(_) if METADATA.contains(&key) && (self.around != "errors" || self.has_fields) => {
                Kind::Nothing
            }
            Value::String(_) => Kind::Text,
            value if self.is_envelope(key, value) => Kind::Envelope,
            Value::Object(_) if key == "meta" && (self.is_wrapper || self.has_envelope) => Kind::Nothing,
            _ if self.has_records => Kind::Nothing,
            _ => Kind::Field,
        }
    }

    /// Whether a key wraps complaints, as opposed to a field of that name.
    fn is_envelope(&self, key: &str, value: &Value) -> bool {
        if !ENVELOPES.contains(&key) || key == self.around {
            return false;
        }
        let may_be_field = MAY_BE_FIELDS.contains(&key);
        let is_serializer = self.has_fields && !self.is_wrapper;
        match value {
            // What is in `errors` are fields.
            Value::Object(_) => !(may_be_field && (is_serializer || self.around == "errors")),
            Value::Array(items) if has_records(items) => true,
            // Complaints about a field are a list of texts.
            Value::Array(items) if first(items).all(is_complaint) => {
                self.is_wrapper || !(may_be_field || is_serializer)
            }
            Value::Array(items) => !may_be_field || (!is_serializer && !items.iter().any(is_empty_object)),
            _ => false,
        }
    }
}

/// Whether a text under a key is about the whole.
fn is_envelope_of_text(key: &str) -> bool {
    ENVELOPES.contains(&key) && !TEXT.contains(&key)
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

fn is_empty_object(value: &Value) -> bool {
    value.as_object().is_some_and(Object::is_empty)
}

/// Whether an item of a list is a complaint, as opposed to the complaints about an item.
fn is_complaint(item: &Value) -> bool {
    item.is_string() || item.as_object().is_some_and(|map| own_text(map).is_some())
}

/// Whether a value is what a serializer says of a field.
fn is_complaints(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty() && first(items).all(is_complaint))
}

/// Whether a list is one of complaints that name their fields.
fn has_records(items: &[Value]) -> bool {
    let is_record = |item: &Value| item.as_object().is_some_and(|map| Record::item(map).is_some());
    first(items).any(is_record) && first(items).all(|item| is_complaint(item) || is_record(item))
}

/// As many items as decide what a list is.
fn first(items: &[Value]) -> impl Iterator<Item = &Value> {
    items.iter().take(MOST_ERRORS)
}
