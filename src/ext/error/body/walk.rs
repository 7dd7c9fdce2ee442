//! Walks an error body and collects its violations.

use serde_json::Value;

use super::keys::{is_envelope, is_explanation};
use super::level::{Kind, Level, has_records, is_empty_object, is_scalar, is_violation};
use super::pointer::{Pointer, is_path};
use super::resource::{has_data, is_resource, is_token};
use super::violation::{Object, Record, TEXT, least_text, own_text, reason};
use crate::ext::FieldError;

/// Maximum number of violations that are collected: more than any genuine response has.
pub(super) const MOST_ERRORS: usize = 100;

/// Maximum number of values that are visited: more than any genuine response has.
const MOST_VALUES: usize = 20_000;

/// Violations so far, and the current place in the request.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) errors: Vec<FieldError>,
    pointer: Pointer,
    values: usize,
    /// Is true if the walk is in an object of the API, such as one next to a violation. Its bare texts are data: `"name": "Mug"` is
    /// no violation there.
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

    /// Counts a value, and returns whether the limit is reached.
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

    /// Walks a value; if `is_thing` holds, as data, in which only nested violations count.
    fn within(&mut self, is_thing: bool, walk: impl FnOnce(&mut Self)) {
        let was_in_thing = self.is_in_thing;
        self.is_in_thing |= is_thing;
        walk(self);
        self.is_in_thing = was_in_thing;
    }

    /// Walks the body, or an object around violations: texts about the whole, envelopes, and names of fields.
    /// `around` is the key of the envelope that it is in: `[]` for an item of a list, and empty for the body itself.
    fn envelope(&mut self, map: &Object, around: &str) {
        if is_resource(map) {
            return;
        }
        let before = self.errors.len();
        let record = Record::alone(map);
        let own = own_text(map).or_else(|| reason(map).filter(|_| around == "error"));
        match (&record, own) {
            (Some(record), _) => self.record(record),
            (None, Some((message, code))) => self.add(message, code),
            (None, None) => {}
        }
        if own.is_none() && (record.is_some() || Record::names_field_only(map)) {
            // Its texts are a list, which is read, or it has none.
            return;
        }
        let mut level = Level::of(map, own.is_some(), around);
        level.has_records |= record.is_some();
        self.within(around != "errors" && has_data(map), |walk| walk.children(map, &level, own.is_some()));
        if self.errors.len() == before
            && !self.is_in_thing
            && let Some((message, code)) = least_text(map)
        {
            self.add(message, code);
        }
    }

    fn children(&mut self, map: &Object, level: &Level<'_>, has_text: bool) {
        for (key, child) in map {
            if self.is_full() {
                return;
            }
            match (level.kind(key, child), child) {
                (Kind::Nothing, _) => {}
                (Kind::Text, _) if is_envelope(key) && !TEXT.contains(&key.as_str()) && !self.is_in_thing => {
                    self.value(child);
                }
                (Kind::Text, _) if has_text || self.is_in_thing || level.has_envelope => {}
                (Kind::Text | Kind::Field, _) => self.within(has_text, |walk| walk.field(key, child)),
                (Kind::Part, Value::Object(inner)) => self.within(true, |walk| walk.envelope(inner, key)),
                (_, Value::Object(inner)) => {
                    // In JSend, the data of what failed are violations.
                    let is_fail = map.get("status").is_some_and(|status| status == "fail");
                    let is_thing = (key == "data" && has_text && !is_fail) || key == "extensions";
                    self.within(is_thing, |walk| walk.envelope(inner, key));
                }
                // Names of fields are no violations about them.
                (_, Value::Array(items)) => self.within(key == "fields", |walk| walk.records(items)),
                (_, other) => self.value(other),
            }
        }
    }

    fn field(&mut self, key: &str, value: &Value) {
        let here = self.pointer.mark();
        match key {
            // The whole, in ASP.NET.
            "" | "$" => {}
            _ if is_path(key) => self.pointer.follow(key),
            _ => self.pointer.step(key),
        }
        self.value(value);
        self.pointer.return_to(here);
    }

    /// Walks a list around violations.
    fn records(&mut self, items: &[Value]) {
        // A list by position also has an entry for each valid item.
        let is_by_position = items.iter().any(is_empty_object);
        for (index, item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            match item {
                Value::Object(map) => match Record::item(map) {
                    Some(record) => self.record(&record),
                    None if map.is_empty() || is_resource(map) => {}
                    None if is_by_position => self.below(&index.to_string(), item),
                    None => match least_text(map)
                        .filter(|_| map.values().all(|value| value.is_null() || is_scalar(value)))
                    {
                        Some((message, code)) if own_text(map).is_none() => self.add(message, code),
                        _ => self.envelope(map, "[]"),
                    },
                },
                Value::Array(inner) if has_records(inner) => self.records(inner),
                item => self.value(item),
            }
        }
    }

    /// Adds a text about the current place.
    fn value(&mut self, value: &Value) {
        if self.is_full() {
            return;
        }
        match value {
            // An object of the API has single words as texts, where violations are sentences.
            Value::String(word) if self.is_in_thing && is_token(word) => {}
            Value::String(message) => self.add(message, None),
            Value::Array(items) => self.list(items),
            Value::Object(map) => self.object(map),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Walks a list that is either the violations of one field, or those of each item of a list.
    fn list(&mut self, items: &[Value]) {
        if items.iter().all(is_violation) {
            items.iter().for_each(|item| self.value(item));
            return;
        }
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::String(_) => self.value(item),
                item if is_empty_object(item) => {}
                item => self.below(&index.to_string(), item),
            }
        }
    }

    fn object(&mut self, map: &Object) {
        if is_resource(map) {
            return;
        }
        let own = own_text(map);
        if let Some((message, code)) = own {
            self.add(message, code);
        }
        let is_thing = own.is_some() || self.is_in_thing || has_data(map);
        for (key, child) in map {
            if self.is_full() {
                return;
            }
            // An envelope around a violation is no field, and neither is a text next to one: a status, a title, a type.
            let is_envelope = match child {
                Value::Object(_) => TEXT.contains(&key.as_str()) && is_violation(child),
                Value::Array(items) => {
                    matches!(key.as_str(), "errors" | "messages") && items.iter().all(is_violation)
                }
                _ => false,
            };
            match child {
                Value::String(_) if is_thing => {}
                _ if own.is_some() && is_explanation(key) => {}
                child if is_envelope => self.value(child),
                child => self.within(is_thing, |walk| walk.below(key, child)),
            }
        }
    }
}
