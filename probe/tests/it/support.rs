//! A sandbox with a payment, and servers of a few lines.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use jiff::civil::{Date, date};
use nd8_probe::{Assumptions, Limits, Options, Refusal, Report, Target};
use nd8_sandbox::{Builder, Sandbox};

pub(crate) const DAY: Date = date(2026, 12, 1);

/// The overlay of the repository.
pub(crate) fn overlay() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/overlay.json")).unwrap()
}

pub(crate) fn assumptions() -> Assumptions {
    Assumptions::from_overlay(&overlay()).unwrap()
}

/// A sandbox with a paid payment of 60.00, and the options of a run that may refund it.
pub(crate) struct Prepared {
    pub(crate) sandbox: Sandbox,
    pub(crate) options: Options,
}

impl Prepared {
    pub(crate) async fn start(builder: Builder) -> Prepared {
        let sandbox = builder.start().await.unwrap();
        let checkout = create_checkout(&sandbox).await;
        let payment = sandbox.customer(&checkout).pay().await.unwrap();
        let mut options = Options::new(target(&sandbox));
        options.payment = Some(payment);
        options.refunds = true;
        options.limits.burst = 0;
        Prepared { sandbox, options }
    }

    pub(crate) async fn run(&self) -> Report {
        self.run_with(&assumptions()).await
    }

    pub(crate) async fn run_with(&self, assumptions: &Assumptions) -> Report {
        nd8_probe::run(&self.options, assumptions, DAY).await.unwrap()
    }
}

pub(crate) fn target(sandbox: &Sandbox) -> Target {
    Target::new(sandbox.api_key(), Some(sandbox.session_token()), Some(&sandbox.base_url())).unwrap()
}

/// Creates a checkout as a shop does, and returns its id.
async fn create_checkout(sandbox: &Sandbox) -> String {
    let body = serde_json::json!({
        "billing_country": "FR", "billing_first_name": "Ada", "billing_last_name": "Lovelace",
        "billing_email": "ada@example.com", "products": [{ "name": "Mug", "quantity": 2, "unit_price": 30 }],
    });
    let body = send(sandbox, "/checkout/create/", "Api-Key", sandbox.api_key(), &body).await;
    body["checkout_id"].as_str().unwrap().to_owned()
}

/// Sends a POST to a sandbox without quirks.
pub(crate) async fn send(
    sandbox: &Sandbox,
    path: &str,
    scheme: &str,
    credential: &str,
    body: &serde_json::Value,
) -> serde_json::Value {
    let quirks = sandbox.quirks().all();
    sandbox.quirks().clear();
    let response = plain_client()
        .post(format!("{}{path}", sandbox.base_url()))
        .header("authorization", format!("{scheme} {credential}"))
        .json(body)
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success(), "{response:?}");
    let body = response.json().await.unwrap();
    sandbox.quirks().set(&quirks);
    body
}

/// A client for plain HTTP. Another crate may enable rustls without a provider, so one is passed explicitly.
pub(crate) fn plain_client() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap()
}

/// A server of a few lines, and what it was asked: method and path with query.
pub(crate) struct Served {
    pub(crate) base_url: String,
    pub(crate) asked: Arc<Mutex<Vec<(Method, String, String)>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Served {
    /// Responds to every request by a function of method, path and body.
    pub(crate) async fn start(
        respond: impl Fn(&Method, &str, &str) -> Response + Clone + Send + Sync + 'static,
    ) -> Served {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/api", listener.local_addr().unwrap());
        let log = Arc::clone(&asked);
        let router = axum::Router::new().fallback(move |request: Request| {
            let (respond, log) = (respond.clone(), Arc::clone(&log));
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 100_000).await.unwrap();
                let body = String::from_utf8_lossy(&body).into_owned();
                log.lock().unwrap().push((parts.method.clone(), parts.uri.to_string(), body.clone()));
                respond(&parts.method, &parts.uri.to_string(), &body)
            }
        });
        let server = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Served { base_url, asked, server }
    }

    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(Target::new("nd8_key", None, Some(&self.base_url)).unwrap());
        options.refunds = true;
        options.payment = Some("TX1".to_owned());
        options.limits = quick();
        options
    }

    pub(crate) async fn run(&self) -> Result<Report, Refusal> {
        nd8_probe::run(&self.options(), &Assumptions::default(), DAY).await
    }

    /// Returns the complete checkouts and the refunds that were asked for.
    pub(crate) fn creations(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let is_creation = |path: &str, body: &str| {
            let is_refund = path.contains("/refund/") && !path.contains("nd8-probe-missing");
            path.contains("/checkout/create") && body.contains("billing_last_name") || is_refund
        };
        let creations =
            asked.iter().filter(|(method, path, body)| *method == Method::POST && is_creation(path, body));
        creations.map(|(_, path, body)| format!("{path} {body}")).collect()
    }
}

/// Limits of servers that never respond as they should.
pub(crate) fn quick() -> Limits {
    let mut limits = Limits::default();
    limits.time = Duration::from_secs(20);
    limits.request_time = Duration::from_secs(1);
    limits.webhook_wait = Duration::from_millis(100);
    limits.burst = 0;
    limits
}

pub(crate) fn json(status: u16, body: &str) -> Response {
    response(status, "application/json", body.to_owned())
}

pub(crate) fn response(status: u16, media_type: &str, body: impl Into<axum::body::Body>) -> Response {
    Response::builder().status(status).header("content-type", media_type).body(body.into()).unwrap()
}
