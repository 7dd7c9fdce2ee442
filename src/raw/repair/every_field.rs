//! Reads every type of a response with each field in every form in which a server may write it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::decode;
use crate::raw::types;

/// The document with all that is known: the source of the types and of their fields.
const MERGED: &str = include_str!("../../../openapi/merged.json");
const SURFACE: &str = include_str!("../../../openapi/surface.txt");

/// Returns values that a field may have instead of the documented one.
fn other_values() -> Vec<(&'static str, Option<&'static str>)> {
    vec![
        ("absent", None),
        ("null", Some("null")),
        ("blank", Some(r#""""#)),
        ("white space", Some(r#"" ""#)),
        ("a flag", Some("true")),
        ("a text", Some(r#""elsewhere""#)),
        ("a number", Some("4711")),
        ("a number with a fraction", Some("10.5")),
        ("a whole number with a fraction", Some("10.0")),
        ("digits in a text", Some(r#""4711""#)),
        ("a negative number", Some("-1")),
        ("a huge integer", Some("123456789012345678901234567890")),
        ("a number out of range", Some("1e99")),
        ("a tiny number", Some("1e-99")),
        ("an empty list", Some("[]")),
        ("a list", Some("[7]")),
        ("a list of nulls", Some("[null]")),
        ("a list of lists", Some("[[]]")),
        ("an empty object", Some("{}")),
        ("an object", Some(r#"{"code":1}"#)),
        ("a naive time", Some(r#""2026-01-02T03:04:05""#)),
        ("a date", Some(r#""2026-01-02""#)),
    ]
}

/// Returns the fields without which a response identifies nothing.
fn identifies(name: &str) -> &'static [&'static str] {
    match name {
        "Payment" | "Refund" => &["id"],
        "Checkout" => &["checkout_id", "checkout_url"],
        _ => &[],
    }
}

macro_rules! every_type {
    ($($name:ident),*) => {
        /// Each type that the generator made, and so none that was forgotten here.
        const TYPES: &[&str] = &[$(stringify!($name)),*];

        #[test]
        fn no_field_hides_the_rest() {
            let merged: Value = serde_json::from_str(MERGED).expect("is JSON");
            let mut checked = 0;
            $(checked += check::<types::$name>(&merged, stringify!($name));)*
            assert!(checked > 1_500, "{checked} bodies were read");
        }
    };
}

every_type!(
    ApiKey,
    ApiKeyWithSecret,
    Checkout,
    DashboardSnapshot,
    DepositAttempt,
    Organization,
    Payment,
    PaymentLink,
    PaymentLinkPayment,
    PaymentLinkProduct,
    PaymentProduct,
    PublicPaymentLink,
    Refund,
    RefundCreated,
    WebhookConfiguration
);

#[test]
fn every_type_of_a_response_is_in_the_table() {
    let of_surface = SURFACE
        .lines()
        .filter_map(|line| line.strip_prefix("field types::")?.split_once("::extra: ").map(|(name, _)| name));
    assert_eq!(of_surface.collect::<Vec<_>>(), TYPES);
}

/// Reads a body for each field and each other value of it. Returns how many.
fn check<T: DeserializeOwned + Serialize>(merged: &Value, name: &str) -> usize {
    let schema = &merged["components"]["schemas"][name];
    let Value::Object(mut full) = sample(merged, schema) else { panic!("{name} is no object") };
    // Described as anything, and read as an id.
    if let Some(id) = full.get_mut("id").filter(|id| id.is_object()) {
        *id = json!("text");
    }
    let read = |body: &str| -> serde_json::Result<Map<String, Value>> {
        let value: T = decode(body.as_bytes())?;
        match serde_json::to_value(&value)? {
            Value::Object(fields) => Ok(fields),
            other => panic!("{name} is written as {other}"),
        }
    };
    let whole = Value::Object(full.clone()).to_string();
    let strictly =
        serde_json::from_str::<T>(&whole).unwrap_or_else(|error| panic!("{name}: {whole}: {error}"));
    let expected = serde_json::to_value(&strictly).expect("is JSON");
    for (field, value) in &full {
        // An id is written as a text, whatever it was.
        let is_there = expected.get(field).is_some_and(|read| means_the_same(read, value));
        assert!(is_there, "{name}.{field} is {value}, and was read as {:?}", expected.get(field));
    }
    let mut checked = 0;
    for field in full.keys() {
        for (what, written) in other_values() {
            let body = with(&full, field, written);
            checked += 1;
            let fields = match read(&body) {
                Ok(fields) => fields,
                Err(error) => {
                    let is_needed = identifies(name).contains(&field.as_str());
                    assert!(is_needed, "{name}.{field} is {what}, and hides the rest: {error}\n{body}");
                    continue;
                }
            };
            for other in full.keys().filter(|other| *other != field) {
                assert_eq!(
                    fields.get(other),
                    expected.get(other),
                    "{name}.{field} is {what}, and changes {other}"
                );
            }
            let digits = written.unwrap_or("null");
            let written: Value = serde_json::from_str(digits).expect("is JSON");
            let is_true =
                fields.get(field).is_none_or(|read| read == digits || means_the_same(read, &written));
            assert!(is_true, "{name}.{field} is {what}: {written} was read as {:?}", fields.get(field));
        }
    }
    checked
}

/// Returns whether the value that was read means the value that was written: in another form at most, or both are empty.
fn means_the_same(read: &Value, written: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        other => other.to_string(),
    };
    let is_nothing = |value: &Value| {
        value.is_null()
            || value.as_str().is_some_and(|text| text.trim().is_empty())
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty)
    };
    let (one, other) = (text(read), text(written));
    read == written
        || one == other
        || one.trim_end_matches(".0") == other.trim_end_matches(".0")
        || is_nothing(read) && is_nothing(written)
        // A time without an offset is one of UTC.
        || one == format!("{other}Z")
        || one == format!("{other}T00:00:00Z")
        // An item that holds nothing else is read as one without fields.
        || matches!((read, written), (Value::Array(read), Value::Array(written))
            if read.len() == written.len() && read.iter().zip(written).all(|(read, written)| means_the_same(read, written)))
}

/// Returns the body with another value of a field, written digit for digit.
fn with(full: &Map<String, Value>, field: &str, value: Option<&str>) -> String {
    let members = full.iter().filter_map(|(name, known)| {
        let value = if name == field { value.map(str::to_owned) } else { Some(known.to_string()) };
        Some(format!("{}:{}", json!(name), value?))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// Returns a value that matches the schema.
fn sample(merged: &Value, schema: &Value) -> Value {
    let target = schema.get("$ref").or_else(|| schema["allOf"][0].get("$ref")).and_then(Value::as_str);
    if let Some(target) = target.and_then(|target| target.strip_prefix('#')) {
        return sample(merged, merged.pointer(target).expect("resolves"));
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[0].clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("date-time")) => json!("2026-01-02T03:04:05Z"),
        (Some("string"), Some("uuid")) => json!("6f0cfe1e-0f2c-4a39-8a2b-3a4f1f0f3b10"),
        (Some("string"), Some("decimal")) => json!("10.00"),
        (Some("string"), _) => json!("text"),
        (Some("integer"), _) => json!(17),
        (Some("number"), _) => json!(10),
        (Some("boolean"), _) => json!(false),
        (Some("array"), _) => json!([sample(merged, &schema["items"])]),
        (Some("object"), _) => match schema["properties"].as_object() {
            Some(properties) => {
                let fields = properties.iter().map(|(name, schema)| (name.clone(), sample(merged, schema)));
                Value::Object(fields.collect())
            }
            None => json!({ "key": "value" }),
        },
        _ => json!({ "any": ["value", 1, null] }),
    }
}
