//! Credentials of one sandbox, stored as HMAC tags under a key of the sandbox and compared in constant time.
//!
//! Not here: how a credential is read from a request (`http::auth`), and which operation needs which scope.

use serde::{Deserialize, Serialize};

use crate::model::api_key::{ApiKey, ApiKeys, NewKey};
use crate::values::mac::{MacKey, Tag};
use crate::values::random::Random;
use crate::values::time::SandboxTime;

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
        // Stored as a tag, so that a snapshot that somebody shares contains nothing to log in with.
        let session = tagger.tag(session_token.as_bytes());
        Credentials { tagger, session, api_keys: ApiKeys::new(random) }
    }

    /// Creates a new API key and shows it this once.
    pub(crate) fn create_api_key(
        &mut self,
        random: &mut Random,
        now: SandboxTime,
        new: &NewKey<'_>,
    ) -> (&ApiKey, String) {
        self.api_keys.create(&self.tagger, random, now, new)
    }

    /// Replaces the credentials of a restored state by those of this sandbox: its session, and its first
    /// key, which each sandbox makes when it starts.
    pub(crate) fn adopt(&mut self, session_token: &str, api_key: &str) {
        self.session = self.tagger.tag(session_token.as_bytes());
        self.api_keys.adopt_first(&self.tagger, api_key);
    }

    pub(crate) fn key_of(&self, secret: &[u8]) -> Option<&ApiKey> {
        self.api_keys.active(&self.tagger, secret)
    }

    pub(crate) fn is_session(&self, token: &[u8]) -> bool {
        self.tagger.verify(token, &self.session)
    }
}

/// Credential that a path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialKind {
    /// Checkouts, payments and refunds.
    ApiKey,
    /// Merchant's dashboard.
    Token,
}

impl CredentialKind {
    /// Scheme of the `Authorization` header, and the challenge of a 401.
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            CredentialKind::ApiKey => "Api-Key",
            CredentialKind::Token => "Token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::api_key::KeyMode;
    use crate::model::scope::Scope;

    #[test]
    fn only_keys_that_were_made_are_known() {
        let mut random = Random::seeded(1);
        let mut credentials = Credentials::new(&mut random, "session");
        let new = NewKey { name: "", scopes: &[Scope::RefundsRead], mode: KeyMode::Sandbox };
        let now = SandboxTime::from(jiff::Timestamp::UNIX_EPOCH);
        let (_, key) = credentials.create_api_key(&mut random, now, &new);

        let scopes = credentials.key_of(key.as_bytes()).map(|key| key.scopes.clone());
        assert_eq!(scopes, Some(vec![Scope::RefundsRead]));
        assert!(credentials.key_of(b"").is_none());
        assert!(credentials.key_of(b"session").is_none());
        assert!(credentials.is_session(b"session"));
        assert!(!credentials.is_session(key.as_bytes()));
    }
}
