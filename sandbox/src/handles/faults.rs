//! Handle that adds and removes faults.

use std::sync::Arc;

use crate::app::app_state::AppState;
use crate::faults::fault::Fault;

/// Faults of a sandbox; made by [`Sandbox::faults`](crate::Sandbox::faults).
#[derive(Clone, Debug)]
pub struct Faults {
    pub(crate) sandbox: Arc<AppState>,
}

impl Faults {
    /// Adds a fault, and returns its number, by which it can be queried and removed.
    pub fn add(&self, fault: Fault) -> u64 {
        self.sandbox.faults.add(fault)
    }

    /// Returns how many requests a fault has hit; nothing if there is no such fault.
    pub fn hits(&self, id: u64) -> Option<u64> {
        self.sandbox.faults.lock().iter().find(|rule| rule.id == id).map(|rule| rule.hits)
    }

    /// Removes a fault, and returns whether it existed.
    pub fn remove(&self, id: u64) -> bool {
        self.sandbox.faults.remove(id)
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.sandbox.faults.clear();
    }
}
