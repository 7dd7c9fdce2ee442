//! The latest requests, for the dashboard.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;

use crate::clock::Moment;
use crate::shared::Shared;

const KEPT: usize = 100;

/// A request that was answered.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) at: Moment,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) millis: u128,
}

/// The latest requests to the API and the checkout page, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<VecDeque<Logged>>);

impl Requests {
    pub(crate) fn all(&self) -> Vec<Logged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn add(&self, logged: Logged) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(logged);
    }
}

/// Notes a request and its status. Queries and bodies are not kept: they may say who pays.
pub(crate) async fn note(Extract(sandbox): Extract<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    if path == "/" || path.starts_with("/_sandbox/") {
        return next.run(request).await;
    }
    let (at, began) = (sandbox.clock.now(), Instant::now());
    let response = next.run(request).await;
    let (status, millis) = (response.status().as_u16(), began.elapsed().as_millis());
    tracing::info!(%method, path, status, "answered");
    sandbox.requests.add(Logged { at, method, path, status, millis });
    response
}
