//! Headers of a call: what frames a request, or proves who sent it, is not the caller's to set.

use http::Method;
use nd8::{Call, Outcome, Request};

use crate::support::{PAYMENT, Received, Server};

/// Sends a call with one more header, and returns the request, if one came.
async fn sent<R: Request>(
    call: impl Fn(&nd8::Client) -> Call<R>,
    name: &str,
    value: &str,
) -> Result<Received, nd8::Error> {
    let server = Server::with_json(200, PAYMENT).await;
    let result = call(&server.client()).header(name, value).send().await.map(drop);
    match server.received().pop() {
        Some(request) => Ok(request),
        None => Err(result.expect_err("no request was sent")),
    }
}

#[tokio::test]
async fn what_frames_a_request_cannot_be_set() {
    for name in [
        "Authorization",
        "authorization",
        "Proxy-Authorization",
        "Host",
        "HOST",
        "Content-Length",
        "Content-Encoding",
        "Accept-Encoding",
        "Transfer-Encoding",
        "transfer-encoding",
        // What servers with CGI's names of variables take for the same.
        "Content_Length",
        "transfer_encoding",
        "Transfer_Encoding",
        "proxy_authorization",
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Upgrade",
        "HTTP2-Settings",
        "Expect",
        // Not names of headers at all.
        "",
        "a b",
        "x\r\nHost",
        ":authority",
    ] {
        for error in [
            sent(|it| it.payments().get("TX"), name, "canary").await,
            sent(|it| it.refunds().create("TX", "x"), name, "canary").await,
            sent(|it| it.refunds().list().unchecked(), name, "0").await,
            sent(|it| it.request::<()>(Method::POST, "/x/").json(&1), name, "1").await,
        ] {
            let error = error.expect_err(name);
            assert!(error.is_invalid_input() && error.outcome() == Outcome::NotSent, "{name}: {error:?}");
            assert!(!format!("{error} {error:?} {:?}", error.messages()).contains("canary"), "{error:?}");
        }
    }
}

/// Where there is no credential, none can be brought along.
#[tokio::test]
async fn a_storefront_sends_no_credential() {
    let server = Server::with_json(200, "{}").await;
    let storefront = nd8::Storefront::builder().base_url(&server.url).build().expect("the client is built");
    let call = storefront.request::<()>(Method::GET, "/open/").header("authorization", "Api-Key k");
    assert!(call.send().await.expect_err("the request is not sent").is_invalid_input());
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn any_other_header_can_be_set() {
    for name in
        ["x-trace", "accept", "accept-language", "content-type", "idempotency-key", "user-agent", "cookie"]
    {
        for request in [
            sent(|it| it.payments().get("TX"), name, "a/b").await,
            sent(|it| it.refunds().create("TX", "x"), name, "a/b").await,
        ] {
            let request = request.expect("the request is sent");
            assert_eq!(request.headers.get_all(name).iter().collect::<Vec<_>>(), ["a/b"], "{name}");
            assert_eq!(request.header("authorization"), Some("Api-Key the-api-key"));
        }
    }
}

#[tokio::test]
async fn a_good_header_does_not_make_up_for_a_bad_one() {
    let server = Server::with_json(200, PAYMENT).await;
    let call = server.client().payments().get("TX").header("host", "elsewhere.test").header("x-trace", "1");
    assert!(call.send().await.expect_err("the request is not sent").is_invalid_input());
    assert!(server.received().is_empty());
}
