//! Logs each request.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::app_state::AppState;
use crate::app::request_log::LoggedRequest;

/// Notes a request and its status. Queries and bodies are not kept: they may say who pays.
pub(crate) async fn log(Extract(sandbox): Extract<Arc<AppState>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    if path == "/" || path.starts_with("/_sandbox/") {
        return next.run(request).await;
    }
    let (at, began) = (sandbox.clock.now(), Instant::now());
    let response = next.run(request).await;
    let (status, millis) = (response.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(%method, path, status, "answered");
    sandbox.requests.add(LoggedRequest { at, method, path, status, millis });
    response
}
