//! Amounts cross the wire digit for digit.
//!
//! These hold with `serde_json/arbitrary_precision` off and on; `.ci/run` runs them both ways.

use std::str::FromStr as _;

use nd8::raw::types::{CheckoutRequest, ProductItem, RefundRequest};
use nd8::{Billing, Decimal, Product};

use crate::support::{CHECKOUT, Server};

/// More digits than an `f64` holds.
const LONG: &str = "0.112345678901234567890";

fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).expect("is a decimal")
}

#[tokio::test]
async fn a_price_is_sent_as_the_number_it_is() {
    for price in ["29.99", "0.10", "100", "1000000.01", LONG] {
        let server = Server::with_json(201, CHECKOUT).await;
        let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
        let products = [Product::ad_hoc("Mug", 1, decimal(price))];
        server.client().checkouts().create(billing, products).send().await.expect("is answered");
        let sent = server.only();
        let expected = format!(r#""products":[{{"name":"Mug","quantity":1,"unit_price":{price}}}]"#);
        assert!(sent.text().contains(&expected), "{}", sent.text());

        let read: CheckoutRequest = serde_json::from_slice(&sent.body).expect("is readable");
        let [ProductItem::AdHocProduct(product)] = &read.products[..] else { panic!("{:?}", read.products) };
        assert_eq!(product.unit_price.to_string(), price, "and comes back the same");
    }
}

#[tokio::test]
async fn an_amount_is_read_as_the_number_it_is() {
    for (json, amount) in [(r#""99.00""#, "99.00"), ("99.00", "99.00"), (LONG, LONG), (r#""1e2""#, "100")] {
        let payment: &'static str = Box::leak(
            format!(r#"{{"id":"TX","amount":{json},"status":"paid","currency":"USD","depositAttempts":[]}}"#)
                .into_boxed_str(),
        );
        let server = Server::with_json(200, payment).await;
        let payment = server.client().payments().get("TX").send().await.expect("is answered");
        assert_eq!(payment.amount.to_string(), amount);
    }
}

#[tokio::test]
async fn what_is_no_exact_decimal_is_an_error() {
    let json = r#"{"id":"TX","amount":"12,50","status":"paid","currency":"USD","depositAttempts":[]}"#;
    let server = Server::with_json(200, json).await;
    let error = server.client().payments().get("TX").send().await.expect_err("is no decimal");
    assert!(error.is_decode(), "{error:?}");
    assert_eq!(error.body(), Some(json.as_bytes()), "nothing is lost");
}

#[test]
fn a_refund_amount_is_a_string() {
    let request = RefundRequest::new("x").amount(decimal("40.00"));
    let json = r#"{"amount":"40.00","reason":"x"}"#;
    assert_eq!(serde_json::to_string(&request).expect("is writable"), json);
    assert_eq!(serde_json::from_str::<RefundRequest>(json).expect("is readable"), request);
    let whole: RefundRequest = serde_json::from_str(r#"{"reason":"x"}"#).expect("is readable");
    assert_eq!(serde_json::to_string(&whole).expect("is writable"), r#"{"reason":"x"}"#);
}

#[test]
fn amounts_pass_through_a_json_value_unharmed_when_they_fit_one() {
    let value: serde_json::Value =
        serde_json::from_str(r#"{"name":"Mug","quantity":1,"unit_price":29.99}"#).expect("is JSON");
    let ProductItem::AdHocProduct(product) = serde_json::from_value(value).expect("fits") else {
        panic!("has no id")
    };
    assert_eq!(product.unit_price, decimal("29.99"));
}
