//! Journey of a merchant: checkout, payment, refund.

use nd8_sandbox::{RefundPolicy, Sandbox};
use serde_json::json;

use crate::support::{Caller, LIMIT, Receiver, order, text};

#[tokio::test]
async fn declined_once_then_paid_then_refunded() {
    let mut receiver = Receiver::responding(200).await;
    let sandbox =
        Sandbox::builder().webhook_url(&receiver.url).refunds(RefundPolicy::Manual).start().await.unwrap();
    let merchant = Caller::of(&sandbox);

    let mut request = order();
    request["billing_country"] = json!("US");
    request["billing_postal_code"] = json!("10001");
    request["products"] =
        serde_json::from_str(r#"[{"name":"Plan","quantity":3,"unit_price":29.99}]"#).unwrap();
    let checkout = merchant.checkout(&request).await;
    let checkout_id = text(&checkout["checkout_id"]);
    assert_eq!(checkout["order_id"], checkout["checkout_id"]);
    assert!(checkout_id.starts_with("org1-"));
    assert!(text(&checkout["checkout_url"]).starts_with(sandbox.base_url().trim_end_matches("/api")));
    assert!(text(&checkout["token"]).len() > 100);
    assert!(checkout["expires_at"].is_i64());

    let customer = sandbox.customer(checkout_id);
    let payment_id = customer.decline().await.unwrap();
    let path = format!("/transactions/{payment_id}/");
    let failed = merchant.get(&path).await.expect(200);
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["depositAttempts"][0]["status"], "requires_payment_method");
    assert!(failed["depositAttempts"][0]["errorMessage"].is_string());

    assert_eq!(customer.pay().await.unwrap(), payment_id);
    let paid = merchant.get(&path).await.expect(200);
    assert_eq!(paid["id"], payment_id);
    assert_eq!(paid["amount"], "89.97");
    assert_eq!(paid["currency"], "USD");
    assert_eq!(paid["status"], "paid");
    assert_eq!(paid["payer_email"], "ada@shop.example");
    assert_eq!(paid["products"][0]["name"], "Plan");
    let attempts = paid["depositAttempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2);
    assert_eq!((&attempts[0]["status"], &attempts[0]["errorMessage"]), (&json!("succeeded"), &json!(null)));
    assert_eq!(attempts[1], failed["depositAttempts"][0]);
    let attempted_at = text(&attempts[0]["attemptedAt"]);
    assert_eq!(attempted_at.len(), "2026-01-01T00:00:00.000Z".len(), "{attempted_at}");

    let created =
        merchant.refund(&payment_id, &json!({ "reason": "Too big", "amount": "40.00" })).await.expect(200);
    assert_eq!(created["status"], "processing");
    assert_eq!(created["amount"], "40.00");
    assert_eq!(created["amount_usd"], "40.00");
    assert_eq!(created["amount_in_cents"], 4000);
    assert_eq!(created["currency"], "USD");
    let refund_id = text(&created["refund_public_id"]);
    assert_eq!(merchant.payment_status(&payment_id).await, "refund_pending");

    sandbox.complete_refund(refund_id).unwrap();
    let refund = merchant.get(&format!("/refunds/{refund_id}/")).await.expect(200);
    assert_eq!(refund["status"], "completed");
    assert_eq!(refund["transaction_id"], payment_id);
    assert_eq!(refund["reason"], "Too big");
    assert_eq!(merchant.payment_status(&payment_id).await, "paid");
    // Both numbers of the response lead to the same objects.
    let by_number = merchant.get(&format!("/refunds/{}/", created["refund_id"])).await.expect(200);
    assert_eq!(by_number, refund);
    let by_number = merchant.get(&format!("/transactions/{}/", created["transaction_id"])).await.expect(200);
    assert_eq!(by_number["id"], payment_id);

    let rest = merchant.refund(&payment_id, &json!({ "reason": "The rest" })).await.expect(200);
    assert_eq!(rest["amount"], "49.97");
    sandbox.complete_refund(text(&rest["refund_public_id"])).unwrap();
    assert_eq!(merchant.payment_status(&payment_id).await, "refunded");

    let mut delivered = Vec::new();
    for _ in 0..8 {
        let webhook = receiver.next().await.json();
        delivered.push(format!("{} {}", text(&webhook["event"]), text(&webhook["status"])));
    }
    let expected = [
        "transaction.status_changed failed",
        "transaction.status_changed paid",
        "transaction.status_changed refund_pending",
        "refund.status_changed completed",
        "transaction.status_changed paid",
        "transaction.status_changed refund_pending",
        "refund.status_changed completed",
        "transaction.status_changed refunded",
    ];
    assert_eq!(delivered, expected);
}

#[tokio::test]
async fn refunds_complete_by_themselves_by_default() {
    let receiver = Receiver::responding(204).await;
    let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
    let merchant = Caller::of(&sandbox);
    let payment_id = merchant.paid(&sandbox, "5").await;

    let created = merchant.refund(&payment_id, &json!({ "reason": "Broken" })).await.expect(200);
    assert_eq!(created["status"], "processing");

    let delivery = sandbox.wait_for_delivery("refund.status_changed", LIMIT).await.unwrap();
    let payload: serde_json::Value = serde_json::from_slice(delivery.payload()).unwrap();
    assert_eq!(payload["status"], "completed");
    assert_eq!(payload["refund_id"], created["refund_public_id"]);
    assert_eq!(merchant.payment_status(&payment_id).await, "refunded");
}

#[tokio::test]
async fn the_api_is_also_served_under_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = sandbox.base_url().replace("/api", "/sandbox/api/refunds/");

    let response = crate::support::http().get(url).header("Api-Key", sandbox.api_key()).send().await.unwrap();

    assert_eq!(response.text().await.unwrap(), "[]");
}
