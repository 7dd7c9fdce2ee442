//! Validates requests and responses of each operation against the OpenAPI document.
//!
//! Faults run outside of this: they break the document on purpose.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State as Extract};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::contract::log::{AcceptedInvalidRequest, Log, Violation};
use crate::contract::operation::{MAX_PROBLEMS, Operation};
use crate::http::body::{BodyCopy, is_json};
use crate::quirks::quirk::{Quirk, QuirkSet};
use crate::quirks::rewrite::Outgoing;
use crate::settings::ListShape;

/// Describes what the validation of one path needs.
#[derive(Clone)]
pub(crate) struct Validator {
    /// Prefix under which the path is served.
    pub(crate) prefix: &'static str,
    pub(crate) operations: Vec<&'static Operation>,
    pub(crate) quirks: Arc<QuirkSet>,
    pub(crate) log: Arc<Log>,
}

/// Runs a request, and validates it and its response. Methods that the document does not have pass.
pub(crate) async fn validate(
    Extract(validator): Extract<Validator>,
    mut request: Request,
    next: Next,
) -> Response {
    // The framework responds to HEAD as to GET, without a body.
    let head = request.method() == Method::HEAD;
    let method = if head { &Method::GET } else { request.method() };
    let Some(operation) = validator.operations.iter().find(|operation| operation.method == *method) else {
        return next.run(request).await;
    };

    let copy = BodyCopy::default();
    request.extensions_mut().insert(copy.clone());
    let (uri, is_json) = (request.uri().clone(), is_json(request.headers()));
    let response = next.run(request).await;
    let status = response.status();
    validator.log.count(operation.name(), status.as_u16());
    // After the handler, and only where it accepted the request: what was refused cost little, and has to stay so.
    if status.is_success() {
        let path = uri.path().strip_prefix(validator.prefix).unwrap_or_default();
        let problems = operation.validate_request(path, &uri, copy.bytes(), is_json);
        if !problems.is_empty() {
            let (operation, status) = (operation.name(), status.as_u16());
            validator.log.accepted_invalid_request(AcceptedInvalidRequest { operation, status, problems });
        }
    }
    if head { response } else { validator.validated(operation, response).await }
}

impl Validator {
    /// Returns a response, or one that reports its errors.
    async fn validated(&self, operation: &Operation, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        let shape = if self.quirks.has(Quirk::Envelope) { ListShape::Envelope } else { ListShape::Bare };
        let read = to_bytes(body, usize::MAX).await;
        let problems = match &read {
            Ok(body) => {
                let content_type = text_of(&parts.headers, header::CONTENT_TYPE);
                operation.validate_response(parts.status, &content_type, body, shape, MAX_PROBLEMS)
            }
            Err(error) => vec![format!("body: {error}")],
        };
        match read {
            Ok(body) if problems.is_empty() => self.rewritten(operation, shape, parts, body),
            _ => self.violated(operation, parts.status, problems),
        }
    }

    /// Returns a valid response as the active quirks have it. What they break has to be explained by one of them.
    fn rewritten(&self, operation: &Operation, shape: ListShape, mut parts: Parts, body: Bytes) -> Response {
        let outgoing = Outgoing { method: &operation.method, path: &operation.path, status: parts.status };
        let Some(body) = self.quirks.rewrite(&outgoing, &mut parts.headers, &body) else {
            return Response::from_parts(parts, Body::from(body));
        };
        let content_type = text_of(&parts.headers, header::CONTENT_TYPE);
        // All of them, because one that no quirk explains may be the last.
        let mut problems = operation.validate_response(parts.status, &content_type, &body, shape, usize::MAX);
        problems.retain(|problem| match self.quirks.explaining(&operation.path, problem) {
            Some(quirk) => {
                self.log.explained(quirk);
                false
            }
            None => true,
        });
        if !problems.is_empty() {
            return self.violated(operation, parts.status, problems);
        }
        parts.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(parts, Body::from(body))
    }

    fn violated(&self, operation: &Operation, status: StatusCode, problems: Vec<String>) -> Response {
        let violation = Violation { operation: operation.name(), status: status.as_u16(), problems };
        let message = format!("the response violates the OpenAPI document of the sandbox: {violation:?}\n");
        self.log.violation(violation);
        (StatusCode::INTERNAL_SERVER_ERROR, message).into_response()
    }
}

fn text_of(headers: &HeaderMap, name: HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::response::Html;

    use super::*;
    use crate::contract::document::operations_at;

    fn watching() -> Validator {
        let operations = operations_at("/organization/webhooks/");
        Validator { prefix: "/api", operations, quirks: Arc::default(), log: Arc::default() }
    }

    #[tokio::test]
    async fn a_response_that_violates_the_document_is_recorded_and_not_sent() {
        let validator = watching();
        let get = validator.operations[0];
        let response = validator
            .validated(get, axum::Json(serde_json::json!({ "endpoint_url": 7 })).into_response())
            .await;

        assert_eq!(response.status(), 500);
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        assert!(String::from_utf8_lossy(&body).contains("body/endpoint_url"), "{body:?}");
        let violations = validator.log.all().violations;
        assert_eq!((violations.len(), violations[0].status), (1, 200));
        assert_eq!(violations[0].operation, "GET /organization/webhooks/");

        for wrong in [Html("").into_response(), StatusCode::CONFLICT.into_response()] {
            assert_eq!(validator.validated(get, wrong).await.status(), 500);
        }
        assert_eq!(validator.log.all().violations.len(), 3);
    }

    #[tokio::test]
    async fn a_valid_response_passes_unchanged() {
        let validator = watching();
        let body = r#"{ "endpoint_url":   null }"#;
        let right = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
        let response = validator.validated(validator.operations[0], right).await;

        assert_eq!(response.status(), 200);
        assert_eq!(to_bytes(response.into_body(), 1000).await.unwrap(), body);
        assert!(validator.log.all().violations.is_empty());
    }
}
