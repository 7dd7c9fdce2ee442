//! Counts the changes of a state, and notifies those who wait for one.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// Counts the changes of a state.
#[derive(Debug)]
pub(crate) struct Changes {
    count: AtomicU64,
    grown: watch::Sender<()>,
}

impl Changes {
    pub(crate) fn new() -> Changes {
        Changes { count: AtomicU64::new(0), grown: watch::Sender::new(()) }
    }

    /// Notes a change; called under the state's lock.
    ///
    /// Returns how many there are now, this one included.
    pub(crate) fn note(&self) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Release) + 1;
        self.grown.send_replace(());
        count
    }

    /// Subscribes to later changes.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.grown.subscribe()
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }
}
