//! Creating checkouts: what is refused and how exact prices are. Each limit has its unit test next to the
//! code.

use nd8_sandbox::{Currency, Decimal, Sandbox};
use serde_json::json;

use crate::support::{Caller, Reply, order, text};

/// Sends a price verbatim: going through a `Value` could change its digits.
async fn create_priced(caller: &Caller, unit_price: &str, quantity: u32) -> Reply {
    let mut body = order();
    body["products"] = json!("PRODUCTS");
    let products = format!(r#"[{{"name":"x","quantity":{quantity},"unit_price":{unit_price}}}]"#);
    let body = body.to_string().replace("\"PRODUCTS\"", &products);
    let request = caller.request(reqwest::Method::POST, "/checkout/create/");
    Reply::of(request.header("Content-Type", "application/json").body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn errors_name_their_field_and_their_item() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let mut request = order();
    request["billing_email"] = json!("nobody");
    request["billing_country"] = json!("US");
    request["products"] = json!([
        { "id": nd8_sandbox::SEEDED_PRODUCT, "quantity": 1 },
        { "name": "x", "quantity": 0, "unit_price": 1 },
    ]);

    let errors = caller.post("/checkout/create/", &request).await.expect(400);

    let expected = json!({
        "billing_email": ["An email address is expected here."],
        "billing_postal_code": ["A postal code has to be given for the US."],
        "products": [{}, { "quantity": ["A positive whole number is expected here."] }],
    });
    assert_eq!(errors, expected);
}

#[tokio::test]
async fn prices_are_taken_digit_for_digit() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for (unit_price, quantity, amount) in [
        ("29.99", 1, "29.99"),
        ("0.01", 1, "0.01"),
        ("1.15", 100, "115.00"),
        ("2.999e1", 1, "29.99"),
        ("0.005", 2, "0.01"),
        ("0.1000000000000000000000", 1, "0.10"),
        ("9007199254.99", 1, "9007199254.99"),
    ] {
        let checkout = create_priced(&caller, unit_price, quantity).await.expect(201);
        let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
        let payment = caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
        assert_eq!(payment["amount"], amount, "{unit_price}");
    }
}

#[tokio::test]
async fn prices_that_would_need_rounding_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for (unit_price, quantity) in [
        ("0.100000000000000000001", 3),
        ("0.1000000000000000055511151231257827", 1),
        ("29.999", 1),
        ("1e30", 1),
    ] {
        let errors = create_priced(&caller, unit_price, quantity).await.expect(400);
        assert!(
            errors["products"][0].is_string() || errors["products"][0]["unit_price"].is_array(),
            "{errors}"
        );
    }
}

#[tokio::test]
async fn products_are_loaded_from_the_catalog() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let id = sandbox.add_product("Mug", Decimal::new(799, 2), Currency::Eur).unwrap();
    let mut request = order();
    request["currency"] = json!("EUR");
    request["products"] = json!([{ "id": id, "quantity": 2, "name": "Not a mug", "unit_price": 0.01 }]);

    let checkout = caller.checkout(&request).await;
    let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
    let payment = caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
    assert_eq!(payment["amount"], "15.98");
    assert_eq!(payment["currency"], "EUR");
    assert_eq!(payment["products"], json!([{ "id": id, "name": "Mug" }]));

    request["currency"] = json!("USD");
    let errors = caller.post("/checkout/create/", &request).await.expect(400);
    assert!(errors["products"][0]["id"][0].is_string());
    request["products"] = json!([{ "id": "prod_unknown", "quantity": 1 }]);
    let errors = caller.post("/checkout/create/", &request).await.expect(400);
    assert!(errors["products"][0]["id"][0].is_string());
    assert!(sandbox.add_product("Free", Decimal::ZERO, Currency::Eur).is_err());
}

#[tokio::test]
async fn a_simulation_decides_the_outcome_and_unknown_fields_change_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    for (simulate, status) in
        [("payment_failed", "failed"), ("canceled", "canceled"), ("checkout_pending", "processing")]
    {
        let mut request = order();
        request["sandbox_simulate"] = json!(simulate);
        request["something_new"] = json!({ "a": [1] });
        let checkout = caller.checkout(&request).await;
        let mut fields: Vec<_> = checkout.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["checkout_id", "checkout_url", "expires_at", "order_id", "token"]);

        let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
        let payment = caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
        assert_eq!(payment["status"], status, "{simulate}");
        assert_eq!(payment["amount"], "12.50");
        assert!(payment.get("something_new").is_none());
    }
}
