//! Extractors that authenticate a request: by API key, by session token, or not at all.
//!
//! Not here: which operation needs which scope, which each handler states, and what a key is (`model::api_key`).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::app_state::AppState;
use crate::app::throttle::Caller;
use crate::http::error::ApiError;
use crate::model::api_key::KeyMode;
use crate::model::credentials::CredentialKind;
use crate::model::scope::Scope;

/// A caller with a valid API key.
pub(crate) struct Merchant {
    /// An empty list means every scope.
    scopes: Vec<Scope>,
    mode: KeyMode,
}

impl Merchant {
    /// Checks that the key has one of these scopes.
    pub(crate) fn needs_one_of(&self, scopes: &'static [Scope]) -> Result<(), ApiError> {
        let allowed = self.scopes.is_empty() || scopes.iter().any(|scope| self.scopes.contains(scope));
        if allowed { Ok(()) } else { Err(ApiError::MissingScope(scopes)) }
    }

    /// Returns whether the key is one of production.
    pub(crate) fn is_production(&self) -> bool {
        self.mode == KeyMode::Production
    }
}

impl FromRequestParts<Arc<AppState>> for Merchant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Arc<AppState>) -> Result<Merchant, ApiError> {
        let (merchant, caller) = {
            let state = sandbox.state();
            let key = match sent(&parts.headers) {
                SentCredential::ApiKey(key) => state.credentials.key_of(key),
                SentCredential::Token(_) => {
                    return Err(ApiError::WrongCredentialKind(CredentialKind::ApiKey));
                }
                SentCredential::Nothing => return Err(ApiError::NotAuthenticated(CredentialKind::ApiKey)),
            };
            // Keys of production are unknown there, and not forbidden: ND8 would look them up in another database.
            let sandbox_only = parts.uri.path().starts_with("/sandbox/");
            let key = key.filter(|key| key.mode == KeyMode::Sandbox || !sandbox_only);
            let key = key.ok_or(ApiError::WrongCredential(CredentialKind::ApiKey))?;
            (Merchant { scopes: key.scopes.clone(), mode: key.mode }, Caller::Key(key.id()))
        };
        sandbox.throttle.admit(caller, sandbox.clock.now())?;
        Ok(merchant)
    }
}

/// A caller with a valid session of the dashboard.
pub(crate) struct DashboardUser;

impl FromRequestParts<Arc<AppState>> for DashboardUser {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        sandbox: &Arc<AppState>,
    ) -> Result<DashboardUser, ApiError> {
        match sent(&parts.headers) {
            SentCredential::Token(token) if sandbox.state().credentials.is_session(token) => {}
            SentCredential::Token(_) => return Err(ApiError::WrongCredential(CredentialKind::Token)),
            SentCredential::ApiKey(_) => return Err(ApiError::WrongCredentialKind(CredentialKind::Token)),
            SentCredential::Nothing => return Err(ApiError::NotAuthenticated(CredentialKind::Token)),
        }
        sandbox.throttle.admit(Caller::Session, sandbox.clock.now())?;
        Ok(DashboardUser)
    }
}

/// Anybody: what a payment link's customer needs is in the path.
pub(crate) struct Anyone;

impl FromRequestParts<Arc<AppState>> for Anyone {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, sandbox: &Arc<AppState>) -> Result<Anyone, ApiError> {
        sandbox.throttle.admit(Caller::Anonymous, sandbox.clock.now())?;
        Ok(Anyone)
    }
}

/// Credential that a request carries, if any.
#[derive(Debug, PartialEq, Eq)]
enum SentCredential<'a> {
    ApiKey(&'a [u8]),
    Token(&'a [u8]),
    Nothing,
}

/// Reads `Authorization`, or the `Api-Key` header where that has no known scheme.
fn sent(headers: &HeaderMap) -> SentCredential<'_> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let value = value.as_bytes().trim_ascii();
        let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
        let (scheme, credential) = (&value[..end], value[end..].trim_ascii());
        if scheme.eq_ignore_ascii_case(CredentialKind::ApiKey.scheme().as_bytes()) {
            return SentCredential::ApiKey(credential);
        }
        if scheme.eq_ignore_ascii_case(CredentialKind::Token.scheme().as_bytes()) {
            return SentCredential::Token(credential);
        }
    }
    headers.get("api-key").map_or(SentCredential::Nothing, |key| SentCredential::ApiKey(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn credentials_are_found_in_both_headers() {
        assert_eq!(sent(&headers(&[])), SentCredential::Nothing);
        assert_eq!(sent(&headers(&[("authorization", "Api-Key k")])), SentCredential::ApiKey(b"k"));
        assert_eq!(sent(&headers(&[("authorization", "api-key  k")])), SentCredential::ApiKey(b"k"));
        assert_eq!(sent(&headers(&[("authorization", "Token t")])), SentCredential::Token(b"t"));
        assert_eq!(sent(&headers(&[("authorization", "Api-Key")])), SentCredential::ApiKey(b""));
        assert_eq!(sent(&headers(&[("api-key", "k")])), SentCredential::ApiKey(b"k"));
        assert_eq!(sent(&headers(&[("authorization", "Bearer b")])), SentCredential::Nothing);
        assert_eq!(
            sent(&headers(&[("authorization", "Bearer b"), ("api-key", "k")])),
            SentCredential::ApiKey(b"k")
        );
    }
}
