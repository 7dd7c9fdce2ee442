//! Response bodies in which single values have another form than the document describes.
//!
//! Decoding is strict first. Only a body that cannot be read that way comes here: the value at which decoding failed is written
//! in another form, and decoding starts again. No value is made up: a required value that has no other form is an error.
//!
//! A value that is absent although the type requires it, invalid UTF-8 and invalid JSON stay errors.

use std::collections::HashMap;
use std::ops::Range;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_path_to_error::Segment;

/// Limits the bytes that are decoded again for one body, so that a list in which every item differs stays cheap.
const WORK_BUDGET: usize = 64 << 20;

/// Decodes a body, skipping a byte-order mark.
///
/// # Errors
///
/// Returns the error of the strict decoding if nothing helps.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    let body = without_mark(body);
    serde_json::from_slice(body).or_else(|error| repaired(body).ok_or(error))
}

/// Returns the body without its byte-order mark.
pub(super) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

#[cold]
fn repaired<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    let mut text = std::str::from_utf8(body).ok()?.to_owned();
    let mut decodings = WORK_BUDGET / body.len().max(1);
    let mut attempt = |text: &str| -> Option<Result<T, Vec<Step>>> {
        decodings = decodings.checked_sub(1)?;
        try_decode(text)
    };
    let mut failed_at = match attempt(&text)? {
        Ok(value) => return Some(value),
        Err(path) => path,
    };
    'repair: loop {
        let range = find(&text, &failed_at)?;
        let written = &text[range.clone()];
        let replaced = |form: &str| format!("{}{form}{}", &text[..range.start], &text[range.end..]);
        let mut forms = other_forms(written);
        // A list or an object that cannot be read is not empty.
        let is_scalar = !["[]", "{}"].iter().any(|empty| {
            attempt(&replaced(empty)).is_none_or(|result| !matches!(result, Err(path) if path == failed_at))
        });
        if is_scalar && matches!(failed_at.last(), Some(Step::Key(_))) {
            // An optional value that cannot be read is absent. A required one does not take a null.
            forms.push("null".to_owned());
        }
        for form in forms {
            let candidate = replaced(&form);
            match attempt(&candidate)? {
                Ok(value) => return Some(value),
                Err(path) if path != failed_at => {
                    (text, failed_at) = (candidate, path);
                    continue 'repair;
                }
                Err(_) => {}
            }
        }
        return None;
    }
}

/// One step of the way to a value.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Decodes a text, or returns the way to the value at which that fails. `None` if there is no such value.
fn try_decode<T: DeserializeOwned>(text: &str) -> Option<Result<T, Vec<Step>>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let error = match serde_path_to_error::deserialize(&mut deserializer) {
        Ok(value) => return deserializer.end().is_ok().then_some(Ok(value)),
        Err(error) => error,
    };
    if !error.inner().is_data() {
        return None;
    }
    let steps = error.path().iter().filter_map(|segment| match segment {
        // `serde_json` wraps the text of a decimal in a map of its own.
        Segment::Map { key } if key.starts_with("$serde_json::private::") => None,
        Segment::Map { key } => Some(Some(Step::Key(key.clone()))),
        Segment::Seq { index } => Some(Some(Step::Index(*index))),
        Segment::Enum { .. } | Segment::Unknown => Some(None),
    });
    Some(Err(steps.collect::<Option<Vec<Step>>>()?))
}

/// Finds the text of a value.
fn find(text: &str, path: &[Step]) -> Option<Range<usize>> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for step in path {
        value = match step {
            Step::Key(key) => {
                serde_json::from_str::<HashMap<String, &RawValue>>(value.get()).ok()?.remove(key)?
            }
            Step::Index(index) => serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(*index)?,
        };
    }
    // The value borrows from the text.
    let start = value.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some(start..start + value.get().len())
}

/// Returns the other forms of a value that mean the same.
fn other_forms(written: &str) -> Vec<String> {
    let is_number = |text: &str| text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number(written) {
        return whole(written).into_iter().chain([format!("\"{written}\"")]).collect();
    }
    let Ok(content) = serde_json::from_str::<String>(written) else { return Vec::new() };
    let content = content.trim();
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::decode;
    use crate::raw::types::{Checkout, Payment, Refund};

    const REFUND: &str = r#"{"id":"RF7","transaction_id":"TX1","amount":"10.00","currency":"USD","status":"completed","created_at":"2026-01-02T03:04:05Z"}"#;

    fn with(field: &str, value: &str) -> String {
        let mut fields: BTreeMap<String, Box<serde_json::value::RawValue>> =
            serde_json::from_str(REFUND).expect("is an object");
        fields.insert(field.to_owned(), serde_json::from_str(value).expect("is JSON"));
        serde_json::to_string(&fields).expect("is writable")
    }

    fn refund(json: &str) -> Refund {
        decode(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
    }

    #[test]
    fn values_of_another_form_mean_the_same() {
        let expected = refund(REFUND);
        assert_eq!(refund(&format!("\u{feff}{REFUND}")), expected);
        for naive in [r#""2026-01-02T03:04:05""#, r#""2026-01-02 03:04:05.000""#] {
            assert_eq!(refund(&with("created_at", naive)), expected, "{naive}");
        }
        assert_eq!(refund(&with("transaction_id", "4711")).transaction_id, "4711");
        assert_eq!(
            refund(&with("id", "123456789012345678901234567890")).id,
            "123456789012345678901234567890"
        );
        for cents in ["1000.0", r#""1000""#, r#"" 1000.00 ""#] {
            assert_eq!(refund(&with("amount_in_cents", cents)).amount_in_cents, Some(1000), "{cents}");
        }
        let several = format!("[{},{}]", with("id", "7"), with("transaction_id", "8"));
        let several: Vec<Refund> = decode(several.as_bytes()).expect("is readable");
        assert_eq!((&*several[0].id, &*several[1].transaction_id), ("7", "8"));
        for expires_at in ["1767322800", "1767322800.0", r#""1767322800""#] {
            let json = format!(
                r#"{{"checkout_id":"c","order_id":"c","checkout_url":"u","token":"t","expires_at":{expires_at}}}"#
            );
            let checkout: Checkout = decode(json.as_bytes()).expect(expires_at);
            assert_eq!(checkout.expires_at, 1_767_322_800, "{expires_at}");
        }
    }

    #[test]
    fn an_optional_value_that_cannot_be_read_is_absent_and_hides_nothing() {
        for (field, value) in [
            ("amount_usd", r#""none""#),
            ("amount_usd", "true"),
            ("amount_usd", "1e99"),
            ("amount_in_cents", "1000.5"),
            ("amount_in_cents", "1e30"),
            ("reason", r#"{"code":1}"#),
            ("updated_at", r#""""#),
            ("updated_at", r#""yesterday""#),
            ("updated_at", r#""2026-01-02T03:04:05[Europe/Paris]""#),
        ] {
            assert_eq!(refund(&with(field, value)), refund(REFUND), "{field}: {value}");
        }
    }

    #[test]
    fn no_required_value_is_made_up() {
        for (field, value) in [
            ("id", "null"),
            ("id", "{}"),
            ("amount", "true"),
            ("amount", r#""""#),
            ("created_at", r#""""#),
            ("created_at", "[]"),
        ] {
            let json = with(field, value);
            decode::<Refund>(json.as_bytes()).expect_err(&json);
        }
        let attempts = r#""depositAttempts":"#;
        for list in ["7", r#"{"a":1}"#, "[7]"] {
            let json =
                format!(r#"{{"id":"TX","amount":"1","currency":"USD","status":"paid",{attempts}{list}}}"#);
            decode::<Payment>(json.as_bytes()).expect_err("a list that cannot be read is not empty");
        }
        for broken in ["", "{", "[1]]", "\u{feff}"] {
            decode::<Refund>(broken.as_bytes()).expect_err(broken);
        }
    }
}
