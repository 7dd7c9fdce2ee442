//! Compares calls through the clients with the same calls written by hand, in instructions.
//!
//! `cargo bench --package nd8-benches` counts them with callgrind (it needs valgrind, and `gungraun-runner` in the version of
//! `gungraun`), and prints a ratio after each second line. Instructions are counted and not time, because time varies on a shared
//! machine by more than the difference. A benchmark counts its own thread only: the server on loopback runs on another.

#![allow(missing_docs, reason = "the macros of gungraun bring public items")]

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use futures_util::TryStreamExt as _;
use gungraun::{library_benchmark, library_benchmark_group, main};
use jiff::Timestamp;
use nd8::{Client, Decimal};
use serde::Deserialize;
use tokio::runtime::Runtime;

/// The fields of a payment with the types that nd8 uses, written by hand.
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

fn refund(number: u32) -> String {
    format!(
        r#"{{"id":"RF{number}","transaction_id":"TX{number}","amount":"{number}.50","currency":"USD","amount_in_cents":{number}50,"amount_usd":"{number}.50","reason":"A mug broke","status":"completed","created_at":"2026-08-24T14:15:22Z","updated_at":"2026-08-24T14:16:22.5Z"}}"#
    )
}

/// These refunds, each with all its fields.
fn refunds(numbers: std::ops::RangeInclusive<u32>) -> String {
    format!("[{}]", numbers.map(refund).collect::<Vec<_>>().join(","))
}

fn a_thousand_refunds() -> String {
    refunds(1..=1_000)
}

/// Sends what `respond` makes of the first line of each request, from threads of its own.
fn serve(respond: fn(&str) -> Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("is bound");
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("is accepted");
            std::thread::spawn(move || {
                let (mut request, mut end) = (Vec::new(), [0; 4096]);
                // The requests have no body, and one connection sends one after another.
                while let Ok(length @ 1..) = connection.read(&mut end) {
                    request.extend_from_slice(&end[..length]);
                    if request.ends_with(b"\r\n\r\n") {
                        let text = String::from_utf8_lossy(&request);
                        let (status, body) = match respond(text.lines().next().unwrap_or_default()) {
                            Some(body) => ("200 OK", body),
                            None => ("404 Not Found", r#"{"detail":"Invalid page."}"#.to_owned()),
                        };
                        let head = format!(
                            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                            body.len()
                        );
                        connection.write_all((head + &body).as_bytes()).expect("the client listens");
                        request.clear();
                    }
                }
            });
        }
    });
    format!("http://{address}/api")
}

fn payment(_: &str) -> Option<String> {
    Some(PAYMENT.to_owned())
}

/// Number of refunds in the list.
const LISTED: u32 = 80_000;
/// Number of refunds on a page.
const PAGE: u32 = 10;

fn page(line: &str) -> Option<String> {
    let number =
        line.split("page=").nth(1).and_then(|rest| rest.split(['&', ' ']).next()?.parse::<u32>().ok());
    let first = (number.unwrap_or(1) - 1) * PAGE + 1;
    (first <= LISTED).then(|| refunds(first..=LISTED.min(first + PAGE - 1)))
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime is built")
}

/// Creates a client with a connection that has been used, so that a benchmark counts a call and not its connection.
fn through_nd8() -> (Runtime, Client) {
    let (runtime, base_url) = (runtime(), serve(payment));
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
    fn of(base_url: String) -> Self {
        let mut authorization = reqwest::header::HeaderValue::from_static("Api-Key the-api-key");
        authorization.set_sensitive(true);
        Self { http: nd8_like_http(), base_url, authorization }
    }

    /// Reads the list from a page on, until there is no other.
    async fn list(&self, first: u32) -> usize {
        let mut read = 0;
        for number in first.. {
            let request = self
                .http
                .get(format!("{}/refunds/?page={number}&page_size={PAGE}", self.base_url))
                .header("accept", "application/json")
                .header("authorization", self.authorization.clone())
                .timeout(std::time::Duration::from_secs(30));
            let response = request.send().await.expect("is served");
            if response.status() == 404 {
                break;
            }
            let refunds: Vec<Refund> = response.json().await.expect("are refunds");
            refunds.into_iter().for_each(|refund| {
                black_box(refund);
                read += 1;
            });
        }
        read
    }

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
    let (runtime, by_hand) = (runtime(), ByHand::of(serve(payment)));
    runtime.block_on(by_hand.get("TXabc123"));
    (runtime, by_hand)
}

fn list_through_nd8() -> (Runtime, Client) {
    let (runtime, base_url) = (runtime(), serve(page));
    let client = Client::builder("the-api-key").base_url(base_url).build().expect("is fine");
    runtime.block_on(client.refunds().list().page(8_001).send()).expect_err("is not there");
    (runtime, client)
}

fn list_by_hand() -> (Runtime, ByHand) {
    let (runtime, by_hand) = (runtime(), ByHand::of(serve(page)));
    runtime.block_on(by_hand.list(8_001));
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
#[bench::refunds(setup = a_thousand_refunds)]
fn decode_by_hand(json: String) -> Vec<Refund> {
    black_box(serde_json::from_slice(black_box(json.as_bytes())).expect("are refunds"))
}

#[library_benchmark]
#[bench::refunds(setup = a_thousand_refunds)]
fn decode_as_nd8(json: String) -> Vec<nd8::Refund> {
    black_box(serde_json::from_slice(black_box(json.as_bytes())).expect("are refunds"))
}

#[library_benchmark]
#[bench::pages_of_ten(setup = list_by_hand)]
fn items_by_hand((runtime, client): (Runtime, ByHand)) -> (Runtime, ByHand) {
    assert_eq!(runtime.block_on(client.list(1)), LISTED as usize);
    (runtime, client)
}

#[library_benchmark]
#[bench::pages_of_ten(setup = list_through_nd8)]
fn items_through_nd8((runtime, client): (Runtime, Client)) -> (Runtime, Client) {
    let items = client.refunds().list().page_size(PAGE).items();
    let read = items.try_fold(0, async |read, refund| {
        black_box(refund);
        Ok(read + 1)
    });
    assert_eq!(runtime.block_on(read).expect("is served"), LISTED);
    (runtime, client)
}

library_benchmark_group!(name = get; compare_by_id = true; benchmarks = get_by_hand, get_through_nd8);
library_benchmark_group!(name = decode; compare_by_id = true; benchmarks = decode_by_hand, decode_as_nd8);
library_benchmark_group!(name = items; compare_by_id = true; benchmarks = items_by_hand, items_through_nd8);
main!(library_benchmark_groups = get, decode, items);
