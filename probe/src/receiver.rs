//! Receives webhooks on an address of this machine, within bounds, and acknowledges each.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// More deliveries than a run causes.
const MOST: usize = 200;
/// More bytes than a payload has.
const LONGEST: usize = 256 * 1024;

/// A delivery, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Delivery {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn object(&self) -> Option<&Map<String, Value>> {
        self.body.as_object()
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.body.get(field)?.as_str()
    }

    /// Returns whether body or header names this event: a payload may be wrapped.
    pub(crate) fn is(&self, event: &str) -> bool {
        self.text("event") == Some(event) || self.header("x-webhook-event") == Some(event)
    }
}

#[derive(Default)]
struct Inbox {
    /// Path of deliveries. A public address receives other requests as well.
    path: String,
    deliveries: Mutex<Vec<Delivery>>,
    arrived: Notify,
}

/// A server that runs until this is dropped.
pub(crate) struct Receiver {
    inbox: Arc<Inbox>,
    server: tokio::task::JoinHandle<()>,
    address: SocketAddr,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Receiver {
    pub(crate) async fn start(listen: SocketAddr, path: String) -> Option<Receiver> {
        let listener = TcpListener::bind(listen).await.ok()?;
        let address = listener.local_addr().ok()?;
        let inbox = Arc::new(Inbox { path, ..Inbox::default() });
        let router = axum::Router::new().fallback(receive).with_state(Arc::clone(&inbox));
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Some(Receiver { inbox, server, address })
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.inbox.deliveries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the address that is registered, if nobody gave another.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.address, self.inbox.path)
    }

    /// Waits until the deliveries are as wanted, or for so long.
    pub(crate) async fn wait(&self, limit: Duration, is_enough: impl Fn(&[Delivery]) -> bool) {
        let deadline = Instant::now() + limit;
        loop {
            let arrived = self.inbox.arrived.notified();
            if is_enough(&self.deliveries()) || timeout_at(deadline, arrived).await.is_err() {
                return;
            }
        }
    }
}

async fn receive(State(inbox): State<Arc<Inbox>>, request: Request<Body>) -> StatusCode {
    let (parts, body) = request.into_parts();
    if parts.uri.path() != inbox.path {
        return StatusCode::NOT_FOUND;
    }
    let Ok(body) = to_bytes(body, LONGEST).await else { return StatusCode::PAYLOAD_TOO_LARGE };
    let Ok(body) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let mut deliveries = inbox.deliveries.lock().unwrap_or_else(PoisonError::into_inner);
    if deliveries.len() < MOST {
        deliveries.push(Delivery { headers: parts.headers, body });
    }
    drop(deliveries);
    inbox.arrived.notify_one();
    StatusCode::NO_CONTENT
}
