//! A verified delivery: who sent it is settled, what it says is read, and the bytes are kept.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::event::Event;
use super::verifier::Envelope;

/// A delivery whose signature was checked. Only [`Verifier::verify`](super::Verifier::verify) and the axum extractor
/// make one.
///
/// Signed is [`raw`](Delivery::raw), and so is what [`event`](Delivery::event) says. `id`, `timestamp` and `announced`
/// come from headers that are not signed.
///
/// `Debug` shows no more of the payload than a log needs.
///
/// # Example: what a delivery tells
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
    /// The delivery's id, unique for each delivery ND8 makes. Not signed.
    pub id: DeliveryId,
    /// What happened.
    pub event: Event,
    /// When ND8 says that it sent this. Not signed. `None` only if [`Verifier::max_age`](super::Verifier::max_age) and
    /// [`max_ahead`](super::Verifier::max_ahead) are both off, and the header cannot be read.
    pub timestamp: Option<Timestamp>,
    /// The body as it came, byte for byte.
    pub raw: Bytes,
    /// Which of the verifier's secrets the signature was made with: 0 for the first.
    pub matched_secret: usize,
    /// The event's name by the header `X-Webhook-Event`, where it looks like one. Not signed, for logs only.
    pub announced: Option<String>,
}

impl Delivery {
    pub(super) fn read(envelope: Envelope, raw: Bytes) -> Self {
        let Envelope { id, timestamp, matched_secret, announced } = envelope;
        Self { id, event: Event::from_verified(&raw), timestamp, raw, matched_secret, announced }
    }

    /// Gives the SHA-256 of the body in hex: a name for what was said, where `id` is one for saying it.
    ///
    /// It is made from what is signed, so nobody can change it and still be believed. As the key of
    /// [`handle_once`](super::handle_once) it also stops replays under a new id; and with them the copies that somebody
    /// sends again on purpose, and two events that happen to read the same.
    ///
    /// # Example: two deliveries that say the same
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

/// The id of a delivery. ND8 sends a UUID; any visible ASCII text of at most 255 characters is taken.
///
/// # Example: kept with what was done
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

    /// The id as it was sent.
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
