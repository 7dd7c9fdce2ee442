//! Latest requests, for the dashboard.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::values::time::SandboxTime;

/// A request and the status of its response.
#[derive(Clone, Debug)]
pub(crate) struct LoggedRequest {
    pub(crate) at: SandboxTime,
    pub(crate) method: String,
    /// Path as the routes have it: what is in the place of a parameter may be a token.
    pub(crate) route: String,
    pub(crate) status: u16,
    pub(crate) millis: u128,
}

/// Latest requests to the API and the checkout page, oldest first.
#[derive(Debug)]
pub(crate) struct RequestLog {
    keep: usize,
    all: Mutex<VecDeque<LoggedRequest>>,
}

impl RequestLog {
    pub(crate) fn new(keep: usize) -> RequestLog {
        RequestLog { keep, all: Mutex::default() }
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn add(&self, logged: LoggedRequest) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(logged);
        while all.len() > self.keep {
            all.pop_front();
        }
    }
}
