//! `webhook.test`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Payload;
use super::write::is_false;
use crate::raw::Redacted;

/// A test of the webhook: `webhook.test`.
///
/// Inferred: ND8 names this event but does not document its fields.
///
/// # Example: its fields
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
    /// Set if the body was cut off.
    #[serde(rename = "\u{f8ff}nd8\u{f8ff}truncated", default, skip_serializing_if = "is_false")]
    pub is_truncated: bool,
    /// All fields except the event's name, as received.
    #[serde(flatten, deserialize_with = "crate::raw::extra::deserialize")]
    pub extra: Map<String, Value>,
}

impl Payload for WebhookTest {
    const IDS: &[&str] = &[];
    const TEXTS: &[&str] = &[];
    const OTHERS: &[&str] = &[];

    /// There is nothing to identify.
    fn is_identified(&self) -> bool {
        true
    }

    fn has_own_id(&self) -> bool {
        true
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn set_truncated(&mut self) {
        self.is_truncated = true;
    }

    fn extra(&mut self) -> &mut Map<String, Value> {
        &mut self.extra
    }

    fn absorb(&mut self, other: Self) {
        self.is_truncated |= other.is_truncated;
        self.extra.extend(other.extra);
    }
}

impl fmt::Debug for WebhookTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookTest")
            .field("is_truncated", &self.is_truncated)
            .field("extra", &Redacted)
            .finish()
    }
}
