//! Document of the sandbox: the merged document of the repository, and the refusals that every operation of such a
//! server gives.
//!
//! The first is a derived file (`openapi/merged.json`). The refusals are in a file of the sandbox (`openapi/refusals.json`), because only
//! the sandbox claims them: the code that is generated from the documents does not change with them.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::contract::operation::{Operation, Parameter, RequestBody, ResponseRule};
use crate::contract::schema::Schema;
use crate::settings::ListShape;

/// Operations of the document, compiled once for all sandboxes of the process.
pub(super) static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(compile_operations);

/// Returns the operations of a path.
pub(crate) fn operations_at(path: &str) -> Vec<&'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.path == path).collect()
}

/// Returns the first reason why this operation could not return this body with status 200.
pub(crate) fn first_problem(operation: &str, body: &impl Serialize) -> Option<String> {
    let operation = OPERATIONS.iter().find(|known| known.name() == operation)?;
    let body = serde_json::to_vec(body).expect("views have text keys and nothing that fails to serialize");
    operation
        .validate_response(StatusCode::OK, "application/json", &body, ListShape::Bare, 1)
        .into_iter()
        .next()
}

// A copy, because cargo packs only what is in the folder of the crate, and a symbolic link is a text file on Windows.
const MERGED: &str = include_str!("../../openapi/merged.json");

const REFUSALS: &str = include_str!("../../openapi/refusals.json");

/// Puts the document together, for a server at this address.
pub(crate) fn document(server: &str) -> Value {
    // The port is known only now, so this cannot be a constant.
    let mut document = merged();
    document["servers"] = json!([{ "url": server, "description": "This sandbox." }]);
    document
}

fn merged() -> Value {
    let mut document = read(MERGED);
    let mut refusals = read(REFUSALS);
    let every = refusals["responses"]["every operation"].take();
    let with_body = refusals["responses"]["operations with a body"].take();
    let lists = refusals["responses"]["lists"].take();
    for (method, operation) in
        document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut).flat_map(verbs)
    {
        let is_list = method == "get" && operation["responses"]["200"].pointer(SCHEMA).is_some_and(is_array);
        merge(&mut operation["responses"], every.clone());
        if operation.get("requestBody").is_some() {
            merge(&mut operation["responses"], with_body.clone());
        }
        if is_list {
            merge(&mut operation["responses"], lists.clone());
        }
    }
    declare_constraints(&mut document, &refusals);
    document
}

/// Adds what the sandbox refuses in request bodies to their schemas.
fn declare_constraints(document: &mut Value, refusals: &Value) {
    for (name, fields) in refusals["requests"].as_object().into_iter().flatten() {
        for (field, constraints) in fields.as_object().into_iter().flatten() {
            let schema = document["components"]["schemas"][name.as_str()]["properties"].get_mut(field);
            merge(schema.expect("a field of the document; a test reads all"), constraints.clone());
        }
    }
    for (operation, _) in refusals["bodies"].as_object().into_iter().flatten() {
        let (method, path) = operation.split_once(' ').unwrap_or_default();
        document["paths"][path][method.to_lowercase()]["requestBody"]["required"] = Value::Bool(true);
    }
}

/// Compiles the operations. The documents are part of the program, so defects of them are found by any test.
fn compile_operations() -> Vec<Operation> {
    let mut document = merged();
    let paths = document["paths"].take();
    let schemas = document["components"]["schemas"].take();
    let Value::Object(paths) = paths else { return Vec::new() };
    let mut operations = Vec::new();
    for (path, mut item) in paths {
        for (method, operation) in verbs(&mut item) {
            operations.push(compile(&path, method, operation, &schemas));
        }
    }
    operations
}

/// Where a response or a request body has its schema.
const SCHEMA: &str = "/content/application~1json/schema";

fn compile(path: &str, method: &str, operation: &Value, schemas: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten().map(|parameter| Parameter {
        name: parameter["name"].as_str().unwrap_or_default().to_owned(),
        in_path: parameter["in"] == "path",
        schema: Schema::compile(&parameter["schema"], schemas),
    });
    let body = operation.get("requestBody").and_then(|body| {
        let schema = Schema::compile(body.pointer(SCHEMA)?, schemas);
        Some(RequestBody { required: body["required"] == true, schema })
    });
    let responses = operation["responses"].as_object().into_iter().flatten().map(|(status, response)| {
        let schema = response.pointer(SCHEMA);
        ResponseRule {
            status: status.parse().unwrap_or_default(),
            list: method == "get" && status == "200" && schema.is_some_and(is_array),
            schema: schema.map(|schema| Schema::compile(schema, schemas)),
        }
    });
    Operation {
        method: method.to_uppercase().parse().unwrap_or(Method::GET),
        path: path.to_owned(),
        parameters: parameters.collect(),
        body,
        responses: responses.collect(),
    }
}

fn read(document: &str) -> Value {
    serde_json::from_str(document).expect("the document is compiled in, and tests read it")
}

/// Adds what is not there yet.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        for (name, value) in from {
            into.entry(name).or_insert(value);
        }
    }
}

/// Operations of a path.
fn verbs(item: &mut Value) -> impl Iterator<Item = (&str, &mut Value)> {
    let members = item.as_object_mut().into_iter().flatten();
    members
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, _)| ["get", "put", "post", "delete", "patch"].contains(name))
}

fn is_array(schema: &Value) -> bool {
    schema["type"] == "array"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_added_and_replace_nothing() {
        let (reference, document) = (read(MERGED), document("http://127.0.0.1:1/api"));
        for (path, item) in reference["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for (status, response) in operation["responses"].as_object().unwrap() {
                    assert_eq!(
                        &document["paths"][path][method]["responses"][status], response,
                        "{path} {status}"
                    );
                }
            }
        }
        let create = &document["paths"]["/checkout/create/"]["post"]["responses"];
        let statuses: Vec<&str> = create.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(statuses, ["201", "400", "401", "403", "406", "413", "415", "429"]);
        assert!(document["paths"]["/refunds/"]["get"]["responses"]["404"].is_object());
    }

    #[test]
    fn only_refusals_are_added() {
        let refusals = read(REFUSALS);
        for responses in refusals["responses"].as_object().unwrap().values() {
            for status in responses.as_object().unwrap().keys() {
                assert!(status.starts_with('4'), "{status}");
            }
        }
    }

    #[test]
    fn constraints_are_added_and_replace_nothing() {
        let (reference, document) = (read(MERGED), merged());
        let schema =
            |document: &Value, name: &str| document["components"]["schemas"][name]["properties"].clone();
        let name = &schema(&document, "CheckoutRequest")["billing_first_name"];
        assert_eq!((&name["minLength"], &name["maxLength"]), (&json!(1), &json!(100)));
        let refusals = read(REFUSALS);
        for (name, fields) in refusals["requests"].as_object().unwrap() {
            for (field, constraints) in fields.as_object().unwrap() {
                assert_eq!(constraints["x-nd8-refusal-provenance"], "inferred", "{name}.{field}");
                let before = schema(&reference, name)[field].clone();
                for (keyword, value) in before.as_object().unwrap() {
                    assert_eq!(&schema(&document, name)[field][keyword], value, "{name}.{field}");
                }
            }
        }
        assert_eq!(document["paths"]["/organization/webhooks/"]["put"]["requestBody"]["required"], true);
    }

    /// Git writes a symbolic link as a text file on Windows.
    #[test]
    fn the_embedded_document_is_a_copy_and_no_link() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi");
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            assert!(!entry.file_type().unwrap().is_symlink(), "{:?}", entry.path());
        }
        let original = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/merged.json");
        assert_eq!(std::fs::read_to_string(original).unwrap(), MERGED, "run `cargo xtask codegen`");
    }
}
