//! The amounts of responses and of webhooks as money.

use rust_decimal::Decimal;

use super::{Money, MoneyError};
use crate::raw::types::{Payment, PaymentLinkPayment, Refund, RefundCreated};
#[cfg(feature = "webhooks")]
use crate::webhooks::{RefundStatusChanged, TransactionStatusChanged};

macro_rules! money {
    ($($(#[$attr:meta])* $answer:ident: $what:literal, $example:literal;)*) => {$(
        $(#[$attr])*
        impl $answer {
            #[doc = $what]
            ///
            /// # Errors
            ///
            /// When the response has no amount or no currency (a blank one is none), the amount has more decimal places than the currency, or the currency's
            /// code is none. Nothing is rounded.
            ///
            /// # Example: what is shown to people
            ///
            /// ```
            #[doc = $example]
            /// assert_eq!(answer.money()?.to_string(), "40.00 USD");
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn money(&self) -> Result<Money, MoneyError> {
                read(self.amount, self.currency.as_deref())
            }
        }
    )*};
}

money! {
    Payment: "Returns the amount with its currency: what is left of the payment after fees.",
        r###"# let answer: nd8::Payment = serde_json::from_str(r##"{"id":"TX1","amount":"40.0","status":"paid","currency":"USD","depositAttempts":[]}"##)?;"###;
    Refund: "Returns the amount with its currency: what is refunded, tax included.",
        r###"# let answer: nd8::Refund = serde_json::from_str(r##"{"id":"RF1","transaction_id":"TX1","amount":"40.0","currency":"USD","status":"pending","created_at":"2026-01-01T00:00:00Z"}"##)?;"###;
    RefundCreated: "Returns the amount with its currency: what is refunded, tax included.",
        r###"# let answer: nd8::RefundCreated = serde_json::from_str(r##"{"refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"40.0","currency":"USD","status":"processing"}"##)?;"###;
    PaymentLinkPayment: "Returns the amount with its currency.",
        r###"# let answer: nd8::PaymentLinkPayment = serde_json::from_str(r##"{"id":"TX1","amount":"40.0","currency":"usd"}"##)?;"###;
    #[cfg(feature = "webhooks")]
    TransactionStatusChanged: "Returns the amount with its currency, as [`Payment::money`](crate::Payment::money).",
        r###"# let answer: nd8::webhooks::TransactionStatusChanged = serde_json::from_str(r##"{"transaction_id":"TX1","amount":"40.0","currency":"USD"}"##)?;"###;
    #[cfg(feature = "webhooks")]
    RefundStatusChanged: "Returns the amount with its currency, as [`Refund::money`](crate::Refund::money).",
        r###"# let answer: nd8::webhooks::RefundStatusChanged = serde_json::from_str(r##"{"refund_id":"RF1","amount":"40.0","currency":"USD"}"##)?;"###;
}

/// Joins an amount and a currency, of which neither is made up. Around the code there may be blanks.
fn read(amount: Option<Decimal>, currency: Option<&str>) -> Result<Money, MoneyError> {
    let amount = amount.ok_or_else(|| MoneyError::absent("amount"))?;
    let currency = currency.map(str::trim).filter(|currency| !currency.is_empty());
    Money::new(amount, currency.ok_or_else(|| MoneyError::absent("currency"))?)
}
