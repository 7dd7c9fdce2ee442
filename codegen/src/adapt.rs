//! Brings a document into the part of OpenAPI that progenitor 0.15 turns into good Rust, one function a reason.
//!
//! Unlike the patches these are no corrections: each describes a limit of the generator, holds for any document,
//! and does nothing where its construct is absent. A golden case shows each at work.

use std::convert::Infallible;

use serde_json::{Map, Value, json};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::naming::{is_json, success};
use crate::operation::{Place, path_parameters, places};
use crate::pointer::Pointer;
use crate::schema::{self, Direction, for_each};

/// Applies every adaptation.
pub(crate) fn adapt(tree: &mut Tree) -> Result<(), Error> {
    for place in places(&tree.root) {
        parameters_are_supported(tree, &place)?;
        only_success_is_described(tree, &place)?;
        any_2xx_is_success(tree, &place);
        bodies_are_json(tree, &place)?;
    }
    types_are_known(tree)?;
    provenance_is_told(&mut tree.root);
    constraints_are_dropped(&mut tree.root);
    nullable_is_optional(&mut tree.root);
    numbers_are_exact(tree)?;
    unreachable_schemas_are_dropped(&mut tree.root);
    unknown_fields_are_kept(tree)
}

/// progenitor panics on cookies, on styles other than the defaults, and on templates it cannot fill.
fn parameters_are_supported(tree: &Tree, place: &Place) -> Result<(), Error> {
    let here = place.pointer().child("parameters");
    let list = tree.root.pointer(here.as_str()).and_then(Value::as_array).cloned().unwrap_or_default();
    let unsupported =
        |place: Pointer, what: &str| Err(tree.error(place, Problem::Unsupported(what.to_owned())));
    for (index, parameter) in list.iter().enumerate() {
        let (here, location) = (here.child(index), parameter["in"].as_str().unwrap_or_default());
        let plain_style = match location {
            "path" | "header" => "simple",
            "query" => "form",
            _ => return unsupported(here, "a cookie parameter"),
        };
        if parameter.get("style").is_some_and(|style| style != plain_style) {
            return unsupported(here.child("style"), "a parameter style other than the default");
        }
        if parameter.get("schema").is_none() {
            return unsupported(here, "a parameter without a schema");
        }
        if location == "path" && parameter["required"] != true {
            return unsupported(here, "a path parameter that is not required");
        }
    }
    let described = |name: &str| list.iter().any(|entry| entry["in"] == "path" && entry["name"] == name);
    let template = path_parameters(&place.path);
    if let Some(missing) = template.iter().find(|name| !described(name)) {
        return unsupported(here, &format!("the path parameter `{missing}` has no description"));
    }
    let stray = list.iter().position(|entry| {
        entry["in"] == "path" && !entry["name"].as_str().is_some_and(|name| template.contains(&name))
    });
    match stray {
        Some(index) => unsupported(here.child(index), "a path parameter that the path does not have"),
        None => Ok(()),
    }
}

/// Two body types for one operation panic (progenitor#344, #950). What is not success reaches the caller as an
/// unexpected response, with status, headers and body intact, and is decoded by hand.
fn only_success_is_described(tree: &mut Tree, place: &Place) -> Result<(), Error> {
    let success = success(tree, place)?;
    let keep = success.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    if let Some(Value::Object(responses)) = place.get_mut(&mut tree.root).get_mut("responses") {
        responses.retain(|status, _| *status == keep);
    }
    Ok(())
}

/// A refund that is answered with 201 where the document says 200 has been made all the same.
fn any_2xx_is_success(tree: &mut Tree, place: &Place) {
    if let Some(Value::Object(responses)) = place.get_mut(&mut tree.root).get_mut("responses") {
        let response = std::mem::take(responses).into_iter().next();
        responses.extend(response.map(|(_, response)| ("2XX".to_owned(), response)));
    }
}

/// Several media types for one body are a `todo!()` in progenitor, and headers on a response are ignored.
fn bodies_are_json(tree: &mut Tree, place: &Place) -> Result<(), Error> {
    let here = place.pointer();
    for body in [here.child("requestBody"), here.join(["responses", "2XX"])] {
        let content = body.child("content");
        let Some(Value::Object(media_types)) = tree.root.pointer_mut(content.as_str()) else { continue };
        let had_any = !media_types.is_empty();
        media_types.retain(|media, _| is_json(media));
        let kept = std::mem::take(media_types).into_iter().next();
        if kept.is_none() && had_any {
            return Err(tree.error(content, Problem::Unsupported("a body without a JSON form".into())));
        }
        if let Some((_, mut media)) = kept {
            if let Value::Object(media) = &mut media {
                media.remove("encoding");
            }
            media_types.insert("application/json".to_owned(), media);
        }
    }
    Ok(())
}

/// A type that JSON Schema does not have is a `todo!()` in progenitor.
fn types_are_known(tree: &mut Tree) -> Result<(), Error> {
    let name = tree.name.clone();
    for_each(&mut tree.root, &mut |schema, place| match schema.get("type").and_then(Value::as_str) {
        None | Some("array" | "boolean" | "integer" | "number" | "object" | "string") => Ok(()),
        Some(other) => Err(Error::new(
            &name,
            place.child("type"),
            Problem::Unsupported(format!("the schema type `{other}`")),
        )),
    })
}

/// Readers of the Rust documentation deserve to know what the project guessed.
fn provenance_is_told(root: &mut Value) {
    let tell = |map: &mut Map<String, Value>| {
        let note = match map.get("x-nd8-provenance").and_then(Value::as_str) {
            Some("inferred") => "Inferred: printed nowhere, so the live API may differ.",
            Some("guide") => "Source: the product guides, not the reference.",
            _ => return,
        };
        let description = map.get("description").and_then(Value::as_str).unwrap_or_default();
        let told = format!("{description}\n\n{note}").trim_start().to_owned();
        map.insert("description".to_owned(), Value::String(told));
    };
    for place in places(root) {
        tell(place.get_mut(root));
    }
    without_failure(for_each(root, &mut |schema, _| {
        tell(schema);
        Ok(())
    }));
}

/// Limits would become newtypes that refuse a *response* when the server exceeds its own limit, `minimum: 1` a
/// `NonZero`, and any of them would keep a conversion from matching. Limits on requests are checked in `ext`,
/// with the server's own field names. Defaults would be sent where the caller said nothing.
fn constraints_are_dropped(root: &mut Value) {
    const CONSTRAINTS: [&str; 13] = [
        "default",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "pattern",
    ];
    without_failure(for_each(root, &mut |schema, _| {
        schema.retain(|key, _| !CONSTRAINTS.contains(&key.as_str()) && key != "uniqueItems");
        let format_is_typed = matches!(
            schema.get("format").and_then(Value::as_str),
            Some("date-time" | "uuid" | "decimal" | "int32" | "int64")
        );
        if !format_is_typed {
            schema.remove("format");
        }
        Ok(())
    }));
}

/// `required` beside `nullable` makes an absent key an error. An absent key and a null say the same here, so a
/// nullable property is an optional one, and a nullable component an ordinary one.
fn nullable_is_optional(root: &mut Value) {
    let mut nullable: Vec<String> = Vec::new();
    for (name, component) in schema::components(root).into_iter().flatten() {
        if let Some(component) = component.as_object_mut()
            && component.remove("nullable") == Some(json!(true))
        {
            nullable.push(name.clone());
        }
    }
    let is_nullable = |property: &Value| {
        property["nullable"] == true
            || schema::referenced(property)
                .is_some_and(|name| nullable.iter().any(|nullable| nullable == name))
    };
    without_failure(for_each(root, &mut |schema, _| {
        let optional: Vec<String> = schema::object(schema.get("properties"))
            .filter(|(_, property)| is_nullable(property))
            .map(|(name, _)| name.to_owned())
            .collect();
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| !optional.iter().any(|optional| name == optional));
        }
        Ok(())
    }));
}

/// A `number` would be an `f64`. Every one is a decimal, read and written digit for digit.
fn numbers_are_exact(tree: &mut Tree) -> Result<(), Error> {
    let name = tree.name.clone();
    for_each(&mut tree.root, &mut |schema, place| {
        if schema.get("type") != Some(&json!("number")) {
            return Ok(());
        }
        schema.insert("format".to_owned(), json!("decimal"));
        match place.as_str().starts_with("/paths/") && place.as_str().contains("/parameters/") {
            // A query is not JSON: the adapter that writes exact numbers has no form for it.
            true => Err(Error::new(&name, place.clone(), Problem::Unsupported("a decimal parameter".into()))),
            false => Ok(()),
        }
    })
}

/// What no operation takes or yields any more, such as the bodies of errors, would only be dead types.
fn unreachable_schemas_are_dropped(root: &mut Value) {
    let mut used = schema::reached(root, Direction::Request);
    used.extend(schema::reached(root, Direction::Response));
    if let Some(components) = schema::components(root) {
        components.retain(|name, _| used.contains(name));
    }
}

/// A field that the server adds tomorrow is kept in `extra` instead of being dropped. `{}` is how typify is told:
/// it takes `true` for a wish to ignore them.
fn unknown_fields_are_kept(tree: &mut Tree) -> Result<(), Error> {
    for name in schema::reached(&tree.root, Direction::Response) {
        let place = Pointer::root().join(["components", "schemas", &name]);
        let Some(component) = tree.root.pointer_mut(place.as_str()) else { continue };
        let mut clash = None;
        without_failure(schema::walk(component, &place, &mut |schema, place| {
            if let Some(Value::Object(properties)) = schema.get("properties") {
                if properties.contains_key("extra") {
                    clash = Some(place.join(["properties", "extra"]));
                }
                schema.insert("additionalProperties".to_owned(), json!({}));
            }
            Ok(())
        }));
        if let Some(place) = clash {
            return Err(tree.error(place, Problem::Unsupported("a response field named `extra`".into())));
        }
    }
    Ok(())
}

fn without_failure(result: Result<(), Infallible>) {
    match result {
        Ok(()) => {}
    }
}
