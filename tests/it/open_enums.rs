//! Values and fields that this revision does not know survive.

use nd8::{Currency, PaymentStatus};
use nd8::{Payment, Refund, RefundStatus};
use serde_json::{Value, json};

#[test]
fn a_value_from_tomorrow_goes_out_as_it_came() {
    for value in ["paid", "partially_captured", "", "Paid", "ünbekannt", "unknown"] {
        let status: PaymentStatus = serde_json::from_value(json!(value)).expect("any string is a status");
        assert_eq!(status.as_str(), value);
        assert_eq!(status.to_string(), value);
        assert_eq!(serde_json::to_value(&status).expect("the value is serialized"), json!(value));
        assert_eq!(PaymentStatus::from(value), status);
    }
    assert_eq!(PaymentStatus::from("paid"), PaymentStatus::Paid);
    assert_eq!(Currency::from("CHF"), Currency::Unknown("CHF".to_owned()));
    assert!(serde_json::from_value::<RefundStatus>(json!(7)).is_err(), "but a number is no state");
}

#[test]
fn a_whole_response_survives_the_round_trip() {
    let refund = json!({
        "id": "RFabc123", "transaction_id": "TXabc123", "amount": "40.00", "currency": "USD", "amount_in_cents": 4000,
        "amount_usd": "40.00", "reason": "Customer request", "status": "escheated", "created_at": "2019-08-24T14:15:22Z",
        "updated_at": "2019-08-24T14:15:22.123Z", "brand_new": {"deep": [1, "two", null]},
    });
    let read: Refund = serde_json::from_value(refund.clone()).expect("the JSON fits the type");
    assert_eq!(serde_json::to_value(&read).expect("the value is serialized"), refund);

    let payment = json!({
        "id": "TXabc123", "amount": "99.00", "status": "paid", "currency": "USD", "payer_email": "a@b.test",
        "products": [{"id": "p", "name": "Mug", "colour": "blue"}], "created_at": "2019-08-24T14:15:22Z",
        "depositAttempts": [{
            "status": "blocked_by_moon", "paymentId": "pi_1", "attemptedAt": "2019-08-24T14:15:22.5Z",
            "paymentMethod": "card", "risk": 3,
        }],
    });
    let read: Payment = serde_json::from_value(payment.clone()).expect("the JSON fits the type");
    assert_eq!(serde_json::to_value(&read).expect("the value is serialized"), payment);
}

#[test]
fn null_is_the_same_as_absent() {
    let attempt: nd8::DepositAttempt =
        serde_json::from_value(json!({"status": "succeeded", "errorMessage": Value::Null}))
            .expect("the JSON fits the type");
    assert_eq!(attempt.error_message, None);
}
