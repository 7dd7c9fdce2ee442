//! What the server, its workers and the handle of a sandbox share, and the lock around its state.
//!
//! Not here: what the owner of a sandbox calls (`sandbox`), and what is in the state (`state`).

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::api_key::{KeyMode, NewKey};
use crate::auth::Scope;
use crate::body::ListErrors;
use crate::clock::Clock;
use crate::contract;
use crate::faults::Rules;
use crate::keep::{Changes, Keeper};
use crate::quirks::QuirkSet;
use crate::refund::{Ending, RefundError};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::throttle::Throttle;
use crate::ui::Requests;

/// How the sandbox answers where ND8 might answer either way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) list_errors: ListErrors,
}

/// The credentials that a sandbox is started with, and shows its owner.
#[derive(Serialize, Deserialize)]
pub(crate) struct Own {
    pub(crate) api_key: String,
    pub(crate) session_token: String,
    pub(crate) webhook_secret: String,
}

/// What the server, its workers and the handle share.
pub(crate) struct Shared {
    /// Scheme, address and port, without a slash.
    pub(crate) origin: String,
    pub(crate) clock: Clock,
    pub(crate) checkout_lifetime: Duration,
    pub(crate) settings: Settings,
    pub(crate) throttle: Throttle,
    pub(crate) faults: Rules,
    pub(crate) quirks: Arc<QuirkSet>,
    pub(crate) requests: Requests,
    /// Whether other machines were let in, under whatever name.
    pub(crate) remote_callers: bool,
    pub(crate) contract: Arc<contract::Log>,
    /// What webhooks are signed with now.
    pub(crate) signing_secret: Mutex<String>,
    /// How many refunds are on their way to their end by themselves.
    pub(crate) settling: AtomicUsize,
    /// Refunds to complete, where that happens by itself.
    pub(crate) settle: Option<UnboundedSender<String>>,
    pub(crate) own: Own,
    /// The snapshot that a reset goes back to.
    pub(crate) initial: Box<RawValue>,
    pub(crate) changes: Changes,
    pub(crate) keeper: Option<Keeper>,
    pub(crate) state: Mutex<State>,
}

/// The state, locked. Whoever asks for it to change it is counted.
pub(crate) struct StateGuard<'a> {
    state: MutexGuard<'a, State>,
    changes: &'a Changes,
    changed: bool,
}

impl Deref for StateGuard<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for StateGuard<'_> {
    fn deref_mut(&mut self) -> &mut State {
        self.changed = true;
        &mut self.state
    }
}

impl Drop for StateGuard<'_> {
    /// Counts the change while the lock is still held.
    fn drop(&mut self) {
        if self.changed {
            self.changes.note();
        }
    }
}

impl Shared {
    /// Locks the state. Never held across an `await`, which the compiler sees to.
    pub(crate) fn state(&self) -> StateGuard<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        StateGuard { state, changes: &self.changes, changed: false }
    }

    pub(crate) fn reset(&self) {
        self.throttle.forget();
        let initial = Snapshot::from_json(self.initial.get());
        let restored = initial.and_then(|initial| self.restore(&initial));
        restored.expect("it was read or written by this version when the sandbox started");
    }

    pub(crate) fn create_api_key(&self, name: &str, scopes: &[Scope], mode: KeyMode) -> String {
        let mut state = self.state();
        let State { credentials, random, .. } = &mut *state;
        credentials.create_api_key(random, self.clock.now(), &NewKey { name, scopes, mode }).1
    }

    /// Has a refund completed by the worker, unless that is left to the test.
    pub(crate) fn settle_later(&self, refund_id: &str) {
        if let Some(settle) = &self.settle {
            // The worker is gone only when the sandbox is being dropped.
            self.settling.fetch_add(1, Ordering::AcqRel);
            let _ = settle.send(refund_id.to_owned());
        }
    }

    /// Completes refunds as they come in, until it is aborted.
    pub(crate) async fn settle_refunds(self: Arc<Self>, mut refunds: UnboundedReceiver<String>) {
        while let Some(refund_id) = refunds.recv().await {
            // Somebody may have settled it by hand in the meantime, which is just as well.
            let mut state = self.state();
            let _ = state.settle(&refund_id, Ending::Completed, self.clock.now());
            // Before the change is noted, which is what tells that there is one less.
            self.settling.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Says whether nothing is under way that happens by itself.
    pub(crate) fn is_settled(&self) -> bool {
        self.settling.load(Ordering::Acquire) == 0 && self.state().deliveries.is_settled(self.clock.now())
    }

    pub(crate) fn settle(&self, refund_id: &str, ending: Ending) -> Result<(), RefundError> {
        self.state().settle(refund_id, ending, self.clock.now())
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("origin", &self.origin).finish_non_exhaustive()
    }
}
