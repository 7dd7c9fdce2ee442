//! What all doors share: the raw client, the deadlines, the retry policy and its budget.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::retry::Budget;
use super::{Environment, RetryPolicy};
use crate::raw;

/// Behind every door, shared by its clones and by the calls it makes.
pub struct Core {
    pub(super) raw: raw::Client,
    pub(super) limits: Limits,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
}

impl Core {
    /// Whether the base URL is certainly a sandbox's: ND8's own, one of the paths for sandbox keys, or this machine.
    pub(super) fn is_sandbox(&self) -> bool {
        let Ok(url) = reqwest::Url::parse(&self.raw.baseurl) else { return false };
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        is_local || self.raw.baseurl == Environment::Sandbox.base_url() || url.path() == "/sandbox/api"
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
