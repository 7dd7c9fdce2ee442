//! `/_sandbox/quirks`: the quirks, for scripts.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::app::app_state::AppState;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::quirks::quirk::{PROVENANCE, Quirk};

/// Returns the routes of this file.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/_sandbox/quirks", get(list).post(add))
        .route("/_sandbox/quirks/{name}", delete(remove))
}

/// Lists all quirks there are, with what they do and whether they are on.
async fn list(Extract(sandbox): Extract<Arc<AppState>>) -> Json<Vec<Value>> {
    let row = |quirk: &Quirk| json!({ "name": quirk.name(), "effect": quirk.effect(), "provenance": PROVENANCE, "on": sandbox.quirks.has(*quirk) });
    Json(Quirk::ALL.iter().map(row).collect())
}

async fn add(Extract(sandbox): Extract<Arc<AppState>>, request: Request) -> Result<StatusCode, ApiError> {
    let body = json_body(request).await?;
    let mut form = Form::parse(&body)?;
    let name = form.required_text("name", 100);
    form.finish()?;
    let quirk = name.unwrap_or_default().parse::<Quirk>();
    sandbox.quirks.insert(quirk.map_err(|error| ApiError::invalid_field("name", &error.to_string()))?);
    Ok(StatusCode::NO_CONTENT)
}

async fn remove(
    Extract(sandbox): Extract<Arc<AppState>>,
    name: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, ApiError> {
    let Path(name) = name.map_err(|_| ApiError::NotFound)?;
    let quirk = name.parse::<Quirk>().map_err(|_| ApiError::NotFound)?;
    if sandbox.quirks.remove(quirk) { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
