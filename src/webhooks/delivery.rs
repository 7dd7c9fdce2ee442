//! A verified delivery: its signature was checked, its event is decoded, and its bytes are kept.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::event::Event;
use super::verifier::Envelope;

/// A delivery whose signature was checked. Only [`Verifier::verify`](super::Verifier::verify) and the axum extractor
/// create one.
///
/// [`raw`](Delivery::raw) is signed, and so is [`event`](Delivery::event), which is decoded from it. `id`, `timestamp` and
/// `announced` are from headers that are not signed.
///
/// `Debug` prints no more of the payload than a log needs.
///
/// # Example: the parts of a delivery
///
/// ```
/// use nd8::webhooks::Verifier;
///
/// let verifier = Verifier::new("whsec");
/// let headers = verifier.signed_headers("b7c1", "webhook.test", br#"{"event":"webhook.test"}"#);
/// let delivery = verifier.verify(&headers, br#"{"event":"webhook.test"}"#)?;
/// assert_eq!(delivery.id.as_str(), "b7c1");
/// assert_eq!(delivery.event.name(), Some("webhook.test"));
/// assert_eq!(delivery.raw, &br#"{"event":"webhook.test"}"#[..]);
/// # Ok::<(), nd8::webhooks::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// The delivery's id, unique for each delivery that ND8 sends. Not signed.
    pub id: DeliveryId,
    /// The event that it reports.
    pub event: Event,
    /// The time of sending according to the header. Not signed. `None` only if [`Verifier::max_age`](super::Verifier::max_age) and
    /// [`max_ahead`](super::Verifier::max_ahead) are both off, and the header cannot be read.
    pub timestamp: Option<Timestamp>,
    /// The body as received, byte for byte.
    pub raw: Bytes,
    /// Index of the verifier's secret that the signature was made with: 0 for the first.
    pub matched_secret: usize,
    /// The event's name in the header `X-Webhook-Event`, if it has the form of one. Not signed, for logs only.
    pub announced: Option<String>,
}

impl Delivery {
    pub(super) fn read(envelope: Envelope, raw: Bytes) -> Self {
        let Envelope { id, timestamp, matched_secret, announced } = envelope;
        Self { id, event: Event::from_verified(&raw), timestamp, raw, matched_secret, announced }
    }

    /// Returns the SHA-256 of the body in hex. It identifies the content, whereas `id` identifies the delivery.
    ///
    /// It is computed from the signed bytes, so nobody can change it and keep the signature valid. As the key of
    /// [`handle_once`](super::handle_once) it also stops replays under a new id. It drops copies that were sent again on purpose too,
    /// and two events with the same body.
    ///
    /// # Example: two deliveries with the same content
    ///
    /// ```
    /// use nd8::webhooks::Verifier;
    ///
    /// let verifier = Verifier::new("whsec");
    /// let first = verifier.verify(&verifier.signed_headers("b7c1", "webhook.test", b"{}"), b"{}")?;
    /// let replayed = verifier.verify(&verifier.signed_headers("ffff", "webhook.test", b"{}"), b"{}")?;
    /// assert_ne!(first.id, replayed.id);
    /// assert_eq!(first.body_digest(), replayed.body_digest());
    /// # Ok::<(), nd8::webhooks::Error>(())
    /// ```
    pub fn body_digest(&self) -> String {
        base16ct::lower::encode_string(&Sha256::digest(&self.raw))
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .field("event", &self.event)
            .field("timestamp", &self.timestamp)
            .field("raw", &format_args!("[{} bytes]", self.raw.len()))
            .field("matched_secret", &self.matched_secret)
            .field("announced", &self.announced)
            .finish()
    }
}

/// The id of a delivery. ND8 sends a UUID; any visible ASCII text of at most 255 characters is accepted.
///
/// # Example: stored as JSON
///
/// ```
/// use nd8::webhooks::DeliveryId;
///
/// let id: DeliveryId = serde_json::from_str(r#""b7c1""#)?;
/// assert_eq!(id.to_string(), "b7c1");
/// assert_eq!(serde_json::to_string(&id)?, r#""b7c1""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(String);

impl DeliveryId {
    pub(super) const MAX_LENGTH: usize = 255;

    pub(super) fn new(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// Returns the id as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for DeliveryId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<DeliveryId> for String {
    fn from(id: DeliveryId) -> Self {
        id.0
    }
}
