//! Decimal places and spelling of currencies.

use super::{Currency, MoneyError};
use crate::blank::is_blank;

impl Currency {
    /// Returns the number of decimal places that the currency has in ISO 4217: 2 for `USD`, 0 for `JPY`, 3 for `KWD`.
    ///
    /// Returns `None` for a code that is not in ISO 4217, and for one to which it assigns no minor unit, such as gold (`XAU`). The
    /// code may be in lower case.
    ///
    /// # Example: two, none and unknown
    ///
    /// ```
    /// use nd8::Currency;
    ///
    /// assert_eq!(Currency::Usd.exponent(), Some(2));
    /// assert_eq!(Currency::from("JPY").exponent(), Some(0));
    /// assert_eq!(Currency::from("DOGE").exponent(), None);
    /// ```
    pub fn exponent(&self) -> Option<u32> {
        iso(self.as_str())?.exponent().map(u32::from)
    }
}

/// Finds the currency of ISO 4217 with a code, in upper or lower case.
fn iso(code: &str) -> Option<iso_currency::Currency> {
    // The upper case of a letter outside of ASCII may have more or fewer bytes.
    (code.len() == 3 && code.is_ascii())
        .then(|| iso_currency::Currency::from_code(&code.to_ascii_uppercase()))?
}

/// Returns the currency as the variant of its code, or in upper case: a caller may have created an `Unknown` with a known code or
/// in lower case, and derived equality would treat it as another currency.
pub(super) fn known(currency: Currency) -> Result<Currency, MoneyError> {
    let code = currency.as_str();
    if code.is_empty() || code.contains(is_blank) {
        return Err(MoneyError::malformed_code(code));
    }
    Ok(match currency {
        Currency::Unknown(code) => Currency::from(code),
        known => known,
    })
}

#[cfg(test)]
mod tests {
    use super::Currency;
    use crate::money::Money;

    #[test]
    fn a_code_with_a_character_that_shows_nothing_is_none() {
        for code in [
            "",
            " USD",
            "USD\n",
            "USD\0",
            "\u{feff}USD",
            "U\u{200b}SD",
            "USD\u{ad}",
            "USD\u{a0}",
            "\u{202a}USD",
        ] {
            let error = Money::zero(code).expect_err("is no code");
            assert!(error.is_malformed(), "{code:?}: {error}");
        }
        assert_eq!(Money::zero("doge").expect("is a code").currency().as_str(), "DOGE");
    }

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in [
            ("USD", Some(2)),
            ("EUR", Some(2)),
            ("GBP", Some(2)),
            ("JPY", Some(0)),
            ("KRW", Some(0)),
            ("CLP", Some(0)),
            ("ISK", Some(0)),
            ("XOF", Some(0)),
            ("BHD", Some(3)),
            ("KWD", Some(3)),
            ("TND", Some(3)),
            ("CLF", Some(4)),
            ("UYW", Some(4)),
            // In fifths, and still two by the standard.
            ("MRU", Some(2)),
            ("XAU", None),
            ("XXX", None),
            ("usd", Some(2)),
            ("Jpy", Some(0)),
            ("xau", None),
            ("US", None),
            ("USDT", None),
            ("ﬁm", None),
            ("DOGE", None),
            ("", None),
        ] {
            assert_eq!(Currency::from(code).exponent(), exponent, "{code}");
        }
    }
}
