//! Finds the field that a violation names, in the notation of its server.

use serde_json::Value;

use super::pointer::{LONGEST_POINTER, Pointer, REQUEST_PARTS};
use super::violation::{Object, text};

/// Keys for the field, in an object that has a text as well. `path` and `name` have other uses, so they count
/// in lists only, and so do those behind them.
pub(super) const FIELD: [&str; 21] = [
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
    "target",
    "attribute",
    "propertyName",
    "PropertyName",
    "Field",
    "property_name",
    "fieldPath",
    "dataPath",
    "key",
];
const OF_ITS_OWN: usize = 6;

/// Keys in an object that is not an item of a list.
pub(super) const FIELD_OF_ITS_OWN: &[&str] = FIELD.split_at(OF_ITS_OWN).0;

/// Parts of a request that no pointer leads into.
const OUTSIDE: [&str; 4] = ["header", "headers", "cookie", "cookies"];

/// Returns whether a list under a key for one field is the path of it, rather than the names of several fields, or violations
/// about a field of that name.
fn is_path(key: &str, steps: &[Value]) -> bool {
    let is_step = |step: &Value| step.as_str().is_none_or(|step| !step.contains(char::is_whitespace));
    FIELD_OF_ITS_OWN.contains(&key)
        && steps.iter().all(is_step)
        && (steps.len() == 1 || steps.iter().any(Value::is_number))
}

#[derive(Clone, Copy)]
pub(super) enum Location<'a> {
    Whole,
    Text(&'a str),
    Pointer(&'a str),
    LocText(&'a str),
    Loc(&'a [Value]),
}

impl<'a> Location<'a> {
    /// Finds the field that an object names under one of these keys, or in a `loc`, a `location` or a `source`.
    pub(super) fn of(map: &'a Object, fields: &[&str]) -> Option<Self> {
        let source = |key| map.get("source").and_then(|source| source.get(key)).and_then(Value::as_str);
        match (map.get("loc"), map.get("location")) {
            (Some(Value::Array(steps)), _) | (None, Some(Value::Array(steps))) => {
                return Some(Self::loc(steps));
            }
            (Some(Value::String(path)), _) => return Some(Self::LocText(path)),
            _ => {}
        }
        if let Some(pointer) = source("pointer") {
            return Some(Self::Pointer(pointer));
        }
        if let Some(parameter) = source("parameter") {
            return Some(Self::Text(parameter));
        }
        if source("header").is_some() {
            return Some(Self::Whole);
        }
        // The format of celebrate: of several parts, one is at fault.
        if let Some(Value::Array(keys)) = map.get("keys").filter(|_| text(map, "source").is_some()) {
            return match &keys[..] {
                [Value::String(key)] => Some(Self::Text(key)),
                _ => Some(Self::Whole),
            };
        }
        // In GraphQL a path leads into the response.
        let graphql = map.get("extensions").and_then(Value::as_object);
        let is_graphql = graphql.is_some() || map.contains_key("locations");
        let found = fields.iter().filter(|key| !(is_graphql && **key == "path")).find_map(|key| {
            match map.get(*key)? {
                Value::String(text) if *key == "pointer" => Some(Self::Pointer(text)),
                Value::String(text) => Some(Self::of_path(text)),
                Value::Array(steps) if *key == "path" || is_path(key, steps) => Some(Self::Loc(steps)),
                Value::Null if *key == "attr" => Some(Self::Whole),
                _ => None,
            }
        });
        let found = found.or_else(|| Self::of(graphql?, FIELD_OF_ITS_OWN));
        found.or_else(|| Self::of_location(text(map, "location")?, text(map, "locationType")))
    }

    /// Reads a `location` that is a text: the part of the request alone is no field.
    fn of_location(location: &'a str, kind: Option<&str>) -> Option<Self> {
        let (part, path) = location.split_once('.').unwrap_or((location, ""));
        let is_outside = kind.is_some_and(|kind| OUTSIDE.contains(&kind)) || OUTSIDE.contains(&part);
        match (REQUEST_PARTS.contains(&part), path) {
            _ if is_outside => Some(Self::Whole),
            (true, "") => None,
            _ => Some(Self::LocText(location)),
        }
    }

    /// Reads a path that may begin with the part of the request: `/body/amount`, `.body.amount`.
    fn of_path(path: &'a str) -> Self {
        let inner = path.trim_start_matches(['/', '.']);
        if inner == "body" {
            return Self::Whole;
        }
        match inner.split_once(['/', '.']) {
            Some((part, rest)) if REQUEST_PARTS.contains(&part) => match path.starts_with('/') {
                true => Self::Pointer(&inner[part.len()..]),
                false => Self::Text(rest),
            },
            _ => Self::Text(path),
        }
    }

    fn loc(steps: &'a [Value]) -> Self {
        let is_outside = |part: &str| OUTSIDE.contains(&part) && steps.len() > 1;
        match steps.first().and_then(Value::as_str) {
            Some(part) if is_outside(part) => Self::Whole,
            _ => Self::Loc(steps),
        }
    }

    pub(super) fn is_loc(self) -> bool {
        matches!(self, Self::Loc(_) | Self::LocText(_))
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text(_) | Self::Pointer(_))
    }

    /// Appends the field.
    pub(super) fn append_to(self, pointer: &mut Pointer) {
        match self {
            Self::Whole => {}
            Self::Text(text) => pointer.follow(text),
            // Some servers omit the first slash.
            Self::Pointer(text) if text.contains('/') && !text.starts_with(['/', '#']) => {
                pointer.follow(&format!("/{text}"));
            }
            Self::Pointer(text) => pointer.follow(text),
            // As some print a `loc`: `body -> products -> 0`, `body.products[0]`.
            Self::LocText(text) => {
                let steps = text.split(['.', '>', '[', ']']).map(|step| step.trim_end_matches('-').trim());
                let steps = steps.filter(|step| !step.is_empty()).map(Value::from);
                pointer.follow_loc(&steps.take(LONGEST_POINTER).collect::<Vec<Value>>());
            }
            Self::Loc(steps) => pointer.follow_loc(steps),
        }
    }
}
