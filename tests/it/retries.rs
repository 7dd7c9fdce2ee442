//! What is repeated, how often, and within which time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nd8::{Client, Outcome, RetryPolicy};

use crate::support::{PAYMENT, Received, Server, json_response};

const THROTTLED: &str = r#"{"detail":"Request was throttled. Expected available in 1 second."}"#;
const REFUND: &str = r#"{"status":"processing","refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"1.00","currency":"USD"}"#;

fn at_once() -> RetryPolicy {
    RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO)
}

fn client(server: &Server) -> Client {
    Client::builder("the-api-key")
        .base_url(&server.url)
        .retry(at_once())
        .build()
        .expect("the client is built")
}

/// Fails `times` times with `failure`, then succeeds.
fn failing(
    times: usize,
    failure: fn() -> Response,
) -> impl Fn(&Received) -> Response + Clone + Send + Sync + 'static {
    let seen = Arc::new(AtomicUsize::new(0));
    move |request| {
        if seen.fetch_add(1, Ordering::SeqCst) < times {
            failure()
        } else {
            json_response(200, if request.method == "POST" { REFUND } else { PAYMENT }).into_response()
        }
    }
}

fn unavailable() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn throttled() -> Response {
    json_response(429, THROTTLED).into_response()
}

#[tokio::test]
async fn a_read_is_repeated_until_it_succeeds() {
    let server = Server::start(failing(3, unavailable)).await;
    let response =
        client(&server).payments().get("TX").send_with_response().await.expect("the fourth succeeds");
    assert_eq!((response.attempts(), server.received().len()), (4, 4));

    let server = Server::start(failing(4, unavailable)).await;
    let error = client(&server).payments().get("TX").send().await.expect_err("four attempts fail");
    assert_eq!((error.attempts(), server.received().len()), (4, 4));
    assert_eq!(
        error.to_string(),
        "get_payment: the server responded 503 Service Unavailable (after 4 attempts)"
    );
}

/// Starts a server that closes the connection within its response, `times` times, before it sends a whole one. Where its `header` does not
/// announce the length of the body, that is no error of the transport. Returns its URL and its task.
async fn breaking_off(header: &'static str, times: usize) -> (String, tokio::task::JoinHandle<()>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
    let task = tokio::spawn(async move {
        for attempt in 0.. {
            let (mut stream, _) = listener.accept().await.expect("a client connects");
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.expect("the stream is readable") > 0);
            let length = PAYMENT.len();
            let body = if attempt < times { &PAYMENT[..length / 2] } else { PAYMENT };
            let header = header.replace("LENGTH", &length.to_string());
            let response = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{header}\r\n{body}");
            stream.write_all(response.as_bytes()).await.expect("the client reads the response");
        }
    });
    (base_url, task)
}

const ANNOUNCED: &str = "content-length: LENGTH\r\n";

#[tokio::test]
async fn a_read_whose_body_breaks_off_is_repeated_and_a_write_is_not() {
    for (header, times, attempts) in [(ANNOUNCED, 2, 3), (ANNOUNCED, 4, 4), ("", 2, 3), ("", 4, 4)] {
        let (base_url, server) = breaking_off(header, times).await;
        let client =
            Client::builder("k").base_url(base_url).retry(at_once()).build().expect("the client is built");
        match client.payments().get("TX").send_with_response().await {
            Ok(response) => assert_eq!((response.attempts(), attempts), (3, 3), "{header}"),
            Err(error) => {
                assert_eq!(error.is_transport(), header == ANNOUNCED, "{error:?}");
                assert_eq!((error.attempts(), times, error.status().is_some()), (4, 4, true), "{header}");
            }
        }
        server.abort();
    }
    for header in [ANNOUNCED, ""] {
        let (base_url, server) = breaking_off(header, 1).await;
        let client =
            Client::builder("k").base_url(base_url).retry(at_once()).build().expect("the client is built");
        let error = client.refunds().create("TX", "x").send().await.expect_err("the body breaks off");
        assert_eq!(error.is_transport(), header == ANNOUNCED, "{error:?}");
        assert_eq!((error.attempts(), error.outcome()), (1, Outcome::Done), "{header}");
        server.abort();
        // Repeating would change nothing more, but the server has done it.
        let (base_url, server) = breaking_off(header, 1).await;
        let client =
            Client::builder("k").base_url(base_url).retry(at_once()).build().expect("the client is built");
        let put = client
            .request::<()>(http::Method::PUT, "/things/1/")
            .send()
            .await
            .expect_err("the body breaks off");
        assert_eq!((put.attempts(), put.outcome()), (1, Outcome::Done), "{header}");
        server.abort();
    }
    // What the server announced whole is what it has.
    let server = Server::with_json(200, &PAYMENT[..20]).await;
    let error = client(&server).payments().get("TX").send().await.expect_err("the body is cut off");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_refund_is_sent_once_whatever_the_gateway_responds() {
    for status in [500, 502, 503, 504, 408] {
        let server = Server::with_json(status, "{}").await;
        let error = client(&server).refunds().create("TX", "x").send().await.expect_err("the gateway fails");
        assert_eq!((error.attempts(), server.received().len()), (1, 1), "{status}");
        assert_eq!(error.outcome(), Outcome::Unknown);
    }
}

#[tokio::test]
async fn a_throttled_refund_is_sent_again() {
    let server = Server::start(failing(1, throttled)).await;
    let response = client(&server)
        .refunds()
        .create("TX", "x")
        .send_with_response()
        .await
        .expect("the second attempt succeeds");
    assert_eq!((response.attempts(), server.received().len()), (2, 2));

    let server = Server::start(failing(1, || StatusCode::TOO_MANY_REQUESTS.into_response())).await;
    let error = client(&server).refunds().create("TX", "x").send().await.expect_err("the gateway fails");
    assert!(error.is_rate_limited());
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_earlier_attempt_that_may_have_happened_is_not_forgotten() {
    for (method, outcome) in
        [("DELETE", Outcome::Unknown), ("PUT", Outcome::Unknown), ("GET", Outcome::Rejected)]
    {
        let asked = Arc::new(AtomicUsize::new(0));
        let server = Server::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::NOT_FOUND,
        })
        .await;
        let method = method.parse().expect("the method is valid");
        let error = client(&server)
            .request::<nd8::Refund>(method, "/things/1/")
            .send()
            .await
            .expect_err("the request is refused");
        assert!(error.is_not_found() && error.attempts() == 2, "{error:?}");
        assert_eq!(
            error.outcome(),
            outcome,
            "the failure of the second attempt is no evidence about the first"
        );
    }
}

#[tokio::test]
async fn what_was_not_sent_is_repeated_even_if_it_moves_money() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("the listener has an address");
    drop(listener);
    let client = Client::builder("k")
        .base_url(format!("http://{address}/api"))
        .retry(at_once())
        .build()
        .expect("the client is built");
    let error = client.refunds().create("TX", "x").send().await.expect_err("no server listens");
    assert_eq!((error.attempts(), error.outcome()), (4, Outcome::NotSent));
}

#[tokio::test]
async fn a_wait_that_overruns_the_deadline_is_not_begun() {
    let tomorrow = httpdate::fmt_http_date(std::time::SystemTime::now() + Duration::from_secs(86_400));
    for retry_after in ["3600".to_owned(), tomorrow] {
        let header = retry_after.clone();
        let server =
            Server::start(move |_| (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", header.clone())]))
                .await;
        let error =
            client(&server).payments().get("TX").send().await.expect_err("the wait would take an hour");
        assert_eq!((error.attempts(), server.received().len()), (1, 1), "{retry_after}");
        assert!(error.retry_after().is_some_and(|wait| wait >= Duration::from_secs(3_000)));
    }
}

#[tokio::test]
async fn the_deadline_ends_the_attempt_that_runs_into_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
    let client =
        Client::builder("k").base_url(base_url).retry(at_once()).build().expect("the client is built");
    let call = client
        .payments()
        .get("TX")
        .timeout(Duration::from_millis(80))
        .attempt_timeout(Duration::from_secs(60));
    let error = call.send().await.expect_err("no server responds");
    assert!(error.is_timeout() && error.attempts() == 1, "{error:?}");
    let call = client
        .payments()
        .get("TX")
        .timeout(Duration::from_secs(60))
        .attempt_timeout(Duration::from_millis(20));
    let error = call.send().await.expect_err("no server responds");
    assert!(error.is_timeout() && error.attempts() == 4, "{error:?}");
    drop(listener);
}

#[tokio::test]
async fn clones_share_a_budget() {
    let server = Server::with_json(503, "{}").await;
    let client = client(&server);
    for _ in 0..60 {
        client.clone().payments().get("TX").send().await.expect_err("the server is down");
    }
    assert_eq!(server.received().len(), 60 + 100, "every call is made, and a hundred repeats");
}

#[tokio::test]
async fn a_call_may_have_its_own_policy_and_headers() {
    let server = Server::with_json(503, "{}").await;
    let call = client(&server).payments().get("TX").retry(RetryPolicy::never());
    call.header("x-trace", "4711").send().await.expect_err("the server is down");
    let request = server.only();
    assert_eq!(request.header("x-trace"), Some("4711"));

    let error = client(&server)
        .payments()
        .get("TX")
        .header("bad name", "x")
        .send()
        .await
        .expect_err("the request cannot be sent");
    assert!(error.is_invalid_input() && server.received().len() == 1);
}

#[tokio::test]
async fn a_response_is_read_up_to_a_limit() {
    let server = Server::start(|_| json_response(200, PAYMENT)).await;
    let limited = |bytes| {
        Client::builder("k").base_url(&server.url).max_body(bytes).build().expect("the client is built")
    };
    limited(PAYMENT.len()).payments().get("TX").send().await.expect("the body is within the limit");
    let error =
        limited(PAYMENT.len() - 1).payments().get("TX").send().await.expect_err("the body is too large");
    assert!(error.is_too_large() && error.attempts() == 1, "{error:?}");
    assert_eq!(error.outcome(), Outcome::Done);
    assert_eq!(error.body().map(<[u8]>::len), Some(PAYMENT.len() - 1));
}

#[tokio::test]
async fn an_exchange_has_a_name() {
    let server = Server::start(|request| {
        let status = if request.uri.path().contains("none") { 404 } else { 200 };
        ([("x-request-id", "req-1")], json_response(status, PAYMENT))
    })
    .await;
    let payments = server.client().payments();
    let response = payments.get("TX").send_with_response().await.expect("the server responds");
    assert_eq!((response.request_id(), response.body()), (Some("req-1"), PAYMENT.as_bytes()));
    let error = payments.get("none").send().await.expect_err("the payment is not found");
    assert_eq!(error.request_id(), Some("req-1"));
}

#[tokio::test]
async fn what_the_server_would_refuse_is_not_sent_unless_asked_for() {
    let server = Server::with_json(400, r#"{"reason":["Too long."]}"#).await;
    let long = "x".repeat(501);
    let error =
        client(&server).refunds().create("TX", &long).send().await.expect_err("the reason is too long");
    assert!(
        error.is_invalid_input() && error.outcome() == Outcome::NotSent && error.attempts() == 0,
        "{error:?}"
    );
    assert_eq!(error.messages()[0].pointer, "/reason");
    assert!(server.received().is_empty());

    let error = client(&server)
        .refunds()
        .create("TX", &long)
        .unchecked()
        .send()
        .await
        .expect_err("the reason is too long");
    assert_eq!((error.outcome(), error.messages()[0].pointer.as_str()), (Outcome::Rejected, "/reason"));
    assert_eq!(server.received().len(), 1);
}

/// A server that responds to one request per connection, does not announce the end of the connection, and closes it.
#[tokio::test]
async fn a_pooled_connection_that_was_closed_sends_nothing_twice() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
    let arrived = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&arrived);
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a client connects");
            let mut request = [0; 4096];
            let read = stream.read(&mut request).await.expect("the stream is readable");
            assert!(read > 0);
            count.fetch_add(1, Ordering::SeqCst);
            let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{REFUND}", REFUND.len());
            stream.write_all(response.as_bytes()).await.expect("the client reads the response");
        }
    });
    let client = Client::builder("k")
        .base_url(base_url)
        .retry(RetryPolicy::never())
        .build()
        .expect("the client is built");
    for _ in 0..50 {
        let before = arrived.load(Ordering::SeqCst);
        let result = client.refunds().create("TX", "x").send().await;
        let now = arrived.load(Ordering::SeqCst) - before;
        match result {
            Ok(_) => assert_eq!(now, 1),
            // The connection may break while the request is under way. Then nobody knows, and it is not repeated.
            Err(error) => {
                assert!(now <= 1 && error.outcome() == Outcome::Unknown, "arrived {now} times: {error:?}")
            }
        }
    }
    assert!(arrived.load(Ordering::SeqCst) > 25, "most arrive");
    server.abort();
}

#[test]
fn calls_can_be_spawned() {
    fn assert_send<T: Send>(_: &T) {}
    let client = Client::builder("k").build().expect("the client is built");
    assert_send(&client.refunds().create("TX", "x").send());
    assert_send(&client.refunds().create("TX", "x").send_or_reconcile());
    assert_send(&client.refunds().list().send_with_response());
}

/// A request that leaves without time may take effect, and nobody waits for the response.
#[tokio::test]
async fn nothing_is_sent_without_time() {
    let server = Server::with_json(201, REFUND).await;
    let client = client(&server);
    let refund = || client.refunds().create("TX", "x");
    let reads = |call: nd8::Call<nd8::GetPayment>| call.retry(at_once()).send();
    for (error, setting) in [
        (refund().timeout(Duration::ZERO).send().await.err(), "the `timeout` of the call"),
        (refund().timeout(Duration::ZERO).attempt_timeout(Duration::ZERO).send().await.err(), "timeout` "),
        (refund().attempt_timeout(Duration::ZERO).send().await.err(), "the `attempt_timeout` is zero"),
        (refund().timeout(Duration::ZERO).send_or_reconcile().await.err(), "the `timeout` of the call"),
        (reads(client.payments().get("TX").timeout(Duration::ZERO)).await.err(), "the `timeout` of the call"),
    ] {
        let error = error.expect("has no time");
        assert_eq!((error.outcome(), error.is_timeout(), error.attempts()), (Outcome::NotSent, true, 0));
        assert!(
            error.to_string().contains("nothing was sent") && error.to_string().contains(setting),
            "{error}"
        );
    }
    assert!(server.received().is_empty());
}
