//! The fields of the payloads.
//!
//! Only one of the ids is required, and what this version does not know is kept in `extra`: ND8 adds fields without notice. So
//! is a known field that cannot be read, under its own name. Numbers in `extra` are as exact as [`serde_json::Value`] is; the amounts
//! here are exact.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::lenient::Payload;
use crate::raw::Redacted;
use crate::raw::types::{DepositAttempt, PaymentStatus, RefundStatus};

/// A payment changed, if only by another attempt to collect its money: `transaction.status_changed`.
///
/// ND8 also sends it when somebody asks it to in the dashboard, so the same state can be reported more than once. Nothing
/// guarantees that deliveries arrive in the order in which things happened: see [`compare_age`](Self::compare_age).
///
/// [`transaction_id`](Self::transaction_id) or [`order_id`](Self::order_id) is there, and most often both. Everything else is
/// `None` where it is absent, null or blank, or cannot be read; then `extra` has what came. Look the payment up before money
/// depends on a field that is `None`.
///
/// `Debug` shows identifiers, the amount, the state and times, and redacts what people wrote.
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
    pub transaction_id: Option<String>,
    /// The id of the checkout that the payment began with: its `checkout_id`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub order_id: Option<String>,
    /// How much, in major units of [`currency`](Self::currency), digit for digit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount: Option<Decimal>,
    /// The currency of the amount, three letters as in ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub currency: Option<String>,
    /// How far the payment has come.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "status")]
    pub status: Option<PaymentStatus>,
    /// Every attempt so far to collect the money (`depositAttempts`), usually newest first: replace what was stored
    /// before, never merge. A list that cannot be read is `None`, and not an empty one.
    #[serde(rename = "depositAttempts", default, skip_serializing_if = "Option::is_none")]
    pub deposit_attempts: Option<Vec<DepositAttempt>>,
    /// When the payment was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the payment last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Fields that this version does not name or cannot read, as they came. See [`Event`](super::Event) for values that
    /// JSON cannot hold.
    #[serde(flatten, deserialize_with = "crate::raw::extra::deserialize")]
    pub extra: Map<String, Value>,
}

/// Takes those fields over that are still `None`, and the entries of `extra`.
macro_rules! absorb {
    ($this:ident, $other:ident: $($field:ident)*) => {{
        $( $this.$field = $this.$field.take().or($other.$field); )*
        $this.extra.extend($other.extra);
    }};
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
        let ids = [(&self.transaction_id, &other.transaction_id), (&self.order_id, &other.order_id)];
        compare_age(&ids, (self.updated_at, other.updated_at), self == other)
    }
}

impl Payload for TransactionStatusChanged {
    const IDS: &[&str] = &["transaction_id", "order_id"];
    const TEXTS: &[&str] = &["currency", "status"];

    fn is_identified(&self) -> bool {
        self.transaction_id.is_some() || self.order_id.is_some()
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
            .field("extra", &Redacted)
            .finish()
    }
}

/// A refund changed: `refund.status_changed`.
///
/// Inferred: ND8 names this event and prints its fields nowhere, so the live API may differ. One of the ids is there; they are
/// read whether they come as text or as numbers, and a field with another name is in `extra`. Everything else is `None` where it is
/// absent, null or blank, or cannot be read; then `extra` has what came.
///
/// `Debug` shows identifiers, amounts, the state and times, and redacts what people wrote.
///
/// # Example: a refund that failed
///
/// ```
/// use nd8::webhooks::{Event, RefundStatus};
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
    pub refund_id: Option<String>,
    /// The refund's public id, where [`refund_id`](Self::refund_id) is its number, as in the response to a new refund.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub refund_public_id: Option<String>,
    /// The id of the payment that is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub transaction_id: Option<String>,
    /// The id of the checkout that the payment began with.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub order_id: Option<String>,
    /// How much, in major units of [`currency`](Self::currency), digit for digit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount: Option<Decimal>,
    /// The currency of the amount, three letters as in ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text")]
    pub currency: Option<String>,
    /// The same amount in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount_usd: Option<Decimal>,
    /// Where the refund stands.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "status")]
    pub status: Option<RefundStatus>,
    /// Why the money goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the refund was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the refund last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Fields that this version does not name or cannot read, as they came. See [`Event`](super::Event) for values that
    /// JSON cannot hold.
    #[serde(flatten, deserialize_with = "crate::raw::extra::deserialize")]
    pub extra: Map<String, Value>,
}

impl RefundStatusChanged {
    /// Compares the age of two states of one refund, by [`updated_at`](Self::updated_at): `Greater` means that this one is newer,
    /// `Equal` that both are the same.
    ///
    /// Returns `None` if nothing shows which is newer, as [`TransactionStatusChanged::compare_age`] does. The payment's
    /// id does not identify a refund, since a payment can have several: both need an id of the refund itself.
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
        let own = [(&self.refund_id, &other.refund_id), (&self.refund_public_id, &other.refund_public_id)];
        let payment = [(&self.transaction_id, &other.transaction_id), (&self.order_id, &other.order_id)];
        if payment.into_iter().any(|(one, other)| same(one, other) == Some(false)) {
            return None;
        }
        compare_age(&own, (self.updated_at, other.updated_at), self == other)
    }
}

impl Payload for RefundStatusChanged {
    const IDS: &[&str] = &["refund_id", "refund_public_id", "transaction_id", "order_id"];
    const TEXTS: &[&str] = &["currency", "status", "reason"];

    fn is_identified(&self) -> bool {
        let ids = [&self.refund_id, &self.refund_public_id, &self.transaction_id, &self.order_id];
        ids.into_iter().any(Option::is_some)
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
            .field("extra", &Redacted)
            .finish()
    }
}

/// Somebody tries the webhook out: `webhook.test`.
///
/// Inferred: ND8 names this event and prints its fields nowhere.
///
/// # Example: whatever is in it
///
/// ```
/// use nd8::webhooks::Event;
///
/// let event = Event::from_verified(br#"{"event":"webhook.test","hello":"there"}"#);
/// let Event::WebhookTest(test) = event else { panic!("it is a test") };
/// assert_eq!(test.extra["hello"], "there");
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookTest {
    /// All fields but the event's name, as they came.
    #[serde(flatten, deserialize_with = "crate::raw::extra::deserialize")]
    pub extra: Map<String, Value>,
}

impl Payload for WebhookTest {
    const IDS: &[&str] = &[];
    const TEXTS: &[&str] = &[];

    /// There is nothing to identify.
    fn is_identified(&self) -> bool {
        true
    }

    fn extra(&mut self) -> &mut Map<String, Value> {
        &mut self.extra
    }

    fn absorb(&mut self, other: Self) {
        self.extra.extend(other.extra);
    }
}

impl fmt::Debug for WebhookTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookTest").field("extra", &Redacted).finish()
    }
}

/// Compares times, if any of the ids is the same and none differs.
fn compare_age(
    ids: &[(&Option<String>, &Option<String>)],
    (one, other): (Option<Timestamp>, Option<Timestamp>),
    are_equal: bool,
) -> Option<Ordering> {
    let mut compared = ids.iter().filter_map(|(one, other)| same(one, other)).peekable();
    compared.peek()?;
    if !compared.all(|is_same| is_same) {
        return None;
    }
    match one?.cmp(&other?) {
        // Two changes within the resolution of the server's clock.
        Ordering::Equal if !are_equal => None,
        ordering => Some(ordering),
    }
}

fn same(one: &Option<String>, other: &Option<String>) -> Option<bool> {
    Some(one.as_ref()? == other.as_ref()?)
}

/// Reads an id, a currency and the like: a text, or a whole number as its digits. A blank text is none.
///
/// Numbers that serde hands over in other ways are read by the lenient reader.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct Text;

    impl<'de> Visitor<'de> for Text {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a whole number")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()).filter(|text| !text.trim().is_empty()))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            text(deserializer)
        }
    }

    deserializer.deserialize_any(Text)
}

/// Reads the value of an open enum. A blank one is none.
fn status<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let status = text(deserializer)?;
    Ok(status.map(|status| T::from(&status)))
}
