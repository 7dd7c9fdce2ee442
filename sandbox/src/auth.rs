//! Who is calling: API keys with scopes, the dashboard's session token, and the extractors that ask for them.
//!
//! Credentials are kept as HMAC tags under a key of the instance and compared in constant time. Not here:
//! which operation needs which scope; each handler says that itself.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::error::{ApiError, Door};
use crate::mac::{MacKey, Tag};
use crate::random::Random;
use crate::sandbox::Shared;

/// What an API key may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// `checkout:create`: create a checkout.
    CheckoutCreate,
    /// `payments:read`: get a payment, list and get refunds.
    PaymentsRead,
    /// `payments:write`: create refunds.
    PaymentsWrite,
    /// `refunds:read`: list and get refunds.
    RefundsRead,
    /// `refunds:write`: create refunds.
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
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Every credential of an instance, none of them in the clear.
pub(crate) struct Credentials {
    tagger: MacKey,
    session: Tag,
    api_keys: Vec<(Tag, Vec<Scope>)>,
}

impl Credentials {
    pub(crate) fn new(random: &mut Random, session_token: &str) -> Credentials {
        let tagger = MacKey::new(random.text(32).as_bytes());
        let session = tagger.tag(session_token.as_bytes());
        Credentials { tagger, session, api_keys: Vec::new() }
    }

    /// Makes a new API key and shows it this once.
    pub(crate) fn create_api_key(&mut self, random: &mut Random, scopes: &[Scope]) -> String {
        let key = format!("nd8_sandbox_{}", random.text(40));
        self.api_keys.push((self.tagger.tag(key.as_bytes()), scopes.to_vec()));
        key
    }

    fn scopes_of(&self, key: &[u8]) -> Option<&[Scope]> {
        let known = self.api_keys.iter().find(|(tag, _)| self.tagger.verify(key, tag));
        known.map(|(_, scopes)| scopes.as_slice())
    }

    fn is_session(&self, token: &[u8]) -> bool {
        self.tagger.verify(token, &self.session)
    }
}

/// A caller with a valid API key.
pub(crate) struct Merchant {
    /// An empty list stands for every scope.
    scopes: Vec<Scope>,
}

impl Merchant {
    /// Checks that the key has one of these scopes.
    pub(crate) fn needs_one_of(&self, scopes: &'static [Scope]) -> Result<(), ApiError> {
        let allowed = self.scopes.is_empty() || scopes.iter().any(|scope| self.scopes.contains(scope));
        if allowed { Ok(()) } else { Err(ApiError::MissingScope(scopes)) }
    }
}

impl FromRequestParts<Arc<Shared>> for Merchant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Arc<Shared>) -> Result<Merchant, ApiError> {
        let state = sandbox.state();
        match sent(&parts.headers) {
            Sent::ApiKey(key) => match state.credentials.scopes_of(key) {
                Some(scopes) => Ok(Merchant { scopes: scopes.to_vec() }),
                None => Err(ApiError::WrongCredential(Door::ApiKey)),
            },
            Sent::Token(_) => Err(ApiError::WrongDoor(Door::ApiKey)),
            Sent::Nothing => Err(ApiError::NotAuthenticated(Door::ApiKey)),
        }
    }
}

/// A caller with a valid session of the dashboard.
pub(crate) struct DashboardUser;

impl FromRequestParts<Arc<Shared>> for DashboardUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Arc<Shared>) -> Result<DashboardUser, ApiError> {
        match sent(&parts.headers) {
            Sent::Token(token) if sandbox.state().credentials.is_session(token) => Ok(DashboardUser),
            Sent::Token(_) => Err(ApiError::WrongCredential(Door::Token)),
            Sent::ApiKey(_) => Err(ApiError::WrongDoor(Door::Token)),
            Sent::Nothing => Err(ApiError::NotAuthenticated(Door::Token)),
        }
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
        let mut random = Random::from_system();
        let mut credentials = Credentials::new(&mut random, "session");
        let key = credentials.create_api_key(&mut random, &[Scope::RefundsRead]);

        assert_eq!(credentials.scopes_of(key.as_bytes()), Some(&[Scope::RefundsRead][..]));
        assert_eq!(credentials.scopes_of(b""), None);
        assert_eq!(credentials.scopes_of(b"session"), None);
        assert!(credentials.is_session(b"session"));
        assert!(!credentials.is_session(key.as_bytes()));
    }
}
