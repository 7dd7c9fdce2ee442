//! Decodes verified bytes as a typed event, without losing one.
//!
//! ND8 documents one form of each event, and nobody has observed the others. A body that is acknowledged is not sent again, so every
//! form that clearly is a known event is read as that event, and every form that may be one is reported and not acknowledged.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use self::name::{Known, Meaning, REFUND, TEST, TRANSACTION};
use self::unwrap::Reading;
use super::payload::fields::{self, Fields};
use super::payload::{Payload, RefundStatusChanged, TransactionStatusChanged, WebhookTest};
use super::reason::UnknownReason;
use super::source::Source;
use crate::raw::Redacted;

mod name;
mod unwrap;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod unwrap_tests;

/// Maximum length of a text that is treated as the name of an event.
pub(super) const MAX_NAME_LENGTH: usize = 100;

/// The event that a delivery reports.
///
/// The name comes from the body, which is signed. The header `X-Webhook-Event` is not signed, and has no influence.
///
/// A payload that does not fit its type as a whole is read field by field. A field that cannot be read is `None`, and
/// `extra` has its value under its name; a value that JSON cannot hold (`NaN`, half a surrogate pair, bytes that are not UTF-8, a
/// number that is too large) is `{"unreadable": "NaN"}` there, with its text. A body that breaks off is read up to its last complete
/// value, and the payload's `is_truncated` is set.
///
/// A known event is also read in other wrappings: as the only item of a list, as JSON in a string, below `data`, `payload`, `object` and
/// the like, with its name around the payload or under `event_type`, `type` or `name`, and with the name in another case or
/// with other separators. A payload is one object: no field is read from another one, and the text around it is only in the raw body. The
/// event is never guessed from the fields.
///
/// | body | event |
/// | --- | --- |
/// | a known event with an id of its payment or refund, in any such wrapping | its own variant |
/// | a known event without an id, or with broken JSON | `Unreadable`, with the name |
/// | a name that may mean a known event, such as `payment.paid` | `Unreadable`, with the name |
/// | several events or payloads, or several names of which one is known | `Unreadable` |
/// | fields of a payment or a refund, and no name | `Unreadable`, without a name |
/// | broken JSON in which no name can be read | `Unreadable`, without a name |
/// | JSON with another name, such as `payout.paid` or `transaction.disputed` | `Unknown`, with the name |
/// | JSON with neither a name nor anything about money, nor the name of an event about it | `Unknown`, without a name |
/// | empty | `Unknown` |
///
/// Match `Unreadable` by name, and do not acknowledge it: it may report a payment. `Unknown` with a name can be acknowledged. Without
/// one, nothing in the body concerns money, but it is not an event that ND8 documents either: refuse it, as these examples do, or log it.
///
/// # Example: a new event, and one that cannot be read
///
/// ```
/// use nd8::webhooks::{Event, Verifier};
///
/// /// Returns the status to respond with.
/// fn status(event: &Event) -> u16 {
///     match event {
///         Event::TransactionStatusChanged(_) => 204,
///         Event::Unreadable { .. } | Event::Unknown { event: None, .. } => 500,
///         _ => 204,
///     }
/// }
///
/// let verifier = Verifier::new("whsec");
/// let verified = |body: &[u8]| verifier.verify(&verifier.signed_headers("b7c1", "x", body), body);
///
/// let body = br#"{"event":"payout.paid","payout_id":"PO1"}"#;
/// let delivery = verified(body)?;
/// let Event::Unknown { event, reason, .. } = &delivery.event else { panic!("nobody knows it yet") };
/// assert_eq!(event.as_deref(), Some("payout.paid"));
/// assert_eq!(reason.to_string(), "this version does not know the event");
/// assert_eq!(delivery.raw, body.as_slice(), "nothing is lost");
/// assert_eq!(status(&delivery.event), 204);
///
/// let delivery = verified(br#"{"event":"transaction.status_changed","transaction_id":NaN,"status":"paid"}"#)?;
/// let Event::Unreadable { event, reason, .. } = &delivery.event else { panic!("nobody knows which payment") };
/// assert_eq!(event.as_deref(), Some("transaction.status_changed"));
/// assert_eq!(reason.to_string(), "a value is NaN or Infinity at line 1, column 56");
/// assert_eq!(status(&delivery.event), 500, "ND8 sends it again, and a person can look at it");
/// # Ok::<(), nd8::webhooks::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// `transaction.status_changed`: a payment changed, if only by another attempt.
    TransactionStatusChanged(TransactionStatusChanged),
    /// `refund.status_changed`: a refund changed.
    RefundStatusChanged(RefundStatusChanged),
    /// `webhook.test`: somebody tests the webhook.
    WebhookTest(WebhookTest),
    /// It is from ND8 and may concern money, but does not clearly report one event: its JSON is broken, it has no id, or its form is
    /// ambiguous as `reason` describes.
    ///
    /// Do not acknowledge it. Store [`raw`](Self::Unreadable::raw), alert somebody, and respond with a 5xx.
    #[non_exhaustive]
    Unreadable {
        /// Name of a known event, or the name in the body that may mean one. `None` if there is none, or it is not certain.
        event: Option<String>,
        /// Reason why it cannot be read.
        reason: UnknownReason,
        /// The body as received, byte for byte.
        raw: Bytes,
    },
    /// It is from ND8, and not an event that this version knows: see [`Delivery::raw`](super::Delivery::raw).
    ///
    /// Acknowledge events that you don't need. ND8 sends payout updates, for example, under names that it does not document. If it has no
    /// name, it has nothing about a payment or a refund either; log it, because ND8 documents that every payload has a name.
    #[non_exhaustive]
    Unknown {
        /// The name in the body, if it has one.
        event: Option<String>,
        /// Reason why it is not known.
        reason: UnknownReason,
    },
}

impl Event {
    /// Decodes a body that was verified before, such as one from a queue. It cannot fail: a body that cannot be read is
    /// [`Event::Unreadable`] or [`Event::Unknown`].
    ///
    /// It does not check a signature. [`Verifier::verify`](super::Verifier::verify) does both.
    ///
    /// # Example: a body that was verified, stored, and is handled now
    ///
    /// ```
    /// use nd8::webhooks::Event;
    ///
    /// let event = Event::from_verified(br#"{"event":"refund.status_changed","refund_id":"RF1","status":7}"#);
    /// assert_eq!(event.name(), Some("refund.status_changed"));
    /// assert!(matches!(event, Event::RefundStatusChanged(refund) if refund.refund_id.as_deref() == Some("RF1")));
    /// ```
    pub fn from_verified(body: &[u8]) -> Self {
        Self::strict(body).unwrap_or_else(|| Self::lenient(body))
    }

    /// Returns the event's name on the wire, such as `transaction.status_changed`.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::TransactionStatusChanged(_) => Some(TRANSACTION),
            Self::RefundStatusChanged(_) => Some(REFUND),
            Self::WebhookTest(_) => Some(TEST),
            Self::Unreadable { event, .. } | Self::Unknown { event, .. } => event.as_deref(),
        }
    }

    /// Reads a body in the form that ND8 documents.
    fn strict(body: &[u8]) -> Option<Self> {
        // serde also reads structs from lists, by position.
        let is_object = body.trim_ascii_start().starts_with(b"{");
        // The name is read first, because serde buffers the fields of an internally tagged enum, and fractions in that buffer are
        // `f64`.
        let name = serde_json::from_slice::<Named<'_>>(body).ok().filter(|_| is_object)?.event?;
        match &*name {
            TRANSACTION => whole(body).map(Self::TransactionStatusChanged),
            REFUND => whole(body).map(Self::RefundStatusChanged),
            TEST => whole(body).map(Self::WebhookTest),
            _ => None,
        }
    }

    /// Reads a body in another form than the documented one as far as possible.
    #[cold]
    fn lenient(body: &[u8]) -> Self {
        // Some frameworks write a byte-order mark, which JSON does not allow.
        let unmarked = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        if unmarked.trim_ascii().is_empty() {
            return Self::unknown(None, UnknownReason::Empty);
        }
        let source = Source::body(unmarked);
        let (fields, structure) = fields::fields(source.text());
        let reading = match structure {
            Ok(()) => unwrap::object(&source, &fields, None, unwrap::MAX_DEPTH),
            Err(_) => match serde_json::from_str::<&RawValue>(source.text()) {
                Ok(value) => unwrap::value(&source, value, None, unwrap::MAX_DEPTH),
                Err(_) => broken(&source, &fields),
            },
        };
        let unreadable =
            |event, reason| Self::Unreadable { event, reason, raw: Bytes::copy_from_slice(body) };
        match reading {
            Reading::Known(event) => *event,
            Reading::Unreadable(event, reason) => unreadable(event, reason),
            Reading::New(name) => Self::unknown(Some(name), UnknownReason::NewEvent),
            Reading::Nothing(reason, has_money) => match source.why_damaged() {
                Some(damage) => unreadable(None, damage),
                // `[["event","transaction.status_changed"],…]` names an event, too.
                None if has_money || name::has_known(source.text()) => unreadable(None, reason),
                None => Self::unknown(None, reason),
            },
        }
    }

    /// Reads the payload of an event from the fields of one object. Returns it, and whether it is a whole payload.
    ///
    /// A payload that is not in the object with the event's name needs an id of its own: a refund in it is not the payment.
    ///
    /// # Errors
    ///
    /// Returns why the fields do not identify anything.
    fn payload(
        source: &Source<'_>,
        fields: &Fields<'_>,
        known: Known,
        name_key: &str,
        needs_own_id: bool,
    ) -> Result<(Self, bool), UnknownReason> {
        fn read<T: Payload>(
            (source, fields): (&Source<'_>, &Fields<'_>),
            name_key: &str,
            needs_own_id: bool,
        ) -> Result<(T, bool), UnknownReason> {
            let payload: T = fields::payload(source, fields, name_key, needs_own_id)?;
            let is_whole = payload.is_whole();
            Ok((payload, is_whole))
        }
        let from = (source, fields);
        // The fields are those of a refund, so the amount would not be that of the payment.
        let refund = ["refund_id", "refund_public_id"].iter().find_map(|id| fields.get(*id)?.first());
        if let (Known::Transaction, true, Some(value)) = (known, needs_own_id, refund) {
            let (line, column) = source.place(value);
            return Err(UnknownReason::Misfit { line, column });
        }
        Ok(match known {
            Known::Transaction => {
                let (payload, is_whole) = read(from, name_key, needs_own_id)?;
                (Self::TransactionStatusChanged(payload), is_whole)
            }
            Known::Refund => {
                let (payload, is_whole) = read(from, name_key, needs_own_id)?;
                (Self::RefundStatusChanged(payload), is_whole)
            }
            Known::Test => {
                let (payload, is_whole) = read(from, name_key, needs_own_id)?;
                (Self::WebhookTest(payload), is_whole)
            }
        })
    }

    /// Returns whether two payloads of one event are not about the same thing.
    fn contradicts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TransactionStatusChanged(one), Self::TransactionStatusChanged(other)) => {
                one.contradicts(other)
            }
            (Self::RefundStatusChanged(one), Self::RefundStatusChanged(other)) => one.contradicts(other),
            _ => false,
        }
    }

    fn unknown(event: Option<String>, reason: UnknownReason) -> Self {
        Self::Unknown { event, reason }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, event, reason, raw) = match self {
            Self::TransactionStatusChanged(payload) => return payload.fmt(f),
            Self::RefundStatusChanged(payload) => return payload.fmt(f),
            Self::WebhookTest(payload) => return payload.fmt(f),
            Self::Unreadable { event, reason, raw } => ("Unreadable", event, reason, Some(raw)),
            Self::Unknown { event, reason } => ("Unknown", event, reason, None),
        };
        let mut shown = f.debug_struct(variant);
        match event {
            Some(name) if !is_a_name(name) => shown.field("event", &Redacted),
            event => shown.field("event", event),
        };
        shown.field("reason", reason);
        if let Some(raw) = raw {
            shown.field("raw", &format_args!("[{} bytes]", raw.len()));
        }
        shown.finish()
    }
}

/// Returns whether a text has the form of an event's name, so that it can be printed: it is chosen by the sender.
pub(super) fn is_a_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.len() <= MAX_NAME_LENGTH && text.bytes().all(fits)
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
}

/// Reads a whole payload strictly.
fn whole<T: Payload>(body: &[u8]) -> Option<T> {
    let mut payload = serde_json::from_slice::<T>(body).ok()?;
    // The payload's type already states the event.
    payload.extra().remove("event");
    payload.is_whole().then_some(payload)
}

/// Reads the name from a body whose structure is broken, of which nothing else is read.
fn broken(source: &Source<'_>, fields: &Fields<'_>) -> Reading {
    let reason = source.why_broken();
    match name::find(source, fields) {
        Ok(Some(named)) => match named.meaning {
            Meaning::Known(known) => Reading::Unreadable(Some(known.name().to_owned()), reason),
            Meaning::Similar | Meaning::Vague => Reading::Unreadable(Some(named.name), reason),
            Meaning::New => Reading::New(named.name),
        },
        _ => Reading::Unreadable(None, reason),
    }
}
