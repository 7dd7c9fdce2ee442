//! Sandboxes side by side, and what is left of one that was dropped.

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use nd8_sandbox::Sandbox;

use crate::support::{Caller, LIMIT, http, order, text};

fn address(sandbox: &Sandbox) -> SocketAddr {
    sandbox.base_url().trim_start_matches("http://").trim_end_matches("/api").parse().unwrap()
}

#[tokio::test]
async fn two_hundred_instances_know_nothing_of_each_other() {
    let mut sandboxes = Vec::new();
    for _ in 0..200 {
        sandboxes.push(Sandbox::start().await.unwrap());
    }

    let secrets = sandboxes
        .iter()
        .flat_map(|sandbox| [sandbox.api_key(), sandbox.session_token(), sandbox.webhook_secret()])
        .collect::<HashSet<_>>();
    assert_eq!(secrets.len(), 600);

    let (one, other) = (&sandboxes[0], &sandboxes[199]);
    let checkout = Caller::of(one).checkout(&order()).await;
    let payment_id = one.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
    assert_eq!(Caller::of(other).get(&format!("/transactions/{payment_id}/")).await.status, 404);
    assert_eq!(Caller::with_key(other, one.api_key()).get("/refunds/").await.status, 401);
    for sandbox in &sandboxes {
        assert_eq!(Caller::of(sandbox).get("/refunds/").await.body, "[]");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_stops_the_server() {
    let sandbox = Sandbox::start().await.unwrap();
    let address = address(&sandbox);
    let mut idle = TcpStream::connect(address).unwrap();
    idle.set_read_timeout(Some(LIMIT)).unwrap();
    // A response on another connection shows that the idle one was accepted as well.
    Caller::of(&sandbox).get("/refunds/").await;

    drop(sandbox);

    // The server's tasks run on other threads, so this one may block.
    assert_eq!(idle.read(&mut [0]).unwrap(), 0, "the idle connection is closed");
    let deadline = Instant::now() + LIMIT;
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the port is closed");
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let error = Sandbox::builder().bind("0.0.0.0:0".parse().unwrap()).start().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);

    let taken = Sandbox::start().await.unwrap();
    let error = Sandbox::builder().bind(address(&taken)).start().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let sandbox = Sandbox::start().await.unwrap();
    let customer = sandbox.customer("org1-1-x");

    let shown = format!("{sandbox:?} {customer:?}");

    assert!(shown.contains(&sandbox.base_url()));
    for secret in [sandbox.api_key(), sandbox.session_token(), sandbox.webhook_secret()] {
        assert!(!shown.contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unexpected_bytes_in_a_path_are_no_server_error() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(http().get(sandbox.base_url()).send().await.unwrap().status(), 404);
    for path in [
        "/api/refunds/\x7f",
        "/api/refunds/\u{e9}",
        "/api/refunds/\u{e9}/",
        "/pay/\x7f",
        "/api/refunds/a%0d%0ab",
    ] {
        let mut stream = TcpStream::connect(address(&sandbox)).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let response = String::from_utf8_lossy(&response);
        let line = response.lines().next().unwrap_or_default();
        assert!(line.starts_with("HTTP/1.1 3") || line.starts_with("HTTP/1.1 4"), "{path:?}: {line}");
    }
}
