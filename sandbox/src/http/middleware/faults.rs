//! Applies faults to requests and responses.
//!
//! It runs outside of the validation: faults break the document on purpose.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, Request, State as Extract};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::faults::connection::{Connection, ConnectionSwitch};
use crate::faults::fault::Action;
use crate::faults::rules::FaultRules;

/// Lets a request to this path of the document pass as the faults have it.
pub(crate) async fn inject(
    Extract((faults, path)): Extract<(Arc<FaultRules>, &'static str)>,
    Extension(Connection { switch, .. }): Extension<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let actions = faults.actions(&format!("{} {path}", request.method()));
    if actions.is_empty() {
        return next.run(request).await;
    }
    tracing::debug!(?actions, "a fault applies");
    for action in &actions {
        match action {
            Action::Delay { millis } => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Action::ResetBefore => {
                switch.cut();
                return StatusCode::NO_CONTENT.into_response();
            }
            Action::Status { after_commit: false, .. } => return status_response(action),
            _ => {}
        }
    }
    let mut response = next.run(request).await;
    for action in &actions {
        response = match action {
            Action::Status { after_commit: true, .. } => status_response(action),
            Action::ResetAfter => {
                switch.cut();
                return StatusCode::NO_CONTENT.into_response();
            }
            Action::ContentType(text) => {
                if let Ok(value) = HeaderValue::from_str(text) {
                    response.headers_mut().insert(header::CONTENT_TYPE, value);
                }
                response
            }
            Action::Truncate => with_body(response, |body| truncated(body, switch.clone())).await,
            Action::Garble => with_body(response, |body| Body::from(garbled(&body))).await,
            Action::Drip { millis } => {
                let pause = Duration::from_millis(*millis);
                with_body(response, |body| dripping(body, pause)).await
            }
            _ => response,
        };
    }
    response
}

fn status_response(action: &Action) -> Response {
    let Action::Status { status, body, content_type, .. } = action else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let status = StatusCode::from_u16(*status).ok().filter(|status| !status.is_informational());
    let content_type = content_type.as_deref().unwrap_or("text/html; charset=utf-8");
    let content_type = HeaderValue::from_str(content_type).unwrap_or(HeaderValue::from_static("text/html"));
    (
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        [(header::CONTENT_TYPE, content_type)],
        body.clone(),
    )
        .into_response()
}

/// Replaces the body of a response and keeps its headers, the length included.
async fn with_body(response: Response, change: impl FnOnce(Bytes) -> Body) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, change(body))
}

/// Sends the first half and then cuts the connection.
fn truncated(body: Bytes, switch: ConnectionSwitch) -> Body {
    let half = body.slice(..body.len() / 2);
    let steps = stream::unfold(0, move |step| {
        let (half, switch) = (half.clone(), switch.clone());
        async move {
            match step {
                0 => Some((Ok(half), 1)),
                // A pause in which what was written is sent.
                1 => {
                    tokio::task::yield_now().await;
                    Some((Ok(Bytes::new()), 2))
                }
                2 => {
                    tokio::task::yield_now().await;
                    switch.cut();
                    Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), 3))
                }
                _ => None,
            }
        }
    });
    Body::from_stream(steps)
}

/// Replaces every seventh byte, the first included, by one that no UTF-8 text has.
fn garbled(body: &[u8]) -> Vec<u8> {
    body.iter().enumerate().map(|(index, byte)| if index % 7 == 0 { 0xff } else { *byte }).collect()
}

fn dripping(body: Bytes, pause: Duration) -> Body {
    let drops = stream::unfold(0, move |index| {
        let drop = (index < body.len()).then(|| body.slice(index..=index));
        async move {
            let drop = drop?;
            tokio::time::sleep(pause).await;
            Some((Ok::<_, Infallible>(drop), index + 1))
        }
    });
    Body::from_stream(drops)
}
