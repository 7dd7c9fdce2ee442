//! A webhook delivery as its owner sees it: payload, target, attempts and status.
//!
//! Not here: when it is attempted (`queue`), and how (`webhooks`).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::outbox::delivery_fault::DeliveryFault;
use crate::values::time::SandboxTime;

/// A webhook that was or will be attempted. Its id is the same over all its attempts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub(crate) id: Uuid,
    pub(crate) event: String,
    pub(crate) payment_id: String,
    pub(crate) url: String,
    pub(crate) payload: String,
    pub(crate) fault: Option<DeliveryFault>,
    pub(crate) created_at: SandboxTime,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) status: DeliveryStatus,
    /// Time when it is attempted next, while it is pending.
    pub(crate) next: SandboxTime,
}

impl Delivery {
    /// Returns the id that the delivery bears in `X-Webhook-Delivery-Id`.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Returns the event's name, such as `transaction.status_changed`.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Returns the public id of the payment that the event is about; for a refund, the payment it belongs to; nothing for
    /// `webhook.test`.
    pub fn payment_id(&self) -> &str {
        &self.payment_id
    }

    /// Returns the address it is meant for.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the bytes that are sent and signed.
    pub fn payload(&self) -> &[u8] {
        self.payload.as_bytes()
    }

    /// Lists the attempts that have ended, oldest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Returns what came of the latest attempt; nothing before the first has ended.
    pub fn outcome(&self) -> Option<&DeliveryOutcome> {
        self.attempts.last().map(|attempt| &attempt.outcome)
    }

    /// Returns the status.
    pub fn status(&self) -> DeliveryStatus {
        self.status
    }

    /// Returns when it will be attempted next, on the sandbox's clock.
    pub fn next_attempt(&self) -> Option<Timestamp> {
        (self.status == DeliveryStatus::Pending).then(|| self.next.timestamp())
    }

    /// Returns whether the receiver responded with a 2xx.
    pub fn is_acknowledged(&self) -> bool {
        self.status == DeliveryStatus::Acknowledged
    }
}

/// Status of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryStatus {
    /// Another attempt is to come or under way.
    Pending,
    /// Receiver responded with a 2xx.
    Acknowledged,
    /// All attempts of the schedule failed.
    Dead,
    /// Receiver responded with 410, and is not contacted again.
    Gone,
    /// Address is not one that the sandbox contacts.
    Refused,
}

impl DeliveryStatus {
    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryStatus::Pending => "pending",
            DeliveryStatus::Acknowledged => "acknowledged",
            DeliveryStatus::Dead => "dead",
            DeliveryStatus::Gone => "gone",
            DeliveryStatus::Refused => "refused",
        }
    }
}

/// An attempt to deliver, which has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub(crate) at: SandboxTime,
    pub(crate) outcome: DeliveryOutcome,
}

impl Attempt {
    /// Returns when it was made, on the sandbox's clock.
    pub fn at(&self) -> Timestamp {
        self.at.timestamp()
    }

    /// Returns what came of it.
    pub fn outcome(&self) -> &DeliveryOutcome {
        &self.outcome
    }
}

/// Outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// Receiver responded.
    #[non_exhaustive]
    Responded {
        /// HTTP status, whatever it was.
        status: u16,
        /// Beginning of the response body.
        body: String,
    },
    /// Address is not one that the sandbox contacts, so nothing was sent.
    Refused {
        /// Describes why the address is invalid.
        reason: String,
    },
    /// There was no response.
    Failed {
        /// Describes what went wrong, with its causes.
        message: String,
    },
}

impl DeliveryOutcome {
    /// Returns the status of the response, if there was one.
    pub fn response_status(&self) -> Option<u16> {
        match self {
            DeliveryOutcome::Responded { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Delivery that was waited for did not come in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such delivery within {limit:?}; attempted so far: {attempted:?}")]
#[non_exhaustive]
pub struct NoDelivery {
    /// Time that was waited.
    pub limit: Duration,
    /// Events of all deliveries that were attempted until then, oldest first.
    pub attempted: Vec<String>,
}

/// No delivery has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no delivery has this id")]
#[non_exhaustive]
pub struct UnknownDelivery;
