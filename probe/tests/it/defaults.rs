//! A run with all options observes nearly all facts, and leaves the merchant unchanged.

use std::sync::Arc;
use std::time::Duration;

use nd8_probe::{Verdict, Webhooks};
use nd8_sandbox::{RateLimit, SEEDED_PRODUCT, Sandbox};
use serde_json::json;
use tokio::sync::mpsc;

use crate::support::{Prepared, plain_client, send};

/// What such a run does not see, with the reason that it gives.
const UNSEEN: [(&str, &str); 5] = [
    ("key.scope", "the key has every scope that the run needed"),
    ("checkout.payment", "the checkouts are being paid (--pay)"),
    ("attempt.order", "the payment has no two attempts of different times"),
    ("list.default-page-size", "the list fits into one page"),
    ("list.largest-page-size", "the list fits into one page"),
];

/// Pays each checkout whose page is sent, as a customer does.
async fn pay(mut pages: mpsc::UnboundedReceiver<String>) {
    while let Some(page) = pages.recv().await {
        let request = plain_client().post(format!("{page}/pay")).body(r#"{"card":"succeeds"}"#);
        let response = request.header("content-type", "application/json").send().await.unwrap();
        assert!(response.status().is_success(), "{response:?}");
    }
}

#[tokio::test]
async fn a_whole_run_sees_all_but_a_few_facts_and_restores_the_endpoint() {
    let limit = RateLimit::new(250, Duration::from_secs(3600));
    let mut prepared = Prepared::start(Sandbox::builder().seed(7).rate_limit(limit)).await;
    let sandbox = &prepared.sandbox;
    let session = sandbox.session_token().to_owned();
    let link = json!({ "name": "Mugs", "products": [{ "product_id": SEEDED_PRODUCT, "quantity": 1 }] });
    let link = send(sandbox, "/payment-links/", "Token", &session, &link).await;
    let public = format!("/payment-links/public/{}/checkout/", link["token"].as_str().unwrap());
    let customer = json!({
        "billing_country": "FR", "billing_first_name": "Ada", "billing_last_name": "Lovelace",
        "billing_email": "ada@example.com",
    });
    let checkout = send(sandbox, &public, "Token", &session, &customer).await;
    sandbox.customer(checkout["checkout_id"].as_str().unwrap()).pay().await.unwrap();
    let endpoint = "http://127.0.0.1:9/old";
    sandbox.set_webhook_url(endpoint);

    let (page, pages) = mpsc::unbounded_channel();
    let paying = tokio::spawn(pay(pages));
    let options = &mut prepared.options;
    options.pages = Some(Arc::new(move |url: &str| page.send(url.to_owned()).unwrap()));
    options.webhooks = Some(Webhooks { listen: "127.0.0.1:0".parse().unwrap(), url: None });
    options.limits.burst = 250;
    options.limits.requests = 500;

    let running = prepared.run();
    let testing = async {
        // The run registers its receiver at some time; then the merchant sends a test from the dashboard.
        let delivered = prepared.sandbox.wait_for_delivery_where(Duration::from_secs(60), |delivery| {
            delivery.event() == "transaction.status_changed" && !delivery.url().contains("/old")
        });
        delivered.await.unwrap();
        prepared.sandbox.webhooks().send_test().unwrap();
    };
    let (report, ()) = tokio::join!(running, testing);

    assert_eq!(crate::quirks::described(&report), "");
    let unseen: Vec<(&str, &str)> = report
        .findings()
        .iter()
        .filter_map(|finding| match finding.verdict {
            Verdict::Unseen(reason) => Some((finding.fact.id, reason)),
            _ => None,
        })
        .collect();
    assert_eq!(unseen, UNSEEN);

    let url = format!("{}/organization/webhooks/", prepared.sandbox.base_url());
    let request = plain_client().get(url).header("authorization", format!("Token {session}"));
    let configuration: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(configuration["endpoint_url"], endpoint);
    prepared.sandbox.assert_conforms();
    drop(prepared);
    paying.await.unwrap();
}

#[tokio::test]
async fn without_a_session_and_a_payment_the_reasons_say_what_is_needed() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let target = nd8_probe::Target::new(sandbox.api_key(), None, Some(&sandbox.base_url())).unwrap();
    let mut options = nd8_probe::Options::new(target);
    options.limits.burst = 0;
    let report = nd8_probe::run(&options, &crate::support::assumptions(), crate::support::DAY).await.unwrap();
    assert_eq!(crate::quirks::described(&report), "");
    for (fact, needed) in [
        ("payment.fields", "--payment"),
        ("refund.created.status", "--refunds"),
        ("organization.fields", "ND8_SESSION_TOKEN"),
        ("webhook.headers", "--webhook-receiver"),
        ("simulate.effect.canceled", "--webhook-receiver"),
    ] {
        let finding = report.findings().iter().find(|finding| finding.fact.id == fact).unwrap();
        let Verdict::Unseen(reason) = finding.verdict else { panic!("{finding:?}") };
        assert!(reason.contains(needed), "{fact}: {reason}");
    }
}

/// A key without the scopes hides facts, and makes none otherwise: what is denied to the key shows nothing of the operation.
#[tokio::test]
async fn a_key_without_scopes_makes_nothing_otherwise() {
    use nd8_sandbox::Scope;

    for scopes in [
        &[Scope::RefundsRead][..],
        &[Scope::PaymentsRead],
        &[Scope::CheckoutCreate],
        &[Scope::CheckoutCreate, Scope::PaymentsRead],
        &[Scope::RefundsWrite, Scope::RefundsRead],
    ] {
        let mut prepared = Prepared::start(Sandbox::builder().seed(7)).await;
        let key = prepared.sandbox.create_api_key(scopes);
        prepared.options.target =
            nd8_probe::Target::new(&key, None, Some(&prepared.sandbox.base_url())).unwrap();
        let report = prepared.run().await;
        assert_eq!(crate::quirks::described(&report), "", "{scopes:?}");
        let scope = report.findings().iter().find(|finding| finding.fact.id == "key.scope").unwrap();
        assert!(
            matches!(&scope.verdict, Verdict::AsAssumed(seen) if seen.as_str() == "403 detail"),
            "{scope:?}"
        );
    }
}
