//! Hostile requests: their work is bounded before it is done, and nothing is stored that could not be returned later.

use std::net::SocketAddr;

use nd8_sandbox::{Sandbox, Snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Caller, Dashboard, Receiver, Reply, http, order, text};

const SIZE: usize = 900_000;

/// JSON that some parser of a response refuses.
fn unreadable() -> Vec<(&'static str, String)> {
    vec![
        ("half of a surrogate pair", r#""\ud83d""#.to_owned()),
        ("the other half", r#""\ude00""#.to_owned()),
        ("a number beyond doubles", "1e400".to_owned()),
        ("a number of 400 digits", "9".repeat(400)),
        ("200 lists", format!("{}{}", "[".repeat(200), "]".repeat(200))),
        ("200 objects", format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200))),
    ]
}

async fn post_text(sandbox: &Sandbox, path: &str, body: String) -> Reply {
    let url = format!("{}{path}", sandbox.base_url());
    let request = http().post(url).header("Authorization", format!("Token {}", sandbox.session_token()));
    Reply::of(request.header("content-type", "application/json").body(body).send().await.unwrap()).await
}

fn link(metadata: &str) -> String {
    format!(
        r#"{{"name":"x","products":[{{"product_id":"prod_sandbox_tea"}}],"metadata":{{"a":{metadata}}}}}"#
    )
}

#[tokio::test]
async fn what_cannot_be_returned_is_not_stored() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let good = post_text(&sandbox, "/payment-links/", link("[1, 1e299]")).await.expect(201);
    let path = format!("/payment-links/{}/", text(&good["id"]));
    for (what, json) in unreadable() {
        post_text(&sandbox, "/payment-links/", link(&json)).await.expect(400);
        let patch = format!(r#"{{"metadata":{{"a":{json}}}}}"#);
        let url = format!("{}{path}", sandbox.base_url());
        let patch = http()
            .patch(url)
            .header("Authorization", format!("Token {}", sandbox.session_token()))
            .body(patch);
        let patched = patch.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(patched.status(), 400, "{what}");
        for (path, body) in [("/organization/api-keys/", "name"), ("/organization/api-keys/", "unknown")] {
            post_text(&sandbox, path, format!(r#"{{"{body}":{json}}}"#)).await.expect(400);
        }
    }
    let links = dashboard.get("/payment-links/").await.expect(200);
    assert_eq!(links.as_array().unwrap().len(), 1);
    assert_eq!(links[0], dashboard.get(&path).await.expect(200));
}

#[tokio::test]
async fn a_snapshot_that_could_not_be_returned_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&path).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    caller.paid(&sandbox, "1").await;
    post_text(&sandbox, "/payment-links/", link("7")).await.expect(201);
    let snapshot = sandbox.snapshot().as_json().to_owned();
    for (what, json) in unreadable() {
        let broken = snapshot.replace(r#""metadata":{"a":7}"#, &format!(r#""metadata":{{"a":{json}}}"#));
        assert_ne!(broken, snapshot);
        // Some of them are no snapshot at all.
        if let Ok(broken) = Snapshot::from_json(&broken) {
            assert!(sandbox.restore(&broken).is_err(), "{what}");
        }
        let url = format!("{}/_sandbox/restore", sandbox.origin());
        let sent =
            http().post(url).header("content-type", "application/json").body(broken).send().await.unwrap();
        assert_eq!(sent.status(), 400, "{what}");
    }
    assert_eq!(sandbox.snapshot().as_json(), snapshot);
    sandbox.saved().await.unwrap();
    drop(sandbox);

    let saved = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, saved.replace(r#""metadata":{"a":7}"#, r#""metadata":{"a":"\ud83d"}"#)).unwrap();
    assert!(Sandbox::builder().state_file(&path).start().await.is_err());
}

#[tokio::test]
async fn a_hostile_body_is_refused_with_a_short_response() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let items = |item: &str| {
        format!(r#"{{"products":[{}{item}]}}"#, format!("{item},").repeat(SIZE / (item.len() + 1)))
    };
    let fields = (0..SIZE / 12).map(|number| format!(r#""f{number}":0,"#)).collect::<String>();
    for (what, body) in [
        ("empty objects", items("{}")),
        ("numbers", items("1")),
        ("nulls", items("null")),
        ("wrong products", items(r#"{"id":"prod_sandbox_tea","quantity":0}"#)),
        ("201 products", {
            let item = r#"{"id":"prod_sandbox_tea","quantity":1}"#;
            format!(r#"{{"products":[{}{item}]}}"#, format!("{item},").repeat(200))
        }),
        ("fields", format!(r#"{{{fields}"last":0}}"#)),
        ("levels", format!("{}{}", "[".repeat(SIZE / 2), "]".repeat(SIZE / 2))),
        ("a choice", format!(r#"{{"currency":"{}"}}"#, "x".repeat(SIZE))),
        ("a name", format!(r#"{{"billing_first_name":"{}"}}"#, "x".repeat(SIZE))),
        ("a product id", format!(r#"{{"products":[{{"id":"{}","quantity":1}}]}}"#, "x".repeat(SIZE))),
    ] {
        let request =
            caller.request(Method::POST, "/checkout/create/").header("content-type", "application/json");
        let refused = Reply::of(request.body(body).send().await.unwrap()).await;
        assert_eq!(refused.status, 400, "{what}");
        assert!(refused.body.len() < 2_000, "{what}: {} bytes", refused.body.len());
    }
    assert!(sandbox.accepted_invalid_requests().is_empty());
}

#[tokio::test]
async fn a_merchants_own_object_has_a_limit() {
    let sandbox = Sandbox::start().await.unwrap();
    let letters = |count| format!("\"{}\"", "x".repeat(count));
    post_text(&sandbox, "/payment-links/", link(&letters(16 * 1024 - 8))).await.expect(201);
    let refused = post_text(&sandbox, "/payment-links/", link(&letters(16 * 1024 - 7))).await.expect(400);
    assert!(text(&refused["metadata"][0]).contains("16384"), "{refused}");
}

/// Checks that the response comes although the body never does.
#[tokio::test]
async fn credentials_are_checked_before_the_body_is_read() {
    let sandbox = Sandbox::start().await.unwrap();
    let address: SocketAddr = sandbox.origin().trim_start_matches("http://").parse().unwrap();
    for path in ["/api/checkout/create/", "/api/payment-links/", "/api/transactions/TX1/refund/"] {
        for credential in ["", "Authorization: Api-Key nd8_sandbox_wrong\r\n"] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {SIZE}\r\n{credential}\r\n{{"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut begin = [0; 12];
            stream.read_exact(&mut begin).await.unwrap();
            assert_eq!(&begin, b"HTTP/1.1 401", "{path} {credential}");
        }
    }
}

/// A body that announces that it is too large is not waited for.
#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let sandbox = Sandbox::start().await.unwrap();
    let address: SocketAddr = sandbox.origin().trim_start_matches("http://").parse().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/checkout/create/ HTTP/1.1\r\nhost: x\r\napi-key: {}\r\ncontent-type: application/json\r\ncontent-length: 2000000\r\n\r\n{{",
        sandbox.api_key()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 413");
}

#[tokio::test]
async fn problems_are_few_and_short() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    // The framework passes over what it cannot use of a query, and the document does not.
    let query: String = (0..500).map(|_| format!("page_size={}&", "x".repeat(10))).collect();
    caller.get(&format!("/refunds/?{query}page_size={}", "y".repeat(2_000))).await.expect(200);
    let found = sandbox.accepted_invalid_requests();
    assert_eq!(found[0].problems.len(), 20);
    caller.get(&format!("/refunds/?page_size={}", "y".repeat(2_000))).await.expect(200);
    let problem = &sandbox.accepted_invalid_requests()[1].problems[0];
    assert!(problem.len() < 400 && problem.ends_with('…'), "{problem}");
}

#[tokio::test]
async fn a_search_has_a_limit() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let words = |count| "a+".repeat(count);
    caller.get(&format!("/refunds/?search={}", words(32))).await.expect(200);
    let refused = caller.get(&format!("/refunds/?search={}", words(33))).await.expect(400);
    assert!(refused["search"][0].is_string(), "{refused}");
    caller.get(&format!("/refunds/?ordering={}", "amount,".repeat(1_000))).await.expect(200);
}

#[tokio::test]
async fn lists_of_the_sandbox_itself_have_pages() {
    let receiver = Receiver::responding(200).await;
    let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
    for _ in 0..3 {
        sandbox.webhooks().send_test().unwrap();
    }
    sandbox.clock().settled().await;
    let url = |path: &str| format!("{}/_sandbox/{path}", sandbox.origin());
    let get = async |path: &str| http().get(url(path)).send().await.unwrap();
    let all: Value = get("deliveries").await.json().await.unwrap();
    let page: Value = get("deliveries?page=2&page_size=2").await.json().await.unwrap();
    assert_eq!((all.as_array().unwrap().len(), &page), (3, &json!([all[2]])));
    assert_eq!(get("deliveries?page=3&page_size=2").await.status(), 404);
    let fault = json!({ "action": "truncate", "nth": 1_000_000 });
    for _ in 0..3 {
        http().post(url("faults")).json(&fault).send().await.unwrap();
    }
    let page: Value = get("faults?page=2&page_size=2").await.json().await.unwrap();
    assert_eq!(page.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_list_of_requests_has_no_tokens() {
    let sandbox = Sandbox::start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    http().get(text(&checkout["checkout_url"])).send().await.unwrap();
    http().get(format!("{}/secret-path?secret-query", sandbox.origin())).send().await.unwrap();
    let page = http().get(sandbox.origin()).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("GET /pay/{token}") && page.contains("POST /api/checkout/create/"), "{page}");
    for secret in [text(&checkout["token"]), "secret-path", "secret-query"] {
        assert!(!page.contains(secret), "{secret}");
    }
}
