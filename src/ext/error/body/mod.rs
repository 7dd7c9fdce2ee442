//! Parses an error body into violations: validation errors, each with its text and the field that it is about.
//!
//! Many formats are recognized rather than one, since ND8's reference documents no errors; the service looks like one of
//! Django REST Framework (inferred). Its errors are JSON in a few shapes, to which handlers, other frameworks and proxies
//! add theirs. Pointers lead into the request, without the envelopes around the violations:
//!
//! | body | what is read |
//! | --- | --- |
//! | `{"detail": "…", "code": "…"}`, also `message`, `msg`, `error_message`, `error_description` or `error` | one violation about the whole |
//! | `{"field": ["…"]}`, `{"field": [{"message": "…", "code": "…"}]}` | violations about a field |
//! | `{"non_field_errors": ["…"]}` | violations about the object that it is in |
//! | `{"field": [{}, {…}]}`, since DRF 3.18 `{"field": {"1": {…}}}` | violations about an item: `/field/1` |
//! | `["…"]`, `"…"`, `{"errors": ["…"]}`, `{"detail": ["…"]}` | violations about the whole |
//! | `{"errors": {"field": …}}`, also `error`, `data`, `detail`, `message` and others | as `{"field": …}` |
//! | drf-standardized-errors: `{"type": "…", "errors": [{"code": "…", "detail": "…", "attr": "a.0.b"}]}` | violations about `/a/0/b` |
//! | `{"code": "…", "detail": "…", "attr": "…"}`, also `field` or `param` | one violation about that field |
//! | `[{"field": "…", "message": "…"}]`, at the top or in an envelope | violations about those fields |
//! | JSON:API: `{"errors": [{"source": {"pointer": "/data/attributes/a"}, "detail": "…"}]}` | violations about `/a` |
//! | RFC 9457: `{"title": "…", "detail": "…", "errors": [{"pointer": "#/a", "detail": "…"}]}` | violations about the whole and `/a` |
//! | FastAPI: `{"detail": [{"loc": ["body", "a", 0], "msg": "…", "type": "…"}]}` | violations about `/a/0` |
//! | Spring: `{"errors": [{"field": "a", "defaultMessage": "…"}]}`, `globalErrors`, `subErrors`; Rails: `base`, `full_messages` | violations about `/a` or the whole |
//! | `{"errors": [{"location": ["body", "a"], "message": "…"}]}`, `{"errors": {"json": {"a": ["…"]}}}` | violations about `/a` |
//! | GraphQL: `{"errors": [{"message": "…", "path": […], "extensions": {"field": "a"}}]}` | violations about `/a`; a `path` leads into the response |
//! | `{"status": "error", "code": 400, "success": false, "trace": […], "links": {…}}` | nothing: these describe the response |
//! | an object of the API, such as a refund; texts next to a `detail` | nothing: these are data |
//! | anything else: HTML, an empty body, truncated JSON | nothing |
//!
//! A field may be named like an envelope. `{"data": ["…"]}` is about `/data`, since violations about a field are a list of texts, and
//! `{"data": {"a": ["…"]}, "b": ["…"]}` is about `/data/a` and `/b`, since a serializer's output has the names of fields only.
//!
//! `NaN`, half a surrogate pair and bytes that are not UTF-8 hide no other violation. A body may be
//! hostile: one of more than [`LONGEST_BODY`] bytes is not parsed, at most `MOST_ERRORS` violations are collected, and no
//! pointer is longer than `LONGEST_POINTER`. `serde_json` refuses more than 128 levels.

mod json;
mod keys;
mod level;
mod location;
mod pointer;
mod resource;
mod violation;
mod walk;

use serde_json::Value;

use super::FieldError;

/// Largest body that is parsed, in bytes: larger than any genuine list of violations.
const LONGEST_BODY: usize = 1 << 20;

/// Parsed content of an error body.
#[derive(Default)]
pub(super) struct ErrorBody {
    /// Violations in it, in the order of their keys.
    pub(super) violations: Vec<FieldError>,
    /// Sentence with which Django REST Framework itself throttled the request, if the body is that.
    pub(super) throttled: Option<String>,
}

impl ErrorBody {
    /// Parses a body. One that is not JSON has no violations; single damaged values are tolerated.
    pub(super) fn read(body: &[u8]) -> Self {
        // Parsing builds a tree of several times the size of the body, which a hostile server must not exploit.
        if body.len() > LONGEST_BODY {
            return Self::default();
        }
        let Some(value) = json::read(body) else { return Self::default() };
        let mut walk = walk::Walk::default();
        walk.body(&value);
        Self { violations: walk.errors, throttled: throttled(&value).map(str::to_owned) }
    }
}

/// Returns the sentence of a throttle of Django REST Framework. One that only mentions throttling, or is wrapped like a
/// result, is another layer's: the refund may already be with the provider, and only its status was polled too often.
fn throttled(body: &Value) -> Option<&str> {
    let violation = match (body.get("errors"), body.get("error")) {
        (Some(Value::Array(errors)), _) => match &errors[..] {
            [only] => only,
            // A throttle is the only error of its response; several errors are of a serializer.
            _ => return None,
        },
        (_, Some(error @ Value::Object(_))) => error,
        _ => body,
    };
    let violation = violation.as_object()?;
    let (message, code) = violation::own_text(violation)?;
    let is_about_field = violation.get("attr").is_some_and(|attr| !attr.is_null());
    let is_throttle = code == Some("throttled") || message.starts_with("Request was throttled.");
    (is_throttle && !is_about_field).then_some(message)
}

/// Returns the pointers that look like field names, for `Display`: keys are text of the server, and may hold anything.
pub(super) fn printable_pointers(errors: &[FieldError]) -> Vec<String> {
    const MOST: usize = 5;
    let is_field = |pointer: &str| {
        !pointer.is_empty()
            && pointer.len() <= 64
            && pointer
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'/'))
    };
    let mut pointers: Vec<String> =
        errors.iter().map(|error| error.pointer.clone()).filter(|it| is_field(it)).collect();
    pointers.dedup();
    pointers.truncate(MOST);
    pointers
}

#[cfg(test)]
mod forms_tests;
#[cfg(test)]
mod tests;
