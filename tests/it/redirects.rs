//! A redirect is an error: a POST must not silently become a GET.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nd8::Outcome;
use nd8::raw::Context;
use nd8::raw::types::RefundRequest;

use crate::support::{Received, Server};

/// Responds to a POST with a redirect, as Django does where a slash is missing, and to a GET with a refund.
fn django(status: StatusCode) -> impl Fn(&Received) -> Response + Clone + Send + Sync + 'static {
    const REFUND: &str = r#"{"status":"processing","refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"1.00","currency":"USD"}"#;
    move |request| {
        if request.method == "POST" {
            (status, [("location", "/api/moved/")]).into_response()
        } else {
            ([("content-type", "application/json")], REFUND).into_response()
        }
    }
}

#[tokio::test]
async fn a_redirected_post_is_an_error_and_nothing_is_fetched() {
    for (status, outcome) in [
        (301, Outcome::Rejected),
        (302, Outcome::Unknown),
        (303, Outcome::Unknown),
        (307, Outcome::Rejected),
        (308, Outcome::Rejected),
    ] {
        let status = StatusCode::from_u16(status).expect("the status is valid");
        let server = Server::start(django(status)).await;
        let error =
            server.client().refunds().create("TX", "x").send().await.expect_err("the request was redirected");
        assert!(error.is_redirect(), "{error:?}");
        assert_eq!((error.status(), error.outcome()), (Some(status), outcome));
        assert_eq!(server.only().method, "POST");
    }
}

#[tokio::test]
async fn an_http_client_that_follows_is_found_out() {
    let server = Server::start(django(StatusCode::MOVED_PERMANENTLY)).await;
    let raw = nd8::raw::Client::new_with_client(&server.url, following(), Context::api_key("k"));
    let request = RefundRequest::new("x");
    let error = raw.create_refund(&"TX".into(), &request).send().await.expect_err("the POST became a GET");
    assert_eq!(error.status(), Some(StatusCode::FOUND));
    let methods: Vec<String> = server.received().iter().map(|request| request.method.to_string()).collect();
    assert_eq!(methods, ["POST", "GET"], "the client of the caller's own did follow");
}

/// The status of the first response is not known any more: after a 302 or 303, the refund may have been made.
#[tokio::test]
async fn a_redirect_is_an_error_with_an_http_client_of_the_caller() {
    for (status, outcome, methods) in [
        (301, Outcome::Unknown, &["POST", "GET"][..]),
        (302, Outcome::Unknown, &["POST", "GET"]),
        (303, Outcome::Unknown, &["POST", "GET"]),
        // These would send the POST again.
        (307, Outcome::Rejected, &["POST"]),
        (308, Outcome::Rejected, &["POST"]),
    ] {
        let server = Server::start(django(StatusCode::from_u16(status).expect("the status is valid"))).await;
        let client = nd8::Client::builder("k").base_url(&server.url).http_client(following());
        let refund = client.build().expect("the client is built").refunds().create("TX", "x");
        let error = refund.send().await.expect_err("the request was redirected");
        assert!(error.is_redirect(), "{status}: {error:?}");
        assert_eq!(error.outcome(), outcome, "{status}");
        let received: Vec<String> =
            server.received().iter().map(|request| request.method.to_string()).collect();
        assert_eq!(received, methods, "{status}");
    }
}

/// A redirect to the same address cannot be seen in the URL of the response. A GET that is not allowed there reports what is.
#[tokio::test]
async fn a_client_that_follows_to_the_same_address_proves_no_refusal() {
    for status in [301, 302, 303] {
        let server = Server::start(move |request: &Received| match request.method.as_str() {
            "POST" => {
                let status = StatusCode::from_u16(status).expect("the status is valid");
                (status, [("location", request.uri.path().to_owned())]).into_response()
            }
            _ => (StatusCode::METHOD_NOT_ALLOWED, [("allow", "POST, OPTIONS")]).into_response(),
        })
        .await;
        let client = nd8::Client::builder("k").base_url(&server.url).http_client(following());
        let error = client.build().expect("the client is built").refunds().create("TX", "x").send().await;
        assert_eq!(error.expect_err("the request was redirected").outcome(), Outcome::Unknown, "{status}");
        assert_eq!(server.received().len(), 2, "{status}");
    }
}

fn following() -> reqwest::Client {
    own_http_client().build().expect("the HTTP client is built")
}

/// An HTTP client as `reqwest` makes it by default: it follows redirects, and retries what was refused.
pub(crate) fn own_http_client() -> reqwest::ClientBuilder {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has TLS versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}
