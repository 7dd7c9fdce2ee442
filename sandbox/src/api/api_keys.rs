//! Dashboard's operations that list, create, rotate and revoke API keys.
//!
//! Not here: what a key is (`model::api_key`).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;

use crate::app::app_state::AppState;
use crate::http::auth::DashboardUser;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::http::list::ListRequest;
use crate::model::api_key::{ApiKey, KeyMode, KeyStatus, NewKey};
use crate::model::scope::Scope;
use crate::model::state::State;
use crate::values::time::SandboxTime;

/// A key as the dashboard shows it.
#[derive(Serialize)]
pub(crate) struct ApiKeyView {
    id: u64,
    name: String,
    prefix: String,
    allowed_scopes: Vec<Scope>,
    status: KeyStatus,
    created_at: SandboxTime,
}

impl ApiKeyView {
    fn of(key: &ApiKey) -> ApiKeyView {
        ApiKeyView {
            id: key.id(),
            name: key.name.clone(),
            prefix: key.prefix.clone(),
            allowed_scopes: key.scopes.clone(),
            status: key.status,
            created_at: key.created_at,
        }
    }
}

/// A key that was just made: the only response that has its secret.
#[derive(Serialize)]
pub(crate) struct ApiKeyWithSecret {
    raw_key: String,
    #[serde(flatten)]
    key: ApiKeyView,
}

/// `GET /organization/api-keys/`: newest first.
pub(crate) async fn list(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    uri: Uri,
) -> Result<Response, ApiError> {
    let state = sandbox.state();
    let keys: Vec<&ApiKey> = state.credentials.api_keys.keys.iter().rev().collect();
    ListRequest::read(&sandbox, &uri).respond(&keys, |key| ApiKeyView::of(key))
}

/// `POST /organization/api-keys/`.
pub(crate) async fn create(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    request: Request,
) -> Result<(StatusCode, Json<ApiKeyWithSecret>), ApiError> {
    let body = json_body(request).await?;
    let mut form = Form::sent_to(&sandbox, &body)?;
    let name = form.optional_text("name", 255).unwrap_or_default();
    let scopes = form
        .optional_text("allowed_scopes", 1000)
        .and_then(|text| scopes_of(&text).map_err(|unknown| form.refuse("allowed_scopes", &unknown)).ok());
    form.finish()?;

    let scopes = scopes.unwrap_or_default();
    let new = NewKey { name: name.trim(), scopes: &scopes, mode: KeyMode::Sandbox };
    let created = sandbox.state().create_key(sandbox.clock.now(), &new);
    Ok((StatusCode::CREATED, Json(created)))
}

/// `POST /organization/api-keys/rotate/`: replaces the newest active key by one of the same name and scopes, at once.
pub(crate) async fn rotate(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
) -> Json<ApiKeyWithSecret> {
    let mut state = sandbox.state();
    let now = sandbox.clock.now();
    let created = match state.credentials.api_keys.retire_newest() {
        Some(old) => state.create_key(now, &NewKey { name: &old.name, scopes: &old.scopes, mode: old.mode }),
        None => state.create_key(now, &NewKey { name: "", scopes: &[], mode: KeyMode::Sandbox }),
    };
    Json(created)
}

/// `POST /organization/api-keys/{id}/revoke/`: at once, and as often as one likes.
pub(crate) async fn revoke(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ApiKeyView>, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let mut state = sandbox.state();
    let key = state.credentials.api_keys.revoke(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(ApiKeyView::of(key)))
}

/// Reads scopes from one text: the reference types the field as a string and does not define how several are written, so
/// commas and spaces both part them. No scope at all means all of them.
fn scopes_of(text: &str) -> Result<Vec<Scope>, String> {
    let mut scopes = Vec::new();
    for name in text.split([',', ' ']).filter(|name| !name.is_empty()) {
        let scope = Scope::parse(name).ok_or_else(|| format!("\"{name}\" is not a scope."))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

impl State {
    fn create_key(&mut self, now: SandboxTime, new: &NewKey<'_>) -> ApiKeyWithSecret {
        let (key, raw_key) = self.credentials.create_api_key(&mut self.random, now, new);
        ApiKeyWithSecret { raw_key, key: ApiKeyView::of(key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_parted_by_commas_and_spaces() {
        let both = vec![Scope::RefundsRead, Scope::RefundsWrite];
        for text in [
            "refunds:read,refunds:write",
            "refunds:read refunds:write",
            " refunds:read, refunds:write,refunds:read",
        ] {
            assert_eq!(scopes_of(text), Ok(both.clone()), "{text}");
        }
        assert_eq!(scopes_of(""), Ok(vec![]));
        assert!(scopes_of("refunds:read;refunds:write").is_err());
        assert!(scopes_of("everything").is_err());
    }
}
