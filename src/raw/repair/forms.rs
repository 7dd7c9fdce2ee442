//! Other forms of a value that mean the same.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

/// Returns the other forms of a value that mean the same.
pub(super) fn other_forms(written: &str) -> Vec<String> {
    let is_number = |text: &str| text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number(written) {
        let digits = whole(written).unwrap_or_else(|| written.to_owned());
        // An id is digits. Of a fraction or an exponent nobody knows how its text would be.
        let is_id = digits.bytes().all(|byte| byte.is_ascii_digit());
        let text = is_id.then(|| format!("\"{digits}\""));
        return (digits != written).then_some(digits).into_iter().chain(text).collect();
    }
    let Ok(content) = serde_json::from_str::<String>(written) else { return Vec::new() };
    let content = content.trim();
    if content.is_empty() {
        // Django writes nothing where others write null. A required value does not take one.
        return vec!["null".to_owned()];
    }
    let is_scalar = is_number(content) || matches!(content, "true" | "false");
    if is_scalar && serde_json::from_str::<&RawValue>(content).is_ok() {
        return whole(content).into_iter().chain([content.to_owned()]).collect();
    }
    instant(content).into_iter().collect()
}

/// Returns `10` for `10.0`.
fn whole(number: &str) -> Option<String> {
    let (whole, fraction) = number.split_once('.')?;
    fraction.bytes().all(|byte| byte == b'0').then(|| whole.to_owned())
}

/// Reads a date, or a date and time, without an offset as UTC: Django writes those with `USE_TZ = False`.
fn instant(text: &str) -> Option<String> {
    // `DateTime` would skip an offset or the name of a time zone.
    let is_naive = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:. T".contains(&byte));
    if !is_naive || text.matches('-').count() != 2 {
        return None;
    }
    let instant = text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(format!("\"{instant}\""))
}
