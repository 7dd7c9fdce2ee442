//! Decimals on the wire, digit for digit.
//!
//! A JSON number passes through an `f64` in most of serde, unless somebody in the dependency graph switches
//! `serde_json/arbitrary_precision` on, and then it arrives as a map instead (rust-decimal#283). So numbers are read
//! and written as the text they are, by way of [`RawValue`], which knows nothing of that feature.
//!
//! Both forms are read at either place, because Django REST Framework has a setting that changes one into the other
//! (`COERCE_DECIMAL_TO_STRING`). What does not fit a `Decimal` exactly is an error, never rounded.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserializer, Error as _};
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

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = Box::<RawValue>::deserialize(deserializer)?;
    parse(text.get()).map_err(D::Error::custom)
}

fn read_option<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let text = Box::<RawValue>::deserialize(deserializer)?;
    match text.get() {
        "null" => Ok(None),
        json => parse(json).map(Some).map_err(D::Error::custom),
    }
}

/// Reads a JSON number or a JSON string that holds one. Errors do not repeat what was found.
fn parse(json: &str) -> Result<Decimal, &'static str> {
    let digits = match json.as_bytes() {
        [b'"', digits @ .., b'"'] | digits => digits,
    };
    match everyday(digits) {
        Some(value) => Ok(value),
        None => any(std::str::from_utf8(digits).unwrap_or_default()),
    }
}

/// Any other amount. Apart, so that the short way stays short.
#[cold]
fn any(digits: &str) -> Result<Decimal, &'static str> {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if is_plain(digits) {
        Decimal::from_str_exact(digits).map_err(|_| "expected a decimal of at most 28 digits")
    } else {
        exponent(digits)
    }
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
fn exponent(text: &str) -> Result<Decimal, &'static str> {
    const REFUSAL: &str = "expected a decimal number or a string that holds one";
    let (digits, power) = text.split_once(['e', 'E']).ok_or(REFUSAL)?;
    let mut value = Decimal::from_str_exact(digits).map_err(|_| REFUSAL)?;
    let power: i32 = power.parse().map_err(|_| REFUSAL)?;
    let scale = i64::from(value.scale()) - i64::from(power);
    match u32::try_from(scale) {
        Ok(scale) => value.set_scale(scale).map_err(|_| "expected a decimal of at most 28 digits")?,
        Err(_) => {
            value.set_scale(0).map_err(|_| REFUSAL)?;
            for _ in scale..0 {
                value = value.checked_mul(Decimal::TEN).ok_or("expected a decimal of at most 28 digits")?;
            }
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::{Decimal, everyday, number, parse, string};

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
}
