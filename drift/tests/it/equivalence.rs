//! Same API written differently: in JSON, in another order, with references inlined. No finding.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{compare, ids};

/// A document whose operation is called with this, and responses with that.
fn document_with(security: &Value, responses: &Value, servers: &Value, tags: &Value) -> String {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": servers,
        "tags": tags,
        "paths": {"/a": {"get": {"operationId": "o", "security": security, "responses": responses}}},
    });
    document.to_string()
}

/// Names are cut short in messages only. The fuzzer found the first of these.
#[test]
fn names_that_begin_alike_are_two() {
    let long = |end: &str| format!("{}{end}", "l".repeat(300));
    let document = |one: Value, other: Value| {
        let two = |value: fn(&Value) -> Value| json!({long("1"): value(&one), long("2"): value(&other)});
        let response = json!({
            "description": "ok",
            "links": two(|value| json!({"operationId": value.to_string(), "description": "d"})),
            "headers": two(|value| json!({"required": value, "schema": {}})),
        });
        let statuses = two(|value| json!({"description": value}));
        let responses =
            json!({"200": response, long("1"): statuses[long("1")], long("2"): statuses[long("2")]});
        let servers = json!([
            {"url": long("1"), "variables": {"v": {"default": one}}},
            {"url": long("2"), "variables": {"v": {"default": other}}},
        ]);
        let tags =
            json!([{"name": long("1"), "description": one}, {"name": long("2"), "description": other}]);
        let scopes = |value: &Value| if value == &json!(true) { json!(["s"]) } else { json!([]) };
        let security = json!([{long("1"): scopes(&one)}, {long("2"): scopes(&other)}]);
        document_with(&security, &responses, &servers, &tags)
    };
    let texts = [document(json!(true), json!(false)), document(json!(false), json!(true))];
    for text in &texts {
        assert_eq!(ids(&compare(text, text)), Vec::<String>::new());
    }
    let found = compare(&texts[0], &texts[1]);
    let count = |id: &str| found.findings.iter().filter(|finding| finding.rule.id() == id).count();
    for id in ["api-security-scope-added", "api-security-scope-removed"] {
        assert_eq!(count(id), 1, "{id}");
    }
    for id in [
        "response-header-became-required",
        "response-header-became-optional",
        "server-variable-changed",
        "api-tag-description-changed",
        "response-link-changed",
    ] {
        assert_ne!(count(id), 0, "{id}: {:?}", ids(&found));
    }
}

/// A name that comes again in a list is no change, in whichever order.
#[test]
fn names_that_come_again_are_the_same() {
    let lists = |reversed: bool| {
        let turn = |mut list: Vec<Value>| {
            if reversed {
                list.reverse();
            }
            Value::Array(list)
        };
        let servers = turn(vec![
            json!({"url": "https://a/", "variables": {"v": {"default": "1"}}}),
            json!({"url": "https://a", "variables": {"v": {"default": "2"}}}),
        ]);
        let tags = turn(vec![json!({"name": "n", "description": "1"}), json!({"name": "n"})]);
        let security = turn(vec![json!({"k": ["read"]}), json!({"k": ["write"]})]);
        document_with(&security, &json!({"200": {"description": "ok"}}), &servers, &tags)
    };
    for (old, new) in [(false, false), (false, true), (true, false)] {
        assert_eq!(ids(&compare(&lists(old), &lists(new))), Vec::<String>::new());
    }
}

/// A schema of bounded depth, as people write them, some of it by reference.
fn schema() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        (0_u32..50).prop_map(|most| json!({"type": "string", "maxLength": most, "description": "words: \"quoted\" # not a comment"})),
        (-50_i32..50).prop_map(|least| json!({"type": "integer", "minimum": least, "format": "int64"})),
        Just(json!({"type": "string", "enum": ["yes", "no", "1", "null", "a: b", ""]})),
        Just(json!({"type": "number", "multipleOf": 0.1, "default": 1e2, "nullable": true})),
        (0_usize..4).prop_map(|name| json!({"$ref": format!("#/components/schemas/{}", NAMES[name])})),
        Just(json!({})),
    ];
    scalar.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "uniqueItems": true})),
            prop::collection::btree_map("[a-d]", inner.clone(), 0..4).prop_map(|properties| {
                let required: Vec<_> = properties.keys().cloned().collect();
                json!({"type": "object", "required": required, "properties": properties})
            }),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|list| json!({"oneOf": list})),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|list| json!({"allOf": list, "title": "all"})),
            inner.prop_map(|value| json!({"type": "object", "additionalProperties": value})),
        ]
    })
}

const NAMES: [&str; 4] = ["Pet", "Owner", "Shop", "Visit"];

fn document() -> impl Strategy<Value = Value> {
    (prop::collection::vec(schema(), 4), schema(), schema(), schema()).prop_map(
        |(named, body, response, parameter)| {
            let named: Map<String, Value> = NAMES.iter().map(|name| (*name).to_owned()).zip(named).collect();
            json!({
                "openapi": "3.0.3",
                "info": {"title": "Shop", "version": "1"},
                "tags": [{"name": "one"}, {"name": "two"}],
                "paths": {"/pets/{id}": {
                    "parameters": [
                        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                        {"name": "q", "in": "query", "schema": parameter},
                    ],
                    "post": {
                        "tags": ["one", "two"],
                        "requestBody": {"content": {"application/json": {"schema": body}}},
                        "responses": {
                            "200": {"description": "ok", "content": {"application/json": {"schema": response}}},
                            "404": {"description": "none"},
                        },
                    },
                }},
                "components": {"schemas": named},
            })
        },
    )
}

/// Keys whose lists have no order.
const UNORDERED: [&str; 7] = ["required", "enum", "oneOf", "anyOf", "allOf", "parameters", "tags"];

/// Returns the same value with keys, and lists without an order, in another order.
fn shuffle(value: &Value, random: &mut fastrand::Rng) -> Value {
    match value {
        Value::Object(entries) => {
            let mut keys: Vec<&String> = entries.keys().collect();
            random.shuffle(&mut keys);
            let shuffled = keys.into_iter().map(|key| {
                let mut value = shuffle(&entries[key], random);
                if let (Value::Array(items), true) = (&mut value, UNORDERED.contains(&&**key)) {
                    random.shuffle(items);
                }
                (key.clone(), value)
            });
            shuffled.collect()
        }
        Value::Array(items) => items.iter().map(|item| shuffle(item, random)).collect(),
        scalar => scalar.clone(),
    }
}

/// Returns the same document with references replaced by what they lead to, those that lead back excepted.
fn inline(value: &Value, schemas: &Map<String, Value>, open: &mut BTreeSet<String>) -> Value {
    match value {
        Value::Object(entries) => {
            if let Some(name) =
                entries.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next())
            {
                if !open.insert(name.to_owned()) {
                    return value.clone();
                }
                let inlined = inline(&schemas[name], schemas, open);
                open.remove(name);
                return inlined;
            }
            entries.iter().map(|(key, value)| (key.clone(), inline(value, schemas, open))).collect()
        }
        Value::Array(items) => items.iter().map(|item| inline(item, schemas, open)).collect(),
        scalar => scalar.clone(),
    }
}

/// Block style, keys plain where they may be: as people write YAML.
fn yaml(value: &Value, indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let key = if plain { key.clone() } else { format!("'{key}'") };
                text.push_str(&format!("\n{pad}{key}:"));
                yaml(value, indent + 2, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&format!("\n{pad}-"));
                yaml(item, indent + 2, text);
            }
        }
        scalar => text.push_str(&format!(" {scalar}")),
    }
}

/// Random, and the same in every run.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..Default::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn order_and_notation_say_nothing(document in document(), seed: u64) {
        let json = document.to_string();
        let mut text = String::new();
        yaml(&shuffle(&document, &mut fastrand::Rng::with_seed(seed)), 0, &mut text);
        let found = compare(&json, &text);
        prop_assert!(found.findings.is_empty(), "{:?}\n{json}\n{text}", ids(&found));
        let back = compare(&text, &json);
        prop_assert!(back.findings.is_empty(), "{:?}", ids(&back));
    }

    #[test]
    fn references_say_nothing(document in document()) {
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let mut inlined = document.clone();
        inlined["paths"] = inline(&document["paths"], schemas, &mut BTreeSet::new());
        let found = compare(&document.to_string(), &inlined.to_string());
        prop_assert!(found.findings.is_empty(), "{:?}\n{document}\n{inlined}", ids(&found));
        let back = compare(&inlined.to_string(), &document.to_string());
        prop_assert!(back.findings.is_empty(), "{:?}\n{document}\n{inlined}", ids(&back));
    }

    #[test]
    fn what_one_way_finds_the_other_finds_as_well(one in document(), other in document()) {
        let (there, back) = (compare(&one.to_string(), &other.to_string()), compare(&other.to_string(), &one.to_string()));
        prop_assert_eq!(there.findings.is_empty(), back.findings.is_empty());
        prop_assert_eq!(&there, &compare(&one.to_string(), &other.to_string()));
    }
}

#[test]
fn schemas_put_together_differently_are_the_same() {
    let document = |schema: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{post: {{\
             requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}, \
             responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n\
             components: {{schemas: {{A: {{type: object, required: [a], properties: {{a: {{type: string}}}}}}, \
             B: {{type: object, properties: {{b: {{type: string}}}}}}}}}}\n"
        )
    };
    for (one, other) in [
        ("{$ref: '#/components/schemas/A'}", "{allOf: [{$ref: '#/components/schemas/A'}]}"),
        (
            "{allOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}",
            "{type: object, required: [a], properties: {a: {type: string}, b: {type: string}}}",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/A'}, {type: object, properties: {b: {type: string}}}]}",
            "{allOf: [{type: object, properties: {b: {type: string}}}, {$ref: '#/components/schemas/A'}]}",
        ),
        (
            "{oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}",
            "{oneOf: [{type: object, properties: {b: {type: string}}}, {$ref: '#/components/schemas/A'}]}",
        ),
        ("{type: integer, minimum: 1, exclusiveMaximum: false}", "{type: integer, minimum: 1.0}"),
        ("{type: string, minLength: 0}", "{type: string}"),
        ("{type: object, additionalProperties: true}", "{type: object, additionalProperties: {}}"),
    ] {
        for (old, new) in [(one, other), (other, one)] {
            let found = compare(&document(old), &document(new));
            assert!(found.findings.is_empty(), "{old} -> {new}: {:?}", ids(&found));
        }
    }
}

/// A reference that leads nowhere is one fault, also where a part that holds it is written in place.
#[test]
fn a_known_defect_in_another_place_is_nothing_new() {
    let document = |schema: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': \
             {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n\
             components: {{schemas: {{A: {{type: object, properties: {{a: {{$ref: '#/components/schemas/None'}}}}}}}}}}\n"
        )
    };
    let named = document("{$ref: '#/components/schemas/A'}");
    let in_place = document("{type: object, properties: {a: {$ref: '#/components/schemas/None'}}}");
    for (old, new) in [(&named, &in_place), (&in_place, &named)] {
        assert_eq!(ids(&compare(old, new)), Vec::<String>::new());
    }
    let other = document("{type: object, properties: {a: {$ref: '#/components/schemas/Other'}}}");
    assert!(ids(&compare(&named, &other)).contains(&"document-reference-dangling"));
}

/// Every part that may be a reference.
#[test]
fn parts_may_be_named_or_written_in_place() {
    let parts = json!({
        "parameters": {"P": {"name": "p", "in": "query", "schema": {"type": "string"}, "examples": {"one": {"value": "1"}}}},
        "headers": {"H": {"schema": {"type": "string"}}},
        "examples": {"E": {"value": {"a": 1}}},
        "links": {"L": {"operationId": "o"}},
        "requestBodies": {"B": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}}},
        "callbacks": {"C": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "ok"}}}}}},
        "pathItems": {"I": {"get": {"responses": {"200": {"description": "ok"}}}}},
    });
    let document = |in_place: bool| {
        let part = |kind: &str, name: &str| match in_place {
            true => parts[kind][name].clone(),
            false => json!({"$ref": format!("#/components/{kind}/{name}")}),
        };
        let response = json!({
            "description": "ok",
            "headers": {"X-H": part("headers", "H")},
            "links": {"l": part("links", "L")},
            "content": {"application/json": {"schema": {"type": "object"}, "examples": {"e": part("examples", "E")}}},
        });
        let mut components = parts.clone();
        components["responses"] = json!({"R": response});
        let response = if in_place { response } else { json!({"$ref": "#/components/responses/R"}) };
        let document = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {
                "/a": {"post": {
                    "operationId": "o",
                    "parameters": [part("parameters", "P")],
                    "requestBody": part("requestBodies", "B"),
                    "responses": {"200": response},
                    "callbacks": {"c": part("callbacks", "C")},
                }},
                "/b": part("pathItems", "I"),
            },
            "components": components,
        });
        document.to_string()
    };
    for (old, new) in [(false, true), (true, false)] {
        assert_eq!(ids(&compare(&document(old), &document(new))), Vec::<String>::new());
    }
}

#[test]
fn many_alternatives_may_be_named_or_written_in_place() {
    let document = |member: &dyn Fn(usize) -> Value| {
        let properties =
            |at: usize| json!({"common": {"type": "string"}, format!("own{at}"): {"type": "string"}});
        let schema = |at: usize| json!({"type": "object", "properties": properties(at)});
        let named: Map<String, Value> = (0..60).map(|at| (format!("S{at}"), schema(at))).collect();
        let members: Vec<Value> = (0..60)
            .map(|at| match member(at) {
                Value::Null => schema(at),
                reference => reference,
            })
            .collect();
        let content = json!({"application/json": {"schema": {"oneOf": members}}});
        let document = json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1"},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "ok", "content": content}}}}},
            "components": {"schemas": named},
        });
        document.to_string()
    };
    let named = document(&|at| json!({"$ref": format!("#/components/schemas/S{at}")}));
    let in_place = document(&|_| Value::Null);
    for (old, new) in [(&named, &in_place), (&in_place, &named)] {
        assert_eq!(ids(&compare(old, new)), Vec::<String>::new());
    }
}

#[test]
fn openapi_3_1_states_the_same_with_its_own_keywords() {
    let document = |version: &str, schema: &str| {
        format!(
            "openapi: {version}\ninfo: {{title: t, version: '1'}}\npaths: {{/a: {{get: {{responses: {{'200': \
             {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}}}\n"
        )
    };
    for (old, new) in [
        ("{type: string, nullable: true}", "{type: [string, 'null']}"),
        ("{type: string, nullable: true}", "{oneOf: [{type: string}, {type: 'null'}]}"),
        ("{type: integer, minimum: 5, exclusiveMinimum: true}", "{type: integer, exclusiveMinimum: 5}"),
    ] {
        let found = compare(&document("3.0.3", old), &document("3.1.0", new));
        // The document's own version is reported, and with it that the API's is the same.
        assert_eq!(ids(&found), ["api-version-unchanged", "openapi-version-changed"], "{old} -> {new}");
    }
}
