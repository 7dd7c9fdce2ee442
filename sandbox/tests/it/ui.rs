//! Dashboard, and who is kept away from it.

use nd8_sandbox::{Fault, Sandbox};
use serde_json::json;

use crate::support::{Caller, Receiver, http, submit};

#[tokio::test]
async fn the_dashboard_shows_what_happened() {
    let mut receiver = Receiver::responding(200).await;
    let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "7.25").await;
    caller.refund(&payment_id, &json!({ "reason": "<b>late</b>" })).await.expect(200);
    sandbox.clock().settled().await;
    sandbox.faults().add(Fault::garbled().nth(1000));

    let page = http().get(sandbox.origin()).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let page = page.text().await.unwrap();
    for shown in [
        payment_id.as_str(),
        "7.25 USD",
        "refunded",
        "&lt;b&gt;late&lt;/b&gt;",
        "transaction.status_changed",
        "responded 200",
        "POST /api/checkout/create/",
        "garble",
        "running",
        &format!("export ND8_API_KEY={}", sandbox.api_key()),
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<b>"));

    let first = receiver.next().await;
    let id = first.header("x-webhook-delivery-id");
    let url = format!("{}/_sandbox/dashboard/resend/{id}", sandbox.origin());
    assert_eq!(submit(sandbox.origin(), &url, "").await.status, 303);
    sandbox.clock().settled().await;
    let mut bodies = Vec::new();
    while !receiver.is_empty() {
        bodies.push(receiver.next().await.body);
    }
    assert_eq!(bodies.last(), Some(&first.body));
}
