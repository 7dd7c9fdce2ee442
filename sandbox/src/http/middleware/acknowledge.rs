//! Holds a response back until the change that it reports is in the state file.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::app_state::AppState;
use crate::http::pages::server_error;

/// Holds an answer back until what it tells of is in the file. What could not be written is not acknowledged.
pub(crate) async fn acknowledge(
    Extract(sandbox): Extract<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    match sandbox.saved().await {
        Ok(()) => response,
        Err(error) => {
            tracing::error!(%error, "a request was not acknowledged");
            server_error()
        }
    }
}
