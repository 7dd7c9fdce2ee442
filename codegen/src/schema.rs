//! Walking the schemas of a document, wherever OpenAPI allows one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::operation::places;
use crate::pointer::Pointer;

/// Prefix of a reference to a named schema.
pub(crate) const COMPONENT: &str = "#/components/schemas/";

pub(crate) fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("{COMPONENT}{name}") })
}

/// Returns the name a `{"$ref": "#/components/schemas/…"}` points at.
pub(crate) fn referenced(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(COMPONENT)
}

/// Returns the name of the component that a schema refers to, plainly or in an `allOf` of one with siblings.
pub(crate) fn referenced_in(schema: &Value) -> Option<&str> {
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => referenced(only),
        _ => referenced(schema),
    }
}

/// Returns the named schemas of a document.
pub(crate) fn components(root: &mut Value) -> Option<&mut Map<String, Value>> {
    root.pointer_mut("/components/schemas")?.as_object_mut()
}

/// Visitor of each schema and its place.
pub(crate) type Visit<'a, E> = dyn FnMut(&mut Map<String, Value>, &Pointer) -> Result<(), E> + 'a;

/// Calls `visit` for every schema, outer before inner, with its place.
pub(crate) fn for_each<E>(root: &mut Value, visit: &mut Visit<'_, E>) -> Result<(), E> {
    for place in roots(root) {
        if let Some(schema) = root.pointer_mut(place.as_str()) {
            walk(schema, &place, visit)?;
        }
    }
    Ok(())
}

/// Walks one schema and everything inlined below it.
pub(crate) fn walk<E>(schema: &mut Value, place: &Pointer, visit: &mut Visit<'_, E>) -> Result<(), E> {
    let Value::Object(map) = schema else { return Ok(()) };
    visit(map, place)?;
    for key in ["items", "not", "additionalProperties"] {
        if let Some(child) = map.get_mut(key) {
            walk(child, &place.child(key), visit)?;
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(Value::Array(children)) = map.get_mut(key) {
            for (index, child) in children.iter_mut().enumerate() {
                walk(child, &place.child(key).child(index), visit)?;
            }
        }
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for (name, child) in properties {
            walk(child, &place.child("properties").child(name), visit)?;
        }
    }
    Ok(())
}

/// Returns the places at which a schema starts: components, parameters, bodies, headers.
fn roots(root: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    let top = Pointer::root();
    for (name, _) in object(root.pointer("/components/schemas")) {
        found.push(top.join(["components", "schemas", name]));
    }
    for (path, item) in object(root.get("paths")) {
        let place = top.join(["paths", path]);
        parameters(item, &place, &mut found);
    }
    for place in places(root) {
        let (operation, here) = (place.get(root), place.pointer());
        let operation = Value::Object(operation.clone());
        parameters(&operation, &here, &mut found);
        if let Some(body) = operation.get("requestBody") {
            content(body, &here.child("requestBody"), &mut found);
        }
        for (status, response) in object(operation.get("responses")) {
            content(response, &here.join(["responses", status]), &mut found);
        }
    }
    found
}

fn parameters(owner: &Value, place: &Pointer, found: &mut Vec<Pointer>) {
    for (index, parameter) in
        owner.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        if parameter.get("schema").is_some() {
            found.push(place.child("parameters").child(index).child("schema"));
        }
    }
}

fn content(owner: &Value, place: &Pointer, found: &mut Vec<Pointer>) {
    for (media, description) in object(owner.get("content")) {
        if description.get("schema").is_some() {
            found.push(place.join(["content", media, "schema"]));
        }
    }
}

pub(crate) fn object(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

/// Direction in which a schema is sent: callers build it, or only read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Response,
}

/// Returns the names of the schemas that a direction reaches, through any number of references.
pub(crate) fn reached(root: &Value, direction: Direction) -> BTreeSet<String> {
    let mut pending: Vec<&Value> = Vec::new();
    for place in places(root) {
        let operation = place.get(root);
        match direction {
            Direction::Request => {
                pending.extend(operation.get("requestBody"));
                pending.extend(operation.get("parameters"));
            }
            Direction::Response => pending.extend(operation.get("responses")),
        }
    }
    let mut names = BTreeSet::new();
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(map) => {
                if let Some(name) = referenced(value)
                    && names.insert(name.to_owned())
                {
                    pending
                        .extend(root.pointer(Pointer::root().join(["components", "schemas", name]).as_str()));
                }
                pending.extend(map.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    names
}

/// Takes the result of a walk that cannot fail.
pub(crate) fn without_failure(result: Result<(), std::convert::Infallible>) {
    match result {
        Ok(()) => {}
    }
}
