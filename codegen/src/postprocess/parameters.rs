//! Describes the parameters of each operation, for the request objects.
//!
//! The rewrites take what an operation is from [`Call`]s, and never guess it from generated tokens: those have lost whether a
//! parameter is a header or part of the query. The Rust names are those that the normal form has for parameters.

use serde_json::{Map, Value};

use crate::document::Tree;
use crate::operation::{path_parameters, places};

/// An operation and its parameters.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The operation id, which is the name of progenitor's method and the key of the operation table.
    pub(super) id: String,
    /// The HTTP method, in lower case.
    pub(super) method: String,
    /// Number of placeholders in the path.
    pub(super) placeholders: usize,
    /// Path parameters in the order of the path, the others by wire name, then the body. The document's order of
    /// parameters has no influence.
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter of an operation, or its body.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// The name of the argument in progenitor's method.
    pub(super) argument: String,
    /// The name that callers use: of the argument if it is required, of the setter if it is not.
    pub(super) ident: String,
    /// The name in the request.
    pub(super) wire: String,
    pub(super) location: Location,
    /// Set if callers cannot leave it out.
    pub(super) required: bool,
    pub(super) description: Option<String>,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Location {
    Path,
    Query,
    Header,
    Body,
}

impl Location {
    /// Returns the term for it in documentation.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Path => "path parameter",
            Self::Query => "query parameter",
            Self::Header => "header",
            Self::Body => "request body",
        }
    }
}

/// Collects the calls of a document, in the order of its operation ids.
pub(super) fn collect(tree: &Tree) -> Vec<Call> {
    let mut calls: Vec<Call> = places(&tree.root)
        .into_iter()
        .map(|place| {
            let operation = place.get(&tree.root);
            Call {
                id: text(operation, "operationId").unwrap_or_default().to_owned(),
                method: place.method.clone(),
                placeholders: place.path.matches('{').count(),
                parameters: parameters(operation, &path_parameters(&place.path)),
            }
        })
        .collect();
    calls.sort_by(|a, b| a.id.cmp(&b.id));
    calls
}

fn parameters(operation: &Map<String, Value>, path: &[&str]) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = list(operation, "parameters")
        .filter_map(|parameter| {
            let parameter = parameter.as_object()?;
            let wire = text(parameter, "name")?;
            let ident = text(parameter, "x-nd8-ident")?;
            Some(Parameter {
                argument: ident.to_owned(),
                ident: ident.to_owned(),
                location: match text(parameter, "in")? {
                    "path" => Location::Path,
                    "header" => Location::Header,
                    _ => Location::Query,
                },
                required: parameter.get("required") == Some(&Value::Bool(true)),
                description: text(parameter, "description").map(str::to_owned),
                wire: wire.to_owned(),
            })
        })
        .collect();
    if let Some(Value::Object(body)) = operation.get("requestBody") {
        found.push(Parameter {
            argument: "body".to_owned(),
            ident: "body".to_owned(),
            wire: "body".to_owned(),
            location: Location::Body,
            required: true,
            description: text(body, "description").map(str::to_owned),
        });
    }
    found.sort_by_cached_key(|parameter| {
        let place = path.iter().position(|name| *name == parameter.wire).unwrap_or(usize::MAX);
        match parameter.location {
            Location::Path => (0, place, parameter.wire.clone(), parameter.location),
            Location::Query | Location::Header => (1, 0, parameter.wire.clone(), parameter.location),
            Location::Body => (2, 0, parameter.wire.clone(), parameter.location),
        }
    });
    found
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

fn list<'a>(object: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parameters;

    fn names(operation: &Value, path: &[&str]) -> Vec<(String, bool)> {
        let operation = operation.as_object().expect("is an object");
        let found = parameters(operation, path).into_iter();
        found.map(|parameter| (parameter.ident, parameter.required)).collect()
    }

    #[test]
    fn the_order_in_the_document_does_not_matter() {
        let query = |name: &str, required: bool| json!({ "name": name, "x-nd8-ident": name, "in": "query", "required": required });
        let path = |name: &str| json!({ "name": name, "x-nd8-ident": name, "in": "path", "required": true });
        let forward = json!([query("b", true), path("z"), query("a", false), path("y")]);
        let backward: Vec<Value> = forward.as_array().expect("is a list").iter().rev().cloned().collect();
        let expected = [("z", true), ("y", true), ("a", false), ("b", true), ("body", true)]
            .map(|(n, r)| (n.to_owned(), r));
        for parameters in [forward, Value::Array(backward)] {
            let operation = json!({ "parameters": parameters, "requestBody": {} });
            assert_eq!(names(&operation, &["z", "y"]), expected);
        }
    }
}
