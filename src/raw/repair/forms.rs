//! Other forms of a value that mean the same.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

/// Another form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `10` for `10.0`.
    Whole,
    /// Digits as a text: an id.
    Text,
    /// The number or flag that a text holds.
    Content,
    /// The same, where the number is `10.0`.
    WholeContent,
    /// Null for a blank text: Django writes nothing where others write null.
    Null,
    /// The empty list for null.
    NoItems,
    /// A time without an offset, in UTC.
    Utc,
}

impl Form {
    /// Returns the other forms of a value that mean the same.
    pub(super) fn all(written: &str) -> Vec<(Self, String)> {
        let is_number = |text: &str| text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if is_number(written) {
            let digits = whole(written);
            let id = digits.as_deref().unwrap_or(written);
            // An id has digits only. A fraction or an exponent has several texts, of which none is known to be the right one.
            let is_id = id.bytes().all(|byte| byte.is_ascii_digit());
            let text = is_id.then(|| (Self::Text, format!("\"{id}\"")));
            return digits.map(|digits| (Self::Whole, digits)).into_iter().chain(text).collect();
        }
        if written == "null" {
            return vec![(Self::NoItems, "[]".to_owned())];
        }
        let Ok(content) = serde_json::from_str::<String>(written) else { return Vec::new() };
        let content = content.trim();
        if content.is_empty() {
            // A required field does not accept null, so that a blank text does not become a value there.
            return vec![(Self::Null, "null".to_owned())];
        }
        let is_scalar = is_number(content) || matches!(content, "true" | "false");
        if is_scalar && serde_json::from_str::<&RawValue>(content).is_ok() {
            let whole = whole(content).map(|digits| (Self::WholeContent, digits));
            return whole.into_iter().chain([(Self::Content, content.to_owned())]).collect();
        }
        instant(content).map(|instant| (Self::Utc, instant)).into_iter().collect()
    }

    /// Returns a value in this form, if it has it.
    pub(super) fn of(self, written: &str) -> Option<String> {
        Self::all(written).into_iter().find_map(|(form, other)| (form == self).then_some(other))
    }
}

/// Returns `10` for `10.0`.
pub(super) fn whole(number: &str) -> Option<String> {
    let (whole, fraction) = number.split_once('.')?;
    fraction.bytes().all(|byte| byte == b'0').then(|| whole.to_owned())
}

/// Reads a date, or a date and time, without an offset as UTC: Django writes those with `USE_TZ = False`.
fn instant(text: &str) -> Option<String> {
    // `DateTime` would ignore an offset or the name of a time zone.
    let is_naive = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:. T".contains(&byte));
    if !is_naive || text.matches('-').count() != 2 {
        return None;
    }
    let instant = text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(format!("\"{instant}\""))
}
