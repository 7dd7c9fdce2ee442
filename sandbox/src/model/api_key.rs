//! API keys: what is stored of one, and creating, rotating and revoking them.
//!
//! Not here: the dashboard's operations (`api::api_keys`), and how a key is found in a request (`http::auth`).

use serde::{Deserialize, Serialize};

use crate::model::scope::Scope;
use crate::values::mac::{MacKey, Tag};
use crate::values::random::Random;
use crate::values::time::SandboxTime;

/// Number of characters of a key that are shown after its creation.
const PREFIX: usize = 16;

/// Number of keys a sandbox stores.
const MAX_KEYS: usize = 1_000;

/// Describes what a key is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyMode {
    /// May send `sandbox_simulate`, and is taken under `/sandbox/api` as well.
    Sandbox,
    /// Neither, as keys of ND8's production. Money moves no more than elsewhere here.
    Production,
}

/// Status of a key.
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
    pub(crate) name: String,
    pub(crate) prefix: String,
    /// An empty list means every scope.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) status: KeyStatus,
    pub(crate) mode: KeyMode,
    pub(crate) created_at: SandboxTime,
    tag: Tag,
}

impl ApiKey {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

/// Describes what a new key is to be.
pub(crate) struct NewKey<'a> {
    pub(crate) name: &'a str,
    pub(crate) scopes: &'a [Scope],
    pub(crate) mode: KeyMode,
}

/// Keys of an organization, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKeys {
    next: u64,
    pub(crate) keys: Vec<ApiKey>,
}

impl ApiKeys {
    pub(crate) fn new(random: &mut Random) -> ApiKeys {
        ApiKeys { next: random.number(100..1_000), keys: Vec::new() }
    }

    /// Adds a key and returns its secret, which is not stored.
    pub(crate) fn create(
        &mut self,
        tagger: &MacKey,
        random: &mut Random,
        now: SandboxTime,
        new: &NewKey<'_>,
    ) -> (&ApiKey, String) {
        let kind = match new.mode {
            KeyMode::Sandbox => "sandbox",
            KeyMode::Production => "live",
        };
        let secret = format!("nd8_{kind}_{}", random.text(40));
        if self.keys.len() >= MAX_KEYS {
            // One that is revoked if there is one, or else the oldest after the first, which is the sandbox's own.
            let revoked = self.keys.iter().position(|key| key.status == KeyStatus::Revoked);
            self.keys.remove(revoked.unwrap_or(1));
        }
        self.keys.push(ApiKey {
            id: self.next,
            name: new.name.to_owned(),
            prefix: prefix_of(&secret),
            scopes: new.scopes.to_vec(),
            status: KeyStatus::Active,
            mode: new.mode,
            created_at: now,
            tag: tagger.tag(secret.as_bytes()),
        });
        self.next += 1;
        (&self.keys[self.keys.len() - 1], secret)
    }

    /// Returns the first key another secret.
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

    pub(crate) fn revoke(&mut self, id: &str) -> Option<&ApiKey> {
        let key = self.keys.iter_mut().find(|key| key.id.to_string() == id)?;
        key.status = KeyStatus::Revoked;
        Some(key)
    }

    /// Revokes the newest active key, and returns it as the model of its successor.
    pub(crate) fn retire_newest(&mut self) -> Option<ApiKey> {
        let key = self.keys.iter_mut().rev().find(|key| key.status == KeyStatus::Active)?;
        key.status = KeyStatus::Revoked;
        Some(key.clone())
    }
}

fn prefix_of(secret: &str) -> String {
    secret.chars().take(PREFIX).collect()
}
