//! Validates the headers that a caller adds to a call.

use http::{HeaderName, HeaderValue};

/// Headers that the HTTP client or this crate sets. Another value would change how the server parses the request, request an
/// encoding that cannot be decoded here, or replace the credential.
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

/// Parses a header that a caller adds. Fails with the reason, without the value: it may be a secret.
pub(super) fn read(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        // CGI and WSGI read an underscore as a hyphen.
        (Ok(name), Ok(_)) if OURS.contains(&&*name.as_str().replace('_', "-")) => {
            Err("a header of the connection, the body's framing or the credential cannot be set")
        }
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err("a header's name or value cannot be sent"),
    }
}
