//! Reads request bodies: media type, size limit and JSON.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{HttpBody as _, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use reqwest::Url;

use crate::http::error::ApiError;

/// More than any honest request of this API.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Time that a body may take to arrive.
const MAX_TIME: Duration = Duration::from_secs(30);

/// Describes what a handler read of its request's body, for the validation that follows.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyCopy(Arc<OnceLock<Bytes>>);

impl BodyCopy {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.get().map_or(&[], |body| body)
    }
}

/// Reads the body of a request whose `Content-Type` is JSON. An empty body needs no type, and is an object without fields: the
/// framework does not look at what is not there.
pub(crate) async fn json_body(request: Request) -> Result<Bytes, ApiError> {
    let (parts, body) = request.into_parts();
    // The exact length where `Content-Length` is sent, and 0 where the body is chunked.
    let announced = body.size_hint().lower();
    let read = async {
        // Nothing is read of a body that announces that it is too large.
        let too_large = announced > MAX_BODY as u64;
        if too_large { None } else { to_bytes(body, MAX_BODY).await.ok() }
    };
    let late = |_| ApiError::Malformed("the body did not arrive in time".to_owned());
    match tokio::time::timeout(MAX_TIME, read).await.map_err(late)? {
        Some(body) if body.is_empty() => Ok(Bytes::from_static(b"{}")),
        _ if !is_json(&parts.headers) => Err(ApiError::UnsupportedMediaType(media_type(&parts.headers))),
        None => Err(ApiError::BodyTooLarge),
        Some(body) => {
            if let Some(BodyCopy(copy)) = parts.extensions.get() {
                // Each request is read once.
                let _ = copy.set(body.clone());
            }
            Ok(body)
        }
    }
}

/// Returns whether the headers announce the fields of an HTML form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Reads the fields of an HTML form.
pub(crate) fn form_fields(body: &[u8]) -> impl Iterator<Item = (String, String)> {
    // A query and a form have the same encoding, and any bytes are one once those outside of ASCII are escaped.
    let mut url = Url::parse("http://form/").expect("this is an address");
    url.set_query(Some(&String::from_utf8_lossy(body)));
    url.query_pairs().into_owned().collect::<Vec<_>>().into_iter()
}

/// Returns whether the headers announce JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).eq_ignore_ascii_case("application/json")
}

/// Media type of a body, without its parameters.
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
