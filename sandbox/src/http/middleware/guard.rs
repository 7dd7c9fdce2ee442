//! Protects what needs no credential from other web sites: a browser on this machine reaches the sandbox, whichever site wrote the
//! page in it.
//!
//! Pages can be opened from anywhere, since a shop links to its checkout. Data is for own pages and for programs. What changes
//! something comes from an own page or a program, and is JSON or a form with the token of that page: a browser sends neither to
//! another site without asking first. Not here: which hosts and origins are own (`app::origins`).

use std::sync::Arc;

use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Extension, Request, State as Extract};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue, ORIGIN, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::app_state::AppState;
use crate::app::origins::{FormTokens, is_own_host, is_own_origin};
use crate::faults::connection::Connection;
use crate::http::body::{form_fields, is_form, is_json};

/// More than the fields of any form here.
const MAX_FORM: usize = 64 * 1024;

/// Reports why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error(
        "unknown host: use localhost, the address that the sandbox listens on, or an address given by --public-url"
    )]
    ForeignHost,
    #[error(
        "this request comes from a page of another site, and only the sandbox's own pages and programs may send it"
    )]
    ForeignOrigin,
    #[error("expected a body with the content type application/json, or a form of the sandbox's own pages")]
    MediaType,
    #[error("the form has no valid token: reload the page, or send application/json")]
    FormToken,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Refusal::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::ForeignHost | Refusal::ForeignOrigin | Refusal::FormToken => StatusCode::FORBIDDEN,
        };
        (status, format!("{self}\n")).into_response()
    }
}

/// Refuses what a page of another site could have sent.
pub(crate) async fn guard(
    Extract(sandbox): Extract<Arc<AppState>>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let checked = match check_source(&sandbox, &connection, &request) {
        Ok(()) if request.method().is_safe() => Ok(request),
        Ok(()) => check_body(&sandbox, request).await,
        Err(refusal) => Err(refusal),
    };
    let mut response = match checked {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    // An address that is not loopback gets no `Sec-Fetch-Site`, so a foreign page could load data as a script or an image. These
    // two keep the browser from giving it to the page.
    let headers = response.headers_mut();
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Checks where a request comes from, as far as browsers state it.
fn check_source(sandbox: &AppState, connection: &Connection, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let host = single(headers, HOST).ok().flatten().unwrap_or_default();
    if !is_own_host(host, connection.local, &sandbox.public) {
        return Err(Refusal::ForeignHost);
    }
    let path = request.uri().path();
    if request.method().is_safe() && (path == "/" || path.starts_with("/pay/")) {
        return Ok(());
    }
    let own_origin = match single(headers, ORIGIN)? {
        Some(origin) => is_own_origin(origin, host, &sandbox.public),
        None => true,
    };
    // Not sent over plain HTTP to anything but loopback, so it can only add to what `Origin` shows.
    let site = single(headers, HeaderName::from_static("sec-fetch-site"))?;
    let own_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    if own_origin && own_site { Ok(()) } else { Err(Refusal::ForeignOrigin) }
}

/// Returns the one value of a header. Several, or one that is no text, are not what a browser sends.
fn single(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str().map_err(|_| Refusal::ForeignOrigin)).transpose()?;
    if values.next().is_some() { Err(Refusal::ForeignOrigin) } else { Ok(first) }
}

/// Checks that a change is JSON, a form with a token, or has no body at all.
async fn check_body(sandbox: &AppState, request: Request) -> Result<Request, Refusal> {
    let headers = request.headers();
    if is_json(headers) || (!headers.contains_key(CONTENT_TYPE) && request.body().is_end_stream()) {
        return Ok(request);
    }
    if !is_form(headers) {
        return Err(Refusal::MediaType);
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_FORM).await.map_err(|_| Refusal::FormToken)?;
    let token = form_fields(&body).find_map(|(name, value)| (name == FormTokens::FIELD).then_some(value));
    if !token.is_some_and(|token| sandbox.form_tokens.is_valid(&token)) {
        return Err(Refusal::FormToken);
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}
