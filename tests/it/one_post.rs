//! A refund is one POST, whatever happens to the connection, to the stream or on the way: nothing below the retry policy sends it again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nd8::{Client, Error, Outcome, RetryPolicy};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const REFUND: &str = r#"{"status":"processing","refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"1.00","currency":"USD"}"#;

fn at_once() -> RetryPolicy {
    RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO)
}

/// A server on loopback that counts requests; gone when dropped.
struct Counting {
    url: String,
    requests: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Counting {
    /// Serves each connection with `serve`, which counts what it reads.
    async fn start<F: Future<Output = std::io::Result<()>> + Send + 'static>(
        serve: impl Fn(TcpStream, Arc<AtomicUsize>) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
        let requests = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A connection that breaks is what this is for.
                tokio::spawn(serve(stream, Arc::clone(&count)));
            }
        });
        Self { url, requests, task }
    }

    fn count(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What an HTTP/1 server does once it has read a request, before it closes the connection.
#[derive(Clone, Copy, Debug)]
enum Then {
    Writes(&'static str),
    /// Resets the connection instead of closing it.
    Resets,
    /// Sends no response.
    Waits,
}

async fn http1(then: Then) -> Counting {
    Counting::start(move |mut stream, count| async move {
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        // The reason is the end of the body.
        while !request.ends_with(b"\"x\"}") {
            match stream.read(&mut buffer).await? {
                0 => return Ok(()),
                read => request.extend_from_slice(&buffer[..read]),
            }
        }
        count.fetch_add(1, Ordering::SeqCst);
        match then {
            Then::Writes(response) => stream.write_all(response.as_bytes()).await,
            Then::Resets => stream.set_zero_linger(),
            Then::Waits => std::future::pending().await,
        }
    })
    .await
}

/// What nd8 makes by default, what a caller may bring, and the same behind a proxy that is the server.
fn clients(server: &Counting) -> Vec<(&'static str, Client)> {
    let client = |base_url: &str| {
        Client::builder("k").base_url(base_url).retry(at_once()).attempt_timeout(Duration::from_secs(5))
    };
    let proxy = reqwest::Proxy::all(&server.url).expect("the URL is valid");
    let own = || crate::redirects::own_http_client();
    let proxied = own().proxy(proxy).build().expect("the HTTP client is built");
    vec![
        ("the default", client(&server.url)),
        ("a caller's own", client(&server.url).http_client(own().build().expect("the HTTP client is built"))),
        ("by a proxy", client("http://nd8.test/api").http_client(proxied)),
    ]
    .into_iter()
    .map(|(name, builder)| (name, builder.build().expect("the client is built")))
    .collect()
}

#[tokio::test]
async fn whatever_the_connection_does() {
    for (then, outcome) in [
        (Then::Writes(""), Outcome::Unknown),
        (Then::Resets, Outcome::Unknown),
        (Then::Writes("HTTP/1.1 2"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 100 Continue\r\n\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{\"refund"), Outcome::Done),
        (Then::Writes("SSH-2.0-OpenSSH\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\n\r\n"), Outcome::Rejected),
        // Of no standard: a proxy or a balancer gave up.
        (Then::Writes("HTTP/1.1 460 Closed\r\ncontent-length: 0\r\n\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 499 Closed\r\ncontent-length: 0\r\n\r\n"), Outcome::Unknown),
        (Then::Writes("HTTP/1.1 405 No\r\nallow: GET, HEAD\r\ncontent-length: 0\r\n\r\n"), Outcome::Rejected),
        (Then::Writes("HTTP/1.0 200 OK\r\n\r\n{\"refund_id\":1"), Outcome::Done),
        (
            Then::Writes("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"),
            Outcome::Unknown,
        ),
        (Then::Writes("HTTP/1.1 425 Too Early\r\ncontent-length: 0\r\n\r\n"), Outcome::Rejected),
        (
            Then::Writes("HTTP/1.1 429 Slow Down\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
            Outcome::Unknown,
        ),
        (
            Then::Writes("HTTP/1.1 502 Bad Gateway\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
            Outcome::Unknown,
        ),
        (
            Then::Writes("HTTP/1.1 503 Unavailable\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"),
            Outcome::Unknown,
        ),
        (Then::Writes("HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\n\r\n"), Outcome::Unknown),
        (
            Then::Writes("HTTP/1.1 307 Moved\r\nlocation: /api/\r\ncontent-length: 0\r\n\r\n"),
            Outcome::Rejected,
        ),
        (
            Then::Writes("HTTP/1.1 308 Moved\r\nlocation: /api/\r\ncontent-length: 0\r\n\r\n"),
            Outcome::Rejected,
        ),
    ] {
        let server = http1(then).await;
        for (number, (name, client)) in clients(&server).into_iter().enumerate() {
            let error =
                client.refunds().create("TX", "x").send().await.expect_err("the request has no response");
            let seen = (server.count(), error.attempts(), error.outcome());
            assert_eq!(seen, (number + 1, 1, outcome), "{name}, {then:?}: {error:?}");
        }
    }
}

#[tokio::test]
async fn a_request_without_a_response_times_out_once() {
    let server = http1(Then::Waits).await;
    for (number, (name, client)) in clients(&server).into_iter().enumerate() {
        let call = client.refunds().create("TX", "x").attempt_timeout(Duration::from_millis(50));
        let error = call.send().await.expect_err("the request has no response");
        assert!(error.is_timeout(), "{name}: {error:?}");
        assert_eq!((error.attempts(), error.outcome()), (1, Outcome::Unknown), "{name}");
        assert!(server.count() <= number + 1, "{name}");
    }
}

/// What an HTTP/2 server does with a request.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Sends a response.
    Done,
    /// Resets its stream, with this code.
    Reset(u32),
    /// Ends the connection with a GOAWAY of this last stream and code, and closes it.
    GoAway(u32, u32),
    /// Closes the connection.
    Close,
}

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;
const ENHANCE_YOUR_CALM: u32 = 11;
/// Of the first request on a connection.
const STREAM: u32 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("the payload is short").to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// A server that reads frames, does the next act with each request, and sends a response when there is none left.
async fn http2(acts: &[Act]) -> Counting {
    let acts = Arc::new(Mutex::new(acts.iter().copied().rev().collect::<Vec<_>>()));
    Counting::start(move |mut stream, count| {
        let acts = Arc::clone(&acts);
        async move {
            let mut preface = [0; 24];
            stream.read_exact(&mut preface).await?;
            stream.write_all(&frame(4, 0, 0, &[])).await?;
            loop {
                let mut head = [0; 9];
                stream.read_exact(&mut head).await?;
                let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
                let mut payload = vec![0; length];
                stream.read_exact(&mut payload).await?;
                let (kind, flags) = (head[3], head[4]);
                let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
                count.fetch_add(usize::from(kind == 1), Ordering::SeqCst);
                match kind {
                    4 if flags & 1 == 0 => stream.write_all(&frame(4, 1, 0, &[])).await?,
                    // What carries the end of the request.
                    0 | 1 if flags & 1 == 1 => {
                        let act = acts
                            .lock()
                            .expect("no thread panics while it holds the lock")
                            .pop()
                            .unwrap_or(Act::Done);
                        match act {
                            // `:status: 200` is number 8 of the static table.
                            Act::Done => {
                                stream.write_all(&frame(1, 4, id, &[0x88])).await?;
                                stream.write_all(&frame(0, 1, id, REFUND.as_bytes())).await?;
                            }
                            Act::Reset(code) => {
                                stream.write_all(&frame(3, 0, id, &code.to_be_bytes())).await?
                            }
                            Act::GoAway(last, code) => {
                                let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
                                stream.write_all(&frame(7, 0, 0, &payload)).await?;
                                return Ok(());
                            }
                            Act::Close => return Ok(()),
                        }
                    }
                    _ => {}
                }
            }
        }
    })
    .await
}

fn http2_client(server: &Counting) -> Client {
    // reqwest's own retries are on.
    let http = crate::redirects::own_http_client()
        .http2_prior_knowledge()
        .build()
        .expect("the HTTP client is built");
    Client::builder("k")
        .base_url(&server.url)
        .http_client(http)
        .retry(at_once())
        .build()
        .expect("the client is built")
}

#[tokio::test]
async fn whatever_the_stream_does() {
    for (act, outcome) in [
        (Act::Reset(CANCEL), Outcome::Unknown),
        (Act::Reset(INTERNAL_ERROR), Outcome::Unknown),
        (Act::Reset(ENHANCE_YOUR_CALM), Outcome::Unknown),
        (Act::Reset(NO_ERROR), Outcome::Unknown),
        (Act::GoAway(STREAM, NO_ERROR), Outcome::Unknown),
        (Act::GoAway(STREAM, INTERNAL_ERROR), Outcome::Unknown),
        (Act::GoAway(STREAM, REFUSED_STREAM), Outcome::Unknown),
        (Act::GoAway(0x7fff_ffff, NO_ERROR), Outcome::Unknown),
        (Act::Close, Outcome::Unknown),
    ] {
        let server = http2(&[act]).await;
        let error = http2_client(&server)
            .refunds()
            .create("TX", "x")
            .send()
            .await
            .expect_err("the request has no response");
        let seen = (server.count(), error.attempts(), error.outcome());
        assert_eq!(seen, (1, 1, outcome), "{act:?}: {error:?}");
    }
}

/// The server reports that it has not processed the request. It is repeated by the policy, which counts it.
#[tokio::test]
async fn a_request_that_was_refused_unread_is_not_sent() {
    for act in [
        Act::Reset(REFUSED_STREAM),
        Act::GoAway(0, NO_ERROR),
        Act::GoAway(0, INTERNAL_ERROR),
        Act::GoAway(0, ENHANCE_YOUR_CALM),
    ] {
        let server = http2(&[act; 4]).await;
        let once = http2_client(&server).refunds().create("TX", "x").retry(RetryPolicy::never());
        let error: Error = once.send().await.expect_err("the request is refused");
        let seen = (server.count(), error.attempts(), error.outcome());
        assert_eq!(seen, (1, 1, Outcome::NotSent), "{act:?}: {error:?}");
        assert!(error.is_transport() && !error.is_connect(), "{act:?}: {error:?}");

        let created = http2_client(&server).refunds().create("TX", "x").send_with_response().await;
        let created = created.unwrap_or_else(|error| panic!("{act:?}: {error:?}"));
        assert_eq!((server.count(), created.attempts()), (5, 4), "{act:?}");
    }
}

/// A body that cannot be copied has a length all the same: not every server of Python reads chunks.
#[tokio::test]
async fn a_request_has_a_content_length() {
    let server = crate::support::Server::start(|request| {
        let json = if request.method == "GET" { crate::support::PAYMENT } else { REFUND };
        crate::support::json_response(200, json)
    })
    .await;
    let client = server.client();
    client.refunds().create("TX", "x").send().await.expect("the refund is created");
    client.payments().get("TX").send().await.expect("the server responds");
    let headers = |number: usize, name: &str| server.received()[number].header(name).map(str::to_owned);
    let lengths = [0, 1].map(|number| headers(number, "content-length"));
    assert_eq!(lengths, [Some(r#"{"reason":"x"}"#.len().to_string()), None]);
    assert!((0..2).all(|number| headers(number, "transfer-encoding").is_none()));
}
