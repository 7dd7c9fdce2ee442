//! Decodes the errors of Django REST Framework.
//!
//! ND8's reference prints no errors; the service looks like one of DRF's (inferred), whose errors are JSON in a few
//! shapes: `{"detail": …, "code": …}`, `{"field": ["…"]}`, `non_field_errors`, and nestings of those.

use serde_json::Value;

use super::FieldError;

/// The key for complaints about an object as a whole.
const NON_FIELD: &str = "non_field_errors";

/// Flattens a body to its complaints; none if it is not JSON.
pub(super) fn decode(body: &[u8]) -> Vec<FieldError> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_slice(body) {
        collect(&value, "", &mut found);
    }
    found
}

fn collect(value: &Value, pointer: &str, found: &mut Vec<FieldError>) {
    match value {
        Value::String(message) => found.push(FieldError::new(pointer, message, None)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                // A list of texts is many complaints about one thing, a list of objects one per item.
                let below = format!("{pointer}/{index}");
                collect(item, if item.is_object() { &below } else { pointer }, found);
            }
        }
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            if let Some(message) = text("detail").or_else(|| text("message")) {
                found.push(FieldError::new(pointer, message, text("code")));
                return;
            }
            for (key, child) in map {
                match key.as_str() {
                    NON_FIELD => collect(child, pointer, found),
                    key => collect(
                        child,
                        &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")),
                        found,
                    ),
                }
            }
        }
        _ => {}
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
    use super::{FieldError, decode, printable_pointers};

    fn flat(body: &str) -> Vec<String> {
        let line = |error: FieldError| {
            format!("{}|{}|{}", error.pointer, error.message, error.code.unwrap_or_default())
        };
        decode(body.as_bytes()).into_iter().map(line).collect()
    }

    #[test]
    fn the_shapes_of_drf_are_flattened() {
        assert_eq!(flat(r#"{"detail":"No."}"#), ["|No.|"]);
        assert_eq!(flat(r#"{"detail":"No.","code":"not_found"}"#), ["|No.|not_found"]);
        assert_eq!(
            flat(r#"{"reason":["Too long.","Too dull."]}"#),
            ["/reason|Too long.|", "/reason|Too dull.|"]
        );
        assert_eq!(flat(r#"{"non_field_errors":["Both."]}"#), ["|Both.|"]);
        assert_eq!(flat(r#"{"products":[{},{"quantity":["Low."]}]}"#), ["/products/1/quantity|Low.|"]);
        assert_eq!(flat(r#"{"a":{"b":{"non_field_errors":["Deep."]}}}"#), ["/a/b|Deep.|"]);
        assert_eq!(flat(r#"{"amount":[{"message":"Bad.","code":"invalid"}]}"#), ["/amount/0|Bad.|invalid"]);
    }

    #[test]
    fn what_is_not_drf_yields_nothing() {
        for body in ["", "<html>Bad gateway</html>", "{\"detail\":", "null", "42", "\u{0}"] {
            assert!(decode(body.as_bytes()).is_empty(), "{body}");
        }
    }

    #[test]
    fn only_field_names_are_printed() {
        let body = r#"{"billing_country":["x"],"canary@example.com":["x"],"products":[{"quantity":["x"]}]}"#;
        assert_eq!(
            printable_pointers(&decode(body.as_bytes())),
            ["/billing_country", "/products/0/quantity"]
        );
    }
}
