//! The leases that this worker holds, by the clock of this machine: what a worker without a database goes by.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

#[derive(Default)]
pub(super) struct Leases(Mutex<HashMap<Uuid, Held>>);

struct Held {
    id: i64,
    /// Counted from before the request that set it, so it is never later than the database's.
    until: Instant,
    lost: Arc<Notify>,
}

impl Leases {
    /// Registers a lease until what this returns is dropped.
    pub(super) fn hold(&self, id: i64, token: Uuid, until: Instant) -> Lease<'_> {
        let lost = Arc::<Notify>::default();
        self.held().insert(token, Held { id, until, lost: Arc::clone(&lost) });
        Lease { leases: self, token, lost }
    }

    /// Lists those that run out before.
    pub(super) fn due(&self, before: Instant) -> (Vec<i64>, Vec<Uuid>) {
        self.held()
            .iter()
            .filter(|(_, held)| held.until < before)
            .map(|(token, held)| (held.id, *token))
            .unzip()
    }

    /// Notes that leases were renewed.
    pub(super) fn renew(&self, tokens: &[Uuid], until: Instant) {
        let mut held = self.held();
        for token in tokens {
            if let Some(held) = held.get_mut(token) {
                held.until = until;
            }
        }
    }

    /// Stops the handler of a delivery whose lease has passed on.
    pub(super) fn lose(&self, token: &Uuid) {
        if let Some(held) = self.held().get(token) {
            held.lost.notify_one();
        }
    }

    /// Stops the handlers of all whose leases have run out without a word from the database.
    pub(super) fn lose_expired(&self, now: Instant) {
        self.held().values().filter(|held| held.until <= now).for_each(|held| held.lost.notify_one());
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lease that is held.
pub(super) struct Lease<'a> {
    leases: &'a Leases,
    token: Uuid,
    lost: Arc<Notify>,
}

impl Lease<'_> {
    /// Waits until the lease is lost.
    pub(super) async fn lost(&self) {
        self.lost.notified().await;
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        self.leases.held().remove(&self.token);
    }
}
