//! Exact money: currencies, amounts with two decimals, and reading decimals digit for digit.
//!
//! No floating point anywhere. Not here: prices and totals of an order (`order`), what may be refunded
//! (`payment`).

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Sandbox's fixed price of one euro in US dollars, used for `amount_usd`: 1.10.
pub const EUR_IN_USD: Decimal = Decimal::from_parts(110, 0, 0, false, 2);

/// Currencies that ND8 charges in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// US dollars, which a checkout gets when it names no currency.
    Usd,
    /// Euros.
    Eur,
}

impl Currency {
    /// Returns the ISO 4217 code, as the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Currency::Usd => "USD",
            Currency::Eur => "EUR",
        }
    }

    pub(crate) fn parse(code: &str) -> Option<Currency> {
        [Currency::Usd, Currency::Eur].into_iter().find(|currency| currency.as_str() == code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An amount that can be charged or given back: not negative, two decimals, at most [`Amount::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Amount {
    /// Hundredths, the minor unit of both currencies.
    cents: i64,
}

/// Reports why a decimal is no [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAnAmount {
    Negative,
    TooPrecise,
    TooLarge,
}

impl Amount {
    pub(crate) const ZERO: Amount = Amount { cents: 0 };
    /// Least that can be charged.
    pub(crate) const MIN: Amount = Amount { cents: 1 };
    /// Twelve digits, two of them decimals.
    pub(crate) const MAX: Amount = Amount { cents: 999_999_999_999 };

    /// Takes a decimal as an amount without rounding it.
    pub(crate) fn new(decimal: Decimal) -> Result<Amount, NotAnAmount> {
        if decimal < Decimal::ZERO {
            return Err(NotAnAmount::Negative);
        }
        if decimal > Amount::MAX.decimal() {
            return Err(NotAnAmount::TooLarge);
        }
        let mut decimal = decimal.normalize();
        if decimal.scale() > 2 {
            return Err(NotAnAmount::TooPrecise);
        }
        decimal.rescale(2);
        let cents = i64::try_from(decimal.mantissa()).map_err(|_| NotAnAmount::TooLarge)?;
        Ok(Amount { cents })
    }

    pub(crate) fn cents(self) -> i64 {
        self.cents
    }

    pub(crate) fn decimal(self) -> Decimal {
        Decimal::new(self.cents, 2)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.cents == 0
    }

    /// Adds an amount, which for parts of one payment always fits.
    pub(crate) fn plus(self, other: Amount) -> Amount {
        Amount { cents: self.cents.saturating_add(other.cents) }
    }

    /// Subtracts an amount; `None` if it is larger.
    pub(crate) fn minus(self, other: Amount) -> Option<Amount> {
        (other.cents <= self.cents).then(|| Amount { cents: self.cents - other.cents })
    }

    /// Converts to US dollars at the fixed rate, half a cent going up.
    pub(crate) fn in_usd(self, currency: Currency) -> Decimal {
        match currency {
            Currency::Usd => self.decimal(),
            Currency::Eur => (self.decimal() * EUR_IN_USD)
                .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero),
        }
    }
}

/// Fee of each charge: a percentage and a fixed part, in the currency of the charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fee {
    pub(crate) percent: Decimal,
    pub(crate) fixed: Amount,
}

impl Fee {
    /// Takes a percentage from 0 to 100 with at most two decimals.
    pub(crate) fn new(percent: Decimal, fixed: Decimal) -> Option<Fee> {
        let percent = percent.normalize();
        let valid = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent) && percent.scale() <= 2;
        Some(Fee { percent, fixed: Amount::new(fixed).ok().filter(|_| valid)? })
    }

    /// Returns what is left of a charge; the fee is rounded to cents, half a cent going up, and takes no more than there is.
    pub(crate) fn net_of(self, gross: Amount) -> Amount {
        let share = (gross.decimal() * self.percent / Decimal::ONE_HUNDRED)
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        let share = Amount::new(share).unwrap_or(gross);
        gross.minus(share.plus(self.fixed)).unwrap_or(Amount::ZERO)
    }
}

impl Default for Amount {
    fn default() -> Amount {
        Amount::ZERO
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        let text = String::deserialize(deserializer)?;
        amount_text(&text).ok_or_else(|| de::Error::custom("an amount with two decimals was expected"))
    }
}

/// Decimals as texts, for `#[serde(with)]`.
pub(crate) mod decimal_text {
    use super::{Decimal, Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(decimal: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(decimal)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::from_str_exact(&text).map_err(de::Error::custom)
    }
}

/// Reads a JSON number digit for digit; `None` if it has more digits than a [`Decimal`] holds (about 28).
pub(crate) fn json_number(token: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match token.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (token, 0),
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let mut scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;

    // Trailing zeros have no meaning: 1.10 and 11e-1 are the same number.
    while scale > 0 && digits.ends_with('0') {
        digits.pop();
        scale -= 1;
    }
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(Decimal::ZERO);
    }
    let zeros = usize::try_from(scale.min(0).unsigned_abs()).ok()?;
    if digits.len().checked_add(zeros)? > 29 {
        return None;
    }
    let mantissa: i128 = format!("{digits}{}", "0".repeat(zeros)).parse().ok()?;
    Decimal::try_from_i128_with_scale(sign * mantissa, u32::try_from(scale.max(0)).ok()?).ok()
}

/// Reads an amount as callers write it in a string: digits, at most two of them after a point.
pub(crate) fn amount_text(text: &str) -> Option<Amount> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole) && fraction.is_none_or(|part| digits(part) && part.len() <= 2);
    well_formed.then(|| json_number(text)).flatten().and_then(|decimal| Amount::new(decimal).ok())
}

/// Reads an amount with any number of decimals, and rounds it to cents, half a cent going up.
pub(crate) fn rounded_amount(text: &str) -> Option<Amount> {
    let decimal = Decimal::from_str_exact(text).ok()?;
    Amount::new(decimal.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_keep_every_digit() {
        for (token, expected) in [
            ("29.99", "29.99"),
            ("0", "0"),
            ("-0.0", "0"),
            ("-1.5", "-1.5"),
            ("1.10", "1.1"),
            ("100", "100"),
            ("2.999e1", "29.99"),
            ("5E-3", "0.005"),
            ("1e+2", "100"),
            ("0.1000000000000000000000000001", "0.1000000000000000000000000001"),
            ("0.10000000000000000000000000000000000000000000", "0.1"),
            ("9007199254740993.01", "9007199254740993.01"),
        ] {
            let number = json_number(token).map(|number| number.normalize().to_string());
            assert_eq!(number.as_deref(), Some(expected), "{token}");
        }
    }

    #[test]
    fn json_numbers_that_do_not_fit_are_refused_rather_than_rounded() {
        for token in [
            "1e40",
            "1e-40",
            "1e999999999999",
            "123456789012345678901234567890",
            "0.12345678901234567890123456789",
        ] {
            assert_eq!(json_number(token), None, "{token}");
        }
    }

    #[test]
    fn an_amount_has_two_decimals_and_a_limit() {
        let amount = |text: &str| Amount::new(text.parse().unwrap());

        assert_eq!(amount("29.990").map(|amount| amount.to_string()), Ok("29.99".to_owned()));
        assert_eq!(
            amount("7").map(|amount| (amount.to_string(), amount.cents())),
            Ok(("7.00".to_owned(), 700))
        );
        assert_eq!(amount("0.001"), Err(NotAnAmount::TooPrecise));
        assert_eq!(amount("-1"), Err(NotAnAmount::Negative));
        assert_eq!(amount("9999999999.99"), Ok(Amount::MAX));
        assert_eq!(amount("10000000000"), Err(NotAnAmount::TooLarge));
    }

    #[test]
    fn amounts_in_strings_are_plain_decimals() {
        assert_eq!(amount_text("40.00").map(Amount::cents), Some(4000));
        assert_eq!(amount_text("0.5").map(Amount::cents), Some(50));
        for text in ["", ".", "1.", ".5", "+1", "-1", " 1", "1e2", "1_0", "10.000", "NaN", "٣", "99999999999"]
        {
            assert_eq!(amount_text(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_fee_is_exact_and_never_more_than_the_charge() {
        for (percent, fixed, gross, net) in [
            ("0", "0", "12.50", "12.50"),
            ("2.9", "0.30", "12.50", "11.84"),
            ("2.50", "0", "0.20", "0.19"),
            ("100", "1", "5.00", "0.00"),
            ("0", "5.01", "5.00", "0.00"),
            ("0.01", "0", "9999999999.99", "9998999999.99"),
        ] {
            let fee = Fee::new(percent.parse().unwrap(), fixed.parse().unwrap()).unwrap();
            assert_eq!(
                fee.net_of(amount_text(gross).unwrap()).to_string(),
                net,
                "{percent} % and {fixed} of {gross}"
            );
        }
        for (percent, fixed) in [("-1", "0"), ("100.01", "0"), ("1.005", "0"), ("1", "-1"), ("1", "0.001")] {
            assert_eq!(Fee::new(percent.parse().unwrap(), fixed.parse().unwrap()), None, "{percent} {fixed}");
        }
    }

    #[test]
    fn euros_become_dollars_at_the_fixed_rate() {
        let amount = amount_text("0.05").unwrap();

        assert_eq!(amount.in_usd(Currency::Usd).to_string(), "0.05");
        assert_eq!(amount.in_usd(Currency::Eur).to_string(), "0.06");
    }
}
