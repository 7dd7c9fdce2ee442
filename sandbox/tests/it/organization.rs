//! Organization: what can be edited and what cannot.

use nd8_sandbox::Sandbox;
use serde_json::json;

use crate::support::Dashboard;

#[tokio::test]
async fn what_is_sent_is_changed_and_the_rest_stays() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let before = dashboard.get("/organization/").await.expect(200);

    let change = json!({ "name": "Mugs & more", "website": "", "price_mode": "HT", "telegram": "@mugs" });
    let changed = dashboard.patch("/organization/", &change).await.expect(200);

    let mut expected = before.clone();
    for (field, value) in change.as_object().unwrap() {
        expected[field] = value.clone();
    }
    assert_eq!(changed, expected);
    assert_eq!(dashboard.get("/organization/").await.expect(200), expected);
    assert_eq!(dashboard.patch("/organization/", &json!({})).await.expect(200), expected);
}

#[tokio::test]
async fn fields_that_can_only_be_read_are_passed_over() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let before = dashboard.get("/organization/").await.expect(200);

    let change = json!({
        "status": "suspended", "fees": 0, "min_payment": "0", "max_payment": null, "rolling_reserve_percent": "50.00",
        "something_else": true,
    });
    assert_eq!(dashboard.patch("/organization/", &change).await.expect(200), before);
    for field in
        ["status", "fees", "min_payment", "max_payment", "rolling_reserve_percent", "rolling_reserve_days"]
    {
        assert!(before.get(field).is_some(), "{field}");
    }
    assert!(before.get("something_else").is_none());
}

#[tokio::test]
async fn values_that_make_no_sense_change_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let before = dashboard.get("/organization/").await.expect(200);

    let change = json!({
        "name": " ", "website": "shop", "contact_email": "nobody", "telegram": 7, "price_mode": "ttc",
    });
    let errors = dashboard.patch("/organization/", &change).await.expect(400);
    let named: Vec<_> = errors.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(named, ["contact_email", "name", "price_mode", "telegram", "website"]);
    dashboard.patch("/organization/", &json!([])).await.expect(400);
    assert_eq!(dashboard.get("/organization/").await.expect(200), before);
}
