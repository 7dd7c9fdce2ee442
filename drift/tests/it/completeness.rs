//! Nothing changes in silence: whatever is taken out of a document, or changes its meaning, is found.

use std::collections::BTreeMap;

use openapi_drift::{Document, compare_with};
use serde_json::{Map, Value};

use crate::options;

/// Pointers of all nodes below the root.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in children {
        let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(value, &pointer, all);
        all.push(pointer);
    }
}

fn without(document: &Value, pointer: &str) -> Value {
    let mut changed = document.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match changed.pointer_mut(parent).unwrap() {
        Value::Object(entries) => drop(entries.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        scalar => panic!("{scalar} holds nothing"),
    }
    changed
}

fn altered(document: &Value, pointer: &str) -> Option<Value> {
    let mut changed = document.clone();
    match changed.pointer_mut(pointer).unwrap() {
        Value::String(text) => text.push('z'),
        Value::Bool(value) => *value = !*value,
        number @ Value::Number(_) => *number = Value::from(987_654),
        _ => return None,
    }
    Some(changed)
}

/// Returns the document with values of other types at a pointer.
fn retyped(document: &Value, pointer: &str) -> Vec<Value> {
    let others = match document.pointer(pointer).unwrap() {
        Value::String(_) => [Value::from(5), Value::Bool(true)],
        Value::Bool(true) => [Value::from("yes"), Value::from("true")],
        Value::Bool(false) => [Value::from("no"), Value::from(0)],
        Value::Number(_) => [Value::from("5"), Value::Array(vec![])],
        Value::Array(_) => [Value::from("a"), Value::Object(Map::new())],
        _ => [Value::from("a"), Value::Array(vec![])],
    };
    let changed = others.iter().map(|other| {
        let mut changed = document.clone();
        *changed.pointer_mut(pointer).unwrap() = other.clone();
        changed
    });
    changed.collect()
}

/// Returns whether no credential is accepted where this is the value of `security`.
fn has_no_credential(security: &Value) -> bool {
    security.as_array().is_none_or(|list| list.iter().all(|item| item == &Value::Object(Map::new())))
}

/// Returns whether a change at a pointer may be left unreported: it is none, or it is none for those who call the API.
fn is_redundant(document: &Value, pointer: &str) -> bool {
    let value = document.pointer(pointer).unwrap();
    let is_empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(value) => !value,
        _ => false,
    };
    match pointer.rsplit('/').next().unwrap() {
        // The document is written in another version of OpenAPI if the first two numbers differ.
        "openapi" => true,
        "content" | "paths" | "scopes" | "uniqueItems" => is_empty,
        "required" if is_empty => true,
        "additionalProperties" => value == &Value::Bool(true),
        // It is what the document requires by default.
        "security" if pointer.starts_with("/paths/") => {
            let default = document.pointer("/security").cloned().unwrap_or_default();
            value == &default || (has_no_credential(value) && has_no_credential(&default))
        }
        // An alternative that requires nothing, like the others.
        "0" if pointer.ends_with("/security/0") => {
            has_no_credential(document.pointer(pointer.trim_end_matches("/0")).unwrap())
        }
        // One value is written the same either way.
        "explode" => sibling(document, pointer, "schema").is_some_and(|schema| schema["type"] == "string"),
        // A parameter or a header states by itself whether it is deprecated.
        "deprecated" => pointer.ends_with("/schema/deprecated"),
        // Extensions are looked at where oasdiff does. Clients do not send what is read-only.
        _ => pointer.contains("/x-") || (pointer.contains("/~1ro") && pointer.contains("/requestBody/")),
    }
}

/// Returns whether a document means the same without the value at a pointer: it is the default, or follows from another value.
fn is_implied(document: &Value, pointer: &str) -> bool {
    let has = |key: &str| sibling(document, pointer, key).is_some();
    match pointer.rsplit('/').next().unwrap() {
        "type" => has("enum") || has("const"),
        "style" => pointer.contains("/headers/") && document.pointer(pointer) == Some(&Value::from("simple")),
        _ => false,
    }
}

/// Returns the value under a key next to the one at a pointer.
fn sibling<'v>(document: &'v Value, pointer: &str, key: &str) -> Option<&'v Value> {
    document.pointer(pointer.rsplit_once('/')?.0)?.get(key)
}

/// Returns the documents of the folders and of the table, each with a name.
fn documents() -> BTreeMap<String, String> {
    let mut documents = BTreeMap::new();
    for (folder, old, new) in crate::cases::folders() {
        let folder = folder.file_name().unwrap().to_str().unwrap().to_owned();
        // A defect is reported for being there.
        if folder != "defects-are-findings" {
            documents.insert(format!("{folder}/new.yaml"), new);
            documents.insert(format!("{folder}/old.yaml"), old);
        }
    }
    let made = crate::changes::documents(&["request-body", "request-parameter", "response-property"]);
    documents.extend(made.into_iter().map(|text| (text.lines().nth(2).unwrap().to_owned(), text)));
    documents
}

#[test]
fn nothing_changes_in_silence() {
    let mut silent = Vec::new();
    for (name, text) in documents() {
        let old = Document::parse("old", text).unwrap();
        let value: Value = serde_json::from_str(&old.to_json()).unwrap();
        let mut all = Vec::new();
        pointers(&value, "", &mut all);
        for pointer in all.into_iter().filter(|pointer| !is_redundant(&value, pointer)) {
            let removed = (!is_implied(&value, &pointer)).then(|| without(&value, &pointer));
            let changed = [removed, altered(&value, &pointer)].into_iter().flatten();
            for changed in changed.chain(retyped(&value, &pointer)) {
                let Ok(new) = Document::parse("new", changed.to_string()) else { continue };
                if compare_with(&old, &new, &options()).findings.is_empty() {
                    silent.push(format!("{pointer} of {name}"));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
