//! Webhook endpoint, set through the dashboard.

use nd8_sandbox::Sandbox;
use serde_json::json;

use crate::support::{Caller, Dashboard, Receiver, order, text};

#[tokio::test]
async fn deliveries_go_to_the_address_of_the_dashboard() {
    let (mut first, mut second) = (Receiver::responding(200).await, Receiver::responding(200).await);
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    assert_eq!(dashboard.get("/organization/webhooks/").await.expect(200), json!({ "endpoint_url": null }));

    for receiver in [&mut first, &mut second] {
        let endpoint = json!({ "endpoint_url": receiver.url });
        assert_eq!(dashboard.put("/organization/webhooks/", &endpoint).await.expect(200), endpoint);
        assert_eq!(dashboard.get("/organization/webhooks/").await.expect(200), endpoint);

        let checkout = Caller::of(&sandbox).checkout(&order()).await;
        sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
        assert_eq!(receiver.next().await.json()["order_id"], checkout["checkout_id"]);
    }
    assert!(first.is_empty());
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);

    for request in [
        json!({}),
        json!({ "endpoint_url": null }),
        json!({ "endpoint_url": "" }),
        json!({ "endpoint_url": "/hook" }),
        json!({ "endpoint_url": "ftp://shop.example" }),
        json!({ "endpoint_url": 7 }),
    ] {
        let errors = dashboard.put("/organization/webhooks/", &request).await.expect(400);
        assert!(errors["endpoint_url"][0].is_string(), "{request}");
    }
    assert_eq!(dashboard.get("/organization/webhooks/").await.expect(200), json!({ "endpoint_url": null }));
}
