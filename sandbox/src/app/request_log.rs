//! The latest requests, for the dashboard.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::values::time::SandboxTime;

const KEPT: usize = 100;

/// A request that was answered.
#[derive(Clone, Debug)]
pub(crate) struct LoggedRequest {
    pub(crate) at: SandboxTime,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) millis: u128,
}

/// The latest requests to the API and the checkout page, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<LoggedRequest>>);

impl RequestLog {
    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn add(&self, logged: LoggedRequest) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(logged);
    }
}
