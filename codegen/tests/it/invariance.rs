//! Changes of a document that mean nothing: the code generated from it stays the same, byte for byte.
//!
//! Each test rewrites ND8's own document, with the supplement, the overlay and the profile of today. Where that document lacks a
//! construct, a small document that has it is rewritten as well.

use std::fs;
use std::path::Path;

use nd8_codegen::{Document, Generated, Knowledge, Profile, generate, generate_with, nd8};
use serde_json::{Map, Value, json};

/// The outputs that a rewrite must not change, by the names of the files.
type Outputs<'a> = Vec<(&'static str, &'a str)>;

fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn nd8_document() -> Value {
    serde_json::from_slice(&read("nd8.json")).expect("is JSON")
}

/// Generates from a document in the place of `openapi/nd8.json`.
fn of_nd8(document: &Value) -> Generated {
    let (profile, supplement, overlay) = (nd8::profile(), read("supplement.json"), read("overlay.json"));
    let knowledge = Knowledge::new(&profile)
        .supplement(Document { name: "supplement.json", bytes: &supplement })
        .overlay(Document { name: "overlay.json", bytes: &overlay });
    let text = document.to_string();
    generate_with(Document { name: "nd8.json", bytes: text.as_bytes() }, &knowledge)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Generates from a document alone.
fn of_small(document: &Value) -> Generated {
    let (text, profile) = (document.to_string(), Profile::default());
    generate(Document { name: "small.json", bytes: text.as_bytes() }, None, &profile)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn client(generated: &Generated) -> Outputs<'_> {
    let Generated { types, client, surface, .. } = generated;
    vec![("types.rs", types), ("client.rs", client), ("surface.txt", surface)]
}

fn code(generated: &Generated) -> Outputs<'_> {
    let mut outputs = client(generated);
    outputs.push(("mocks.rs", &generated.mocks));
    outputs
}

fn all(generated: &Generated) -> Outputs<'_> {
    let mut outputs = code(generated);
    outputs.push(("merged.json", &generated.merged));
    outputs
}

/// Fails with the first line that differs.
#[track_caller]
fn assert_equal(old: Outputs<'_>, new: Outputs<'_>) {
    for ((name, old), (_, new)) in old.into_iter().zip(new) {
        if let Some((old, new)) = old.lines().zip(new.lines()).find(|(old, new)| old != new) {
            panic!("{name} differs:\n-{old}\n+{new}");
        }
        assert_eq!(old.len(), new.len(), "{name} has another length");
    }
}

/// Applies a change to every object, the inner ones first.
fn for_each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(|child| for_each_object(child, change));
            change(map);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| for_each_object(item, change)),
        _ => {}
    }
}

/// Applies a change to every schema: of components, parameters and media types, and to those inside, the inner ones first.
fn for_each_schema(document: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    for component in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        schema(component.1, change);
    }
    for_each_object(&mut document["paths"], &mut |owner| {
        // Of parameters and media types. No property of the documents here is called `schema`.
        owner.get_mut("schema").into_iter().for_each(|root| schema(root, change));
    });
}

fn schema(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    let Value::Object(map) = value else { return };
    for (_, property) in map.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        schema(property, change);
    }
    for keyword in ["items", "additionalProperties"] {
        map.get_mut(keyword).into_iter().for_each(|child| schema(child, change));
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let parts = map.get_mut(keyword).and_then(Value::as_array_mut);
        parts.into_iter().flatten().for_each(|child| schema(child, change));
    }
    change(map);
}

/// Counts the rewrites of a kind, so that a test can assert that there was something to rewrite.
#[derive(Debug, Default, PartialEq)]
struct Rewritten {
    nullable: usize,
    exclusive: usize,
    example: usize,
    constant: usize,
}

/// Writes a document of OpenAPI 3.0 as one of 3.1.
fn raise(document: &mut Value) -> Rewritten {
    let mut rewritten = Rewritten::default();
    for_each_schema(document, &mut |schema| {
        if schema.remove("nullable") == Some(json!(true)) {
            rewritten.nullable += 1;
            match schema.remove("type") {
                Some(name) => _ = schema.insert("type".to_owned(), json!([name, "null"])),
                None => {
                    // In 3.1 null is one more alternative.
                    let alternatives = schema.remove("allOf").expect("has a type or an `allOf`");
                    let mut alternatives = alternatives.as_array().expect("is a list").clone();
                    alternatives.push(json!({ "type": "null" }));
                    schema.insert("anyOf".to_owned(), Value::Array(alternatives));
                }
            }
        }
        for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            if schema.remove(exclusive) == Some(json!(true)) {
                rewritten.exclusive += 1;
                let limit = schema.remove(bound).expect("an exclusive bound has a value");
                schema.insert(exclusive.to_owned(), limit);
            }
        }
        if let Some(example) = schema.remove("example") {
            rewritten.example += 1;
            schema.insert("examples".to_owned(), json!([example]));
        }
        if let Some([only]) = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            rewritten.constant += 1;
            let only = only.clone();
            schema.remove("enum");
            schema.insert("const".to_owned(), only);
        }
    });
    document["openapi"] = json!("3.1.0");
    document["jsonSchemaDialect"] = json!("https://spec.openapis.org/oas/3.1/dialect/base");
    document["webhooks"] = json!({ "changed": { "post": {
        "requestBody": { "content": { "application/json": { "schema": { "type": ["object", "null"] } } } },
        "responses": { "200": { "description": "Done." } },
    } } });
    rewritten
}

/// Reverses the keys of every object and every list of parameters.
fn reorder(document: &mut Value) -> usize {
    let mut lists = 0;
    for_each_object(document, &mut |map| {
        if let Some(Value::Array(parameters)) = map.get_mut("parameters") {
            parameters.reverse();
            lists += usize::from(parameters.len() > 1);
        }
        *map = std::mem::take(map).into_iter().rev().collect();
    });
    lists
}

/// Gives every path parameter another name.
fn rename_path_parameters(document: &mut Value) -> usize {
    let paths = document["paths"].as_object_mut().expect("is an object");
    let mut renamed = 0;
    *paths = std::mem::take(paths)
        .into_iter()
        .map(|(path, mut item)| {
            for_each_object(&mut item, &mut |parameter| {
                if parameter.get("in") == Some(&json!("path")) {
                    let name = format!("upstream_{}", parameter["name"].as_str().expect("is a text"));
                    parameter.insert("name".to_owned(), json!(name));
                    renamed += 1;
                }
            });
            (path.replace('{', "{upstream_"), item)
        })
        .collect();
    renamed
}

/// Gives every component schema another name, in references as well.
fn rename_components(document: &mut Value) -> usize {
    const PREFIX: &str = "#/components/schemas/";
    let new = |name: &str| format!("Upstream7{name}");
    let mut references = 0;
    for_each_object(document, &mut |map| {
        if let Some(name) = map.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix(PREFIX)) {
            let target = format!("{PREFIX}{}", new(name));
            map.insert("$ref".to_owned(), json!(target));
            references += 1;
        }
    });
    let schemas = document["components"]["schemas"].as_object_mut().expect("is an object");
    *schemas = std::mem::take(schemas).into_iter().map(|(name, it)| (new(&name), it)).collect();
    references
}

/// Puts every component schema where it is referenced, and removes the components.
fn inline_components(document: &mut Value) {
    fn expand(value: &mut Value, schemas: &Map<String, Value>) {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            let name = target.strip_prefix("#/components/schemas/").expect("is a reference to a schema");
            *value = schemas[name].clone();
        }
        match value {
            Value::Object(map) => map.values_mut().for_each(|child| expand(child, schemas)),
            Value::Array(items) => items.iter_mut().for_each(|item| expand(item, schemas)),
            _ => {}
        }
    }
    let components = document["components"].as_object_mut().expect("is an object");
    let Some(Value::Object(schemas)) = components.remove("schemas") else { panic!("has no schemas") };
    expand(&mut document["paths"], &schemas);
}

/// A document of OpenAPI 3.0 in which each construct occurs that 3.1 writes differently.
fn small() -> Value {
    let of = |schema: Value| json!({ "application/json": { "schema": schema } });
    let item = json!({ "$ref": "#/components/schemas/Item" });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Small", "version": "1" },
        "paths": { "/items/{id}/parts/{part}/": {
            "get": {
                "operationId": "get_item",
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
                    { "name": "part", "in": "path", "required": true, "schema": { "type": "integer" } },
                    { "name": "since", "in": "query", "schema": { "type": "string", "format": "date", "nullable": true } },
                ],
                "responses": { "200": { "description": "Done.", "content": of(item.clone()) } },
            },
            "patch": {
                "operationId": "change_item",
                "parameters": [
                    { "name": "part", "in": "path", "required": true, "schema": { "type": "integer" } },
                    { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
                ],
                "requestBody": { "required": true, "content": of(json!({ "$ref": "#/components/schemas/ItemUpdate" })) },
                "responses": { "200": { "description": "Done.", "content": of(item) } },
            },
        } },
        "components": { "schemas": {
            "Item": {
                "type": "object",
                "required": ["id", "kind", "note"],
                "properties": {
                    "id": { "type": "string", "example": "a" },
                    "kind": { "type": "string", "enum": ["item"] },
                    "note": { "type": "string", "nullable": true, "example": null },
                    "count": { "type": "integer", "minimum": 0, "exclusiveMinimum": true },
                    "share": { "type": "number", "maximum": 1, "exclusiveMaximum": true, "nullable": true },
                    "state": { "type": "string", "enum": ["new", "sold", null], "nullable": true },
                    "tags": { "type": "array", "nullable": true, "items": { "type": "string", "nullable": true } },
                    "shelf": { "allOf": [{ "$ref": "#/components/schemas/Shelf" }], "nullable": true },
                },
            },
            "Shelf": { "type": "object", "properties": { "row": { "type": "integer", "nullable": true } } },
            "ItemUpdate": {
                "type": "object",
                "properties": {
                    "kind": { "type": "string", "enum": ["item"] },
                    "note": { "type": "string", "nullable": true },
                    "count": { "type": "integer", "minimum": 0, "exclusiveMinimum": true, "example": 3 },
                },
            },
        } },
    })
}

#[test]
fn names_of_components_change_nothing() {
    let (old, mut new) = (nd8_document(), nd8_document());
    assert!(rename_components(&mut new) > 0);
    assert!(new["components"]["schemas"].get("Upstream7Refund").is_some());
    assert_equal(all(&of_nd8(&old)), all(&of_nd8(&new)));
}

#[test]
fn schemas_may_be_where_they_are_used() {
    let (old, mut new) = (nd8_document(), nd8_document());
    inline_components(&mut new);
    assert!(!new.to_string().contains("$ref"));
    assert_equal(all(&of_nd8(&old)), all(&of_nd8(&new)));
}

#[test]
fn a_document_may_be_written_as_openapi_3_1() {
    let (old, mut new) = (nd8_document(), nd8_document());
    let rewritten = raise(&mut new);
    assert!(rewritten.example > 0, "{rewritten:?}");
    assert_equal(code(&of_nd8(&old)), code(&of_nd8(&new)));
}

#[test]
fn each_construct_may_be_written_as_openapi_3_1() {
    let (old, mut new) = (small(), small());
    assert_eq!(raise(&mut new), Rewritten { nullable: 9, exclusive: 3, example: 3, constant: 2 });
    let (old, new) = (of_small(&old), of_small(&new));
    assert_equal(code(&old), code(&new));
    // Elements that may be null are any JSON value, however that is written.
    let warnings =
        [old.warnings, new.warnings].map(|it| it.into_iter().map(|it| it.message).collect::<Vec<_>>());
    assert!(
        warnings[0].len() == 1 && warnings[0][0].starts_with("it may be null within a list"),
        "{warnings:?}"
    );
    assert_eq!(warnings[0], warnings[1]);
}

#[test]
fn the_order_and_the_names_of_path_parameters_change_nothing() {
    let (old, mut new) = (nd8_document(), nd8_document());
    assert!(reorder(&mut new) > 0);
    assert_ne!(old.to_string(), new.to_string(), "the keys are in another order");
    assert_equal(all(&of_nd8(&old)), all(&of_nd8(&new)));
    assert!(rename_path_parameters(&mut new) > 0);
    assert_equal(client(&of_nd8(&old)), client(&of_nd8(&new)));
}

#[test]
fn the_order_of_a_document_without_a_profile_changes_nothing() {
    let (old, mut new) = (small(), small());
    assert_eq!(reorder(&mut new), 2);
    assert_equal(all(&of_small(&old)), all(&of_small(&new)));
}

#[test]
fn outputs_that_differ_fail() {
    let mut other = small();
    other["components"]["schemas"]["Item"]["properties"]["id"]["type"] = json!("integer");
    let (old, new) = (of_small(&small()), of_small(&other));
    let failure = std::panic::catch_unwind(|| assert_equal(code(&old), code(&new))).expect_err("differs");
    let message = failure.downcast_ref::<String>().expect("is a text");
    assert_eq!(message, "types.rs differs:\n-        pub id: ::std::string::String,\n+        pub id: i64,");
}
