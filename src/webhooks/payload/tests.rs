//! Every field of every payload, absent, null, blank, of another kind, of another container, and extreme.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::webhooks::Event;

/// The kind of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// An id, a currency or a state.
    Name,
    /// A text that a person wrote.
    Words,
    Amount,
    Time,
    List,
}

use Kind::{Amount, List, Name, Time, Words};

/// An event, and its fields with their kinds and a value of each.
type Described = (&'static str, &'static [(&'static str, Kind, &'static str)]);

const PAYMENT: Described = (
    "transaction.status_changed",
    &[
        ("transaction_id", Name, r#""TXabc123""#),
        ("order_id", Name, r#""org1-1-a""#),
        ("amount", Amount, r#""99.10""#),
        ("currency", Name, r#""USD""#),
        ("status", Name, r#""paid""#),
        ("depositAttempts", List, r#"[{"status":"succeeded"}]"#),
        ("created_at", Time, r#""2026-01-02T03:04:05Z""#),
        ("updated_at", Time, r#""2026-01-02T03:04:06.5Z""#),
        ("brand_new", Words, r#""any text""#),
    ],
);

const REFUND: Described = (
    "refund.status_changed",
    &[
        ("refund_id", Name, r#""7""#),
        ("refund_public_id", Name, r#""RF7""#),
        ("transaction_id", Name, r#""TXabc123""#),
        ("order_id", Name, r#""org1-1-a""#),
        ("amount", Amount, r#""99.10""#),
        ("currency", Name, r#""USD""#),
        ("amount_usd", Amount, r#""99.10""#),
        ("status", Name, r#""completed""#),
        ("reason", Words, r#""broke""#),
        ("created_at", Time, r#""2026-01-02T03:04:05Z""#),
        ("updated_at", Time, r#""2026-01-02T03:04:06.5Z""#),
    ],
);

/// The result of reading a value.
#[derive(Clone, Copy, Debug)]
enum Read {
    /// It is read, and written as this.
    As(&'static str),
    /// There is none.
    Absent,
    /// It cannot be read, and is kept as it came.
    Kept,
}

use Read::{Absent, As, Kept};

const LONG: &str = "123456789012345678901234567890123456789";

/// Returns values (`None`: the field is absent) and the expected result of reading each in a field of a kind.
fn table(kind: Kind) -> Vec<(Option<&'static str>, Read)> {
    let mut table = vec![(None, Absent), (Some("null"), Absent)];
    let mut add =
        |read: &[(&'static str, Read)]| table.extend(read.iter().map(|(value, read)| (Some(*value), *read)));
    // No kind reads these.
    add(&[
        ("true", Kept),
        ("{}", Kept),
        (r#"{"a":1}"#, Kept),
        ("[1]", Kept),
        ("[[]]", Kept),
        ("1e400", Kept),
    ]);
    match kind {
        Name => add(&[
            (r#""""#, Absent),
            (r#"" ""#, Absent),
            (r#""x""#, As(r#""x""#)),
            ("0", As(r#""0""#)),
            ("7", As(r#""7""#)),
            ("7.0", As(r#""7""#)),
            ("18446744073709551616", As(r#""18446744073709551616""#)),
            (LONG, As(r#""123456789012345678901234567890123456789""#)),
            ("-1", Kept),
            ("1.5", Kept),
            ("1e3", Kept),
            ("-1e-999", Kept),
            ("[]", Kept),
            (r#"["x"]"#, Kept),
        ]),
        Words => add(&[
            (r#""""#, As(r#""""#)),
            (r#"" ""#, As(r#"" ""#)),
            ("7", As(r#""7""#)),
            ("-1", Kept),
            ("1e3", Kept),
            ("[]", Kept),
        ]),
        Amount => add(&[
            (r#""""#, Absent),
            (r#"" ""#, Absent),
            ("12.50", As(r#""12.50""#)),
            (r#""12.50""#, As(r#""12.50""#)),
            ("7", As(r#""7""#)),
            ("-0.1", As(r#""-0.1""#)),
            (r#""0.1234567890123456789""#, As(r#""0.1234567890123456789""#)),
            (r#""x""#, Kept),
            (r#""NaN""#, Kept),
            (r#""1,00""#, Kept),
            ("1e99", Kept),
            ("1e-99", Kept),
            (LONG, Kept),
            ("[]", Kept),
        ]),
        Time => add(&[
            (r#""""#, Absent),
            (r#"" ""#, Absent),
            (r#""2026-01-02T05:04:05.25+02:00""#, As(r#""2026-01-02T03:04:05.25Z""#)),
            (r#""2026-01-02T03:04:05.25""#, As(r#""2026-01-02T03:04:05.25Z""#)),
            (r#""soon""#, Kept),
            (r#""2026-13-01T00:00:00Z""#, Kept),
            (LONG, Kept),
            ("[]", Kept),
        ]),
        List => add(&[
            (r#""""#, Absent),
            ("[]", As("[]")),
            (r#"[{"status":"failed"}]"#, As(r#"[{"status":"failed"}]"#)),
            ("7", Kept),
            ("-1.5", Kept),
            (r#""x""#, Kept),
            (r#"[{"status":"failed"},7]"#, Kept),
            (r#"{"0":{"status":"failed"}}"#, Kept),
        ]),
    }
    table
}

/// Writes a payload in which one field has another value or is not there.
fn body((event, fields): Described, changed: &str, value: Option<&str>) -> String {
    let mut body = format!(r#"{{"event":"{event}""#);
    for (field, _, usual) in fields {
        let value = if *field == changed { value } else { Some(*usual) };
        if let Some(value) = value {
            body.push_str(&format!(r#","{field}":{value}"#));
        }
    }
    body + "}"
}

/// Returns what was read as JSON, and what is kept in `extra`.
fn read(body: &str) -> (Map<String, Value>, Map<String, Value>) {
    let (mut read, extra) = match Event::from_verified(body.as_bytes()) {
        Event::TransactionStatusChanged(payment) => (json!(payment), payment.extra),
        Event::RefundStatusChanged(refund) => (json!(refund), refund.extra),
        other => panic!("{body}: {other:?}"),
    };
    let read = read.as_object_mut().unwrap();
    read.retain(|field, _| !extra.contains_key(field.trim_start_matches(crate::raw::extra::MARK)));
    (std::mem::take(read), extra)
}

#[test]
fn no_value_of_a_field_hides_another_or_is_read_wrongly() {
    let mut cases = 0;
    for described in [PAYMENT, REFUND] {
        let (usual, usual_extra) = read(&body(described, "", None));
        let known = described.1.iter().filter(|(field, ..)| *field != "brand_new");
        assert_eq!(usual.len(), known.clone().count(), "each field is read: {usual:?}");
        for (field, kind, _) in known {
            for (value, expected) in table(*kind) {
                let body = body(described, field, value);
                let (mut read, mut extra) = read(&body);
                match expected {
                    As(written) => {
                        assert_eq!(read.remove(*field), serde_json::from_str(written).unwrap(), "{body}");
                    }
                    Absent => assert!(!extra.contains_key(*field), "{body}"),
                    Kept => {
                        let written = value.unwrap();
                        // Untyped JSON would round it.
                        let is_large =
                            written.len() > 20 && written.bytes().all(|byte| byte.is_ascii_digit());
                        let kept = serde_json::from_str(written).unwrap_or(json!({"unreadable": written}));
                        let kept = if is_large { json!(written) } else { kept };
                        assert_eq!(extra.remove(*field), Some(kept), "{body}");
                    }
                }
                let mut others = usual.clone();
                others.remove(*field);
                assert_eq!((read, extra), (others, usual_extra.clone()), "{body}");
                cases += 1;
            }
        }
    }
    assert!(cases > 300, "{cases}");
}

/// Any id is enough, whatever the rest is.
#[test]
fn what_is_identified_keeps_its_type() {
    for (event, fields) in [PAYMENT, REFUND] {
        let ids = fields.iter().filter(|(field, ..)| field.ends_with("_id"));
        for (id, _, usual) in ids.clone() {
            for hostile in [
                "null",
                r#""""#,
                "true",
                "{}",
                "[[7]]",
                "1e400",
                "NaN",
                r#""\udfff""#,
                "None",
                r#""a","x":"b""#,
            ] {
                let mut body = format!(r#"{{"event":"{event}","{id}":{usual}"#);
                for (field, ..) in fields.iter().filter(|(field, ..)| field != id) {
                    body.push_str(&format!(r#","{field}":{hostile}"#));
                }
                let texts = if hostile.starts_with(r#""a""#) { fields.len() } else { 1 };
                let (mut read, _) = read(&(body + "}"));
                // What a person wrote may be blank.
                read.retain(|_, value| value != "");
                assert_eq!(read[*id], serde_json::from_str::<Value>(usual).unwrap());
                assert!(read.len() <= texts, "{read:?}");
            }
        }
        // Without any, nobody knows what it is about.
        let mut body = format!(r#"{{"event":"{event}""#);
        for (field, _, usual) in fields.iter().filter(|(field, ..)| !field.ends_with("_id")) {
            body.push_str(&format!(r#","{field}":{usual}"#));
        }
        assert!(matches!(Event::from_verified((body + "}").as_bytes()), Event::Unreadable { .. }));
        assert_eq!(ids.count(), if event.starts_with("refund") { 4 } else { 2 });
    }
}

#[test]
fn a_test_has_whatever_it_has() {
    for value in ["null", r#""""#, "true", "7", "1e400", "{}", r#"["x"]"#] {
        let body = format!(r#"{{"event":"webhook.test","note":{value}}}"#);
        let Event::WebhookTest(test) = Event::from_verified(body.as_bytes()) else { panic!("{body}") };
        let expected = serde_json::from_str(value).unwrap_or(json!({"unreadable": value}));
        assert_eq!(Value::from(test.extra), json!({"note": expected}));
    }
}

/// Writes a payload, and asserts that strict decoding reads the same one, which also means that no field is written twice.
fn assert_survives<T>(payload: &T) -> String
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let stored = serde_json::to_string(payload).unwrap();
    assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), *payload, "{stored}");
    // With `arbitrary_precision`, `Value` has integers that serde cannot buffer.
    if serde_json::from_str::<Value>("1e400").is_err() {
        assert_eq!(serde_json::from_value::<T>(json!(payload)).unwrap(), *payload, "{stored}");
    }
    stored
}

fn assert_event_survives(body: &[u8]) -> String {
    match Event::from_verified(body) {
        Event::TransactionStatusChanged(payment) => assert_survives(&payment),
        Event::RefundStatusChanged(refund) => assert_survives(&refund),
        Event::WebhookTest(test) => assert_survives(&test),
        other => panic!("{}: {other:?}", body.escape_ascii()),
    }
}

/// Reads the same payload again after it was stored as JSON, also if a part of it could not be read.
#[test]
fn payloads_survive_being_stored() {
    let mut cases = 0;
    for described in [PAYMENT, REFUND] {
        for (field, kind, usual) in described.1 {
            let table = table(*kind).into_iter().map(|(value, _)| value.map(str::to_owned));
            let flaws = ["NaN", r#""\ud800""#, "None"].map(|flaw| Some(flaw.to_owned()));
            // Several values, of which none is certain, and the same one again.
            let repeats = [format!("[7],\"{field}\":{usual}"), format!("{usual},\"{field}\":{usual}")];
            for value in table.chain(flaws).chain(repeats.map(Some)) {
                let stored = assert_event_survives(body(described, field, value.as_deref()).as_bytes());
                assert!(*field == "brand_new" || !stored.contains(":null"), "{stored}");
                cases += 1;
            }
        }
    }
    assert!(cases > 350, "{cases}");
    let with =
        |more: &str| format!(r#"{{"event":"transaction.status_changed","transaction_id":"TX1",{more}"#);
    for body in [
        // Attempts have fields of their own that cannot be read.
        with(
            r#""depositAttempts":[{"attemptedAt":"soon","status":[7],"x":1},{"status":"failed","attemptedAt":"2026-01-02T03:04:05Z"}]}"#,
        ),
        with(r#""depositAttempts":[{"status":"failed","status":"succeeded"}]}"#),
        with(r#""depositAttempts":[{"errorMessage":NaN}]}"#),
        with(r#""depositAttempts":[]}"#),
        with(r#""order_id":"a","order_id":"b","note":1,"note":2}"#),
        // A name that only a stored payload has, and a body that is cut off.
        with("\"\u{f8ff}nd8\u{f8ff}amount\":7,\"\u{f8ff}nd8\u{f8ff}truncated\":false}"),
        with(r#""amount":"7","status":"pa"#),
        r#"{"event":"webhook.test","event":"webhook.test","a":NaN,"b":"#.into(),
    ] {
        assert_event_survives(body.as_bytes());
    }
    assert_event_survives(b"{\"event\":\"refund.status_changed\",\"refund_id\":\"R\",\"reason\":\"a\xff\"}");
}

/// A payload shows that the end of it is missing, and so does one that was stored.
#[test]
fn a_payload_that_was_cut_off_shows_it() {
    let known = |body: &str| match Event::from_verified(body.as_bytes()) {
        Event::TransactionStatusChanged(payment) => payment.is_truncated,
        Event::RefundStatusChanged(refund) => refund.is_truncated,
        Event::WebhookTest(test) => test.is_truncated,
        other => panic!("{body}: {other:?}"),
    };
    let string = |json: &str| Value::from(json).to_string();
    for (body, is_truncated) in [
        (body(PAYMENT, "", None), false),
        (body(PAYMENT, "", None).trim_end_matches('}').to_owned(), true),
        (body(REFUND, "", None).trim_end_matches('}').to_owned(), true),
        (body(REFUND, "reason", Some(r#""cut"#)).split_inclusive("cut").next().unwrap().to_owned(), true),
        (r#"{"event":"webhook.test""#.into(), true),
        (r#"{"event":"webhook.test"}"#.into(), false),
        (r#"{"event":"webhook.test","truncated":true,"is_truncated":true}"#.into(), false),
        (r#"{"event":"transaction.status_changed","transaction_id":"TX1","amount":"much"}"#.into(), false),
        (r#"{"data":{"event":"transaction.status_changed","transaction_id":"TX1"},"note":"#.into(), true),
        (string(r#"{"event":"transaction.status_changed","transaction_id":"TX1","amount":"#), true),
        (
            format!(r#"{{"event":"refund.status_changed","data":{}}}"#, string(r#"{"refund_id":7,"status""#)),
            true,
        ),
    ] {
        assert_eq!(known(&body), is_truncated, "{body}");
    }
}

/// Reads two payloads of one event, given as fields after `event`, and compares their age both ways.
fn ages(event: &str, one: &str, other: &str) -> Option<Ordering> {
    let read = |fields: &str| Event::from_verified(format!(r#"{{"event":"{event}",{fields}}}"#).as_bytes());
    let (there, back) = match (read(one), read(other)) {
        (Event::TransactionStatusChanged(one), Event::TransactionStatusChanged(other)) => {
            (one.compare_age(&other), other.compare_age(&one))
        }
        (Event::RefundStatusChanged(one), Event::RefundStatusChanged(other)) => {
            (one.compare_age(&other), other.compare_age(&one))
        }
        others => panic!("{others:?}"),
    };
    assert_eq!(there, back.map(Ordering::reverse), "{one} {other}");
    there
}

#[test]
fn the_newer_of_two_states_is_known_only_where_it_is_certain() {
    let (at, later) =
        (r#","updated_at":"2026-01-02T03:04:05.25Z""#, r#","updated_at":"2026-01-02T03:04:05.5Z""#);
    let other_zone = r#","updated_at":"2026-01-02T04:04:05.25+01:00""#;
    let (less, equal, unknown) = (Some(Ordering::Less), Some(Ordering::Equal), None);
    let (tx, order, both) =
        (r#""transaction_id":"T""#, r#""order_id":"o""#, r#""transaction_id":"T","order_id":"o""#);
    for (one, other, expected) in [
        ((tx, at), (tx, later), less),
        ((tx, at), (tx, at), equal),
        ((tx, at), (tx, other_zone), equal),
        ((tx, at), (both, later), less),
        ((order, at), (both, later), less),
        ((tx, ""), (tx, later), unknown),
        ((tx, ""), (tx, ""), unknown),
        ((tx, r#","updated_at":"soon""#), (tx, later), unknown),
        // Within the resolution of the clock.
        ((tx, at), (both, at), unknown),
        // Of two payments, or possibly so.
        ((tx, at), (order, later), unknown),
        ((tx, at), (r#""transaction_id":"U""#, later), unknown),
        ((both, at), (r#""transaction_id":"T","order_id":"p""#, later), unknown),
        ((tx, at), (r#""transaction_id":4711"#, later), unknown),
    ] {
        let (one, other) = (format!("{}{}", one.0, one.1), format!("{}{}", other.0, other.1));
        assert_eq!(ages("transaction.status_changed", &one, &other), expected, "{one} {other}");
    }
    let (refund, public) =
        (r#""refund_id":7,"transaction_id":"T""#, r#""refund_public_id":"RF7","transaction_id":"T""#);
    let with_both = r#""refund_id":"7","refund_public_id":"RF7""#;
    for (one, other, expected) in [
        (refund, refund, less),
        (refund, with_both, less),
        (public, with_both, less),
        (refund, public, unknown),
        (tx, tx, unknown),
        (refund, r#""refund_id":8,"transaction_id":"T""#, unknown),
        (refund, r#""refund_id":7,"transaction_id":"U""#, unknown),
    ] {
        let (one, other) = (format!("{one}{at}"), format!("{other}{later}"));
        assert_eq!(ages("refund.status_changed", &one, &other), expected, "{one} {other}");
    }
}
