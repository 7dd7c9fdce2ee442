//! What the verifier lets through, what it refuses, and in which order it looks.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;

use super::error::Kind;
use super::{DELIVERY_ID_HEADER, EVENT_HEADER, Error, Event, SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier};

const BODY: &[u8] = br#"{"event":"webhook.test"}"#;
const NOW: i64 = 1_767_322_800;

/// Returns a verifier whose clock does not change.
fn verifier() -> Verifier {
    at(NOW)
}

fn at(second: i64) -> Verifier {
    Verifier::new("secret").clock(move || Timestamp::from_second(second).unwrap())
}

/// Returns the headers of a delivery that was sent at that time.
fn headers() -> Vec<(&'static str, String)> {
    verifier().signed_headers("b7c1", "webhook.test", BODY).into()
}

/// Returns these headers with another value of one of them.
fn headers_with(name: &str, value: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = headers();
    match value {
        Some(value) => headers.iter_mut().find(|(key, _)| *key == name).unwrap().1 = value.to_owned(),
        None => headers.retain(|(key, _)| *key != name),
    }
    headers
}

fn refusal(verifier: &Verifier, headers: &[(&'static str, String)], body: &[u8]) -> Error {
    verifier.verify(headers, body).unwrap_err()
}

/// RFC 4231, test case 2.
#[test]
fn it_signs_like_everybody_else() {
    let verifier = Verifier::new("Jefe");
    let body = b"what do ya want for nothing?";
    let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(verifier.sign(body), expected);
    assert_eq!(verifier.verify_signature(&expected.to_uppercase().replace("SHA", "sha"), body), Ok(0));
    assert_eq!(verifier.verify_signature(&format!(" {expected} "), body), Ok(0));
}

#[test]
fn what_is_no_signature_of_this_body_is_refused() {
    let verifier = verifier();
    let good = verifier.sign(BODY);
    let hex = good.strip_prefix("sha256=").unwrap();
    let short = &good[..good.len() - 2];
    let mut flipped = good.clone();
    flipped.replace_range(7..8, if hex.starts_with('0') { "1" } else { "0" });
    for header in
        ["", "sha256=", hex, short, &flipped, &format!("{good}00"), "sha256=zz", "sha1=00", "sha256=ü"]
    {
        let error = verifier.verify_signature(header, BODY).unwrap_err();
        assert!(error.is_signature(), "{header}");
        assert_eq!(refusal(&verifier, &headers_with(SIGNATURE_HEADER, Some(header)), BODY), error);
    }
    assert!(Verifier::new("other").verify_signature(&good, BODY).unwrap_err().is_signature());
    assert!(verifier.verify_signature(&good, &BODY[1..]).unwrap_err().is_signature());
}

#[test]
fn it_returns_which_secret_matched() {
    let secrets = ["newest", "older", "oldest"];
    let verifier = Verifier::from_secrets(secrets);
    for (index, secret) in secrets.into_iter().enumerate() {
        let sender = Verifier::new(secret);
        assert_eq!(verifier.verify_signature(&sender.sign(BODY), BODY), Ok(index));
        let delivery = verifier.verify(&sender.signed_headers("b7c1", "webhook.test", BODY), BODY).unwrap();
        assert_eq!(delivery.matched_secret, index);
    }
    assert_eq!(verifier.sign(BODY), Verifier::new("newest").sign(BODY));
    let twice = Verifier::new("same").also("same");
    assert_eq!(twice.verify_signature(&twice.sign(BODY), BODY), Ok(0));
}

#[test]
fn a_secret_that_cannot_be_one_verifies_nothing() {
    let nobody = Verifier::from_secrets(Vec::<String>::new());
    for forgotten in [
        nobody,
        Verifier::new(""),
        Verifier::new("\n"),
        Verifier::new("secret").also(""),
        Verifier::new("secret\n"),
        Verifier::new("secret").also(" older"),
        Verifier::new("secret").also("older\r\n"),
        Verifier::from_secrets(["secret", "in two\nlines"]),
        Verifier::from_secrets(["secret", "oldest", "\"quoted\""]),
        Verifier::new("Bearer secret"),
        Verifier::new("secret").also("Api-Key older"),
    ] {
        let error = forgotten.clone().checked().unwrap_err();
        assert!(error.is_configuration());
        for secret in ["older", "two", "quoted", "Bearer secret", "Api-Key"] {
            assert!(!format!("{error} {error:?} {forgotten:?}").contains(secret), "{error}");
        }
        // Signed with the empty key as well as with the good one.
        for sender in [&Verifier::new(""), &forgotten, &Verifier::new("secret")] {
            let headers = sender.signed_headers("b7c1", "webhook.test", BODY);
            let error = forgotten.verify(&headers, BODY).unwrap_err();
            assert!(error.is_configuration());
            assert_eq!(error.response_status(), 500);
            assert!(forgotten.verify_signature(&sender.sign(BODY), BODY).unwrap_err().is_configuration());
        }
    }
}

#[test]
fn time_is_bounded_in_both_directions() {
    let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
    let defaults: fn(Verifier) -> Verifier = |it| it;
    let strict: fn(Verifier) -> Verifier = |it| it.tolerance(Duration::ZERO);
    let uneven: fn(Verifier) -> Verifier =
        |it| it.max_age(Duration::from_secs(7)).max_ahead(Duration::from_secs(3));
    let off: fn(Verifier) -> Verifier = |it| it.max_age(None).max_ahead(None);
    let (fine, stale, ahead) =
        (None, |it| Some(Kind::Stale { tolerance: it }), |it| Some(Kind::FromTheFuture { tolerance: it }));
    for (configure, age, expected) in [
        (defaults, 0, fine),
        (defaults, 600, fine),
        (defaults, 3 * 86_400, fine),
        (defaults, 3 * 86_400 + 1, stale(minutes(3 * 24 * 60))),
        (defaults, -300, fine),
        (defaults, -301, ahead(minutes(5))),
        (strict, 0, fine),
        (strict, 1, stale(Duration::ZERO)),
        (strict, -1, ahead(Duration::ZERO)),
        (uneven, 7, fine),
        (uneven, 8, stale(Duration::from_secs(7))),
        (uneven, -3, fine),
        (uneven, -4, ahead(Duration::from_secs(3))),
        (off, NOW, fine),
        (off, -50_000_000_000, fine),
    ] {
        let headers = at(NOW - age).signed_headers("b7c1", "webhook.test", BODY);
        let verified = configure(verifier()).verify(&headers, BODY);
        match (verified, expected) {
            (Ok(delivery), None) => assert_eq!(delivery.timestamp.map(Timestamp::as_second), Some(NOW - age)),
            (Err(error), Some(kind)) => {
                assert_eq!(error, kind.into());
                assert_ne!(error.is_stale(), error.is_from_the_future());
            }
            (verified, expected) => panic!("{age}: {verified:?} is not {expected:?}"),
        }
    }
}

/// `timestamp.rs` has the forms; this is what becomes of them.
#[test]
fn timestamps_are_read_in_several_forms() {
    for fine in [
        " 1767322800 ",
        "1767322800.25",
        "1767322800250",
        "2026-01-02T03:00:00Z",
        "2026-01-02 03:00:00+00:00",
    ] {
        let delivery = verifier().verify(&headers_with(TIMESTAMP_HEADER, Some(fine)), BODY).unwrap();
        assert_eq!(delivery.timestamp.map(Timestamp::as_second), Some(NOW), "{fine}");
    }
    assert!(refusal(&verifier(), &headers_with(TIMESTAMP_HEADER, Some("1767063599999")), BODY).is_stale());
    assert!(
        refusal(&verifier(), &headers_with(TIMESTAMP_HEADER, Some("1767323100001")), BODY)
            .is_from_the_future()
    );
    let long = format!("1767322800.{}", "0".repeat(60));
    for malformed in ["", "-1", "+1", "1e9", "0x10", "NaN", "now", "999999999999999999999", "\u{661}", &long]
    {
        let error = refusal(&verifier(), &headers_with(TIMESTAMP_HEADER, Some(malformed)), BODY);
        assert_eq!(error, Kind::MalformedHeader(TIMESTAMP_HEADER).into(), "{malformed}");
    }
}

#[test]
fn without_bounds_the_timestamp_is_not_needed() {
    let missing = headers_with(TIMESTAMP_HEADER, None);
    let malformed = headers_with(TIMESTAMP_HEADER, Some("now"));
    let repeated = [headers(), vec![(TIMESTAMP_HEADER, "0".to_owned())]].concat();
    let any_time = verifier().max_age(None).max_ahead(None);
    for headers in [&missing, &malformed, &repeated] {
        assert_eq!(any_time.verify(headers, BODY).unwrap().timestamp, None);
        // One bound is enough to need it.
        for bounded in [verifier().max_age(None), verifier().max_ahead(None)] {
            assert!(refusal(&bounded, headers, BODY).is_header());
        }
    }
    assert!(any_time.verify(&headers(), BODY).unwrap().timestamp.is_some());
}

#[test]
fn headers_that_are_missing_are_named() {
    for name in [SIGNATURE_HEADER, TIMESTAMP_HEADER, DELIVERY_ID_HEADER] {
        let error = refusal(&verifier(), &headers_with(name, None), BODY);
        assert_eq!(error, Kind::MissingHeader(name).into());
        assert!(error.is_header() && error.to_string().contains(name));
    }
    let delivery = verifier().verify(&headers_with(EVENT_HEADER, None), BODY).unwrap();
    assert_eq!((delivery.announced, delivery.event.name()), (None, Some("webhook.test")));
}

#[test]
fn ids_are_short_and_visible() {
    let longest = "x".repeat(255);
    for fine in ["8f14e45f-ceea-4f6a-9b1a-3d2f1c0b7a55", "7", &longest] {
        let delivery = verifier().verify(&headers_with(DELIVERY_ID_HEADER, Some(fine)), BODY).unwrap();
        assert_eq!(delivery.id.as_str(), fine);
    }
    for malformed in ["", " ", "a b", "a\nb", "\u{e9}", &"x".repeat(256)] {
        let error = refusal(&verifier(), &headers_with(DELIVERY_ID_HEADER, Some(malformed)), BODY);
        assert_eq!(error, Kind::MalformedHeader(DELIVERY_ID_HEADER).into(), "{malformed:?}");
    }
}

/// Checks that the header has no influence on the event: it is not signed.
#[test]
fn the_event_is_the_one_that_the_body_names() {
    for (header, announced) in
        [("refund.status_changed", Some("refund.status_changed")), ("a b", None), ("", None), ("<p>", None)]
    {
        let delivery = verifier().verify(&headers_with(EVENT_HEADER, Some(header)), BODY).unwrap();
        assert!(matches!(delivery.event, Event::WebhookTest(_)));
        assert_eq!(delivery.announced.as_deref(), announced);
    }
}

#[test]
fn checks_come_in_order() {
    // Everything is wrong at once; then one thing after the other is put right.
    let mut headers = vec![(TIMESTAMP_HEADER, "0".to_owned())];
    let wrong = b"not json";
    let small = verifier().max_body(wrong.len() - 1);
    assert!(refusal(&small, &headers, wrong).is_too_large());
    assert_eq!(refusal(&small, &headers, wrong).response_status(), 413);
    let exact = verifier().max_body(wrong.len());
    assert_eq!(refusal(&exact, &headers, wrong), Kind::MissingHeader(SIGNATURE_HEADER).into());
    headers.push((SIGNATURE_HEADER, exact.sign(BODY)));
    assert!(refusal(&exact, &headers, wrong).is_signature());
    headers[1].1 = exact.sign(wrong);
    assert!(refusal(&exact, &headers, wrong).is_stale());
    headers[0].1 = NOW.to_string();
    assert_eq!(refusal(&exact, &headers, wrong), Kind::MissingHeader(DELIVERY_ID_HEADER).into());
    headers.push((DELIVERY_ID_HEADER, "b7c1".to_owned()));
    let delivery = exact.verify(&headers, wrong).unwrap();
    assert!(matches!(delivery.event, Event::Unreadable { event: None, .. }));
    assert_eq!(delivery.raw, wrong.as_slice());
}

#[test]
fn an_http_header_map_is_as_good_as_pairs() {
    let mut map = HeaderMap::new();
    for (name, value) in headers() {
        map.insert(name, HeaderValue::from_str(&value).unwrap());
    }
    assert_eq!(verifier().verify(&map, BODY), verifier().verify(&headers(), BODY));
    let repeated = map[SIGNATURE_HEADER].clone();
    map.append(SIGNATURE_HEADER, repeated);
    assert!(verifier().verify(&map, BODY).unwrap_err().is_header());
}

#[test]
fn a_flipped_bit_anywhere_is_noticed() {
    let headers = headers();
    for index in 0..BODY.len() * 8 {
        let mut body = BODY.to_vec();
        body[index / 8] ^= 1 << (index % 8);
        assert!(refusal(&verifier(), &headers, &body).is_signature(), "bit {index}");
    }
}

#[test]
fn a_body_may_be_a_mebibyte_and_no_more() {
    let (verifier, body) = (Verifier::new("secret"), vec![b' '; 1024 * 1024 + 1]);
    let signed = |body: &[u8]| verifier.verify(&verifier.signed_headers("b7c1", "webhook.test", body), body);
    assert!(signed(&body[1..]).is_ok());
    let error = signed(&body).unwrap_err();
    assert!(error.is_too_large() && error.to_string().contains("1048576"), "{error}");
}
