//! Response of a call with its status, headers and body.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// Value of a response with the response itself.
#[derive(Clone)]
pub struct Response<T> {
    pub(super) value: T,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) attempts: u32,
}

impl<T> Response<T> {
    /// Returns the decoded value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the decoded value and drops the rest.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the HTTP status, one of success.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers of the response.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the server's id of this request, where it sends one. Quote it to the support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns the body, byte for byte. It may hold a customer's data.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the number of attempts that were made.
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

/// Returns the id of a request, from the first of the headers that servers and proxies use for it.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    const NAMES: [&str; 4] = ["x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid"];
    NAMES.iter().find_map(|name| headers.get(*name)?.to_str().ok())
}
