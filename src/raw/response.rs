//! Decodes the response to a generated call.
//!
//! Response bodies are read here and not by progenitor's code, which has no size limit, discards the bytes of a body that it has
//! decoded, and fails on a value in another form than the document describes. The response is recorded in the
//! [`AttemptContext`](super::AttemptContext), where the high-level clients read its status, headers and body.
//!
//! Every 2xx status is a success, not only the one that the document names, because some of the documents' status codes are
//! inferred and nobody has observed them. If a refund that responds with 201 instead of 200 were treated as a failure, the caller
//! would believe that a refund which was created had failed, and create another.

use http::HeaderMap;
use progenitor_client::{Error, ResponseValue};
use serde::de::DeserializeOwned;

use super::{BodyEnd, Context, RawResponse, repair};

/// Decodes a successful response. A value in another form than the document describes is repaired or set aside, so that it does
/// not make the other fields unreadable: after a POST, they may be the only record of what was created.
///
/// # Errors
///
/// Fails if the status is not one of success, the body is incomplete or too large, or it cannot be decoded.
pub(crate) async fn read_response<T: DeserializeOwned>(
    context: &Context,
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<()>> {
    // The low-level client is used by itself: it has no limit, and the caller wants the headers of the response.
    if context.attempt.is_none() && response.status().is_success() {
        return ResponseValue::from_response(response).await;
    }
    let decode = |body: &[u8]| match repair::without_mark(body).trim_ascii() {
        // A blank body describes nothing. Whether that is a valid response depends on the operation, so the caller decides.
        [] => serde_json::from_slice(b"{}").or_else(|_| serde_json::from_slice(b"")),
        text => match serde_json::from_slice(text) {
            Err(error) if is_something_else(text, &error) => Err(error),
            Err(_) => repair::decode(body),
            value => value,
        },
    };
    decoded(context, response, decode).await
}

/// Decodes a successful response as a type of the caller's own, strictly: the forms that it accepts are the caller's choice, and a
/// repair could change them. An empty body is read as null.
///
/// # Errors
///
/// Fails as [`read_response`] does.
pub(super) async fn read_response_strictly<T: DeserializeOwned>(
    context: &Context,
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<()>> {
    let decode = |body: &[u8]| match repair::without_mark(body).trim_ascii() {
        // Not every type reads null. The error for the others describes the empty body, not a null that nobody sent.
        [] => serde_json::from_slice(b"null").or_else(|_| serde_json::from_slice(b"")),
        body => serde_json::from_slice(body),
    };
    decoded(context, response, decode).await
}

async fn decoded<T>(
    context: &Context,
    response: reqwest::Response,
    decode: impl FnOnce(&[u8]) -> serde_json::Result<T>,
) -> Result<ResponseValue<T>, Error<()>> {
    let received = success(context, response).await?;
    match decode(&received.body) {
        Ok(value) => Ok(ResponseValue::new(value, received.status, HeaderMap::new())),
        Err(error) => Err(Error::InvalidResponsePayload(received.body.clone(), error)),
    }
}

/// Accepts a successful response to an operation whose response has no body.
///
/// # Errors
///
/// Fails if the status is not one of success, or the body is not one of the API: a proxy's page with status 200 does not prove
/// that the operation was executed.
pub(crate) async fn read_empty_response(
    context: &Context,
    response: reqwest::Response,
) -> Result<ResponseValue<()>, Error<()>> {
    if context.attempt.is_none() && response.status().is_success() {
        return Ok(ResponseValue::empty(response));
    }
    let received = success(context, response).await?;
    if received.is_foreign() {
        let error = serde::de::Error::custom("the body is not one of the API");
        return Err(Error::InvalidResponsePayload(received.body.clone(), error));
    }
    Ok(ResponseValue::new((), received.status, HeaderMap::new()))
}

/// Reads a response within the limit of the attempt, and returns it if it is complete and a success.
async fn success(context: &Context, response: reqwest::Response) -> Result<&RawResponse, Error<()>> {
    let Some(attempt) = &context.attempt else { return Err(Error::UnexpectedResponse(response)) };
    let received = attempt.read(response).await?;
    match received.end {
        BodyEnd::Complete if received.status.is_success() => Ok(received),
        // The high-level client that created the attempt classifies the response from there. progenitor's error has no place for
        // a body that was read already.
        _ => Err(Error::Custom("the response is in the context of the attempt".to_owned())),
    }
}

/// Returns whether the body is an object or null where the type expects something else, such as a list. It is not repaired:
/// the code that reads lists knows the envelopes that servers put around them, and null does not prove that a list is empty.
fn is_something_else(text: &[u8], error: &serde_json::Error) -> bool {
    let is_object = text.starts_with(b"{") && (error.line(), error.column()) <= (1, 1);
    error.is_data() && (is_object || text.trim_ascii() == b"null")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::is_something_else;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "read by nobody, but decoded")]
    struct Thing {
        id: String,
    }

    fn is_instead_of<T: DeserializeOwned>(text: &str) -> bool {
        let error = serde_json::from_str::<T>(text).err().expect("is something else");
        is_something_else(text.as_bytes(), &error)
    }

    #[test]
    fn an_object_instead_of_a_list_is_not_one_with_a_wrong_field() {
        assert!(is_instead_of::<Vec<Thing>>(r#"{"results":[]}"#) && is_instead_of::<Vec<Thing>>("{}"));
        for other in ["{}", r#"{"id":1}"#, "{\"id\":\n1}", "[]", "7"] {
            assert!(!is_instead_of::<Thing>(other), "{other}");
        }
        assert!(is_instead_of::<Vec<Thing>>("null") && is_instead_of::<Thing>(" null\n"));
    }
}
