//! A server with prepared responses, which records the requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;

/// Returns a path that no other server of this process has. What refunds a client knows of is kept by the server's address, and the
/// system gives a port again soon after it was freed.
pub(crate) fn unique_path() -> String {
    static SERVERS: AtomicUsize = AtomicUsize::new(0);
    format!("/server-{}", SERVERS.fetch_add(1, Ordering::Relaxed))
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("the header is ASCII"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the text is UTF-8")
    }
}

/// A server on loopback, gone when dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a server that responds to every request with the result of `respond`.
    pub(crate) async fn start<R, A>(respond: A) -> Self
    where
        R: IntoResponse,
        A: Fn(&Received) -> R + Clone + Send + Sync + 'static,
    {
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let app = axum::Router::new().fallback(move |method, uri, headers, body| async move {
            let request = Received { method, uri, headers, body };
            let response = respond(&request).into_response();
            log.lock().expect("no test panics while it holds the lock").push(request);
            response
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("the server runs") });
        Self { url, received, task }
    }

    /// Starts a server that responds to every request with the same JSON.
    pub(crate) async fn with_json(status: u16, json: &'static str) -> Self {
        Self::start(move |_| json_response(status, json)).await
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no test panics while it holds the lock").clone()
    }

    /// The one request that came.
    pub(crate) fn only(&self) -> Received {
        let mut received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received.remove(0)
    }

    pub(crate) fn client(&self) -> nd8::Client {
        nd8::Client::builder("the-api-key").base_url(&self.url).build().expect("the settings are valid")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn json_response(status: u16, json: &'static str) -> impl IntoResponse {
    let status = StatusCode::from_u16(status).expect("the status is valid");
    (status, [("content-type", "application/json")], json)
}

/// A payment with the required fields only.
pub(crate) const PAYMENT: &str =
    r#"{"id":"TXabc123","amount":"99.00","status":"paid","currency":"USD","depositAttempts":[]}"#;

/// A checkout that was created.
pub(crate) const CHECKOUT: &str = r#"{"checkout_id":"org1-1-a","order_id":"org1-1-a","checkout_url":"https://pay.test/x","token":"t","expires_at":1}"#;
