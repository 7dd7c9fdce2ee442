//! What the payloads say, field by field.
//!
//! Only what makes no sense without them is required, and what this version does not know is kept in `extra`: ND8 adds
//! fields without notice. Numbers in `extra` are as exact as [`serde_json::Value`] is; the amounts here are exact.

use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::raw::Redacted;
use crate::raw::types::{DepositAttempt, PaymentStatus, RefundStatus};

/// A payment changed, if only by another attempt to collect its money: `transaction.status_changed`.
///
/// ND8 also sends it when somebody asks it to in the dashboard, so the same state can be told more than once. Nothing
/// says that deliveries arrive in the order in which things happened: compare [`updated_at`](Self::updated_at), or look
/// the payment up.
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
/// assert_eq!(payment.amount.to_string(), "99.00");
/// assert!(payment.deposit_attempts.is_empty());
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransactionStatusChanged {
    /// The payment's public id, such as `TXabc123`.
    pub transaction_id: String,
    /// The id of the checkout that the payment began with: its `checkout_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// How much, in major units of [`currency`](Self::currency), digit for digit.
    #[serde(with = "crate::raw::decimal::string")]
    pub amount: Decimal,
    /// The currency of the amount, three letters as in ISO 4217.
    pub currency: String,
    /// How far the payment has come.
    pub status: PaymentStatus,
    /// Every attempt so far to collect the money (`depositAttempts`), usually newest first: replace what was stored
    /// before, never merge.
    #[serde(rename = "depositAttempts", default, deserialize_with = "list_or_null")]
    pub deposit_attempts: Vec<DepositAttempt>,
    /// When the payment was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the payment last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Fields that this version does not name, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl TransactionStatusChanged {
    /// What must be there, by its name on the wire.
    pub(super) const REQUIRED: &[&str] = &["transaction_id", "amount", "currency", "status"];
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
/// Inferred: ND8 names this event and prints its fields nowhere, so the live API may differ. Only the state is
/// required; ids are read whether they come as text or as numbers, and whatever is called otherwise is in `extra`.
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
/// assert_eq!(refund.status, RefundStatus::Failed);
/// assert_eq!(refund.refund_id.as_deref(), Some("42"), "whether it comes as a text or as a number");
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RefundStatusChanged {
    /// The refund's id, such as `RFabc123`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text_or_number")]
    pub refund_id: Option<String>,
    /// The id of the payment that is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "text_or_number")]
    pub transaction_id: Option<String>,
    /// The id of the checkout that the payment began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// How much, in major units of [`currency`](Self::currency), digit for digit.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount: Option<Decimal>,
    /// The currency of the amount, three letters as in ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The same amount in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::raw::decimal::string::option")]
    pub amount_usd: Option<Decimal>,
    /// Where the refund stands.
    pub status: RefundStatus,
    /// Why the money goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the refund was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When the refund last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Fields that this version does not name, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl RefundStatusChanged {
    /// What must be there, by its name on the wire.
    pub(super) const REQUIRED: &[&str] = &["status"];
}

impl fmt::Debug for RefundStatusChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefundStatusChanged")
            .field("refund_id", &self.refund_id)
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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WebhookTest {
    /// All fields but the event's name, as they came.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl WebhookTest {
    /// What must be there, by its name on the wire.
    pub(super) const REQUIRED: &[&str] = &[];
}

impl fmt::Debug for WebhookTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookTest").field("extra", &Redacted).finish()
    }
}

fn list_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DepositAttempt>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads an id that is public (text) or numeric, digit for digit.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(json) = Option::<Box<RawValue>>::deserialize(deserializer)? else { return Ok(None) };
    let json = json.get();
    let is_number = !json.is_empty() && json.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return Ok(Some(json.to_owned()));
    }
    // serde's own message would repeat what was found.
    serde_json::from_str(json).map(Some).map_err(|_| D::Error::custom("expected a text or a whole number"))
}
