//! Order of a checkout: lines, their prices and the exact total.
//!
//! Not here: how a request's `products` are read (`api::order`).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::values::money::{Amount, Currency, NotAnAmount, decimal_text};

/// One product of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Catalog's id; an ad-hoc product has none.
    pub(crate) product_id: Option<String>,
    pub(crate) name: String,
    pub(crate) quantity: u32,
    #[serde(with = "decimal_text")]
    pub(crate) unit_price: Decimal,
}

/// At least one line, and what they cost together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<Line>,
    pub(crate) total: Amount,
}

/// Adds up what the lines cost, exactly or not at all.
pub(crate) fn total(lines: &[Line]) -> Result<Amount, &'static str> {
    const TOO_LARGE: &str = "The total is more than can be charged at once.";
    const TOO_PRECISE: &str = "The total has to come out at two decimals.";
    const TOO_LONG: &str = "The total has too many digits.";

    let mut total = Decimal::ZERO;
    for line in lines {
        let price = multiply(line.unit_price, line.quantity).ok_or(TOO_LONG)?;
        total = add(total, price).ok_or(TOO_LONG)?;
    }
    Amount::new(total).map_err(|reason| match reason {
        NotAnAmount::TooPrecise => TOO_PRECISE,
        NotAnAmount::TooLarge | NotAnAmount::Negative => TOO_LARGE,
    })
}

/// Multiplies, which `Decimal` itself would do by rounding where digits are short.
fn multiply(price: Decimal, quantity: u32) -> Option<Decimal> {
    exact(price.mantissa().checked_mul(i128::from(quantity))?, price.scale())
}

/// Adds, which `Decimal` itself would do by rounding where digits are short.
fn add(left: Decimal, right: Decimal) -> Option<Decimal> {
    let scale = left.scale().max(right.scale());
    let widened = |part: Decimal| part.mantissa().checked_mul(10_i128.checked_pow(scale - part.scale())?);
    exact(widened(left)?.checked_add(widened(right)?)?, scale)
}

/// Creates a decimal without zeros at its end; `None` if it has more digits than fit.
fn exact(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}
