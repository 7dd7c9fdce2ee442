//! Reads the complaints of an error body.
//!
//! ND8's reference prints no errors; the service looks like one of Django REST Framework (inferred). Its errors are JSON in a few
//! shapes, to which handlers, other frameworks and proxies add theirs. Pointers lead into the request, whatever wraps the
//! complaints:
//!
//! | body | what is read |
//! | --- | --- |
//! | `{"detail": "…", "code": "…"}`, also `message`, `msg`, `error_message`, `error_description` or `error` | one complaint about the whole |
//! | `{"field": ["…"]}`, `{"field": [{"message": "…", "code": "…"}]}` | complaints about a field |
//! | `{"non_field_errors": ["…"]}` | complaints about the object that it is in |
//! | `{"field": [{}, {…}]}`, since DRF 3.18 `{"field": {"1": {…}}}` | complaints about an item: `/field/1` |
//! | `["…"]`, `"…"`, `{"errors": ["…"]}`, `{"detail": ["…"]}` | complaints about the whole |
//! | `{"errors": {"field": …}}`, also `error`, `data`, `detail`, `message` and others | as `{"field": …}` |
//! | drf-standardized-errors: `{"type": "…", "errors": [{"code": "…", "detail": "…", "attr": "a.0.b"}]}` | complaints about `/a/0/b` |
//! | `{"code": "…", "detail": "…", "attr": "…"}`, also `field` or `param` | one complaint about that field |
//! | `[{"field": "…", "message": "…"}]`, at the top or in an envelope | complaints about those fields |
//! | JSON:API: `{"errors": [{"source": {"pointer": "/data/attributes/a"}, "detail": "…"}]}` | complaints about `/a` |
//! | RFC 9457: `{"title": "…", "detail": "…", "errors": [{"pointer": "#/a", "detail": "…"}]}` | complaints about the whole and `/a` |
//! | FastAPI: `{"detail": [{"loc": ["body", "a", 0], "msg": "…", "type": "…"}]}` | complaints about `/a/0` |
//! | Spring: `{"errors": [{"field": "a", "defaultMessage": "…"}]}`, `globalErrors`, `subErrors`; Rails: `base`, `full_messages` | complaints about `/a` or the whole |
//! | `{"errors": [{"location": ["body", "a"], "message": "…"}]}`, `{"errors": {"json": {"a": ["…"]}}}` | complaints about `/a` |
//! | GraphQL: `{"errors": [{"message": "…", "path": […], "extensions": {"field": "a"}}]}` | complaints about `/a`; a `path` leads into the response |
//! | `{"status": "error", "code": 400, "success": false, "trace": […], "links": {…}}` | nothing: these describe the response |
//! | a thing of the API, such as a refund; texts of what is beside a `detail` | nothing: these are data |
//! | anything else: HTML, nothing, JSON that breaks off | nothing |
//!
//! A field may be named like an envelope. `{"data": ["…"]}` is about `/data`, since complaints about a field are a list of texts, and
//! `{"data": {"a": ["…"]}, "b": ["…"]}` is about `/data/a` and `/b`, since a serializer's output has the names of fields only.
//!
//! `NaN`, half a surrogate pair and bytes that are not UTF-8 hide no other complaint. A body may be hostile: none of more than [`LONGEST_BODY`] bytes is read, no more than `MOST_ERRORS` complaints are kept, and no
//! pointer is longer than `LONGEST_POINTER`. `serde_json` refuses more than 128 levels.

mod complaint;
mod json;
mod keys;
mod level;
mod location;
mod pointer;
mod resource;
mod walk;

use serde_json::Value;

use super::FieldError;

/// Longer than any honest list of complaints, in bytes.
const LONGEST_BODY: usize = 1 << 20;

/// What is read of an error body.
#[derive(Default)]
pub(super) struct ErrorBody {
    /// The complaints in it, in the order of their keys.
    pub(super) complaints: Vec<FieldError>,
    /// The sentence with which Django REST Framework itself turned the request away, if the body is that.
    pub(super) throttled: Option<String>,
}

impl ErrorBody {
    /// Reads a body; nothing of one that is not JSON, but for single values that are damaged.
    pub(super) fn read(body: &[u8]) -> Self {
        if body.len() > LONGEST_BODY {
            return Self::default();
        }
        let Some(value) = json::read(body) else { return Self::default() };
        let mut walk = walk::Walk::default();
        walk.body(&value);
        Self { complaints: walk.errors, throttled: throttled(&value).map(str::to_owned) }
    }
}

/// The sentence of a throttle of Django REST Framework. One that only mentions throttling, or is wrapped like a result, is another
/// layer's: a refund may have been handed over, and its status asked for too often.
fn throttled(body: &Value) -> Option<&str> {
    let complaint = match (body.get("errors"), body.get("error")) {
        (Some(Value::Array(errors)), _) => match &errors[..] {
            [only] => only,
            _ => return None,
        },
        (_, Some(error @ Value::Object(_))) => error,
        _ => body,
    };
    let complaint = complaint.as_object()?;
    let (message, code) = complaint::own_text(complaint)?;
    let is_about_field = complaint.get("attr").is_some_and(|attr| !attr.is_null());
    let is_throttle = code == Some("throttled") || message.starts_with("Request was throttled.");
    (is_throttle && !is_about_field).then_some(message)
}

/// The pointers that look like field names, for `Display`: keys come from the server too, and may be anything.
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
