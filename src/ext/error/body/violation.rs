//! Parses an object that is one violation: its text, its code, and the field that it names.

use serde_json::{Map, Value};

use super::location::{FIELD, FIELD_OF_ITS_OWN, Location};
use super::pointer::Pointer;
use super::resource::is_resource;

pub(super) type Object = Map<String, Value>;

/// Keys whose text is a violation about an object as a whole; the first one counts. A field may have the same name:
/// violations about it are a list.
pub(super) const TEXT: [&str; 11] = [
    "detail",
    "message",
    "Message",
    "msg",
    "error_message",
    "errorMessage",
    "defaultMessage",
    "error_description",
    "error",
    "errmsg",
    "faultstring",
];

/// Further keys for the text, in an object that can only be a violation. A `reason` is that of RFC 7807's `invalid-params`.
const TEXT_OF_RECORD: [&str; 4] = ["title", "description", "reason", "ErrorMessage"];

const CODE: [&str; 3] = ["code", "error_code", "errorCode"];

/// FastAPI's codes for a body that is no JSON: its `loc` ends with the position of a character.
const NO_JSON: [&str; 2] = ["json_invalid", "value_error.jsondecode"];

/// One violation about one field, in the notation of its server.
pub(super) struct Record<'a> {
    pub(super) texts: Vec<&'a str>,
    pub(super) code: Option<&'a str>,
    location: Location<'a>,
}

impl<'a> Record<'a> {
    /// Reads an object of its own, such as the whole body, which names its field.
    pub(super) fn alone(map: &'a Object) -> Option<Self> {
        Self::read(map, FIELD_OF_ITS_OWN, &TEXT).filter(|record| !record.texts.is_empty())
    }

    /// Reads an item of a list of violations, which names its field.
    pub(super) fn item(map: &'a Object) -> Option<Self> {
        if is_resource(map) {
            return None;
        }
        let texts: Vec<&str> = TEXT.into_iter().chain(TEXT_OF_RECORD).collect();
        let mut record = Self::read(map, &FIELD, &texts)?;
        if record.texts.is_empty() {
            // Some items have no text.
            record.texts.push(record.code?);
        }
        Some(record)
    }

    fn read(map: &'a Object, fields: &[&str], text_keys: &[&str]) -> Option<Self> {
        let location = Location::of(map, fields)?;
        let mut code = code(map);
        if location.is_loc() {
            code = code.or_else(|| text(map, "type"));
        }
        let mut texts: Vec<&str> = text_keys.iter().find_map(|key| sentence(map, key)).into_iter().collect();
        if texts.is_empty() {
            // Several texts about one field; in a list of violations by position, all values are lists.
            let lists = location
                .is_text()
                .then(|| ["messages", "errors", "message", "detail"].iter())
                .into_iter()
                .flatten();
            texts = lists
                .filter_map(|key| map.get(*key)?.as_array())
                .flatten()
                .filter_map(Value::as_str)
                .collect();
        }
        if let (true, Some(Value::Object(constraints))) = (texts.is_empty(), map.get("constraints")) {
            // The format of class-validator, keyed by rule.
            texts = constraints.values().filter_map(Value::as_str).collect();
        }
        let location = match code {
            Some(code) if NO_JSON.contains(&code) => Location::Whole,
            _ => location,
        };
        Some(Self { texts, code, location })
    }

    /// Returns whether an object only names fields, as hapi does next to its message: `{"source": "payload", "keys": ["amount"]}`.
    pub(super) fn names_field_only(map: &Object) -> bool {
        text(map, "source").is_some() && map.get("keys").is_some_and(Value::is_array)
    }

    /// Appends the field.
    pub(super) fn locate(&self, pointer: &mut Pointer) {
        self.location.append_to(pointer);
    }
}

pub(super) fn text<'a>(map: &'a Object, key: &str) -> Option<&'a str> {
    map.get(key).and_then(Value::as_str)
}

/// Returns a text that is not blank: a blank one must not hide another.
fn sentence<'a>(map: &'a Object, key: &str) -> Option<&'a str> {
    text(map, key).filter(|text| !text.trim().is_empty())
}

pub(super) fn code(map: &Object) -> Option<&str> {
    let own = CODE.iter().find_map(|key| text(map, key));
    own.or_else(|| text(map.get("extensions")?.as_object()?, "code"))
}

/// Returns the text and code of the violation that an object itself is.
pub(super) fn own_text(map: &Object) -> Option<(&str, Option<&str>)> {
    TEXT.iter().find_map(|key| sentence(map, key)).map(|message| (message, code(map)))
}

/// Returns the reason in an object that is an error and has a code: `reason` alone may be a field.
pub(super) fn reason(map: &Object) -> Option<(&str, Option<&str>)> {
    let has_code =
        CODE.iter().chain(&["status"]).any(|key| map.get(*key).is_some_and(|code| !code.is_null()));
    text(map, "reason").filter(|_| has_code).map(|message| (message, code(map)))
}

/// Returns the title or the code of an object that has no other text.
pub(super) fn least_text(map: &Object) -> Option<(&str, Option<&str>)> {
    let code = code(map).filter(|code| !code.bytes().all(|byte| byte.is_ascii_digit()));
    text(map, "title").or(code).map(|message| (message, code))
}
