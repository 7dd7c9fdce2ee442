//! One client on several runtimes: a connection is driven by the runtime that opened it, which may be idle or gone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use axum::routing::{get, post};
use nd8::{Client, RetryPolicy};
use tokio::runtime::{Builder, Runtime};

use crate::support::{PAYMENT, json_response};

const REFUND: &str = r#"{"status":"processing","refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"1.00","currency":"USD"}"#;

fn single() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("the runtime is built")
}

/// Starts a server on a thread of its own. Returns its URL and how many refunds it made.
fn server() -> (String, Arc<AtomicUsize>) {
    let made = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&made);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        single().block_on(async {
            let router = axum::Router::new()
                .route("/api/transactions/{id}/", get(|| async { json_response(200, PAYMENT) }))
                .route(
                    "/api/transactions/{id}/refund/",
                    post(move || async move {
                        count.fetch_add(1, Ordering::SeqCst);
                        json_response(200, REFUND)
                    }),
                );
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            let url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
            sender.send(url).expect("the test receives the URL");
            axum::serve(listener, router).await.expect("the server runs");
        });
    });
    (receiver.recv().expect("the server starts"), made)
}

#[test]
fn a_refund_goes_through_on_any_runtime() {
    for is_gone in [false, true] {
        let (url, made) = server();
        let client = Client::builder("k")
            .base_url(url)
            .retry(RetryPolicy::never())
            .build()
            .expect("the client is built");
        let mut idle = Vec::new();
        for number in 1..=3 {
            let runtime = single();
            runtime.block_on(client.payments().get("TX").send()).expect("the server responds");
            let refund = runtime.block_on(client.refunds().create("TX", "x").send());
            refund.unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(made.load(Ordering::SeqCst), number);
            // It has a connection open, and nobody drives it.
            idle.extend((!is_gone).then_some(runtime));
        }
        // The first one still has its own.
        if let Some(first) = idle.first() {
            first.block_on(client.refunds().create("TX", "x").send()).expect("the refund is created");
        }
    }
}
