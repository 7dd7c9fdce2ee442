//! Decimals on the wire: what is read, what is refused, and what survives other formats.

use std::str::FromStr as _;

use super::parse::{everyday, parse_json};
use super::{Decimal, number, request, string};

/// Reads a value as a field that must not be absent.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(
        serialize_with = "number::double_option::serialize",
        deserialize_with = "request::double_option"
    )]
    number: Option<Option<Decimal>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(
        serialize_with = "string::double_option::serialize",
        deserialize_with = "request::double_option"
    )]
    string: Option<Option<Decimal>>,
}

/// Decimals as a request has them.
#[derive(Debug, PartialEq, serde::Deserialize)]
struct Asked {
    #[serde(deserialize_with = "request::deserialize")]
    price: Decimal,
    #[serde(default, deserialize_with = "request::option")]
    amount: Option<Decimal>,
    #[serde(default, deserialize_with = "request::nullable")]
    limit: Option<Decimal>,
}

#[test]
fn what_a_request_has_is_read_or_refused_and_never_absent() {
    let read = |field: &str, written: &str| {
        let others = [("price", "1"), ("amount", "2"), ("limit", "3")];
        let fields =
            others.map(|(name, other)| format!("\"{name}\":{}", if name == field { written } else { other }));
        serde_json::from_str::<Asked>(&format!("{{{}}}", fields.join(",")))
    };
    for written in [
        r#""""#,
        r#"" ""#,
        r#"" 40.00""#,
        r#""+40.00""#,
        r#""40.""#,
        r#"".5""#,
        r#""1e2""#,
        "1e2",
        r#""1,00""#,
        r#""1_000""#,
        r#""none""#,
        "true",
        "[]",
        "{}",
        "[40]",
        r#"{"amount":40}"#,
        "0.12345678901234567890123456789",
    ] {
        for field in ["price", "amount", "limit"] {
            let error = read(field, written).expect_err(written).to_string();
            assert!(!error.contains("none\"") && error.contains("expected"), "{field}: {written}: {error}");
        }
    }
    for (written, expected) in
        [("40.00", "40.00"), (r#""40.00""#, "40.00"), (r#""\u0034""#, "4"), ("-7", "-7")]
    {
        let asked = read("amount", written).expect(written);
        assert_eq!(asked.amount.map(|it| it.to_string()).as_deref(), Some(expected), "{written}");
    }
    // JavaScript writes null for a number that is none.
    read("price", "null").expect_err("has to be there");
    assert!(read("amount", "null").expect_err("is not absent").to_string().contains("leave out the field"));
    assert_eq!(read("limit", "null").expect("may be null").limit, None);
    assert_eq!(serde_json::from_str::<Asked>(r#"{"price":1}"#).expect("is absent").amount, None);
}

#[test]
fn a_change_distinguishes_absent_null_and_value() {
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
    let read = |written: &str| -> [Result<Both, String>; 5] {
        let fields = format!(r#""number":{written},"string":{written}"#);
        let json = format!("{{{fields}}}");
        let tagged = format!(r#"{{"type":"Both",{fields}}}"#);
        let value: serde_json::Value = serde_json::from_str(&json).expect("is JSON");
        [
            serde_json::from_str::<Flattened>(&json).map(|it| it.both).map_err(|it| it.to_string()),
            serde_json::from_str::<Tagged>(&tagged)
                .map(|Tagged::Both(both)| both)
                .map_err(|it| it.to_string()),
            match serde_json::from_str::<Untagged>(&json) {
                Ok(Untagged::Both(both)) => Ok(both),
                // serde reports nothing of the alternatives it tried.
                other => Err(format!("binary floating point or otherwise: {other:?}")),
            },
            serde_json::from_value(value.clone()).map_err(|it| it.to_string()),
            <Both as serde::Deserialize>::deserialize(&value).map_err(|it| it.to_string()),
        ]
    };
    let long = "0.1123456789012345678901";
    for (written, expected) in [
        (format!("\"{long}\""), amount(long)),
        ("\"29.990\"".into(), amount("29.990")),
        ("-7".into(), amount("-7")),
        (u64::MAX.to_string(), u64::MAX.into()),
    ] {
        for both in read(&written) {
            let both = both.expect(&written);
            assert_eq!((both.number, both.string), (expected, expected), "{written}");
        }
    }
    for written in
        [long, "29.99", "0.1000000000000000000000001", "10.0", "1e2", "79228162514264337593543950335"]
    {
        for both in read(written) {
            match both {
                // With `arbitrary_precision`, which somebody else may have switched on, the digits are there.
                Ok(both) => {
                    let expected = parse(written).expect(written);
                    assert_eq!((both.number, both.string), (expected, expected));
                }
                Err(error) => assert!(error.contains("binary floating point"), "{written}: {error}"),
            }
        }
        // Text is not buffered, wherever it comes from.
        let json = format!(r#"{{"number":{written},"string":{written}}}"#);
        let expected = parse(written).expect(written);
        for both in [serde_json::from_str::<Both>(&json), serde_json::from_reader(json.as_bytes())] {
            assert_eq!(both.expect(written).number, expected, "{written}");
        }
    }
}

/// As generated code has it for a type with alternatives.
#[derive(Debug)]
enum Item {
    Priced(Both),
    Named(String),
}

impl<'de> serde::Deserialize<'de> for Item {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = <super::Alternatives as serde::Deserialize>::deserialize(deserializer)?;
        found
            .read()
            .map(Self::Priced)
            .or_else(|_| found.read().map(Self::Named))
            .map_err(|_| found.refusal("neither form"))
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(tag = "type")]
enum Order {
    Order { items: Vec<Item> },
}

#[test]
fn alternatives_keep_digits_or_refuse_them() {
    let written = r#"{"number":0.1000000000000000000000001,"string":"0.1"}"#;
    let exact = Decimal::from_str("0.1000000000000000000000001").expect("is a decimal");
    let order = |item: &str| format!(r#"{{"type":"Order","items":[{item}]}}"#);
    let value: serde_json::Value = serde_json::from_str(written).expect("is JSON");
    let tagged =
        serde_json::from_str::<Order>(&order(written)).map(|Order::Order { mut items }| items.remove(0));
    for item in [serde_json::from_value::<Item>(value), tagged] {
        match item {
            Ok(Item::Priced(both)) => assert_eq!(both.number, exact),
            Ok(other) => panic!("{other:?}"),
            Err(error) => assert!(error.to_string().contains("binary floating point"), "{error}"),
        }
    }
    for item in [serde_json::from_str::<Item>(written), serde_json::from_reader(written.as_bytes())] {
        let Ok(Item::Priced(both)) = item else { panic!("{item:?}") };
        assert_eq!(both.number, exact);
    }
    let Ok(Order::Order { items }) =
        serde_json::from_str::<Order>(&order(r#""mug",{"number":1,"string":"0.1"}"#))
    else {
        panic!("is an order")
    };
    let [Item::Named(name), Item::Priced(both)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((&**name, both.string.to_string().as_str()), ("mug", "0.1"));
    let error = serde_json::from_str::<Item>("[7]").expect_err("is neither");
    assert_eq!(error.to_string(), "neither form");
    let mut bytes = Vec::new();
    ciborium::into_writer(&serde_json::json!({"number": "1.5", "string": "0.1"}), &mut bytes)
        .expect("is writable");
    let Ok(Item::Priced(both)) = ciborium::from_reader(&bytes[..]) else { panic!("is readable") };
    assert_eq!(both.number.to_string(), "1.5");
}

#[test]
fn integers_of_other_formats_are_exact_at_any_size() {
    let largest: u128 = 79_228_162_514_264_337_593_543_950_335;
    for (number, expected) in
        [(u128::from(u64::MAX) + 1, true), (largest, true), (largest + 1, false), (u128::MAX, false)]
    {
        let mut bytes = Vec::new();
        let map = [("number", number), ("string", number)]
            .map(|(name, number)| (ciborium::Value::from(name), ciborium::Value::from(number)));
        ciborium::into_writer(&ciborium::Value::Map(map.into()), &mut bytes).expect("is writable");
        match ciborium::from_reader::<Both, _>(&bytes[..]) {
            Ok(both) if expected => assert_eq!(both.number.to_string(), number.to_string()),
            Err(error) if !expected => assert!(error.to_string().contains("at most 28 digits"), "{error}"),
            other => panic!("{number}: {other:?}"),
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
