//! Amounts that state their currency: compared with the payment's or the checkout's before anything is sent.

use std::time::Duration;

use nd8::{BillTo, Currency, Decimal, Error, Money, Outcome, Product};

use crate::support::Server;

const CREATED: &str =
    r#"{"refund_id":7,"refund_public_id":"RF7","amount":"10.00","currency":"USD","status":"processing"}"#;

fn payment(currency: &str) -> String {
    format!(r#"{{"id":"TX1","status":"paid"{currency}}}"#)
}

fn eur() -> Money {
    Money::eur("10.00").expect("the amount is valid")
}

fn usd() -> Money {
    Money::usd("10.00").expect("the amount is valid")
}

/// Returns the message of a refusal before sending.
fn refused(error: &Error) -> String {
    assert_eq!(error.outcome(), Outcome::NotSent, "{error:?}");
    let [problem] = &error.messages()[..] else { panic!("one problem, and not {error:?}") };
    format!("{} {}", problem.pointer, problem.message)
}

#[tokio::test]
async fn a_refund_of_a_fetched_payment_is_in_its_currency() {
    const NONE: &str = "/amount is in EUR, and the response has no currency of the payment: \
                        give a decimal in the currency that was charged";
    for (currency, euros, dollars) in [
        (r#","currency":"USD","amount":"99.00""#, Err("/amount is in EUR, and the payment is in USD"), true),
        (r#","currency":" usd ""#, Err("/amount is in EUR, and the payment is in USD"), true),
        (r#","currency":"eur""#, Ok(()), false),
        (r#","currency":"doge""#, Err("/amount is in EUR, and the payment is in DOGE"), false),
        (r#","currency":" ""#, Err(NONE), false),
        (r#","currency":null,"amount":"99.00""#, Err(NONE), false),
        ("", Err(NONE), false),
    ] {
        let server = Server::with_json(200, CREATED).await;
        let payment: nd8::Payment = serde_json::from_str(&payment(currency)).expect("the JSON is a payment");
        let refund = server.client().refunds().of(&payment).create("broke");
        let in_euros = refund.clone().amount(eur()).send().await.map(drop);
        assert_eq!(in_euros.map_err(|error| refused(&error)), euros.map_err(str::to_owned), "{currency}");
        assert_eq!(refund.clone().amount(usd()).unchecked().send().await.is_ok(), dollars, "{currency}");
        // What states no currency cannot be in another one.
        refund.clone().amount(Decimal::TEN).send().await.expect("the request is sent");
        refund.send().await.expect("the request is sent");
        let sent = 2 + usize::from(euros.is_ok()) + usize::from(dollars);
        assert_eq!(server.received().len(), sent, "{currency}: nothing that was refused is sent");
    }
}

#[tokio::test]
async fn a_payment_that_is_looked_up_before_a_refund_is_compared_too() {
    for (currency, message) in [
        (r#","currency":"USD""#, "/amount is in EUR, and the payment is in USD"),
        (
            "",
            "/amount is in EUR, and the response has no currency of the payment: give a decimal in the currency that was charged",
        ),
    ] {
        let body = payment(currency);
        let server = Server::start(move |_| body.clone()).await;
        let refund = server.client().refunds().create("TX1", "broke").amount(eur()).settle(Duration::ZERO);
        assert_eq!(refused(&refund.send_or_reconcile().await.expect_err("the request is refused")), message);
        assert_eq!(server.received().len(), 1, "only the payment was asked for");
    }
}

#[tokio::test]
async fn a_payment_that_is_only_named_is_not_compared() {
    let server = Server::with_json(200, CREATED).await;
    server.client().refunds().create("TX1", "broke").amount(eur()).send().await.expect("the request is sent");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn prices_and_their_checkout_are_of_one_currency() {
    const CHECKOUT: &str = r#"{"checkout_id":"org1-1-a","checkout_url":"https://pay.test/"}"#;
    let ada = BillTo { country: "FR", first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" };
    let mug = |price: Money| Product::ad_hoc("Mug", 1, price);
    let bare = || Product::ad_hoc("Mug", 1, Decimal::TEN);
    for (products, currency, expected) in [
        (vec![mug(eur())], None, Ok(Some("EUR"))),
        (vec![bare(), Product::catalog("tea", 1), mug(eur())], None, Ok(Some("EUR"))),
        (vec![bare()], None, Ok(None)),
        (vec![bare()], Some(Currency::Eur), Ok(Some("EUR"))),
        (vec![mug(usd())], Some(Currency::from("usd")), Ok(Some("USD"))),
        (
            vec![bare(), mug(eur())],
            Some(Currency::Usd),
            Err("/products/1/unit_price is in EUR, and the checkout is in USD"),
        ),
        (
            vec![mug(usd()), mug(eur())],
            None,
            Err("/products/1/unit_price is in EUR, and the checkout is in USD"),
        ),
    ] {
        let server = Server::with_json(201, CHECKOUT).await;
        let call = server.client().checkouts().create(ada, products).currency(currency);
        let result = call.send().await.map_err(|error| refused(&error));
        assert_eq!(result.map(drop), expected.map(drop).map_err(str::to_owned));
        let sent = server.received();
        assert_eq!(sent.len(), usize::from(expected.is_ok()));
        if let (Ok(currency), [request]) = (expected, &sent[..]) {
            let body: serde_json::Value = serde_json::from_slice(&request.body).expect("the text is JSON");
            assert_eq!(body["currency"].as_str(), currency);
        }
    }
}
