//! Verdicts on changes of parameters, bodies and credentials, from documents.

use serde_json::{Value, json};

use super::{Bump, Inputs, compare};
use crate::{Document, Knowledge, Profile};

fn document() -> Value {
    let done = json!({ "200": { "description": "Done" } });
    let body = json!({
        "required": true,
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/ItemRequest" } } },
    });
    let query = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Items", "version": "1" },
        "paths": { "/items/": {
            "get": {
                "operationId": "list_items", "responses": done, "security": [{ "Key": [] }],
                "parameters": [query("search"), query("ordering")],
            },
            "post": { "operationId": "create_item", "responses": done, "requestBody": body },
            "patch": { "operationId": "change_item", "responses": done },
        } },
        "components": {
            "securitySchemes": {
                "Key": { "type": "http", "scheme": "bearer" }, "Token": { "type": "http", "scheme": "basic" },
            },
            "schemas": { "ItemRequest": {
                "type": "object", "required": ["name"],
                "properties": { "name": { "type": "string" }, "note": { "type": "string" } },
            } },
        },
    })
}

/// Returns the changes that a change of the document makes, without those of documentation, and the verdict.
fn verdict(change: impl FnOnce(&mut Value)) -> (Option<Bump>, Vec<String>) {
    let (old, mut new) = (document(), document());
    change(&mut new);
    let [old, new] = [old, new].map(|document| document.to_string());
    let profile = Profile::default();
    let inputs = |text| {
        Inputs::new(Document { name: "items.json", bytes: str::as_bytes(text) }, Knowledge::new(&profile))
    };
    let impact = compare(inputs(&old), inputs(&new)).expect("both can be generated");
    let lines = impact.changes.iter().map(ToString::to_string);
    let of_code =
        |line: &String| !line.contains("documentation changed") && !line.contains("another content");
    (impact.bump, lines.filter(of_code).collect())
}

const LIST: &str = "/paths/~1items~1/get";
const REQUEST: &str = "/components/schemas/ItemRequest";

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).expect("is there")
}

fn push(list: &mut Value, value: Value) {
    list.as_array_mut().expect("is a list").push(value);
}

#[track_caller]
fn is(change: impl FnOnce(&mut Value), bump: Bump, expected: &[&str]) {
    let (found, lines) = verdict(change);
    assert_eq!(
        (found, lines.iter().map(String::as_str).collect::<Vec<_>>()),
        (Some(bump), expected.to_vec())
    );
}

#[test]
fn one_more_optional_parameter_is_minor() {
    for location in ["query", "header"] {
        is(
            |document| {
                let parameter = json!({ "name": "page", "in": location, "schema": { "type": "integer" } });
                push(at(document, &format!("{LIST}/parameters")), parameter);
            },
            Bump::Minor,
            &["minor  fn requests::ListItems::page: the method is new"],
        );
    }
}

#[test]
fn one_more_required_parameter_is_major() {
    is(
        |document| {
            let schema = json!({ "type": "integer" });
            let parameter = json!({ "name": "page", "in": "query", "required": true, "schema": schema });
            push(at(document, &format!("{LIST}/parameters")), parameter);
        },
        Bump::Major,
        &["major  fn Client::list_items: takes another argument, `page: i64`"],
    );
}

#[test]
fn a_parameter_that_becomes_required_is_major() {
    let require =
        |document: &mut Value| at(document, &format!("{LIST}/parameters/0"))["required"] = true.into();
    let expected = "`search` is required now: an argument, no setter and no `Option`";
    is(require, Bump::Major, &[&format!("major  fn Client::list_items: {expected}")]);
}

/// A profile in which `ItemRequest` has these fields as arguments, in this order.
fn with_arguments(fields: [&str; 2]) -> Profile {
    let field = |name| json!({ "name": name, "kind": "text", "required": true });
    let profile = json!({
        "operations": [{ "call": "POST /items/", "name": "create_item", "request": "ItemRequest" }],
        "types": [{ "name": "ItemRequest", "used_by": "items().create()", "fields": fields.map(field) }],
    });
    serde_json::from_value(profile).expect("is a profile")
}

#[test]
fn a_field_that_becomes_required_is_nothing_where_the_profile_has_it_as_an_argument() {
    let profile = with_arguments(["name", "note"]);
    let generated = |required: Value| {
        let mut document = document();
        at(&mut document, REQUEST)["required"] = required;
        let text = document.to_string();
        let document = Document { name: "items.json", bytes: text.as_bytes() };
        crate::generate(document, None, &profile).expect("can be generated").surface
    };
    let optional = generated(json!(["name"]));
    assert!(optional.contains("fn types::ItemRequest::new(name: "), "{optional}");
    assert!(!optional.contains("fn types::ItemRequest::note("), "{optional}");
    assert_eq!(generated(json!(["name", "note"])), optional);
}

#[test]
fn a_parameter_that_is_gone_is_major() {
    is(
        |document| {
            _ = at(document, &format!("{LIST}/parameters")).as_array_mut().expect("is a list").remove(1)
        },
        Bump::Major,
        &["major  fn requests::ListItems::ordering: the method is gone"],
    );
}

#[test]
fn another_order_of_parameters_or_fields_is_no_change() {
    let (_, lines) = verdict(|document| {
        at(document, &format!("{LIST}/parameters")).as_array_mut().expect("is a list").reverse();
    });
    assert_eq!(lines, Vec::<String>::new());
}

#[test]
fn one_more_optional_field_of_a_body_is_minor() {
    is(
        |document| at(document, REQUEST)["properties"]["count"] = json!({ "type": "integer" }),
        Bump::Minor,
        &["minor  field types::ItemRequest::count: the field is new"],
    );
}

#[test]
fn one_more_required_field_of_a_body_is_major() {
    is(
        |document| {
            at(document, REQUEST)["properties"]["count"] = json!({ "type": "integer" });
            push(at(document, &format!("{REQUEST}/required")), json!("count"));
        },
        Bump::Major,
        &[
            "major  fn types::ItemRequest::new: takes another argument, `count: impl Into<i64>`",
            "minor  field types::ItemRequest::count: the field is new",
        ],
    );
}

#[test]
fn a_field_that_becomes_required_is_major() {
    is(
        |document| push(at(document, &format!("{REQUEST}/required")), json!("note")),
        Bump::Major,
        &[
            "major  field types::ItemRequest::note: cannot be absent any more: `Option<String>` became `String`",
            "major  fn types::ItemRequest::new: `note` is required now: an argument, no setter and no `Option`",
        ],
    );
}

#[test]
fn another_order_of_arguments_is_major() {
    let (text, was, is) =
        (document().to_string(), with_arguments(["name", "note"]), with_arguments(["note", "name"]));
    let inputs = |profile| {
        Inputs::new(Document { name: "items.json", bytes: text.as_bytes() }, Knowledge::new(profile))
    };
    let impact = compare(inputs(&was), inputs(&is)).expect("both can be generated");
    assert_eq!(
        impact.to_string(),
        "rust: major\nmajor  fn types::ItemRequest::new: takes its arguments in another order of the same types: calls \
         compile and mean something else\n"
    );
}

#[test]
fn another_credential_is_major() {
    is(
        |document| at(document, LIST)["security"] = json!([{ "Token": [] }]),
        Bump::Major,
        &[
            "major  fn Client::list_items: takes the credential `Token`, was `Key`",
            "major  variant Security::Key: the variant is gone",
            "minor  variant Security::Token: the variant is new",
        ],
    );
    is(
        |document| at(document, "/paths/~1items~1/post")["security"] = json!([{ "Key": [] }]),
        Bump::Major,
        &["major  fn Client::create_item: takes the credential `Key`, was `None`"],
    );
}

#[test]
fn an_operation_is_reported_once() {
    is(
        |document| _ = at(document, "/paths/~1items~1").as_object_mut().expect("is an object").remove("get"),
        Bump::Major,
        &[
            "major  fn Client::list_items: the method is gone",
            "major  variant Security::Key: the variant is gone",
        ],
    );
    is(
        |document| {
            let done = json!({ "200": { "description": "Done" } });
            at(document, "/paths/~1items~1")["put"] =
                json!({ "operationId": "put_items", "responses": done });
        },
        Bump::Minor,
        &["minor  fn Client::put_items: the method is new"],
    );
}

#[test]
fn what_is_sent_in_another_way_is_reported_at_the_method() {
    is(
        |document| {
            let number = json!({ "type": "integer" });
            let schema = json!({ "type": "object", "properties": { "count": number } });
            let content = json!({ "application/json": { "schema": schema } });
            at(document, "/paths/~1items~1/patch")["requestBody"] = json!({ "content": content });
        },
        Bump::Major,
        &[
            "major  fn Client::change_item: takes another argument, `body: &ChangeItemRequest`",
            "minor  struct types::ChangeItemRequest: the struct is new",
        ],
    );
    let (bump, lines) = verdict(|document| {
        let items = at(document, "/paths").as_object_mut().expect("is an object");
        let item = items.remove("/items/").expect("is there");
        items.insert("/things/".to_owned(), item);
    });
    assert_eq!(bump, Some(Bump::Patch));
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains(": calls `")), "{lines:?}");
}

#[test]
fn another_name_in_the_request_is_reported_though_the_setter_has_the_same() {
    is(
        |document| at(document, &format!("{LIST}/parameters/0"))["name"] = "Search".into(),
        Bump::Patch,
        &["patch  fn Client::list_items: sends its arguments, or reads the response, in another way"],
    );
}
