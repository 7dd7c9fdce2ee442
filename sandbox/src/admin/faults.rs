//! `/_sandbox/faults`: the fault rules, for scripts.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde_json::json;

use crate::app::app_state::AppState;
use crate::faults::fault::Fault;
use crate::http::body::read;
use crate::http::error::ApiError;
use crate::http::list::ListRequest;

/// Number of faults there can be: each request is compared with all of them, and each may have a large body.
const MAX_FAULTS: usize = 100;

/// Returns the routes of this file.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/_sandbox/faults", get(list).post(add).delete(clear))
        .route("/_sandbox/faults/{id}", delete(remove))
}

/// Lists the faults, oldest first: a page of 100, or what `page` and `page_size` ask for.
async fn list(Extract(sandbox): Extract<Arc<AppState>>, uri: Uri) -> Result<Response, ApiError> {
    ListRequest::outside_of_the_api(&uri).respond(&sandbox.faults.all(), |rule| rule)
}

async fn add(Extract(sandbox): Extract<Arc<AppState>>, request: Request) -> Result<Response, ApiError> {
    let fault: Fault = read(request).await?;
    let fault = fault.checked().map_err(|error| ApiError::invalid_field("operation", &error.to_string()))?;
    if sandbox.faults.all().len() >= MAX_FAULTS {
        return Err(ApiError::invalid(&format!(
            "There are {MAX_FAULTS} faults already: remove some of them first."
        )));
    }
    let id = sandbox.faults.add(fault);
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

async fn clear(Extract(sandbox): Extract<Arc<AppState>>) -> StatusCode {
    sandbox.faults.clear();
    StatusCode::NO_CONTENT
}

async fn remove(
    Extract(sandbox): Extract<Arc<AppState>>,
    id: Result<Path<u64>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    if sandbox.faults.remove(id) { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
