//! Snapshot of the dashboard: counted, not made up.

use nd8_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Caller, Dashboard, manual, order, text};

#[tokio::test]
async fn an_empty_sandbox_has_an_empty_wallet() {
    let sandbox = Sandbox::start().await.unwrap();
    let snapshot = Dashboard::of(&sandbox).get("/organization/dashboard/").await.expect(200);

    let nothing = json!({ "available": "0.00", "pending_refunds": "0.00" });
    assert_eq!(snapshot["wallet"], json!({ "USD": nothing, "EUR": nothing }));
    assert_eq!(snapshot["stats"], json!({ "users": 0, "transactions": { "total": 0, "by_status": {} } }));
    assert_eq!(snapshot["recent_wallet_activity"], json!([]));
}

#[tokio::test]
async fn what_happened_is_counted() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let paid = caller.paid(&sandbox, "100").await;
    caller.paid(&sandbox, "20").await;
    let declined = caller.checkout(&order()).await;
    sandbox.customer(text(&declined["checkout_id"])).decline().await.unwrap();
    let done = caller.refund(&paid, &json!({ "reason": "x", "amount": "30.00" })).await.expect(200);
    sandbox.complete_refund(text(&done["refund_public_id"])).unwrap();
    caller.refund(&paid, &json!({ "reason": "x", "amount": "5.50" })).await.expect(200);

    let dashboard = Dashboard::of(&sandbox);
    dashboard.patch("/organization/", &json!({ "name": "Mugs" })).await.expect(200);
    let snapshot = dashboard.get("/organization/dashboard/").await.expect(200);

    assert_eq!(snapshot["organization"]["name"], "Mugs");
    assert_eq!(snapshot["wallet"]["USD"], json!({ "available": "84.50", "pending_refunds": "5.50" }));
    let by_status = json!({ "failed": 1, "paid": 1, "refund_pending": 1 });
    assert_eq!(
        snapshot["stats"],
        json!({ "users": 1, "transactions": { "total": 3, "by_status": by_status } })
    );
    let recent = snapshot["recent_wallet_activity"].as_array().unwrap();
    let amounts: Vec<_> = recent.iter().map(|activity| text(&activity["amount"])).collect();
    assert_eq!((amounts.len(), amounts.contains(&"30.00")), (3, true), "{amounts:?}");
}
