//! One attempt of a call, as its caller wants it and as it went.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt as _;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use serde::de::IgnoredAny;

/// The timers of browsers count milliseconds in 32 bits.
const LONGEST_TIMEOUT: Duration = Duration::from_millis(i32::MAX as u64);

/// What a door adds to the request of one attempt, and where the hooks leave what came back.
pub(crate) struct Exchange {
    /// Sent with the request; the credential is not among them.
    pub(crate) headers: HeaderMap,
    /// Takes the place of the query, where a list goes on from a cursor.
    pub(crate) query: Option<String>,
    /// How long the attempt may take, the body included.
    pub(crate) timeout: Duration,
    /// How many bytes of a body are read.
    pub(crate) max_body: usize,
    sent_query: OnceLock<String>,
    received: OnceLock<Received>,
}

/// The answer to an attempt, before anybody made sense of it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) end: End,
}

impl Received {
    /// Whether the body has nothing in it but white space.
    pub(crate) fn is_blank(&self) -> bool {
        super::without_mark(&self.body).trim_ascii().is_empty()
    }

    /// Returns whether the body is JSON that ends early, and had no announced length: such a body ends where the connection does, so
    /// that the HTTP client cannot notice that it broke off.
    pub(crate) fn is_cut_off(&self) -> bool {
        let has_length =
            self.headers.contains_key(CONTENT_LENGTH) || self.headers.contains_key(TRANSFER_ENCODING);
        let ends_early =
            |body: &[u8]| serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof());
        self.end == End::Complete
            && !has_length
            && !self.is_blank()
            && ends_early(super::without_mark(&self.body))
    }

    /// Whether the body is somebody else's, such as the page of a proxy or the sign-in of a network: HTML, or anything else that is
    /// neither an object nor a list nor labelled as JSON.
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

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Where the server said.
    Complete,
    /// Before that.
    BrokenOff,
    /// At our limit.
    TooLarge,
}

impl Exchange {
    pub(crate) fn new(headers: HeaderMap, query: Option<String>, timeout: Duration, max_body: usize) -> Self {
        let timeout = timeout.min(LONGEST_TIMEOUT);
        Self { headers, query, timeout, max_body, sent_query: OnceLock::new(), received: OnceLock::new() }
    }

    /// Puts on the request what is to be put on it.
    pub(super) fn prepare(&self, request: &mut reqwest::Request) {
        *request.timeout_mut() = Some(self.timeout);
        if !self.headers.is_empty() {
            request.headers_mut().extend(self.headers.clone());
        }
        if let Some(query) = &self.query {
            request.url_mut().set_query(Some(query));
        }
        if let Some(query) = request.url().query() {
            // Each attempt has an exchange of its own, so there is nothing here yet.
            let _ = self.sent_query.set(query.to_owned());
        }
    }

    /// The query of the request, if it had one.
    pub(crate) fn sent_query(&self) -> Option<&str> {
        self.sent_query.get().map(String::as_str)
    }

    /// What came back, if anything did.
    pub(crate) fn received(&self) -> Option<&Received> {
        self.received.get()
    }

    /// The same, to keep.
    pub(crate) fn into_received(self) -> Option<Received> {
        self.received.into_inner()
    }

    /// Keeps an answer that was made up, for want of the one that a redirect hid.
    pub(super) fn receive(&self, received: Received) {
        // Each attempt has an exchange of its own, so there is nothing here yet.
        let _ = self.received.set(received);
    }

    /// Reads an answer, its body within the limit.
    ///
    /// A success that breaks off is an error. Anything else that does has said enough with its status.
    pub(super) async fn read(&self, mut response: reqwest::Response) -> reqwest::Result<&Received> {
        if let Some(received) = self.received.get() {
            return Ok(received);
        }
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let (body, end) = self.read_body(response).await;
        let (end, failure) = match end {
            Ok(end) => (end, None),
            Err(error) => (End::BrokenOff, Some(error)),
        };
        let received = self.received.get_or_init(|| Received { status, headers, body, end });
        match failure.filter(|_| status.is_success()) {
            Some(error) => Err(error),
            None => Ok(received),
        }
    }

    /// The body as far as it is read, and how it ended.
    async fn read_body(&self, response: reqwest::Response) -> (Bytes, reqwest::Result<End>) {
        let mut chunks = std::pin::pin!(response.bytes_stream());
        // Most bodies come in one piece, and that is not copied.
        let (mut first, mut all) = (Bytes::new(), BytesMut::new());
        let end = loop {
            let mut chunk = match chunks.try_next().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break Ok(End::Complete),
                Err(error) => break Err(error),
            };
            let room = self.max_body - first.len().max(all.len());
            let is_too_large = chunk.len() > room;
            chunk.truncate(room);
            if first.is_empty() {
                first = chunk;
            } else {
                if all.is_empty() {
                    all.extend_from_slice(&first);
                }
                all.extend_from_slice(&chunk);
            }
            if is_too_large {
                break Ok(End::TooLarge);
            }
        };
        (if all.is_empty() { first } else { all.freeze() }, end)
    }
}
