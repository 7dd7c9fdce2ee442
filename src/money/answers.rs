//! The amounts of answers as money.

use super::{Money, MoneyError};
use crate::raw::types::{Payment, Refund, RefundCreated};

macro_rules! money {
    ($($answer:ident: $what:literal, $example:literal;)*) => {$(
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
                let amount = self.amount.ok_or_else(|| MoneyError::absent("amount"))?;
                let currency = self.currency.as_deref().filter(|currency| !currency.trim().is_empty());
                let currency = currency.ok_or_else(|| MoneyError::absent("currency"))?;
                Money::new(amount, currency)
            }
        }
    )*};
}

money! {
    Payment: "The amount with its currency: what is left of the payment after fees.",
        r###"# let answer: nd8::Payment = serde_json::from_str(r##"{"id":"TX1","amount":"40.0","status":"paid","currency":"USD","depositAttempts":[]}"##)?;"###;
    Refund: "The amount with its currency: what is refunded, tax included.",
        r###"# let answer: nd8::Refund = serde_json::from_str(r##"{"id":"RF1","transaction_id":"TX1","amount":"40.0","currency":"USD","status":"pending","created_at":"2026-01-01T00:00:00Z"}"##)?;"###;
    RefundCreated: "The amount with its currency: what is refunded, tax included.",
        r###"# let answer: nd8::RefundCreated = serde_json::from_str(r##"{"refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"40.0","currency":"USD","status":"processing"}"##)?;"###;
}
