//! What Django and its REST framework do around every operation: slashes, methods, negotiation, and the pages for what
//! nobody serves and for what went wrong.
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

use crate::auth::{Anyone, DashboardUser, Merchant};
use crate::error::{ApiError, Door};
use crate::quirks::Quirk;
use crate::server::unknown_route;
use crate::shared::Shared;

/// The methods that a path takes, and what its callers show first.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// As `Allow` lists them.
    pub(crate) allow: &'static str,
    /// The credential; customers of a payment link need none.
    pub(crate) door: Option<Door>,
}

impl View {
    /// Looks at the credential, which comes before everything else but the negotiation.
    async fn check_caller(&self, parts: &mut Parts, sandbox: &Arc<Shared>) -> Result<(), ApiError> {
        match self.door {
            Some(Door::ApiKey) => Merchant::from_request_parts(parts, sandbox).await.map(drop),
            Some(Door::Token) => DashboardUser::from_request_parts(parts, sandbox).await.map(drop),
            None => Anyone::from_request_parts(parts, sandbox).await.map(drop),
        }
    }
}

/// Redirects as Django's `APPEND_SLASH` does: with 301, which makes most clients turn a POST into a GET.
pub(crate) async fn add_slash(Extract(sandbox): Extract<Arc<Shared>>, uri: Uri) -> Response {
    if sandbox.quirks.has(Quirk::NoSlashRedirect) {
        return unknown_route().await.into_response();
    }
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

/// Answers for methods that no operation has: `OPTIONS` describes the path, others are refused.
pub(crate) async fn other_method(
    Extract(sandbox): Extract<Arc<Shared>>,
    Extension(view): Extension<View>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut response = match view.check_caller(&mut parts, &sandbox).await {
        Err(refusal) => return refusal.into_response(),
        Ok(()) if parts.method == Method::OPTIONS => {
            let json = ["application/json"];
            Json(json!({ "name": "ND8 sandbox", "description": "", "renders": json, "parses": json }))
                .into_response()
        }
        Ok(()) => ApiError::MethodNotAllowed(parts.method).into_response(),
    };
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(view.allow));
    response
}

/// Turns a panic into the page that Django shows for an exception that nobody caught.
pub(crate) async fn catch_panics(request: Request, next: Next) -> Response {
    // A task of its own is what a panic ends. Where the connection breaks, the task goes on: what the request changed
    // is changed in whole.
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "a request was not answered");
            server_error()
        }
    }
}

/// The page for an error that nobody handled: no JSON, and nothing of what happened.
pub(crate) fn server_error() -> Response {
    let page = "<!doctype html>\n<html lang=\"en\">\n<head><title>Server Error (500)</title></head>\n<body>\n\
                <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n";
    (StatusCode::INTERNAL_SERVER_ERROR, Html(page)).into_response()
}

/// Says whether one of the media types that a caller accepts is JSON. Who names none takes everything.
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
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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
    #[tokio::test]
    async fn a_panic_becomes_the_page_for_an_unhandled_error() {
        use axum::routing::get;

        async fn panics() -> StatusCode {
            panic!("a bug")
        }
        let router: axum::Router =
            axum::Router::new().route("/", get(panics)).layer(axum::middleware::from_fn(catch_panics));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });

        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();

        assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
        assert!(answer.contains("content-type: text/html; charset=utf-8\r\n"), "{answer}");
        assert!(answer.contains("<h1>Server Error (500)</h1>") && !answer.contains("a bug"), "{answer}");
    }
}
