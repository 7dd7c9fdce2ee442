//! Payment links: made by the merchant, paid through by customers, closed in five ways.

use std::time::Duration;

use nd8_sandbox::{Currency, Decimal, SEEDED_PRODUCT, Sandbox};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Caller, Dashboard, Reply, http, order, text};

fn mug_link() -> Value {
    json!({ "name": "Spring sale", "products": [{ "product_id": SEEDED_PRODUCT, "quantity": 2 }] })
}

fn customer() -> Value {
    let mut customer = order();
    customer.as_object_mut().unwrap().remove("products");
    customer
}

/// Calls what a customer calls: without a credential.
async fn open(sandbox: &Sandbox, link: &Value, body: &Value) -> Reply {
    let url = format!("{}/payment-links/public/{}/checkout/", sandbox.base_url(), text(&link["token"]));
    Reply::of(http().post(url).json(body).send().await.unwrap()).await
}

async fn look(sandbox: &Sandbox, link: &Value) -> Reply {
    let url = format!("{}/payment-links/public/{}/", sandbox.base_url(), text(&link["token"]));
    Reply::of(http().get(url).send().await.unwrap()).await
}

async fn pay_through(sandbox: &Sandbox, link: &Value) -> String {
    let checkout = open(sandbox, link, &customer()).await.expect(201);
    sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap()
}

fn path(link: &Value) -> String {
    format!("/payment-links/{}/", text(&link["id"]))
}

#[tokio::test]
async fn a_link_is_paid_through_and_counts_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let link = dashboard.post("/payment-links/", &mug_link()).await.expect(201);
    assert_eq!((&link["currency"], &link["pricing_mode"]), (&json!("USD"), &json!("TAX_INCLUSIVE")));
    assert_eq!((&link["is_active"], &link["metadata"]), (&json!(true), &json!({})));
    assert_eq!((&link["max_uses"], &link["expires_at"]), (&Value::Null, &Value::Null));

    let public = look(&sandbox, &link).await.expect(200);
    let product =
        json!({ "product_id": SEEDED_PRODUCT, "name": "Sandbox tea", "quantity": 2, "unit_price": "12.50" });
    assert_eq!(public["products"], json!([product]));
    assert!(public.get("id").is_none() && public.get("metadata").is_none(), "{public}");

    let paid = pay_through(&sandbox, &link).await;
    let checkout = open(&sandbox, &link, &customer()).await.expect(201);
    let declined = sandbox.customer(text(&checkout["checkout_id"])).decline().await.unwrap();

    let payment = Caller::of(&sandbox).get(&format!("/transactions/{paid}/")).await.expect(200);
    assert_eq!((&payment["amount"], &payment["status"]), (&json!("25.00"), &json!("paid")));
    let payments = dashboard.get(&format!("{}payments/", path(&link))).await.expect(200);
    let ids: Vec<_> = payments.as_array().unwrap().iter().map(|payment| text(&payment["id"])).collect();
    assert_eq!(ids, [declined.as_str(), paid.as_str()]);
    let link = dashboard.get(&path(&link)).await.expect(200);
    assert_eq!(
        (&link["uses"], &link["payments_count"], &link["amount_paid"]),
        (&json!(1), &json!(2), &json!("25.00"))
    );
    assert_eq!(dashboard.get("/payment-links/").await.expect(200), json!([link]));
}

#[tokio::test]
async fn products_stay_as_they_were_when_the_link_was_made() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let mug = sandbox.add_product("Mug", Decimal::new(7_99, 2), Currency::Eur).unwrap();
    let request = json!({ "name": "Mug", "currency": "EUR", "products": [{ "product_id": mug }] });
    let link = dashboard.post("/payment-links/", &request).await.expect(201);
    assert_eq!(link["products"], json!([{ "product_id": mug, "quantity": 1 }]));

    let mut other_currency = customer();
    other_currency["currency"] = json!("USD");
    assert!(open(&sandbox, &link, &other_currency).await.expect(400)["currency"][0].is_string());
    other_currency["currency"] = json!("EUR");
    open(&sandbox, &link, &other_currency).await.expect(201);

    let refused = dashboard.patch(&path(&link), &json!({ "currency": "USD" })).await.expect(400);
    assert!(refused["currency"][0].is_string());
    let change = json!({ "currency": "USD", "products": [{ "product_id": SEEDED_PRODUCT, "quantity": 1 }] });
    assert_eq!(dashboard.patch(&path(&link), &change).await.expect(200)["currency"], "USD");
    assert_eq!(look(&sandbox, &link).await.expect(200)["products"][0]["unit_price"], "12.50");
}

#[tokio::test]
async fn only_what_is_named_changes() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let mut request = mug_link();
    request["metadata"] = serde_json::from_str(r#"{"campaign": "spring", "rate": 1}"#).unwrap();
    request["max_uses"] = json!(5);
    request["expires_at"] = json!("2999-01-01T00:00:00+01:00");
    let link = dashboard.post("/payment-links/", &request).await.expect(201);
    assert_eq!(link["expires_at"], "2998-12-31T23:00:00.000Z");
    assert_eq!(link["metadata"], request["metadata"]);

    let renamed = dashboard.patch(&path(&link), &json!({ "name": "Summer" })).await.expect(200);
    let mut expected = link.clone();
    expected["name"] = json!("Summer");
    expected["updated_at"] = renamed["updated_at"].clone();
    assert_eq!(renamed, expected);

    let lifted = json!({ "max_uses": null, "expires_at": null });
    let lifted = dashboard.patch(&path(&link), &lifted).await.expect(200);
    assert_eq!((&lifted["max_uses"], &lifted["expires_at"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn metadata_keeps_its_digits() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = format!("{}/payment-links/", sandbox.base_url());
    let metadata = r#"{"rate":1.10000000000000000000001,"b":1,"a":1e2}"#;
    let body =
        format!(r#"{{"name":"x","products":[{{"product_id":"{SEEDED_PRODUCT}"}}],"metadata":{metadata}}}"#);
    let request = http().post(url).header("Authorization", format!("Token {}", sandbox.session_token()));
    let request = request.header("Content-Type", "application/json").body(body);

    assert!(request.send().await.unwrap().text().await.unwrap().contains(metadata));
}

#[tokio::test]
async fn a_link_closes_in_every_way() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let closed = async |link: &Value| {
        assert_eq!(look(&sandbox, link).await.expect(200)["is_active"], false);
        let refused = open(&sandbox, link, &customer()).await.expect(400);
        text(&refused["non_field_errors"][0]).to_owned()
    };

    let link = dashboard.post("/payment-links/", &mug_link()).await.expect(201);
    dashboard.patch(&path(&link), &json!({ "is_active": false })).await.expect(200);
    assert_eq!(closed(&link).await, "This payment link is not active.");
    dashboard.patch(&path(&link), &json!({ "is_active": true })).await.expect(200);
    pay_through(&sandbox, &link).await;

    dashboard.patch(&path(&link), &json!({ "max_uses": 1 })).await.expect(200);
    assert_eq!(closed(&link).await, "This payment link was used as often as it can be.");

    assert_eq!(dashboard.delete(&path(&link)).await.status, 204);
    dashboard.get(&path(&link)).await.expect(404);
    dashboard.patch(&path(&link), &json!({})).await.expect(404);
    dashboard.delete(&path(&link)).await.expect(404);
    look(&sandbox, &link).await.expect(404);
    open(&sandbox, &link, &customer()).await.expect(404);
    assert_eq!(dashboard.get("/payment-links/").await.expect(200), json!([]));
}

#[tokio::test]
async fn an_expired_link_is_closed() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let mut request = mug_link();
    let soon = std::time::SystemTime::now() + Duration::from_millis(1500);
    request["expires_at"] = json!(jiff::Timestamp::try_from(soon).unwrap().to_string());
    let link = dashboard.post("/payment-links/", &request).await.expect(201);

    while look(&sandbox, &link).await.expect(200)["is_active"] == true {
        tokio::task::yield_now().await;
    }
    let refused = open(&sandbox, &link, &customer()).await.expect(400);
    assert_eq!(refused["non_field_errors"][0], "This payment link has expired.");
}

/// 16 customers hold open checkouts of a link that takes three payments.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_customers_never_use_a_link_too_often() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let mut request = mug_link();
    request["max_uses"] = json!(3);
    let link = dashboard.post("/payment-links/", &request).await.expect(201);

    let (mut waiting, mut customers) = (Vec::new(), JoinSet::new());
    for _ in 0..16 {
        let checkout = open(&sandbox, &link, &customer()).await.expect(201);
        waiting.push(sandbox.customer(text(&checkout["checkout_id"])));
    }
    for customer in waiting {
        customers.spawn(async move { customer.pay().await.is_ok() });
    }
    let paid = customers.join_all().await.into_iter().filter(|paid| *paid).count();

    assert_eq!(paid, 3);
    assert_eq!(dashboard.get(&path(&link)).await.expect(200)["uses"], 3);
}

#[tokio::test]
async fn wrong_requests_name_their_field() {
    let sandbox = Sandbox::start().await.unwrap();
    let dashboard = Dashboard::of(&sandbox);
    let link = dashboard.post("/payment-links/", &mug_link()).await.expect(201);

    for (field, value) in [
        ("name", json!("")),
        ("name", Value::Null),
        ("products", json!([])),
        ("products", json!([{ "product_id": "prod_unknown" }])),
        ("products", json!([{ "id": SEEDED_PRODUCT }])),
        ("products", json!([{ "product_id": SEEDED_PRODUCT, "quantity": 0 }])),
        ("currency", json!("GBP")),
        ("pricing_mode", json!("INCLUSIVE")),
        ("expires_at", json!("2001-01-01T00:00:00Z")),
        ("expires_at", json!("tomorrow")),
        ("max_uses", json!(0)),
        ("max_uses", json!(2_147_483_648_u32)),
        ("max_uses", json!("3")),
        ("metadata", json!([])),
        ("is_active", json!("yes")),
    ] {
        let mut request = mug_link();
        request[field] = value.clone();
        let errors = dashboard.post("/payment-links/", &request).await.expect(400);
        assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), [field], "{value}");
        let errors = dashboard.patch(&path(&link), &json!({ field: value })).await.expect(400);
        assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), [field], "{value}");
    }
    let errors = dashboard.post("/payment-links/", &json!({})).await.expect(400);
    assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), ["name", "products"]);
    for id in ["1", "%FF", "0f9d6f1c5b0e4c3a9a536a1f4f0e2b7d", "0f9d6f1c-5b0e-4c3a-9a53-6a1f4f0e2b7d"] {
        dashboard.get(&format!("/payment-links/{id}/")).await.expect(404);
        dashboard.get(&format!("/payment-links/{id}/payments/")).await.expect(404);
    }
    let mut unnamed = customer();
    unnamed["billing_first_name"] = json!("x".repeat(1000));
    open(&sandbox, &link, &unnamed).await.expect(201);
    unnamed["billing_email"] = json!("nobody");
    assert!(open(&sandbox, &link, &unnamed).await.expect(400)["billing_email"][0].is_string());
}
