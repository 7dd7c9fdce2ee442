//! One operation of the document, and the validation of its requests and responses.

use axum::http::{Method, StatusCode, Uri};
use serde_json::Value;

use crate::contract::schema::Schema;
use crate::settings::ListShape;

/// Problems of a request or a response, each with its place: `body/products/0`, `query/page`.
pub(crate) type Problems = Vec<String>;

/// Number of problems that are reported of a message: enough to find the error, and few enough to stop early.
pub(crate) const MAX_PROBLEMS: usize = 20;

/// One operation of the document.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Path as the document writes it, with its parameters in braces.
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<RequestBody>,
    pub(crate) responses: Vec<ResponseRule>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) in_path: bool,
    pub(crate) schema: Schema,
}

#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

#[derive(Debug)]
pub(crate) struct ResponseRule {
    pub(crate) status: u16,
    /// Without one, the response has no body.
    pub(crate) schema: Option<Schema>,
    /// True if the body is a list, which a setting puts into an envelope.
    pub(crate) list: bool,
}

impl Operation {
    /// Returns the name of the operation in reports: `POST /refunds/`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Validates a request. `path` is without the prefix of the API.
    pub(crate) fn validate_request(&self, path: &str, uri: &Uri, body: &[u8], is_json: bool) -> Problems {
        let mut problems = Problems::new();
        let in_path = path_parameters(&self.path, path);
        // The parser of a whole URL decodes a query as browsers and the framework do; there is no parser for a query alone.
        let url = reqwest::Url::parse(&format!("http://localhost/?{}", uri.query().unwrap_or_default()));
        let in_query: Vec<(String, String)> =
            url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
        for parameter in &self.parameters {
            let (place, values) = if parameter.in_path { ("path", &in_path) } else { ("query", &in_query) };
            for (_, text) in values.iter().filter(|(name, _)| *name == parameter.name) {
                problems.extend(parameter.schema.validate_text(
                    &format!("{place}/{}", parameter.name),
                    text,
                    MAX_PROBLEMS,
                ));
            }
        }
        if let Some(rule) = &self.body {
            match serde_json::from_slice::<Value>(body) {
                _ if body.is_empty() && !rule.required => {}
                _ if body.is_empty() => problems.push("body: missing".to_owned()),
                _ if !is_json => problems.push("body: not sent as application/json".to_owned()),
                Err(error) => problems.push(format!("body: {error}")),
                Ok(value) => problems.extend(rule.schema.validate("body", &value, MAX_PROBLEMS)),
            }
        }
        problems.truncate(MAX_PROBLEMS);
        problems
    }

    /// Validates a response. Stops at so many problems.
    pub(crate) fn validate_response(
        &self,
        status: StatusCode,
        content_type: &str,
        body: &[u8],
        shape: ListShape,
        limit: usize,
    ) -> Problems {
        let Some(rule) = self.responses.iter().find(|rule| rule.status == status.as_u16()) else {
            return vec![format!("status: {status} is not described")];
        };
        let Some(schema) = &rule.schema else {
            return if body.is_empty() { vec![] } else { vec!["body: there should be none".to_owned()] };
        };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return vec![format!("content type: {content_type:?} is not described")];
        }
        match serde_json::from_slice::<Value>(body) {
            Err(error) => vec![format!("body: {error}")],
            Ok(value) if rule.list && shape == ListShape::Envelope => {
                validate_envelope(schema, &value, limit)
            }
            Ok(value) => schema.validate("body", &value, limit),
        }
    }
}

/// Envelope is not in the document; what is in it is.
fn validate_envelope(schema: &Schema, envelope: &Value, limit: usize) -> Problems {
    let address = |value: &Value| value.is_null() || value.is_string();
    if !envelope["count"].is_u64() || !address(&envelope["next"]) || !address(&envelope["previous"]) {
        return vec!["body: no envelope".to_owned()];
    }
    schema.validate("body/results", &envelope["results"], limit)
}

/// Reads the parameters of a path off it.
fn path_parameters(template: &str, path: &str) -> Vec<(String, String)> {
    let segments = template.split('/').zip(path.split('/'));
    let named = segments.filter_map(|(name, text)| Some((name.strip_prefix('{')?.strip_suffix('}')?, text)));
    named.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::document::{OPERATIONS, operations_at};

    fn operation(method: Method, path: &str) -> &'static Operation {
        operations_at(path).into_iter().find(|operation| operation.method == method).unwrap()
    }

    fn problems_of(operation: &Operation, status: u16, body: &Value, shape: ListShape) -> Problems {
        let status = StatusCode::from_u16(status).unwrap();
        operation.validate_response(status, "application/json", body.to_string().as_bytes(), shape, 20)
    }

    #[test]
    fn all_operations_are_there() {
        assert_eq!(OPERATIONS.len(), 22);
    }

    #[test]
    fn responses_are_validated_by_status_type_and_schema() {
        let operation = operation(Method::GET, "/refunds/{id}/");
        let right = json!({ "id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
                            "status": "pending", "created_at": "2026-01-02T03:04:05.678Z" });
        assert_eq!(problems_of(operation, 200, &right, ListShape::Bare), Problems::new());

        for (field, value) in [
            ("amount", json!(1)),
            ("status", json!("done")),
            ("created_at", json!("yesterday")),
            ("id", Value::Null),
        ] {
            let mut wrong = right.clone();
            wrong[field] = value;
            let problems = problems_of(operation, 200, &wrong, ListShape::Bare);
            assert!(problems[0].starts_with(&format!("body/{field}")), "{problems:?}");
        }
        assert!(!problems_of(operation, 200, &json!([]), ListShape::Bare).is_empty());
        assert!(!problems_of(operation, 201, &right, ListShape::Bare).is_empty());
        let body = right.to_string();
        let html =
            operation.validate_response(StatusCode::OK, "text/html", body.as_bytes(), ListShape::Bare, 20);
        assert!(!html.is_empty());
        assert!(
            !operation
                .validate_response(StatusCode::OK, "application/json", b"{", ListShape::Bare, 20)
                .is_empty()
        );
        assert_eq!(problems_of(operation, 404, &json!({ "detail": "x" }), ListShape::Bare), Problems::new());
    }

    #[test]
    fn nothing_is_sent_where_nothing_is_described() {
        let operation = operation(Method::DELETE, "/payment-links/{id}/");
        assert!(operation.validate_response(StatusCode::NO_CONTENT, "", b"", ListShape::Bare, 20).is_empty());
        assert!(
            !operation.validate_response(StatusCode::NO_CONTENT, "", b"{}", ListShape::Bare, 20).is_empty()
        );
    }

    #[test]
    fn nulls_are_taken_where_they_are_allowed() {
        let operation = operation(Method::GET, "/organization/webhooks/");
        assert!(problems_of(operation, 200, &json!({ "endpoint_url": null }), ListShape::Bare).is_empty());
        assert!(!problems_of(operation, 200, &json!({ "endpoint_url": 1 }), ListShape::Bare).is_empty());
    }

    #[test]
    fn an_envelope_is_looked_into() {
        let operation = operation(Method::GET, "/organization/api-keys/");
        let mut envelope =
            json!({ "count": 1, "next": null, "previous": null, "results": [{ "name": "x" }] });
        assert!(problems_of(operation, 200, &envelope, ListShape::Envelope).is_empty());
        assert!(!problems_of(operation, 200, &envelope, ListShape::Bare).is_empty());
        envelope["results"][0]["name"] = json!(1);
        assert!(!problems_of(operation, 200, &envelope, ListShape::Envelope).is_empty());
    }

    #[test]
    fn requests_are_held_to_path_query_and_body() {
        let list = operation(Method::GET, "/refunds/");
        let violations = |query: &str| {
            let uri = format!("/api/refunds/?{query}").parse().unwrap();
            list.validate_request("/refunds/", &uri, b"", false)
        };
        assert!(violations("page=2&status=failed&created_at__gte=2026-01-01T00:00:00%2B02:00").is_empty());
        for wrong in ["page=two", "status=paid", "created_at__lte=yesterday", "page_size="] {
            assert_eq!(violations(wrong).len(), 1, "{wrong}");
        }

        let link = operation(Method::PATCH, "/payment-links/{id}/");
        let violations = |id: &str, body: &str, is_json| {
            let path = format!("/payment-links/{id}/");
            link.validate_request(&path, &Uri::from_static("/x"), body.as_bytes(), is_json)
        };
        let id = "0f9d6f1c-5b0e-4c3a-9a53-6a1f4f0e2b7d";
        assert!(violations(id, r#"{"max_uses": null}"#, true).is_empty());
        assert_eq!(violations("1", r#"{"max_uses": null}"#, true).len(), 1);
        for (body, is_json) in [("", true), ("{", true), ("{}", false), (r#"{"max_uses": "1"}"#, true)] {
            assert_eq!(violations(id, body, is_json).len(), 1, "{body}");
        }
    }

    #[test]
    fn a_price_has_to_be_more_than_nothing() {
        let create = operation(Method::POST, "/checkout/create/");
        let violations = |price: &str| {
            let body = format!(
                r#"{{"billing_country":"FR","billing_first_name":"A","billing_last_name":"B",
                     "billing_email":"a@b.example","products":[{{"name":"x","quantity":1,"unit_price":{price}}}]}}"#
            );
            create.validate_request("/checkout/create/", &Uri::from_static("/x"), body.as_bytes(), true)
        };
        assert!(violations("0.01").is_empty());
        assert!(!violations("0").is_empty());
        assert!(!violations("\"1\"").is_empty());
    }
}
