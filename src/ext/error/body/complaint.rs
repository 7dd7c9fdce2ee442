//! Objects that are one complaint: its text, its code, and the field that it names.

use serde_json::{Map, Value};

use super::pointer::{LONGEST_POINTER, Pointer};

pub(super) type Object = Map<String, Value>;

/// The keys whose text is a complaint about an object as a whole; the first one counts. A field may have the same name:
/// complaints about it are a list.
pub(super) const TEXT: [&str; 5] = ["detail", "message", "msg", "error_description", "error"];

/// Further keys for the text, in an object that can only be a complaint. A `reason` is that of RFC 7807's `invalid-params`.
const TEXT_OF_RECORD: [&str; 3] = ["title", "description", "reason"];

const CODE: [&str; 3] = ["code", "error_code", "errorCode"];

/// The keys for the field, in an object that has a text as well. `path` and `name` have other uses, so they count
/// in lists only, and so do those behind them.
const FIELD: [&str; 12] = [
    "attr",
    "field",
    "field_name",
    "fieldName",
    "param",
    "pointer", // Up to here also in an object of its own.
    "path",
    "name",
    "parameter",
    "property",
    "propertyPath",
    "instancePath",
];
const OF_ITS_OWN: usize = 6;

/// FastAPI's codes for a body that is no JSON: its `loc` ends with the position of a character.
const NO_JSON: [&str; 2] = ["json_invalid", "value_error.jsondecode"];

/// One complaint about one field, in the notation of its server.
pub(super) struct Record<'a> {
    pub(super) texts: Vec<&'a str>,
    pub(super) code: Option<&'a str>,
    location: Location<'a>,
}

enum Location<'a> {
    Whole,
    Text(&'a str),
    Pointer(&'a str),
    LocText(&'a str),
    Loc(&'a [Value]),
    Path(&'a [Value]),
}

impl<'a> Record<'a> {
    /// Reads an object of its own, such as the whole body, which names its field.
    pub(super) fn alone(map: &'a Object) -> Option<Self> {
        Self::read(map, &FIELD[..OF_ITS_OWN], &TEXT).filter(|record| !record.texts.is_empty())
    }

    /// Reads an item of a list of complaints, which names its field.
    pub(super) fn item(map: &'a Object) -> Option<Self> {
        let texts: Vec<&str> = TEXT.into_iter().chain(TEXT_OF_RECORD).collect();
        let mut record = Self::read(map, &FIELD, &texts)?;
        if record.texts.is_empty() {
            // Some items have no text.
            record.texts.push(record.code?);
        }
        Some(record)
    }

    fn read(map: &'a Object, fields: &[&str], text_keys: &[&str]) -> Option<Self> {
        let location = location(map, fields)?;
        let mut code = code(map);
        if matches!(location, Location::Loc(_) | Location::LocText(_)) {
            code = code.or_else(|| text(map, "type"));
        }
        let mut texts: Vec<&str> = text_keys.iter().find_map(|key| text(map, key)).into_iter().collect();
        if texts.is_empty() {
            // Several texts about one field; in a list of complaints by position, all values are lists.
            let is_text = matches!(location, Location::Text(_) | Location::Pointer(_));
            let lists =
                is_text.then(|| ["messages", "errors", "message", "detail"].iter()).into_iter().flatten();
            texts = lists
                .filter_map(|key| map.get(*key)?.as_array())
                .flatten()
                .filter_map(Value::as_str)
                .collect();
        }
        let location = match code {
            Some(code) if NO_JSON.contains(&code) => Location::Whole,
            _ => location,
        };
        Some(Self { texts, code, location })
    }

    /// Appends the field.
    pub(super) fn locate(&self, pointer: &mut Pointer) {
        match self.location {
            Location::Whole => {}
            Location::Text(text) => pointer.follow(text),
            // Some leave the first slash out.
            Location::Pointer(text) if text.contains('/') && !text.starts_with(['/', '#']) => {
                pointer.follow(&format!("/{text}"));
            }
            Location::Pointer(text) => pointer.follow(text),
            // As some print a `loc`: `body -> products -> 0`.
            Location::LocText(text) => {
                let steps = text.split(['.', '>']).map(|step| step.trim_end_matches('-').trim().into());
                pointer.follow_list(&steps.take(LONGEST_POINTER).collect::<Vec<Value>>(), true);
            }
            Location::Loc(steps) => pointer.follow_list(steps, true),
            Location::Path(steps) => pointer.follow_list(steps, false),
        }
    }
}

fn location<'a>(map: &'a Object, fields: &[&str]) -> Option<Location<'a>> {
    let source = |key| map.get("source").and_then(|source| source.get(key)).and_then(Value::as_str);
    match (map.get("loc"), source("pointer"), source("parameter")) {
        (Some(Value::Array(steps)), ..) => return Some(Location::Loc(steps)),
        (Some(Value::String(path)), ..) => return Some(Location::LocText(path)),
        (_, Some(pointer), _) => return Some(Location::Pointer(pointer)),
        (_, _, Some(parameter)) => return Some(Location::Text(parameter)),
        _ => {}
    }
    fields.iter().find_map(|key| match map.get(*key)? {
        Value::String(text) if *key == "pointer" => Some(Location::Pointer(text)),
        Value::String(text) => Some(Location::Text(text)),
        Value::Array(steps) if *key == "path" => Some(Location::Path(steps)),
        Value::Null if *key == "attr" => Some(Location::Whole),
        _ => None,
    })
}

fn text<'a>(map: &'a Object, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Value::as_str)
}

pub(super) fn code(map: &Object) -> Option<&str> {
    CODE.iter().find_map(|key| text(map, key))
}

/// The complaint that an object makes about itself, with its code.
pub(super) fn own_text(map: &Object) -> Option<(&str, Option<&str>)> {
    TEXT.iter().find_map(|key| text(map, key)).map(|message| (message, code(map)))
}

/// The text of an object that has no other than a title or a code.
pub(super) fn least_text(map: &Object) -> Option<(&str, Option<&str>)> {
    let code = code(map).filter(|code| !code.bytes().all(|byte| byte.is_ascii_digit()));
    text(map, "title").or(code).map(|message| (message, code))
}
