//! Amounts cross the wire digit for digit.
//!
//! These hold with `serde_json/arbitrary_precision` off and on; `.ci/run` runs them both ways.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr as _;

use nd8::raw::types::{CheckoutRequest, ProductItem, RefundRequest};
use nd8::{Billing, Decimal, Product};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::support::{CHECKOUT, Server};

/// More digits than an `f64` holds.
const LONG: &str = "0.112345678901234567890";

fn decimal(text: &str) -> Decimal {
    Decimal::from_str(text).expect("the text is a decimal")
}

#[tokio::test]
async fn a_price_is_sent_as_the_number_it_is() {
    for price in ["29.99", "0.10", "100", "1000000.01", LONG] {
        let server = Server::with_json(201, CHECKOUT).await;
        let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
        let products = [Product::ad_hoc("Mug", 1, decimal(price))];
        server.client().checkouts().create(billing, products).send().await.expect("the server responds");
        let sent = server.only();
        let expected = format!(r#""products":[{{"name":"Mug","quantity":1,"unit_price":{price}}}]"#);
        assert!(sent.text().contains(&expected), "{}", sent.text());

        let read: CheckoutRequest = serde_json::from_slice(&sent.body).expect("the JSON is valid");
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
        let payment = server.client().payments().get("TX").send().await.expect("the server responds");
        assert_eq!(payment.amount.map(|amount| amount.to_string()).as_deref(), Some(amount));
    }
}

#[tokio::test]
async fn what_is_no_exact_decimal_is_no_amount() {
    let json = r#"{"id":"TX","amount":"12,50","status":"paid","currency":"USD","depositAttempts":[]}"#;
    let server = Server::with_json(200, json).await;
    let payment = server.client().payments().get("TX").send().await.expect("the object has an id");
    assert_eq!((payment.amount, payment.extra["amount"].as_str()), (None, Some("12,50")), "nothing is lost");
    assert!(payment.money().expect_err("the payment has no amount").is_absent());
    let blank: nd8::Payment =
        serde_json::from_str(r#"{"id":"TX1","amount":"1.00","currency":" "}"#).expect("the JSON is valid");
    assert!(blank.money().expect_err("the payment has no currency").is_absent());
}

#[test]
fn a_refund_amount_is_a_string() {
    let request = RefundRequest::new("x").amount(decimal("40.00"));
    let json = r#"{"amount":"40.00","reason":"x"}"#;
    assert_eq!(serde_json::to_string(&request).expect("the value is serialized"), json);
    assert_eq!(serde_json::from_str::<RefundRequest>(json).expect("the JSON is valid"), request);
    let whole: RefundRequest = serde_json::from_str(r#"{"reason":"x"}"#).expect("the JSON is valid");
    assert_eq!(serde_json::to_string(&whole).expect("the value is serialized"), r#"{"reason":"x"}"#);
}

#[test]
fn a_request_that_was_buffered_has_its_amounts_or_is_an_error() {
    let item = |price: &str| {
        let json = format!(r#"{{"name":"Mug","quantity":1,"unit_price":{price}}}"#);
        serde_json::from_value::<ProductItem>(serde_json::from_str(&json).expect("the text is JSON"))
    };
    for price in [r#""29.990""#, "29", "29.990", "0.1000000000000000000000001"] {
        match item(price) {
            Ok(ProductItem::AdHocProduct(product)) => {
                assert_eq!(product.unit_price, decimal(price.trim_matches('"')))
            }
            Ok(other) => panic!("has no id: {other:?}"),
            Err(error) => {
                assert!(price.contains('.') && !price.contains('"'), "{price}: {error}");
                assert!(error.to_string().contains("binary floating point"), "{error}");
            }
        }
    }
}

/// Without its amount, a refund is one of everything.
#[test]
fn an_amount_in_a_request_is_never_taken_for_absent() {
    for amount in
        [r#""""#, r#"" ""#, "null", r#""none""#, "true", "[]", r#""1,00""#, r#"" 40.00""#, r#""1e2""#]
    {
        let json = format!(r#"{{"reason":"x","amount":{amount}}}"#);
        serde_json::from_str::<RefundRequest>(&json).expect_err(&json);
        let value: serde_json::Value = serde_json::from_str(&json).expect("the text is JSON");
        serde_json::from_value::<RefundRequest>(value).expect_err(&json);
        serde_json::from_str::<Flattened<RefundRequest>>(&json.replacen('{', r#"{"name":"x","#, 1))
            .expect_err(&json);
        for item in [
            format!(r#"{{"id":"p","quantity":1,"unit_price":{amount}}}"#),
            format!(r#"{{"name":"Mug","quantity":1,"unit_price":{amount}}}"#),
        ] {
            serde_json::from_str::<ProductItem>(&item).expect_err(&item);
        }
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened<T> {
    name: String,
    #[serde(flatten)]
    inner: T,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged<T> {
    Inner(T),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "inner")]
enum Adjacent<T> {
    Inner(T),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged<T> {
    Number(u8),
    Inner(T),
}

/// One value through one format, which comes back unchanged.
fn survives<T: Debug + PartialEq + Serialize + DeserializeOwned>(value: &T) {
    let json = serde_json::to_string(value).expect("the value is serialized");
    assert_eq!(&serde_json::from_str::<T>(&json).expect(&json), value, "JSON: {json}");
    let tree = serde_json::to_value(value).expect("the value is serialized");
    assert_eq!(&serde_json::from_value::<T>(tree).expect(&json), value, "a JSON value: {json}");
    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).expect("the value is serialized");
    assert_eq!(&ciborium::from_reader::<T, _>(&cbor[..]).expect(&json), value, "CBOR: {json}");
    let pack = rmp_serde::to_vec_named(value).expect("the value is serialized");
    assert_eq!(&rmp_serde::from_slice::<T>(&pack).expect(&json), value, "MessagePack: {json}");
}

/// The same by every detour of serde.
fn survives_everywhere<T: Clone + Debug + PartialEq + Serialize + DeserializeOwned>(value: &T) {
    survives(value);
    survives(&vec![Some(value.clone()), None]);
    survives(&Flattened { name: "x".into(), inner: value.clone() });
    survives(&Tagged::Inner(value.clone()));
    survives(&Adjacent::Inner(value.clone()));
    survives(&Untagged::Inner(value.clone()));
    survives(&Tagged::Inner(Flattened { name: "x".into(), inner: value.clone() }));
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(transparent)]
struct Own(#[serde(with = "nd8::decimal")] Decimal);

/// As users have it in a struct of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    plain: Decimal,
    #[serde(with = "nd8::decimal")]
    exact: Decimal,
    #[serde(default, with = "nd8::decimal::option")]
    maybe: Option<Decimal>,
    list: Vec<Decimal>,
    by_name: BTreeMap<String, Option<Decimal>>,
}

#[test]
fn amounts_that_are_strings_survive_every_detour() {
    for text in ["29.990", "-7", "0", LONG, "79228162514264337593543950335", "0.0000000000000000000000000001"]
    {
        let amount = decimal(text);
        survives_everywhere(&RefundRequest::new("x").amount(amount));
        survives_everywhere(&nd8::Money::new(amount, "DOGE").expect("any amount is valid"));
        let by_name = BTreeMap::from([("a".to_owned(), Some(amount)), ("b".to_owned(), None)]);
        let order =
            Order { plain: amount, exact: amount, maybe: Some(amount), list: vec![amount; 2], by_name };
        survives_everywhere(&order);
        survives_everywhere(&Order { maybe: None, ..order.clone() });
        let json = serde_json::to_string(&order).expect("the value is serialized");
        assert_eq!(
            json.matches(&format!("\"{text}\"")).count(),
            6,
            "all are strings with all digits: {json}"
        );

        let refund = format!(
            r#"{{"id":"RF1","transaction_id":"TX1","amount":"{text}","currency":"USD","amount_usd":"{text}","status":"pending","created_at":"2026-01-31T12:00:00Z"}}"#
        );
        let refund: nd8::Refund = serde_json::from_str(&refund).expect("the JSON is valid");
        assert_eq!(refund.amount, Some(amount));
        survives_everywhere(&refund);
    }
}

#[test]
fn a_number_keeps_its_digits_or_is_an_error() {
    for text in ["29.990", "-7", "0.1", LONG, "79228162514264337593543950335", "1.10"] {
        let json = format!(r#"{{"exact":{text}}}"#);
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        struct Exact {
            #[serde(with = "nd8::decimal")]
            exact: Decimal,
        }
        let expected = Exact { exact: decimal(text) };
        assert_eq!(serde_json::from_str::<Exact>(&json).expect("the JSON is valid"), expected);
        let tagged = format!(r#"{{"kind":"Inner",{}"#, &json[1..]);
        match serde_json::from_str::<Tagged<Exact>>(&tagged) {
            Ok(Tagged::Inner(read)) => assert_eq!(read, expected, "{text}"),
            // Without `arbitrary_precision`, serde has lost the digits.
            Err(error) => assert!(error.to_string().contains("binary floating point"), "{error}"),
        }
        // serde prints nothing of the alternatives it tried.
        if let Ok(read) = serde_json::from_str::<Untagged<Exact>>(&json) {
            assert_eq!(read, Untagged::Inner(expected), "{text}");
        }
    }
    for refused in
        [r#""0.12345678901234567890123456789""#, r#""1_000""#, r#""1,00""#, r#""""#, "null", "0e200000000"]
    {
        let json = format!("[{refused}]");
        assert!(serde_json::from_str::<(Own,)>(&json).is_err(), "{refused}");
    }
    let mut cbor = Vec::new();
    let map = ciborium::Value::Map(vec![("reason".into(), "x".into()), ("amount".into(), 29.99.into())]);
    ciborium::into_writer(&map, &mut cbor).expect("the value is serialized");
    let error = ciborium::from_reader::<RefundRequest, _>(&cbor[..]).expect_err("the amount was a float");
    assert!(error.to_string().contains("binary floating point"), "{error}");
}
