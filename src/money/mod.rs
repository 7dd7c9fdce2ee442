//! Money: an exact amount in one currency. `currency` has the rules of currencies, `text` the text and JSON forms.
//!
//! Not here: amounts on the wire, which are bare decimals (`crate::raw`).

mod amount;
mod currency;
mod error;
mod of_responses;
mod text;

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::raw::types::Currency;
pub use amount::Amount;
pub use error::MoneyError;

/// An exact amount in one currency.
///
/// The amount never has more decimal places than the currency ([`Currency::exponent`]), and is never rounded: an operation
/// that would have to round fails. A currency without an exponent, such as one that is not in ISO 4217, takes any amount that a
/// [`Decimal`] holds, and has no minor units.
///
/// Amounts of two currencies are never equal, have no order, and cannot be added.
///
/// # Example: from a price to a total
///
/// ```
/// use nd8::{Currency, Decimal, Money};
///
/// let mug = Money::new(Decimal::new(29_99, 2), Currency::Usd)?;
/// let order = mug.checked_mul(3)?.checked_add(&Money::from_minor(4_95, "USD")?)?;
/// assert_eq!(order.to_string(), "94.92 USD");
/// assert_eq!(order.to_minor()?, 94_92);
/// assert!(order > mug);
///
/// let tip: Money = "1.50 EUR".parse()?;
/// let error = order.checked_add(&tip).unwrap_err();
/// assert_eq!(error.to_string(), "94.92 USD and 1.50 EUR are not of one currency");
/// # Ok::<(), nd8::MoneyError>(())
/// ```
///
/// # Example: as JSON
///
/// The amount is a string, because most JSON readers convert a number to binary floating point; a JSON number is refused.
///
/// ```
/// use nd8::Money;
///
/// let json = r#"{"amount":"29.90","currency":"USD"}"#;
/// let money: Money = serde_json::from_str(json)?;
/// assert_eq!(money, "29.9 USD".parse()?);
/// assert_eq!(serde_json::to_string(&money)?, json);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Has the scale of the currency's exponent, if there is one, and no negative zero: so derived `Eq` and `Hash` are right.
    amount: Decimal,
    /// Never `Unknown` with the code of another variant.
    currency: Currency,
}

impl Money {
    /// Creates an amount of US dollars from plain digits.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_malformed`] if the text is not plain digits with at most one point, and with
    /// [`MoneyError::is_over_precise`] if it has more than two decimal places.
    ///
    /// # Example: a price
    ///
    /// ```
    /// use nd8::Money;
    ///
    /// let mug = Money::usd("29.99")?;
    /// assert_eq!(mug, "29.99 USD".parse()?);
    /// assert!(Money::usd("29,99").unwrap_err().is_malformed());
    /// assert!(Money::usd("29.999").unwrap_err().is_over_precise());
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn usd(amount: &str) -> Result<Self, MoneyError> {
        text::read(amount, Currency::from("USD"))
    }

    /// Creates an amount of euros from plain digits.
    ///
    /// # Errors
    ///
    /// Fails as [`usd`](Self::usd) does.
    ///
    /// # Example: a price
    ///
    /// ```
    /// assert_eq!(nd8::Money::eur("29.99")?.to_string(), "29.99 EUR");
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn eur(amount: &str) -> Result<Self, MoneyError> {
        text::read(amount, Currency::from("EUR"))
    }

    /// Creates money from an amount in major units: `29.99`. Zeros at its end do not count as decimal places. The code of the
    /// currency may be in lower case.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_over_precise`] if the amount has more decimal places than the currency, and with
    /// [`MoneyError::is_malformed`] if the currency's code is empty or has white space in it.
    ///
    /// # Example: half a cent is refused, not rounded
    ///
    /// ```
    /// use nd8::{Decimal, Money};
    ///
    /// let error = Money::new(Decimal::new(29_995, 3), "USD").unwrap_err();
    /// assert!(error.is_over_precise());
    /// assert_eq!(error.to_string(), "29.995 has more decimal places than USD, which has 2");
    /// ```
    pub fn new(amount: Decimal, currency: impl Into<Currency>) -> Result<Self, MoneyError> {
        let currency = currency::known(currency.into())?;
        let amount = match currency.exponent() {
            Some(exponent) => {
                let exact = amount.normalize();
                if exact.scale() > exponent {
                    return Err(MoneyError::over_precise(amount, currency, exponent));
                }
                let written = widened(exact, exponent).and_then(|mantissa| decimal(mantissa, exponent));
                written.ok_or_else(|| MoneyError::out_of_range(format!("{amount} {currency}")))?
            }
            // `Decimal` has a negative zero, which prints as `-0`.
            None if amount.is_zero() => amount.abs(),
            None => amount,
        };
        Ok(Self { amount, currency })
    }

    /// Creates money from an amount in minor units: 2,999 cents are 29.99 US dollars, 2,999 yen are 2,999 yen.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_no_exponent`] if the currency's number of minor units is not known, and with
    /// [`MoneyError::is_malformed`] as [`new`](Self::new) does.
    ///
    /// ```
    /// use nd8::{Currency, Money};
    ///
    /// assert_eq!(Money::from_minor(29_99, Currency::Usd)?.to_string(), "29.99 USD");
    /// assert_eq!(Money::from_minor(29_99, "JPY")?.to_string(), "2999 JPY");
    /// assert!(Money::from_minor(29_99, "DOGE").unwrap_err().is_no_exponent());
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn from_minor(minor: i64, currency: impl Into<Currency>) -> Result<Self, MoneyError> {
        let currency = currency::known(currency.into())?;
        match currency.exponent() {
            Some(exponent) => Ok(Self { amount: Decimal::new(minor, exponent), currency }),
            None => Err(MoneyError::no_exponent(minor.to_string(), currency)),
        }
    }

    /// Creates an amount of zero.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_malformed`] as [`new`](Self::new) does.
    ///
    /// # Example: the start of a sum
    ///
    /// ```
    /// let nothing = nd8::Money::zero("EUR")?;
    /// assert!(nothing.is_zero());
    /// assert_eq!(nothing.to_string(), "0.00 EUR");
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn zero(currency: impl Into<Currency>) -> Result<Self, MoneyError> {
        Self::new(Decimal::ZERO, currency)
    }

    /// Returns the amount in major units, with as many decimal places as the currency has.
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// Returns the currency.
    pub fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Returns the amount in minor units: 2,999 cents for 29.99 US dollars.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_no_exponent`] if the currency's number of minor units is not known, and with
    /// [`MoneyError::is_out_of_range`] if they are too many for an `i64`.
    ///
    /// # Example: there and back
    ///
    /// ```
    /// use nd8::Money;
    ///
    /// let price: Money = "29.99 USD".parse()?;
    /// assert_eq!(price.to_minor()?, 29_99);
    /// assert_eq!(Money::from_minor(29_99, "USD")?, price);
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn to_minor(&self) -> Result<i64, MoneyError> {
        match self.currency.exponent() {
            // The amount has the exponent's scale, so its digits without the point are the minor units.
            Some(_) => i64::try_from(self.amount.mantissa()).map_err(|_| MoneyError::out_of_range(self)),
            None => Err(MoneyError::no_exponent(self.amount.to_string(), self.currency.clone())),
        }
    }

    /// Returns whether the amount is zero.
    pub fn is_zero(&self) -> bool {
        self.amount.is_zero()
    }

    /// Returns whether the amount is less than zero.
    pub fn is_negative(&self) -> bool {
        self.amount.is_sign_negative()
    }

    /// Adds an amount of the same currency.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_currency_mismatch`] for another currency, and with [`MoneyError::is_out_of_range`] if the sum
    /// has more digits than a [`Decimal`] holds.
    ///
    /// # Example: the total of a cart
    ///
    /// ```
    /// use nd8::Money;
    ///
    /// let (mug, shipping) = ("29.99 EUR".parse::<Money>()?, "4.50 EUR".parse()?);
    /// assert_eq!(mug.checked_mul(2)?.checked_add(&shipping)?.to_string(), "64.48 EUR");
    /// assert!(mug.checked_add(&"1.00 USD".parse()?).unwrap_err().is_currency_mismatch());
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn checked_add(&self, other: &Self) -> Result<Self, MoneyError> {
        self.sum(other, other.amount)
            .unwrap_or_else(|| Err(MoneyError::out_of_range(format!("{self} + {other}"))))
    }

    /// Subtracts an amount of the same currency. The result may be negative.
    ///
    /// # Errors
    ///
    /// Fails as [`checked_add`](Self::checked_add) does.
    ///
    /// # Example: the amount that can still be refunded
    ///
    /// ```
    /// use nd8::Money;
    ///
    /// let left = "99.00 USD".parse::<Money>()?.checked_sub(&"40.00 USD".parse()?)?;
    /// assert_eq!(left.to_string(), "59.00 USD");
    /// assert!(!left.is_negative());
    /// # Ok::<(), nd8::MoneyError>(())
    /// ```
    pub fn checked_sub(&self, other: &Self) -> Result<Self, MoneyError> {
        self.sum(other, -other.amount)
            .unwrap_or_else(|| Err(MoneyError::out_of_range(format!("{self} - {other}"))))
    }

    /// Multiplies the amount.
    ///
    /// # Errors
    ///
    /// Fails with [`MoneyError::is_out_of_range`] if the product has more digits than a [`Decimal`] holds.
    pub fn checked_mul(&self, times: i64) -> Result<Self, MoneyError> {
        let product = self.amount.mantissa().checked_mul(times.into());
        let amount = product.and_then(|product| decimal(product, self.amount.scale()));
        match amount {
            Some(amount) => Ok(Self { amount, currency: self.currency.clone() }),
            None => Err(MoneyError::out_of_range(format!("{self} × {times}"))),
        }
    }

    /// Adds a signed amount of `other`'s currency; `None` if the sum does not fit. `Decimal`'s own addition is not used: it rounds
    /// a sum that has too many digits.
    fn sum(&self, other: &Self, amount: Decimal) -> Option<Result<Self, MoneyError>> {
        if self.currency != other.currency {
            return Some(Err(MoneyError::currency_mismatch(self, other)));
        }
        let scale = self.amount.scale().max(amount.scale());
        let sum = widened(self.amount, scale)?.checked_add(widened(amount, scale)?)?;
        Some(Ok(Self { amount: decimal(sum, scale)?, currency: self.currency.clone() }))
    }
}

/// Compares amounts of one currency. Amounts of two currencies have no order.
impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount.cmp(&other.amount))
    }
}

/// Returns the digits of a decimal at a scale that is not smaller than its own.
fn widened(value: Decimal, scale: u32) -> Option<i128> {
    10_i128.checked_pow(scale.checked_sub(value.scale())?)?.checked_mul(value.mantissa())
}

fn decimal(mantissa: i128, scale: u32) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use proptest::prelude::*;

    use super::{Currency, Decimal, Money};

    fn money(text: &str) -> Money {
        text.parse().expect("is money")
    }

    #[test]
    fn amounts_take_the_places_of_their_currency() {
        for (amount, currency, written) in [
            ("29.99", "USD", "29.99 USD"),
            ("29.9", "USD", "29.90 USD"),
            ("29.99000", "USD", "29.99 USD"),
            ("29", "EUR", "29.00 EUR"),
            ("-0.00", "EUR", "0.00 EUR"),
            ("2999.0", "JPY", "2999 JPY"),
            ("1.5", "KWD", "1.500 KWD"),
            ("0.0001", "CLF", "0.0001 CLF"),
            ("0.000000001", "DOGE", "0.000000001 DOGE"),
            ("1.50", "XAU", "1.50 XAU"),
            ("-0.00", "DOGE", "0.00 DOGE"),
        ] {
            let amount = Decimal::from_str(amount).expect("is a decimal");
            let money = Money::new(amount, currency).expect("fits");
            assert_eq!(money.to_string(), written);
            assert_eq!(money.amount(), amount);
            assert!(money.is_zero() || money.is_negative() == (amount < Decimal::ZERO));
            assert!(!(money.is_zero() && money.is_negative()), "{money}");
        }
    }

    #[test]
    fn too_many_places_are_refused_by_name() {
        for (amount, currency, message) in [
            ("29.999", "USD", "29.999 has more decimal places than USD, which has 2"),
            ("0.5", "JPY", "0.5 has more decimal places than JPY, which has 0"),
            ("-0.0001", "KWD", "-0.0001 has more decimal places than KWD, which has 3"),
        ] {
            let amount = Decimal::from_str(amount).expect("is a decimal");
            let error = Money::new(amount, currency).expect_err("has too many places");
            assert!(error.is_over_precise());
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_code_in_lower_case_is_the_same_currency() {
        for (code, exact, too_precise) in
            [("usd", "19.99", "19.999"), ("Jpy", "500", "0.5"), ("kwd", "1.234", "0.0001")]
        {
            let upper = code.to_ascii_uppercase();
            assert_eq!(money(&format!("{exact} {code}")), money(&format!("{exact} {upper}")));
            assert_eq!(money(&format!("{exact} {code}")).currency(), &Currency::from(&*upper));
            let error = format!("{too_precise} {code}").parse::<Money>().expect_err("has too many places");
            assert!(error.is_over_precise(), "{error}");
        }
        assert_eq!(money("1 doge"), money("1 DOGE"));
        assert_eq!(money("1 doge").to_string(), "1 DOGE", "an unknown code is kept");
    }

    #[test]
    fn a_hand_made_unknown_is_the_currency_it_names() {
        let odd = Money::new(Decimal::ONE, Currency::Unknown("USD".into())).expect("fits");
        assert_eq!(odd, money("1 USD"));
        assert_eq!(odd.currency(), &Currency::Usd);
        for code in ["", " ", "US D", "USD\n", "\u{a0}", "\0"] {
            assert!(Money::zero(code).expect_err("is no code").is_malformed(), "{code:?}");
        }
    }

    #[test]
    fn minor_units_are_exact_to_the_ends_of_i64() {
        for minor in [0, 1, -1, 29_99, i64::MAX, i64::MIN] {
            for currency in ["USD", "JPY", "KWD", "CLF"] {
                assert_eq!(Money::from_minor(minor, currency).and_then(|money| money.to_minor()), Ok(minor));
            }
        }
        let error = money("92233720368547758.08 USD").to_minor().expect_err("is one cent too many");
        assert!(error.is_out_of_range());
        assert!(error.to_string().contains("92233720368547758.08 USD"), "{error}");
        assert!(money("1 XAU").to_minor().expect_err("has no minor unit").is_no_exponent());
    }

    #[test]
    fn what_does_not_fit_is_never_rounded() {
        let most = Money::new(Decimal::from_i128_with_scale((1 << 96) - 1, 2), "USD").expect("fits");
        let cent = money("0.01 USD");
        assert!(most.checked_add(&cent).expect_err("is too much").is_out_of_range());
        assert!(most.checked_mul(2).expect_err("is too much").is_out_of_range());
        assert_eq!(most.checked_sub(&cent).and_then(|less| less.checked_add(&cent)), Ok(most.clone()));
        assert!(Money::new(Decimal::MAX, "USD").expect_err("cannot have cents").is_out_of_range());

        let (large, small) =
            (money("1000000000000000000000000000 X"), money("0.0000000000000000000000000001 X"));
        assert!(large.checked_add(&small).expect_err("has 56 digits").is_out_of_range());
    }

    #[test]
    fn two_currencies_do_not_mix() {
        let (dollar, euro) = (money("1 USD"), money("1 EUR"));
        assert_ne!(dollar, euro);
        assert_eq!(dollar.partial_cmp(&euro), None);
        for mixed in [dollar.checked_add(&euro), dollar.checked_sub(&euro)] {
            let error = mixed.expect_err("is two currencies");
            assert!(error.is_currency_mismatch());
            assert_eq!(error.to_string(), "1.00 USD and 1.00 EUR are not of one currency");
        }
    }

    proptest! {
        #[test]
        fn arithmetic_is_that_of_minor_units(a in any::<i32>(), b in any::<i32>(), times in any::<i16>()) {
            let of = |minor: i64| Money::from_minor(minor, "EUR").expect("fits");
            let (a, b, times) = (i64::from(a), i64::from(b), i64::from(times));
            prop_assert_eq!(of(a).checked_add(&of(b)), Ok(of(a + b)));
            prop_assert_eq!(of(a).checked_sub(&of(b)), Ok(of(a - b)));
            prop_assert_eq!(of(a).checked_mul(times), Ok(of(a * times)));
            prop_assert_eq!(of(a).partial_cmp(&of(b)), Some(a.cmp(&b)));
        }

        #[test]
        fn any_decimal_is_taken_exactly_or_refused(
            mantissa in -(1_i128 << 96) + 1..1_i128 << 96,
            scale in 0..=28_u32,
            currency in prop::sample::select(vec!["USD", "JPY", "KWD", "CLF", "DOGE"]),
        ) {
            let amount = Decimal::from_i128_with_scale(mantissa, scale);
            if let Ok(money) = Money::new(amount, currency) {
                prop_assert_eq!(money.amount(), amount);
                prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money.clone()));
                let json = serde_json::to_string(&money).expect("is writable");
                prop_assert_eq!(serde_json::from_str::<Money>(&json).expect("is readable"), money);
            }
        }
    }
}
