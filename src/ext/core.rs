//! What all doors share: the raw client, the HTTP clients, the deadlines, the retry policy and its budget.

use std::fmt;
#[cfg(not(target_family = "wasm"))]
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::address::is_loopback;
use super::retry::Budget;
use super::{Environment, Error, RetryPolicy};
use crate::raw;

/// Behind every door, shared by its clones and by the calls it makes.
pub struct Core {
    pub(super) raw: raw::Client,
    pub(super) http: HttpClients,
    pub(super) limits: Limits,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
}

impl Core {
    /// Whether the base URL is certainly a sandbox's: ND8's own, one of the paths for sandbox keys, or this machine.
    pub(super) fn is_sandbox(&self) -> bool {
        let Ok(url) = reqwest::Url::parse(&self.raw.baseurl) else { return false };
        is_loopback(&url)
            || self.raw.baseurl == Environment::Sandbox.base_url()
            || url.path() == "/sandbox/api"
    }
}

/// The HTTP clients of a core, one for each runtime that calls are made on.
///
/// A connection is driven by the runtime that opened it. Where that one stands still, as one of a single thread does between two
/// `block_on`, a request over its connection would never leave, and nothing would report it.
pub(super) struct HttpClients {
    first: reqwest::Client,
    /// Makes another one; absent for a client of the caller's.
    make: Option<MakeHttp>,
    #[cfg(not(target_family = "wasm"))]
    by_runtime: Mutex<Vec<(tokio::runtime::Id, reqwest::Client)>>,
}

pub(super) type MakeHttp = Box<dyn Fn() -> Result<reqwest::Client, Error> + Send + Sync>;

/// How many runtimes have a client of their own. Those of runtimes that are gone hold no connections.
#[cfg(not(target_family = "wasm"))]
const MOST_RUNTIMES: usize = 256;

impl HttpClients {
    pub(super) fn new(first: reqwest::Client, make: Option<MakeHttp>) -> Self {
        Self {
            first,
            make,
            #[cfg(not(target_family = "wasm"))]
            by_runtime: Mutex::default(),
        }
    }

    /// Returns the client of the current runtime.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn current(&self) -> reqwest::Client {
        let Some((make, runtime)) = self.make.as_ref().zip(tokio::runtime::Handle::try_current().ok()) else {
            return self.first.clone();
        };
        let mut all = self.by_runtime.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, http)) = all.iter().find(|(id, _)| *id == runtime.id()) {
            return http.clone();
        }
        let another = if all.is_empty() { None } else { make().ok() };
        let http = another.unwrap_or_else(|| self.first.clone());
        if all.len() == MOST_RUNTIMES {
            all.remove(0);
        }
        all.push((runtime.id(), http.clone()));
        http
    }

    /// In a browser there is one.
    #[cfg(target_family = "wasm")]
    pub(super) fn current(&self) -> reqwest::Client {
        debug_assert!(self.make.is_none());
        self.first.clone()
    }
}

/// How much time and room a call may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For the call with all its attempts and waits.
    pub(super) timeout: Duration,
    /// For one attempt.
    pub(super) attempt_timeout: Duration,
    /// For the body of an answer, in bytes.
    pub(super) max_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A provider behind ND8 may be slow, and giving up on a refund leaves its outcome unknown.
            timeout: Duration::from_secs(90),
            attempt_timeout: Duration::from_secs(30),
            // A page of a thousand refunds is less than one.
            max_body: 16 * 1024 * 1024,
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("raw", &self.raw).field("limits", &self.limits).finish_non_exhaustive()
    }
}
