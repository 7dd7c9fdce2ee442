//! State that all clients share: the raw client, the HTTP clients, the limits, the retry policy and its budget.
//!
//! Each tokio runtime has its own HTTP client, and so its own connections. One pool for all would be simpler, but a pooled
//! connection is driven by the runtime that opened it: if that runtime is idle or gone, as with `#[tokio::test]` or two
//! `block_on` calls, a request of another runtime would wait on the connection until its timeout.

use std::fmt;
#[cfg(not(target_family = "wasm"))]
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::address::is_loopback;
use super::retry::Budget;
use super::{Environment, Error, RetryPolicy};
use crate::raw;

/// State of a client, shared by its clones and by the calls that they create.
pub struct Core {
    pub(super) raw: raw::Client,
    pub(super) http: HttpClients,
    pub(super) limits: Limits,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
}

impl Core {
    /// Returns whether the base URL is certainly that of a sandbox: ND8's own, a path for sandbox keys, or this machine.
    pub(super) fn is_sandbox(&self) -> bool {
        let Ok(url) = reqwest::Url::parse(&self.raw.baseurl) else { return false };
        is_loopback(&url)
            || self.raw.baseurl == Environment::Sandbox.base_url()
            || url.path() == "/sandbox/api"
    }
}

/// HTTP clients of a core, one for each runtime that calls are made on.
///
/// A connection is driven by the runtime that opened it. While that runtime is idle, as a single-threaded one is between two
/// `block_on` calls, a request over the connection is never sent, and no error is reported.
pub(super) struct HttpClients {
    first: reqwest::Client,
    /// Creates another client; absent if the caller passed one, whose settings cannot be copied.
    make: Option<MakeHttp>,
    #[cfg(not(target_family = "wasm"))]
    by_runtime: Mutex<Vec<(tokio::runtime::Id, reqwest::Client)>>,
}

pub(super) type MakeHttp = Box<dyn Fn() -> Result<reqwest::Client, Error> + Send + Sync>;

/// Maximum number of runtimes that have an HTTP client each. Entries of runtimes that have ended hold no connections.
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
        // The first runtime uses the client that was built eagerly to report errors of configuration.
        let another = if all.is_empty() { None } else { make().ok() };
        let http = another.unwrap_or_else(|| self.first.clone());
        // Bounded, since each `#[tokio::test]` and `block_on` of a new runtime adds an entry.
        if all.len() == MOST_RUNTIMES {
            all.remove(0);
        }
        all.push((runtime.id(), http.clone()));
        http
    }

    /// Returns the only client: a browser has one event loop.
    #[cfg(target_family = "wasm")]
    pub(super) fn current(&self) -> reqwest::Client {
        debug_assert!(self.make.is_none());
        self.first.clone()
    }
}

/// Time and size limits of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// For the call with all its attempts and waits.
    pub(super) timeout: Duration,
    /// For one attempt.
    pub(super) attempt_timeout: Duration,
    /// For the body of a response, in bytes.
    pub(super) max_body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A provider behind ND8 may be slow, and giving up on a refund leaves its outcome unknown.
            timeout: Duration::from_secs(90),
            attempt_timeout: Duration::from_secs(30),
            // A page of a thousand refunds is less than 1 MiB.
            max_body: 16 * 1024 * 1024,
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("raw", &self.raw).field("limits", &self.limits).finish_non_exhaustive()
    }
}
