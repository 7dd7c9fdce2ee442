//! What happened: from the verified bytes to a typed event, losing none.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::payload::{RefundStatusChanged, TransactionStatusChanged, WebhookTest};
use crate::raw::Redacted;

/// The longest name of an event that is taken for one.
pub(super) const MAX_NAME_LENGTH: usize = 100;

/// What a delivery tells.
///
/// The name comes from the body, which is signed. The header `X-Webhook-Event` is not, and decides nothing.
///
/// # Example: an event of tomorrow
///
/// ```
/// use nd8::webhooks::{Event, Verifier};
///
/// let verifier = Verifier::new("whsec");
/// let body = br#"{"event":"payout.paid","payout_id":"PO1"}"#;
/// let headers = verifier.signed_headers("b7c1", "payout.paid", body);
///
/// let delivery = verifier.verify(&headers, body)?;
/// let Event::Unknown { event, reason, .. } = &delivery.event else { panic!("nobody knows it yet") };
/// assert_eq!(event.as_deref(), Some("payout.paid"));
/// assert_eq!(reason.to_string(), "this version does not know the event");
/// assert_eq!(delivery.raw, body.as_slice(), "nothing is lost");
/// # Ok::<(), nd8::webhooks::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// `transaction.status_changed`: a payment changed, if only by another attempt.
    TransactionStatusChanged(TransactionStatusChanged),
    /// `refund.status_changed`: a refund changed.
    RefundStatusChanged(RefundStatusChanged),
    /// `webhook.test`: somebody tries the webhook out.
    WebhookTest(WebhookTest),
    /// It is from ND8, and this version cannot read it: see [`Delivery::raw`](super::Delivery::raw).
    ///
    /// Acknowledge what you don't need. ND8 sends payout updates, for one, under names it does not document.
    #[non_exhaustive]
    Unknown {
        /// The name that the body gives, where it gives one.
        event: Option<String>,
        /// Why it cannot be read.
        reason: UnknownReason,
    },
}

impl Event {
    /// Reads a body that was verified before, such as one from a queue. It cannot fail: what does not fit is
    /// [`Event::Unknown`].
    ///
    /// Nothing here checks a signature. [`Verifier::verify`](super::Verifier::verify) does both.
    ///
    /// # Example: a body that was verified, stored, and is handled now
    ///
    /// ```
    /// use nd8::webhooks::Event;
    ///
    /// let event = Event::from_verified(br#"{"event":"refund.status_changed","refund_id":"RF1","status":"completed"}"#);
    /// assert_eq!(event.name(), Some("refund.status_changed"));
    /// assert!(matches!(event, Event::RefundStatusChanged(refund) if refund.refund_id.as_deref() == Some("RF1")));
    /// ```
    pub fn from_verified(body: &[u8]) -> Self {
        let name = match Named::read(body) {
            Ok(Named { event: Some(name) }) => name,
            Ok(Named { event: None }) => return Self::unknown(None, UnknownReason::Unnamed),
            Err(reason) => return Self::unknown(None, reason),
        };
        let payload = match &*name {
            "transaction.status_changed" => {
                read(body, TransactionStatusChanged::REQUIRED, |it: &mut TransactionStatusChanged| {
                    &mut it.extra
                })
                .map(Self::TransactionStatusChanged)
            }
            "refund.status_changed" => {
                read(body, RefundStatusChanged::REQUIRED, |it: &mut RefundStatusChanged| &mut it.extra)
                    .map(Self::RefundStatusChanged)
            }
            "webhook.test" => {
                read(body, WebhookTest::REQUIRED, |it: &mut WebhookTest| &mut it.extra).map(Self::WebhookTest)
            }
            _ => Err(UnknownReason::NewEvent),
        };
        payload.unwrap_or_else(|reason| Self::unknown(Some(name.into_owned()), reason))
    }

    /// The event's name on the wire, such as `transaction.status_changed`.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::TransactionStatusChanged(_) => Some("transaction.status_changed"),
            Self::RefundStatusChanged(_) => Some("refund.status_changed"),
            Self::WebhookTest(_) => Some("webhook.test"),
            Self::Unknown { event, .. } => event.as_deref(),
        }
    }

    fn unknown(event: Option<String>, reason: UnknownReason) -> Self {
        Self::Unknown { event, reason }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TransactionStatusChanged(payload) => payload.fmt(f),
            Self::RefundStatusChanged(payload) => payload.fmt(f),
            Self::WebhookTest(payload) => payload.fmt(f),
            Self::Unknown { event, reason } => {
                let mut unknown = f.debug_struct("Unknown");
                match event {
                    Some(name) if !is_a_name(name) => unknown.field("event", &Redacted),
                    event => unknown.field("event", event),
                };
                unknown.field("reason", reason).finish()
            }
        }
    }
}

/// Why a payload that was verified is [`Event::Unknown`]. It names fields and places, and repeats no value.
///
/// # Example: an event of next year, and a payload that does not fit
///
/// ```
/// use nd8::webhooks::{Event, UnknownReason};
///
/// let new = Event::from_verified(br#"{"event":"dispute.opened"}"#);
/// assert!(matches!(new, Event::Unknown { reason: UnknownReason::NewEvent, .. }));
///
/// let misfit = Event::from_verified(br#"{"event":"refund.status_changed"}"#);
/// let Event::Unknown { reason, .. } = misfit else { panic!("it lacks a field") };
/// assert_eq!(reason.to_string(), "the payload has no `status`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownReason {
    /// This version does not know the event.
    NewEvent,
    /// The payload has no `event`.
    Unnamed,
    /// The body is no JSON.
    NotJson,
    /// The body is JSON, and not an object whose `event` is a text.
    NotAnEvent,
    /// A field is missing that the event makes no sense without.
    Missing {
        /// The field's name on the wire.
        field: &'static str,
    },
    /// A field has a value that its type cannot hold.
    #[non_exhaustive]
    Misfit {
        /// The line of the body where reading stopped, from 1.
        line: usize,
        /// The column in that line, in bytes from 1.
        column: usize,
    },
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewEvent => f.write_str("this version does not know the event"),
            Self::Unnamed => f.write_str("the payload names no event"),
            Self::NotJson => f.write_str("the body is no JSON"),
            Self::NotAnEvent => f.write_str("the body is not an object that names an event"),
            Self::Missing { field } => write!(f, "the payload has no `{field}`"),
            Self::Misfit { line, column } => {
                write!(f, "the payload does not fit its type at line {line}, column {column}")
            }
        }
    }
}

/// Says whether a text looks like the name of an event, so that it can be shown.
pub(super) fn is_a_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.len() <= MAX_NAME_LENGTH && text.bytes().all(fits)
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
}

impl<'a> Named<'a> {
    fn read(body: &'a [u8]) -> Result<Self, UnknownReason> {
        serde_json::from_slice(body)
            .map_err(|error| if error.is_data() { UnknownReason::NotAnEvent } else { UnknownReason::NotJson })
    }
}

fn read<T: DeserializeOwned>(
    body: &[u8],
    required: &[&'static str],
    extra: fn(&mut T) -> &mut Map<String, Value>,
) -> Result<T, UnknownReason> {
    match serde_json::from_slice::<T>(body) {
        Ok(mut payload) => {
            // Which event it is, the type says already.
            extra(&mut payload).remove("event");
            Ok(payload)
        }
        // What serde says would repeat the value; where it stopped is all that is taken over.
        Err(error) => {
            let fields = serde_json::from_slice::<Map<String, Value>>(body).unwrap_or_default();
            let missing = required.iter().find(|field| !fields.contains_key(**field));
            Err(match missing {
                Some(field) => UnknownReason::Missing { field },
                None => UnknownReason::Misfit { line: error.line(), column: error.column() },
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::raw::types::{PaymentStatus, RefundStatus};

    fn payment() -> Value {
        json!({
            "event": "transaction.status_changed", "transaction_id": "TXabc123", "order_id": "org1-1-a",
            "amount": "99.10", "status": "paid", "currency": "USD", "created_at": "2026-01-02T03:04:05Z",
            "depositAttempts": [{"status": "succeeded", "brand_new": 1}], "updated_at": "2026-01-02T03:04:05.678Z",
        })
    }

    fn read(payload: &Value) -> Event {
        Event::from_verified(payload.to_string().as_bytes())
    }

    fn reason(event: Event) -> UnknownReason {
        match event {
            Event::Unknown { reason, .. } => reason,
            known => panic!("was read: {known:?}"),
        }
    }

    #[test]
    fn a_payment_is_read_whole() {
        let mut payload = payment();
        payload["brand_new"] = json!({"a": [1]});
        let Event::TransactionStatusChanged(payment) = read(&payload) else { panic!("is about a payment") };
        assert_eq!(
            (payment.transaction_id.as_str(), payment.order_id.as_deref()),
            ("TXabc123", Some("org1-1-a"))
        );
        assert_eq!((payment.amount.to_string().as_str(), payment.currency.as_str()), ("99.10", "USD"));
        assert_eq!(payment.status, PaymentStatus::Paid);
        assert_eq!(payment.deposit_attempts[0].extra["brand_new"], 1);
        assert_eq!(payment.updated_at.map(|at| at.to_string()).as_deref(), Some("2026-01-02T03:04:05.678Z"));
        assert_eq!(Value::from(payment.extra), json!({"brand_new": {"a": [1]}}), "and not the event's name");
    }

    #[test]
    fn amounts_survive_digit_for_digit_as_text_and_as_number() {
        let digits = "12345678901234567.123456789";
        for amount in [digits.to_owned(), format!("\"{digits}\"")] {
            let body = format!(
                r#"{{"event":"transaction.status_changed","transaction_id":"T","amount":{amount},"currency":"USD","status":"paid"}}"#
            );
            let Event::TransactionStatusChanged(payment) = Event::from_verified(body.as_bytes()) else {
                panic!("is about a payment")
            };
            assert_eq!(payment.amount.to_string(), digits);
        }
    }

    #[test]
    fn only_the_essential_is_required() {
        for field in ["transaction_id", "amount", "currency", "status"] {
            let mut payload = payment();
            payload.as_object_mut().unwrap().remove(field);
            assert_eq!(reason(read(&payload)), UnknownReason::Missing { field });
        }
        for field in ["order_id", "depositAttempts", "created_at", "updated_at"] {
            let mut payload = payment();
            payload[field] = Value::Null;
            assert_eq!(read(&payload).name(), Some("transaction.status_changed"), "{field}");
            assert!(matches!(read(&payload), Event::TransactionStatusChanged(_)), "{field} is null");
            payload.as_object_mut().unwrap().remove(field);
            assert!(matches!(read(&payload), Event::TransactionStatusChanged(_)), "{field} is missing");
        }
    }

    #[test]
    fn refunds_are_read_with_either_kind_of_id() {
        let whole = json!({
            "event": "refund.status_changed", "refund_id": "RF1", "transaction_id": 9007199254740993_u64,
            "amount": 12.5, "amount_usd": "12.50", "amount_in_cents": 1250, "status": "completed", "reason": "broke",
        });
        let Event::RefundStatusChanged(refund) = read(&whole) else { panic!("is about a refund") };
        assert_eq!(
            (refund.refund_id.as_deref(), refund.transaction_id.as_deref()),
            (Some("RF1"), Some("9007199254740993"))
        );
        assert_eq!((refund.amount, refund.status), (Some("12.5".parse().unwrap()), RefundStatus::Completed));
        assert_eq!(refund.extra["amount_in_cents"], 1250);

        let least = json!({"event": "refund.status_changed", "status": "of tomorrow", "refund_id": null});
        let Event::RefundStatusChanged(refund) = read(&least) else { panic!("is about a refund") };
        assert_eq!((refund.refund_id, refund.status), (None, RefundStatus::Unknown("of tomorrow".into())));

        for id in [json!(-1), json!(1.5), json!([]), json!({"id": 1}), json!(true)] {
            let payload = json!({"event": "refund.status_changed", "status": "failed", "refund_id": id});
            assert!(matches!(reason(read(&payload)), UnknownReason::Misfit { .. }), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown_and_says_why() {
        let deep = "[".repeat(500);
        let misfit = |line, column| UnknownReason::Misfit { line, column };
        for (body, name, reason) in [
            ("", None, UnknownReason::NotJson),
            ("{\"event\":\"webhook.test\"", None, UnknownReason::NotJson),
            ("{\"event\":\"webhook.test\"} {}", None, UnknownReason::NotJson),
            (&deep, None, UnknownReason::NotAnEvent),
            ("null", None, UnknownReason::NotAnEvent),
            ("[]", None, UnknownReason::Unnamed),
            ("{}", None, UnknownReason::Unnamed),
            ("{\"event\":null}", None, UnknownReason::Unnamed),
            ("{\"event\":7}", None, UnknownReason::NotAnEvent),
            ("{\"event\":\"webhook.test\",\"event\":\"webhook.test\"}", None, UnknownReason::NotAnEvent),
            ("{\"event\":\"Webhook.Test\"}", Some("Webhook.Test"), UnknownReason::NewEvent),
            ("{\"event\":\"\\u0070ayout\"}", Some("payout"), UnknownReason::NewEvent),
            (
                "{\"event\":\"refund.status_changed\",\n\"status\":7}",
                Some("refund.status_changed"),
                misfit(2, 10),
            ),
        ] {
            let event = Event::from_verified(body.as_bytes());
            assert_eq!(event, Event::Unknown { event: name.map(str::to_owned), reason }, "{body}");
            assert_eq!(event.name(), name);
        }
        assert_eq!(reason(Event::from_verified(b"{\"event\":\"\xff\"}")), UnknownReason::NotJson);
        assert!(
            matches!(Event::from_verified(br#"{"event":"webhook.test","at":1}"#), Event::WebhookTest(test) if test.extra["at"] == 1)
        );
    }
}
