//! The reason why a verified body is not a typed event.

use crate::raw::scan::{Defect, Found};
use std::fmt;

/// Reason why a payload that was verified is [`Event::Unknown`](super::Event::Unknown) or
/// [`Event::Unreadable`](super::Event::Unreadable). It has the names of fields and places, and repeats no value.
///
/// Lines and columns are those of the body, from 1; columns count bytes. Of JSON in a string they are those of the string.
///
/// # Example: a new event, and a payload without an id
///
/// ```
/// use nd8::webhooks::{Event, UnknownReason};
///
/// let new = Event::from_verified(br#"{"event":"dispute.opened"}"#);
/// assert!(matches!(new, Event::Unknown { reason: UnknownReason::NewEvent, .. }));
///
/// let unidentified = Event::from_verified(br#"{"event":"refund.status_changed","status":"failed"}"#);
/// let Event::Unreadable { reason, .. } = unidentified else { panic!("no id") };
/// assert_eq!(reason.to_string(), "the payload has no `refund_id`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownReason {
    /// This version does not know the event.
    NewEvent,
    /// The payload has no `event`, or it is null or blank.
    Unnamed,
    /// The body has no bytes, or only white space.
    Empty,
    /// The body is valid JSON, and not an object whose `event` is a text.
    NotAnEvent,
    /// The body is not JSON, for a reason that has no variant of its own.
    NotJson,
    /// The JSON ends in the middle: that of the body, or of a string in it.
    Truncated,
    /// A field that the event requires is missing, null or blank.
    Missing {
        /// Name of the field on the wire. Where several ids would do, this is the first of them.
        field: &'static str,
    },
    /// The payload has an `id` where the event has an id of another name. It may be the id of something else: that of the payment
    /// where a refund's is missing, or that of the message.
    #[non_exhaustive]
    OnlyId {
        /// Name of the id on the wire that is missing. Where several ids would do, this is the first of them.
        field: &'static str,
    },
    /// The name of the event is not a known one, and reports the state of a payment or a refund all the same, such as
    /// `payment.paid`.
    SimilarName,
    /// The body names different events, of which one is known.
    SeveralNames,
    /// The body has more than one event or payload: a list, or several objects. What is in [`Delivery::raw`](super::Delivery::raw) can
    /// be taken apart, and each event be read by [`Event::from_verified`](super::Event::from_verified).
    SeveralEvents,
    /// A field has a value that its type cannot hold.
    #[non_exhaustive]
    Misfit {
        /// Line where the value begins.
        line: usize,
        /// Column where the value begins.
        column: usize,
    },
    /// The bytes are not UTF-8.
    #[non_exhaustive]
    InvalidUtf8 {
        /// Line of the first such byte.
        line: usize,
        /// Column of the first such byte.
        column: usize,
    },
    /// A text has one half of a surrogate pair (`\ud800`), which is no character.
    #[non_exhaustive]
    HalfSurrogate {
        /// Line where the text begins.
        line: usize,
        /// Column where the text begins.
        column: usize,
    },
    /// A value is `NaN` or `Infinity`, which JSON does not have.
    #[non_exhaustive]
    NotANumber {
        /// Line where the value begins.
        line: usize,
        /// Column where the value begins.
        column: usize,
    },
    /// A number is larger than any that can be held.
    #[non_exhaustive]
    OutOfRange {
        /// Line where the number begins.
        line: usize,
        /// Column where the number begins.
        column: usize,
    },
    /// A key occurs more than once, with different values.
    #[non_exhaustive]
    DuplicateKey {
        /// Line where the second value begins.
        line: usize,
        /// Column where the second value begins.
        column: usize,
    },
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, line, column) = match *self {
            Self::NewEvent => return f.write_str("this version does not know the event"),
            Self::Unnamed => return f.write_str("the payload names no event"),
            Self::Empty => return f.write_str("the body is empty"),
            Self::NotAnEvent => return f.write_str("the body is not an object that names an event"),
            Self::NotJson => return f.write_str("the body is no JSON"),
            Self::Truncated => return f.write_str("the JSON ends in the middle"),
            Self::Missing { field } => return write!(f, "the payload has no `{field}`"),
            Self::OnlyId { field } => {
                return write!(f, "the payload has no `{field}`, and its `id` may be that of something else");
            }
            Self::SimilarName => {
                return f.write_str("the event's name is not known, and is like that of a known event");
            }
            Self::SeveralNames => return f.write_str("the body names different events"),
            Self::SeveralEvents => return f.write_str("the body has more than one event or payload"),
            Self::Misfit { line, column } => ("the payload does not fit its type", line, column),
            Self::InvalidUtf8 { line, column } => ("the body is not UTF-8", line, column),
            Self::HalfSurrogate { line, column } => ("a text has half a surrogate pair", line, column),
            Self::NotANumber { line, column } => ("a value is NaN or Infinity", line, column),
            Self::OutOfRange { line, column } => ("a number is out of range", line, column),
            Self::DuplicateKey { line, column } => ("a key has two different values", line, column),
        };
        write!(f, "{what} at line {line}, column {column}")
    }
}

impl From<Found> for UnknownReason {
    fn from((defect, line, column): Found) -> Self {
        match defect {
            Defect::InvalidUtf8 => Self::InvalidUtf8 { line, column },
            Defect::HalfSurrogate => Self::HalfSurrogate { line, column },
            Defect::NotANumber => Self::NotANumber { line, column },
            Defect::OutOfRange => Self::OutOfRange { line, column },
            Defect::NotJson => Self::NotJson,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UnknownReason as Why;

    #[test]
    fn each_reason_has_words_of_its_own_and_its_place() {
        let (line, column) = (3, 7);
        for (reason, expected) in [
            (Why::NewEvent, "this version does not know the event"),
            (Why::Unnamed, "the payload names no event"),
            (Why::Empty, "the body is empty"),
            (Why::NotAnEvent, "the body is not an object that names an event"),
            (Why::NotJson, "the body is no JSON"),
            (Why::Truncated, "the JSON ends in the middle"),
            (Why::Missing { field: "refund_id" }, "the payload has no `refund_id`"),
            (
                Why::OnlyId { field: "refund_id" },
                "the payload has no `refund_id`, and its `id` may be that of something else",
            ),
            (Why::SimilarName, "the event's name is not known, and is like that of a known event"),
            (Why::SeveralNames, "the body names different events"),
            (Why::SeveralEvents, "the body has more than one event or payload"),
            (Why::Misfit { line, column }, "the payload does not fit its type at line 3, column 7"),
            (Why::InvalidUtf8 { line, column }, "the body is not UTF-8 at line 3, column 7"),
            (Why::HalfSurrogate { line, column }, "a text has half a surrogate pair at line 3, column 7"),
            (Why::NotANumber { line, column }, "a value is NaN or Infinity at line 3, column 7"),
            (Why::OutOfRange { line, column }, "a number is out of range at line 3, column 7"),
            (Why::DuplicateKey { line, column }, "a key has two different values at line 3, column 7"),
        ] {
            assert_eq!(reason.to_string(), expected);
        }
    }
}
