//! The types are described by `JsonSchema` as serde reads and writes them.

use nd8::Refund;
use nd8::raw::types::CheckoutRequest;
use nd8::{Money, PaymentId};
use schemars::schema_for;
use serde_json::{Value, json};

/// A schema with its references followed, one step down.
fn property(schema: &Value, name: &str) -> Value {
    let property = &schema["properties"][name];
    // A field that may be absent may be null, too.
    let reference = property["$ref"].as_str().or_else(|| property["anyOf"][0]["$ref"].as_str());
    match reference {
        Some(reference) => {
            schema.pointer(reference.trim_start_matches('#')).expect("the reference resolves").clone()
        }
        None => property.clone(),
    }
}

#[test]
fn the_schema_of_a_response_allows_what_is_read() {
    let schema = schema_for!(Refund).to_value();
    assert_eq!(property(&schema, "amount"), json!({"type": "string", "format": "decimal"}));
    assert_eq!(property(&schema, "created_at")["format"], "date-time");
    let status = property(&schema, "status");
    assert_eq!(status["type"], "string");
    assert!(status.get("enum").is_none(), "an open set");
    assert!(status["examples"].as_array().is_some_and(|values| values.contains(&json!("completed"))));
    let required = schema["required"].as_array().expect("the schema has required fields");
    assert!(
        required.contains(&json!("id"))
            && !required.contains(&json!("amount"))
            && !required.contains(&json!("reason"))
    );
    assert_ne!(schema["additionalProperties"], false, "unknown fields are kept");
}

#[test]
fn the_schema_of_a_request_has_the_names_of_the_wire() {
    let schema = schema_for!(CheckoutRequest).to_value();
    assert!(schema["properties"]["successUrl"].is_object(), "by its name on the wire");
    let price =
        schema.pointer("/$defs/AdHocProduct/properties/unit_price").expect("the schema has the property");
    let price = match price["$ref"].as_str() {
        Some(reference) => schema.pointer(reference.trim_start_matches('#')).expect("the reference resolves"),
        None => price,
    };
    assert_eq!(*price, json!({"type": "number", "format": "decimal"}));
}

#[test]
fn money_and_ids_are_described() {
    let money = schema_for!(Money).to_value();
    assert_eq!(money["required"], json!(["amount", "currency"]));
    assert_eq!(schema_for!(PaymentId).to_value()["type"], "string");
    assert_eq!(schema_for!(nd8::Cursor).to_value()["type"], "string");
}
