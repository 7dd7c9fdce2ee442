//! From a checkout to its refunds, with the clients of the crate, against the sandbox.

use nd8::{Billing, Client, Currency, Decimal, Outcome, PaymentStatus, Product, RefundStatus};
use nd8_sandbox::{RefundPolicy, SEEDED_PRODUCT, Sandbox, Scope};

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().refunds(RefundPolicy::Manual).start().await.expect("the sandbox starts");
    let client = client(&sandbox, sandbox.api_key());
    (sandbox, client)
}

fn client(sandbox: &Sandbox, key: &str) -> Client {
    Client::builder(key).base_url(sandbox.base_url()).build().expect("the settings are valid")
}

fn billing() -> Billing {
    Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105").phone("+1 555 0100")
}

fn cents(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

/// A payment of 60.00.
async fn paid(sandbox: &Sandbox, client: &Client) -> String {
    let products = [Product::ad_hoc("Mug", 3, cents(20_00))];
    let checkout =
        client.checkouts().create(billing(), products).send().await.expect("the object is created");
    sandbox.customer(&checkout.checkout_id).pay().await.expect("the checkout is open")
}

#[tokio::test]
async fn a_customer_is_declined_and_then_pays() {
    let (sandbox, client) = sandbox().await;
    let products = [Product::ad_hoc("Mug", 2, cents(29_99)), Product::catalog(SEEDED_PRODUCT, 1)];
    let checkout = client
        .checkouts()
        .create(billing(), products)
        .currency(Currency::Usd)
        .success_url("https://shop.test/thanks")
        .failed_url("https://shop.test/sorry")
        .cancel_url("https://shop.test/bye")
        .send()
        .await
        .expect("the object is created");
    assert_eq!(Some(&checkout.checkout_id), checkout.order_id.as_ref());

    let customer = sandbox.customer(&checkout.checkout_id);
    let payment_id = customer.decline().await.expect("the checkout is open");
    let payment = client.payments().get(&payment_id).send().await.expect("the server responds");
    assert_eq!(payment.status, Some(PaymentStatus::Failed));

    customer.pay().await.expect("a declined customer may try again");
    let payment = client.payments().get(&payment_id).send().await.expect("the server responds");
    assert_eq!(payment.status, Some(PaymentStatus::Paid));
    assert_eq!(payment.money().expect("the payment has an amount and a currency").to_string(), "72.48 USD");
    let attempts: Vec<&str> =
        payment.deposit_attempts.iter().filter_map(|attempt| attempt.status.as_deref()).collect();
    assert_eq!(attempts, ["succeeded", "requires_payment_method"], "newest first");
    assert!(payment.deposit_attempts[1].error_message.is_some());
}

#[tokio::test]
async fn a_part_and_then_the_rest_are_refunded() {
    let (sandbox, client) = sandbox().await;
    let payment_id = paid(&sandbox, &client).await;

    let part = client
        .refunds()
        .create(&payment_id, "A mug broke")
        .amount(cents(20_00))
        .send()
        .await
        .expect("the refund is created");
    assert_eq!((part.amount, &part.status), (Some(cents(20_00)), &Some(RefundStatus::Processing)));
    let part = part.id().expect("the object has an id");
    sandbox.complete_refund(part.as_str()).expect("the refund is processing");
    let refund = client.refunds().get(&part).send().await.expect("the server responds");
    assert_eq!(
        (refund.status, refund.reason.as_deref()),
        (Some(RefundStatus::Completed), Some("A mug broke"))
    );
    assert_eq!(refund.transaction_id.as_deref(), Some(&*payment_id));

    let rest =
        client.refunds().create(&payment_id, "All of them did").send().await.expect("the refund is created");
    assert_eq!(rest.amount, Some(cents(40_00)), "everything that is left");
    sandbox
        .complete_refund(rest.id().expect("the object has an id").as_str())
        .expect("the refund is processing");
    let payment = client.payments().get(&payment_id).send().await.expect("the server responds");
    assert_eq!(payment.status, Some(PaymentStatus::Refunded));
}

#[tokio::test]
async fn refunds_are_listed_by_every_filter() {
    let (sandbox, client) = sandbox().await;
    let payment_id = paid(&sandbox, &client).await;
    let mut ids = Vec::new();
    for (amount, reason) in [(1_00, "first"), (3_00, "second"), (2_00, "third")] {
        let refund = client
            .refunds()
            .create(&payment_id, reason)
            .amount(cents(amount))
            .send()
            .await
            .expect("the refund is created");
        ids.push(refund.refund_public_id.expect("the object has an id"));
    }
    sandbox.complete_refund(&ids[1]).expect("the refund is processing");
    let reasons = |refunds: nd8::Page<nd8::Refund>| -> Vec<String> {
        refunds.into_iter().filter_map(|refund| refund.reason).collect()
    };

    let list = || client.refunds().list();
    assert_eq!(list().send().await.expect("the list is read").len(), 3);
    let completed = list().status(RefundStatus::Completed).send().await.expect("the list is read");
    assert_eq!(reasons(completed), ["second"]);
    assert_eq!(reasons(list().search("thir").send().await.expect("the list is read")), ["third"]);
    let by_amount = list().ordering("-amount").send().await.expect("the list is read");
    assert_eq!(reasons(by_amount), ["second", "third", "first"]);
    let second_page = list().ordering("amount").page(2).page_size(2).send().await.expect("the list is read");
    assert_eq!(reasons(second_page), ["second"]);
    let created_at = client
        .refunds()
        .get(&ids[0])
        .send()
        .await
        .expect("the server responds")
        .created_at
        .expect("the refund has a time");
    assert_eq!(
        list().created_from(created_at).send().await.expect("the list is read").len(),
        3,
        "from includes the moment"
    );
    let before = created_at.checked_sub(jiff::SignedDuration::from_hours(1)).expect("the time is in range");
    assert_eq!(list().created_until(before).send().await.expect("the list is read").len(), 0);
    assert!(list().page(9).send().await.expect_err("the page is not found").is_not_found());
}

#[tokio::test]
async fn every_refusal_reports_its_kind() {
    let (sandbox, client) = sandbox().await;
    let payment_id = paid(&sandbox, &client).await;

    let error = client.payments().get("TXnone").send().await.expect_err("the payment is not found");
    assert!(error.is_not_found() && error.outcome() == Outcome::Rejected, "{error:?}");

    let wrong_key = self::client(&sandbox, "no-such-key");
    let error = wrong_key.payments().get(&payment_id).send().await.expect_err("the request is refused");
    assert!(error.is_unauthorized(), "{error:?}");

    let reader = self::client(&sandbox, &sandbox.create_api_key(&[Scope::RefundsRead]));
    let error = reader.refunds().create(&payment_id, "x").send().await.expect_err("the key lacks the scope");
    assert!(error.is_forbidden(), "{error:?}");
    reader.refunds().list().send().await.expect("the key has the scope");

    let error = client
        .refunds()
        .create(&payment_id, "x")
        .amount(cents(60_01))
        .send()
        .await
        .expect_err("the amount is too large");
    assert!(error.is_invalid_input(), "{error:?}");
    assert_eq!(error.messages()[0].pointer, "/amount");
    assert_eq!(error.to_string(), "create_refund: the server responded 400 Bad Request because of /amount");

    let no_postal_code = Billing::new("US", "Ada", "Lovelace", "ada@example.com");
    let products = [Product::ad_hoc("Mug", 1, cents(1_00)), Product::ad_hoc("Air", 0, cents(1_00))];
    let error =
        client.checkouts().create(no_postal_code, products).send().await.expect_err("the order is invalid");
    let pointers: Vec<String> = error.messages().into_iter().map(|message| message.pointer).collect();
    assert_eq!(pointers, ["/billing_postal_code", "/products/1/quantity"]);
}

#[tokio::test]
async fn an_id_that_is_none_is_not_sent() {
    let (_sandbox, client) = sandbox().await;
    for id in ["", " ", ".", ".."] {
        let error = client.payments().get(id).send().await.expect_err("the id is invalid");
        assert!(error.is_invalid_input() && error.outcome() == Outcome::NotSent, "{id:?}: {error:?}");
        assert_eq!(error.messages()[0].pointer, "/id");
        assert!(client.refunds().get(id).send().await.is_err());
        assert!(client.refunds().create(id, "x").send().await.is_err());
    }
    // Whatever else it is stays in its segment, and names nothing.
    for id in ["../refunds", "TX/../..", "TX?x=1", "TX#x", "TX\n", "%2e%2e"] {
        let error = client.payments().get(id).send().await.expect_err("the payment is not found");
        assert!(error.is_not_found(), "{id:?}: {error:?}");
    }
}
