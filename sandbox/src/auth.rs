//! Who is calling: API keys with scopes, the dashboard's session token, and the extractors that ask for them.
//!
//! Credentials are kept as HMAC tags under a key of the instance and compared in constant time. Not here:
//! which operation needs which scope; each handler says that itself. And what a key is beside its secret
//! (`api_key`).

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::api_key::{ApiKey, ApiKeys, KeyMode, NewKey};
use crate::clock::Moment;
use crate::error::{ApiError, Door};
use crate::mac::{MacKey, Tag};
use crate::random::Random;
use crate::shared::Shared;
use crate::throttle::Caller;

/// What an API key may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Scope {
    /// `checkout:create`: create a checkout.
    #[serde(rename = "checkout:create")]
    CheckoutCreate,
    /// `payments:read`: get a payment, list and get refunds.
    #[serde(rename = "payments:read")]
    PaymentsRead,
    /// `payments:write`: create refunds.
    #[serde(rename = "payments:write")]
    PaymentsWrite,
    /// `refunds:read`: list and get refunds.
    #[serde(rename = "refunds:read")]
    RefundsRead,
    /// `refunds:write`: create refunds.
    #[serde(rename = "refunds:write")]
    RefundsWrite,
}

impl Scope {
    /// Gives the scope's name as the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::CheckoutCreate => "checkout:create",
            Scope::PaymentsRead => "payments:read",
            Scope::PaymentsWrite => "payments:write",
            Scope::RefundsRead => "refunds:read",
            Scope::RefundsWrite => "refunds:write",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Scope> {
        const ALL: [Scope; 5] = [
            Scope::CheckoutCreate,
            Scope::PaymentsRead,
            Scope::PaymentsWrite,
            Scope::RefundsRead,
            Scope::RefundsWrite,
        ];
        ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Every credential of an instance, none of them in the clear.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Credentials {
    tagger: MacKey,
    session: Tag,
    pub(crate) api_keys: ApiKeys,
}

impl Credentials {
    pub(crate) fn new(random: &mut Random, session_token: &str) -> Credentials {
        let tagger = MacKey::new(random.text(32).as_bytes());
        let session = tagger.tag(session_token.as_bytes());
        Credentials { tagger, session, api_keys: ApiKeys::new(random) }
    }

    /// Makes a new API key and shows it this once.
    pub(crate) fn create_api_key(
        &mut self,
        random: &mut Random,
        now: Moment,
        new: &NewKey<'_>,
    ) -> (&ApiKey, String) {
        self.api_keys.create(&self.tagger, random, now, new)
    }

    /// Makes the credentials of the sandbox that a state was put into those of the state: its session, and its first
    /// key, which each sandbox makes when it starts.
    pub(crate) fn adopt(&mut self, session_token: &str, api_key: &str) {
        self.session = self.tagger.tag(session_token.as_bytes());
        self.api_keys.adopt_first(&self.tagger, api_key);
    }

    fn key_of(&self, secret: &[u8]) -> Option<&ApiKey> {
        self.api_keys.active(&self.tagger, secret)
    }

    fn is_session(&self, token: &[u8]) -> bool {
        self.tagger.verify(token, &self.session)
    }
}

/// A caller with a valid API key.
pub(crate) struct Merchant {
    /// An empty list stands for every scope.
    scopes: Vec<Scope>,
    mode: KeyMode,
}

impl Merchant {
    /// Checks that the key has one of these scopes.
    pub(crate) fn needs_one_of(&self, scopes: &'static [Scope]) -> Result<(), ApiError> {
        let allowed = self.scopes.is_empty() || scopes.iter().any(|scope| self.scopes.contains(scope));
        if allowed { Ok(()) } else { Err(ApiError::MissingScope(scopes)) }
    }

    /// Says whether the key is one of production.
    pub(crate) fn is_production(&self) -> bool {
        self.mode == KeyMode::Production
    }
}

impl FromRequestParts<Arc<Shared>> for Merchant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Arc<Shared>) -> Result<Merchant, ApiError> {
        let (merchant, caller) = {
            let state = sandbox.state();
            let key = match sent(&parts.headers) {
                Sent::ApiKey(key) => state.credentials.key_of(key),
                Sent::Token(_) => return Err(ApiError::WrongDoor(Door::ApiKey)),
                Sent::Nothing => return Err(ApiError::NotAuthenticated(Door::ApiKey)),
            };
            let sandbox_only = parts.uri.path().starts_with("/sandbox/");
            let key = key.filter(|key| key.mode == KeyMode::Sandbox || !sandbox_only);
            let key = key.ok_or(ApiError::WrongCredential(Door::ApiKey))?;
            (Merchant { scopes: key.scopes.clone(), mode: key.mode }, Caller::Key(key.id()))
        };
        sandbox.throttle.admit(caller, sandbox.clock.now())?;
        Ok(merchant)
    }
}

/// A caller with a valid session of the dashboard.
pub(crate) struct DashboardUser;

impl FromRequestParts<Arc<Shared>> for DashboardUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Arc<Shared>) -> Result<DashboardUser, ApiError> {
        match sent(&parts.headers) {
            Sent::Token(token) if sandbox.state().credentials.is_session(token) => {}
            Sent::Token(_) => return Err(ApiError::WrongCredential(Door::Token)),
            Sent::ApiKey(_) => return Err(ApiError::WrongDoor(Door::Token)),
            Sent::Nothing => return Err(ApiError::NotAuthenticated(Door::Token)),
        }
        sandbox.throttle.admit(Caller::Session, sandbox.clock.now())?;
        Ok(DashboardUser)
    }
}

/// Anybody: what a payment link's customer needs is in the path.
pub(crate) struct Anyone;

impl FromRequestParts<Arc<Shared>> for Anyone {
    type Rejection = ApiError;

    async fn from_request_parts(_: &mut Parts, sandbox: &Arc<Shared>) -> Result<Anyone, ApiError> {
        sandbox.throttle.admit(Caller::Anonymous, sandbox.clock.now())?;
        Ok(Anyone)
    }
}

/// The credential that a request carries, if any.
#[derive(Debug, PartialEq, Eq)]
enum Sent<'a> {
    ApiKey(&'a [u8]),
    Token(&'a [u8]),
    Nothing,
}

/// Reads `Authorization` first and the `Api-Key` header where that says nothing we know.
fn sent(headers: &HeaderMap) -> Sent<'_> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let value = value.as_bytes().trim_ascii();
        let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
        let (scheme, credential) = (&value[..end], value[end..].trim_ascii());
        if scheme.eq_ignore_ascii_case(Door::ApiKey.scheme().as_bytes()) {
            return Sent::ApiKey(credential);
        }
        if scheme.eq_ignore_ascii_case(Door::Token.scheme().as_bytes()) {
            return Sent::Token(credential);
        }
    }
    headers.get("api-key").map_or(Sent::Nothing, |key| Sent::ApiKey(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn credentials_are_found_in_both_headers() {
        assert_eq!(sent(&headers(&[])), Sent::Nothing);
        assert_eq!(sent(&headers(&[("authorization", "Api-Key k")])), Sent::ApiKey(b"k"));
        assert_eq!(sent(&headers(&[("authorization", "api-key  k")])), Sent::ApiKey(b"k"));
        assert_eq!(sent(&headers(&[("authorization", "Token t")])), Sent::Token(b"t"));
        assert_eq!(sent(&headers(&[("authorization", "Api-Key")])), Sent::ApiKey(b""));
        assert_eq!(sent(&headers(&[("api-key", "k")])), Sent::ApiKey(b"k"));
        assert_eq!(sent(&headers(&[("authorization", "Bearer b")])), Sent::Nothing);
        assert_eq!(sent(&headers(&[("authorization", "Bearer b"), ("api-key", "k")])), Sent::ApiKey(b"k"));
    }

    #[test]
    fn only_keys_that_were_made_are_known() {
        let mut random = Random::seeded(1);
        let mut credentials = Credentials::new(&mut random, "session");
        let new = NewKey { name: "", scopes: &[Scope::RefundsRead], mode: KeyMode::Sandbox };
        let now = Moment::from(jiff::Timestamp::UNIX_EPOCH);
        let (_, key) = credentials.create_api_key(&mut random, now, &new);

        let scopes = credentials.key_of(key.as_bytes()).map(|key| key.scopes.clone());
        assert_eq!(scopes, Some(vec![Scope::RefundsRead]));
        assert!(credentials.key_of(b"").is_none());
        assert!(credentials.key_of(b"session").is_none());
        assert!(credentials.is_session(b"session"));
        assert!(!credentials.is_session(key.as_bytes()));
    }

    #[test]
    fn scopes_have_one_name() {
        for scope in ["checkout:create", "payments:read", "payments:write", "refunds:read", "refunds:write"] {
            let parsed = Scope::parse(scope).unwrap();
            assert_eq!(serde_json::to_value(parsed).unwrap(), scope);
            assert_eq!(parsed.to_string(), scope);
        }
    }
}
