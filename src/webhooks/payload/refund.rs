//! `refund.status_changed`.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::age::{any_differs, compare_age};
use super::read::{status, text};
use super::write::{is_false, write_extra};
use super::{Payload, absorb};
use crate::ids::{CheckoutId, PaymentId, RefundId};
use crate::raw::Redacted;
use crate::raw::types::RefundStatus;

/// A refund changed: `refund.status_changed`.
///
/// Inferred: ND8 names this event but does not document its fields, so the live API may differ. At least one of the ids is present;
/// they are read from text and from numbers, and a field with another name is in `extra`. So is an `id`, because it may be
/// that of the refund, the payment or the message; with no other id the event is `Unreadable`, with that reason. Every other field is
/// `None` if it is absent, null or blank, or cannot be read; `extra` then has its value.
///
/// `Debug` prints identifiers, amounts, the state and times, and redacts text that people wrote.
///
/// # Example: a refund that failed
///
/// ```
/// use nd8::RefundStatus;
/// use nd8::webhooks::Event;
///
/// let event = Event::from_verified(br#"{"event":"refund.status_changed","refund_id":42,"status":"failed"}"#);
/// let Event::RefundStatusChanged(refund) = event else { panic!("it is about a refund") };
/// assert_eq!(refund.status, Some(RefundStatus::Failed));
/// assert_eq!(refund.refund_id.as_deref(), Some("42"), "whether it comes as a text or as a number");
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundStatusChanged {
    /// The refund's id, such as `RFabc123`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub refund_id: Option<RefundId>,
    /// The refund's public id, where [`refund_id`](Self::refund_id) is its number, as in the response to a new refund.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub refund_public_id: Option<RefundId>,
    /// The id of the payment that is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub transaction_id: Option<PaymentId>,
    /// The id of the checkout that the payment began with.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub order_id: Option<CheckoutId>,
    /// The amount in major units of [`currency`](Self::currency), digit for digit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount: Option<Decimal>,
    /// The currency of the amount, three letters as in ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub currency: Option<String>,
    /// The same amount in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount_usd: Option<Decimal>,
    /// The state of the refund.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "status")]
    pub status: Option<RefundStatus>,
    /// The reason of the refund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Time at which the refund was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Time of the last change of the refund.
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
        serialize_with = "write_extra::<RefundStatusChanged, _>"
    )]
    pub extra: Map<String, Value>,
}

impl RefundStatusChanged {
    /// Compares the age of two states of one refund, by [`updated_at`](Self::updated_at): `Greater` means that this one is newer,
    /// `Equal` that both are the same.
    ///
    /// Returns `None` if nothing shows which is newer, as
    /// [`TransactionStatusChanged::compare_age`](super::TransactionStatusChanged::compare_age) does. The payment's id does not identify
    /// a refund, since a payment can have several: both need an id of the refund itself.
    ///
    /// # Example: a payment with two refunds
    ///
    /// ```
    /// use std::cmp::Ordering;
    ///
    /// use nd8::webhooks::{Event, RefundStatusChanged};
    ///
    /// let read = |refund_id: &str, updated_at: &str| -> RefundStatusChanged {
    ///     let body = format!(
    ///         r#"{{"event":"refund.status_changed","refund_id":"{refund_id}","transaction_id":"TX1","updated_at":"{updated_at}"}}"#
    ///     );
    ///     match Event::from_verified(body.as_bytes()) {
    ///         Event::RefundStatusChanged(refund) => refund,
    ///         other => panic!("{other:?}"),
    ///     }
    /// };
    /// let known = read("RF1", "2026-01-02T03:04:06Z");
    /// assert_eq!(read("RF1", "2026-01-02T03:04:05Z").compare_age(&known), Some(Ordering::Less));
    /// assert_eq!(read("RF2", "2026-01-02T03:04:05Z").compare_age(&known), None, "another refund");
    /// ```
    pub fn compare_age(&self, other: &Self) -> Option<Ordering> {
        if any_differs(&self.payment_ids(other)) {
            return None;
        }
        compare_age(&self.own_ids(other), (self.updated_at, other.updated_at), self == other)
    }

    /// Returns whether the two are certainly not about one refund.
    pub(in crate::webhooks) fn contradicts(&self, other: &Self) -> bool {
        any_differs(&self.own_ids(other)) || any_differs(&self.payment_ids(other))
    }

    fn own_ids<'a>(&'a self, other: &'a Self) -> [(Option<&'a str>, Option<&'a str>); 2] {
        [
            (self.refund_id.as_deref(), other.refund_id.as_deref()),
            (self.refund_public_id.as_deref(), other.refund_public_id.as_deref()),
        ]
    }

    fn payment_ids<'a>(&'a self, other: &'a Self) -> [(Option<&'a str>, Option<&'a str>); 2] {
        [
            (self.transaction_id.as_deref(), other.transaction_id.as_deref()),
            (self.order_id.as_deref(), other.order_id.as_deref()),
        ]
    }
}

impl Payload for RefundStatusChanged {
    const IDS: &[&str] = &["refund_id", "refund_public_id", "transaction_id", "order_id"];
    const TEXTS: &[&str] = &["currency", "status", "reason"];
    const OTHERS: &[&str] = &["amount", "amount_usd", "created_at", "updated_at"];

    fn is_identified(&self) -> bool {
        self.has_own_id() || self.transaction_id.is_some() || self.order_id.is_some()
    }

    fn has_own_id(&self) -> bool {
        self.refund_id.is_some() || self.refund_public_id.is_some()
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
        absorb!(self, other: refund_id refund_public_id transaction_id order_id amount currency amount_usd status reason created_at updated_at);
    }
}

impl fmt::Debug for RefundStatusChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefundStatusChanged")
            .field("refund_id", &self.refund_id)
            .field("refund_public_id", &self.refund_public_id)
            .field("transaction_id", &self.transaction_id)
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("amount_usd", &self.amount_usd)
            .field("status", &self.status)
            .field("reason", &Redacted)
            .field("created_at", &self.created_at)
            .field("updated_at", &self.updated_at)
            .field("is_truncated", &self.is_truncated)
            .field("extra", &Redacted)
            .finish()
    }
}
