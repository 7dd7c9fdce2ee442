//! Snapshots: a state taken down, put back, and gone back to.

use std::time::Duration;

use nd8_sandbox::{Sandbox, Snapshot};
use serde_json::{Value, json};

use crate::support::{Caller, Dashboard, ReceiverDown, http, manual, order, text};

/// Everything that can be looked at.
async fn all(sandbox: &Sandbox) -> Vec<Value> {
    let (caller, dashboard) = (Caller::of(sandbox), Dashboard::of(sandbox));
    vec![
        caller.get("/refunds/").await.expect(200),
        dashboard.get("/organization/").await.expect(200),
        dashboard.get("/organization/dashboard/").await.expect(200),
        dashboard.get("/organization/webhooks/").await.expect(200),
        dashboard.get("/payment-links/").await.expect(200),
    ]
}

/// Does a little of everything.
async fn live(sandbox: &Sandbox) {
    let (caller, dashboard) = (Caller::of(sandbox), Dashboard::of(sandbox));
    let payment_id = caller.paid(sandbox, "29.99").await;
    caller.refund(&payment_id, &json!({ "reason": "x", "amount": "1.01" })).await.expect(200);
    let declined = caller.checkout(&order()).await;
    sandbox.customer(text(&declined["checkout_id"])).decline().await.unwrap();
    dashboard.patch("/organization/", &json!({ "name": "Mugs" })).await.expect(200);
    let product = sandbox.add_product("Mug", "7.99".parse().unwrap(), nd8_sandbox::Currency::Usd).unwrap();
    let metadata: Value = serde_json::from_str(r#"{"rate": 1.5, "deep": [{}]}"#).unwrap();
    let link = json!({ "name": "Sale", "products": [{ "product_id": product }], "metadata": metadata, "max_uses": 3 });
    dashboard.post("/payment-links/", &link).await.expect(201);
    let endpoint = json!({ "endpoint_url": "http://127.0.0.1:9/hook" });
    dashboard.put("/organization/webhooks/", &endpoint).await.expect(200);
    sandbox.create_api_key(&[nd8_sandbox::Scope::RefundsRead]);
}

#[tokio::test]
async fn what_was_taken_down_comes_back() {
    let sandbox = manual().await;
    live(&sandbox).await;
    let before = all(&sandbox).await;
    let snapshot = sandbox.snapshot();

    live(&sandbox).await;
    assert_ne!(all(&sandbox).await, before);
    sandbox.restore(&snapshot).unwrap();

    assert_eq!(all(&sandbox).await, before);
    assert_eq!(sandbox.snapshot().as_json(), snapshot.as_json());
    // And things go on from there.
    live(&sandbox).await;
}

#[tokio::test]
async fn a_snapshot_fits_another_sandbox() {
    let (one, other) = (manual().await, manual().await);
    live(&one).await;
    let key = one.create_api_key(&[]);
    let declined = Caller::of(&one).checkout(&order()).await;

    other.restore(&Snapshot::from_json(one.snapshot().as_json()).unwrap()).unwrap();

    assert_eq!(all(&other).await, all(&one).await);
    Caller::with_key(&other, &key).get("/refunds/").await.expect(200);
    Caller::with_key(&other, one.api_key()).get("/refunds/").await.expect(401);
    assert!(other.customer(text(&declined["checkout_id"])).pay().await.is_ok());
    let page = text(&declined["checkout_url"]).rsplit_once("/pay/").unwrap().1;
    let page = other.base_url().replace("/api", &format!("/pay/{page}"));
    assert_eq!(http().get(page).send().await.unwrap().status(), 410, "it was just paid");
}

#[tokio::test]
async fn a_snapshot_holds_no_credential_in_the_clear() {
    let sandbox = manual().await;
    let snapshot = sandbox.snapshot();
    for secret in [sandbox.api_key(), sandbox.session_token(), sandbox.webhook_secret()] {
        assert!(!snapshot.as_json().contains(secret));
    }
    assert!(!format!("{snapshot:?}").contains("tagger"));
}

#[tokio::test]
async fn what_is_no_snapshot_is_refused_and_changes_nothing() {
    let sandbox = manual().await;
    live(&sandbox).await;
    let good = sandbox.snapshot();
    let url = sandbox.base_url().replace("/api", "/_sandbox/restore");

    let newer = good.as_json().replacen("\"format\":2", "\"format\":3", 1);
    for wrong in ["", "{}", "[]", &newer, &good.as_json()[..good.as_json().len() - 1]] {
        assert!(Snapshot::from_json(wrong).is_err());
        assert_eq!(
            http()
                .post(&url)
                .header("content-type", "application/json")
                .body(wrong.to_owned())
                .send()
                .await
                .unwrap()
                .status(),
            400
        );
    }
    assert_eq!(sandbox.snapshot().as_json(), good.as_json());
}

#[tokio::test]
async fn a_reset_goes_back_to_the_beginning() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    let before = all(&sandbox).await;
    let first = Caller::of(&sandbox).paid(&sandbox, "1").await;
    live(&sandbox).await;

    sandbox.reset();

    assert_eq!(all(&sandbox).await, before);
    assert_eq!(Caller::of(&sandbox).paid(&sandbox, "1").await, first, "the same seed, the same ids");
}

#[tokio::test]
async fn deliveries_go_on_from_where_the_snapshot_has_them() {
    let down = ReceiverDown::new();
    let at = "2026-01-02T03:04:05Z".parse().unwrap();
    let sandbox = Sandbox::builder().frozen_at(at).webhook_url(&down.url).start().await.unwrap();
    let clock = sandbox.clock();
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    clock.settled().await;
    let (snapshot, owed) = (sandbox.snapshot(), sandbox.deliveries().remove(0));
    assert_eq!(owed.attempts().len(), 1);

    // It arrives, and what arrived after the snapshot was taken arrives again.
    let mut receiver = down.up();
    clock.advance(Duration::from_secs(6)).await;
    for _ in 0..2 {
        assert_eq!(receiver.next().await.header("x-webhook-delivery-id"), owed.id().to_string());
        assert!(sandbox.deliveries()[0].is_acknowledged());
        sandbox.restore(&snapshot).unwrap();
        clock.settled().await;
    }

    // A reset forgets it. The clock stays where it was moved to.
    receiver.next().await;
    sandbox.restore(&snapshot).unwrap();
    sandbox.reset();
    assert!(sandbox.deliveries().is_empty());
    assert_eq!(clock.now().duration_since(at).as_secs(), 6);
}

#[tokio::test]
async fn the_same_is_done_over_http() {
    let sandbox = manual().await;
    let url = |path: &str| sandbox.base_url().replace("/api", &format!("/_sandbox/{path}"));
    let before = all(&sandbox).await;
    live(&sandbox).await;
    let lived = all(&sandbox).await;
    let snapshot = http().get(url("snapshot")).send().await.unwrap().text().await.unwrap();

    assert_eq!(http().post(url("reset")).send().await.unwrap().status(), 204);
    assert_eq!(all(&sandbox).await, before);
    assert_eq!(
        http()
            .post(url("restore"))
            .header("content-type", "application/json")
            .body(snapshot)
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(all(&sandbox).await, lived);
}
