//! Reads payloads that do not fit their type as a whole, field by field.
//!
//! Only bodies that strict decoding refused are read here. Each field is read by the reader of responses; one that cannot be
//! read is `None`, and its value is kept in `extra` under its own name. No value is invented.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::reason::UnknownReason;
use super::super::source::Source;
use super::Payload;
use crate::raw::extra::MARK;
use crate::raw::scan::UNREADABLE;

/// Maximum number of values of one name that are kept: the first ones, and the last. It limits the work for a body that repeats one
/// name many times.
const MAX_VALUES: usize = 16;

/// The fields of an object, by name. A name that occurs more than once has several values.
pub(in crate::webhooks) type Fields<'a> = BTreeMap<String, Vec<&'a RawValue>>;

/// Reads the fields of an object, as far as its structure goes.
pub(in crate::webhooks) fn fields(text: &str) -> (Fields<'_>, serde_json::Result<()>) {
    let mut fields = Fields::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = deserializer.deserialize_map(Collector(&mut fields)).and_then(|()| deserializer.end());
    (fields, read)
}

struct Collector<'f, 'a>(&'f mut Fields<'a>);

impl<'a> Visitor<'a> for Collector<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            let values = self.0.entry(name).or_default();
            // The same value again is no contradiction.
            values.retain(|known| known.get() != value.get());
            values.truncate(MAX_VALUES - 1);
            values.push(value);
        }
        Ok(())
    }
}

/// Reads a payload field by field. `name_key` has the event's name, which is no field.
///
/// # Errors
///
/// Returns why the payload does not identify anything; with `needs_own_id`, not even the thing itself.
pub(in crate::webhooks) fn payload<T: Payload>(
    source: &Source<'_>,
    fields: &Fields<'_>,
    name_key: &str,
    needs_own_id: bool,
) -> Result<T, UnknownReason> {
    let mut payload = T::default();
    for (name, values) in fields {
        let [value] = values.as_slice() else {
            // None of the values is known to be the right one, so all are kept.
            let all = values.iter().map(|value| kept(value)).collect();
            payload.extra().insert(name.trim_start_matches(MARK).to_owned(), all);
            continue;
        };
        match field::<T>(name, value) {
            Some(field) => payload.absorb(field),
            // A key that already has the mark would be read as a value that was set aside after it was stored.
            None => {
                payload.extra().insert(name.trim_start_matches(MARK).to_owned(), kept(value));
            }
        }
    }
    payload.extra().remove(name_key);
    if name_key != "event"
        && fields.get("event").is_some_and(|values| values.iter().all(|value| is_blank(value)))
    {
        payload.extra().remove("event");
    }
    if source.is_truncated() {
        payload.set_truncated();
    }
    let is_identified = if needs_own_id { payload.has_own_id() } else { payload.is_identified() };
    if is_identified { Ok(payload) } else { Err(why_unidentified::<T>(source, fields)) }
}

/// Reads one field, by its other forms if need be. `None` if there is a value, and it cannot be read.
fn field<T: Payload>(name: &str, value: &RawValue) -> Option<T> {
    let object = format!("{{{}:{value}}}", Value::from(name));
    if let Ok(field) = serde_json::from_str::<T>(&object) {
        return Some(field);
    }
    // An id `1.0` may be read as `1` by the repairs, but `1.5` or `-1` names nothing.
    if is_text::<T>(name) && is_odd_number(value.get()) {
        return None;
    }
    let field = crate::raw::decode::<T>(object.as_bytes()).ok();
    match field {
        // The reader of responses treats an optional value that it cannot read as absent.
        Some(field) if field == T::default() && !is_blank(value) => None,
        None if is_blank(value) => Some(T::default()),
        field => field,
    }
}

fn is_text<T: Payload>(name: &str) -> bool {
    T::IDS.contains(&name) || T::TEXTS.contains(&name)
}

/// Returns whether this is a number, but not one that could be an id: `-1`, `1.5`, `1e400`.
fn is_odd_number(json: &str) -> bool {
    let whole = json.split_once('.').map_or(json, |(whole, fraction)| {
        if fraction.bytes().all(|byte| byte == b'0') { whole } else { json }
    });
    let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number && !whole.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether this is null or a text of white space.
pub(in crate::webhooks) fn is_blank(value: &RawValue) -> bool {
    let text = serde_json::from_str::<Option<String>>(value.get());
    text.is_ok_and(|text| text.is_none_or(|text| text.trim().is_empty()))
}

/// Returns a value unchanged, or as text if `Value` cannot hold it, for example because it is nested too deeply.
fn kept(value: &RawValue) -> Value {
    serde_json::from_str(value.get()).unwrap_or_else(|_| json!({ UNREADABLE: value.get() }))
}

fn why_unidentified<T: Payload>(source: &Source<'_>, fields: &Fields<'_>) -> UnknownReason {
    for (id, values) in T::IDS.iter().filter_map(|id| Some((id, fields.get(*id)?))) {
        let value = match values.as_slice() {
            [value]
                if is_blank(value) || field::<T>(id, value).is_some_and(|field| field.is_identified()) =>
            {
                continue;
            }
            [value] => value,
            [_, second, ..] => {
                let (line, column) = source.place(second);
                return UnknownReason::DuplicateKey { line, column };
            }
            [] => continue,
        };
        return source.flaw(value).unwrap_or_else(|| {
            let (line, column) = source.place(value);
            UnknownReason::Misfit { line, column }
        });
    }
    let has_id = fields.get("id").is_some_and(|values| values.iter().any(|value| !is_blank(value)));
    match T::IDS.first() {
        _ if source.is_truncated() => UnknownReason::Truncated,
        Some(field) if has_id => UnknownReason::OnlyId { field },
        Some(field) => UnknownReason::Missing { field },
        None => UnknownReason::NotAnEvent,
    }
}
