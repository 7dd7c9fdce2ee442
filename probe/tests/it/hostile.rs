//! Servers that respond with anything but the API: a run ends within its limits, and sees nothing that is not there.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::response::Response;
use nd8_probe::{Format, Refusal};
use nd8_sandbox::{Fault, Sandbox};

use crate::support::{Prepared, Served, json, quick, response};

/// A body of which something always comes.
fn endless() -> Body {
    let chunks =
        futures_util::stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 65536])));
    Body::from_stream(chunks)
}

/// A body of which nothing ever comes.
fn silent() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>())
}

/// What a server responds with to everything.
fn hostile(kind: &str) -> Response {
    match kind {
        "html" => response(200, "text/html", "<!doctype html><h1>Welcome</h1>"),
        "html as json" => json(200, "<!doctype html>"),
        "server error" => response(500, "text/html", "<h1>500</h1>"),
        "unavailable" => json(503, r#"{"detail": "later"}"#),
        "redirect" => Response::builder()
            .status(302)
            .header("location", "https://api.nd8.com/api/refunds/")
            .body(Body::empty())
            .unwrap(),
        "garbage" => response(200, "application/json", vec![0xff, 0x00, b'{', b'"']),
        "deep" => json(200, &"[".repeat(100_000)),
        "empty" => response(200, "application/json", ""),
        "created" => json(201, "{}"),
        "endless" => response(200, "application/json", endless()),
        "silent" => response(200, "application/json", silent()),
        other => panic!("{other}"),
    }
}

const KINDS: [&str; 11] = [
    "html",
    "html as json",
    "server error",
    "unavailable",
    "redirect",
    "garbage",
    "deep",
    "empty",
    "created",
    "endless",
    "silent",
];

#[tokio::test]
async fn a_server_that_is_no_api_proves_nothing() {
    for kind in KINDS {
        let server = Served::start(move |_, _, _| hostile(kind)).await;
        let refusal = tokio::time::timeout(Duration::from_secs(60), server.run()).await.expect("ends");
        let refusal = refusal.expect_err("is refused");
        assert!(matches!(refusal, Refusal::NotProved | Refusal::NoResponse(_)), "{kind}: {refusal}");
        assert_eq!(server.creations(), [] as [&str; 0], "{kind}");
    }
}

/// A server that proves that it is a sandbox, and responds to everything else with the same.
#[tokio::test]
async fn a_server_that_turns_hostile_ends_the_run_or_shows_nothing() {
    for kind in KINDS {
        let server = Served::start(move |method, path, body| {
            let is_list = path.contains("/refunds/?page_size=1") && *method == Method::GET;
            match body {
                _ if is_list => json(200, "[]"),
                body if body.contains("nd8-probe-unknown") => json(400, r#"{"sandbox_simulate": ["No."]}"#),
                body if body.starts_with("{\"sandbox_simulate\"") => {
                    json(400, r#"{"billing_email": ["No."]}"#)
                }
                _ => hostile(kind),
            }
        })
        .await;
        let report = tokio::time::timeout(Duration::from_secs(60), server.run()).await.expect("ends");
        let report = report.expect("is a sandbox");
        assert_eq!(report.requests(), server.asked.lock().unwrap().len(), "{kind}");
        assert!(
            !report.render(Format::Text).contains("https://"),
            "{kind}: an address of the server is printed"
        );
    }
}

#[tokio::test]
async fn an_unreachable_server_is_a_refusal() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let target = nd8_probe::Target::new("key", None, Some(&format!("http://{address}/api"))).unwrap();
    let mut options = nd8_probe::Options::new(target);
    options.limits = quick();
    let refusal =
        nd8_probe::run(&options, &Default::default(), crate::support::DAY).await.expect_err("is refused");
    assert_eq!(refusal, Refusal::NoResponse("the server could not be reached"));
}

/// Faults now and then hide facts, and never make one otherwise.
#[tokio::test]
async fn faults_of_the_connection_make_nothing_otherwise() {
    for fault in ["status=500", "status=503", "reset-before", "reset-after", "truncate", "status-after=502"] {
        let prepared = Prepared::start(Sandbox::builder().seed(7)).await;
        let fault: Fault = format!("{fault},percent=10,times=1000,seed=3").parse().unwrap();
        prepared.sandbox.faults().add(fault.clone());
        match nd8_probe::run(&prepared.options, &crate::support::assumptions(), crate::support::DAY).await {
            Ok(report) => assert_eq!(crate::quirks::described(&report), "", "{fault:?}"),
            Err(refusal) => assert!(matches!(refusal, Refusal::NoResponse(_)), "{refusal}"),
        }
    }
}
