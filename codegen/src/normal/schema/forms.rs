//! Roles and shapes of schemas, and the limits on them.

use serde_json::{Map, Value};

use crate::names;
use crate::pointer::Pointer;
use crate::schema::Direction;

/// Deeper than any schema that people write, and shallow enough for rustc, which stops at 128 levels of types in types: an optional
/// object is two of them.
pub(super) const DEPTH_LIMIT: usize = 32;

/// More steps than any honest document of a few megabytes needs.
pub(super) const WORK_LIMIT: usize = 20_000;

/// More fields, alternatives or values than people give to one type.
pub(super) const WIDTH_LIMIT: usize = 1_000;

/// More types than a client of the operations that the profile knows could have.
pub(super) const TYPE_LIMIT: usize = 20_000;

/// Use of a schema.
#[derive(Clone, Debug)]
pub(in crate::normal) struct Role {
    /// Key in the tables: `Payment.amount`.
    pub(in crate::normal) key: String,
    /// Name of a type here, unless the tables or upstream have one.
    pub(in crate::normal) name: String,
    /// True if it is below an operation that the profile knows.
    pub(in crate::normal) known: bool,
    pub(in crate::normal) direction: Direction,
}

impl Role {
    pub(super) fn property(&self, owner: &str, property: &str) -> Self {
        let name = names::camel(&format!("{owner}{}", names::camel(property)));
        Self { key: format!("{owner}.{property}"), name, ..self.clone() }
    }

    pub(super) fn items(&self) -> Self {
        Self { key: format!("{}[]", self.key), ..self.clone() }
    }

    pub(super) fn values(&self) -> Self {
        Self {
            key: format!("{}{{}}", self.key),
            name: names::camel(&format!("{}Value", self.name)),
            ..self.clone()
        }
    }
}

/// A schema without its wrappings.
#[derive(Debug)]
pub(super) struct Peeled {
    pub(super) map: Map<String, Value>,
    pub(super) place: Pointer,
    /// Reference that led here last.
    pub(super) target: Option<String>,
    /// Keywords around it.
    pub(super) around: Map<String, Value>,
}

impl Peeled {
    /// Returns what identifies a schema: the target of its reference, or where it and its parts were written. Within itself,
    /// a schema means the component that is being made of it.
    pub(super) fn identity(&self) -> String {
        let parts = self.around.get(PARTS).or_else(|| self.map.get(PARTS));
        match (&self.target, parts) {
            (Some(target), _) => target.clone(),
            (None, None) => self.place.as_str().to_owned(),
            (None, Some(parts)) => format!("{} {parts}", self.place.as_str()),
        }
    }
}

/// Shape of an alternative, and its schema.
pub(in crate::normal) type Shaped = (Shape, Map<String, Value>);

/// A component that is named and not made yet.
#[derive(Debug)]
pub(in crate::normal) struct Unmade {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) map: Map<String, Value>,
    pub(super) place: Pointer,
    pub(super) target: Option<String>,
    pub(super) identity: String,
    pub(super) role: Role,
}

/// Kind of a schema, whatever its notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::normal) enum Shape {
    Any,
    Object,
    Map,
    List,
    Choice,
    Text,
    Integer,
    Number,
    Flag,
    Alternatives,
}

/// Keywords that describe a schema and do not change what it means.
pub(super) fn is_about(key: &str) -> bool {
    matches!(
        key,
        "$comment"
            | "default"
            | "deprecated"
            | "description"
            | "example"
            | "examples"
            | "externalDocs"
            | "nullable"
            | "readOnly"
            | "summary"
            | "title"
            | "writeOnly"
            | "xml"
    ) || key.starts_with("x-")
}

/// Keywords of scalars and lists that survive into the merged document.
pub(super) const KEPT: [&str; 19] = [
    "default",
    "deprecated",
    "description",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "nullable",
    "pattern",
    "readOnly",
    "uniqueItems",
    "writeOnly",
];

/// Marks the place at which a property from an `allOf` was written.
pub(super) const WRITTEN_AT: &str = "x-nd8-written-at";

/// Marks the places of a property that several parts of an `allOf` have.
pub(super) const PARTS: &str = "x-nd8-parts";
