//! Actions that the customer can and can't take.

use std::time::Duration;

use nd8_sandbox::{CustomerError, Sandbox};
use serde_json::json;

use crate::support::{Caller, order, text};

#[tokio::test]
async fn a_checkout_is_used_up_by_paying_and_by_cancelling_but_not_by_a_decline() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    let paid = caller.checkout(&order()).await;
    let customer = sandbox.customer(text(&paid["checkout_id"]));
    for _ in 0..3 {
        customer.decline().await.unwrap();
    }
    customer.pay().await.unwrap();
    assert_eq!(customer.pay().await, Err(CustomerError::AlreadyUsed));
    assert_eq!(customer.decline().await, Err(CustomerError::AlreadyUsed));
    assert_eq!(customer.cancel().await, Err(CustomerError::AlreadyUsed));

    let canceled = caller.checkout(&order()).await;
    let customer = sandbox.customer(text(&canceled["checkout_id"]));
    let payment_id = customer.cancel().await.unwrap();
    assert_eq!(customer.pay().await, Err(CustomerError::AlreadyUsed));
    let payment = caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
    assert_eq!(payment["status"], "canceled");
    assert_eq!(payment["depositAttempts"], json!([]));
}

#[tokio::test]
async fn unknown_and_expired_checkouts_are_errors() {
    let sandbox = Sandbox::builder().checkout_lifetime(Duration::ZERO).start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;

    assert_eq!(sandbox.customer("org1-0-nothing").pay().await, Err(CustomerError::UnknownCheckout));
    let customer = sandbox.customer(text(&checkout["checkout_id"]));
    assert_eq!(customer.pay().await, Err(CustomerError::Expired));
    let page = crate::support::http().get(text(&checkout["checkout_url"])).send().await.unwrap();
    assert_eq!(page.status(), 410);
}
