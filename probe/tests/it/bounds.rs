//! A run sends no more requests and takes no longer than its limits allow.

use std::time::Duration;

use nd8_sandbox::{Fault, RateLimit, Sandbox};

use crate::support::Prepared;

#[tokio::test]
async fn requests_are_limited() {
    for limit in [10, 40, 90] {
        let mut prepared = Prepared::start(Sandbox::builder().seed(7)).await;
        prepared.options.limits.requests = limit;
        let report = prepared.run().await;
        assert_eq!(report.requests(), limit);
        assert_eq!(report.stopped(), Some("the limit of requests was reached (--max-requests)"));
        assert!(!report.is_live());
    }
}

#[tokio::test]
async fn too_few_requests_for_the_proof_are_a_refusal() {
    let mut prepared = Prepared::start(Sandbox::builder().seed(7)).await;
    prepared.options.limits.requests = 3;
    let refusal =
        nd8_probe::run(&prepared.options, &crate::support::assumptions(), crate::support::DAY).await;
    let refusal = refusal.expect_err("is refused").to_string();
    assert!(refusal.contains("did not prove") && refusal.contains("--max-requests"), "{refusal}");
}

#[tokio::test]
async fn time_is_limited() {
    let mut prepared = Prepared::start(Sandbox::builder().seed(7)).await;
    let slow: Fault = "delay=200,times=1000".parse().unwrap();
    prepared.sandbox.faults().add(slow);
    prepared.options.limits.time = Duration::from_secs(3);
    let report = tokio::time::timeout(Duration::from_secs(60), prepared.run()).await.expect("ends");
    assert_eq!(report.stopped(), Some("the limit of time was reached (--max-seconds)"));
}

#[tokio::test]
async fn the_burst_is_limited_and_ends_with_the_first_refusal() {
    let mut prepared = Prepared::start(Sandbox::builder().seed(7)).await;
    let without = prepared.run().await.requests();
    prepared.options.limits.burst = 25;
    assert_eq!(prepared.run().await.requests(), without + 25);

    let limit = RateLimit::new(200, Duration::from_secs(3600));
    let mut prepared = Prepared::start(Sandbox::builder().seed(7).rate_limit(limit)).await;
    prepared.options.limits.burst = 200;
    let report = prepared.run().await;
    assert!(report.requests() < without + 200, "{}", report.requests());
    assert_eq!(crate::quirks::described(&report), "");
}

#[tokio::test]
async fn a_server_that_throttles_from_the_start_hides_facts_and_makes_none_otherwise() {
    let limit = RateLimit::new(30, Duration::from_secs(3600));
    let prepared = Prepared::start(Sandbox::builder().seed(7).rate_limit(limit)).await;
    assert_eq!(crate::quirks::described(&prepared.run().await), "");
}
