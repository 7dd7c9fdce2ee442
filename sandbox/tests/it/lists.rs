//! Common behaviour of all lists: pages and the envelope.

use nd8_sandbox::{ListShape, RefundPolicy, SEEDED_PRODUCT, Sandbox};
use serde_json::{Value, json};

use crate::support::{Caller, Dashboard, http, text};

async fn enveloped() -> Sandbox {
    Sandbox::builder().list_shape(ListShape::Envelope).refunds(RefundPolicy::Manual).start().await.unwrap()
}

#[tokio::test]
async fn an_envelope_leads_through_all_pages_and_back() {
    let sandbox = enveloped().await;
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "100").await;
    for _ in 0..5 {
        caller.refund(&payment_id, &json!({ "reason": "a b", "amount": "1.00" })).await.expect(200);
    }
    let first = caller.get("/refunds/?search=a%20b&page_size=2").await.expect(200);
    assert_eq!((&first["count"], &first["previous"]), (&json!(5), &Value::Null));

    let base = format!("{}/refunds/", sandbox.base_url());
    let follow = async |url: &Value| -> Value {
        let path = text(url).strip_prefix(&base).unwrap();
        caller.get(&format!("/refunds/{path}")).await.expect(200)
    };
    let second = follow(&first["next"]).await;
    let third = follow(&second["next"]).await;
    assert_eq!(third["next"], Value::Null);
    let seen = [&first, &second, &third].map(|page| page["results"].as_array().unwrap().len());
    assert_eq!(seen, [2, 2, 1]);
    let back = follow(&third["previous"]).await;
    assert_eq!(back, second);
    assert_eq!(second["previous"], format!("{base}?search=a+b&page_size=2"));
    assert_eq!(follow(&back["previous"]).await, first);
    assert_eq!(caller.get("/refunds/?page_size=2&page=last").await.expect(200)["results"], third["results"]);
}

#[tokio::test]
async fn every_list_has_pages_and_the_envelope() {
    let sandbox = enveloped().await;
    let dashboard = Dashboard::of(&sandbox);
    let request = json!({ "name": "x", "products": [{ "product_id": SEEDED_PRODUCT }] });
    let link = dashboard.post("/payment-links/", &request).await.expect(201);
    dashboard.post("/payment-links/", &request).await.expect(201);
    let payments = format!("/payment-links/{}/payments/", text(&link["id"]));

    for (path, count) in [("/organization/api-keys/", 1), ("/payment-links/", 2), (payments.as_str(), 0)] {
        let list = dashboard.get(path).await.expect(200);
        assert_eq!(list["count"], count, "{path}");
        assert_eq!(list["results"].as_array().unwrap().len(), count, "{path}");
        let missing = dashboard.get(&format!("{path}?page=2")).await;
        assert_eq!(missing.expect(404), json!({ "detail": "Invalid page." }), "{path}");
    }
    let newest = dashboard.get("/payment-links/?page_size=1").await.expect(200);
    assert_ne!(newest["results"][0]["id"], link["id"]);
}

#[tokio::test]
async fn pages_stay_on_the_path_that_was_asked() {
    let sandbox = enveloped().await;
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "2").await;
    for _ in 0..2 {
        caller.refund(&payment_id, &json!({ "reason": "x", "amount": "1.00" })).await.expect(200);
    }
    let url = sandbox.base_url().replace("/api", "/sandbox/api/refunds/");

    let page =
        http().get(format!("{url}?page_size=1")).header("Api-Key", sandbox.api_key()).send().await.unwrap();
    let page: Value = page.json().await.unwrap();
    assert_eq!(page["next"], format!("{url}?page_size=1&page=2"));
}
