//! A shop as somebody writes it who has read the README and nothing else: a checkout, webhooks, a refund and a list.

use std::collections::HashMap;
use std::error::Error as StdError;

use futures_util::TryStreamExt as _;
use nd8::webhooks::{Event, Verifier};
use nd8::{
    BillTo, CheckoutId, Client, Currency, Error, Money, Outcome, PaymentId, PaymentStatus, Product, RefundId,
    RefundReference,
};

struct Order {
    total: Money,
    payment: Option<PaymentId>,
    refunds: Vec<RefundId>,
    reference: RefundReference,
}

/// What a customer filled in, which the shop needs afterwards.
struct Form {
    country: String,
    first_name: String,
    last_name: String,
    email: String,
    phone: Option<String>,
    postal_code: Option<String>,
    currency: Option<String>,
}

struct Shop {
    client: Client,
    verifier: Verifier,
    orders: HashMap<CheckoutId, Order>,
}

impl Shop {
    async fn check_out(&mut self, form: &Form) -> Result<String, Box<dyn StdError + Send + Sync>> {
        let price = Money::usd("29.99")?;
        let Form { country, first_name, last_name, email, .. } = form;
        let customer = BillTo { country, first_name, last_name, email };
        let checkout = self
            .client
            .checkouts()
            .create(
                customer.postal_code(&form.postal_code).phone(&form.phone),
                [Product::ad_hoc("Mug", 2, &price)],
            )
            .currency(form.currency.as_deref().map(Currency::from))
            .success_url("https://shop.example/thanks")
            .send()
            .await?;
        let (total, reference) = (price.checked_mul(2)?, RefundReference::new());
        self.orders
            .insert(checkout.checkout_id, Order { total, payment: None, refunds: Vec::new(), reference });
        Ok(checkout.checkout_url)
    }

    async fn receive(&mut self, headers: &[(&str, String)], body: &[u8]) -> Result<u16, Box<dyn StdError>> {
        let delivery = match self.verifier.verify(headers, body) {
            Ok(delivery) => delivery,
            Err(error) => return Ok(error.response_status().as_u16()),
        };
        let Event::TransactionStatusChanged(paid) = &delivery.event else { return Ok(204) };
        let (Some(checkout), Some(payment)) = (&paid.order_id, &paid.transaction_id) else { return Ok(500) };
        let Some(order) = self.orders.get_mut(checkout) else { return Ok(204) };
        let payment = self.client.payments().get(payment).send().await?;
        if payment.status == Some(PaymentStatus::Paid) && payment.money()? == order.total {
            order.payment = Some(payment.id);
        }
        Ok(204)
    }

    async fn refund(&mut self, checkout: &str) -> Result<(), Box<dyn StdError + Send + Sync>> {
        let Some(order) = self.orders.get_mut(checkout) else { return Ok(()) };
        let Some(payment) = &order.payment else { return Ok(()) };
        let payment = self.client.payments().get(payment).send().await?;
        let refund = self.client.refunds().of(&payment).create("A mug broke").amount(&order.total);
        match refund.reference(&order.reference).send_or_reconcile().await {
            Ok(made) => order.refunds.extend(made.refund_id()),
            Err(error) if error.outcome() == Outcome::Unknown => {
                let found = self.client.refunds().list().search(&order.reference).items();
                order.refunds = found.map_ok(|refund| refund.id).try_collect().await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn refunds_of(&self, payment: &PaymentId, status: &Option<String>) -> Result<Vec<RefundId>, Error> {
        let page = self.client.refunds().list().search(payment).ordering(status).send().await?;
        for refund in &page {
            assert!(refund.transaction_id.as_ref().is_none_or(|of| of == payment), "{}", refund.id);
        }
        Ok(page.into_iter().map(|refund| refund.id).collect())
    }
}

/// Conversions and copies that are about types, and not about sharing.
const NEEDLESS: [&str; 3] = ["to_string", "as_str", "clone"];

#[tokio::test]
async fn a_shop_needs_no_conversions() -> Result<(), Box<dyn StdError>> {
    let source = include_str!("shop.rs");
    for needless in NEEDLESS {
        assert!(!source.contains(&format!(".{needless}()")), "{needless}");
    }
    let client = Client::builder("k").base_url("http://127.0.0.1:9/api").build()?;
    let mut shop = Shop { client, verifier: Verifier::new("whsec").checked()?, orders: HashMap::new() };
    let body = br#"{"event":"transaction.status_changed","order_id":"org1-1-a","transaction_id":"TX1"}"#;
    let headers = shop.verifier.signed_headers("b7c1", "transaction.status_changed", body);
    assert_eq!(shop.receive(&headers, body).await?, 204, "of another shop");
    assert_eq!(shop.receive(&[], body).await?, 400, "not signed");
    shop.refund("org1-1-a").await.map_err(|error| error as Box<dyn StdError>)?;
    let form = Form {
        country: "FR".into(),
        first_name: "Ada".into(),
        last_name: "Lovelace".into(),
        email: "ada@shop.example".into(),
        phone: None,
        postal_code: None,
        // Another one than that of the price: refused before anything is sent.
        currency: Some("eur".into()),
    };
    let error = shop.check_out(&form).await.expect_err("is in dollars");
    assert!(error.downcast_ref::<Error>().is_some_and(Error::is_invalid_input), "{error}");
    let error = shop.refunds_of(&"..".into(), &None).await.expect_err("nobody listens");
    assert!(error.is_connect(), "{error}");
    Ok(())
}
