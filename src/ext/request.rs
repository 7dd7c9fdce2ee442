//! Requests to paths that this crate has no method for, with the credential, retries, deadlines and errors of any call.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use http::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::{Call, FieldError, Request};
use crate::raw::{self, ResponseValue};

/// A request to any path of the API, whose response body is decoded as a `T`. Created by `request` of a client.
///
/// An empty body is read as null, so that `()` and an `Option` accept it.
///
/// It sends the credential of its client to any path: the caller is responsible for the path. Amounts stay exact in types of
/// this crate and in `Box<serde_json::value::RawValue>`; a `serde_json::Value` holds numbers as floating point.
///
/// # Example: an operation that this crate has no method for
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// #[derive(serde::Deserialize)]
/// struct Brief {
///     id: String,
/// }
///
/// let call = client.request::<Vec<Brief>>(http::Method::GET, "/refunds/").query("page_size", "5");
/// let refunds = call.send().await?;
/// assert!(refunds.iter().all(|refund| refund.id.starts_with("RF")));
/// # Ok(())
/// # }
/// ```
pub struct AnyRequest<T> {
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    /// Serialized when it is set, so that a failure is reported before anything is sent.
    body: Option<Result<Vec<u8>, ()>>,
    decoded: PhantomData<fn() -> T>,
}

impl<T> Call<AnyRequest<T>> {
    pub(super) fn any(core: &Arc<Core>, method: Method, path: &str) -> Self {
        let request =
            AnyRequest { method, path: path.to_owned(), query: Vec::new(), body: None, decoded: PhantomData };
        Call::new(core, request)
    }

    /// Adds a pair to the query. It is encoded as needed.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.query.push((name.into(), value.into()));
        self
    }

    /// Sends this as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request.body = Some(serde_json::to_vec(body).map_err(|_| ()));
        self
    }
}

impl<T> Clone for AnyRequest<T> {
    fn clone(&self) -> Self {
        let Self { method, path, query, body, decoded } = self;
        let (method, path, query, body) = (method.clone(), path.clone(), query.clone(), body.clone());
        Self { method, path, query, body, decoded: *decoded }
    }
}

impl<T> fmt::Debug for AnyRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path may hold an id or a token, a query anything.
        f.debug_struct("AnyRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned + Send + 'static> Request for AnyRequest<T> {
    type Output = T;
}

impl<T: DeserializeOwned + Send + 'static> Endpoint for AnyRequest<T> {
    type Decoded = T;
    type Value = T;
    const OPERATION: &'static str = "any";

    fn check(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        if let Some(problem) = path_problem(&self.path) {
            problems.push(FieldError::new("/path", problem, None));
        }
        if self.body == Some(Err(())) {
            problems.push(FieldError::new("", "the body cannot be written as JSON", None));
        }
        problems
    }

    fn accepts_empty(&self) -> bool {
        true
    }

    fn is_idempotent(&self) -> bool {
        self.method.is_idempotent()
    }

    fn is_read(&self) -> bool {
        self.method.is_safe()
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<T>, raw::Error<()>> {
        let body = self.body.clone().and_then(Result::ok);
        raw.send_any(self.method.clone(), &self.path, &self.query, body).await
    }
}

/// Validates a path. A valid one is sent unchanged and cannot reach a path outside of the base URL. Returns the error, if any.
fn path_problem(path: &str) -> Option<&'static str> {
    // URL parsers drop line breaks and tabs, trim white space at the end, and read a backslash as a slash.
    let is_special = |character: char| {
        character.is_whitespace() || character.is_control() || matches!(character, '\\' | '?' | '#')
    };
    let is_escape = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !path.starts_with('/') {
        return Some("does not begin with a slash");
    }
    if path.contains(is_special) {
        return Some("has a character that has to be escaped, such as `?` as `%3F`");
    }
    if path.split('%').skip(1).any(|rest| !is_escape(rest)) {
        return Some("has a percent sign that escapes nothing: write it as `%25`");
    }
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    if decoded.iter().any(u8::is_ascii_control) {
        return Some("has an escaped control character");
    }
    // Servers decode a path before they resolve `..`, and URL parsers resolve `%2e` as well.
    let mut segments = decoded.split(|byte| matches!(byte, b'/' | b'\\'));
    segments.any(|segment| matches!(segment, b"." | b"..")).then_some("has `.` or `..` as a segment")
}
