//! One seed, one sequence of ids.

use nd8_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Caller, Dashboard, order, text};

/// Does a little of everything and returns what was drawn.
async fn story(sandbox: &Sandbox) -> Vec<Value> {
    let (caller, dashboard) = (Caller::of(sandbox), Dashboard::of(sandbox));
    let checkout = caller.checkout(&order()).await;
    let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
    let refund = caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
    let key = dashboard.post("/organization/api-keys/", &json!({})).await.expect(201);
    // What comes after the moment of the checkout, which is the clock's business.
    let drawn = text(&checkout["checkout_id"]).rsplit('-').next();
    vec![
        json!(sandbox.api_key()),
        json!(sandbox.session_token()),
        json!(sandbox.webhook_secret()),
        json!(drawn),
        json!(payment_id),
        refund["refund_public_id"].clone(),
        refund["refund_id"].clone(),
        refund["transaction_id"].clone(),
        key["raw_key"].clone(),
        key["id"].clone(),
    ]
}

#[tokio::test]
async fn the_same_seed_makes_the_same_ids_and_keys() {
    let seeded = async |seed| story(&Sandbox::builder().seed(seed).start().await.unwrap()).await;

    let once = seeded(7).await;
    assert_eq!(once, seeded(7).await);
    let other = seeded(8).await;
    assert!(once.iter().zip(&other).all(|(one, other)| one != other), "{once:?} {other:?}");
}
