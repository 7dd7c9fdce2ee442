//! Requests of a script to the sandbox itself. Snapshots and the document have modules of their own.

use nd8_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Caller, Reply, http, order, text};

async fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Reply {
    let url = sandbox.base_url().replace("/api", &format!("/_sandbox{path}"));
    Reply::of(http().post(url).json(body).send().await.unwrap()).await
}

#[tokio::test]
async fn products_are_added_under_an_id_of_ones_own() {
    let sandbox = Sandbox::start().await.unwrap();
    let mug = json!({ "id": "prod_123", "name": "Mug", "unit_price": "7.99", "currency": "EUR" });
    assert_eq!(post(&sandbox, "/products", &mug).await.expect(201), json!({ "id": "prod_123" }));
    let unnamed = json!({ "name": "Tea", "unit_price": "3" });
    let tea = post(&sandbox, "/products", &unnamed).await.expect(201);
    assert!(text(&tea["id"]).starts_with("prod_"));

    let mut request = order();
    request["currency"] = json!("EUR");
    request["products"] = json!([{ "id": "prod_123", "quantity": 1 }]);
    Caller::of(&sandbox).checkout(&request).await;
    for price in ["0", "-1", "free", ""] {
        let wrong = json!({ "name": "x", "unit_price": price });
        assert!(
            post(&sandbox, "/products", &wrong).await.expect(400)["unit_price"][0].is_string(),
            "{price}"
        );
    }
    post(&sandbox, "/products", &json!({})).await.expect(400);
}

#[tokio::test]
async fn a_script_acts_as_the_customer() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let checkout = caller.checkout(&order()).await;
    let act = async |act: &str| {
        post(&sandbox, &format!("/checkouts/{}/{act}", text(&checkout["checkout_id"])), &json!({})).await
    };

    let declined = act("decline").await.expect(200);
    assert_eq!(caller.payment_status(text(&declined["payment_id"])).await, "failed");
    assert_eq!(act("pay").await.expect(200), declined);
    assert_eq!(caller.payment_status(text(&declined["payment_id"])).await, "paid");
    assert!(act("cancel").await.expect(409)["detail"].is_string());
    act("dance").await.expect(404);
    post(&sandbox, "/checkouts/org1-nobody/pay", &json!({})).await.expect(404);
}
