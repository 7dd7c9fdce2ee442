//! Amounts that callers pass to operations.

use rust_decimal::Decimal;

use super::{Currency, Money};

/// An amount that a caller passes: [`Money`], or a bare [`Decimal`] in the currency of the payment or checkout that it is for.
///
/// The API takes amounts without their currency. So the currency of [`Money`] is compared with that of the payment or the checkout
/// before anything is sent. A bare decimal has no currency to compare.
///
/// # Example: with and without a currency
///
/// ```
/// use nd8::{Amount, Decimal, Money};
///
/// let amount = Amount::from(Money::usd("29.99")?);
/// assert_eq!((amount.value(), amount.currency().map(|it| it.as_str())), (Decimal::new(29_99, 2), Some("USD")));
/// assert_eq!(Amount::from(Decimal::ONE).currency(), None);
/// # Ok::<(), nd8::MoneyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    value: Decimal,
    currency: Option<Currency>,
}

impl Amount {
    /// Returns the amount, in major units.
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// Returns the currency, if the caller passed one.
    pub fn currency(&self) -> Option<&Currency> {
        self.currency.as_ref()
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { value: money.amount(), currency: Some(money.currency().clone()) }
    }
}

impl From<&Money> for Amount {
    fn from(money: &Money) -> Self {
        Self { value: money.amount(), currency: Some(money.currency().clone()) }
    }
}

impl From<Decimal> for Amount {
    fn from(value: Decimal) -> Self {
        Self { value, currency: None }
    }
}
