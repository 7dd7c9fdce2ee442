//! Holds a response back until the changes that it reports are in the state file.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::app_state::AppState;
use crate::app::seen::Seen;
use crate::http::pages::write_failed;

/// Limits how often a request that only reads is repeated because what it saw was undone.
const READS: usize = 3;

/// Holds a response back until the changes that it reports are in the file, or reports that they were undone. What only reads
/// goes on without the file: it is repeated on the state that is saved.
pub(crate) async fn acknowledge(
    Extract(sandbox): Extract<Arc<AppState>>,
    request: Request,
    next: Next,
) -> Response {
    if sandbox.state_file.is_none() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let mut again = (if parts.method.is_safe() { READS } else { 1 }) - 1;
    let (mut response, mut seen) =
        Seen::during(next.clone().run(Request::from_parts(parts.clone(), body))).await;
    loop {
        match sandbox.acknowledged(&seen).await {
            Ok(()) => return response,
            Err(failure) if again == 0 => return write_failed(&failure),
            Err(_) => again -= 1,
        }
        let repeated = Request::from_parts(parts.clone(), Body::empty());
        (response, seen) = Seen::during(next.clone().run(repeated)).await;
    }
}
