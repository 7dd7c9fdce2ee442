//! `/_sandbox/`: document, findings, products, checkouts and state, for scripts. The crate documentation lists all calls.
//!
//! No credential is needed: the sandbox listens on loopback.

use std::error::Error as _;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::actions::customer::{Card, CustomerAction, CustomerError};
use crate::app::app_state::AppState;
use crate::contract::document::document;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::model::catalog::Product;
use crate::model::state::State;
use crate::restore;
use crate::store::snapshot::Snapshot;
use crate::values::money::{Currency, json_number};

/// A state of some hundred thousand payments.
const MAX_SNAPSHOT: usize = 256 * 1024 * 1024;

/// Number of products a sandbox stores.
const MAX_PRODUCTS: usize = 10_000;

/// Returns the routes of this file.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new()
        .route("/_sandbox/openapi.json", get(openapi))
        .route("/_sandbox/contract", get(findings))
        .route("/_sandbox/products", post(add_product))
        .route("/_sandbox/reset", post(reset))
        .route("/_sandbox/snapshot", get(snapshot))
        .route("/_sandbox/restore", post(restore))
        .route("/_sandbox/checkouts/{id}/{act}", post(act))
}

async fn openapi(Extract(sandbox): Extract<Arc<AppState>>) -> Json<Value> {
    Json(document(&format!("{}/api", sandbox.origin)))
}

async fn findings(Extract(sandbox): Extract<Arc<AppState>>) -> Response {
    Json(sandbox.contract.all()).into_response()
}

async fn add_product(
    Extract(sandbox): Extract<Arc<AppState>>,
    request: Request,
) -> Result<Response, ApiError> {
    let body = json_body(request).await?;
    let mut form = Form::parse(&body)?;
    let id = form.has("id").then(|| form.required_text("id", 100)).flatten();
    let name = form.required_text("name", 255);
    let price = form.required_text("unit_price", 32);
    let currency = form.optional_choice("currency", Currency::parse).unwrap_or(Currency::Usd);
    form.finish()?;
    let price = price.as_deref().and_then(json_number);
    let (Some(name), Some(unit_price)) = (name, price) else {
        return Err(ApiError::invalid_field("unit_price", "A positive price is expected here."));
    };

    let mut state = sandbox.state();
    if state.catalog.len() >= MAX_PRODUCTS {
        return Err(ApiError::invalid(&format!("This sandbox stores at most {MAX_PRODUCTS} products.")));
    }
    let State { catalog, random, .. } = &mut *state;
    let added = catalog.add(random, id, Product { name, unit_price, currency });
    let id =
        added.map_err(|_| ApiError::invalid_field("unit_price", "A positive price is expected here."))?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id }))).into_response())
}

async fn reset(Extract(sandbox): Extract<Arc<AppState>>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

async fn snapshot(Extract(sandbox): Extract<Arc<AppState>>) -> Response {
    let snapshot = Snapshot::of(&sandbox.state());
    ([(header::CONTENT_TYPE, "application/json")], snapshot.as_json().to_owned()).into_response()
}

async fn restore(Extract(sandbox): Extract<Arc<AppState>>, request: Request) -> Result<StatusCode, ApiError> {
    let body = to_bytes(request.into_body(), MAX_SNAPSHOT).await.map_err(|_| ApiError::BodyTooLarge)?;
    let snapshot = Snapshot::from_json(&String::from_utf8_lossy(&body));
    let restored = snapshot.and_then(|snapshot| restore::restore(&sandbox, &snapshot));
    restored.map_err(|error| {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        ApiError::Malformed(format!("{error}{cause}"))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn act(
    Extract(sandbox): Extract<Arc<AppState>>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let Ok(Path((checkout_id, act))) = path else { return ApiError::NotFound.into_response() };
    let act = match act.as_str() {
        "pay" => CustomerAction::Pay(Card::Succeeds),
        "decline" => CustomerAction::Pay(Card::Declined),
        "cancel" => CustomerAction::Cancel,
        card => match Card::parse(card) {
            Some(card) => CustomerAction::Pay(card),
            None => return ApiError::NotFound.into_response(),
        },
    };
    match sandbox.act(&checkout_id, act) {
        Ok((payment_id, _)) => Json(json!({ "payment_id": payment_id })).into_response(),
        Err(CustomerError::UnknownCheckout) => ApiError::NotFound.into_response(),
        Err(error) => (StatusCode::CONFLICT, Json(json!({ "detail": error.to_string() }))).into_response(),
    }
}
