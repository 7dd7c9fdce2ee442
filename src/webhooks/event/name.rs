//! Classifies names of events: the known ones in any spelling, and those that may mean the same.

use super::super::payload::fields::{self, Fields};
use super::super::reason::UnknownReason;
use super::super::source::Source;

pub(super) const TRANSACTION: &str = "transaction.status_changed";
pub(super) const REFUND: &str = "refund.status_changed";
pub(super) const TEST: &str = "webhook.test";

/// Keys of the name where there is no `event`, without case and separators.
const OTHER_KEYS: [&str; 6] = ["event", "eventtype", "eventname", "type", "topic", "name"];

/// First words of a name that mean a payment or a refund.
const SUBJECTS: [&str; 8] =
    ["transaction", "transactions", "payment", "payments", "charge", "charges", "refund", "refunds"];

/// Words for a message, for a change of state, and for the states that ND8 documents or others use for the same.
const STATES: [&str; 28] = [
    "state",
    "status",
    "change",
    "changed",
    "update",
    "updated",
    "event",
    "paid",
    "success",
    "successful",
    "succeeded",
    "complete",
    "completed",
    "fail",
    "failed",
    "failure",
    "refunded",
    "refund",
    "pending",
    "processing",
    "processed",
    "canceled",
    "cancelled",
    "rejected",
    "settled",
    "notification",
    "webhook",
    "callback",
];

/// An event that has a variant of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Transaction,
    Refund,
    Test,
}

impl Known {
    const ALL: [Self; 3] = [Self::Transaction, Self::Refund, Self::Test];

    /// Returns the name that ND8 documents.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Transaction => TRANSACTION,
            Self::Refund => REFUND,
            Self::Test => TEST,
        }
    }
}

/// The meaning of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Known(Known),
    /// It reports the state of a payment or a refund, in words that ND8 does not document.
    Similar,
    /// It reports something of which it does not name the kind.
    Vague,
    New,
}

impl Meaning {
    pub(super) fn of(name: &str) -> Self {
        let (letters, words) = (letters(name), words(name));
        let is_this =
            |known: &Known| self::letters(known.name()) == letters || self::words(known.name()) == words;
        if let Some(known) = Known::ALL.into_iter().find(is_this) {
            return Self::Known(known);
        }
        // `nd8.transaction.status_changed`, `transaction.status_changed.v2`
        if has_known(name) {
            return Self::Similar;
        }
        // `payment.paid` may be the known event under another name. `transaction.disputed` is not a state, so it is a new event.
        let is_state = |word: &String| STATES.contains(&word.as_str());
        match words.as_slice() {
            [subject, states @ ..] if SUBJECTS.contains(&subject.as_str()) && states.iter().all(is_state) => {
                Self::Similar
            }
            words if words.iter().all(is_state) => Self::Vague,
            _ => Self::New,
        }
    }
}

/// The name of an event in an object, and its key.
pub(super) struct Named<'f> {
    pub(super) name: String,
    pub(super) meaning: Meaning,
    /// Empty where the name is in an object of its own.
    pub(super) key: &'f str,
}

/// Finds the name of an event among the fields of an object. `None` if there is none.
///
/// # Errors
///
/// Returns why the name cannot be read.
pub(super) fn find<'f>(
    source: &Source<'_>,
    fields: &'f Fields<'_>,
) -> Result<Option<Named<'f>>, UnknownReason> {
    let found = find_at(source, fields)?;
    match fields.get("event").map(Vec::as_slice) {
        // `{"event":{"id":"…","type":"…"},"data":{…}}`
        Some([event]) if found.is_none() && event.get().starts_with('{') => {
            let inner = fields::fields(event.get()).0;
            Ok(find_at(source, &inner)?.map(|Named { name, meaning, .. }| Named { name, meaning, key: "" }))
        }
        _ => Ok(found),
    }
}

fn find_at<'f>(source: &Source<'_>, fields: &'f Fields<'_>) -> Result<Option<Named<'f>>, UnknownReason> {
    let documented = match fields.get("event").map(Vec::as_slice) {
        None | Some([]) => None,
        Some([value]) => match source.flaw(value) {
            Some(flaw) => return Err(flaw),
            None => named("event", value.get()),
        },
        Some([_, second, ..]) => {
            let (line, column) = source.place(second);
            return Err(UnknownReason::DuplicateKey { line, column });
        }
    };
    // The documented key decides: `type` or `name` next to it may be fields of the payload.
    if documented.as_ref().is_some_and(Named::is_known) {
        return Ok(documented);
    }
    let is_other = |key: &str, other: &str| key != "event" && letters(key) == other;
    let others = OTHER_KEYS.iter().flat_map(|other| fields.iter().filter(|(key, _)| is_other(key, other)));
    let others = others.filter_map(|(key, values)| match values.as_slice() {
        [value] => named(key, value.get()).filter(Named::is_a_name),
        _ => None,
    });
    let (known, others): (Vec<_>, Vec<_>) = others.partition(Named::is_known);
    match (documented, known.as_slice()) {
        (None, []) => Ok(others.into_iter().next()),
        (None, [first, rest @ ..]) if rest.iter().all(|other| other.meaning == first.meaning) => {
            Ok(known.into_iter().next())
        }
        (Some(documented), []) => Ok(Some(documented)),
        // `{"event":"notification","type":"transaction.status_changed"}` may be either.
        _ => Err(UnknownReason::SeveralNames),
    }
}

impl Named<'_> {
    pub(super) fn is_known(&self) -> bool {
        matches!(self.meaning, Meaning::Known(_))
    }

    /// Returns whether a text is the name of an event, also under a key that has other uses.
    fn is_a_name(&self) -> bool {
        let is_qualified = self.name.contains('.') || letters(self.key).starts_with("event");
        let is_clear = matches!(self.meaning, Meaning::Known(_) | Meaning::Similar);
        is_clear || (is_qualified && super::is_a_name(&self.name))
    }
}

fn named<'f>(key: &'f str, value: &str) -> Option<Named<'f>> {
    let name = serde_json::from_str::<String>(value).ok()?;
    let name = name.trim();
    let meaning = Meaning::of(name);
    // JSON in a string is not a name, but may have one.
    let is_json = name.starts_with(['{', '[', '"']);
    (!name.is_empty() && !is_json).then(|| Named { name: name.to_owned(), meaning, key })
}

/// Returns whether a text has the name of a known event that is about money in it.
pub(super) fn has_known(text: &str) -> bool {
    let letters = letters(text);
    [TRANSACTION, REFUND].iter().any(|known| letters.contains(&self::letters(known)))
}

/// Separators that ND8 and others write between the words of a name.
const SEPARATORS: &str = "._-:/";

/// Returns a name without case and separators: ND8's `transaction.status_changed` is others' `TRANSACTION_STATUS_CHANGED`.
pub(super) fn letters(name: &str) -> String {
    name.chars()
        .filter(|letter| !SEPARATORS.contains(*letter))
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Returns the words of a name, in lower case, also of one in camel case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_after_lower = false;
    for letter in name.chars() {
        let is_separator = letter == ' ' || SEPARATORS.contains(letter);
        if is_separator || (is_after_lower && letter.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if !is_separator && let Some(word) = words.last_mut() {
            word.push(letter.to_ascii_lowercase());
        }
        is_after_lower = letter.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}
