//! Deliveries that verify, in a wrapping or under names that ND8 does not document.

use super::Event;
use crate::raw::types::{PaymentStatus, RefundStatus};
use crate::webhooks::UnknownReason;

const PAYMENT: &str = r#"{"event":"transaction.status_changed","transaction_id":"TX1","order_id":"o1","amount":"99.10","status":"paid","currency":"USD"}"#;
const REFUND: &str = r#"{"event":"refund.status_changed","refund_id":"RF1","transaction_id":"TX1","amount":"5.00","status":"completed"}"#;

/// Returns a payload without the event's name.
fn nameless(payload: &str) -> String {
    let (_, fields) = payload.split_once(',').unwrap();
    format!("{{{fields}")
}

fn read(body: &str) -> Event {
    Event::from_verified(body.as_bytes())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Asserts that it is the one payment or the one refund, with nothing in `extra`.
fn assert_known(body: &str) {
    match read(body) {
        Event::TransactionStatusChanged(payment) => {
            assert_eq!(
                (payment.transaction_id.as_deref(), payment.order_id.as_deref()),
                (Some("TX1"), Some("o1"))
            );
            assert_eq!(payment.amount.map(|amount| amount.to_string()).as_deref(), Some("99.10"), "{body}");
            assert_eq!(payment.status, Some(PaymentStatus::Paid), "{body}");
            assert!(payment.extra.is_empty() && !payment.is_truncated, "{body}: {:?}", payment.extra);
        }
        Event::RefundStatusChanged(refund) => {
            assert_eq!(
                (refund.refund_id.as_deref(), refund.transaction_id.as_deref()),
                (Some("RF1"), Some("TX1"))
            );
            assert_eq!(refund.amount.map(|amount| amount.to_string()).as_deref(), Some("5.00"), "{body}");
            assert_eq!(refund.status, Some(RefundStatus::Completed), "{body}");
            assert!(refund.extra.is_empty() && !refund.is_truncated, "{body}: {:?}", refund.extra);
        }
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn a_known_event_is_read_in_any_wrapping() {
    for (payload, name) in [(PAYMENT, "transaction.status_changed"), (REFUND, "refund.status_changed")] {
        for wrapping in [
            "@",
            "[@]",
            "[[@]]",
            r#"{"data":@}"#,
            r#"{"payload":@}"#,
            r#"{"object":@}"#,
            r#"{"event":@}"#,
            r#"{"data":{"object":@}}"#,
            r#"{"data":[@]}"#,
            r#"{"events":[@]}"#,
            r#"{"body":@,"id":"m1","created_at":"2026-01-02T03:04:05Z"}"#,
            r#"{"id":"evt_1","object":"event","type":"event","data":{"object":@}}"#,
            r#"{"status":"ok","message":@}"#,
            r#"{"type":"Notification","message":@}"#,
        ] {
            let body = wrapping.replace('@', payload);
            assert_known(&body);
            // JSON in a string, and in a string in a string.
            if wrapping != "@" {
                assert_known(&wrapping.replace('@', &quoted(payload)));
                assert_known(&wrapping.replace('@', &quoted(&quoted(payload))));
            }
            assert_known(&quoted(&body));
        }
        // The name is around the payload, or under another key, or written in another way.
        let fields = nameless(payload);
        let inner = fields.strip_prefix('{').unwrap();
        for body in [
            format!(r#"{{"event":"{name}","data":{fields}}}"#),
            format!(
                r#"{{"event":"{name}","id":"evt_1","status":null,"payload":{fields},"created_at":1767323045}}"#
            ),
            format!(r#"{{"event":"{name}","data":{{"object":{fields}}}}}"#),
            format!(r#"{{"event":"{name}","data":{}}}"#, quoted(&fields)),
            format!(r#"{{"event":"{name}","data":[{fields}]}}"#),
            format!(r#"{{"id":"evt_1","object":"event","type":"{name}","data":{{"object":{fields}}}}}"#),
            format!(r#"{{"event":{{"type":"{name}"}},"data":{payload}}}"#),
            format!(r#"{{"event":"{name}","data":{payload}}}"#),
            format!(r#"{{"event":"{name}","{}":{fields}}}"#, name.split('.').next().unwrap()),
            format!(r#"{{"event":{{"name":"{name}","data":{fields}}}}}"#),
        ] {
            assert_known(&body);
        }
        for key in ["event_type", "eventType", "Event", "EVENT", "event-name", "type", "topic", "name"] {
            assert_known(&format!(r#"{{"{key}":"{name}",{inner}"#));
            assert_known(&format!(r#"{{"event":null,"{key}":"{name}",{inner}"#));
            assert_known(&format!(r#"{{"{key}":"{name}","data":{fields}}}"#));
        }
        for written in [
            name.to_uppercase(),
            name.replace('.', "_"),
            name.replace('_', "."),
            name.replace('.', "/"),
            name.to_uppercase().replace('.', "_"),
            name.replace(['.', '_'], "-"),
            name.replace(['.', '_'], ":"),
            name.replace("_c", "C"),
            name.replace(['.', '_'], ""),
            format!(" {name}\n"),
        ] {
            assert_known(&format!(r#"{{"event":{},{inner}"#, quoted(&written)));
            assert_known(&format!(r#"{{"type":{},{inner}"#, quoted(&written)));
        }
    }
    for body in [
        r#"{"event":"WEBHOOK_TEST"}"#,
        r#"[{"type":"webhook.test"}]"#,
        r#"{"data":{"event":"webhook.test"}}"#,
    ] {
        assert!(matches!(read(body), Event::WebhookTest(test) if test.extra.is_empty()), "{body}");
    }
}

/// Checks that an ambiguous body that may concern money is never acknowledged by an arm for all other events.
#[test]
fn what_is_not_certain_is_unreadable_and_the_reason_is_true() {
    use UnknownReason as Why;
    let (payment, refund) = ("transaction.status_changed", "refund.status_changed");
    let (p, r) = (nameless(PAYMENT), nameless(REFUND));
    let only = |field| Why::OnlyId { field };
    for (body, event, reason) in [
        // Without a name: the type is not guessed from the fields.
        (p.clone(), None, Why::Unnamed),
        (r.clone(), None, Why::Unnamed),
        (format!(r#"{{"data":{p}}}"#), None, Why::Unnamed),
        (format!(r#"{{"refund":{r}}}"#), None, Why::Unnamed),
        (format!(r#"{{"anything":{PAYMENT}}}"#), None, Why::Unnamed),
        (format!(r#"{{"event":null,"list":[{p}]}}"#), None, Why::Unnamed),
        (r#"{"id":"TX1","status":"paid"}"#.into(), None, Why::Unnamed),
        (r#"{"type":"card","checkoutId":"o1"}"#.into(), None, Why::Unnamed),
        (r#"{"event":7,"transactionId":"TX1"}"#.into(), None, Why::NotAnEvent),
        (format!("[{p}]"), None, Why::NotAnEvent),
        (quoted(&p), None, Why::Unnamed),
        // Under a name that may mean the same.
        (PAYMENT.replace(payment, "payment.paid"), Some("payment.paid"), Why::SimilarName),
        (PAYMENT.replace(payment, "PAYMENT_PAID"), Some("PAYMENT_PAID"), Why::SimilarName),
        (PAYMENT.replace(payment, "paymentStatusUpdated"), Some("paymentStatusUpdated"), Why::SimilarName),
        (PAYMENT.replace(payment, "transaction.updated"), Some("transaction.updated"), Why::SimilarName),
        (REFUND.replace(refund, "refund.completed"), Some("refund.completed"), Why::SimilarName),
        (REFUND.replace(refund, "refund"), Some("refund"), Why::SimilarName),
        (r#"{"type":"payment.failed","data":{"id":"TX1"}}"#.into(), Some("payment.failed"), Why::SimilarName),
        (
            PAYMENT.replace(payment, "nd8.transaction.status_changed"),
            Some("nd8.transaction.status_changed"),
            Why::SimilarName,
        ),
        (
            PAYMENT.replace(payment, "transaction.status_changed.v2"),
            Some("transaction.status_changed.v2"),
            Why::SimilarName,
        ),
        (PAYMENT.replace(payment, "status_changed"), Some("status_changed"), Why::SimilarName),
        (format!(r#"{{"event":"notification","data":{p}}}"#), Some("notification"), Why::SimilarName),
        (format!(r#"{{"event":"webhook","data":{PAYMENT}}}"#), Some("webhook"), Why::SimilarName),
        // Several names or events.
        (format!(r#"{{"event":"{payment}","data":{REFUND}}}"#), Some(payment), Why::SeveralNames),
        (
            format!(r#"{{"event":"webhook.resent","data":{PAYMENT}}}"#),
            Some("webhook.resent"),
            Why::SeveralNames,
        ),
        (
            format!(r#"{{"event":"message.sent","type":"{payment}","transaction_id":"TX1"}}"#),
            None,
            Why::SeveralNames,
        ),
        (
            format!(r#"{{"type":"{payment}","name":"{refund}","transaction_id":"TX1"}}"#),
            None,
            Why::SeveralNames,
        ),
        (format!("[{PAYMENT},{REFUND}]"), None, Why::SeveralEvents),
        (format!("[{PAYMENT},{PAYMENT}]"), None, Why::SeveralEvents),
        (format!("[{PAYMENT},{p}]"), None, Why::SeveralEvents),
        (format!(r#"[{PAYMENT},{{"event":"payout.paid"}}]"#), None, Why::SeveralEvents),
        (format!(r#"{{"data":{PAYMENT},"payload":{REFUND}}}"#), None, Why::SeveralEvents),
        (format!(r#"{{"event":"{payment}","data":{p},"object":{p}}}"#), Some(payment), Why::SeveralEvents),
        (format!(r#"{{"event":"{payment}","data":[{p},{p}]}}"#), Some(payment), Why::SeveralEvents),
        // No id of the thing itself.
        (
            r#"{"event":"refund.status_changed","id":"RF1","status":"completed"}"#.into(),
            Some(refund),
            only("refund_id"),
        ),
        (r#"{"event":"refund.status_changed","data":{"id":"RF1"}}"#.into(), Some(refund), only("refund_id")),
        (format!(r#"{{"event":"{payment}","id":"TX1"}}"#), Some(payment), only("transaction_id")),
        (
            format!(r#"{{"event":"{payment}","transaction":{{"id":"TX1"}}}}"#),
            Some(payment),
            only("transaction_id"),
        ),
        // Of the payment of a refund, the amount is another.
        (
            format!(r#"{{"event":"{refund}","data":{{"transaction_id":"TX1","amount":"99.10"}}}}"#),
            Some(refund),
            Why::Missing { field: "refund_id" },
        ),
        (
            format!(r#"{{"event":"{refund}","transaction":{p}}}"#),
            Some(refund),
            Why::Missing { field: "refund_id" },
        ),
        (
            format!(r#"{{"event":"{payment}","refund":{r}}}"#),
            Some(payment),
            Why::Missing { field: "transaction_id" },
        ),
        (
            format!(r#"{{"event":"{payment}","data":{r}}}"#),
            Some(payment),
            Why::Misfit { line: 1, column: 59 },
        ),
        // Its items are not the payment.
        (
            format!(r#"{{"event":"{payment}","id":"TX1","items":[{{"order_id":"o1","amount":"5.00"}}]}}"#),
            Some(payment),
            only("transaction_id"),
        ),
        (
            format!(r#"{{"event":"{payment}","transaction_id":"TX2","data":{p}}}"#),
            Some(payment),
            Why::SeveralEvents,
        ),
        (
            format!(r#"{{"event":"{refund}","transaction_id":"TX2","data":{r}}}"#),
            Some(refund),
            Why::SeveralEvents,
        ),
        // Damaged below the surface.
        (
            format!(r#"{{"event":"{payment}","data":{{"transaction_id":NaN}}}}"#),
            Some(payment),
            Why::NotANumber { line: 1, column: 64 },
        ),
        (
            format!("{{\"event\":\"{payment}\",\n\"data\":{}}}", quoted(r#"{"transaction_id":[7]}"#)),
            Some(payment),
            Why::Misfit { line: 2, column: 8 },
        ),
        (format!(r#"{{"event":"{payment}","data":{{"transaction_id":"T"#), Some(payment), Why::Truncated),
        (
            quoted(r#"{"event":"transaction.status_changed","transaction_id":"T"#),
            Some(payment),
            Why::Truncated,
        ),
        (quoted(r#"{"event":"transaction.status_ch"#), None, Why::Truncated),
        (
            format!(r#"{{"event":"{payment}","data":{}}}"#, quoted(r#"{"transaction_id":"T"} x"#)),
            Some(payment),
            Why::Misfit { line: 1, column: 46 },
        ),
        (format!(r#"{{"payload":{}}}"#, quoted("{\"event\":")), None, Why::Unnamed),
        (format!("[{PAYMENT},"), None, Why::Truncated),
        // The name of a known event, wherever it is.
        (quoted(payment), None, Why::NotAnEvent),
        (format!(r#"[["event","{payment}"],["transaction_id","TX1"]]"#), None, Why::NotAnEvent),
        (format!(r#"{{"action":"{refund}","refund":null}}"#), None, Why::Unnamed),
        (format!("{}{PAYMENT}{}", "[".repeat(20), "]".repeat(20)), None, Why::NotAnEvent),
    ] {
        let read = read(&body);
        let Event::Unreadable { event: name, reason: why, raw, .. } = read else {
            panic!("{body}: {read:?}")
        };
        assert_eq!((name.as_deref(), why), (event, reason), "{body}");
        assert_eq!(raw, body.as_bytes());
    }
}

/// New events must stay acknowledgeable, whatever they carry.
#[test]
fn events_of_other_names_are_unknown() {
    for (body, event) in [
        (r#"{"event":"payout.paid","payout_id":"PO1","amount":"5.00"}"#, Some("payout.paid")),
        (
            r#"{"event":"dispute.opened","transaction_id":"TX1","amount":"5.00","status":"pending"}"#,
            Some("dispute.opened"),
        ),
        (r#"{"event":"transaction.disputed","transaction_id":"TX1"}"#, Some("transaction.disputed")),
        (r#"{"event":"payment_link.updated","id":"1"}"#, Some("payment_link.updated")),
        (r#"{"event":"payout.paid","data":{"type":"payment","amount":"5.00"}}"#, Some("payout.paid")),
        (r#"{"event":"payout.paid","type":"refund","id":1}"#, Some("payout.paid")),
        (r#"{"event_type":"payout.paid","data":{"id":1}}"#, Some("payout.paid")),
        (r#"{"type":"subscription.renewed","amount":"5.00"}"#, Some("subscription.renewed")),
        (r#"[{"event":"payout.paid"},{"event":"payout.paid"}]"#, Some("payout.paid")),
        (r#"{"data":{"event":"payout.paid"}}"#, Some("payout.paid")),
        (r#""{\"event\":\"payout.paid\"}""#, Some("payout.paid")),
        (r#"{"event":"updated","payout_id":"PO1"}"#, Some("updated")),
        (r#"{"status":"ok"}"#, None),
        (r#"{"name":"Ada","type":"ping","amount":null,"template":"{{x}}"}"#, None),
        (r#""hello""#, None),
        ("[{},[]]", None),
    ] {
        let read = read(body);
        assert!(matches!(read, Event::Unknown { .. }), "{body}: {read:?}");
        assert_eq!(read.name(), event, "{body}");
    }
}

/// Checks that the payload is the object with the state, and that no field comes from another one.
#[test]
fn a_payload_is_one_object() {
    for (body, amount, extra) in [
        (
            r#"{"event":"transaction.status_changed","order_id":"o1","amount":"7","data":@}"#,
            Some("99.10"),
            None,
        ),
        (
            r#"{"event":"transaction.status_changed","order_id":"o2","status":"failed","data":@}"#,
            None,
            Some("data"),
        ),
        (
            r#"{"event":"transaction.status_changed","order_id":"o2","data":{"event":"paid","amount":"7"}}"#,
            None,
            Some("data"),
        ),
        (
            r#"{"event":"transaction.status_changed","order_id":"o2","data":{"note":"hello"}}"#,
            None,
            Some("data"),
        ),
    ] {
        let body = body.replace('@', &nameless(PAYMENT));
        let Event::TransactionStatusChanged(payment) = read(&body) else { panic!("{body}") };
        assert_eq!(payment.amount.map(|amount| amount.to_string()).as_deref(), amount, "{body}");
        let order_id = if extra.is_none() { "o1" } else { "o2" };
        assert_eq!(payment.order_id.as_deref(), Some(order_id), "{body}");
        assert_eq!(payment.extra.keys().next().map(String::as_str), extra, "{body}");
    }
}

#[test]
fn wrapping_costs_no_more_than_the_body() {
    // A mebibyte of lists, of objects, of strings in strings, and of names.
    let events = format!("[{}]", vec![PAYMENT; 7_000].join(","));
    let nested = format!("{}{}", r#"{"data":[{},"#.repeat(90_000), "]}".repeat(90_000));
    let strings = (0..12).fold(PAYMENT.to_owned(), |text, _| quoted(&text));
    let names = format!("{{{}\"x\":1}}", r#""type":"transaction.status_changed","#.repeat(27_000));
    // Each of these has a place in the body, which is not looked for from the beginning each time.
    let damaged = format!(
        "[{}1]",
        "{\"event\":\"transaction.status_changed\",\"transaction_id\":NaN},\n".repeat(15_000)
    );
    let quoted = format!(
        r#"{{"event":"transaction.status_changed","data":[{}1]}}"#,
        "\"{\\\"data\\\":[7]}\",\n".repeat(60_000)
    );
    for body in [events, nested, strings, names, damaged, quoted] {
        assert!(matches!(read(&body), Event::Unreadable { .. }), "{} bytes", body.len());
    }
}

/// Wraps known events at random, with other members: none is lost, and each field that is read has its value.
#[test]
fn no_wrapping_loses_an_event_or_changes_it() {
    let mut random = fastrand::Rng::with_seed(4);
    let keys = [
        "data",
        "payload",
        "object",
        "event",
        "body",
        "message",
        "items",
        "anything",
        "transaction",
        "refund",
    ];
    let others = [
        r#""id":"evt_1""#,
        r#""type":"event""#,
        r#""name":"Ada""#,
        r#""status":"ok""#,
        r#""created_at":"2026-01-02T03:04:05Z""#,
        r#""extra":{"a":[1,"x"]}"#,
        r#""order":7"#,
        r#""amount":"1.00""#,
        r#""event":null"#,
        r#""note":"{{x}}""#,
    ];
    let (mut known, mut unreadable) = (0, 0);
    for round in 0..5_000 {
        let (payload, name) = match round % 2 {
            0 => (PAYMENT, "transaction.status_changed"),
            _ => (REFUND, "refund.status_changed"),
        };
        let mut body = if random.bool() { payload.to_owned() } else { nameless(payload) };
        let mut is_named = body == payload;
        for level in 0..random.usize(0..5) {
            let (key, other) = (keys[random.usize(0..keys.len())], others[random.usize(0..others.len())]);
            body = match random.usize(0..6) {
                0 => format!("[{body}]"),
                1 => quoted(&body),
                2 if !is_named => {
                    is_named = true;
                    format!(r#"{{"event":"{name}","{key}":{body}}}"#).replace(r#"","event":"#, r#"","data":"#)
                }
                _ if level > 0 && other.contains("event") => format!(r#"{{"{key}":{body}}}"#),
                _ => format!(r#"{{{other},"{key}":{body}}}"#),
            };
        }
        match read(&body) {
            Event::TransactionStatusChanged(payment) => {
                assert_eq!(name, "transaction.status_changed", "{body}");
                assert_eq!(payment.transaction_id.as_deref(), Some("TX1"), "{body}");
                assert_eq!(
                    payment.amount.map(|amount| amount.to_string()).as_deref(),
                    Some("99.10"),
                    "{body}"
                );
                known += 1;
            }
            Event::RefundStatusChanged(refund) => {
                assert_eq!(name, "refund.status_changed", "{body}");
                assert_eq!(refund.refund_id.as_deref(), Some("RF1"), "{body}");
                assert_eq!(refund.amount.map(|amount| amount.to_string()).as_deref(), Some("5.00"), "{body}");
                known += 1;
            }
            Event::Unreadable { .. } => unreadable += 1,
            other => panic!("{body}: {other:?}"),
        }
    }
    assert!(known > 1_000 && unreadable > 1_000, "{known} {unreadable}");
}
