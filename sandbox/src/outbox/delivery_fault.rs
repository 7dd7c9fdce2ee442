//! Faults of a delivery that a test asks for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Describes what the next delivery does wrong; see [`Webhooks::inject_fault`](crate::Webhooks::inject_fault).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryFault {
    /// It is sent once more after it was acknowledged: the same id, the same bytes.
    Duplicate,
    /// It is overtaken by the next one about the same payment; where none comes within five seconds, it goes out alone.
    Reordered,
    /// Its timestamp is ten minutes old. The signature is right, because it does not cover the timestamp.
    LateTimestamp,
    /// Its signature is that of other bytes.
    WrongSignature,
    /// It is signed with a secret that the receiver does not know, as after a rotation that it missed. See
    /// [`Webhooks::rotate_secret`](crate::Webhooks::rotate_secret) for a rotation that lasts.
    RotatedSecret,
    /// Its event is unknown.
    UnknownEvent,
    /// Its payload has unknown fields.
    ExtraFields,
}

/// Age of a late timestamp.
pub(crate) const LATE: Duration = Duration::from_secs(600);

/// Time that a delivery waits to be overtaken.
pub(crate) const HELD: Duration = Duration::from_secs(5);

const UNKNOWN_EVENT: &str = "sandbox.unknown_event";

impl DeliveryFault {
    /// Changes event and payload of a delivery before it is signed. Events and payloads come as the sandbox writes them, with
    /// `event` first.
    pub(crate) fn apply(self, event: String, payload: String) -> (String, String) {
        match self {
            DeliveryFault::UnknownEvent => {
                (UNKNOWN_EVENT.to_owned(), payload.replacen(&event, UNKNOWN_EVENT, 1))
            }
            DeliveryFault::ExtraFields => {
                let open = payload.strip_suffix('}').unwrap_or(&payload);
                let extra =
                    r#""sandbox_extra":{"nested":[1,null,"x"]},"sandbox_number":12345678901234567890.5"#;
                (event, format!("{open},{extra}}}"))
            }
            _ => (event, payload),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twisted_payloads_stay_json() {
        let payload = || r#"{"event":"webhook.test","x":"webhook.test"}"#.to_owned();

        let (event, changed) = DeliveryFault::UnknownEvent.apply("webhook.test".to_owned(), payload());
        let json: serde_json::Value = serde_json::from_str(&changed).unwrap();
        assert_eq!(
            (json["event"].as_str(), json["x"].as_str()),
            (Some(event.as_str()), Some("webhook.test"))
        );

        let (_, changed) = DeliveryFault::ExtraFields.apply("webhook.test".to_owned(), payload());
        let json: serde_json::Value = serde_json::from_str(&changed).unwrap();
        assert!(json["sandbox_extra"].is_object());
    }
}
