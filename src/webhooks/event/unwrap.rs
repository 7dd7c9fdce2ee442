//! Reads events in a wrapping that ND8 does not document: lists, strings of JSON, envelopes, other keys for the name.
//!
//! The name of an event is read from the body, and is never guessed from other fields. A payload is one object, and no field is read
//! from another one: a guess could report a refund's amount as a payment's. A body that may concern money but is ambiguous is not an
//! event, but a reason.

use serde_json::value::RawValue;

use super::super::payload::fields::{self, Fields, is_blank};
use super::super::reason::UnknownReason;
use super::super::source::Source;
use super::Event;
use super::name::{self, Known, Meaning, Named, letters};
use crate::raw::types::{PaymentStatus, RefundStatus};

/// Levels of wrapping that are opened.
pub(super) const MAX_DEPTH: usize = 8;

/// Keys of values that may be the payload of an event, or an event.
const WRAPPERS: [&str; 12] = [
    "data",
    "payload",
    "object",
    "event",
    "body",
    "message",
    "content",
    "resource",
    "attributes",
    "record",
    "result",
    "params",
];

/// Keys of values that may be an event, but not a payload: the items of a payment have ids and amounts of their own.
const EVENT_WRAPPERS: [&str; 7] =
    ["events", "notification", "webhook", "item", "items", "records", "results"];

/// Keys of values that are about a payment or a refund, without case and separators.
const MONEY: [&str; 14] = [
    "transactionid",
    "paymentid",
    "orderid",
    "checkoutid",
    "refundid",
    "refundpublicid",
    "amount",
    "amountusd",
    "amountincents",
    "currency",
    "depositattempts",
    "transaction",
    "payment",
    "refund",
];

/// The result of reading a value that may be an event.
pub(super) enum Reading {
    /// A known event, with its payload.
    Known(Box<Event>),
    /// An event that is not read, with its name and the reason.
    Unreadable(Option<String>, UnknownReason),
    /// An event that this version does not know.
    New(String),
    /// No event, with the reason; and whether it has something about money in it.
    Nothing(UnknownReason, bool),
}

/// Reads any value. `around` is the event that the surrounding object names.
pub(super) fn value(source: &Source<'_>, value: &RawValue, around: Option<Known>, depth: usize) -> Reading {
    let nothing = Reading::Nothing(UnknownReason::NotAnEvent, false);
    let Some(below) = depth.checked_sub(1) else {
        // Nothing is known about deeper levels, so they are treated as if they concerned money.
        return Reading::Nothing(UnknownReason::NotAnEvent, true);
    };
    match value.get().as_bytes().first() {
        Some(b'{') => object(source, &fields::fields(value.get()).0, around, below),
        Some(b'[') => list(source, value, around, below),
        Some(b'"') => string(source, value, around, below),
        _ => nothing,
    }
}

/// Reads an object.
pub(super) fn object(
    source: &Source<'_>,
    fields: &Fields<'_>,
    around: Option<Known>,
    depth: usize,
) -> Reading {
    let named = match name::find(source, fields) {
        Ok(named) => named,
        Err(reason) => return Reading::Nothing(reason, true),
    };
    match (around, named) {
        (None, None) => nameless(source, fields, depth),
        (None, Some(Named { meaning: Meaning::Known(known), key, .. })) => {
            known_event(source, fields, (known, key), false, depth)
        }
        (None, Some(Named { meaning: Meaning::Similar, name, .. })) => {
            Reading::Unreadable(Some(name), UnknownReason::SimilarName)
        }
        (None, Some(Named { meaning: Meaning::Vague, name, .. })) => match nameless(source, fields, depth) {
            Reading::Nothing(_, false) | Reading::New(_) => Reading::New(name),
            _ => Reading::Unreadable(Some(name), UnknownReason::SimilarName),
        },
        (None, Some(Named { meaning: Meaning::New, name, .. })) => new_event(source, fields, name, depth),
        (Some(around), Some(Named { meaning: Meaning::Known(known), key, .. })) if around == known => {
            known_event(source, fields, (known, key), true, depth)
        }
        (Some(around), Some(named)) if named.is_known() || named.key == "event" => {
            Reading::Unreadable(Some(around.name().to_owned()), UnknownReason::SeveralNames)
        }
        // A `type` or a `name` in a payload is a field of it.
        (Some(around), _) => known_event(source, fields, (around, "event"), true, depth),
    }
}

/// Reads an event whose name is known: from the object itself, or from the one that it wraps.
fn known_event(
    source: &Source<'_>,
    fields: &Fields<'_>,
    (known, key): (Known, &str),
    is_wrapped: bool,
    depth: usize,
) -> Reading {
    let flat = Event::payload(source, fields, known, key, is_wrapped);
    if let Ok((event, true)) = flat {
        return Reading::Known(Box::new(event));
    }
    let unreadable = |reason| Reading::Unreadable(Some(known.name().to_owned()), reason);
    let mut events = Vec::new();
    let mut why_nothing = None;
    for child in wrapped(fields, Some(known)) {
        match value(source, child, Some(known), depth) {
            Reading::Nothing(reason, true) => why_nothing = Some(reason),
            Reading::Nothing(_, false) => {}
            Reading::Unreadable(None, reason) => events.push(unreadable(reason)),
            event => events.push(event),
        }
    }
    match (flat, events.len()) {
        (Ok((flat, _)), 1) if matches!(&events[0], Reading::Known(event) if event.contradicts(&flat)) => {
            unreadable(UnknownReason::SeveralEvents)
        }
        (Err(_), 1) => events.remove(0),
        (Ok(_), 1) if matches!(&events[0], Reading::Known(_)) => events.remove(0),
        // Its other fields are in `extra`.
        (Ok((event, _)), _) => Reading::Known(Box::new(event)),
        (Err(_), 2..) => unreadable(UnknownReason::SeveralEvents),
        (Err(reason), 0) => {
            // If a wrapped object has fields of a payload, the reason is the one for that object.
            let reason = match reason {
                UnknownReason::Missing { .. } => why_nothing.unwrap_or(reason),
                reason => reason,
            };
            if is_wrapped { Reading::Nothing(reason, true) } else { unreadable(reason) }
        }
    }
}

/// Reads an event whose name is not known, unless what it wraps is an event that is.
fn new_event(source: &Source<'_>, fields: &Fields<'_>, name: String, depth: usize) -> Reading {
    let is_known = |child: &RawValue| match value(source, child, None, depth) {
        Reading::Known(_) => true,
        Reading::Unreadable(Some(name), _) => matches!(Meaning::of(&name), Meaning::Known(_)),
        _ => false,
    };
    // Acknowledging the outer event would lose the one that it wraps.
    if wrapped(fields, None).any(is_known) {
        return Reading::Unreadable(Some(name), UnknownReason::SeveralNames);
    }
    Reading::New(name)
}

/// Reads the event that an object wraps which names none.
fn nameless(source: &Source<'_>, fields: &Fields<'_>, depth: usize) -> Reading {
    let mut has_money = fields.iter().any(|(key, values)| is_about_money(key, values));
    let mut events = Vec::new();
    for (key, values) in fields {
        let is_wrapper = is_wrapper(key, None);
        for child in values {
            match value(source, child, None, depth) {
                // A text that is not JSON although it begins like it, such as a template.
                Reading::Nothing(UnknownReason::Misfit { .. } | UnknownReason::Truncated, _)
                    if !is_wrapper => {}
                Reading::Nothing(_, is_money) => has_money |= is_money,
                event if is_wrapper => events.push(event),
                _ => has_money = true,
            }
        }
    }
    match events.len() {
        0 => {
            let is_other =
                fields.get("event").is_some_and(|values| values.iter().any(|value| !is_blank(value)));
            let reason = if is_other { UnknownReason::NotAnEvent } else { UnknownReason::Unnamed };
            Reading::Nothing(reason, has_money)
        }
        _ => one_of(events),
    }
}

/// Reads a list: of one event, or of none.
fn list(source: &Source<'_>, list: &RawValue, around: Option<Known>, depth: usize) -> Reading {
    let items: Vec<&RawValue> = serde_json::from_str(list.get()).unwrap_or_default();
    let mut has_money = false;
    let mut events = Vec::new();
    for item in &items {
        match value(source, item, around, depth) {
            Reading::Nothing(_, is_money) => has_money |= is_money,
            event => events.push(event),
        }
    }
    match events.len() {
        0 => Reading::Nothing(UnknownReason::NotAnEvent, has_money),
        // Another item that concerns money may be an event that is not recognized.
        1 if has_money => Reading::Unreadable(None, UnknownReason::SeveralEvents),
        _ => one_of(events),
    }
}

/// Returns the only event, or any of several that nobody knows.
fn one_of(mut events: Vec<Reading>) -> Reading {
    let all_are_new = events.iter().all(|event| matches!(event, Reading::New(_)));
    match events.len() {
        1 => events.remove(0),
        _ if all_are_new => events.remove(0),
        _ => Reading::Unreadable(None, UnknownReason::SeveralEvents),
    }
}

/// Reads the JSON in a string.
fn string(source: &Source<'_>, outer: &RawValue, around: Option<Known>, depth: usize) -> Reading {
    let content = serde_json::from_str::<String>(outer.get()).unwrap_or_default();
    let content = content.trim();
    if !content.starts_with(['{', '[', '"']) {
        return Reading::Nothing(UnknownReason::NotAnEvent, false);
    }
    let (line, column) = source.place(outer);
    let source = source.string(outer, content);
    match serde_json::from_str::<&RawValue>(source.text()) {
        Ok(inner) => match value(&source, inner, around, depth) {
            Reading::Nothing(reason, has_money) => match source.why_damaged() {
                Some(damage) => Reading::Nothing(damage, true),
                None => Reading::Nothing(reason, has_money),
            },
            reading => reading,
        },
        Err(_) if source.is_truncated() => Reading::Nothing(UnknownReason::Truncated, true),
        // The body itself is JSON.
        Err(_) => Reading::Nothing(UnknownReason::Misfit { line, column }, true),
    }
}

/// Returns what may be an event, or the payload of a known one.
fn wrapped<'f, 'a>(
    fields: &'f Fields<'a>,
    known: Option<Known>,
) -> impl Iterator<Item = &'a RawValue> + use<'f, 'a> {
    let wrapped = fields.iter().filter(move |(key, _)| is_wrapper(key, known));
    wrapped.flat_map(|(_, values)| values.iter().copied())
}

fn is_wrapper(key: &str, known: Option<Known>) -> bool {
    WRAPPERS.contains(&key)
        || match known {
            None => EVENT_WRAPPERS.contains(&key),
            Some(Known::Transaction) => matches!(key, "transaction" | "payment"),
            // Never the payment that a refund is of.
            Some(Known::Refund) => key == "refund",
            Some(Known::Test) => false,
        }
}

fn is_about_money(key: &str, values: &[&RawValue]) -> bool {
    let is_there = || values.iter().any(|value| !is_blank(value));
    let is_state = || values.iter().any(|value| is_state(value));
    (MONEY.contains(&letters(key).as_str()) && is_there()) || (key == "status" && is_state())
}

/// Returns whether this is a state of a payment or a refund.
fn is_state(value: &RawValue) -> bool {
    let Ok(state) = serde_json::from_str::<String>(value.get()) else { return false };
    let is_unknown = matches!(PaymentStatus::from(&*state), PaymentStatus::Unknown(_))
        && matches!(RefundStatus::from(&*state), RefundStatus::Unknown(_));
    !is_unknown
}
