//! A refund whose response was lost is found again, and never made twice.

use std::collections::VecDeque;
use std::time::Duration;

use nd8::{Billing, Client, Decimal, Lookup, Outcome, Product, Reconciled, RetryPolicy};
use nd8_sandbox::{RefundPolicy, Sandbox};

use crate::faults::{Fault, Proxy};

fn client(sandbox: &Sandbox, base_url: &str) -> Client {
    Client::builder(sandbox.api_key())
        .base_url(base_url)
        .retry(RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO))
        .build()
        .expect("the settings are valid")
}

async fn sandbox() -> Sandbox {
    Sandbox::builder().refunds(RefundPolicy::Manual).start().await.expect("the sandbox starts")
}

/// A payment of 100.00.
async fn paid(sandbox: &Sandbox) -> String {
    paid_with(sandbox, &client(sandbox, &sandbox.base_url())).await
}

async fn paid_with(sandbox: &Sandbox, client: &Client) -> String {
    let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    let products = [Product::ad_hoc("Mug", 1, Decimal::new(100_00, 2))];
    let checkout = client.checkouts().create(billing, products).send().await.expect("the object is created");
    sandbox.customer(checkout.checkout_id).pay().await.expect("the checkout is open")
}

/// How many refunds there are, whatever the client believes.
async fn made(sandbox: &Sandbox, payment_id: &str) -> usize {
    let refunds = client(sandbox, &sandbox.base_url()).refunds().list().search(payment_id).send().await;
    refunds.expect("the list is read").len()
}

/// Faults for the requests that create, in order; then, and for all others, none.
fn for_creates(faults: &[Fault]) -> impl FnMut(&str) -> Fault + Send + 'static {
    let mut faults: VecDeque<Fault> = faults.iter().copied().collect();
    move |line| if line.starts_with("POST") { faults.pop_front().unwrap_or(Fault::None) } else { Fault::None }
}

async fn refund(sandbox: &Sandbox, payment_id: &str, faults: &[Fault]) -> Result<Reconciled, nd8::Error> {
    let proxy = Proxy::before(&sandbox.base_url(), for_creates(faults)).await;
    let refund =
        client(sandbox, &proxy.base_url).refunds().create(payment_id, "Order 4711").amount(Decimal::TEN);
    refund.settle(Duration::ZERO).resend_if_absent().send_or_reconcile().await
}

#[tokio::test]
async fn nothing_is_sent_again_unless_it_was_asked_for() {
    let sandbox = sandbox().await;
    let payment_id = paid(&sandbox).await;
    let proxy = Proxy::before(&sandbox.base_url(), for_creates(&[Fault::Lost])).await;
    let refund = client(&sandbox, &proxy.base_url).refunds().create(&payment_id, "Order 4711");
    let error = refund.settle(Duration::ZERO).send_or_reconcile().await.expect_err("the request was lost");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(made(&sandbox, &payment_id).await, 0);
}

#[tokio::test]
async fn what_fails_before_the_refund_is_sent_did_not_send_it() {
    let sandbox = sandbox().await;
    let payment_id = paid(&sandbox).await;
    for path in ["/transactions/", "/refunds/"] {
        let lost = move |line: &str| {
            if line.starts_with("GET") && line.contains(path) { Fault::GatewayTimeout } else { Fault::None }
        };
        let proxy = Proxy::before(&sandbox.base_url(), lost).await;
        let refund = client(&sandbox, &proxy.base_url).refunds().create(&payment_id, "Order 4711");
        let error = refund.send_or_reconcile().await.expect_err("the list is not readable");
        assert_eq!(error.outcome(), Outcome::NotSent, "{path}");
    }
    assert_eq!(made(&sandbox, &payment_id).await, 0);
}

#[tokio::test]
async fn a_refund_with_a_lost_response_is_found_and_a_lost_request_is_sent_again() {
    let sandbox = sandbox().await;
    for (faults, found) in [
        (&[][..], false),
        (&[Fault::ResponseLost], true),
        (&[Fault::ResponseBrokenOff], true),
        (&[Fault::GatewayTimeout], true),
        (&[Fault::Lost], false),
        (&[Fault::Lost, Fault::Lost], false),
        (&[Fault::Lost, Fault::ResponseLost], true),
    ] {
        let payment_id = paid(&sandbox).await;
        let refund = refund(&sandbox, &payment_id, faults).await.expect("the refund is reconciled");
        assert_eq!(matches!(refund, Reconciled::Found(_)), found, "{faults:?}: {refund:?}");
        assert!(refund.refund_id().is_some());
        assert_eq!(made(&sandbox, &payment_id).await, 1, "{faults:?}");
    }
}

/// The refund of everything: where the first request arrives late, the second is refused for its sake.
#[tokio::test]
async fn a_refusal_that_the_first_request_caused_is_not_taken_for_a_no() {
    let sandbox = sandbox().await;
    let payment_id = paid(&sandbox).await;
    let proxy = Proxy::before(&sandbox.base_url(), for_creates(&[Fault::Late])).await;
    let refund = client(&sandbox, &proxy.base_url).refunds().create(&payment_id, "Order 4711");
    let refund = refund
        .settle(Duration::ZERO)
        .resend_if_absent()
        .send_or_reconcile()
        .await
        .expect("the refund is found");
    assert!(matches!(refund, Reconciled::Found(_)), "{refund:?}");
    assert_eq!(made(&sandbox, &payment_id).await, 1);
}

#[tokio::test]
async fn an_outcome_that_stays_unknown_is_reported() {
    let sandbox = sandbox().await;
    for faults in [&[Fault::Lost, Fault::Lost, Fault::Lost][..], &[Fault::Unavailable]] {
        let payment_id = paid(&sandbox).await;
        let error = refund(&sandbox, &payment_id, faults).await.expect_err("the outcome is unknown");
        assert_eq!(error.outcome(), Outcome::Unknown, "{faults:?}: {error:?}");
        assert_eq!(made(&sandbox, &payment_id).await, 0);
    }
}

#[tokio::test]
async fn an_earlier_refund_of_the_same_kind_is_not_taken_for_this_one() {
    let sandbox = sandbox().await;
    let payment_id = paid(&sandbox).await;
    for expected in 1..=3 {
        let refund = refund(&sandbox, &payment_id, &[Fault::Lost, Fault::ResponseLost])
            .await
            .expect("the refund is reconciled");
        assert!(matches!(refund, Reconciled::Found(_)), "{refund:?}");
        assert_eq!(made(&sandbox, &payment_id).await, expected);
    }
}

#[tokio::test]
async fn a_refund_can_be_looked_up_later() {
    let sandbox = sandbox().await;
    let payment_id = paid(&sandbox).await;
    let client = client(&sandbox, &sandbox.base_url());
    let refund = || client.refunds().create(&payment_id, "Order 4711").amount(Decimal::TEN);
    let start = jiff::Timestamp::UNIX_EPOCH;

    assert!(matches!(refund().reconcile(start).await.expect("the lookup succeeds"), Lookup::NotFound));
    let created = refund().send().await.expect("the refund is created");
    let Lookup::Found(found) = refund().reconcile(start).await.expect("the lookup succeeds") else {
        panic!("it is there")
    };
    assert_eq!(Some(&found.id), created.refund_public_id.as_ref());
    let created_at = found.created_at.expect("the refund has a time");
    let later = created_at.checked_add(jiff::SignedDuration::from_secs(1)).expect("the time is in range");
    assert!(matches!(refund().reconcile(later).await.expect("the lookup succeeds"), Lookup::NotFound));
    let other = client.refunds().create(&payment_id, "Order 4711").amount(Decimal::ONE);
    // A new refund of the payment is there. That it differs does not prove that this one is not.
    assert!(
        matches!(other.reconcile(start).await.expect("the lookup succeeds"), Lookup::Ambiguous(_)),
        "another amount"
    );

    refund().send().await.expect("the refund is created");
    let Lookup::Ambiguous(both) = refund().reconcile(start).await.expect("the lookup succeeds") else {
        panic!("there are two")
    };
    assert_eq!(both.len(), 2);
}
