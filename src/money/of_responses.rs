//! `money` of responses and of webhook payloads: their amount and currency as [`Money`].
//!
//! The fields themselves are a bare [`Decimal`] and a text, as on the wire: converted while decoding, an amount with too many
//! decimal places or an unknown currency would make the whole response unreadable.

use rust_decimal::Decimal;

use super::{Money, MoneyError};
use crate::raw::types::{Payment, PaymentLinkPayment, Refund, RefundCreated};
#[cfg(feature = "webhooks")]
use crate::webhooks::{RefundStatusChanged, TransactionStatusChanged};

macro_rules! money {
    ($($(#[$attr:meta])* $type:ident: $what:literal, $example:literal;)*) => {$(
        $(#[$attr])*
        impl $type {
            #[doc = $what]
            ///
            /// # Errors
            ///
            /// Fails if the amount or the currency is missing or blank, the amount has more decimal places than the currency, or the
            /// currency's code is malformed. Nothing is rounded.
            ///
            /// # Example: the amount to display
            ///
            /// ```
            #[doc = $example]
            /// assert_eq!(response.money()?.to_string(), "40.00 USD");
            /// # Ok::<(), Box<dyn std::error::Error>>(())
            /// ```
            pub fn money(&self) -> Result<Money, MoneyError> {
                read(self.amount, self.currency.as_deref())
            }
        }
    )*};
}

money! {
    Payment: "Returns the amount with its currency: the rest of the payment after fees.",
        r###"# let response: nd8::Payment = serde_json::from_str(r##"{"id":"TX1","amount":"40.0","status":"paid","currency":"USD","depositAttempts":[]}"##)?;"###;
    Refund: "Returns the refunded amount with its currency, tax included.",
        r###"# let response: nd8::Refund = serde_json::from_str(r##"{"id":"RF1","transaction_id":"TX1","amount":"40.0","currency":"USD","status":"pending","created_at":"2026-01-01T00:00:00Z"}"##)?;"###;
    RefundCreated: "Returns the refunded amount with its currency, tax included.",
        r###"# let response: nd8::RefundCreated = serde_json::from_str(r##"{"refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"40.0","currency":"USD","status":"processing"}"##)?;"###;
    PaymentLinkPayment: "Returns the amount with its currency.",
        r###"# let response: nd8::PaymentLinkPayment = serde_json::from_str(r##"{"id":"TX1","amount":"40.0","currency":"usd"}"##)?;"###;
    #[cfg(feature = "webhooks")]
    TransactionStatusChanged: "Returns the amount with its currency, as [`Payment::money`](crate::Payment::money).",
        r###"# let response: nd8::webhooks::TransactionStatusChanged = serde_json::from_str(r##"{"transaction_id":"TX1","amount":"40.0","currency":"USD"}"##)?;"###;
    #[cfg(feature = "webhooks")]
    RefundStatusChanged: "Returns the amount with its currency, as [`Refund::money`](crate::Refund::money).",
        r###"# let response: nd8::webhooks::RefundStatusChanged = serde_json::from_str(r##"{"refund_id":"RF1","amount":"40.0","currency":"USD"}"##)?;"###;
}

/// Creates money from an amount and a currency. Neither has a default: a wrong currency is worse than an error. White space around
/// the code is ignored.
fn read(amount: Option<Decimal>, currency: Option<&str>) -> Result<Money, MoneyError> {
    let amount = amount.ok_or_else(|| MoneyError::absent("amount"))?;
    let currency = currency.map(str::trim).filter(|currency| !currency.is_empty());
    Money::new(amount, currency.ok_or_else(|| MoneyError::absent("currency"))?)
}
