//! Logs each request.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::app_state::AppState;
use crate::app::request_log::LoggedRequest;

/// Logs a request by its route and its status. Paths, queries and bodies are left out: they have tokens, and who pays.
pub(crate) async fn log(
    Extract(sandbox): Extract<Arc<AppState>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().to_string();
    let route = route.map_or_else(|| "unknown".to_owned(), |route| route.as_str().to_owned());
    if route == "/" || route.starts_with("/_sandbox/") {
        return next.run(request).await;
    }
    let (at, began) = (sandbox.clock.now(), Instant::now());
    let response = next.run(request).await;
    let (status, millis) = (response.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(%method, route, status, "responded");
    sandbox.requests.add(LoggedRequest { at, method, route, status, millis });
    response
}
