//! Gives operations and schemas the names that the profile's table holds for them.
//!
//! Upstream's own `operationId`s and component names are accidents: renaming one there must not rename a Rust
//! method or type. What the table does not know keeps a derived name and is reported.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::operation::{Place, path_parameters, places};
use crate::pointer::Pointer;
use crate::profile::{OperationName, Profile};
use crate::report::Warning;
use crate::schema::{self, COMPONENT, reference, referenced};

/// Names operations and their bodies.
pub(crate) fn operations(
    tree: &mut Tree,
    profile: &Profile,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let places = places(&tree.root);
    for entry in &profile.operations {
        if !places.iter().any(|place| place.is_call(&entry.call)) {
            return Err(tree.error(Pointer::root().child("paths"), Problem::StaleName(entry.call.clone())));
        }
    }
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for place in &places {
        let entry = profile.operations.iter().find(|entry| place.is_call(&entry.call));
        let name = match entry {
            Some(entry) => entry.name.clone(),
            None => derived_name(place, place.get(&tree.root)),
        };
        if entry.is_none() {
            warnings.push(Warning::DerivedName { call: place.call(), name: name.clone() });
        }
        if let Some(other) = taken.insert(name.to_snake_case(), place.call()) {
            return Err(tree.error(place.pointer(), Problem::DuplicateName { name, other }));
        }
        place.get_mut(&mut tree.root).insert("operationId".into(), Value::String(name.clone()));
        name_bodies(tree, place, &name, entry)?;
    }
    Ok(())
}

/// Names the schemas inside the bodies.
pub(crate) fn schemas(tree: &mut Tree, profile: &Profile) -> Result<(), Error> {
    for entry in &profile.schemas {
        let place = locate(tree, &entry.at)?;
        name_schema(tree, &place, &entry.name)?;
    }
    Ok(())
}

/// The operation's own id where it has one, else its method and path in words.
fn derived_name(place: &Place, operation: &Map<String, Value>) -> String {
    match operation.get("operationId").and_then(Value::as_str) {
        Some(id) => id.to_snake_case(),
        None => {
            let by =
                path_parameters(&place.path).iter().map(|name| format!("_by_{name}")).collect::<String>();
            let constant: String = place
                .path
                .split('/')
                .filter(|segment| !segment.starts_with('{'))
                .map(|segment| format!("_{segment}"))
                .collect();
            format!("{}{constant}{by}", place.method).to_snake_case()
        }
    }
}

fn name_bodies(
    tree: &mut Tree,
    place: &Place,
    operation: &str,
    entry: Option<&OperationName>,
) -> Result<(), Error> {
    let here = place.pointer();
    let bodies = [
        ("request", here.child("requestBody"), entry.map(|entry| &entry.request)),
        ("response", success(tree, place)?, entry.map(|entry| &entry.response)),
    ];
    for (role, body, name) in bodies {
        let content = body.child("content");
        let Some(media) = json_media_type(tree.root.pointer(content.as_str())) else {
            if let Some(Some(name)) = name {
                return Err(tree.error(body, Problem::StaleName(format!("{}: {name}", place.call()))));
            }
            continue;
        };
        let mut schema = content.join([media.as_str(), "schema"]);
        if tree.root.pointer(schema.as_str()).is_none() {
            return Err(tree
                .error(content.child(&media), Problem::Unsupported("a JSON body without a schema".into())));
        }
        if tree.root.pointer(schema.child("type").as_str()) == Some(&Value::from("array")) {
            schema = schema.child("items");
        }
        match name {
            Some(Some(name)) => name_schema(tree, &schema, name)?,
            _ if is_inline_object(tree.root.pointer(schema.as_str())) => {
                name_schema(tree, &schema, &format!("{}_{role}", operation).to_upper_camel_case())?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The response that describes success: the lowest 2xx.
pub(crate) fn success(tree: &Tree, place: &Place) -> Result<Pointer, Error> {
    let responses = place.pointer().child("responses");
    schema::object(tree.root.pointer(responses.as_str()))
        .map(|(status, _)| status)
        .filter(|status| status.starts_with('2'))
        .min()
        .map(|status| responses.child(status))
        .ok_or_else(|| tree.error(responses.clone(), Problem::NoSuccessResponse))
}

/// The key of the JSON media type among a body's `content`.
pub(crate) fn json_media_type(content: Option<&Value>) -> Option<String> {
    schema::object(content).map(|(media, _)| media).find(|media| is_json(media)).map(str::to_owned)
}

pub(crate) fn is_json(media: &str) -> bool {
    media.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn is_inline_object(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| referenced(schema).is_none() && schema.get("properties").is_some())
}

/// Resolves `Owner.property`, `Owner.property[]` and `operation_id?parameter` to the place of a schema.
pub(crate) fn locate(tree: &Tree, at: &str) -> Result<Pointer, Error> {
    let stale = |place: Pointer| tree.error(place, Problem::StaleName(at.to_owned()));
    if let Some((operation, parameter)) = at.split_once('?') {
        let place = places(&tree.root)
            .into_iter()
            .find(|place| place.get(&tree.root).get("operationId").and_then(Value::as_str) == Some(operation))
            .ok_or_else(|| stale(Pointer::root().child("paths")))?;
        let parameters = place.pointer().child("parameters");
        let list = tree.root.pointer(parameters.as_str()).and_then(Value::as_array);
        let index = list
            .and_then(|list| list.iter().position(|entry| entry["name"] == parameter))
            .ok_or_else(|| stale(parameters.clone()))?;
        return Ok(parameters.child(index).child("schema"));
    }
    let schemas = Pointer::root().join(["components", "schemas"]);
    let Some((owner, property)) = at.split_once('.') else { return Err(stale(schemas)) };
    let (property, items) = match property.strip_suffix("[]") {
        Some(property) => (property, true),
        None => (property, false),
    };
    let place = schemas.join([owner, "properties", property]);
    let place = if items { place.child("items") } else { place };
    if tree.root.pointer(place.as_str()).is_none() {
        return Err(stale(schemas.child(owner)));
    }
    Ok(place)
}

/// Makes the schema at `place` the component `name`, and leaves a reference behind.
fn name_schema(tree: &mut Tree, place: &Pointer, name: &str) -> Result<(), Error> {
    let Some(schema) = tree.root.pointer(place.as_str()) else {
        return Err(tree.error(place.clone(), Problem::StaleName(name.to_owned())));
    };
    match referenced(schema).map(str::to_owned) {
        Some(current) if current == name => Ok(()),
        Some(current) => rename_component(tree, place, &current, name),
        None => {
            let schema = schema.clone();
            add_component(tree, place, name, schema)?;
            if let Some(here) = tree.root.pointer_mut(place.as_str()) {
                *here = described_reference(name, here);
            }
            Ok(())
        }
    }
}

/// A reference that keeps the description of what stood here. OpenAPI ignores it; the finishing step does not.
pub(crate) fn described_reference(name: &str, replaced: &Value) -> Value {
    let mut reference = reference(name);
    for key in ["description", "x-nd8-constant", "x-nd8-provenance"] {
        if let Some(value) = replaced.get(key) {
            reference[key] = value.clone();
        }
    }
    reference
}

fn rename_component(tree: &mut Tree, place: &Pointer, current: &str, name: &str) -> Result<(), Error> {
    let schema = schema::components(&mut tree.root)
        .and_then(|components| components.remove(current))
        .unwrap_or_default();
    add_component(tree, place, name, schema)?;
    let (from, to) = (format!("{COMPONENT}{current}"), Value::String(format!("{COMPONENT}{name}")));
    replace_refs(&mut tree.root, &from, &to);
    Ok(())
}

fn replace_refs(value: &mut Value, from: &str, to: &Value) {
    match value {
        Value::Object(map) => {
            if map.get("$ref").and_then(Value::as_str) == Some(from) {
                map.insert("$ref".into(), to.clone());
            }
            map.values_mut().for_each(|child| replace_refs(child, from, to));
        }
        Value::Array(items) => items.iter_mut().for_each(|child| replace_refs(child, from, to)),
        _ => {}
    }
}

/// Adds a component, or widens the one of that name where both are enums of strings.
fn add_component(tree: &mut Tree, place: &Pointer, name: &str, schema: Value) -> Result<(), Error> {
    let components = ensure_components(&mut tree.root);
    let Some(existing) = components.get_mut(name) else {
        components.insert(name.to_owned(), schema);
        return Ok(());
    };
    if let (Some(known), Some(more)) = (enum_values(existing), enum_values(&schema)) {
        let missing: Vec<Value> = more.iter().filter(|value| !known.contains(value)).cloned().collect();
        if let Some(Value::Array(known)) = existing.get_mut("enum") {
            known.extend(missing);
        }
        return Ok(());
    }
    if without_prose(existing) == without_prose(&schema) {
        return Ok(());
    }
    Err(tree.error(place.clone(), Problem::SchemaNameTaken(name.to_owned())))
}

fn ensure_components(root: &mut Value) -> &mut Map<String, Value> {
    let schemas = &mut root["components"]["schemas"];
    if !schemas.is_object() {
        *schemas = Value::Object(Map::new());
    }
    match schemas {
        Value::Object(map) => map,
        other => unreachable!("just made an object, found {other}"),
    }
}

fn enum_values(schema: &Value) -> Option<&Vec<Value>> {
    (schema.get("type")? == "string").then(|| schema.get("enum")?.as_array())?
}

/// A schema without what only people read, for comparing two of one name.
fn without_prose(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let strip = &mut |map: &mut Map<String, Value>, _: &Pointer| -> Result<(), std::convert::Infallible> {
        map.retain(|key, _| {
            !matches!(key.as_str(), "title" | "description" | "example") && !key.starts_with("x-")
        });
        Ok(())
    };
    match schema::walk(&mut schema, &Pointer::root(), strip) {
        Ok(()) => schema,
    }
}
