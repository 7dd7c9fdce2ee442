//! Decimals on the wire, digit for digit.
//!
//! A JSON number passes through an `f64` in most of serde, unless somebody in the dependency graph switches
//! `serde_json/arbitrary_precision` on, and then it arrives as a map instead (rust-decimal#283). So numbers are read
//! and written as the text they are, by way of [`RawValue`], which does not depend on that feature.
//!
//! Where serde has buffered a value before (`flatten`, tagged and untagged enums), and in other formats, strings and whole
//! numbers are read, and a fraction that became an `f64` is an error. Formats for machines get decimals as strings.
//!
//! Both forms are read at either place, because Django REST Framework has a setting that changes one into the other
//! (`COERCE_DECIMAL_TO_STRING`). What does not fit a `Decimal` exactly is an error, never rounded.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A decimal that is sent as a JSON number, where it is not a property of an object: in a list, for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExactNumber(#[serde(with = "number")] pub Decimal);

/// A decimal that is sent as a string, where it is not a property of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExactString(#[serde(with = "string")] pub Decimal);

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ExactNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExactNumber".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "format": "decimal" })
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for ExactString {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExactString".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "decimal" })
    }
}

impl fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ExactString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A decimal that is sent as a JSON number: `29.99`.
pub(crate) mod number {
    use super::{Decimal, Deserializer, RawValue, Serialize, Serializer};
    use serde::ser::Error as _;

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        // Only JSON has the raw text of a number.
        if !serializer.is_human_readable() {
            return serializer.collect_str(value);
        }
        RawValue::from_string(value.to_string()).map_err(S::Error::custom)?.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::read(deserializer)
    }

    pub(crate) mod option {
        use super::{Decimal, Deserializer, Serializer};

        pub(crate) fn serialize<S: Serializer>(
            value: &Option<Decimal>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => super::serialize(value, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Decimal>, D::Error> {
            super::super::read_option(deserializer)
        }
    }

    /// A decimal in the body of a PATCH: absent, null or a value.
    #[allow(dead_code, reason = "used where a document has such a field")]
    pub(crate) mod double_option {
        use super::{Decimal, Deserializer, Serializer, option};

        pub(crate) fn serialize<S: Serializer>(
            value: &Option<Option<Decimal>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            option::serialize(&value.flatten(), serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Option<Decimal>>, D::Error> {
            option::deserialize(deserializer).map(Some)
        }
    }
}

/// A decimal that is sent as a string: `"29.99"`.
pub(crate) mod string {
    use super::{Decimal, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        super::read(deserializer)
    }

    pub(crate) mod option {
        use super::{Decimal, Deserializer, Serializer};

        pub(crate) fn serialize<S: Serializer>(
            value: &Option<Decimal>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => super::serialize(value, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Decimal>, D::Error> {
            super::super::read_option(deserializer)
        }
    }

    /// A decimal in the body of a PATCH: absent, null or a value.
    #[allow(dead_code, reason = "used where a document has such a field")]
    pub(crate) mod double_option {
        use super::{Decimal, Deserializer, Serializer, option};

        pub(crate) fn serialize<S: Serializer>(
            value: &Option<Option<Decimal>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            option::serialize(&value.flatten(), serializer)
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Option<Decimal>>, D::Error> {
            option::deserialize(deserializer).map(Some)
        }
    }
}

/// The name under which `serde_json` hands out the text of a value, undecoded: that of its `RawValue`.
const RAW_TEXT: &str = "$serde_json::private::RawValue";
/// The key under which `serde_json` hands out a number with its feature `arbitrary_precision`.
const NUMBER_TEXT: &str = "$serde_json::private::Number";

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    read_option(deserializer)?.ok_or_else(|| D::Error::custom(REFUSAL))
}

fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    // `RawValue` itself is readable from JSON text only. This visitor also takes what `flatten`, tagged and untagged enums
    // buffered, and other formats.
    deserializer.deserialize_newtype_struct(RAW_TEXT, AmountVisitor)
}

/// Reads a decimal, `None` for null and for a blank text.
struct AmountVisitor;

impl<'de> Visitor<'de> for AmountVisitor {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // serde names what it found before this. Of a number that it buffered as binary floating point, the digits are
        // lost, so there is no method here that takes one.
        f.write_str("a decimal number in its own digits or a string that holds one")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        parse_text(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let amount = match map.next_key::<Cow<'_, str>>()?.as_deref() {
            Some(RAW_TEXT) => map.next_value_seed(Text(parse_json))?,
            Some(NUMBER_TEXT) => map.next_value_seed(Text(parse_text))?,
            _ => return Err(A::Error::custom(REFUSAL)),
        };
        Ok(amount)
    }
}

/// Reads a text with a function, without a copy of it.
struct Text(fn(&str) -> Result<Option<Decimal>, &'static str>);

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<Decimal>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<Decimal>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a JSON value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.0(text).map_err(E::custom)
    }
}

const REFUSAL: &str = "expected a decimal number or a string that holds one";
const TOO_LONG: &str = "expected a decimal of at most 28 digits";

/// Reads a JSON number, a JSON string that holds one, or null. Errors do not repeat what was found.
fn parse_json(json: &str) -> Result<Option<Decimal>, &'static str> {
    let digits = match json.as_bytes() {
        [b'"', digits @ .., b'"'] | digits => digits,
    };
    match everyday(digits) {
        Some(value) => Ok(Some(value)),
        None => unusual(json),
    }
}

/// Any other JSON value. Apart, so that the short way stays short.
#[cold]
fn unusual(json: &str) -> Result<Option<Decimal>, &'static str> {
    match json {
        "null" => Ok(None),
        // The string may hold escapes.
        string if string.starts_with('"') => {
            parse_text(&serde_json::from_str::<String>(string).map_err(|_| REFUSAL)?)
        }
        number => parse_text(number),
    }
}

/// Reads a decimal with a sign, surrounding blanks or an exponent, each of which may be there or not. A blank text is none.
fn parse_text(text: &str) -> Result<Option<Decimal>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.split_once(['e', 'E']) {
        Some((digits, power)) => exponent(plain(digits)?, power).map(Some),
        None => plain(text).map(Some),
    }
}

/// Reads digits with a point anywhere, perhaps behind a sign. Stricter than `rust_decimal`, which takes `1_000`.
fn plain(text: &str) -> Result<Decimal, &'static str> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number || (whole.is_empty() && fraction.is_empty()) {
        return Err(REFUSAL);
    }
    let text = format!("{}{whole}.{fraction}", if text.starts_with('-') { "-" } else { "" });
    Decimal::from_str_exact(text.trim_end_matches('.')).map_err(|_| TOO_LONG)
}

/// An amount as nearly all are: digits, perhaps a point and more digits, few enough for a `u64`. In one pass, because a list
/// holds thousands of them; whatever looks otherwise is left to `rust_decimal`.
fn everyday(text: &[u8]) -> Option<Decimal> {
    /// So many digits fit, whatever they are.
    const LONGEST: usize = 18;
    if text.len() > LONGEST {
        return None;
    }
    let (whole, rest) = leading_digits(0, text);
    if rest.len() == text.len() {
        return None;
    }
    let (digits, scale) = match rest {
        [] => (whole, 0),
        [b'.', fraction @ ..] => match leading_digits(whole, fraction) {
            (digits, []) if !fraction.is_empty() => (digits, u32::try_from(fraction.len()).ok()?),
            _ => return None,
        },
        _ => return None,
    };
    // `Decimal::new` is a call, and wants a sign.
    Some(Decimal::from_parts(digits as u32, (digits >> 32) as u32, 0, false, scale))
}

/// Goes on with a number by the digits at the beginning of `text`, and gives what stands behind them.
fn leading_digits(mut number: u64, text: &[u8]) -> (u64, &[u8]) {
    for (index, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (number, &text[index..]);
        }
        number = number * 10 + u64::from(digit);
    }
    (number, &[])
}

/// `2.5e3`: JSON allows it, so it is read, as long as it is exact.
fn exponent(mut value: Decimal, power: &str) -> Result<Decimal, &'static str> {
    /// No decimal of 28 digits needs more, and each step is a multiplication: `0e200000000` would take seconds.
    const LARGEST: i32 = 28;
    let power = power.parse::<i32>().ok().filter(|power| (-LARGEST..=LARGEST).contains(power));
    let power = power.ok_or("expected an exponent from -28 to 28")?;
    let scale = i64::from(value.scale()) - i64::from(power);
    match u32::try_from(scale) {
        Ok(scale) => value.set_scale(scale).map_err(|_| TOO_LONG)?,
        Err(_) => {
            value.set_scale(0).map_err(|_| REFUSAL)?;
            for _ in scale..0 {
                value = value.checked_mul(Decimal::TEN).ok_or(TOO_LONG)?;
            }
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::{Decimal, everyday, number, parse_json, string};

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
        let both: Both = serde_json::from_str(r#"{"number":"1.50","string":1.50,"maybe_string":null}"#)
            .expect("is readable");
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
        ] {
            assert!(parse(refused).is_err(), "{refused} was read as {:?}", parse(refused));
        }
        let error =
            serde_json::from_str::<Both>(r#"{"number":1,"string":"secret"}"#).expect_err("is no decimal");
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
            let json =
                format!(r#"{{"number":1,"string":"1","maybe_number":{blank},"maybe_string":{blank}}}"#);
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
    }
}
