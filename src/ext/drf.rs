//! Decodes the errors of Django REST Framework.
//!
//! ND8's reference prints no errors; the service looks like one of DRF's (inferred). Its errors are JSON in a few shapes,
//! to which handlers and libraries around DRF add theirs:
//!
//! | body | what is read |
//! | --- | --- |
//! | `{"detail": "…", "code": "…"}`, also `message` or `error` | one complaint about the whole |
//! | `{"field": ["…"]}`, `{"field": [{"message": "…", "code": "…"}]}` | complaints about a field |
//! | `{"non_field_errors": ["…"]}` | complaints about the object it stands in |
//! | `{"field": [{}, {…}]}`, since DRF 3.18 `{"field": {"1": {…}}}` | complaints about an item: `/field/1` |
//! | `{"type": "…", "errors": [{"code": "…", "detail": "…", "attr": "…"}]}` | complaints about what `attr` names |
//! | `["…"]`, `"…"` | complaints about the whole |
//! | anything else: HTML, nothing, JSON that breaks off | nothing |
//!
//! A body may be hostile: at most [`MOST_ERRORS`] complaints are read, and no pointer is longer than [`LONGEST_POINTER`].

use serde_json::{Map, Value};

use super::FieldError;

/// The keys for complaints about an object as a whole. The second is that of Django's own models.
const NON_FIELD: [&str; 2] = ["non_field_errors", "__all__"];

/// The keys whose text is a complaint about an object as a whole; the first one counts. A field may bear the same name:
/// complaints about it are a list.
const TEXT: [&str; 3] = ["detail", "message", "error"];

/// More complaints than any honest answer has.
const MOST_ERRORS: usize = 100;

/// Longer than any pointer into a request, in bytes. A key that leads further is not followed by name: what stands
/// below it counts for what it stands in.
const LONGEST_POINTER: usize = 256;

/// Flattens a body to its complaints; none if it is not JSON. Bytes that are no UTF-8 are replaced.
pub(super) fn decode(body: &[u8]) -> Vec<FieldError> {
    let text = String::from_utf8_lossy(body);
    let mut found = Found::default();
    if let Ok(value) = serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        match standardized(&value) {
            Some(errors) => found.standardized(errors),
            None => found.value(&value),
        }
    }
    found.errors
}

/// The list of an answer in the form of drf-standardized-errors, if it is one.
fn standardized(value: &Value) -> Option<&[Value]> {
    let errors = value.get("errors")?.as_array()?;
    (value.get("type")?.is_string()
        && errors.iter().all(|error| error.get("detail").is_some_and(Value::is_string)))
    .then_some(errors)
}

/// The complaint that an object makes about itself, with its code.
fn own_text(map: &Map<String, Value>) -> Option<(&str, Option<&str>)> {
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    TEXT.iter().find_map(|key| text(key)).map(|message| (message, text("code")))
}

/// Whether an item of a list is a complaint, as opposed to the complaints about an item.
fn is_complaint(item: &Value) -> bool {
    item.is_string() || item.as_object().is_some_and(|map| own_text(map).is_some())
}

/// The complaints so far, and where the walk is.
#[derive(Default)]
struct Found {
    errors: Vec<FieldError>,
    pointer: String,
}

impl Found {
    fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    fn add(&mut self, message: &str, code: Option<&str>) {
        if !self.is_full() {
            self.errors.push(FieldError::new(&self.pointer, message, code));
        }
    }

    /// Goes one step down.
    fn step(&mut self, key: &str) {
        // Escaping at most doubles a key.
        if !NON_FIELD.contains(&key) && self.pointer.len() + 1 + 2 * key.len() <= LONGEST_POINTER {
            self.pointer.push('/');
            self.pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
    }

    fn below(&mut self, key: &str, value: &Value) {
        let here = self.pointer.len();
        self.step(key);
        self.value(value);
        self.pointer.truncate(here);
    }

    fn value(&mut self, value: &Value) {
        if self.is_full() {
            return;
        }
        match value {
            Value::String(message) => self.add(message, None),
            Value::Array(items) => self.list(items),
            Value::Object(map) => self.object(map),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Either complaints about one thing, or for each item of a list what is wrong with it.
    fn list(&mut self, items: &[Value]) {
        if items.iter().all(is_complaint) {
            items.iter().for_each(|item| self.value(item));
            return;
        }
        for (index, item) in items.iter().enumerate() {
            match item {
                Value::String(message) => self.add(message, None),
                item => self.below(&index.to_string(), item),
            }
        }
    }

    fn object(&mut self, map: &Map<String, Value>) {
        let own = own_text(map);
        if let Some((message, code)) = own {
            self.add(message, code);
        }
        for (key, child) in map {
            // An envelope around a complaint is no field, and neither is a text beside one: a status, a title, a type.
            let is_envelope = TEXT.contains(&key.as_str()) && child.is_object() && is_complaint(child);
            match child {
                Value::String(_) if own.is_some() => {}
                child if is_envelope => self.value(child),
                child => self.below(key, child),
            }
        }
    }

    /// `attr` is a path such as `products.1.quantity` or `products[1].quantity`.
    fn standardized(&mut self, errors: &[Value]) {
        for error in errors {
            let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
            let steps = text("attr").split(['.', '[', ']']);
            steps.filter(|step| !step.is_empty()).for_each(|step| self.step(step));
            self.add(text("detail"), error.get("code").and_then(Value::as_str));
            self.pointer.clear();
        }
    }
}

/// The pointers that look like field names, for `Display`: keys come from the server too, and may be anything.
pub(super) fn printable_pointers(errors: &[FieldError]) -> Vec<String> {
    const MOST: usize = 5;
    let is_field = |pointer: &str| {
        !pointer.is_empty()
            && pointer.len() <= 64
            && pointer
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'/'))
    };
    let mut pointers: Vec<String> =
        errors.iter().map(|error| error.pointer.clone()).filter(|it| is_field(it)).collect();
    pointers.dedup();
    pointers.truncate(MOST);
    pointers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FieldError, LONGEST_POINTER, MOST_ERRORS, decode, printable_pointers};

    fn flat(body: &[u8]) -> Vec<String> {
        let line = |error: FieldError| {
            format!("{}|{}|{}", error.pointer, error.message, error.code.unwrap_or_default())
        };
        decode(body).into_iter().map(line).collect()
    }

    #[test]
    fn the_shapes_of_drf_are_flattened() {
        let cases: &[(&str, &[&str])] = &[
            // One complaint about the whole.
            (r#"{"detail":"No."}"#, &["|No.|"]),
            (r#"{"detail":"No.","code":"not_found"}"#, &["|No.|not_found"]),
            (r#"{"code":"not_found","message":"No."}"#, &["|No.|not_found"]),
            (r#"{"error":"No."}"#, &["|No.|"]),
            (r#"{"error":"Not Found","message":"No payment."}"#, &["|No payment.|"]),
            (r#"{"detail":{"message":"No.","code":"not_found"}}"#, &["|No.|not_found"]),
            (r#"{"error":{"code":"not_found","message":"No."}}"#, &["|No.|not_found"]),
            (r#"{"type":"about:blank","title":"Bad","status":400,"detail":"No."}"#, &["|No.|"]),
            (r#""No.""#, &["|No.|"]),
            (r#"["No.","Never."]"#, &["|No.|", "|Never.|"]),
            (r#"[{"message":"No.","code":"invalid"}]"#, &["|No.|invalid"]),
            (r#"{"non_field_errors":["Both."]}"#, &["|Both.|"]),
            (r#"{"__all__":["Both."]}"#, &["|Both.|"]),
            // Fields.
            (r#"{"reason":["Too long.","Too dull."]}"#, &["/reason|Too long.|", "/reason|Too dull.|"]),
            (r#"{"reason":"Too long."}"#, &["/reason|Too long.|"]),
            (r#"{"amount":[{"message":"Bad.","code":"invalid"}]}"#, &["/amount|Bad.|invalid"]),
            (r#"{"amount":{"message":"Bad.","code":"invalid"}}"#, &["/amount|Bad.|invalid"]),
            (r#"{"amount":["Bad."],"detail":"No.","status":400}"#, &["|No.|", "/amount|Bad.|"]),
            (r#"{"a/b":["Odd."],"~":["Odder."]}"#, &["/a~1b|Odd.|", "/~0|Odder.|"]),
            // Fields with the names of something else.
            (r#"{"message":["Too long."]}"#, &["/message|Too long.|"]),
            (r#"{"detail":["Too long."]}"#, &["/detail|Too long.|"]),
            (r#"{"code":["Bad."],"type":["Bad."]}"#, &["/code|Bad.|", "/type|Bad.|"]),
            (r#"{"error":[{"message":"Bad.","code":"invalid"}]}"#, &["/error|Bad.|invalid"]),
            (r#"{"message":{"text":["Bad."]}}"#, &["/message/text|Bad.|"]),
            (r#"{"errors":["Bad."],"type":["Bad."]}"#, &["/errors|Bad.|", "/type|Bad.|"]),
            // Objects and lists within.
            (r#"{"a":{"b":{"non_field_errors":["Deep."]}}}"#, &["/a/b|Deep.|"]),
            (r#"{"products":[{},{"quantity":["Low."]}]}"#, &["/products/1/quantity|Low.|"]),
            (r#"{"products":[{},{"non_field_errors":["Odd."]}]}"#, &["/products/1|Odd.|"]),
            (r#"{"products":[{},{"message":"Odd.","code":"odd"}]}"#, &["/products/1|Odd.|odd"]),
            (
                r#"{"products":["Few.",{"quantity":["Low."]}]}"#,
                &["/products|Few.|", "/products/1/quantity|Low.|"],
            ),
            (r#"{"products":{"1":{"quantity":["Low."]}}}"#, &["/products/1/quantity|Low.|"]),
            (r#"{"products":{"non_field_errors":["Few."]}}"#, &["/products|Few.|"]),
            (r#"[{},{"quantity":["Low."]}]"#, &["/1/quantity|Low.|"]),
            (r#"{"1":{"quantity":["Low."]}}"#, &["/1/quantity|Low.|"]),
            (r#"{"grid":[[],["Bad."]]}"#, &["/grid/1|Bad.|"]),
            // drf-standardized-errors.
            (
                r#"{"type":"validation_error","errors":[
                    {"code":"min_value","detail":"Low.","attr":"products.1.quantity"},
                    {"code":"min_value","detail":"Low.","attr":"products[2].quantity"},
                    {"code":"invalid","detail":"Odd.","attr":"products.1.non_field_errors"},
                    {"code":"invalid","detail":"Both.","attr":"non_field_errors"},
                    {"code":"not_found","detail":"No.","attr":null},
                    {"detail":"Bare."}]}"#,
                &[
                    "/products/1/quantity|Low.|min_value",
                    "/products/2/quantity|Low.|min_value",
                    "/products/1|Odd.|invalid",
                    "|Both.|invalid",
                    "|No.|not_found",
                    "|Bare.|",
                ],
            ),
            // What is no text is no complaint.
            (r#"{"success":false,"status":400,"data":null,"amount":["Bad."]}"#, &["/amount|Bad.|"]),
            ("\u{feff}{\"detail\":\"No.\"}", &["|No.|"]),
        ];
        for (body, expected) in cases {
            assert_eq!(flat(body.as_bytes()), *expected, "{body}");
        }
    }

    #[test]
    fn what_is_not_drf_yields_nothing() {
        for body in [
            "",
            " \r\n",
            "<html>Bad gateway</html>",
            "<!DOCTYPE html>\n<html><body>{\"detail\":\"No.\"}</body></html>",
            "Bad gateway",
            "{\"detail\":",
            "{\"detail\":\"No.\"",
            "{\"detail\":\"N",
            "{\"detail\":\"No.\"} trailing",
            "{}",
            "[]",
            "{\"type\":\"client_error\",\"errors\":[]}",
            "null",
            "42",
            "\u{0}",
        ] {
            assert_eq!(flat(body.as_bytes()), [""; 0], "{body}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_replaced() {
        assert_eq!(flat(b"{\"reason\":[\"Trop cr\xe9dule.\"]}"), ["/reason|Trop cr\u{fffd}dule.|"]);
        assert_eq!(flat(b"\xff\xfe"), [""; 0]);
    }

    #[test]
    fn a_hostile_body_is_bounded() {
        let many = format!(r#"{{"reason":[{}"x"]}}"#, r#""x","#.repeat(10_000));
        assert_eq!(decode(many.as_bytes()).len(), MOST_ERRORS);

        let key = "k".repeat(100_000);
        let long = format!(r#"{{"{key}":[{}{{"reason":["x"]}}]}}"#, "{},".repeat(10_000));
        assert_eq!(flat(long.as_bytes()), ["/10000/reason|x|"]);

        let deep = format!("{}\"x\"{}", r#"{"a":"#.repeat(100), "}".repeat(100));
        assert_eq!(decode(deep.as_bytes()).len(), 1);
        let deeper = format!("{}\"x\"{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(decode(deeper.as_bytes()).len(), 0, "serde_json reads 128 levels");
    }

    #[test]
    fn only_field_names_are_printed() {
        let body = r#"{"billing_country":["x"],"canary@example.com":["x"],"products":[{"quantity":["x"]}]}"#;
        assert_eq!(
            printable_pointers(&decode(body.as_bytes())),
            ["/billing_country", "/products/0/quantity"]
        );
    }

    /// JSON made of the words that mean something to the decoder.
    fn any_errors() -> impl Strategy<Value = serde_json::Value> {
        let word = prop::sample::select(vec![
            "detail",
            "message",
            "error",
            "code",
            "type",
            "errors",
            "attr",
            "non_field_errors",
            "0",
            "12",
            "amount",
            "a/~b",
            "",
        ]);
        let leaf =
            prop_oneof![Just(serde_json::Value::Null), Just(1.into()), word.clone().prop_map(Into::into)];
        leaf.prop_recursive(6, 64, 6, move |inner| {
            let entry = (word.clone(), inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(serde_json::Value::from),
                prop::collection::vec(entry, 0..6).prop_map(serde_json::Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_decoded(body in any::<Vec<u8>>()) {
            prop_assert!(decode(&body).len() <= MOST_ERRORS);
        }

        #[test]
        fn any_json_yields_bounded_pointers(body in any_errors()) {
            for error in decode(body.to_string().as_bytes()) {
                prop_assert!(error.pointer.is_empty() || error.pointer.starts_with('/'));
                prop_assert!(error.pointer.len() <= LONGEST_POINTER);
            }
        }
    }
}
