//! The context of one attempt of a call: what is added to its request, and the response to it.
//!
//! progenitor's hooks receive the request and the response but no value of the caller's. So each attempt has a client of its own
//! whose [`Context`](super::Context) has this, and the response stays there when decoding fails.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use serde::de::IgnoredAny;

/// Longest timeout that browsers support: their timers count milliseconds in 32 bits, and a longer one fires at once.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

/// Settings of one attempt, and the response that the hooks record.
pub(crate) struct AttemptContext {
    /// Headers to add to the request; the credential is not one of them.
    pub(crate) headers: HeaderMap,
    /// Replaces the query of the request, to continue a list from a cursor.
    pub(crate) query: Option<String>,
    /// Time limit of the attempt, including the body of the response.
    pub(crate) timeout: Duration,
    /// Maximum number of bytes of the body to read.
    pub(crate) max_body: usize,
    sent_query: OnceLock<String>,
    received: OnceLock<RawResponse>,
}

/// The response to an attempt, before it is decoded.
#[derive(Clone, Debug)]
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) end: BodyEnd,
}

impl RawResponse {
    /// Returns whether the body has nothing in it but white space.
    pub(crate) fn is_blank(&self) -> bool {
        super::without_mark(&self.body).trim_ascii().is_empty()
    }

    /// Returns whether the body is JSON that ends early, and had no announced length: such a body ends where the connection
    /// does, so that the HTTP client cannot notice that the connection broke.
    pub(crate) fn is_cut_off(&self) -> bool {
        let has_length =
            self.headers.contains_key(CONTENT_LENGTH) || self.headers.contains_key(TRANSFER_ENCODING);
        let ends_early =
            |body: &[u8]| serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof());
        self.end == BodyEnd::Complete
            && !has_length
            && !self.is_blank()
            && ends_early(super::without_mark(&self.body))
    }

    /// Returns whether the body is not from the API, but for example the page of a proxy or the sign-in page of a network: HTML,
    /// or anything else that is neither an object nor a list nor labelled as JSON.
    ///
    /// The content type alone does not decide: proxies label pages as JSON, and servers label JSON as text.
    pub(crate) fn is_foreign(&self) -> bool {
        let media = self.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.and_then(|value| value.split(';').next()).unwrap_or_default();
        let media = media.trim().to_ascii_lowercase();
        match super::without_mark(&self.body).trim_ascii_start().first() {
            None => false,
            Some(b'<') => true,
            Some(_) if media.contains("html") => true,
            Some(b'{' | b'[') => false,
            Some(_) => !media.ends_with("json"),
        }
    }
}

/// Describes how reading a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyEnd {
    /// Read to the end that the server announced.
    Complete,
    /// The connection failed before that.
    BrokenOff,
    /// Reading stopped at the size limit.
    TooLarge,
}

impl AttemptContext {
    pub(crate) fn new(headers: HeaderMap, query: Option<String>, timeout: Duration, max_body: usize) -> Self {
        let timeout = timeout.min(LONGEST_TIMEOUT);
        Self { headers, query, timeout, max_body, sent_query: OnceLock::new(), received: OnceLock::new() }
    }

    /// Applies the timeout, the headers and the query of the attempt to its request.
    pub(super) fn prepare(&self, request: &mut reqwest::Request) {
        *request.timeout_mut() = Some(self.timeout);
        if !self.headers.is_empty() {
            request.headers_mut().extend(self.headers.clone());
        }
        if let Some(query) = &self.query {
            request.url_mut().set_query(Some(query));
        }
        if let Some(query) = request.url().query() {
            // Each attempt has a context of its own, so it is not set yet.
            let _ = self.sent_query.set(query.to_owned());
        }
    }

    /// Returns the query of the request, if it had one.
    pub(crate) fn sent_query(&self) -> Option<&str> {
        self.sent_query.get().map(String::as_str)
    }

    /// Returns the response, if there was one.
    pub(crate) fn received(&self) -> Option<&RawResponse> {
        self.received.get()
    }

    /// Returns the response, if there was one, as an owned value.
    pub(crate) fn into_received(self) -> Option<RawResponse> {
        self.received.into_inner()
    }

    /// Records a synthetic response, in place of one that the HTTP client replaced by following a redirect.
    pub(super) fn receive(&self, received: RawResponse) {
        // Each attempt has a context of its own, so it is not set yet.
        let _ = self.received.set(received);
    }

    /// Reads a response, its body within the limit, and records it.
    ///
    /// # Errors
    ///
    /// Fails if the body of a success breaks off, because its value is then not known. With any other status a part of the body
    /// is enough: the status is what the caller acts on.
    pub(super) async fn read(&self, mut response: reqwest::Response) -> reqwest::Result<&RawResponse> {
        if let Some(received) = self.received.get() {
            return Ok(received);
        }
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let (body, end) = self.read_body(response).await;
        let (end, failure) = match end {
            Ok(end) => (end, None),
            Err(error) => (BodyEnd::BrokenOff, Some(error)),
        };
        let received = self.received.get_or_init(|| RawResponse { status, headers, body, end });
        match failure.filter(|_| status.is_success()) {
            Some(error) => Err(error),
            None => Ok(received),
        }
    }

    /// Reads the body up to the limit, and returns the part that was read and how it ended.
    async fn read_body(&self, response: reqwest::Response) -> (Bytes, reqwest::Result<BodyEnd>) {
        let mut chunks = std::pin::pin!(response.bytes_stream());
        // Most bodies come in one piece, and that is not copied.
        let (mut first, mut all) = (Bytes::new(), BytesMut::new());
        let end = loop {
            let mut chunk = match chunks.try_next().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break Ok(BodyEnd::Complete),
                Err(error) => break Err(error),
            };
            let left = self.max_body - first.len().max(all.len());
            let is_too_large = chunk.len() > left;
            chunk.truncate(left);
            if first.is_empty() {
                first = chunk;
            } else {
                if all.is_empty() {
                    all.extend_from_slice(&first);
                }
                all.extend_from_slice(&chunk);
            }
            if is_too_large {
                break Ok(BodyEnd::TooLarge);
            }
        };
        (if all.is_empty() { first } else { all.freeze() }, end)
    }
}
