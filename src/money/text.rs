//! The text and JSON forms of money: `29.99 USD` for people, `{"amount":"29.99","currency":"USD"}` for programs.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::{Currency, Money, MoneyError};
use crate::raw::decimal::grammar::{self, Refusal};

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `pad` and not `write!`, so that a width in the format applies to the amount and currency as one text.
        f.pad(&format!("{} {}", self.amount, self.currency))
    }
}

/// Reads the form that `Display` writes: plain digits with an optional minus and point, one space, the currency's code.
///
/// # Errors
///
/// Fails with [`MoneyError::is_malformed`] for any other text, such as `+1 USD`, `1_000 USD`, `1,00 USD`, `1e2 USD` or one with
/// white space around it, and as [`Money::new`] does.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        // A code has no space, so the text before the last space is the amount.
        let (amount, currency) = text.rsplit_once(' ').ok_or_else(|| MoneyError::malformed_text(text))?;
        if amount.is_empty() || currency.is_empty() {
            return Err(MoneyError::malformed_text(text));
        }
        read(amount, Currency::from(currency))
    }
}

/// The two fields that are read and written. The amount is a text, so that every format that serde supports holds it exactly.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Money")]
struct Fields<'a> {
    amount: Cow<'a, str>,
    currency: Cow<'a, Currency>,
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Money {
    fn schema_name() -> Cow<'static, str> {
        "Money".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let currency = generator.subschema_for::<Currency>();
        schemars::json_schema!({
            "type": "object",
            "properties": { "amount": { "type": "string", "format": "decimal" }, "currency": currency },
            "required": ["amount", "currency"],
        })
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let amount = Cow::Owned(self.amount.to_string());
        Fields { amount, currency: Cow::Borrowed(&self.currency) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Fields { amount, currency } = Fields::deserialize(deserializer)?;
        read(&amount, currency.into_owned()).map_err(D::Error::custom)
    }
}

/// Creates money from an amount in plain digits.
pub(super) fn read(amount: &str, currency: Currency) -> Result<Money, MoneyError> {
    match grammar::parse(amount) {
        Ok(amount) => Money::new(amount, currency),
        Err(Refusal::Malformed(reason)) => Err(MoneyError::malformed_amount(amount, reason)),
        Err(Refusal::OutOfRange) => Err(MoneyError::out_of_range(format!("{amount} {currency}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn only_plain_texts_are_money() {
        for text in [
            "",
            " ",
            "29.99",
            "29.99USD",
            "USD 29.99",
            " 29.99 USD",
            "29.99 USD ",
            "29.99  USD",
            "29.99 ",
            "29. USD",
            ".5 USD",
            "+1 USD",
            "--1 USD",
            "1e2 USD",
            "1_000 USD",
            "1,000 USD",
            "NaN USD",
            "٣ USD",
            "29.99 U SD",
        ] {
            assert!(text.parse::<Money>().expect_err(text).is_malformed(), "{text:?}");
        }
        let long = "0.00000000000000000000000000000001 USD";
        assert!(long.parse::<Money>().expect_err("has 32 places").is_out_of_range());
    }

    #[test]
    fn width_is_honoured() {
        let money: Money = "29.99 USD".parse().expect("is money");
        assert_eq!(format!("{money:>12}|{money:<12}|"), "   29.99 USD|29.99 USD   |");
    }

    #[test]
    fn serde_writes_and_reads_money_in_every_position() {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Line {
            name: String,
            #[serde(flatten)]
            price: Money,
        }
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(untagged)]
        enum Either {
            Money(Money),
            Nothing,
        }
        let price: Money = "-29.90 USD".parse().expect("is money");
        let json = r#"{"name":"Mug","amount":"-29.90","currency":"USD"}"#;
        let line: Line = serde_json::from_str(json).expect("is readable");
        assert_eq!(line, Line { name: "Mug".into(), price: price.clone() });
        assert_eq!(serde_json::to_string(&line).expect("is writable"), json);
        let value = serde_json::to_value(&price).expect("is writable");
        assert_eq!(serde_json::from_value::<Either>(value).expect("is readable"), Either::Money(price));
    }

    #[test]
    fn what_is_no_money_is_refused_by_name() {
        for (json, message) in [
            (r#"{"amount":"29.999","currency":"USD"}"#, "29.999 has more decimal places than USD"),
            (r#"{"amount":"","currency":"USD"}"#, "cannot parse amount \"\": expected digits, found nothing"),
            (
                r#"{"amount":"1,00","currency":"USD"}"#,
                "cannot parse amount \"1,00\": expected digits and at most one",
            ),
            (r#"{"amount":" 1","currency":"USD"}"#, "cannot parse amount \" 1\": expected no white space"),
            (r#"{"amount":"1","currency":""}"#, "is not the code"),
            (r#"{"amount":29.99,"currency":"USD"}"#, "expected a string"),
            (r#"{"amount":"29.99"}"#, "missing field `currency`"),
        ] {
            let error = serde_json::from_str::<Money>(json).expect_err(json);
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
