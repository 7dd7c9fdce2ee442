//! Schedule of deliveries, and that nothing gets lost on it.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::SignedDuration;
use nd8_sandbox::{DeliveryStatus, Sandbox, Timestamp};

use crate::support::{Caller, Receiver, order, text};

const DAYS: Duration = Duration::from_secs(3 * 24 * 60 * 60);

fn start() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

async fn frozen(url: &str) -> Sandbox {
    Sandbox::builder().seed(1).frozen_at(start()).webhook_url(url).start().await.unwrap()
}

#[tokio::test]
async fn a_receiver_that_always_fails_is_asked_eight_times() {
    let mut receiver = Receiver::responding(500).await;
    let sandbox = frozen(&receiver.url).await;
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    sandbox.clock().advance(DAYS).await;

    let delivery = sandbox.deliveries().remove(0);
    assert_eq!(delivery.status(), DeliveryStatus::Dead);
    assert_eq!(delivery.next_attempt(), None);
    let at: Vec<_> = delivery.attempts().iter().map(nd8_sandbox::Attempt::at).collect();
    assert_eq!(at[0], start());
    let waits: Vec<_> = at.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect();
    let planned = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map(SignedDuration::from_secs);
    assert_eq!(waits.len(), planned.len());
    for (waited, planned) in waits.iter().zip(planned) {
        assert!(*waited >= planned && *waited <= planned + planned / 10, "{waited:?} for {planned:?}");
    }
    assert!(waits.iter().zip(planned).any(|(waited, planned)| *waited != planned), "there is jitter");

    let mut ids = HashSet::new();
    let mut timestamps = Vec::new();
    for _ in 0..8 {
        let arrived = receiver.next().await;
        ids.insert(arrived.header("x-webhook-delivery-id").to_owned());
        timestamps.push(arrived.header("x-webhook-timestamp").parse::<i64>().unwrap());
    }
    assert!(receiver.is_empty());
    assert_eq!(ids, HashSet::from([delivery.id().to_string()]));
    assert_eq!(timestamps, at.iter().map(|at| at.as_second()).collect::<Vec<_>>());
}

#[tokio::test]
async fn gone_ends_it_and_retry_after_is_honored() {
    let gone = Receiver::responding(410).await;
    let sandbox = frozen(&gone.url).await;
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    sandbox.clock().advance(DAYS).await;
    let delivery = sandbox.deliveries().remove(0);
    assert_eq!((delivery.status(), delivery.attempts().len()), (DeliveryStatus::Gone, 1));

    let busy = Receiver::responding_with(503, &[("retry-after", "1000")]).await;
    let sandbox = frozen(&busy.url).await;
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    sandbox.clock().settled().await;
    let delivery = sandbox.deliveries().remove(0);
    assert_eq!(delivery.next_attempt(), Some(start() + SignedDuration::from_secs(1000)));
}

#[tokio::test]
async fn a_receiver_that_does_not_respond_in_time_has_failed() {
    let (_receiver, _open) = Receiver::holding().await;
    let builder = Sandbox::builder().frozen_at(start()).webhook_timeout(Duration::from_millis(20));
    let sandbox = builder.webhook_url(&_receiver.url).start().await.unwrap();
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    sandbox.clock().settled().await;
    let delivery = sandbox.deliveries().remove(0);
    assert_eq!((delivery.status(), delivery.attempts().len()), (DeliveryStatus::Pending, 1));
    assert_eq!(delivery.attempts()[0].outcome().response_status(), None);
}

#[tokio::test]
async fn what_is_pending_survives_a_snapshot() {
    let mut receiver = Receiver::responding(500).await;
    let sandbox = frozen(&receiver.url).await;
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    sandbox.clock().settled().await;
    receiver.next().await;
    let snapshot = sandbox.snapshot();

    let other = Sandbox::builder().frozen_at(start()).start().await.unwrap();
    other.restore(&snapshot).unwrap();
    other.clock().advance(Duration::from_secs(10)).await;
    let (sent, resent) = (sandbox.deliveries().remove(0), other.deliveries().remove(0));
    assert_eq!((resent.id(), resent.attempts().len()), (sent.id(), 2));
}

/// Checks at scale: ten thousand deliveries to a receiver that fails three times of ten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_deliveries_are_acknowledged_or_dead_and_none_is_lost() {
    const PAYMENTS: usize = 2_000;
    const EACH: usize = 5;
    let began = std::time::Instant::now();
    let mut receiver = Receiver::failing_at_random(30, 42).await;
    let sandbox = frozen(&receiver.url).await;
    let caller = Caller::of(&sandbox);
    for _ in 0..PAYMENTS {
        let checkout = caller.checkout(&order()).await;
        let customer = sandbox.customer(text(&checkout["checkout_id"]));
        for _ in 1..EACH {
            customer.decline().await.unwrap();
        }
        customer.pay().await.unwrap();
    }
    sandbox.clock().advance(DAYS).await;

    let deliveries = sandbox.deliveries();
    assert_eq!(deliveries.len(), PAYMENTS * EACH);
    let mut arrived = HashSet::new();
    let mut attempts_of_payment: HashMap<String, Vec<usize>> = HashMap::new();
    let mut received = 0;
    while !receiver.is_empty() {
        let webhook = receiver.next().await;
        received += 1;
        if arrived.insert(webhook.header("x-webhook-delivery-id").to_owned()) {
            let json = webhook.json();
            let seen = attempts_of_payment.entry(text(&json["transaction_id"]).to_owned()).or_default();
            seen.push(json["depositAttempts"].as_array().unwrap().len());
        }
    }
    let (mut acknowledged, mut dead, mut attempts) = (0, 0, 0);
    for delivery in &deliveries {
        attempts += delivery.attempts().len();
        assert!(arrived.contains(&delivery.id().to_string()), "{} is lost", delivery.id());
        match delivery.status() {
            DeliveryStatus::Acknowledged => acknowledged += 1,
            DeliveryStatus::Dead => {
                assert_eq!(delivery.attempts().len(), 8);
                dead += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(received, attempts);
    assert_eq!(attempts_of_payment.len(), PAYMENTS);
    for seen in attempts_of_payment.values() {
        assert_eq!(*seen, (1..=EACH).collect::<Vec<_>>(), "first attempts keep their order");
    }
    println!(
        "{acknowledged} acknowledged and {dead} dead after {attempts} attempts, in {:.1?}",
        began.elapsed()
    );
}
