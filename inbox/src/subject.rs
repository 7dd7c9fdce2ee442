//! Values taken from a delivery in addition to its body: its key, its subject, and texts that PostgreSQL can store.

use std::fmt::Write as _;

use nd8::webhooks::{Delivery, Event};

/// The most characters of a subject or an event that are stored for people to read.
const MAX_TEXT: usize = 200;

/// What makes two deliveries one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// The delivery's id. Stops ND8's own repeats.
    ///
    /// The id is not signed: whoever has seen a delivery can send it again under another.
    #[default]
    Id,
    /// The digest of the body, which is signed. Stops replays under another id as well, for as long as deliveries are retained; and with
    /// them copies that somebody sends again on purpose, and two events that happen to read the same.
    Body,
}

impl Key {
    pub(crate) fn of(self, delivery: &Delivery) -> String {
        match self {
            Self::Id => delivery.id.to_string(),
            Self::Body => format!("sha256:{}", delivery.body_digest()),
        }
    }
}

/// Returns what an event is about: `payment/` or `refund/` and an id. Deliveries of one subject are worked in order.
///
/// A refund is known by its public id where it has one, since its number is in some payloads only. `None` for what is about neither,
/// and for what cannot be read.
///
/// # Example: a payment and a refund of it
///
/// ```
/// use nd8::webhooks::Event;
/// use nd8_inbox::subject;
///
/// let paid = Event::from_verified(br#"{"event":"transaction.status_changed","transaction_id":"TX1","status":"paid"}"#);
/// assert_eq!(subject(&paid).as_deref(), Some("payment/TX1"));
/// let refund = Event::from_verified(br#"{"event":"refund.status_changed","refund_id":"RF1","transaction_id":"TX1"}"#);
/// assert_eq!(subject(&refund).as_deref(), Some("refund/RF1"));
/// assert_eq!(subject(&Event::from_verified(br#"{"event":"webhook.test"}"#)), None);
/// ```
pub fn subject(event: &Event) -> Option<String> {
    let payment = |id: &str| format!("payment/{id}");
    match event {
        Event::TransactionStatusChanged(changed) => {
            changed.transaction_id.as_deref().or(changed.order_id.as_deref()).map(payment)
        }
        Event::RefundStatusChanged(changed) => {
            let refund = changed.refund_public_id.as_deref().or(changed.refund_id.as_deref());
            let of_payment =
                || changed.transaction_id.as_deref().or(changed.order_id.as_deref()).map(payment);
            refund.map(|id| format!("refund/{id}")).or_else(of_payment)
        }
        _ => None,
    }
}

/// Returns a text that PostgreSQL can store and a terminal can show: cut, and without control characters.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            shown.push('…');
            break;
        }
        if character.is_control() || character == '\\' {
            let _ = write!(shown, "{}", character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

pub(crate) fn short(text: &str) -> String {
    printable(text, MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn texts_become_storable() {
        for (text, expected) in [
            ("payment/TX1", "payment/TX1"),
            ("a\0b\n", "a\\u{0}b\\n"),
            ("a\\b", "a\\\\b"),
            ("é漢\u{202e}", "é漢\u{202e}"),
            ("123456", "12345…"),
            ("12345", "12345"),
        ] {
            assert_eq!(printable(text, if text.starts_with("12") { 5 } else { 100 }), expected, "{text:?}");
        }
    }
}
