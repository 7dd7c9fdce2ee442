//! Tests of the registry alone: which call may claim which refund, in which order of events, and when calls are forgotten.

use std::time::Duration;

use serde_json::json;

use super::{Claims, LINGERS, Order, Own, Ownership, ProcessInstant};
use crate::ext::Refund;
use crate::raw::types::RefundRequest;

const SERVER: &str = "https://nd8.test/api";

fn order(payment: &str, reason: &str) -> Order {
    Order::new([payment; 2], &RefundRequest::new(reason).amount(crate::Decimal::TEN))
}

fn refund(id: &str, reason: &str) -> Refund {
    let refund =
        json!({ "id": id, "transaction_id": "TX1", "amount": "10.00", "currency": "USD", "reason": reason });
    serde_json::from_value(refund).expect("is a refund")
}

/// A step of the other call.
#[derive(Clone, Copy, Debug)]
enum Step {
    Sends,
    /// The response names these.
    Made(&'static [&'static str]),
    Refused,
    Ends,
}

#[test]
fn a_refund_is_free_only_if_no_other_call_can_have_made_it() {
    use Step::{Ends, Made, Refused, Sends};
    let (contested, in_flight) =
        (Ownership::Contested { in_flight: false }, Ownership::Contested { in_flight: true });
    for (payment, reason, steps, expected) in [
        ("TX1", "A", &[][..], Ownership::Free),
        ("TX1", "A", &[Ends], Ownership::Free),
        ("TX1", "A", &[Sends], in_flight),
        // Without a response, or dropped.
        ("TX1", "A", &[Sends, Ends], contested),
        ("TX1", "A", &[Sends, Refused, Ends], Ownership::Free),
        ("TX1", "A", &[Sends, Made(&["RF1"])], Ownership::Theirs),
        ("TX1", "A", &[Sends, Made(&["7", "RF1"]), Ends], Ownership::Theirs),
        ("TX1", "A", &[Sends, Made(&["RF2"]), Ends], Ownership::Free),
        // By its number alone it cannot be compared, nor by a name of another form.
        ("TX1", "A", &[Sends, Made(&["7"]), Ends], contested),
        ("TX1", "A", &[Sends, Made(&["0b6cf2a4-8f0e-4a5e"]), Ends], contested),
        ("TX1", "A", &[Sends, Made(&["rf1"]), Ends], contested),
        // Of two requests, one may have made another.
        ("TX1", "A", &[Sends, Sends, Made(&["RF2"]), Ends], contested),
        ("TX1", " A\r\n", &[Sends], in_flight),
        ("TX1", "B", &[Sends], Ownership::Free),
        ("TX2", "A", &[Sends], Ownership::Free),
        ("42", "A", &[Sends], in_flight),
        // The response names it, so the order does not matter.
        ("TX2", "B", &[Sends, Made(&["RF1"]), Ends], Ownership::Theirs),
    ] {
        let (mut claims, now) = (Claims::new(10), ProcessInstant::now());
        let ours = claims.open(SERVER, order("TX1", "A"), now);
        claims.sending(ours);
        let elsewhere = claims.open("https://elsewhere.test/api", order("TX1", "A"), now);
        claims.sending(elsewhere);
        let other = claims.open(SERVER, order(payment, reason), now);
        for step in steps {
            match step {
                Sends => claims.sending(other),
                Made(ids) => claims.made(other, &ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()),
                Refused => claims.not_made(other),
                Ends => claims.end(other, now),
            }
        }
        let ownership = claims.ownership(SERVER, Own::Call(ours), &order("TX1", "A"), &refund("RF1", "A"));
        assert_eq!(ownership, expected, "{payment} {reason:?} {steps:?}");
    }
}

#[test]
fn a_claimed_refund_belongs_to_no_other_call() {
    let (mut claims, now) = (Claims::new(10), ProcessInstant::now());
    let order = order("TX1", "A");
    let first = claims.open(SERVER, order, now);
    claims.sending(first);
    claims.made(first, &["RF1".to_owned()]);
    claims.end(first, now);
    let second = claims.open(SERVER, order, now);
    claims.sending(second);
    let ownership = |own, id| claims.ownership(SERVER, own, &order, &refund(id, "A"));
    assert_eq!(ownership(Own::Call(second), "RF1"), Ownership::Theirs);
    assert_eq!(ownership(Own::Call(second), "RF2"), Ownership::Free);
}

#[test]
fn a_look_covers_the_one_call_without_a_response() {
    let (mut claims, now) = (Claims::new(10), ProcessInstant::now());
    let order = order("TX1", "A");
    assert_eq!(claims.without_response(SERVER, &order), Own::None);
    let made = claims.open(SERVER, order, now);
    claims.sending(made);
    claims.made(made, &["RF1".to_owned()]);
    claims.end(made, now);
    assert_eq!(claims.without_response(SERVER, &order), Own::None);
    let ownership = claims.ownership(SERVER, Own::None, &order, &refund("RF1", "A"));
    assert_eq!(ownership, Ownership::Free, "the call that was looked for has made it");

    let lost = claims.open(SERVER, order, now);
    claims.sending(lost);
    assert_eq!(claims.without_response(SERVER, &order), Own::Several, "it is still on its way");
    claims.end(lost, now);
    let own = claims.without_response(SERVER, &order);
    assert_eq!(own, Own::Call(lost));
    assert_eq!(claims.ownership(SERVER, own, &order, &refund("RF1", "A")), Ownership::Theirs);

    let another = claims.open(SERVER, order, now);
    claims.sending(another);
    claims.end(another, now);
    assert_eq!(claims.without_response(SERVER, &order), Own::Several);
    let ownership = claims.ownership(SERVER, Own::Several, &order, &refund("RF2", "A"));
    assert_eq!(ownership, Ownership::Contested { in_flight: false });
}

#[test]
fn memory_is_bounded_and_calls_forgotten_early_make_claims_ambiguous() {
    let (mut claims, began) = (Claims::new(10), ProcessInstant::now());
    let (before, order) = (claims.open(SERVER, order("TX1", "A"), began), order("TX1", "A"));
    claims.sending(before);
    let fill = |claims: &mut Claims, now, many| {
        for number in 0..many {
            let call = claims.open(SERVER, super::Order::new(["TX2"; 2], &RefundRequest::new("B")), now);
            claims.sending(call);
            claims.made(call, &[format!("RF9{number}")]);
            claims.end(call, now);
        }
    };
    let ownership =
        |claims: &Claims, call| claims.ownership(SERVER, Own::Call(call), &order, &refund("RF1", "A"));
    fill(&mut claims, began, 10);
    assert_eq!(ownership(&claims, before), Ownership::Free);
    fill(&mut claims, began, 1_000);
    assert_eq!(claims.calls.len(), 11, "ten that have ended, and the one in flight");
    assert_eq!(ownership(&claims, before), Ownership::Contested { in_flight: false });

    let later = began + LINGERS - Duration::from_secs(1);
    claims.not_made(before);
    claims.end(before, later);
    let call = claims.open(SERVER, order, later);
    assert_eq!(ownership(&claims, call), Ownership::Contested { in_flight: false });
    let call = claims.open(SERVER, order, began + 2 * LINGERS);
    claims.forget(began + 2 * LINGERS);
    assert_eq!((ownership(&claims, call), claims.calls.len(), claims.ended.len()), (Ownership::Free, 2, 0));
}
