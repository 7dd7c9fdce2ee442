//! A caller of the API, and a receiver of webhooks.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use nd8_sandbox::{RefundPolicy, SEEDED_PRODUCT, Sandbox};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

/// Long enough for a slow machine; nothing waits this long unless it is going to fail.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A sandbox whose refunds wait for the test.
pub(crate) async fn manual() -> Sandbox {
    Sandbox::builder().refunds(RefundPolicy::Manual).start().await.unwrap()
}

/// An HTTP client that follows no redirect.
pub(crate) fn http() -> reqwest::Client {
    // Named, because reqwest panics without a provider where some crate of the graph switched its own off.
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let http = reqwest::Client::builder().tls_backend_preconfigured(tls);
    http.redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// Calls one sandbox with one API key.
#[derive(Clone)]
pub(crate) struct Caller {
    http: reqwest::Client,
    base_url: String,
    api_key: String,
}

impl Caller {
    pub(crate) fn of(sandbox: &Sandbox) -> Caller {
        Caller::with_key(sandbox, sandbox.api_key())
    }

    pub(crate) fn with_key(sandbox: &Sandbox, api_key: &str) -> Caller {
        Caller { http: http(), base_url: sandbox.base_url(), api_key: api_key.to_owned() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base_url);
        self.http.request(method, url).header("Authorization", format!("Api-Key {}", self.api_key))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    /// Creates a checkout and returns the response body.
    pub(crate) async fn checkout(&self, body: &Value) -> Value {
        self.post("/checkout/create/", body).await.expect(201)
    }

    /// Creates and pays a payment of that many dollars, and returns its public id.
    pub(crate) async fn paid(&self, sandbox: &Sandbox, unit_price: &str) -> String {
        let checkout = self.checkout(&priced(unit_price)).await;
        sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap()
    }

    pub(crate) async fn refund(&self, payment_id: &str, body: &Value) -> Reply {
        self.post(&format!("/transactions/{payment_id}/refund/"), body).await
    }

    pub(crate) async fn payment_status(&self, payment_id: &str) -> String {
        text(&self.get(&format!("/transactions/{payment_id}/")).await.expect(200)["status"]).to_owned()
    }
}

/// Calls one sandbox as its dashboard does.
pub(crate) struct Dashboard {
    http: reqwest::Client,
    base_url: String,
    token: String,
}

impl Dashboard {
    pub(crate) fn of(sandbox: &Sandbox) -> Dashboard {
        let token = format!("Token {}", sandbox.session_token());
        Dashboard { http: http(), base_url: sandbox.base_url(), token }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = self.http.request(method, format!("{}{path}", self.base_url));
        let request = request.header("Authorization", &self.token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Reply::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Posts without a body.
    pub(crate) async fn do_at(&self, path: &str) -> Reply {
        self.send(Method::POST, path, None).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) async fn of(response: Response) -> Reply {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.unwrap() }
    }

    /// Returns the JSON body of a response that has this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A right request for one of the seeded product.
pub(crate) fn order() -> Value {
    json!({
        "billing_country": "FR",
        "billing_first_name": "Ada",
        "billing_last_name": "Lovelace",
        "billing_email": "ada@shop.example",
        "products": [{ "id": SEEDED_PRODUCT, "quantity": 1 }],
    })
}

/// A right request for one ad-hoc product at this price, which is taken digit for digit.
pub(crate) fn priced(unit_price: &str) -> Value {
    let mut order = order();
    let products = format!(r#"[{{"name":"Something","quantity":1,"unit_price":{unit_price}}}]"#);
    order["products"] = serde_json::from_str(&products).unwrap();
    order
}

#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no string: {value}"))
}

/// A webhook as it arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Arrived {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// Address of a receiver that is down: connections are refused, and nobody else can take the port meanwhile.
pub(crate) struct ReceiverDown {
    pub(crate) url: String,
    socket: tokio::net::TcpSocket,
}

impl ReceiverDown {
    pub(crate) fn new() -> ReceiverDown {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        ReceiverDown { url: format!("http://{}/hook", socket.local_addr().unwrap()), socket }
    }

    /// Brings it up, and it acknowledges whatever comes.
    pub(crate) fn up(self) -> Receiver {
        Receiver::on(self.socket.listen(64).unwrap(), |_| 200, &[], watch::channel(true).1)
    }
}

/// A server that receives webhooks and responds to each with the same status.
pub(crate) struct Receiver {
    pub(crate) url: String,
    arrived: mpsc::UnboundedReceiver<Arrived>,
}

impl Receiver {
    /// Responds at once.
    pub(crate) async fn responding(status: u16) -> Receiver {
        Receiver::responding_with(status, &[]).await
    }

    /// Responds at once, with these headers.
    pub(crate) async fn responding_with(status: u16, headers: &'static [(&str, &str)]) -> Receiver {
        Receiver::start(move |_| status, headers, watch::channel(true).1).await
    }

    /// Fails that many times of a hundred, as the seed has it.
    pub(crate) async fn failing_at_random(percent: u64, seed: u64) -> Receiver {
        // The generator of Knuth's MMIX: good enough to be unpredictable to the sandbox.
        let mut state = seed;
        let status = move |_: &Arrived| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if (state >> 33) % 100 < percent { 500 } else { 200 }
        };
        Receiver::start(status, &[], watch::channel(true).1).await
    }

    /// Fails the first attempt of about every third delivery, chosen by its id: whatever the order in which they come.
    pub(crate) async fn failing_sometimes() -> Receiver {
        let mut seen = std::collections::HashSet::new();
        let status = move |arrived: &Arrived| {
            let id = arrived.header("x-webhook-delivery-id");
            if seen.insert(id.to_owned()) && id.bytes().map(u32::from).sum::<u32>() % 3 == 0 {
                500
            } else {
                200
            }
        };
        Receiver::start(status, &[], watch::channel(true).1).await
    }

    /// Receives everything and responds to nothing before `true` is sent.
    pub(crate) async fn holding() -> (Receiver, watch::Sender<bool>) {
        let (open, opened) = watch::channel(false);
        (Receiver::start(|_| 200, &[], opened).await, open)
    }

    async fn start(
        status: impl FnMut(&Arrived) -> u16 + Send + 'static,
        more: &'static [(&str, &str)],
        opened: watch::Receiver<bool>,
    ) -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Receiver::on(listener, status, more, opened)
    }

    fn on(
        listener: tokio::net::TcpListener,
        status: impl FnMut(&Arrived) -> u16 + Send + 'static,
        more: &'static [(&str, &str)],
        opened: watch::Receiver<bool>,
    ) -> Receiver {
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, arrived) = mpsc::unbounded_channel();
        let status = std::sync::Arc::new(std::sync::Mutex::new(status));
        let router = axum::Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let webhook = Arrived { headers, body };
            let status = (status.lock().unwrap())(&webhook);
            let _ = sender.send(webhook);
            let mut opened = opened.clone();
            async move {
                let _ = opened.wait_for(|open| *open).await;
                // A redirect needs a target.
                let mut headers =
                    HeaderMap::from_iter([("location".parse().unwrap(), "/elsewhere".parse().unwrap())]);
                headers.extend(more.iter().map(|(name, value)| {
                    (
                        axum::http::HeaderName::from_static(name),
                        value.parse::<axum::http::HeaderValue>().unwrap(),
                    )
                }));
                (StatusCode::from_u16(status).unwrap(), headers)
            }
        });
        tokio::spawn(async { axum::serve(listener, router).await });
        Receiver { url, arrived }
    }

    pub(crate) async fn next(&mut self) -> Arrived {
        tokio::time::timeout(LIMIT, self.arrived.recv()).await.expect("a webhook arrives").unwrap()
    }

    /// Returns whether nothing has arrived that was not looked at.
    pub(crate) fn is_empty(&self) -> bool {
        self.arrived.is_empty()
    }
}

/// Presses a button of a page as a browser without JavaScript does: with the token that the page has in its form.
pub(crate) async fn submit(page: &str, action: &str, fields: &str) -> Reply {
    let html = http().get(page).send().await.unwrap().text().await.unwrap();
    let token = html
        .split_once("name=\"form_token\" value=\"")
        .map_or("", |(_, rest)| rest.split('"').next().unwrap());
    let form = http().post(action).header("content-type", "application/x-www-form-urlencoded");
    Reply::of(form.body(format!("form_token={token}&{fields}")).send().await.unwrap()).await
}
