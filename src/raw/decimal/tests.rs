//! Decimals on the wire: what is read, what is refused, and what survives other formats.

use std::str::FromStr as _;

use super::parse::{everyday, parse_json};
use super::{Decimal, number, string};

/// What a field reads that has to be there.
fn parse(json: &str) -> Result<Decimal, String> {
    parse_json(json)?.ok_or_else(|| "nothing".to_owned())
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Both {
    #[serde(with = "number")]
    number: Decimal,
    #[serde(with = "string")]
    string: Decimal,
    #[serde(default, with = "number::option", skip_serializing_if = "Option::is_none")]
    maybe_number: Option<Decimal>,
    #[serde(default, with = "string::option", skip_serializing_if = "Option::is_none")]
    maybe_string: Option<Decimal>,
}

#[derive(Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Change {
    #[serde(default, with = "number::double_option", skip_serializing_if = "Option::is_none")]
    number: Option<Option<Decimal>>,
    #[serde(default, with = "string::double_option", skip_serializing_if = "Option::is_none")]
    string: Option<Option<Decimal>>,
}

#[test]
fn a_change_tells_absent_null_and_value_apart() {
    let value = Decimal::from_str("29.990").expect("is a decimal");
    for (json, change) in [
        ("{}", Change::default()),
        (r#"{"number":null}"#, Change { number: Some(None), string: None }),
        (r#"{"number":29.990,"string":null}"#, Change { number: Some(Some(value)), string: Some(None) }),
        (r#"{"string":"29.990"}"#, Change { number: None, string: Some(Some(value)) }),
    ] {
        assert_eq!(serde_json::from_str::<Change>(json).expect("is readable"), change, "{json}");
        assert_eq!(serde_json::to_string(&change).expect("is writable"), json);
    }
}

#[test]
fn digits_survive_the_round_trip() {
    let long = "0.112345678901234567890";
    let json =
        format!(r#"{{"number":{long},"string":"{long}","maybe_number":29.990,"maybe_string":"100.00"}}"#);
    let both: Both = serde_json::from_str(&json).expect("is readable");
    assert_eq!(both.number, Decimal::from_str(long).expect("is a decimal"));
    assert_eq!(serde_json::to_string(&both).expect("is writable"), json);
}

#[test]
fn either_form_is_read_at_either_place() {
    let both: Both =
        serde_json::from_str(r#"{"number":"1.50","string":1.50,"maybe_string":null}"#).expect("is readable");
    assert_eq!(serde_json::to_string(&both).expect("is writable"), r#"{"number":1.50,"string":"1.50"}"#);
}

#[test]
fn what_does_not_fit_is_refused() {
    for refused in [
        r#""""#,
        "true",
        "null",
        "{}",
        r#""12 USD""#,
        r#""NaN""#,
        "1e400",
        "1e-400",
        "1e",
        r#""1_000""#,
        "0.12345678901234567890123456789",
        "123456789012345678901234567890",
        r#""--1""#,
        "[1]",
        r#""1_0e2""#,
        r#"".""#,
        r#""+""#,
        r#""e1""#,
        r#""1,00""#,
        r#""1 000""#,
        r#""1-2""#,
        "1e29",
        "0e29",
        "0e-29",
        "0e200000000",
        "0e99999999999999999999",
        "0e-99999999999999999999",
        r#""1e+""#,
        r#""1e--2""#,
        r#""1e 2""#,
        r#""1e2e2""#,
        r#""- 1""#,
        r#""+-1""#,
        r#""\u22121""#,
        r#""٣""#,
        r#""1e٣""#,
        r#""0x10""#,
        r#""inf""#,
        r#""1.2.3""#,
        r#""1'000""#,
    ] {
        assert!(parse(refused).is_err(), "{refused} was read as {:?}", parse(refused));
    }
    let error = serde_json::from_str::<Both>(r#"{"number":1,"string":"secret"}"#).expect_err("is no decimal");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn the_short_way_and_the_long_way_agree() {
    let texts = ["0", "0.0", "00.10", "7", "29.99", "100.00", "999999999999999999", "9999999999999999.9"];
    for text in texts {
        let short = everyday(text.as_bytes()).expect("is an everyday amount");
        let long = Decimal::from_str_exact(text).expect("is a decimal");
        assert_eq!((short, short.scale()), (long, long.scale()), "{text}");
    }
    for text in ["", ".", ".5", "5.", "-1", "1.2.3", "1_0", "1e3", "9999999999999999999"] {
        assert_eq!(everyday(text.as_bytes()), None, "{text} goes the long way");
    }
}

#[test]
fn exponents_are_exact() {
    for (written, plain) in
        [("2.5e3", "2500"), ("25e-1", "2.5"), ("1E+2", "100"), ("-1.25e1", "-12.5"), ("0e5", "0")]
    {
        assert_eq!(parse(written), Ok(Decimal::from_str(plain).expect("is a decimal")), "{written}");
    }
}

#[test]
fn signs_blanks_and_bare_points_are_read() {
    for (written, plain) in [
        (r#""+99.00""#, "99.00"),
        (r#"" 99.00 ""#, "99.00"),
        (r#""\t99.00\n""#, "99.00"),
        (r#""\u0039.5""#, "9.5"),
        (r#""99.""#, "99"),
        (r#"".50""#, "0.50"),
        (r#""-.5""#, "-0.5"),
        ("1e28", "10000000000000000000000000000"),
        ("1e-28", "0.0000000000000000000000000001"),
    ] {
        assert_eq!(parse(written), Ok(Decimal::from_str(plain).expect("is a decimal")), "{written}");
    }
}

#[test]
fn a_blank_amount_is_none_where_it_may_be_absent() {
    for blank in [r#""""#, r#""  ""#, "null"] {
        let json = format!(r#"{{"number":1,"string":"1","maybe_number":{blank},"maybe_string":{blank}}}"#);
        let both: Both = serde_json::from_str(&json).expect("is readable");
        assert_eq!((both.maybe_number, both.maybe_string), (None, None), "{blank}");
        let json = format!(r#"{{"number":{blank},"string":"1"}}"#);
        serde_json::from_str::<Both>(&json).expect_err("a required amount is not made up");
    }
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Flattened {
    #[serde(flatten)]
    both: Both,
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Both(Both),
}

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Both(Both),
}

#[test]
fn strings_and_whole_numbers_survive_a_buffer_and_fractions_never_become_wrong() {
    let amount = |text| Decimal::from_str(text).expect("is a decimal");
    let read = |written: &str| -> [Result<Both, String>; 3] {
        let fields = format!(r#""number":{written},"string":{written}"#);
        let json = format!("{{{fields}}}");
        let tagged = format!(r#"{{"type":"Both",{fields}}}"#);
        [
            serde_json::from_str::<Flattened>(&json).map(|it| it.both).map_err(|it| it.to_string()),
            serde_json::from_str::<Tagged>(&tagged)
                .map(|Tagged::Both(both)| both)
                .map_err(|it| it.to_string()),
            match serde_json::from_str::<Untagged>(&json) {
                Ok(Untagged::Both(both)) => Ok(both),
                // serde reports nothing of the alternatives it tried.
                other => Err(format!("floating point or otherwise: {other:?}")),
            },
        ]
    };
    let long = "0.1123456789012345678901";
    for (written, expected) in [
        (format!("\"{long}\""), amount(long)),
        ("\"29.990\"".into(), amount("29.990")),
        ("-7".into(), amount("-7")),
    ] {
        for both in read(&written) {
            let both = both.expect(&written);
            assert_eq!((both.number, both.string), (expected, expected), "{written}");
        }
    }
    for both in read("0.1123456789012345678901") {
        match both {
            // With `arbitrary_precision`, which somebody else may have switched on, the digits are there.
            Ok(both) => assert_eq!((both.number, both.string), (amount(long), amount(long))),
            Err(error) => assert!(error.contains("floating point"), "{error}"),
        }
    }
}

#[test]
fn other_formats_hold_amounts_as_strings() {
    let json = r#"{"number":29.990,"string":"100.00","maybe_number":0.1123456789012345678901}"#;
    let both: Both = serde_json::from_str(json).expect("is readable");
    let mut bytes = Vec::new();
    ciborium::into_writer(&both, &mut bytes).expect("is writable");
    assert!(bytes.windows(6).any(|bytes| bytes == b"29.990"), "the digits are there as a text");
    assert_eq!(ciborium::from_reader::<Both, _>(&bytes[..]).expect("is readable"), both);
    let bytes = rmp_serde::to_vec_named(&both).expect("is writable");
    assert!(bytes.windows(6).any(|bytes| bytes == b"29.990"), "the digits are there as a text");
    assert_eq!(rmp_serde::from_slice::<Both>(&bytes).expect("is readable"), both);
}
