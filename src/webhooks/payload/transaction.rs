//! `transaction.status_changed`.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::age::{any_differs, compare_age};
use super::read::{status, text};
use super::write::{is_false, write_attempts, write_extra};
use super::{Payload, absorb};
use crate::ids::{CheckoutId, PaymentId};
use crate::raw::Redacted;
use crate::raw::types::{DepositAttempt, PaymentStatus};

/// A payment changed, at least by another attempt to collect its money: `transaction.status_changed`.
///
/// ND8 also sends it on request in the dashboard, so the same state can be reported more than once. Deliveries may arrive in
/// another order than the changes: see [`compare_age`](Self::compare_age).
///
/// [`transaction_id`](Self::transaction_id) or [`order_id`](Self::order_id) is present, and most often both. Every other field is
/// `None` if it is absent, null or blank, or cannot be read; `extra` then has its value. Look the payment up before money
/// depends on a field that is `None`.
///
/// `Debug` prints identifiers, the amount, the state and times, and redacts text that people wrote.
///
/// # Example: an amount, digit for digit
///
/// ```
/// use nd8::webhooks::Event;
///
/// let event = Event::from_verified(br#"{"event":"transaction.status_changed","transaction_id":"TXabc123",
///     "amount":"99.00","status":"paid","currency":"USD","depositAttempts":[]}"#);
/// let Event::TransactionStatusChanged(payment) = event else { panic!("it is about a payment") };
/// assert_eq!(payment.amount.map(|amount| amount.to_string()).as_deref(), Some("99.00"));
/// assert_eq!(payment.deposit_attempts, Some(vec![]));
///
/// let event = Event::from_verified(br#"{"event":"transaction.status_changed","order_id":"org1-1-a","amount":"much"}"#);
/// let Event::TransactionStatusChanged(payment) = event else { panic!("it is about a payment") };
/// assert_eq!((payment.order_id.as_deref(), payment.amount), (Some("org1-1-a"), None));
/// assert_eq!(payment.extra["amount"], "much");
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransactionStatusChanged {
    /// The payment's public id, such as `TXabc123`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub transaction_id: Option<PaymentId>,
    /// The id of the checkout that the payment began with: its `checkout_id`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub order_id: Option<CheckoutId>,
    /// The amount in major units of [`currency`](Self::currency), digit for digit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount: Option<Decimal>,
    /// The currency of the amount, three letters as in ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub currency: Option<String>,
    /// The state of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "status")]
    pub status: Option<PaymentStatus>,
    /// Every attempt so far to collect the money (`depositAttempts`), usually newest first: replace what was stored
    /// before, never merge. A list that cannot be read is `None`, and not an empty one.
    #[serde(
        rename = "depositAttempts",
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_attempts"
    )]
    pub deposit_attempts: Option<Vec<DepositAttempt>>,
    /// Time at which the payment was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Time of the last change of the payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Set if the body was cut off, so that fields which are `None` may have been in the missing part. The others have the values that
    /// were sent. Log it: the sender or a proxy is broken.
    #[serde(rename = "\u{f8ff}nd8\u{f8ff}truncated", default, skip_serializing_if = "is_false")]
    pub is_truncated: bool,
    /// Fields that this version does not name or cannot read, as they came. See [`Event`](crate::webhooks::Event) for values that
    /// JSON cannot hold.
    #[serde(
        flatten,
        deserialize_with = "crate::raw::extra::deserialize",
        serialize_with = "write_extra::<TransactionStatusChanged, _>"
    )]
    pub extra: Map<String, Value>,
}

impl TransactionStatusChanged {
    /// Compares the age of two states of one payment, by [`updated_at`](Self::updated_at): `Greater` means that this one is
    /// newer, `Equal` that both are the same.
    ///
    /// Returns `None` if nothing shows which is newer: an `updated_at` is missing, both have the same and differ otherwise, or
    /// they are not certainly about one payment (an id that both have differs, or there is none that both have). Look the payment up
    /// then.
    ///
    /// # Example: a state that arrives late
    ///
    /// ```
    /// use std::cmp::Ordering;
    ///
    /// use nd8::webhooks::{Event, TransactionStatusChanged};
    ///
    /// let read = |status: &str, updated_at: &str| -> TransactionStatusChanged {
    ///     let body = format!(
    ///         r#"{{"event":"transaction.status_changed","transaction_id":"TX1","status":"{status}","updated_at":"{updated_at}"}}"#
    ///     );
    ///     match Event::from_verified(body.as_bytes()) {
    ///         Event::TransactionStatusChanged(payment) => payment,
    ///         other => panic!("{other:?}"),
    ///     }
    /// };
    /// let known = read("paid", "2026-01-02T03:04:06Z");
    /// assert_eq!(read("processing", "2026-01-02T03:04:05Z").compare_age(&known), Some(Ordering::Less));
    /// assert_eq!(read("refunded", "2026-01-02T05:00:00Z").compare_age(&known), Some(Ordering::Greater));
    /// assert_eq!(read("refunded", "2026-01-02T03:04:06Z").compare_age(&known), None, "within one second");
    /// ```
    pub fn compare_age(&self, other: &Self) -> Option<Ordering> {
        compare_age(&self.ids(other), (self.updated_at, other.updated_at), self == other)
    }

    /// Returns whether the two are certainly not about one payment.
    pub(in crate::webhooks) fn contradicts(&self, other: &Self) -> bool {
        any_differs(&self.ids(other))
    }

    fn ids<'a>(&'a self, other: &'a Self) -> [(Option<&'a str>, Option<&'a str>); 2] {
        [
            (self.transaction_id.as_deref(), other.transaction_id.as_deref()),
            (self.order_id.as_deref(), other.order_id.as_deref()),
        ]
    }
}

impl Payload for TransactionStatusChanged {
    const IDS: &[&str] = &["transaction_id", "order_id"];
    const TEXTS: &[&str] = &["currency", "status"];
    const OTHERS: &[&str] = &["amount", "depositAttempts", "created_at", "updated_at"];

    fn is_identified(&self) -> bool {
        self.has_own_id()
    }

    fn has_own_id(&self) -> bool {
        self.transaction_id.is_some() || self.order_id.is_some()
    }

    fn is_whole(&self) -> bool {
        self.has_own_id() && self.status.is_some()
    }

    fn set_truncated(&mut self) {
        self.is_truncated = true;
    }

    fn extra(&mut self) -> &mut Map<String, Value> {
        &mut self.extra
    }

    fn absorb(&mut self, other: Self) {
        absorb!(self, other: transaction_id order_id amount currency status deposit_attempts created_at updated_at);
    }
}

impl fmt::Debug for TransactionStatusChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionStatusChanged")
            .field("transaction_id", &self.transaction_id)
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("status", &self.status)
            .field("deposit_attempts", &self.deposit_attempts)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .field("is_truncated", &self.is_truncated)
            .field("extra", &Redacted)
            .finish()
    }
}
