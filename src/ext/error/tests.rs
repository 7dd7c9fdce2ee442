//! Every failure in one table: which predicates hold for it, and no others, and what it reports about the money.

use std::collections::BTreeSet;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Error, Failure, FieldError, Outcome};
use crate::raw::{BodyEnd, RawResponse};
use crate::{Client, RetryPolicy};

type Predicate = (&'static str, fn(&Error) -> bool);

const PREDICATES: [Predicate; 14] = [
    ("configuration", Error::is_configuration),
    ("connect", Error::is_connect),
    ("decode", Error::is_decode),
    ("forbidden", Error::is_forbidden),
    ("incomplete_list", Error::is_incomplete_list),
    ("invalid_input", Error::is_invalid_input),
    ("not_found", Error::is_not_found),
    ("rate_limited", Error::is_rate_limited),
    ("redirect", Error::is_redirect),
    ("repeated_page", Error::is_repeated_page),
    ("timeout", Error::is_timeout),
    ("too_large", Error::is_too_large),
    ("transport", Error::is_transport),
    ("unauthorized", Error::is_unauthorized),
];

/// Returns the name of a kind of failure. A new one is a line here, and a line in the table.
fn kind(failure: &Failure) -> &'static str {
    match failure {
        Failure::Configuration { .. } => "configuration",
        Failure::Input(_) => "input",
        Failure::Request { .. } => "request",
        Failure::Refused { .. } => "refused",
        Failure::NoTime => "no time",
        Failure::Transport { received: None, .. } => "transport",
        Failure::Transport { received: Some(_), .. } => "transport, with a response",
        Failure::Undecodable { .. } => "undecodable",
        Failure::Unidentified { .. } => "unidentified",
        Failure::Contradictory(_) => "contradictory",
        Failure::TooLarge(_) => "too large",
        Failure::InvalidPage { .. } => "invalid page",
        Failure::RepeatedPage => "repeated page",
        Failure::IncompleteList { .. } => "incomplete list",
        Failure::Status(_) => "status",
    }
}

const KINDS: usize = 15;

fn received(status: u16, body: &'static str) -> RawResponse {
    let status = StatusCode::from_u16(status).expect("is a status");
    RawResponse { status, headers: http::HeaderMap::new(), body: body.into(), end: BodyEnd::Complete }
}

/// Behavior of a server on a connection.
#[derive(Clone, Copy, Debug)]
enum Server {
    Absent,
    Silent,
    HangsUp,
    /// Sends the beginning of a response, and then stops or closes the connection.
    Begins {
        status: u16,
        hangs_up: bool,
    },
}

/// Refunds a payment at such a server.
async fn refund(server: Server) -> Error {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("is bound"));
    let client = Client::builder("k").base_url(base_url).retry(RetryPolicy::never());
    let client = client.timeout(Duration::from_millis(500)).build().expect("is fine");
    if let Server::Absent = server {
        drop(listener);
    } else {
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await?;
            connection.read_u8().await?;
            if let Server::Begins { status, .. } = server {
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 100\r\n\r\n{{");
                connection.write_all(head.as_bytes()).await?;
            }
            if !matches!(server, Server::HangsUp | Server::Begins { hangs_up: true, .. }) {
                std::future::pending::<()>().await;
            }
            // The request was read to its end, so that the end of the connection does not overtake the response.
            let mut rest = [0; 4096];
            connection.read(&mut rest).await.map(drop)
        });
    }
    client.refunds().create("TX1", "x").send().await.expect_err("is no refund")
}

#[tokio::test]
async fn each_failure_has_its_predicates_and_no_others() {
    use Outcome::{Done, NotSent, Rejected, Unknown};

    const THROTTLED: &str = r#"{"detail":"Request was throttled."}"#;
    let call = |failure| Error::call("create_refund", failure);
    let json = || Some(received(201, "{}"));
    let html = || Some(received(200, "<p>Done.</p>"));
    let place = (1, 0);
    let undecodable = |received| call(Failure::Undecodable { received, line: place.0, column: place.1 });
    let unidentified = |received| call(Failure::Unidentified { received });
    let invalid_page = |received| call(Failure::InvalidPage { received, problem: "no list".to_owned() });
    let source = std::io::Error::other("x");
    let mut table = vec![
        (Error::configuration_problem("x"), "configuration", NotSent),
        (Error::configuration("x", source), "configuration", NotSent),
        (call(Failure::Input(vec![FieldError::new("/x", "x", None)])), "invalid_input", NotSent),
        (call(Failure::Request { source: None }), "", NotSent),
        (call(Failure::Refused { problem: "x".to_owned() }), "", NotSent),
        (call(Failure::NoTime), "timeout", NotSent),
        (refund(Server::Absent).await, "connect transport", NotSent),
        (refund(Server::Silent).await, "timeout transport", Unknown),
        (refund(Server::HangsUp).await, "transport", Unknown),
        (refund(Server::Begins { status: 200, hangs_up: true }).await, "transport", Done),
        (refund(Server::Begins { status: 200, hangs_up: false }).await, "timeout transport", Done),
        // The status of a truncated response is enough.
        (refund(Server::Begins { status: 400, hangs_up: true }).await, "invalid_input", Rejected),
        (refund(Server::Begins { status: 500, hangs_up: true }).await, "", Unknown),
        (undecodable(json()), "decode", Done),
        (undecodable(html()), "decode", Unknown),
        (undecodable(None), "decode", Unknown),
        (unidentified(json()), "decode", Done),
        (unidentified(html()), "decode", Unknown),
        (unidentified(None), "decode", Unknown),
        (call(Failure::Contradictory(received(200, r#"{"success":false}"#))), "decode", Unknown),
        (undecodable(Some(received(200, r#"{"success":false,"data":{"#))), "decode", Unknown),
        (invalid_page(json()), "decode", Done),
        (invalid_page(html()), "decode", Unknown),
        (invalid_page(None), "decode", Unknown),
        (call(Failure::RepeatedPage), "repeated_page", Unknown),
        (call(Failure::IncompleteList { read: 1, count: 2 }), "incomplete_list", Unknown),
        (call(Failure::TooLarge(received(201, "{"))), "too_large", Done),
        (call(Failure::TooLarge(received(200, "<"))), "too_large", Unknown),
        (call(Failure::TooLarge(received(400, "{"))), "too_large", Rejected),
        (call(Failure::TooLarge(received(502, "{"))), "too_large", Unknown),
        (call(Failure::Status(received(429, THROTTLED))), "rate_limited", Rejected),
        // Statuses of proxies.
        (call(Failure::Status(received(503, THROTTLED))), "", Unknown),
    ];
    for (status, predicates, outcome) in [
        (100, "", Unknown),
        (300, "redirect", Unknown),
        (301, "redirect", Rejected),
        (302, "redirect", Unknown),
        (303, "redirect", Unknown),
        (304, "redirect", Unknown),
        (307, "redirect", Rejected),
        (308, "redirect", Rejected),
        (399, "redirect", Unknown),
        (400, "invalid_input", Rejected),
        (401, "unauthorized", Rejected),
        (402, "", Rejected),
        (403, "forbidden", Rejected),
        (404, "not_found", Rejected),
        (405, "", Rejected),
        (407, "", Rejected),
        (408, "", Unknown),
        (409, "", Rejected),
        (410, "", Rejected),
        (413, "", Rejected),
        (422, "", Rejected),
        (429, "rate_limited", Unknown),
        (431, "", Rejected),
        (451, "", Rejected),
        // Of balancers and proxies that gave up on a request that went on.
        (460, "", Unknown),
        (499, "", Unknown),
        (500, "", Unknown),
        (502, "", Unknown),
        (503, "", Unknown),
        (504, "", Unknown),
        (599, "", Unknown),
    ] {
        table.push((call(Failure::Status(received(status, ""))), predicates, outcome));
    }

    let mut holding = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for (error, expected, outcome) in table {
        let found: Vec<&str> =
            PREDICATES.iter().filter(|(_, holds)| holds(&error)).map(|(name, _)| *name).collect();
        assert_eq!((found.join(" ").as_str(), error.outcome()), (expected, outcome), "{error:?}");
        holding.extend(found);
        kinds.insert(kind(&error.0.failure));
        // An earlier attempt decides more about the money than the last failure does.
        let is_done = outcome == Done;
        let error = error.after_unknown();
        assert_eq!(error.outcome(), if is_done { Done } else { Unknown }, "{error:?}");
        let error = error.before_sending();
        assert_eq!(error.outcome(), NotSent, "{error:?}");
        let again: Vec<&str> =
            PREDICATES.iter().filter(|(_, holds)| holds(&error)).map(|(name, _)| *name).collect();
        assert_eq!(again.join(" "), expected, "{error:?}");
    }
    assert_eq!(holding.len(), PREDICATES.len(), "a predicate that never holds");
    assert_eq!(kinds.len(), KINDS, "a kind of failure that is in no line: {kinds:?}");
}

#[tokio::test]
async fn a_timeout_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("is bound"));
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(600));
    for (timeout, attempt_timeout, expected) in [
        (short, long, "no response came within 50ms, which is the `timeout` of the whole call"),
        (long, short, "no response came within 50ms, which is the `attempt_timeout`"),
        (short, short * 2, "no response came within 50ms, which is the `timeout` of the whole call"),
    ] {
        let client =
            Client::builder("k").base_url(&base_url).timeout(timeout).attempt_timeout(attempt_timeout);
        let client = client.retry(RetryPolicy::never()).build().expect("is fine");
        let error = client.payments().get("TX1").send().await.expect_err("is silent");
        assert_eq!(error.to_string(), format!("get_payment: {expected}"));
    }
}
