//! `/_sandbox/deliveries` and `/_sandbox/webhooks`: webhooks, for scripts.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::app_state::AppState;
use crate::http::body::read;
use crate::http::error::ApiError;
use crate::http::list::ListRequest;
use crate::outbox::delivery::Delivery;
use crate::outbox::delivery_fault::DeliveryFault;

/// Number of faults that can wait for deliveries.
const MAX_FAULTS: usize = 1_000;

/// Returns the routes of this file.
pub(crate) fn routes() -> axum::Router<Arc<AppState>> {
    axum::Router::new()
        .route("/_sandbox/deliveries", get(list))
        .route("/_sandbox/deliveries/{id}/resend", post(resend))
        .route("/_sandbox/webhooks/test", post(test))
        .route("/_sandbox/webhooks/faults", post(inject_fault))
        .route("/_sandbox/webhooks/rotate", post(rotate))
}

/// Lists deliveries, oldest first: a page of 100, or what `page` and `page_size` ask for.
async fn list(Extract(sandbox): Extract<Arc<AppState>>, uri: Uri) -> Result<Response, ApiError> {
    let state = sandbox.state();
    let deliveries: Vec<&Delivery> = state.deliveries.all().collect();
    ListRequest::outside_of_the_api(&uri).respond(&deliveries, |delivery| *delivery)
}

async fn resend(
    Extract(sandbox): Extract<Arc<AppState>>,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let now = sandbox.clock.now();
    let id = sandbox.state().resend(id, now).ok_or(ApiError::NotFound)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

async fn test(Extract(sandbox): Extract<Arc<AppState>>) -> Result<Response, ApiError> {
    let id = sandbox.send_test_webhook();
    let id = id.ok_or_else(|| ApiError::invalid("There is no webhook address to send to."))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InjectFaults {
    next: Vec<DeliveryFault>,
}

async fn inject_fault(
    Extract(sandbox): Extract<Arc<AppState>>,
    request: Request,
) -> Result<StatusCode, ApiError> {
    let InjectFaults { next } = read(request).await?;
    let mut state = sandbox.state();
    if state.delivery_faults.len() + next.len() > MAX_FAULTS {
        return Err(ApiError::invalid_field(
            "next",
            &format!("At most {MAX_FAULTS} faults can wait for deliveries."),
        ));
    }
    state.delivery_faults.extend(next);
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate(Extract(sandbox): Extract<Arc<AppState>>) -> Json<Value> {
    Json(json!({ "secret": sandbox.rotate_webhook_secret() }))
}
