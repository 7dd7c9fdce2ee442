//! From the answer to a generated call to its value.
//!
//! progenitor would read a body of any size, and keeps no body whose value it has. What a door wants to know of an answer is left in
//! the [`Exchange`](super::Exchange).

use http::HeaderMap;
use progenitor_client::{Error, ResponseValue};
use serde::de::DeserializeOwned;

use super::{Context, End, Received, repair};

/// The value of an answer of success. A value in another form than the document describes does not hide the rest.
pub(crate) async fn answer<T: DeserializeOwned>(
    context: &Context,
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<()>> {
    if context.exchange.is_none() && response.status().is_success() {
        return ResponseValue::from_response(response).await;
    }
    let decode = |body: &[u8]| match repair::without_mark(body).trim_ascii() {
        // Nothing was said of the thing. Whether that is a response to the call is for the caller of this to decide.
        [] => serde_json::from_slice(b"{}").or_else(|_| serde_json::from_slice(b"")),
        text => match serde_json::from_slice(text) {
            Err(error) if is_something_else(text, &error) => Err(error),
            Err(_) => repair::decode(body),
            value => value,
        },
    };
    decoded(context, response, decode).await
}

/// The same, read as a type of the caller's: what it accepts is the caller's choice. An empty body is read as null.
pub(super) async fn answer_as_asked<T: DeserializeOwned>(
    context: &Context,
    response: reqwest::Response,
) -> Result<ResponseValue<T>, Error<()>> {
    let decode = |body: &[u8]| match repair::without_mark(body).trim_ascii() {
        // Not every type reads null, so the error of the others is about the body as it is.
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

/// Success, where that is all there is to say.
pub(crate) async fn empty_answer(
    context: &Context,
    response: reqwest::Response,
) -> Result<ResponseValue<()>, Error<()>> {
    if context.exchange.is_none() && response.status().is_success() {
        return Ok(ResponseValue::empty(response));
    }
    let received = success(context, response).await?;
    if received.is_foreign() {
        let error = serde::de::Error::custom("the body is not one of the API");
        return Err(Error::InvalidResponsePayload(received.body.clone(), error));
    }
    Ok(ResponseValue::new((), received.status, HeaderMap::new()))
}

/// An answer of success, read within the limit of the exchange.
async fn success(context: &Context, response: reqwest::Response) -> Result<&Received, Error<()>> {
    let Some(exchange) = &context.exchange else { return Err(Error::UnexpectedResponse(response)) };
    let received = exchange.read(response).await?;
    match received.end {
        End::Complete if received.status.is_success() => Ok(received),
        // Whoever made the exchange looks into it.
        _ => Err(Error::Custom("the answer is in the exchange".to_owned())),
    }
}

/// Returns whether an object or null came where something else was asked for, such as a list. It has no other form, and is not
/// searched for one: whoever asked for a list knows what servers put around lists, and null does not prove that a list is empty.
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
