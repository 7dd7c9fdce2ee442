//! The OpenAPI document as a judge: of what callers send, and of what the sandbox itself answers.
//!
//! An answer that breaks the document is a defect of the sandbox: it is recorded, the caller gets a 500 in its place,
//! and a [`Sandbox`](crate::Sandbox) that gave one panics when it is dropped. A request that the document refuses is
//! nobody's defect: it gets the refusal that the operation gives. One that the operation takes all the same is recorded
//! as a [`Disagreement`].
//!
//! The documents are read while this crate is compiled. Nothing here comes from `nd8` or its generator.

mod document;
mod log;
mod schema;
mod watch;

use std::sync::LazyLock;

use axum::http::{Method, StatusCode, Uri};
use serde_json::Value;

pub(crate) use document::document;
pub(crate) use log::Log;
pub use log::{Disagreement, Violation};
pub(crate) use watch::{Oversized, Watch, watch};

use crate::list::ListShape;
use schema::Schema;

/// The operations of the document, compiled once for all sandboxes of the process.
static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(document::operations);

/// What is wrong with a request or an answer, with its place: `body/products/0`, `query/page`.
type Complaints = Vec<String>;

/// One operation of the document.
#[derive(Debug)]
pub(crate) struct Operation {
    method: Method,
    /// The path as the document writes it, with its parameters in braces.
    path: String,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    responses: Vec<ResponseRule>,
}

#[derive(Debug)]
struct Parameter {
    name: String,
    in_path: bool,
    schema: Schema,
}

#[derive(Debug)]
struct RequestBody {
    required: bool,
    schema: Schema,
}

#[derive(Debug)]
struct ResponseRule {
    status: u16,
    /// Without one, the answer has no body.
    schema: Option<Schema>,
    /// Whether the body is a list, which a setting puts into an envelope.
    list: bool,
}

/// Gives the operations of a path.
pub(crate) fn operations_at(path: &str) -> Vec<&'static Operation> {
    OPERATIONS.iter().filter(|operation| operation.path == path).collect()
}

impl Operation {
    /// How the operation is called in reports: `POST /refunds/`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Says what the document has against a request. `path` is without the prefix of the API.
    fn judge_request(&self, path: &str, uri: &Uri, body: &[u8], is_json: bool) -> Complaints {
        let mut complaints = Complaints::new();
        let in_path = path_parameters(&self.path, path);
        let url = reqwest::Url::parse(&format!("http://localhost/?{}", uri.query().unwrap_or_default()));
        let in_query: Vec<(String, String)> =
            url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default();
        for parameter in &self.parameters {
            let (place, values) = if parameter.in_path { ("path", &in_path) } else { ("query", &in_query) };
            for (_, text) in values.iter().filter(|(name, _)| *name == parameter.name) {
                complaints.extend(parameter.schema.judge_text(&format!("{place}/{}", parameter.name), text));
            }
        }
        if let Some(rule) = &self.body {
            match serde_json::from_slice::<Value>(body) {
                _ if body.is_empty() && !rule.required => {}
                _ if body.is_empty() => complaints.push("body: missing".to_owned()),
                _ if !is_json => complaints.push("body: not sent as application/json".to_owned()),
                Err(error) => complaints.push(format!("body: {error}")),
                Ok(value) => complaints.extend(rule.schema.judge("body", &value)),
            }
        }
        complaints
    }

    /// Says what the document has against an answer.
    fn judge_answer(
        &self,
        status: StatusCode,
        content_type: &str,
        body: &[u8],
        shape: ListShape,
    ) -> Complaints {
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
            Ok(value) if rule.list && shape == ListShape::Envelope => judge_envelope(schema, &value),
            Ok(value) => schema.judge("body", &value),
        }
    }
}

/// The envelope is not in the document; what is in it is.
fn judge_envelope(schema: &Schema, envelope: &Value) -> Complaints {
    let address = |value: &Value| value.is_null() || value.is_string();
    if !envelope["count"].is_u64() || !address(&envelope["next"]) || !address(&envelope["previous"]) {
        return vec!["body: no envelope".to_owned()];
    }
    schema.judge("body/results", &envelope["results"])
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

    fn operation(method: Method, path: &str) -> &'static Operation {
        operations_at(path).into_iter().find(|operation| operation.method == method).unwrap()
    }

    fn answer(operation: &Operation, status: u16, body: &Value, shape: ListShape) -> Complaints {
        let status = StatusCode::from_u16(status).unwrap();
        operation.judge_answer(status, "application/json", body.to_string().as_bytes(), shape)
    }

    #[test]
    fn all_operations_are_there() {
        assert_eq!(OPERATIONS.len(), 22);
    }

    #[test]
    fn answers_are_held_to_status_type_and_schema() {
        let operation = operation(Method::GET, "/refunds/{id}/");
        let right = json!({ "id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
                            "status": "pending", "created_at": "2026-01-02T03:04:05.678Z" });
        assert_eq!(answer(operation, 200, &right, ListShape::Bare), Complaints::new());

        for (field, value) in [
            ("amount", json!(1)),
            ("status", json!("done")),
            ("created_at", json!("yesterday")),
            ("id", Value::Null),
        ] {
            let mut wrong = right.clone();
            wrong[field] = value;
            let complaints = answer(operation, 200, &wrong, ListShape::Bare);
            assert!(complaints[0].starts_with(&format!("body/{field}")), "{complaints:?}");
        }
        assert!(!answer(operation, 200, &json!([]), ListShape::Bare).is_empty());
        assert!(!answer(operation, 201, &right, ListShape::Bare).is_empty());
        let body = right.to_string();
        let html = operation.judge_answer(StatusCode::OK, "text/html", body.as_bytes(), ListShape::Bare);
        assert!(!html.is_empty());
        assert!(
            !operation.judge_answer(StatusCode::OK, "application/json", b"{", ListShape::Bare).is_empty()
        );
        assert_eq!(answer(operation, 404, &json!({ "detail": "x" }), ListShape::Bare), Complaints::new());
    }

    #[test]
    fn nothing_is_sent_where_nothing_is_described() {
        let operation = operation(Method::DELETE, "/payment-links/{id}/");
        assert!(operation.judge_answer(StatusCode::NO_CONTENT, "", b"", ListShape::Bare).is_empty());
        assert!(!operation.judge_answer(StatusCode::NO_CONTENT, "", b"{}", ListShape::Bare).is_empty());
    }

    #[test]
    fn nulls_are_taken_where_they_are_allowed() {
        let operation = operation(Method::GET, "/organization/webhooks/");
        assert!(answer(operation, 200, &json!({ "endpoint_url": null }), ListShape::Bare).is_empty());
        assert!(!answer(operation, 200, &json!({ "endpoint_url": 1 }), ListShape::Bare).is_empty());
    }

    #[test]
    fn an_envelope_is_looked_into() {
        let operation = operation(Method::GET, "/organization/api-keys/");
        let mut envelope =
            json!({ "count": 1, "next": null, "previous": null, "results": [{ "name": "x" }] });
        assert!(answer(operation, 200, &envelope, ListShape::Envelope).is_empty());
        assert!(!answer(operation, 200, &envelope, ListShape::Bare).is_empty());
        envelope["results"][0]["name"] = json!(1);
        assert!(!answer(operation, 200, &envelope, ListShape::Envelope).is_empty());
    }

    #[test]
    fn requests_are_held_to_path_query_and_body() {
        let list = operation(Method::GET, "/refunds/");
        let judge = |query: &str| {
            let uri = format!("/api/refunds/?{query}").parse().unwrap();
            list.judge_request("/refunds/", &uri, b"", false)
        };
        assert!(judge("page=2&status=failed&created_at__gte=2026-01-01T00:00:00%2B02:00").is_empty());
        for wrong in ["page=two", "status=paid", "created_at__lte=yesterday", "page_size="] {
            assert_eq!(judge(wrong).len(), 1, "{wrong}");
        }

        let link = operation(Method::PATCH, "/payment-links/{id}/");
        let judge = |id: &str, body: &str, is_json| {
            let path = format!("/payment-links/{id}/");
            link.judge_request(&path, &Uri::from_static("/x"), body.as_bytes(), is_json)
        };
        let id = "0f9d6f1c-5b0e-4c3a-9a53-6a1f4f0e2b7d";
        assert!(judge(id, r#"{"max_uses": null}"#, true).is_empty());
        assert_eq!(judge("1", r#"{"max_uses": null}"#, true).len(), 1);
        for (body, is_json) in [("", true), ("{", true), ("{}", false), (r#"{"max_uses": "1"}"#, true)] {
            assert_eq!(judge(id, body, is_json).len(), 1, "{body}");
        }
    }

    #[test]
    fn a_price_has_to_be_more_than_nothing() {
        let create = operation(Method::POST, "/checkout/create/");
        let judge = |price: &str| {
            let body = format!(
                r#"{{"billing_country":"FR","billing_first_name":"A","billing_last_name":"B",
                     "billing_email":"a@b.example","products":[{{"name":"x","quantity":1,"unit_price":{price}}}]}}"#
            );
            create.judge_request("/checkout/create/", &Uri::from_static("/x"), body.as_bytes(), true)
        };
        assert!(judge("0.01").is_empty());
        assert!(!judge("0").is_empty());
        assert!(!judge("\"1\"").is_empty());
    }
}
