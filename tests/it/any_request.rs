//! Requests that the crate has no method for.

use http::Method;
use nd8::{Outcome, Refund};
use serde_json::json;
use serde_json::value::RawValue;

use crate::support::{PAYMENT, Server};

const REFUND: &str = r#"{"id":"RF1","transaction_id":"TX1","amount":"1.00","currency":"USD","status":"completed","created_at":"2026-01-31T12:00:00Z"}"#;

#[tokio::test]
async fn any_path_can_be_requested_with_the_credential_of_the_client() {
    let server = Server::with_json(200, REFUND).await;
    let call = server.client().request::<Refund>(Method::GET, "/refunds/RF1/audit/").query("since", "a b&c");
    assert_eq!(call.send().await.expect("the server responds").amount, Some(nd8::Decimal::new(1_00, 2)));
    let request = server.only();
    assert_eq!(request.uri.to_string(), "/api/refunds/RF1/audit/?since=a+b%26c");
    assert_eq!(request.header("authorization"), Some("Api-Key the-api-key"));

    let server = Server::with_json(200, REFUND).await;
    let storefront = nd8::Storefront::builder().base_url(&server.url).build().expect("the client is built");
    storefront.request::<Box<RawValue>>(Method::GET, "/open/").send().await.expect("the server responds");
    assert_eq!(server.only().header("authorization"), None);
}

#[tokio::test]
async fn what_changes_something_is_sent_once() {
    let server = Server::with_json(503, "{}").await;
    let call =
        server.client().request::<Refund>(Method::POST, "/subscriptions/").json(&json!({"plan": "tea"}));
    let error = call.send().await.expect_err("the server is down");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
    let request = server.only();
    assert_eq!(
        (request.text(), request.header("content-type")),
        (r#"{"plan":"tea"}"#, Some("application/json"))
    );
}

#[tokio::test]
async fn numbers_keep_their_digits() {
    const FEE: &str = r#"{"fee":0.112345678901234567890}"#;
    let server = Server::with_json(200, FEE).await;
    let fee = server
        .client()
        .request::<Box<RawValue>>(Method::GET, "/fees/")
        .send()
        .await
        .expect("the server responds");
    assert_eq!(fee.get(), FEE);
}

#[tokio::test]
async fn a_path_that_leads_elsewhere_is_not_sent() {
    let server = Server::with_json(200, PAYMENT).await;
    for path in [
        "refunds/",
        "@elsewhere.invalid/",
        "/a/../../x/",
        "/a/./b",
        "/a\\..\\b",
        "/a?b",
        "/a#b",
        "/%2e%2e/",
        "/%2E/x",
        "/a%2F..%2Fb",
        "/a%2f.%2e",
        "/a%5C..%5Cb",
        "/.\t./x",
        "/a\r\nb",
        "/a b",
        "/a ",
        "/a%00b",
        "/a%0d%0aX: y",
        "/a%",
        "/a%2",
        "/a%2x/",
        "/100%/",
        "",
    ] {
        let error = server
            .client()
            .request::<Refund>(Method::GET, path)
            .send()
            .await
            .expect_err("the path is invalid");
        assert!(error.is_invalid_input() && error.outcome() == Outcome::NotSent, "{path}: {error:?}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_escaped_path_is_sent_unchanged() {
    for path in [
        "/orders/a%2Fb/",
        "/orders/a%2fb/",
        "/orders/a%3Fb%23c/",
        "/orders/100%25/",
        "/orders/%E2%82%AC/",
        "/orders/a%5Cb/",
        "/orders/a%20b",
        "/orders/%252e%252e/",
        "/orders/..a/.b/c../...",
        "//orders",
        "/orders/a:b@c;d=e,f(g)!",
    ] {
        let server = Server::with_json(200, REFUND).await;
        server.client().request::<Refund>(Method::GET, path).query("a", "b").send().await.expect(path);
        assert_eq!(server.only().uri.to_string(), format!("/api{path}?a=b"));
    }
}

#[tokio::test]
async fn an_empty_success_is_read_as_null() {
    for (body, is_empty) in [("", true), ("\u{feff}", true), ("null", true), ("{}", false)] {
        let server = Server::with_json(200, body).await;
        let client = server.client();
        let unit = client.request::<()>(Method::DELETE, "/things/1/").send().await;
        assert_eq!(unit.is_ok(), is_empty, "{body:?}: {unit:?}");
        let error = client
            .request::<Refund>(Method::PUT, "/things/1/")
            .send()
            .await
            .expect_err("the body is no refund");
        assert!(error.is_decode() && error.outcome() == Outcome::Done, "{body:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_type_of_the_caller_is_read_strictly() {
    let server = Server::with_json(200, r#"{"id":7}"#).await;
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code, reason = "it is never read")]
    struct Brief {
        id: Option<String>,
    }
    let error = server
        .client()
        .request::<Brief>(Method::PUT, "/things/1/")
        .send()
        .await
        .expect_err("the field has another type");
    assert!(error.is_decode(), "{error:?}");
}
