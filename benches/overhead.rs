//! What the doors cost beside the same thing by hand, in instructions.
//!
//! `cargo bench --package nd8-benches` counts them with callgrind (it needs valgrind, and `gungraun-runner` in the version of
//! `gungraun`), and prints a ratio behind each second line. A benchmark counts what its own thread does: the server on loopback
//! runs on another.

#![allow(missing_docs, reason = "the macros of gungraun bring public items")]

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use gungraun::{library_benchmark, library_benchmark_group, main};
use jiff::Timestamp;
use nd8::{Client, Decimal};
use serde::Deserialize;
use tokio::runtime::Runtime;

/// The fields of a payment with the types that nd8 gives them, as somebody would write them by hand.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read by nobody, but decoded")]
struct Payment {
    id: String,
    #[serde(with = "rust_decimal::serde::str")]
    amount: Decimal,
    status: nd8::PaymentStatus,
    currency: String,
    payer_email: Option<String>,
    #[serde(default)]
    products: Vec<PaymentProduct>,
    #[serde(rename = "depositAttempts")]
    deposit_attempts: Vec<DepositAttempt>,
    created_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "read by nobody, but decoded")]
struct PaymentProduct {
    id: String,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "read by nobody, but decoded")]
struct DepositAttempt {
    status: String,
    payment_id: Option<String>,
    attempted_at: Option<Timestamp>,
    error_message: Option<String>,
    payment_method: Option<String>,
}

/// The fields of a refund, likewise.
#[derive(Deserialize)]
#[expect(dead_code, reason = "read by nobody, but decoded")]
struct Refund {
    id: String,
    transaction_id: String,
    #[serde(with = "rust_decimal::serde::str")]
    amount: Decimal,
    currency: String,
    amount_in_cents: Option<i64>,
    #[serde(default, with = "rust_decimal::serde::str_option")]
    amount_usd: Option<Decimal>,
    reason: Option<String>,
    status: nd8::RefundStatus,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
}

const PAYMENT: &str = r#"{"id":"TXabc123","amount":"99.00","status":"paid","currency":"USD","payer_email":"ada@example.com","products":[{"id":"p1","name":"Mug"}],"created_at":"2026-08-24T14:15:22Z","depositAttempts":[{"status":"succeeded","paymentId":"TXabc123","attemptedAt":"2026-08-24T14:15:21.123Z","errorMessage":null,"paymentMethod":"card"}]}"#;

/// A thousand refunds, each with all its fields.
fn refunds() -> String {
    let refund = |number: u32| {
        format!(
            r#"{{"id":"RF{number}","transaction_id":"TX{number}","amount":"{number}.50","currency":"USD","amount_in_cents":{number}50,"amount_usd":"{number}.50","reason":"A mug broke","status":"completed","created_at":"2026-08-24T14:15:22Z","updated_at":"2026-08-24T14:16:22.5Z"}}"#
        )
    };
    format!("[{}]", (1..=1_000).map(refund).collect::<Vec<_>>().join(","))
}

/// Answers every request on every connection with the payment, from a thread of its own.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("is bound");
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{PAYMENT}",
        PAYMENT.len()
    );
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let (mut connection, answer) = (connection.expect("is accepted"), answer.clone());
            std::thread::spawn(move || {
                let (mut request, mut end) = (Vec::new(), [0; 4096]);
                // The requests have no body, and one connection sends one after another.
                while let Ok(length @ 1..) = connection.read(&mut end) {
                    request.extend_from_slice(&end[..length]);
                    if request.ends_with(b"\r\n\r\n") {
                        request.clear();
                        connection.write_all(answer.as_bytes()).expect("the client listens");
                    }
                }
            });
        }
    });
    format!("http://{address}/api")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime is built")
}

/// A client with a connection that has been used: what counts is a call, not the way to the first one.
fn through_nd8() -> (Runtime, Client) {
    let (runtime, base_url) = (runtime(), serve());
    let client = Client::builder("the-api-key").base_url(base_url).build().expect("is fine");
    runtime.block_on(client.payments().get("TXabc123").send()).expect("is served");
    (runtime, client)
}

struct ByHand {
    http: reqwest::Client,
    base_url: String,
    authorization: reqwest::header::HeaderValue,
}

impl ByHand {
    async fn get(&self, id: &str) -> Payment {
        let url = format!("{}/transactions/{id}/", self.base_url);
        let request = self
            .http
            .get(url)
            .header("accept", "application/json")
            .header("authorization", self.authorization.clone())
            .timeout(std::time::Duration::from_secs(30));
        let response = request.send().await.expect("is served").error_for_status().expect("is a success");
        response.json().await.expect("is a payment")
    }
}

fn by_hand() -> (Runtime, ByHand) {
    let (runtime, base_url) = (runtime(), serve());
    let http = nd8_like_http();
    let mut authorization = reqwest::header::HeaderValue::from_static("Api-Key the-api-key");
    authorization.set_sensitive(true);
    let by_hand = ByHand { http, base_url, authorization };
    runtime.block_on(by_hand.get("TXabc123"));
    (runtime, by_hand)
}

fn nd8_like_http() -> reqwest::Client {
    // nd8 leaves reqwest's rustls without a provider, and hands its own over. By hand, one is installed for the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent("shop/1.0")
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(std::time::Duration::from_secs(10))
        .build()
        .expect("is built")
}

#[library_benchmark]
#[bench::payment(setup = by_hand)]
fn get_by_hand((runtime, client): (Runtime, ByHand)) -> (Runtime, ByHand) {
    black_box(runtime.block_on(client.get(black_box("TXabc123"))));
    (runtime, client)
}

#[library_benchmark]
#[bench::payment(setup = through_nd8)]
fn get_through_nd8((runtime, client): (Runtime, Client)) -> (Runtime, Client) {
    black_box(runtime.block_on(client.payments().get(black_box("TXabc123")).send()).expect("is served"));
    (runtime, client)
}

#[library_benchmark]
#[bench::refunds(setup = refunds)]
fn decode_by_hand(json: String) -> Vec<Refund> {
    black_box(serde_json::from_slice(black_box(json.as_bytes())).expect("are refunds"))
}

#[library_benchmark]
#[bench::refunds(setup = refunds)]
fn decode_as_nd8(json: String) -> Vec<nd8::Refund> {
    black_box(serde_json::from_slice(black_box(json.as_bytes())).expect("are refunds"))
}

library_benchmark_group!(name = get; compare_by_id = true; benchmarks = get_by_hand, get_through_nd8);
library_benchmark_group!(name = decode; compare_by_id = true; benchmarks = decode_by_hand, decode_as_nd8);
main!(library_benchmark_groups = get, decode);
