//! What all doors share: the raw client, the deadlines, the retry policy and its budget.

use std::fmt;
use std::time::Duration;

use super::RetryPolicy;
use super::retry::Budget;
use crate::raw;

/// Behind every door, shared by its clones and by the calls it makes.
pub struct Core {
    pub(super) raw: raw::Client,
    pub(super) limits: Limits,
    pub(super) retry: RetryPolicy,
    pub(super) budget: Budget,
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
