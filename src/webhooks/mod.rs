//! Webhooks: verifies that a delivery is from ND8, decodes its event, and handles each delivery once.
//!
//! ND8 signs the raw body with the webhook secret (HMAC-SHA256, header `X-Webhook-Signature: sha256=<hex>`).
//! [`Verifier::verify`] checks the bytes as received and only then parses them, into a [`Delivery`] whose [`Event`] is
//! typed. A payload that is partly unreadable keeps its type with the fields that could be read, and a known event in an undocumented
//! wrapping is read as that event. A body that may concern money, but does not clearly report one event, is [`Event::Unreadable`], with
//! the reason and all its bytes, and must not be acknowledged: ND8 would not send it again. [`Event::Unknown`] is for new events and
//! bodies without an event, and can be acknowledged. None of this needs an HTTP client:
//! `default-features = false, features = ["webhooks"]`.
//!
//! # What a signature proves, and what it doesn't
//!
//! The body is signed. **`X-Webhook-Timestamp`, `X-Webhook-Delivery-Id` and `X-Webhook-Event` are not.** Whoever has seen
//! one delivery can send its body again, under any time, id and event name. So:
//!
//! - The bounds on the timestamp ([`Verifier::tolerance`]) refuse deliveries that were delayed, and replays whose timestamp was not
//!   changed. They are no defence against an attacker who changes it.
//! - [`handle_once`] by the delivery's id handles ND8's own repeats once. A replay under a new id is another delivery.
//! - [`handle_once`] by [`Delivery::body_digest`] stops that too, as long as the digest is remembered, because the body is
//!   signed. It also drops copies that are sent again on purpose from the dashboard.
//! - Only a handler that can process the same state twice needs no memory. Take amounts that matter from
//!   `client.payments().get(…)`: a body that is old but genuine reports an old state.
//!
//! Serve the endpoint over TLS, so that an attacker cannot read a delivery.
//!
//! # Example: a delivery, from headers to handler
//!
//! ```
//! use nd8::webhooks::{Event, MemoryDeduplicator, Once, SIGNATURE_HEADER, Verifier, handle_once};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::new("whsec");
//! let seen = MemoryDeduplicator::new();
//!
//! // In a test: a body and headers as ND8 sends them. The headers can also be an `http::HeaderMap`.
//! let body = br#"{"event":"webhook.test","hello":"there"}"#;
//! let headers = verifier.signed_headers("5a0ff0a6-0d0d-4c1c-9e0a-2f6c1f8f7b11", "webhook.test", body);
//! assert!(headers.contains(&(SIGNATURE_HEADER, verifier.sign(body))));
//!
//! let delivery = verifier.verify(&headers, body)?;
//! let handled = handle_once(&seen, &delivery, async || match &delivery.event {
//!     Event::WebhookTest(test) => Ok(test.extra["hello"].clone()),
//!     // An error, so that the endpoint responds with a 5xx, the claim is released, and ND8 sends it again.
//!     // So does one without a name: ND8 documents that every payload has one.
//!     Event::Unreadable { reason, .. } | Event::Unknown { event: None, reason, .. } => {
//!         Err(std::io::Error::other(reason.to_string()))
//!     }
//!     // Events that this program does not need, or that this version does not know.
//!     _ => Ok("something else".into()),
//! });
//! assert_eq!(handled.await?, Once::Handled("there".into()));
//! # Ok(())
//! # }
//! ```
//!
//! # Example: a delivery that arrives late
//!
//! Deliveries can arrive in another order: one is repeated after an outage, and a newer one arrived in between. So store the last
//! payload with the order, and compare before applying the next, both under one lock on the row. A payload that is stored as JSON can
//! be read again, also if a part of it could not be read or was cut off.
//!
//! ```
//! use std::cmp::Ordering;
//!
//! use nd8::PaymentStatus;
//! use nd8::webhooks::{Event, TransactionStatusChanged};
//!
//! #[derive(Debug, PartialEq)]
//! enum Step {
//!     /// Store it, and act on it.
//!     Apply,
//!     /// Acknowledge it, and do nothing: the stored one is newer, or the same.
//!     Skip,
//!     /// Ask `client.payments().get(…)` for the present state, and act on that. Store the payload if it has an `updated_at`.
//!     LookUp,
//! }
//!
//! /// Decides what to do with a payload, given the one that was stored last.
//! fn step(stored: Option<&str>, payment: &TransactionStatusChanged) -> serde_json::Result<Step> {
//!     if payment.is_truncated || payment.status.is_none() {
//!         return Ok(Step::LookUp);
//!     }
//!     let Some(stored) = stored else { return Ok(Step::Apply) };
//!     let stored: TransactionStatusChanged = serde_json::from_str(stored)?;
//!     Ok(match payment.compare_age(&stored) {
//!         Some(Ordering::Greater) => Step::Apply,
//!         Some(Ordering::Equal | Ordering::Less) => Step::Skip,
//!         None => Step::LookUp,
//!     })
//! }
//!
//! let read = |status: &str, updated_at: &str| {
//!     let body = format!(
//!         r#"{{"event":"transaction.status_changed","transaction_id":"TX1","status":"{status}","updated_at":"{updated_at}"}}"#
//!     );
//!     let Event::TransactionStatusChanged(payment) = Event::from_verified(body.as_bytes()) else { panic!("{body}") };
//!     payment
//! };
//! let paid = read("paid", "2026-01-02T03:04:06.5Z");
//! assert_eq!(step(None, &paid)?, Step::Apply);
//! let stored = serde_json::to_string(&paid)?;
//!
//! let late = read("processing", "2026-01-02T03:04:06.25Z");
//! assert_eq!(step(Some(&stored), &late)?, Step::Skip);
//! assert_eq!(step(Some(&stored), &paid)?, Step::Skip, "a repeat");
//! let refunded = read("refunded", "2026-01-03T00:00:00Z");
//! assert_eq!(step(Some(&stored), &refunded)?, Step::Apply);
//! let undated = read("refunded", "");
//! assert_eq!(step(Some(&stored), &undated)?, Step::LookUp);
//! let stateless = read("", "2026-01-03T00:00:00Z");
//! assert_eq!(step(None, &stateless)?, Step::LookUp);
//!
//! // A field that could not be read is preserved when the payload is stored.
//! let odd = read("paid", "soon");
//! let again: TransactionStatusChanged = serde_json::from_str(&serde_json::to_string(&odd)?)?;
//! assert_eq!((again.extra["updated_at"].as_str(), again.updated_at), (Some("soon"), None));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! With feature `axum`, [`Delivery`] is an extractor.

#[cfg(feature = "axum")]
mod axum;
mod clock;
mod dedup;
mod delivery;
mod error;
mod event;
mod headers;
mod memory;
mod once;
mod payload;
mod reason;
mod source;
mod timestamp;
mod verifier;

#[cfg(test)]
mod once_tests;
#[cfg(test)]
mod verifier_tests;

#[cfg(feature = "axum")]
pub use self::axum::DeliveryRejection;
pub use self::{
    dedup::{Claim, Claiming, Deduplicator, Ticket},
    delivery::{Delivery, DeliveryId},
    error::Error,
    event::Event,
    headers::{DELIVERY_ID_HEADER, EVENT_HEADER, Headers, SIGNATURE_HEADER, TIMESTAMP_HEADER},
    memory::{Full, MemoryDeduplicator},
    once::{Once, OnceError, handle_once, handle_once_in},
    payload::{RefundStatusChanged, TransactionStatusChanged, WebhookTest},
    reason::UnknownReason,
    verifier::Verifier,
};
