//! A response, reduced to what facts compare. Its texts are never printed.

use std::time::Duration;

use reqwest::header::{ALLOW, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Map, Value};

use super::live::is_live_header;
use crate::seen::Seen;

/// Body of a response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Empty,
    Json(Value),
    Html,
    /// Neither JSON nor HTML.
    Other,
}

/// A response.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content: Content,
    /// Scheme that `WWW-Authenticate` names.
    pub(crate) challenge: Option<&'static str>,
    pub(crate) allow: bool,
    /// Whole seconds only.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) has_retry_after: bool,
    pub(crate) location: Option<String>,
    /// True if an error mentions the sandbox, as every form of refusing `sandbox_simulate` does.
    pub(crate) mentions_sandbox: bool,
    /// True if a header states that this is production.
    pub(crate) is_live_by_header: bool,
}

impl Reply {
    pub(crate) fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Reply {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_html = text(CONTENT_TYPE).is_some_and(|value| value.contains("html"));
        let content = if body.is_empty() {
            Content::Empty
        } else if let Ok(value) = serde_json::from_slice(body) {
            Content::Json(value)
        } else if is_html || body.trim_ascii_start().starts_with(b"<") {
            Content::Html
        } else {
            Content::Other
        };
        let challenge = text(WWW_AUTHENTICATE).map(|value| {
            let scheme = value.split_ascii_whitespace().next().unwrap_or_default();
            let known = ["Api-Key", "Token", "Bearer", "Basic"];
            known.into_iter().find(|known| scheme.eq_ignore_ascii_case(known)).unwrap_or("another scheme")
        });
        Reply {
            status,
            content,
            challenge,
            allow: headers.contains_key(ALLOW),
            retry_after: text(RETRY_AFTER).and_then(|value| value.parse().ok()).map(Duration::from_secs),
            has_retry_after: headers.contains_key(RETRY_AFTER),
            location: text(LOCATION).map(str::to_owned),
            mentions_sandbox: status >= 300 && mentions_sandbox(body),
            is_live_by_header: headers
                .iter()
                .any(|(name, value)| is_live_header(name.as_str(), value.as_bytes())),
        }
    }

    pub(crate) fn json(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn object(&self) -> Option<&Map<String, Value>> {
        self.json()?.as_object()
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the rows of a list, bare or in an envelope.
    pub(crate) fn rows(&self) -> Option<&Vec<Value>> {
        let json = self.json().filter(|_| self.is_success())?;
        json.as_array().or_else(|| json.get("results")?.as_array())
    }

    /// Returns the object of a successful change, bare or in an envelope.
    pub(crate) fn changed(&self) -> Option<&Map<String, Value>> {
        let object = self.object().filter(|_| self.is_success())?;
        object.get("data").and_then(Value::as_object).or(Some(object))
    }

    /// Returns whether a refusal names this field.
    pub(crate) fn refuses(&self, field: &str) -> bool {
        self.status == 400 && self.object().is_some_and(|errors| errors.contains_key(field))
    }

    /// Returns status and form of a body: `404 detail`.
    pub(crate) fn form(&self) -> Seen {
        Seen::status(self.status).and(self.body_form())
    }

    fn body_form(&self) -> &'static str {
        let json = match &self.content {
            Content::Empty => return "without body",
            Content::Html => return "html",
            Content::Other => return "text",
            Content::Json(json) => json,
        };
        match json {
            Value::Object(object) if object.get("detail").is_some_and(Value::is_string) => {
                if object.contains_key("code") { "detail and code" } else { "detail" }
            }
            Value::Object(object) if object.values().all(is_texts) && !object.is_empty() => "lists by field",
            Value::Object(object) if object.values().all(Value::is_string) && !object.is_empty() => {
                "texts by field"
            }
            Value::Object(_) => "object",
            Value::Array(_) => "array",
            _ => "value",
        }
    }
}

/// Searches the raw body, so that no form of a refusal is missed.
fn mentions_sandbox(body: &[u8]) -> bool {
    const WORD: &[u8] = b"sandbox";
    body.windows(WORD.len()).any(|part| part.eq_ignore_ascii_case(WORD))
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}
