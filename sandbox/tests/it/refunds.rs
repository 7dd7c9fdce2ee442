//! Refunds never move more than the payment, whatever is asked and in whatever order.

use std::sync::Arc;

use nd8_sandbox::{RefundError, Sandbox};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Caller, manual, order, text};

#[tokio::test]
async fn wrong_requests_name_their_field() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "10").await;

    for (body, field) in [
        (json!({}), "reason"),
        (json!({ "reason": "" }), "reason"),
        (json!({ "reason": "x".repeat(501) }), "reason"),
        (json!({ "reason": null }), "reason"),
        (json!({ "reason": "x", "amount": "0" }), "amount"),
        (json!({ "reason": "x", "amount": "0.00" }), "amount"),
        (json!({ "reason": "x", "amount": "-1.00" }), "amount"),
        (json!({ "reason": "x", "amount": "1.001" }), "amount"),
        (json!({ "reason": "x", "amount": "1e0" }), "amount"),
        (json!({ "reason": "x", "amount": "ten" }), "amount"),
        (json!({ "reason": "x", "amount": "" }), "amount"),
        (json!({ "reason": "x", "amount": 1 }), "amount"),
        (json!({ "reason": "x", "amount": null }), "amount"),
        (json!({ "reason": "x", "amount": "10.01" }), "amount"),
    ] {
        let errors = caller.refund(&payment_id, &body).await.expect(400);
        assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), [field], "{body}");
    }
    assert_eq!(caller.payment_status(&payment_id).await, "paid", "nothing happened");
    assert_eq!(caller.refund(&payment_id, &json!({ "reason": "é".repeat(500) })).await.status, 200);
}

#[tokio::test]
async fn only_what_was_paid_and_is_left_can_be_refunded() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let reason = json!({ "reason": "x" });

    let checkout = caller.checkout(&order()).await;
    let customer = sandbox.customer(text(&checkout["checkout_id"]));
    let payment_id = customer.decline().await.unwrap();
    let unpaid = caller.refund(&payment_id, &reason).await.expect(400);
    assert_eq!(unpaid, json!({ "non_field_errors": ["Only a payment that was paid can be refunded."] }));
    customer.pay().await.unwrap();

    let part = caller.refund(&payment_id, &json!({ "reason": "x", "amount": "2.50" })).await.expect(200);
    let over = caller.refund(&payment_id, &json!({ "reason": "x", "amount": "10.01" })).await.expect(400);
    assert_eq!(over, json!({ "amount": ["Only 10.00 USD of this payment can still be refunded."] }));
    let rest = caller.refund(&payment_id, &reason).await.expect(200);
    assert_eq!(rest["amount"], "10.00");
    let nothing = caller.refund(&payment_id, &reason).await.expect(400);
    assert_eq!(nothing, json!({ "non_field_errors": ["Nothing of this payment is left to refund."] }));

    // The amount of a refund that fails can be refunded again, and another that still processes keeps the payment pending.
    sandbox.fail_refund(text(&rest["refund_public_id"])).unwrap();
    assert_eq!(caller.payment_status(&payment_id).await, "refund_pending");
    sandbox.complete_refund(&part["refund_id"].to_string()).unwrap();
    assert_eq!(caller.payment_status(&payment_id).await, "paid");
    assert_eq!(caller.refund(&payment_id, &reason).await.expect(200)["amount"], "10.00");
}

#[tokio::test]
async fn refunds_end_once() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "10").await;
    let refund = caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
    let refund_id = text(&refund["refund_public_id"]);

    assert_eq!(sandbox.complete_refund("RFnobody"), Err(RefundError::Unknown));
    assert_eq!(sandbox.fail_refund(refund_id), Ok(()));
    assert_eq!(sandbox.complete_refund(refund_id), Err(RefundError::AlreadySettled));
    let refund = caller.get(&format!("/refunds/{refund_id}/")).await.expect(200);
    assert_eq!(refund["status"], "failed");
    assert!(text(&refund["updated_at"]) >= text(&refund["created_at"]));
}

#[tokio::test]
async fn euros_are_also_given_in_dollars() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let mut request = crate::support::priced("29.99");
    request["currency"] = json!("EUR");
    let checkout = caller.checkout(&request).await;
    let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();

    let refund = caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);

    assert_eq!((&refund["amount"], &refund["amount_usd"]), (&json!("29.99"), &json!("32.99")));
    assert_eq!((&refund["currency"], &refund["amount_in_cents"]), (&json!("EUR"), &json!(2999)));
}

/// 32 callers refund 3.33 of one payment of 50.00 at once, or whatever is left: 15 fit, and then 0.05 once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_refunds_never_move_more_than_the_payment() {
    for automatic in [false, true] {
        let sandbox = if automatic { Sandbox::start().await.unwrap() } else { manual().await };
        let caller = Caller::of(&sandbox);
        let payment_id = caller.paid(&sandbox, "50").await;

        let mut refunders = JoinSet::new();
        for _ in 0..32 {
            let (caller, payment_id) = (caller.clone(), payment_id.clone());
            refunders.spawn(async move {
                caller.refund(&payment_id, &json!({ "reason": "race", "amount": "3.33" })).await
            });
        }
        let responses = refunders.join_all().await;

        let (granted, refused): (Vec<_>, Vec<_>) =
            responses.iter().partition(|response| response.status == 200);
        assert_eq!(granted.len(), 15);
        assert!(refused.iter().all(|response| response.expect(400)["amount"].is_array()));
        let rest = caller.refund(&payment_id, &json!({ "reason": "the rest" })).await.expect(200);
        assert_eq!(rest["amount"], "0.05");

        let refunds = caller.get("/refunds/").await.expect(200);
        let cents = |refund: &Value| refund["amount_in_cents"].as_i64().unwrap();
        assert_eq!(refunds.as_array().unwrap().iter().map(cents).sum::<i64>(), 5000);
    }
}

/// Request of one of the racing callers, and how its refund ends if it is granted.
#[derive(Clone, Copy, Debug)]
struct Wish {
    /// Everything that is left, if not given.
    cents: Option<u64>,
    ending: Option<Ending>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Completed,
    Failed,
}

fn wishes() -> impl Strategy<Value = (u64, Vec<Wish>)> {
    let ending = prop_oneof![Just(None), Just(Some(Ending::Completed)), Just(Some(Ending::Failed))];
    let wish = (proptest::option::weighted(0.9, 1_u64..4_000), ending);
    let wishes = vec(wish.prop_map(|(cents, ending)| Wish { cents, ending }), 32);
    (1_u64..20_000, wishes)
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Lets 32 callers refund one payment at once, some of whose refunds end while others are still being asked for.
async fn race(paid: u64, wishes: Vec<Wish>) -> Result<(), TestCaseError> {
    let sandbox = Arc::new(manual().await);
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, &money(paid)).await;
    let mut refunders = JoinSet::new();
    for wish in &wishes {
        let (sandbox, caller, payment_id, wish) =
            (Arc::clone(&sandbox), caller.clone(), payment_id.clone(), *wish);
        refunders.spawn(async move {
            let mut body = json!({ "reason": "race" });
            if let Some(cents) = wish.cents {
                body["amount"] = json!(money(cents));
            }
            let response = caller.refund(&payment_id, &body).await;
            if response.status == 200 {
                let created = response.expect(200);
                let refund_id = text(&created["refund_public_id"]);
                match wish.ending {
                    Some(Ending::Completed) => sandbox.complete_refund(refund_id).unwrap(),
                    Some(Ending::Failed) => sandbox.fail_refund(refund_id).unwrap(),
                    None => {}
                }
            }
            (wish, response)
        });
    }

    let (mut moved, mut failed_some) = (0, false);
    let mut refused = Vec::new();
    for (wish, response) in refunders.join_all().await {
        if response.status == 200 {
            let cents = response.expect(200)["amount_in_cents"].as_u64().unwrap();
            prop_assert!(wish.cents.is_none_or(|asked| asked == cents), "as much as was asked for");
            match wish.ending {
                Some(Ending::Failed) => failed_some = true,
                _ => moved += cents,
            }
        } else {
            response.expect(400);
            refused.push(wish);
        }
    }
    prop_assert!(moved <= paid, "{moved} of {paid}");
    // Who was refused asked for more than there was; what failed came back, perhaps too late for them.
    let left = paid - moved;
    for wish in refused.iter().filter(|_| !failed_some) {
        prop_assert!(wish.cents.map_or(left == 0, |asked| asked > left), "{wish:?} with {left} left");
    }
    // And the whole rest can still be refunded, to the cent.
    let rest = caller.refund(&payment_id, &json!({ "reason": "the rest" })).await;
    match left {
        0 => prop_assert_eq!(rest.status, 400),
        left => prop_assert_eq!(rest.expect(200)["amount_in_cents"].as_u64(), Some(left)),
    }
    Ok(())
}

#[test]
fn however_refunds_race_they_move_what_was_paid_and_no_more() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let result = runner.run(&wishes(), |(paid, wishes)| runtime.block_on(race(paid, wishes)));
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
