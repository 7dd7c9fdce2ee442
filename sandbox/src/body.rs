//! Reading a JSON body field by field, so that every mistake in it is named and numbers keep their digits.
//!
//! Not here: what the fields of an operation are (`checkout`, `order`, `refund`).

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header;
use bytes::Bytes;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::error::{ApiError, FieldErrors, NON_FIELD};

/// More than any honest request of this API.
const MAX_BODY: usize = 1024 * 1024;

/// Takes the body off a request whose `Content-Type` says that it is JSON.
pub(crate) async fn json_body(request: Request) -> Result<Bytes, ApiError> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let content_type = content_type.unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::UnsupportedMediaType(essence.to_owned()));
    }
    to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| ApiError::BodyTooLarge)
}

/// A JSON object that is being read: the fields as they were sent, and what is wrong with them so far.
///
/// A reading method gives `None` for a field that is absent or wrong; only the wrong ones leave a message.
/// Fields that nobody asks for are ignored, as the framework ignores them.
pub(crate) struct Form<'a> {
    fields: BTreeMap<String, &'a RawValue>,
    errors: FieldErrors,
}

impl<'a> Form<'a> {
    /// Reads a request body.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Form<'a>, ApiError> {
        let malformed = |error: serde_json::Error| ApiError::Malformed(error.to_string());
        let text = std::str::from_utf8(body).map_err(|error| ApiError::Malformed(error.to_string()))?;
        let raw: &RawValue = serde_json::from_str(text).map_err(malformed)?;
        Form::of(raw).map_err(ApiError::Invalid)
    }

    /// Reads an object inside a body.
    pub(crate) fn of(raw: &'a RawValue) -> Result<Form<'a>, FieldErrors> {
        match serde_json::from_str(raw.get()) {
            Ok(fields) => Ok(Form { fields, errors: FieldErrors::new() }),
            Err(_) => {
                Err(FieldErrors::from_iter([(NON_FIELD.to_owned(), json!(["An object is expected here."]))]))
            }
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Takes a field as it was sent.
    pub(crate) fn optional(&mut self, name: &str) -> Option<&'a RawValue> {
        let raw = self.fields.get(name).copied()?;
        if raw.get() == "null" {
            self.refuse(name, "This field may not be null.");
            return None;
        }
        Some(raw)
    }

    /// Takes a field that has to be there, as it was sent.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a RawValue> {
        if !self.has(name) {
            self.refuse(name, "This field has to be given.");
        }
        self.optional(name)
    }

    /// Takes a text of at most `max` characters that has to be there and to say something.
    pub(crate) fn required_text(&mut self, name: &str, max: usize) -> Option<String> {
        self.required(name)?;
        let text = self.optional_text(name, max)?;
        if text.trim().is_empty() {
            self.refuse(name, "This field may not be blank.");
            return None;
        }
        Some(text)
    }

    /// Takes a text of at most `max` characters.
    pub(crate) fn optional_text(&mut self, name: &str, max: usize) -> Option<String> {
        let raw = self.optional(name)?;
        let Ok(text) = serde_json::from_str::<String>(raw.get()) else {
            self.refuse(name, "A string is expected here.");
            return None;
        };
        if text.contains('\0') {
            self.refuse(name, "Null characters are not allowed.");
            return None;
        }
        if text.chars().count() > max {
            self.refuse(name, &format!("This field takes at most {max} characters."));
            return None;
        }
        Some(text)
    }

    /// Takes one of a few words.
    pub(crate) fn optional_choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let word = self.optional_text(name, usize::MAX)?;
        let choice = parse(&word);
        if choice.is_none() {
            self.refuse(name, &format!("\"{word}\" is not one of the values this field takes."));
        }
        choice
    }

    /// Takes an absolute web address, in its normal form.
    pub(crate) fn optional_url(&mut self, name: &str) -> Option<String> {
        let text = self.optional_text(name, 2000)?;
        match reqwest::Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Some(url.into()),
            _ => {
                self.refuse(name, "An absolute http or https address is expected here.");
                None
            }
        }
    }

    /// Notes what is wrong with a field.
    pub(crate) fn refuse(&mut self, name: &str, message: &str) {
        self.refuse_with(name, json!([message]));
    }

    /// Notes what is wrong inside a field.
    pub(crate) fn refuse_with(&mut self, name: &str, errors: Value) {
        self.errors.insert(name.to_owned(), errors);
    }

    pub(crate) fn has_error(&self, name: &str) -> bool {
        self.errors.contains_key(name)
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    pub(crate) fn into_errors(self) -> FieldErrors {
        self.errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_and_absent_ones_are_not() {
        let body = br#"{"null": null, "number": 5, "long": "abcd", "blank": " ", "zero": "\u0000", "alone": "\ud800"}"#;
        let mut form = Form::parse(body).ok().unwrap();

        for name in ["null", "number", "long", "zero", "alone", "absent"] {
            assert_eq!(form.optional_text(name, 3), None, "{name}");
        }
        assert_eq!(form.required_text("blank", 3), None);
        assert_eq!(form.required_text("missing", 3), None);
        let errors = form.into_errors();
        let named: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(named, ["alone", "blank", "long", "missing", "null", "number", "zero"]);
    }

    #[test]
    fn bodies_that_are_no_object_are_told_apart_from_bodies_that_are_no_json() {
        assert!(matches!(Form::parse(b"[]"), Err(ApiError::Invalid(_))));
        for broken in [&b""[..], b"{", b"{\"a\":01}", b"\xff", b"{} {}"] {
            assert!(matches!(Form::parse(broken), Err(ApiError::Malformed(_))), "{broken:?}");
        }
    }

    #[test]
    fn urls_are_absolute_and_lead_to_the_web() {
        for (text, accepted) in [
            ("https://shop.example/done?id=1", true),
            ("http://example.com", true),
            ("/done", false),
            ("", false),
            ("javascript:alert(1)", false),
        ] {
            let body = json!({ "url": text }).to_string();
            let mut form = Form::parse(body.as_bytes()).ok().unwrap();
            assert_eq!(form.optional_url("url").is_some(), accepted, "{text}");
        }
    }
}
