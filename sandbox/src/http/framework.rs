//! Behaviour of Django REST Framework around every operation: slashes, methods, content negotiation.
//!
//! Not here: which path leads to which operation (`server`), and refusals of the operations themselves (`error`).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, FromRequestParts, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use crate::app::app_state::AppState;
use crate::contract::paths::PathRules;
use crate::http::auth::{Anyone, DashboardUser, Merchant};
use crate::http::error::ApiError;
use crate::http::pages::unknown_route;
use crate::model::credentials::CredentialKind;
use crate::quirks::quirk::Quirk;

/// Authenticates the caller of a path, which comes before everything but content negotiation.
async fn authenticate(rules: PathRules, parts: &mut Parts, sandbox: &Arc<AppState>) -> Result<(), ApiError> {
    match rules.credential {
        Some(CredentialKind::ApiKey) => Merchant::from_request_parts(parts, sandbox).await.map(drop),
        Some(CredentialKind::Token) => DashboardUser::from_request_parts(parts, sandbox).await.map(drop),
        None => Anyone::from_request_parts(parts, sandbox).await.map(drop),
    }
}

/// Redirects as Django's `APPEND_SLASH` does: with 301, which makes most clients turn a POST into a GET.
pub(crate) async fn add_slash(Extract(sandbox): Extract<Arc<AppState>>, uri: Uri) -> Response {
    if sandbox.quirks.has(Quirk::NoSlashRedirect) {
        return unknown_route().into_response();
    }
    // Django keeps the query, and a client that follows the redirect relies on it.
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = format!("{}/{query}", uri.path());
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location)], Html("")).into_response()
}

/// Refuses callers who take no JSON, before anything else is looked at.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response {
    if takes_json(request.headers()) {
        next.run(request).await
    } else {
        ApiError::NotAcceptable.into_response()
    }
}

/// Handles methods that no operation has: `OPTIONS` describes the path, others are refused.
pub(crate) async fn other_method(
    Extract(sandbox): Extract<Arc<AppState>>,
    Extension(rules): Extension<PathRules>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut response = match authenticate(rules, &mut parts, &sandbox).await {
        Err(refusal) => return refusal.into_response(),
        Ok(()) if parts.method == Method::OPTIONS => {
            let json = ["application/json"];
            Json(json!({ "name": "ND8 sandbox", "description": "", "renders": json, "parses": json }))
                .into_response()
        }
        Ok(()) => ApiError::MethodNotAllowed(parts.method).into_response(),
    };
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(rules.allow));
    response
}

/// Returns whether one of the media types that a caller accepts is JSON. Who names none takes everything.
fn takes_json(headers: &HeaderMap) -> bool {
    let values: Vec<_> = headers.get_all(header::ACCEPT).iter().collect();
    values.is_empty()
        || values.iter().any(|value| {
            String::from_utf8_lossy(value.as_bytes()).split(',').any(|range| {
                let essence = range.split(';').next().unwrap_or_default().trim();
                ["*/*", "application/*", "application/json"]
                    .iter()
                    .any(|json| essence.eq_ignore_ascii_case(json))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_taken_by_name_and_by_star() {
        for (accept, taken) in [
            ("application/json", true),
            ("APPLICATION/JSON; indent=4", true),
            ("text/html, application/*;q=0.8", true),
            ("text/html,*/*;q=0.1", true),
            ("text/html", false),
            ("application/xml, text/*", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(takes_json(&headers), taken, "{accept}");
        }
        assert!(takes_json(&HeaderMap::new()));
    }
}
