//! Quirks that change a response body, and which violations of the document each of them explains.
//!
//! The body that an operation returned is validated before this. So a rewritten body violates the document only where a
//! quirk made it do so.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::value::RawValue;

use crate::quirks::quirk::{Quirk, QuirkSet};

/// A response that is about to be sent.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: &'a Method,
    /// Path as the document writes it.
    pub(crate) path: &'a str,
    pub(crate) status: StatusCode,
}

impl QuirkSet {
    /// Returns the body as the active quirks have it, and sets its content type; nothing if they leave it unchanged.
    pub(crate) fn rewrite(
        &self,
        outgoing: &Outgoing<'_>,
        headers: &mut HeaderMap,
        body: &[u8],
    ) -> Option<Bytes> {
        if outgoing.status == StatusCode::TOO_MANY_REQUESTS {
            return self.throttled(headers).map(Bytes::from_static);
        }
        if !outgoing.status.is_success() || body.is_empty() {
            return None;
        }
        let mut rewritten = self.rewrite_fields(outgoing.path, body);
        if *outgoing.method == Method::GET {
            return rewritten.map(Bytes::from);
        }
        if self.has(Quirk::WrappedSuccess) {
            let data = rewritten.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
            rewritten = Some(format!(r#"{{"success":true,"data":{data}}}"#));
        }
        if self.has(Quirk::HtmlSuccess) {
            headers.insert(header::CONTENT_TYPE, HTML);
            rewritten = Some("<!doctype html>\n<h1>Done</h1>\n".to_owned());
        }
        if self.has(Quirk::EmptySuccess) {
            headers.remove(header::CONTENT_TYPE);
            rewritten = Some(String::new());
        }
        rewritten.map(Bytes::from)
    }

    fn throttled(&self, headers: &mut HeaderMap) -> Option<&'static [u8]> {
        if self.has(Quirk::ThrottlePage) {
            headers.insert(header::CONTENT_TYPE, HTML);
            return Some(b"<!doctype html>\n<h1>429 Too Many RequestLog</h1>\n");
        }
        if self.has(Quirk::ThrottleCode) {
            return Some(br#"{"detail":"Slow down.","code":"throttled"}"#);
        }
        self.has(Quirk::ThrottleWords).then_some(br#"{"detail":"Too many requests."}"#)
    }

    fn rewrite_fields(&self, path: &str, body: &[u8]) -> Option<String> {
        const OF_FIELDS: [Quirk; 5] = [
            Quirk::NullFields,
            Quirk::AbsentFields,
            Quirk::NumberAmounts,
            Quirk::NaiveTimes,
            Quirk::NumericIds,
        ];
        if !OF_FIELDS.iter().any(|quirk| self.has(*quirk)) {
            return None;
        }
        let body: &RawValue = serde_json::from_slice(body).ok()?;
        self.field(path, "", body)
    }

    /// Writes a value again that has this key, or leaves it out. The texts of numbers are kept digit for digit.
    fn field(&self, path: &str, key: &str, value: &RawValue) -> Option<String> {
        let text = value.get();
        if optional_fields(path).contains(&key) {
            if self.has(Quirk::AbsentFields) {
                return None;
            }
            if self.has(Quirk::NullFields) {
                return Some("null".to_owned());
            }
        }
        // On texts, because a `Value` would pass amounts through a double in builds without arbitrary precision.
        if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
            let members = members.into_iter().filter_map(|(key, value)| {
                let value = self.field(path, &key, value)?;
                Some(format!("{}:{value}", serde_json::Value::from(key)))
            });
            return Some(format!("{{{}}}", members.collect::<Vec<_>>().join(",")));
        }
        if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
            let items = items.into_iter().filter_map(|item| self.field(path, "", item));
            return Some(format!("[{}]", items.collect::<Vec<_>>().join(",")));
        }
        let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        Some(match inside {
            Some(decimal) if self.has(Quirk::NumberAmounts) && is_decimal(key) => decimal.to_owned(),
            Some(id) if self.has(Quirk::NumericIds) && is_id(path, key) && is_number(id) => id.to_owned(),
            Some(time) if self.has(Quirk::NaiveTimes) && is_time(key) => {
                format!("\"{}\"", time.trim_end_matches('Z'))
            }
            _ => text.to_owned(),
        })
    }

    /// Returns the active quirk that explains the errors of a rewritten body, as the validation reports it.
    pub(crate) fn explaining(&self, path: &str, problem: &str) -> Option<Quirk> {
        let (place, problem) = problem.split_once(": ")?;
        let key = place.rsplit('/').next().unwrap_or_default();
        let no_text = problem.ends_with("is not of type \"string\"");
        let explains = |quirk: Quirk| match quirk {
            Quirk::NullFields => {
                optional_fields(path).contains(&key) && problem.starts_with("null is not of type")
            }
            Quirk::NumberAmounts => is_decimal(key) && no_text,
            Quirk::NumericIds => is_id(path, key) && no_text,
            Quirk::NaiveTimes => is_time(key) && problem.ends_with("is not a \"date-time\""),
            Quirk::ThrottlePage | Quirk::HtmlSuccess | Quirk::EmptySuccess => place == "content type",
            Quirk::WrappedSuccess => place == "body" && problem.ends_with("is a required property"),
            _ => false,
        };
        self.all().into_iter().find(|quirk| explains(*quirk))
    }
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// Returns the fields that the document does not require in the responses of a path.
fn optional_fields(path: &str) -> &'static [&'static str] {
    match path {
        "/transactions/{id}/" => &["payer_email", "products", "created_at"],
        "/transactions/{id}/refund/" => &["amount_usd", "amount_in_cents"],
        "/refunds/" | "/refunds/{id}/" => &["reason", "amount_usd", "amount_in_cents", "updated_at"],
        _ => &[],
    }
}

fn is_decimal(key: &str) -> bool {
    matches!(key, "amount" | "amount_usd" | "amount_paid" | "unit_price")
}

fn is_time(key: &str) -> bool {
    key.ends_with("_at") || key == "attemptedAt"
}

fn is_id(path: &str, key: &str) -> bool {
    path.starts_with("/refunds/") && matches!(key, "id" | "transaction_id")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_quirk_changes_is_explained_by_it() {
        let path = "/refunds/";
        for (quirk, problem, explained) in [
            (Quirk::NumberAmounts, "body/0/amount: 1.00 is not of type \"string\"", true),
            (Quirk::NumberAmounts, "body/0/reason: 1.00 is not of type \"string\"", false),
            (Quirk::NumberAmounts, "body/0/amount: null is not of type \"integer\"", false),
            (Quirk::NullFields, "body/0/reason: null is not of type \"string\"", true),
            (Quirk::NullFields, "body/0/id: null is not of type \"string\"", false),
            (Quirk::NumericIds, "body/0/id: 7 is not of type \"string\"", true),
            (Quirk::NumericIds, "body/0/status: 7 is not of type \"string\"", false),
            (Quirk::NaiveTimes, "body/0/created_at: \"x\" is not a \"date-time\"", true),
            (Quirk::NaiveTimes, "body/0/reason: \"x\" is not a \"date-time\"", false),
            (Quirk::HtmlSuccess, "content type: \"text/html\" is not described", true),
            (Quirk::HtmlSuccess, "body: expected value", false),
            (Quirk::WrappedSuccess, "body: \"status\" is a required property", true),
            (Quirk::WrappedSuccess, "body/0: \"status\" is a required property", false),
            (Quirk::Envelope, "body: {} is not of type \"array\"", false),
        ] {
            let set = QuirkSet::of(&[quirk]);
            assert_eq!(set.explaining(path, problem), explained.then_some(quirk), "{quirk}: {problem}");
            assert_eq!(QuirkSet::default().explaining(path, problem), None);
        }
    }

    #[test]
    fn numbers_keep_their_digits_and_other_fields_stay() {
        let set = QuirkSet::of(&[Quirk::NumberAmounts, Quirk::NaiveTimes]);
        let body = br#"{"amount":"9999999999.90","reason":"12.00\"","created_at":"2026-01-01T00:00:00.000Z","n":1.10}"#;
        let outgoing = Outgoing { method: &Method::GET, path: "/refunds/{id}/", status: StatusCode::OK };
        let rewritten = set.rewrite(&outgoing, &mut HeaderMap::new(), body).unwrap();
        let expected =
            r#"{"amount":9999999999.90,"created_at":"2026-01-01T00:00:00.000","n":1.10,"reason":"12.00\""}"#;
        assert_eq!(rewritten, expected);
    }
}
