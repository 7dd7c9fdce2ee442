//! Lowers OpenAPI 3.1 to 3.0: JSON Schema keywords that 3.0 writes differently, or not at all.
//!
//! One walk over everything that is not data: a keyword means the same wherever a schema can be, and the names of properties are
//! not keywords. What 3.0 has no form for is left out with a warning.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::document::Tree;
use crate::pointer::Pointer;
use crate::report::{Diagnostics, WarningKind};

/// Lowers a document in place, if it is one of 3.1.
pub(super) fn lower(tree: &mut Tree, diagnostics: &mut Diagnostics) {
    // Unquoted in YAML, `3.1` is a number.
    let is_31 = match &tree.root["openapi"] {
        Value::String(version) => version.starts_with("3.1"),
        version => *version == json!(3.1),
    };
    if !is_31 {
        return;
    }
    let mut root = std::mem::take(&mut tree.root);
    if let Value::Object(document) = &mut root {
        document.insert("openapi".to_owned(), json!("3.0.3"));
        document.remove("jsonSchemaDialect");
        // Descriptions of what the server sends, not operations that a client can call.
        document.remove("webhooks");
    }
    let mut anchors = BTreeMap::new();
    collect_anchors(&root, &Pointer::root(), &mut anchors);
    Lowering { document: &tree.name, diagnostics, anchors }.any(&mut root, &Pointer::root());
    tree.root = root;
}

/// Notes where the schemas are that references name by `$anchor`, which 3.0 does not have.
fn collect_anchors(value: &Value, place: &Pointer, anchors: &mut BTreeMap<String, Pointer>) {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.get("$anchor").and_then(Value::as_str) {
                anchors.entry(name.to_owned()).or_insert_with(|| place.clone());
            }
            for (key, child) in map.iter().filter(|(key, _)| !DATA.contains(&key.as_str())) {
                collect_anchors(child, &place.child(key), anchors);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_anchors(item, &place.child(index), anchors);
            }
        }
        _ => {}
    }
}

struct Lowering<'a> {
    document: &'a str,
    diagnostics: &'a mut Diagnostics,
    anchors: BTreeMap<String, Pointer>,
}

/// Keys whose values are data.
const DATA: [&str; 5] = ["example", "default", "enum", "const", "mapping"];

/// Keys whose values have names as keys, which are no keywords whatever they are: `default` is a response, `const` a component.
const NAMES: [&str; 16] = [
    "$defs",
    "callbacks",
    "content",
    "definitions",
    "dependentSchemas",
    "headers",
    "links",
    "parameters",
    "pathItems",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
];

/// Keywords that say nothing about the type, or nothing that 3.0 could.
const UNSUPPORTED: [&str; 11] = [
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

impl Lowering<'_> {
    fn any(&mut self, value: &mut Value, place: &Pointer) {
        match value {
            Value::Object(map) => {
                self.schema(map, place);
                for (key, child) in map.iter_mut() {
                    let place = place.child(key);
                    match key.as_str() {
                        key if DATA.contains(&key) || key.starts_with("x-") => {}
                        // The parameters of an operation are a list.
                        key if NAMES.contains(&key) && child.is_object() => {
                            for (name, child) in child.as_object_mut().into_iter().flatten() {
                                self.any(child, &place.child(name));
                            }
                        }
                        // Of media types these are named examples; schemas have lost theirs above.
                        "examples" => {}
                        _ => self.any(child, &place),
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.any(item, &place.child(index));
                }
            }
            _ => {}
        }
    }

    /// Does nothing to objects that are no schemas: they have none of these keywords in these forms.
    fn schema(&mut self, map: &mut Map<String, Value>, place: &Pointer) {
        self.types(map, place);
        if let Some(value) = map.remove("const") {
            map.entry("enum").or_insert_with(|| json!([value]));
        }
        for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            if map.get(exclusive).is_some_and(Value::is_number)
                && let Some(limit) = map.insert(exclusive.to_owned(), json!(true))
            {
                map.insert(bound.to_owned(), limit);
            }
        }
        if let Some(Value::Array(examples)) = map.get("examples") {
            let first = examples.first().cloned();
            map.remove("examples");
            if let Some(first) = first {
                map.entry("example").or_insert(first);
            }
        }
        if map.remove("contentEncoding").is_some_and(|encoding| encoding == "base64") {
            map.entry("format").or_insert_with(|| json!("byte"));
        }
        if map.remove("contentMediaType").is_some_and(|media| media == "application/octet-stream") {
            map.entry("format").or_insert_with(|| json!("binary"));
        }
        if let Some(Value::String(target)) = map.get_mut("$ref") {
            if let Some(place) = target.strip_prefix('#').and_then(|name| self.anchors.get(name)) {
                *target = format!("#{}", place.as_str());
            }
            self.siblings(map);
        }
        let is_schema = ["type", "properties", "items", "allOf", "anyOf", "oneOf", "enum"]
            .iter()
            .any(|keyword| map.contains_key(*keyword));
        for keyword in UNSUPPORTED.iter().filter(|_| is_schema) {
            if map.remove(*keyword).is_some() {
                let message = format!("`{keyword}` has no form in OpenAPI 3.0 and is left out");
                self.diagnostics.warn(WarningKind::LeftOut, self.document, &place.child(keyword), message);
            }
        }
    }

    /// Rewrites lists of types: `[string, "null"]` is a nullable string, and several real types are alternatives.
    fn types(&mut self, map: &mut Map<String, Value>, place: &Pointer) {
        let names: Vec<Value> = match map.get("type") {
            Some(Value::Array(names)) => names.clone(),
            Some(Value::String(name)) if name == "null" => vec![json!("null")],
            _ => return,
        };
        let mut real: Vec<Value> = names.iter().filter(|name| **name != "null").cloned().collect();
        if real.len() < names.len() {
            map.insert("nullable".to_owned(), json!(true));
        }
        match real.len() {
            0 => {
                map.remove("type");
                // Nothing but null: an enum of it, as drf-spectacular writes for 3.0.
                map.insert("enum".to_owned(), json!([null]));
            }
            1 => {
                map.insert("type".to_owned(), real.remove(0));
            }
            _ => {
                map.remove("type");
                let alternatives: Vec<Value> = real.iter().map(|name| json!({ "type": name })).collect();
                if map.contains_key("anyOf") || map.contains_key("oneOf") {
                    let message = "several types next to alternatives are read as any JSON value";
                    self.diagnostics.warn(WarningKind::ReadAs, self.document, &place.child("type"), message);
                } else {
                    map.insert("anyOf".to_owned(), Value::Array(alternatives));
                }
            }
        }
    }

    /// Rewrites keywords next to a `$ref`, which count in 3.1, as an `allOf` of 3.0.
    fn siblings(&mut self, map: &mut Map<String, Value>) {
        let counts = |key: &str| !matches!(key, "$ref" | "description" | "summary") && !key.starts_with("x-");
        if !map.keys().any(|key| counts(key)) {
            return;
        }
        if let Some(target) = map.remove("$ref") {
            let reference = json!({ "$ref": target });
            match map.get_mut("allOf") {
                Some(Value::Array(parts)) => parts.insert(0, reference),
                _ => {
                    map.insert("allOf".to_owned(), json!([reference]));
                }
            }
        }
    }
}
