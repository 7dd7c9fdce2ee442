//! What a test or a person does with webhooks: the handle, and the same under `/_sandbox/`.
//!
//! Not here: how deliveries go their way by themselves (`outbox`, `courier`).

use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::body::json_body;
use crate::delivery::UnknownDelivery;
use crate::error::ApiError;
use crate::misbehaviour::Misbehaviour;
use crate::shared::Shared;
use crate::webhook::{Event, test_payload};

/// What can be done with the webhooks of a sandbox; made by [`Sandbox::webhooks`](crate::Sandbox::webhooks).
#[derive(Clone, Debug)]
pub struct Webhooks {
    pub(crate) sandbox: Arc<Shared>,
}

impl Webhooks {
    /// Queues a `webhook.test` and gives the delivery's id; nothing if there is no webhook address.
    pub fn send_test(&self) -> Option<Uuid> {
        self.sandbox.send_test_webhook()
    }

    /// Queues what a delivery said once more, and gives the id of the new delivery: same bytes, another id. It goes to
    /// the present webhook address.
    ///
    /// # Errors
    ///
    /// If there is no such delivery.
    pub fn resend(&self, delivery: Uuid) -> Result<Uuid, UnknownDelivery> {
        self.sandbox.state().resend(delivery, self.sandbox.clock.now()).ok_or(UnknownDelivery)
    }

    /// Lets the next delivery that is queued misbehave. Called several times, the following ones do, one each.
    pub fn misbehave(&self, how: Misbehaviour) {
        self.sandbox.state().misbehaviours.push_back(how);
    }

    /// Signs with a new secret from now on, retries of earlier deliveries included, and gives it. A sandbox that is
    /// started again on its state file signs with the first one.
    pub fn rotate_secret(&self) -> String {
        self.sandbox.rotate_webhook_secret()
    }
}

impl Shared {
    pub(crate) fn send_test_webhook(&self) -> Option<Uuid> {
        let now = self.clock.now();
        self.state().announce(String::new(), Event::Test, test_payload(now), now)
    }

    pub(crate) fn rotate_webhook_secret(&self) -> String {
        let secret = format!("whsec_{}", self.state().random.text(40));
        self.signing_secret.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&secret);
        secret
    }
}

/// The routes of this file.
pub(crate) fn routes() -> axum::Router<Arc<Shared>> {
    axum::Router::new()
        .route("/_sandbox/deliveries", get(list))
        .route("/_sandbox/deliveries/{id}/resend", post(resend))
        .route("/_sandbox/webhooks/test", post(test))
        .route("/_sandbox/webhooks/misbehave", post(misbehave))
        .route("/_sandbox/webhooks/rotate", post(rotate))
        .route("/_sandbox/clock", get(clock).post(move_clock))
}

async fn list(Extract(sandbox): Extract<Arc<Shared>>) -> Response {
    Json(&sandbox.state().deliveries).into_response()
}

async fn resend(
    Extract(sandbox): Extract<Arc<Shared>>,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let now = sandbox.clock.now();
    let id = sandbox.state().resend(id, now).ok_or(ApiError::NotFound)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

async fn test(Extract(sandbox): Extract<Arc<Shared>>) -> Result<Response, ApiError> {
    let id = sandbox.send_test_webhook();
    let id = id.ok_or_else(|| ApiError::invalid("There is no webhook address to send to."))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Misbehave {
    next: Vec<Misbehaviour>,
}

async fn misbehave(Extract(sandbox): Extract<Arc<Shared>>, request: Request) -> Result<StatusCode, ApiError> {
    let Misbehave { next } = read(request).await?;
    sandbox.state().misbehaviours.extend(next);
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate(Extract(sandbox): Extract<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "secret": sandbox.rotate_webhook_secret() }))
}

async fn clock(Extract(sandbox): Extract<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "now": sandbox.clock.now(), "frozen": sandbox.clock.is_frozen() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MoveClock {
    Freeze(jiff::Timestamp),
    AdvanceSeconds(u32),
    Resume {},
}

async fn move_clock(
    Extract(sandbox): Extract<Arc<Shared>>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let handle = crate::clock::SandboxClock { sandbox: Arc::clone(&sandbox) };
    match read(request).await? {
        MoveClock::Freeze(at) => handle.freeze(at),
        MoveClock::AdvanceSeconds(seconds) => {
            handle.advance(std::time::Duration::from_secs(seconds.into())).await;
        }
        MoveClock::Resume {} => handle.resume(),
    }
    Ok(clock(Extract(sandbox)).await)
}

/// Reads the JSON of a call to the sandbox itself.
pub(crate) async fn read<T: serde::de::DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let body = json_body(request).await?;
    serde_json::from_slice(&body).map_err(|error| ApiError::Malformed(error.to_string()))
}
