//! Errors of money.

use std::fmt;

use rust_decimal::Decimal;

use super::{Currency, Money};

/// An error of creating or calculating [`Money`]. `Display` prints the value.
///
/// # Example: a price with too many decimal places
///
/// ```
/// use nd8::Money;
///
/// let error = "29.999 USD".parse::<Money>().unwrap_err();
/// assert!(error.is_over_precise());
/// assert_eq!(error.to_string(), "29.999 has more decimal places than USD, which has 2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyError(Box<Problem>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    OverPrecise { amount: Decimal, currency: Currency, exponent: u32 },
    NoExponent { value: String, currency: Currency },
    CurrencyMismatch(Money, Money),
    OutOfRange(String),
    MalformedText(String),
    MalformedAmount { amount: String, reason: &'static str },
    MalformedCode(String),
    Absent(&'static str),
}

impl MoneyError {
    pub(super) fn over_precise(amount: Decimal, currency: Currency, exponent: u32) -> Self {
        Self(Box::new(Problem::OverPrecise { amount, currency, exponent }))
    }

    pub(super) fn no_exponent(value: String, currency: Currency) -> Self {
        Self(Box::new(Problem::NoExponent { value, currency }))
    }

    pub(super) fn currency_mismatch(one: &Money, other: &Money) -> Self {
        Self(Box::new(Problem::CurrencyMismatch(one.clone(), other.clone())))
    }

    pub(super) fn out_of_range(value: impl ToString) -> Self {
        Self(Box::new(Problem::OutOfRange(value.to_string())))
    }

    pub(super) fn malformed_text(text: &str) -> Self {
        Self(Box::new(Problem::MalformedText(beginning(text))))
    }

    pub(super) fn malformed_amount(amount: &str, reason: &'static str) -> Self {
        Self(Box::new(Problem::MalformedAmount { amount: beginning(amount), reason }))
    }

    pub(super) fn malformed_code(code: &str) -> Self {
        Self(Box::new(Problem::MalformedCode(beginning(code))))
    }

    pub(super) fn absent(field: &'static str) -> Self {
        Self(Box::new(Problem::Absent(field)))
    }

    /// Returns whether the response has no amount, or no currency.
    ///
    /// ```
    /// let refund: nd8::Refund = serde_json::from_str(r#"{"id": "RF1", "amount": "40.00"}"#)?;
    /// let error = refund.money().unwrap_err();
    /// assert!(error.is_absent());
    /// assert_eq!(error.to_string(), "the response has no currency");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_absent(&self) -> bool {
        matches!(*self.0, Problem::Absent(_))
    }

    /// Returns whether an amount has more decimal places than its currency.
    ///
    /// ```
    /// let half_a_cent = nd8::Money::new(nd8::Decimal::new(29_995, 3), "USD");
    /// assert!(half_a_cent.unwrap_err().is_over_precise());
    /// ```
    pub fn is_over_precise(&self) -> bool {
        matches!(*self.0, Problem::OverPrecise { .. })
    }

    /// Returns whether minor units were requested of a currency that has none, or is not in ISO 4217.
    ///
    /// ```
    /// assert!(nd8::Money::from_minor(1, "DOGE").unwrap_err().is_no_exponent());
    /// ```
    pub fn is_no_exponent(&self) -> bool {
        matches!(*self.0, Problem::NoExponent { .. })
    }

    /// Returns whether the operation had amounts of two currencies.
    ///
    /// ```
    /// let (dollar, euro) = (nd8::Money::from_minor(1_00, "USD")?, nd8::Money::from_minor(1_00, "EUR")?);
    /// assert!(dollar.checked_add(&euro).unwrap_err().is_currency_mismatch());
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn is_currency_mismatch(&self) -> bool {
        matches!(*self.0, Problem::CurrencyMismatch(..))
    }

    /// Returns whether a value has more digits than can be held exactly.
    ///
    /// ```
    /// let much = nd8::Money::new(nd8::Decimal::MAX, "JPY")?;
    /// assert!(much.to_minor().unwrap_err().is_out_of_range());
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn is_out_of_range(&self) -> bool {
        matches!(*self.0, Problem::OutOfRange(_))
    }

    /// Returns whether a text is not an amount and a currency, or cannot be the code of a currency.
    ///
    /// ```
    /// let error = "1,00 USD".parse::<nd8::Money>().unwrap_err();
    /// assert!(error.is_malformed());
    /// assert_eq!(error.to_string(), "cannot parse amount \"1,00\": expected digits and at most one \".\"");
    /// ```
    pub fn is_malformed(&self) -> bool {
        matches!(
            *self.0,
            Problem::MalformedText(_) | Problem::MalformedAmount { .. } | Problem::MalformedCode(_)
        )
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Problem::OverPrecise { amount, currency, exponent } => {
                write!(f, "{amount} has more decimal places than {currency}, which has {exponent}")
            }
            Problem::NoExponent { value, currency } => {
                write!(f, "{value} {currency}: ISO 4217 knows no minor unit of {currency}")
            }
            Problem::CurrencyMismatch(one, other) => write!(f, "{one} and {other} are not of one currency"),
            Problem::OutOfRange(value) => write!(f, "{value} has more digits than can be held exactly"),
            Problem::MalformedText(text) => {
                write!(
                    f,
                    "cannot parse money {text:?}: expected an amount, a space and a currency, as in \"29.99 USD\""
                )
            }
            Problem::MalformedAmount { amount, reason } => {
                write!(f, "cannot parse amount {amount:?}: {reason}")
            }
            Problem::Absent(field) => write!(f, "the response has no {field}"),
            Problem::MalformedCode(code) => write!(f, "{code:?} is not the code of a currency"),
        }
    }
}

impl std::error::Error for MoneyError {}

/// Returns the beginning of a text. Errors do not print all of it, because it may be of any length.
fn beginning(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Money, MoneyError};

    #[test]
    fn every_error_names_the_value() {
        for (error, value) in [
            (Money::from_minor(5, "DOGE").expect_err("has no exponent"), "5 DOGE"),
            (Money::zero("a b").expect_err("is no code"), "\"A B\""),
            ("12".parse::<Money>().expect_err("has no currency"), "cannot parse money \"12\""),
            ("1e2 USD".parse::<Money>().expect_err("is no amount"), "cannot parse amount \"1e2\""),
            (
                MoneyError::malformed_text(&"é".repeat(1000)),
                &format!("cannot parse money \"{}…\"", "é".repeat(60)),
            ),
        ] {
            assert!(error.to_string().starts_with(value), "{error}");
        }
    }
}
