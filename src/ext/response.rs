//! What a call returns with all that came: status, headers and body.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// The value of a response with the response itself.
#[derive(Clone)]
pub struct Response<T> {
    pub(super) value: T,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) attempts: u32,
}

impl<T> Response<T> {
    /// What was asked for.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What was asked for, without the rest.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The HTTP status, one of success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The server's name for this exchange, where it gives one: what its support asks for.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The body, as it came. It may hold a customer's data.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// How many attempts it took.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// The header that most servers and proxies name an exchange with, or one of its likes.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    const NAMES: [&str; 4] = ["x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid"];
    NAMES.iter().find_map(|name| headers.get(*name)?.to_str().ok())
}
