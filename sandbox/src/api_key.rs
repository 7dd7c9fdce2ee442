//! API keys: what is kept of one, and the dashboard's operations that list, create, rotate and revoke them.
//!
//! What a key may do and how it is found in a request is in `auth`.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::auth::{DashboardUser, Scope};
use crate::body::{Form, json_body};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::list::ListRequest;
use crate::mac::{MacKey, Tag};
use crate::random::Random;
use crate::shared::Shared;

/// How much of a key is shown after its creation.
const PREFIX: usize = 16;

/// What a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyMode {
    /// May send `sandbox_simulate`, and is taken under `/sandbox/api` as well.
    Sandbox,
    /// Neither, as keys of ND8's production. Money moves no more than elsewhere here.
    Production,
}

/// Whether a key can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyStatus {
    Active,
    Revoked,
}

/// An API key, without what makes it one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    id: u64,
    name: String,
    prefix: String,
    /// An empty list stands for every scope.
    pub(crate) scopes: Vec<Scope>,
    status: KeyStatus,
    pub(crate) mode: KeyMode,
    created_at: Moment,
    tag: Tag,
}

impl ApiKey {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    fn view(&self) -> ApiKeyView {
        ApiKeyView {
            id: self.id,
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            allowed_scopes: self.scopes.clone(),
            status: self.status,
            created_at: self.created_at,
        }
    }
}

/// What a new key is to be.
pub(crate) struct NewKey<'a> {
    pub(crate) name: &'a str,
    pub(crate) scopes: &'a [Scope],
    pub(crate) mode: KeyMode,
}

/// The keys of an organization, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKeys {
    first: u64,
    keys: Vec<ApiKey>,
}

impl ApiKeys {
    pub(crate) fn new(random: &mut Random) -> ApiKeys {
        ApiKeys { first: random.number(100..1_000), keys: Vec::new() }
    }

    /// Adds a key and gives its secret, which is kept nowhere.
    pub(crate) fn create(
        &mut self,
        tagger: &MacKey,
        random: &mut Random,
        now: Moment,
        new: &NewKey<'_>,
    ) -> (&ApiKey, String) {
        let kind = match new.mode {
            KeyMode::Sandbox => "sandbox",
            KeyMode::Production => "live",
        };
        let secret = format!("nd8_{kind}_{}", random.text(40));
        self.keys.push(ApiKey {
            id: self.first + self.keys.len() as u64,
            name: new.name.to_owned(),
            prefix: prefix_of(&secret),
            scopes: new.scopes.to_vec(),
            status: KeyStatus::Active,
            mode: new.mode,
            created_at: now,
            tag: tagger.tag(secret.as_bytes()),
        });
        (&self.keys[self.keys.len() - 1], secret)
    }

    /// Gives the first key another secret.
    pub(crate) fn adopt_first(&mut self, tagger: &MacKey, secret: &str) {
        if let Some(first) = self.keys.first_mut() {
            first.tag = tagger.tag(secret.as_bytes());
            first.prefix = prefix_of(secret);
        }
    }

    /// Finds the key that this is the secret of, unless it was revoked.
    pub(crate) fn active(&self, tagger: &MacKey, secret: &[u8]) -> Option<&ApiKey> {
        let tag = tagger.tag(secret);
        self.keys.iter().find(|key| key.status == KeyStatus::Active && key.tag.is(&tag))
    }

    fn revoke(&mut self, id: &str) -> Option<&ApiKey> {
        let key = self.keys.iter_mut().find(|key| key.id.to_string() == id)?;
        key.status = KeyStatus::Revoked;
        Some(key)
    }

    /// Revokes the newest key that is active, and says what its successor is to be.
    fn retire_newest(&mut self) -> Option<ApiKey> {
        let key = self.keys.iter_mut().rev().find(|key| key.status == KeyStatus::Active)?;
        key.status = KeyStatus::Revoked;
        Some(key.clone())
    }
}

fn prefix_of(secret: &str) -> String {
    secret.chars().take(PREFIX).collect()
}

/// A key as the dashboard shows it.
#[derive(Serialize)]
pub(crate) struct ApiKeyView {
    id: u64,
    name: String,
    prefix: String,
    allowed_scopes: Vec<Scope>,
    status: KeyStatus,
    created_at: Moment,
}

/// A key that was just made: the only answer that has its secret.
#[derive(Serialize)]
pub(crate) struct ApiKeyWithSecret {
    raw_key: String,
    #[serde(flatten)]
    key: ApiKeyView,
}

/// `GET /organization/api-keys/`: newest first.
pub(crate) async fn list(
    Extract(sandbox): Extract<Arc<Shared>>,
    _: DashboardUser,
    uri: Uri,
) -> Result<Response, ApiError> {
    let state = sandbox.state();
    let keys: Vec<&ApiKey> = state.credentials.api_keys.keys.iter().rev().collect();
    ListRequest::read(&sandbox, &uri).answer(&keys, |key| key.view())
}

/// `POST /organization/api-keys/`.
pub(crate) async fn create(
    Extract(sandbox): Extract<Arc<Shared>>,
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

/// `POST /organization/api-keys/rotate/`: the newest active key gives way to one of the same name and scopes, at once.
pub(crate) async fn rotate(
    Extract(sandbox): Extract<Arc<Shared>>,
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
    Extract(sandbox): Extract<Arc<Shared>>,
    _: DashboardUser,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ApiKeyView>, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let mut state = sandbox.state();
    let key = state.credentials.api_keys.revoke(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(key.view()))
}

/// Reads scopes from one text: the reference types the field as a string and does not say how several are written, so
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

impl crate::state::State {
    fn create_key(&mut self, now: Moment, new: &NewKey<'_>) -> ApiKeyWithSecret {
        let (key, raw_key) = self.credentials.create_api_key(&mut self.random, now, new);
        ApiKeyWithSecret { raw_key, key: key.view() }
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
