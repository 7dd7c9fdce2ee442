//! Number of journeys per second that the sandbox serves: a checkout is created, paid on its page, looked at and refunded.
//!
//! `cargo bench --package nd8-sandbox`. The callers run in the same process on the same two threads, so the figures are
//! those of both together; memory is that of the process.

// A panic is how a benchmark fails.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use nd8_sandbox::{RefundPolicy, SEEDED_PRODUCT, Sandbox};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

const JOURNEYS: usize = 5_000;
const CONNECTIONS: usize = 64;
const MEMORY_LIMIT: u64 = 200 * 1024;

fn main() {
    // `cargo test --benches` asks for it only to see that it builds and runs.
    let journeys =
        if std::env::args().any(|argument| argument == "--bench") { JOURNEYS } else { CONNECTIONS };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(journeys));
}

async fn run(journeys: usize) {
    let sandbox = Arc::new(Sandbox::builder().refunds(RefundPolicy::Automatic).start().await.unwrap());
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (sandbox, next) = (Arc::clone(&sandbox), Arc::clone(&next));
        callers.spawn(async move {
            let http = client();
            while next.fetch_add(1, Ordering::Relaxed) < journeys {
                journey(&http, &sandbox).await;
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    let took = began.elapsed();
    let per_second = journeys as u128 * 1_000_000 / took.as_micros().max(1);
    let memory = peak_kib();
    let shown = memory.map_or_else(|| "unknown".to_owned(), |kib| format!("{} MiB", kib / 1024));
    println!(
        "{journeys} journeys from {CONNECTIONS} connections in {took:.2?}: {per_second} a second; at most {shown}"
    );
    assert!(memory.is_none_or(|kib| kib < MEMORY_LIMIT), "more than {MEMORY_LIMIT} KiB");
}

async fn journey(http: &Client, sandbox: &Sandbox) {
    let base = sandbox.base_url();
    let key = sandbox.api_key();
    let order = json!({
        "billing_country": "FR",
        "billing_first_name": "Ada",
        "billing_last_name": "Lovelace",
        "billing_email": "ada@shop.example",
        "products": [{ "id": SEEDED_PRODUCT, "quantity": 1 }],
    });
    let created =
        http.post(format!("{base}/checkout/create/")).header("Api-Key", key).json(&order).send().await;
    let checkout: Value = created.unwrap().error_for_status().unwrap().json().await.unwrap();
    let pay = http.post(format!("{}/pay", checkout["checkout_url"].as_str().unwrap()));
    let pay = pay.json(&json!({ "card": "succeeds" }));
    let page = pay.send().await.unwrap().error_for_status().unwrap().text().await.unwrap();
    let payment_id = page.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;

    let url = format!("{base}/transactions/{payment_id}/");
    let payment: Value = http.get(&url).header("Api-Key", key).send().await.unwrap().json().await.unwrap();
    assert_eq!(payment["status"], "paid");
    let refund = http.post(format!("{url}refund/")).header("Api-Key", key).json(&json!({ "reason": "x" }));
    let refund = refund.send().await.unwrap();
    assert_eq!(refund.status(), StatusCode::OK);
    refund.bytes().await.unwrap();
}

fn client() -> Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    Client::builder().tls_backend_preconfigured(tls).no_proxy().pool_max_idle_per_host(1).build().unwrap()
}

/// Peak memory of this process, where the system reports it.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
