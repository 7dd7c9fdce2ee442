//! Clock that tests move, and what a seed makes the same.

use std::time::Duration;

use nd8_sandbox::{Sandbox, Timestamp};
use serde_json::json;

use crate::support::{Caller, Receiver, Reply, http, order, text};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn start() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

#[tokio::test]
async fn checkouts_expire_when_the_clock_is_moved() {
    let sandbox = Sandbox::builder().frozen_at(start()).start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    assert_eq!(checkout["expires_at"], start().as_second() + 24 * 60 * 60);

    sandbox.clock().advance(DAY - Duration::from_secs(1)).await;
    let url = text(&checkout["checkout_url"]);
    assert_eq!(http().get(url).send().await.unwrap().status(), 200);
    sandbox.clock().advance(Duration::from_secs(1)).await;
    assert_eq!(http().get(url).send().await.unwrap().status(), 410);
}

#[tokio::test]
async fn a_clock_goes_on_from_where_it_was_moved_to() {
    let sandbox = Sandbox::start().await.unwrap();
    let clock = sandbox.clock();
    let before = clock.now();
    clock.advance(DAY).await;
    assert!(clock.now().duration_since(before) >= jiff::SignedDuration::from_hours(24));

    clock.freeze(start());
    assert!(clock.is_frozen());
    assert_eq!(clock.now(), start());
    clock.resume();
    assert!(!clock.is_frozen() && clock.now() >= start());
}

/// A life with declines, refunds and a receiver that fails now and then, and all that was sent in it.
async fn life(seed: u64) -> Vec<String> {
    let mut receiver = Receiver::failing_sometimes().await;
    let sandbox = Sandbox::builder().seed(seed).frozen_at(start()).start().await.unwrap();
    sandbox.set_webhook_url(&receiver.url);
    let caller = Caller::of(&sandbox);
    for _ in 0..5 {
        let checkout = caller.checkout(&order()).await;
        let customer = sandbox.customer(text(&checkout["checkout_id"]));
        customer.decline().await.unwrap();
        let payment_id = customer.pay().await.unwrap();
        sandbox.clock().advance(Duration::from_secs(60)).await;
        caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
        sandbox.clock().advance(DAY).await;
    }
    let mut events = Vec::new();
    while !receiver.is_empty() {
        let arrived = receiver.next().await;
        events.push(format!(
            "{} {} {}",
            arrived.header("x-webhook-delivery-id"),
            arrived.header("x-webhook-timestamp"),
            String::from_utf8_lossy(&arrived.body)
        ));
    }
    let attempts = sandbox.deliveries().into_iter().flat_map(|delivery| {
        delivery
            .attempts()
            .iter()
            .map(|attempt| format!("{} {}", delivery.id(), attempt.at()))
            .collect::<Vec<_>>()
    });
    events.sort();
    events.extend(attempts);
    events
}

#[tokio::test]
async fn one_seed_and_a_frozen_clock_make_everything_the_same() {
    let once = life(7).await;
    assert!(once.len() > 40, "{}", once.len());
    assert_eq!(once, life(7).await);
    assert_ne!(once, life(8).await);
}

#[tokio::test]
async fn the_clock_is_moved_over_http_as_well() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = sandbox.base_url().replace("/api", "/_sandbox/clock");
    let post = async |body| Reply::of(http().post(&url).json(&body).send().await.unwrap()).await;

    let frozen = post(json!({ "freeze": "2026-01-02T03:04:05Z" })).await.expect(200);
    assert_eq!(frozen, json!({ "now": "2026-01-02T03:04:05.000Z", "frozen": true }));
    let moved = post(json!({ "advance_seconds": 60 })).await.expect(200);
    assert_eq!(moved["now"], "2026-01-02T03:05:05.000Z");
    assert_eq!(post(json!({ "resume": {} })).await.expect(200)["frozen"], false);
    assert_eq!(post(json!({ "stop": 1 })).await.status, 400);
}
