//! Reads request bodies: media type, size limit and JSON.

use axum::body::{HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::Bytes;

use crate::http::error::ApiError;

/// More than any honest request of this API.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Marks a request whose body was too large to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Oversized;

/// Takes the body off a request whose `Content-Type` says that it is JSON. No body at all needs no type, and stands for
/// an object without fields: the framework does not look at what is not there.
pub(crate) async fn json_body(request: Request) -> Result<Bytes, ApiError> {
    let oversized = request.extensions().get::<Oversized>().is_some();
    if request.body().is_end_stream() && !oversized {
        return Ok(Bytes::from_static(b"{}"));
    }
    if !is_json(request.headers()) {
        return Err(ApiError::UnsupportedMediaType(media_type(request.headers())));
    }
    if oversized {
        return Err(ApiError::BodyTooLarge);
    }
    to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| ApiError::BodyTooLarge)
}

/// Returns whether the headers announce JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/json")
}

/// The media type of a body, without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    let content_type =
        headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let content_type = content_type.unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().to_owned()
}

/// Reads the JSON of a call to the sandbox itself.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let body = json_body(request).await?;
    serde_json::from_slice(&body).map_err(|error| ApiError::Malformed(error.to_string()))
}
