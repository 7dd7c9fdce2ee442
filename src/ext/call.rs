//! One call through the generated client: under a span, and with errors turned into ours.

use std::future::Future;

use tracing::Instrument as _;
use tracing::field::Empty;

use super::Error;
use super::error::{Body, Failure};
use crate::raw::{self, ResponseValue};

/// Awaits a generated call. The span names the operation and its URL template, and later the status; never an id, a
/// header or a body.
pub(super) async fn call<T>(
    operation: &'static str,
    request: impl Future<Output = Result<ResponseValue<T>, raw::Error<()>>>,
) -> Result<T, Error> {
    let known = raw::operation(operation);
    let span = tracing::debug_span!(
        "nd8",
        operation,
        method = known.map(|known| known.method),
        path = known.map(|known| known.path),
        status = Empty,
    );
    async {
        let result = match request.await {
            Ok(response) => {
                record(response.status());
                Ok(response.into_inner())
            }
            Err(error) => Err(convert(operation, error).await),
        };
        if let Err(error) = &result {
            tracing::debug!(outcome = ?error.outcome(), "the call failed");
        }
        result
    }
    .instrument(span)
    .await
}

fn record(status: http::StatusCode) {
    tracing::Span::current().record("status", status.as_u16());
}

async fn convert(operation: &'static str, error: raw::Error<()>) -> Error {
    let failure = match error {
        raw::Error::InvalidRequest(_) => Failure::Request { source: None },
        raw::Error::Custom(problem) => Failure::Refused { problem },
        raw::Error::CommunicationError(error) if error.is_builder() => {
            Failure::Request { source: Some(error.without_url()) }
        }
        raw::Error::CommunicationError(error) => Failure::Communication { source: error.without_url() },
        raw::Error::ResponseBodyError(error) | raw::Error::InvalidUpgrade(error) => {
            Failure::BodyBrokeOff { source: error.without_url() }
        }
        raw::Error::InvalidResponsePayload(body, error) => {
            Failure::Undecodable { body: Body::new(body), line: error.line(), column: error.column() }
        }
        // The documents describe success only, so that every other answer arrives here whole.
        raw::Error::UnexpectedResponse(response) => {
            let status = response.status();
            record(status);
            let body = response.bytes().await.unwrap_or_default();
            Failure::Status { status, body: Body::new(body) }
        }
        raw::Error::ErrorResponse(response) => {
            Failure::Status { status: response.status(), body: Body::default() }
        }
    };
    Error::call(operation, failure)
}

/// An id that can stand in a path. What is empty, or climbs out of its place, names nothing and is not sent.
pub(super) fn id<'a>(operation: &'static str, id: &'a str) -> Result<&'a str, Error> {
    match id.trim() {
        "" => Err(Error::input(operation, "/id", "is empty")),
        "." | ".." => Err(Error::input(operation, "/id", "is not an id")),
        _ => Ok(id),
    }
}
