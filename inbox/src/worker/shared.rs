//! State and settings that the tasks of a worker share.

use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::lease::Leases;
use crate::inbox::Inbox;

/// Settings of a worker, as its setters left them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) concurrency: usize,
    pub(super) lease: Duration,
    pub(super) attempts: i32,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
    pub(super) holds_back: bool,
    pub(super) poll: Duration,
    pub(super) retention: Option<Duration>,
}

/// State that the tasks of a worker share.
pub(super) struct Shared<H> {
    pub(super) inbox: Inbox,
    pub(super) handler: H,
    pub(super) settings: Settings,
    pub(super) leases: Leases,
    /// Wakes a slot that has nothing to do.
    pub(super) wake: Notify,
    pub(super) stopping: watch::Receiver<bool>,
}

impl<H> Shared<H> {
    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until the worker is to stop.
    pub(super) async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        // The sender is gone only if the worker is.
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    }
}
