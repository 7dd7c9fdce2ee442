//! What becomes of each body that verified.

use serde_json::{Value, json};

use bytes::Bytes;

use super::super::payload::TransactionStatusChanged;
use super::super::reason::UnknownReason;
use super::Event;
use crate::raw::types::{PaymentStatus, RefundStatus};

fn payment() -> Value {
    json!({
        "event": "transaction.status_changed", "transaction_id": "TXabc123", "order_id": "org1-1-a",
        "amount": "99.10", "status": "paid", "currency": "USD", "created_at": "2026-01-02T03:04:05Z",
        "depositAttempts": [{"status": "succeeded", "brand_new": 1}], "updated_at": "2026-01-02T03:04:05.678Z",
    })
}

fn read(payload: &Value) -> Event {
    Event::from_verified(payload.to_string().as_bytes())
}

#[test]
fn a_payment_is_read_whole() {
    let mut payload = payment();
    payload["brand_new"] = json!({"a": [1]});
    let Event::TransactionStatusChanged(payment) = read(&payload) else { panic!("is about a payment") };
    assert_eq!(payment.transaction_id.as_deref(), Some("TXabc123"));
    assert_eq!(payment.order_id.as_deref(), Some("org1-1-a"));
    assert_eq!((payment.amount, payment.currency.as_deref()), (Some("99.10".parse().unwrap()), Some("USD")));
    assert_eq!(payment.status, Some(PaymentStatus::Paid));
    assert_eq!(payment.deposit_attempts.unwrap()[0].extra["brand_new"], 1);
    assert_eq!(payment.updated_at.map(|at| at.to_string()).as_deref(), Some("2026-01-02T03:04:05.678Z"));
    assert_eq!(Value::from(payment.extra), json!({"brand_new": {"a": [1]}}), "and not the event's name");
}

#[test]
fn amounts_survive_digit_for_digit_as_text_and_as_number() {
    let digits = "12345678901234567.123456789";
    // The second body is read leniently, because of its time.
    for time in ["2026-01-02T03:04:05Z", "soon"] {
        for amount in [digits.to_owned(), format!("\"{digits}\"")] {
            let body = format!(
                r#"{{"event":"transaction.status_changed","transaction_id":"T","amount":{amount},"updated_at":"{time}"}}"#
            );
            let Event::TransactionStatusChanged(payment) = Event::from_verified(body.as_bytes()) else {
                panic!("is about a payment")
            };
            assert_eq!(payment.amount.unwrap().to_string(), digits);
        }
    }
}

#[test]
fn refunds_are_read_with_either_kind_of_id() {
    let whole = json!({
        "event": "refund.status_changed", "refund_id": "RF1", "transaction_id": 9007199254740993_u64,
        "amount": 12.5, "amount_usd": "12.50", "amount_in_cents": 1250, "status": "completed", "reason": "broke",
    });
    let Event::RefundStatusChanged(refund) = read(&whole) else { panic!("is about a refund") };
    assert_eq!(
        (refund.refund_id.as_deref(), refund.transaction_id.as_deref()),
        (Some("RF1"), Some("9007199254740993"))
    );
    assert_eq!(
        (refund.amount, refund.status),
        (Some("12.5".parse().unwrap()), Some(RefundStatus::Completed))
    );
    assert_eq!(refund.extra["amount_in_cents"], 1250);

    let least = json!({"event": "refund.status_changed", "status": "of tomorrow", "refund_public_id": "RF1"});
    let Event::RefundStatusChanged(refund) = read(&least) else { panic!("is about a refund") };
    assert_eq!((refund.refund_id, refund.refund_public_id.as_deref()), (None, Some("RF1")));
    assert_eq!(refund.status, Some(RefundStatus::Unknown("of tomorrow".into())));
}

/// Checks the event and the reason for bodies whose name or structure cannot be read.
#[test]
fn every_other_body_is_unknown_or_unreadable_and_the_reason_is_true() {
    use UnknownReason as Why;
    let payment = "transaction.status_changed";
    let deep = "[".repeat(500);
    let unknown = |event: Option<&str>, reason| Event::unknown(event.map(str::to_owned), reason);
    for (body, event, reason) in [
        ("", None, Why::Empty),
        (" \r\n", None, Why::Empty),
        ("\u{feff}", None, Why::Empty),
        ("null", None, Why::NotAnEvent),
        ("[]", None, Why::NotAnEvent),
        (r#"["event"]"#, None, Why::NotAnEvent),
        (r#"{"event":7}"#, None, Why::NotAnEvent),
        (r#"{"event":{"a":1}}"#, None, Why::NotAnEvent),
        ("{}", None, Why::Unnamed),
        (r#"{"event":null}"#, None, Why::Unnamed),
        (r#"{"event":" "}"#, None, Why::Unnamed),
        (r#"{"event":"\u0070ayout"}"#, Some("payout"), Why::NewEvent),
        (r#"{"event":" payout\n"}"#, Some("payout"), Why::NewEvent),
        (r#"{"event":"payout","a":NaN}"#, Some("payout"), Why::NewEvent),
        (r#"{"event":"payout","a":"#, Some("payout"), Why::NewEvent),
    ] {
        let read = Event::from_verified(body.as_bytes());
        assert_eq!(read, unknown(event, reason), "{body}");
        assert_eq!(read.name(), event);
    }
    let id = |value: &str| format!("{{\"event\":\"{payment}\",\n\"transaction_id\":{value}}}");
    for (body, event, reason) in [
        // The body is cut off.
        (b"{\"event\":\"trans".as_slice(), None, Why::Truncated),
        (deep.as_bytes(), None, Why::Truncated),
        (b"{", None, Why::Truncated),
        (br#"{"transaction_id":"TX1","#, None, Why::Truncated),
        (br#"{"event":"transaction.status_changed","transaction_id":"TX"#, Some(payment), Why::Truncated),
        (br#"{"event":"transaction.status_changed","transaction_id":12"#, Some(payment), Why::Truncated),
        // It is no JSON.
        (b"event=webhook.test", None, Why::NotJson),
        (b"<html>", None, Why::NotJson),
        (b"null{", None, Why::Truncated),
        (b"null \"event\"", None, Why::NotJson),
        (br#"{"event":"webhook.test"} {}"#, Some("webhook.test"), Why::NotJson),
        (br#"{"event":"webhook.test" "a":1}"#, Some("webhook.test"), Why::NotJson),
        (br#"{"event":"webhook.test","a":]}"#, Some("webhook.test"), Why::NotJson),
        (b"\x1f\x8b\x08", None, Why::InvalidUtf8 { line: 1, column: 2 }),
        // The value that matters cannot be read.
        (br#"{"name":"payout","a":NaN}"#, None, Why::NotANumber { line: 1, column: 22 }),
        (br#"{"event":NaN}"#, None, Why::NotANumber { line: 1, column: 10 }),
        (b"{\"event\":\"a\xffb\"}", None, Why::InvalidUtf8 { line: 1, column: 12 }),
        (br#"{"event":"webhook.test","event":"payout"}"#, None, Why::DuplicateKey { line: 1, column: 33 }),
        (id("NaN").as_bytes(), Some(payment), Why::NotANumber { line: 2, column: 18 }),
        (id("-Infinity").as_bytes(), Some(payment), Why::NotANumber { line: 2, column: 18 }),
        (id(r#""\ud800""#).as_bytes(), Some(payment), Why::HalfSurrogate { line: 2, column: 18 }),
        (id(r#""\udc00x""#).as_bytes(), Some(payment), Why::HalfSurrogate { line: 2, column: 18 }),
        (id(r#""\ud800\ud800""#).as_bytes(), Some(payment), Why::HalfSurrogate { line: 2, column: 18 }),
        (
            id(r#""a","transaction_id":"b""#).as_bytes(),
            Some(payment),
            Why::DuplicateKey { line: 2, column: 39 },
        ),
        (id("undefined").as_bytes(), Some(payment), Why::NotJson),
        (id("007").as_bytes(), Some(payment), Why::NotJson),
        (id("\"a\tb\"").as_bytes(), Some(payment), Why::NotJson),
        (id("{}").as_bytes(), Some(payment), Why::Misfit { line: 2, column: 18 }),
        (id("null").as_bytes(), Some(payment), Why::Missing { field: "transaction_id" }),
        (id("\" \"").as_bytes(), Some(payment), Why::Missing { field: "transaction_id" }),
        (
            br#"{"event":"transaction.status_changed"}"#,
            Some(payment),
            Why::Missing { field: "transaction_id" },
        ),
    ] {
        let read = Event::from_verified(body);
        let unreadable =
            Event::Unreadable { event: event.map(str::to_owned), reason, raw: Bytes::copy_from_slice(body) };
        assert_eq!(read, unreadable, "{}", body.escape_ascii());
        assert_eq!(read.name(), event);
    }
    // A place behind a value that was replaced is still that of the body.
    let body = br#"{"event":"transaction.status_changed","note":NaN,"transaction_id":true}"#;
    let Event::Unreadable { reason, .. } = Event::from_verified(body) else { panic!("has no id") };
    assert_eq!(reason, Why::Misfit { line: 1, column: 67 });
    // With `arbitrary_precision` any number can be held, and only its kind is wrong.
    let body = id("1e400");
    let Event::Unreadable { reason, .. } = Event::from_verified(body.as_bytes()) else { panic!("has no id") };
    assert!(matches!(reason, Why::OutOfRange { line: 2, column: 18 } | Why::Misfit { line: 2, column: 18 }));
    let is_held = serde_json::from_str::<Value>("1e400").is_ok();
    assert_eq!(matches!(reason, Why::Misfit { .. }), is_held);
}

#[test]
fn a_flaw_outside_of_the_id_hides_nothing_else() {
    let rest = r#""event":"transaction.status_changed","transaction_id":"TX1","status":"paid""#;
    let expected = |extra: Value| {
        Event::TransactionStatusChanged(TransactionStatusChanged {
            transaction_id: Some("TX1".into()),
            status: Some(PaymentStatus::Paid),
            extra: extra.as_object().unwrap().clone(),
            ..TransactionStatusChanged::default()
        })
    };
    let held_at_most =
        |json: &str| serde_json::from_str(json).unwrap_or_else(|_| json!({"unreadable": json}));
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    // What is nested a hundred times is kept as text.
    let kept_deep = (0..98).fold(json!({"unreadable": deep[98..502]}), |inner, _| json!([inner]));
    for (flaw, extra) in [
        (b"\"amount\":NaN".as_slice(), json!({"amount": {"unreadable": "NaN"}})),
        (b"\"note\":[1,-Infinity]", json!({"note": [1, {"unreadable": "-Infinity"}]})),
        (b"\"note\":\"\\ud83d!\"", json!({"note": {"unreadable": "\"\\ud83d!\""}})),
        (b"\"order_id\":\"a\xffb\"", json!({"order_id": {"unreadable": "\"a\u{fffd}b\""}})),
        (b"\"a\xff\":1", json!({"\u{fffd}": 1})),
        (b"\"amount\":1e400", json!({"amount": held_at_most("1e400")})),
        (b"\"note\":-1e400", json!({"note": held_at_most("-1e400")})),
        (b"\"amount\":\"1\",\"amount\":\"2\"", json!({"amount": ["1", "2"]})),
        (b"\"note\":1,\"note\":2", json!({"note": [1, 2]})),
        (b"\"amount\":\"1\",\"amount\":[\"2\"]", json!({"amount": ["1", ["2"]]})),
        // The key under which it is stored, with a value of another kind.
        ("\"\u{f8ff}nd8\u{f8ff}truncated\":\"x\"".as_bytes(), json!({"truncated": "x"})),
        (b"\"status\":\"paid\"", json!({})),
        (b"\"event\":\"transaction.status_changed\"", json!({})),
        (b"\"order_id\":None", json!({"order_id": {"unreadable": "None"}})),
        (format!("\"note\":{deep}").as_bytes(), json!({"note": kept_deep})),
        (
            b"\"depositAttempts\":[{\"status\":\"failed\"},7]",
            json!({"depositAttempts": [{"status": "failed"}, 7]}),
        ),
    ] {
        for body in [
            [b"{".as_slice(), rest.as_bytes(), b",", flaw, b"}"].concat(),
            [b"\xef\xbb\xbf{".as_slice(), flaw, b", ", rest.as_bytes(), b"}\n"].concat(),
        ] {
            assert_eq!(Event::from_verified(&body), expected(extra.clone()), "{}", body.escape_ascii());
        }
    }
}

/// Cuts a payload anywhere: its complete fields are read unchanged, and no other value.
#[test]
fn what_comes_before_the_end_of_a_truncated_body_is_read() {
    let body = r#"{"event":"transaction.status_changed","transaction_id":"TX12","amount":12.75,"currency":"USD", "order_id":47110,"updated_at":"2026-01-02T03:04:05Z","a":{"b":[1,2]}}"#;
    let Event::TransactionStatusChanged(whole) = Event::from_verified(body.as_bytes()) else {
        panic!("is about a payment")
    };
    let id_ends = body.find(",\"amount").unwrap();
    for end in 1..body.len() {
        match Event::from_verified(&body.as_bytes()[..end]) {
            Event::Unreadable { reason, .. } => {
                assert!(end < id_ends, "{end}");
                assert_eq!(reason, UnknownReason::Truncated);
            }
            Event::TransactionStatusChanged(part) => {
                assert!(end >= id_ends, "{end}");
                assert_eq!(part.transaction_id, whole.transaction_id);
                assert!(part.amount.is_none_or(|amount| Some(amount) == whole.amount), "{end}");
                assert!(part.order_id.is_none() || part.order_id == whole.order_id, "{end}");
                assert!(part.updated_at.is_none() || part.updated_at == whole.updated_at, "{end}");
                assert_eq!(part.amount.is_some(), end > body.find(",\"currency").unwrap(), "{end}");
            }
            other => panic!("{end}: {other:?}"),
        }
    }
}

/// Compares lenient with strict reading of damaged bodies: both read the same, and neither panics.
#[test]
fn both_ways_of_reading_agree_on_damaged_bodies() {
    let mut random = fastrand::Rng::with_seed(11);
    let pieces: [&[u8]; 16] = [
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"null",
        b"1e400",
        b"NaN",
        b"\"\\ud800\"",
        b"\xff",
        b" ",
        b"0",
        b"event",
    ];
    let whole = payment().to_string().into_bytes();
    let refund = br#"{"event":"refund.status_changed","refund_id":7,"status":"failed","event":"refund.status_changed"}"#;
    let (mut strict, mut lenient, mut unreadable) = (0, 0, 0);
    for round in 0..5_000 {
        let mut body = if round % 2 == 0 { whole.clone() } else { refund.to_vec() };
        for _ in 0..random.usize(1..=2) {
            let start = random.usize(0..body.len());
            let end = (start + random.usize(0..4)).min(body.len());
            let piece = pieces[random.usize(0..pieces.len())];
            body.splice(start..end, piece.iter().copied());
        }
        let read = Event::lenient(&body);
        let shown = format!("{} {read:?}", body.escape_ascii());
        if let Some(expected) = Event::strict(&body) {
            assert_eq!(read, expected, "{shown}");
            strict += 1;
        } else if let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(&body) {
            // No name is made up.
            let letters = |name: &str| super::name::letters(&name.replace(char::is_whitespace, ""));
            assert!(
                read.name().is_none()
                    || read.name().map(letters) == fields.get("event").and_then(Value::as_str).map(letters),
                "{shown}"
            );
            lenient += 1;
        } else {
            unreadable += usize::from(matches!(read, Event::Unreadable { .. }));
            assert!(!matches!(read, Event::Unknown { event: None, .. }), "not even JSON: {shown}");
        }
    }
    assert!(strict > 150 && lenient > 50 && unreadable > 150, "{strict} {lenient} {unreadable}");
}

#[test]
fn debug_shows_no_value_of_an_unreadable_body() {
    let body = br#"{"event":"refund.status_changed","reason":"canary"}"#;
    let shown = format!("{:?}", Event::from_verified(body));
    assert!(
        shown.contains("Unreadable") && shown.contains("51 bytes") && !shown.contains("canary"),
        "{shown}"
    );
}
