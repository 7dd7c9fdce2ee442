//! Reads a JSON body field by field, so that each error in it is reported and numbers keep their digits.
//!
//! Not here: which fields an operation takes (`api`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::app::app_state::AppState;
use crate::http::error::{ApiError, FieldErrors, NON_FIELD};
use crate::http::storable;
use crate::quirks::quirk::Quirk;
use crate::settings::ListErrors;
use crate::values::time::SandboxTime;

/// Limits the bytes of an object of the caller's own making: each list of those that have one shows it whole.
const MAX_OBJECT: usize = 16 * 1024;

/// A JSON object that is being read: the fields as they were sent, and their errors so far.
///
/// A reading method returns `None` for a field that is absent or invalid; only the invalid ones add an error.
/// Unknown fields are ignored, as the framework ignores them.
pub(crate) struct Form<'a> {
    fields: BTreeMap<String, &'a RawValue>,
    errors: FieldErrors,
    list_errors: ListErrors,
    texts: TextStorage,
}

/// Describes how texts are stored.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TextStorage {
    as_sent: bool,
    composed: bool,
}

impl TextStorage {
    /// Returns a text in its stored form: by default without blanks around it, as the framework's fields have it, and with
    /// plain line ends.
    fn store(self, text: String) -> String {
        let text = if self.as_sent { text } else { text.trim().replace("\r\n", "\n").replace('\r', "\n") };
        if self.composed { text.nfc().collect() } else { text }
    }
}

impl ListErrors {
    /// Puts the errors of each item into the form that goes over the wire.
    pub(crate) fn write(self, items: impl Iterator<Item = Option<FieldErrors>>) -> Value {
        match self {
            ListErrors::ByPosition => items.map(|errors| Value::Object(errors.unwrap_or_default())).collect(),
            ListErrors::ByIndex => {
                let wrong =
                    items.enumerate().filter_map(|(index, errors)| Some((index.to_string(), errors?)));
                Value::Object(wrong.map(|(index, errors)| (index, Value::Object(errors))).collect())
            }
        }
    }
}

impl<'a> Form<'a> {
    /// Reads the body of a request to the API, with the settings and quirks of the sandbox.
    pub(crate) fn sent_to(sandbox: &AppState, body: &'a [u8]) -> Result<Form<'a>, ApiError> {
        let has = |quirk| sandbox.quirks.has(quirk);
        let texts = TextStorage { as_sent: has(Quirk::TextsAsSent), composed: has(Quirk::ComposedTexts) };
        let form = Form::parse(body)?;
        Ok(Form { list_errors: sandbox.settings.list_errors, texts, ..form })
    }

    /// Reads a request body.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Form<'a>, ApiError> {
        let malformed = |error: serde_json::Error| ApiError::Malformed(error.to_string());
        let text = std::str::from_utf8(body).map_err(|error| ApiError::Malformed(error.to_string()))?;
        // Before the grammar, which takes the whole text: a hostile one is refused at the first value that is too much.
        storable::check(text).map_err(|reason| ApiError::Malformed(reason.to_owned()))?;
        let raw: &RawValue = serde_json::from_str(text).map_err(malformed)?;
        Form::of(raw, TextStorage::default()).map_err(ApiError::Invalid)
    }

    /// Reads an object inside a body.
    pub(crate) fn of(raw: &'a RawValue, texts: TextStorage) -> Result<Form<'a>, FieldErrors> {
        match serde_json::from_str(raw.get()) {
            Ok(fields) => {
                Ok(Form { fields, errors: FieldErrors::new(), list_errors: ListErrors::default(), texts })
            }
            Err(_) => {
                Err(FieldErrors::from_iter([(NON_FIELD.to_owned(), json!(["An object is expected here."]))]))
            }
        }
    }

    /// Returns how the texts of this form are stored, for the objects inside it.
    pub(crate) fn texts(&self) -> TextStorage {
        self.texts
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Takes a field unchanged.
    pub(crate) fn optional(&mut self, name: &str) -> Option<&'a RawValue> {
        let raw = self.fields.get(name).copied()?;
        if raw.get() == "null" {
            self.refuse(name, "This field may not be null.");
            return None;
        }
        Some(raw)
    }

    /// Takes a required field unchanged.
    pub(crate) fn required(&mut self, name: &str) -> Option<&'a RawValue> {
        if !self.has(name) {
            self.refuse(name, "This field has to be given.");
        }
        self.optional(name)
    }

    /// Takes a text of at most `max` characters that has to be there and not blank.
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
        let text = self.texts.store(text);
        if text.chars().count() > max {
            self.refuse(name, &format!("This field takes at most {max} characters."));
            return None;
        }
        Some(text)
    }

    /// Takes a field that may also be null.
    pub(crate) fn nullable<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Form<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.fields.get(name)?.get() {
            "null" => Some(None),
            _ => read(self).map(Some),
        }
    }

    /// Takes `true` or `false`.
    pub(crate) fn optional_bool(&mut self, name: &str) -> Option<bool> {
        let value = serde_json::from_str(self.optional(name)?.get());
        value.map_err(|_| self.refuse(name, "True or false is expected here.")).ok()
    }

    /// Takes a whole number from one up to what the database holds.
    pub(crate) fn optional_count(&mut self, name: &str) -> Option<u32> {
        const MAX: u32 = i32::MAX.unsigned_abs();
        // A JSON integer is written exactly like a Rust one, and a sign or a point makes it something else.
        let count = self.optional(name)?.get().parse().ok().filter(|count| (1..=MAX).contains(count));
        if count.is_none() {
            self.refuse(name, "A positive whole number is expected here.");
        }
        count
    }

    /// Takes a date and time with its offset.
    pub(crate) fn optional_time(&mut self, name: &str) -> Option<SandboxTime> {
        let moment = self.optional_text(name, 64)?.parse::<Timestamp>();
        let refused = |_| self.refuse(name, "A date and time with its offset is expected here.");
        moment.map(SandboxTime::from).map_err(refused).ok()
    }

    /// Takes an object of the caller's own making, unchanged.
    pub(crate) fn optional_object(&mut self, name: &str) -> Option<&'a RawValue> {
        let object = self.optional(name)?;
        if !object.get().starts_with('{') {
            self.refuse(name, "An object is expected here.");
            return None;
        }
        if object.get().len() > MAX_OBJECT {
            self.refuse(name, &format!("This object may have at most {MAX_OBJECT} bytes."));
            return None;
        }
        Some(object)
    }

    /// Takes an email address.
    pub(crate) fn optional_email(&mut self, name: &str) -> Option<String> {
        let email = self.optional_text(name, 254)?;
        if !looks_like_email(&email) {
            self.refuse(name, "An email address is expected here.");
            return None;
        }
        Some(email)
    }

    /// Takes one of a few words.
    pub(crate) fn optional_choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let word = self.optional_text(name, usize::MAX)?;
        let choice = parse(&word);
        if choice.is_none() {
            let shown: String = word.chars().take(100).collect();
            self.refuse(name, &format!("\"{shown}\" is not one of the values this field takes."));
        }
        choice
    }

    /// Takes an absolute web address, in its normal form.
    pub(crate) fn optional_url(&mut self, name: &str) -> Option<String> {
        let text = self.optional_text(name, 2000)?;
        let url = web_address(&text);
        if url.is_none() {
            self.refuse(name, "An absolute http or https address is expected here.");
        }
        url.map(Into::into)
    }

    /// Takes an absolute web address, unchanged.
    pub(crate) fn optional_address(&mut self, name: &str) -> Option<String> {
        self.optional_url(name)?;
        self.optional_text(name, 2000)
    }

    /// Takes a text that is empty, or what `read` makes of it.
    pub(crate) fn blank_or(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Form<'a>) -> Option<String>,
    ) -> Option<String> {
        let blank = self.fields.get(name)?.get() == "\"\"";
        if blank { Some(String::new()) } else { read(self) }
    }

    /// Adds an error of a field.
    pub(crate) fn refuse(&mut self, name: &str, message: &str) {
        self.refuse_with(name, json!([message]));
    }

    /// Adds the errors of the items of a list.
    pub(crate) fn refuse_items(&mut self, name: &str, items: impl Iterator<Item = Option<FieldErrors>>) {
        let errors = self.list_errors.write(items);
        self.refuse_with(name, errors);
    }

    fn refuse_with(&mut self, name: &str, errors: Value) {
        self.errors.insert(name.to_owned(), errors);
    }

    pub(crate) fn has_error(&self, name: &str) -> bool {
        self.errors.contains_key(name)
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ends the reading: fails with the errors, if there are any.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.is_clean() { Ok(()) } else { Err(ApiError::Invalid(self.errors)) }
    }

    pub(crate) fn into_errors(self) -> FieldErrors {
        self.errors
    }
}

/// Parses a URL that is valid unchanged: what browsers would fix, such as spaces, is refused.
fn web_address(text: &str) -> Option<reqwest::Url> {
    let written = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    let escapes = text
        .split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()));
    let url = reqwest::Url::parse(text).ok().filter(|_| text.bytes().all(written) && escapes)?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn looks_like_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"@".contains(c);
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let labels: Vec<&str> = domain.split('.').collect();
    let label_ok = |label: &&str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    !local.is_empty()
        && !local.contains(odd)
        && local.split('.').all(|part| !part.is_empty())
        && labels.len() >= 2
        && labels.iter().all(label_ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_and_absent_ones_are_not() {
        let body = br#"{"null": null, "number": 5, "long": "abcd", "blank": " ", "zero": "\u0000" }"#;
        let mut form = Form::parse(body).ok().unwrap();

        for name in ["null", "number", "long", "zero", "absent"] {
            assert_eq!(form.optional_text(name, 3), None, "{name}");
        }
        assert_eq!(form.required_text("blank", 3), None);
        assert_eq!(form.required_text("missing", 3), None);
        let errors = form.into_errors();
        let named: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(named, ["blank", "long", "missing", "null", "number", "zero"]);
    }

    #[test]
    fn a_body_that_is_no_object_is_distinguished_from_one_that_is_no_json() {
        assert!(matches!(Form::parse(b"[]"), Err(ApiError::Invalid(_))));
        for broken in [&b""[..], b"{", b"{\"a\":01}", b"\xff", b"{} {}", b"{\"a\":\"\\ud800\"}"] {
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
            ("https://shop.example/a b", false),
            ("https://shop.example/%zz", false),
            ("https://shop.example/\u{e9}", false),
        ] {
            let body = json!({ "url": text }).to_string();
            let mut form = Form::parse(body.as_bytes()).ok().unwrap();
            assert_eq!(form.optional_url("url").is_some(), accepted, "{text}");
        }
    }
}
