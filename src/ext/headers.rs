//! Which headers a caller may add to a call.

use http::{HeaderName, HeaderValue};

/// Headers that the HTTP client or this crate sets. One of another value would make the server read another request than was meant, send
/// a response that cannot be read here, or take another credential.
const OURS: [&str; 16] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Reads a header that a caller adds, or fails with what is wrong with it.
pub(super) fn read(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        (Ok(name), Ok(_)) if OURS.contains(&name.as_str()) => {
            Err("a header of the connection, the body's framing or the credential cannot be set")
        }
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err("a header's name or value cannot be sent"),
    }
}
