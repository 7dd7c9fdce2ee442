//! Servers of which less can be seen than it seems, and servers that are changed by what they should refuse.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::Method;
use nd8_probe::{Options, Report, Target, Verdict, Webhooks};

use crate::production::{Sign, respond};
use crate::support::{DAY, Served, json, quick};

/// Returns why facts were not seen, and fails if one was.
fn assert_unseen(report: &Report, facts: &[&str]) {
    for fact in facts {
        let finding = report.findings().iter().find(|finding| finding.fact.id == *fact).unwrap();
        assert!(matches!(finding.verdict, Verdict::Unseen(_)), "{fact}: {:?}", finding.verdict);
    }
}

/// Three rows, whatever is asked for, also without a credential.
#[tokio::test]
async fn a_list_that_ignores_its_parameters_shows_nothing_of_them() {
    let server = Served::start(|method, path, body| match respond(Sign::Sandbox, method, path, body) {
        _ if path.contains("/refunds/?") && *method == Method::GET => {
            let row =
                |id: u8| format!(r#"{{"id": "RF{id}", "transaction_id": "TX1", "status": "rejected"}}"#);
            json(200, &format!("[{}, {}, {}]", row(1), row(2), row(3)))
        }
        other => other,
    })
    .await;
    let report = server.run().await.expect("is a sandbox");
    assert_unseen(
        &report,
        &[
            "key.authorization",
            "key.header",
            "key.sandbox-prefix",
            "list.page-size",
            "list.search.payment",
            "list.search.reason",
            "list.filter.status",
        ],
    );
}

/// A refusal that names no field, or the first only, does not show that the others are accepted.
#[tokio::test]
async fn a_terse_refusal_shows_nothing_of_fields() {
    let server = Served::start(|method, path, body| respond(Sign::Sandbox, method, path, body)).await;
    let report = server.run().await.expect("is a sandbox");
    let facts = ["null", "country", "name", "email", "currency", "url", "products"]
        .map(|it| format!("checkout.{it}"));
    let unseen: Vec<&str> = facts.iter().map(String::as_str).filter(|it| *it != "checkout.email").collect();
    assert_unseen(&report, &unseen);
}

/// An incomplete request that is accepted may have created a checkout: it was the last one.
#[tokio::test]
async fn what_was_to_be_refused_and_is_not_ends_the_run() {
    let server = Served::start(|method, path, body| match respond(Sign::Sandbox, method, path, body) {
        _ if path.ends_with("/checkout/create/") && body.contains("checkout_pending\"}") => json(
            if body.starts_with("{\"sandbox_simulate\"") { 400 } else { 201 },
            r#"{"billing_email": ["No."]}"#,
        ),
        other => other,
    })
    .await;
    let report = server.run().await.expect("is a sandbox");
    assert!(report.stopped().unwrap_or_default().contains("was to be refused"), "{:?}", report.stopped());
    let asked = server.asked.lock().unwrap();
    let (_, _, last) = asked.last().unwrap();
    assert!(last.contains("products") && last.contains("sandbox_simulate"), "{last}");
    assert!(asked.iter().all(|(_, _, body)| !body.contains("billing_last_name")), "nothing is created");
}

#[tokio::test]
async fn an_outage_of_production_is_a_sign_of_production() {
    let server = Served::start(|method, path, body| match respond(Sign::Sandbox, method, path, body) {
        _ if path.contains("nd8-probe-missing") && *method == Method::GET => {
            json(503, r#"{"environment": "production"}"#)
        }
        other => other,
    })
    .await;
    let report = server.run().await.expect("is a sandbox");
    assert!(report.is_live(), "{:?}", report.stopped());
}

/// The burst comes after the endpoint is restored, and a restoring that is throttled is repeated.
#[tokio::test]
async fn the_endpoint_is_restored_although_the_server_throttles() {
    const OLD: &str = "https://shop.example/hook";
    let restorings = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&restorings);
    let server = Served::start(move |method, path, body| {
        if !path.contains("/organization/webhooks/") {
            return respond(Sign::Sandbox, method, path, body);
        }
        if *method == Method::PUT && body.contains(OLD) && counted.fetch_add(1, Ordering::SeqCst) < 2 {
            let mut response = json(429, r#"{"detail": "Request was throttled."}"#);
            response.headers_mut().insert("retry-after", "0".parse().unwrap());
            return response;
        }
        json(200, &format!(r#"{{"endpoint_url": "{OLD}"}}"#))
    })
    .await;
    let mut options = Options::new(Target::new("key", Some("session"), Some(&server.base_url)).unwrap());
    options.webhooks = Some(Webhooks { listen: "127.0.0.1:0".parse().unwrap(), url: None });
    options.limits = quick();
    options.limits.burst = 3;
    let report = nd8_probe::run(&options, &crate::support::assumptions(), DAY).await.unwrap();
    assert_eq!(restorings.load(Ordering::SeqCst), 3, "{:?}", report.stopped());
    let asked = server.asked.lock().unwrap();
    let (_, path, _) = asked.last().unwrap();
    assert!(path.contains("/refunds/"), "the burst is the last: {path}");
    assert!(!report.render(nd8_probe::Format::Text).contains("could not be restored"));
}
