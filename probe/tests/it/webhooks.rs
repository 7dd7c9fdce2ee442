//! Deliveries that are not as the sandbox makes them.

use axum::http::Method;
use nd8_probe::{Options, Report, Target, Webhooks};
use serde_json::{Value, json};

use crate::production::{Sign, respond};
use crate::support::{DAY, Served, plain_client, quick};

/// Runs against a server that sends this payload once an endpoint is set.
async fn run(payload: Value) -> Report {
    let server = Served::start(move |method, path, body| {
        if !path.contains("/organization/webhooks/") {
            return respond(Sign::Sandbox, method, path, body);
        }
        let url = serde_json::from_str::<Value>(body)
            .ok()
            .and_then(|body| body["endpoint_url"].as_str().map(str::to_owned));
        if let (&Method::PUT, Some(url)) = (method, url.filter(|url| url.starts_with("http"))) {
            let request = plain_client()
                .post(url)
                .header("x-webhook-event", "transaction.status_changed")
                .json(&payload);
            tokio::spawn(request.send());
        }
        crate::support::json(200, r#"{"endpoint_url": null}"#)
    })
    .await;
    let mut options = Options::new(Target::new("key", Some("session"), Some(&server.base_url)).unwrap());
    options.webhooks = Some(Webhooks { listen: "127.0.0.1:0".parse().unwrap(), url: None });
    options.limits = quick();
    options.limits.webhook_wait = std::time::Duration::from_secs(10);
    nd8_probe::run(&options, &crate::support::assumptions(), DAY).await.unwrap()
}

fn seen(report: &Report, fact: &str) -> String {
    let found = report.otherwise().find(|(finding, _)| finding.fact.id == fact);
    found.map(|(_, seen)| seen.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_wrapped_payload_is_otherwise_and_not_absent() {
    let report = run(json!({ "type": "x", "data": { "transaction_id": "TX1", "order_id": "o1" } })).await;
    assert_eq!(seen(&report, "webhook.payment.body"), "object, wrapped in another");
    assert_eq!(seen(&report, "webhook.event"), "", "the payload names no event");
    assert_eq!(
        seen(&report, "webhook.headers"),
        "absent: x-webhook-delivery-id, x-webhook-timestamp, x-webhook-signature"
    );
}

#[tokio::test]
async fn a_sign_of_production_in_a_delivery_stops_the_run() {
    let report = run(json!({ "event": "transaction.status_changed", "data": { "livemode": true } })).await;
    assert!(report.is_live(), "{:?}", report.stopped());
}
