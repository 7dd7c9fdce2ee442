//! State that the server, its workers and the handles of a sandbox share, and the lock around it.
//!
//! Not here: what the owner of a sandbox calls (`sandbox`, `handles`), and what is in the state (`model::state`).

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use uuid::Uuid;

use crate::actions::customer::{ActionOutcome, CustomerAction, CustomerError};
use crate::actions::payload::{Event, test_payload};
use crate::actions::refund::{Ending, RefundError};
use crate::app::origins::{FormTokens, PublicUrl};
use crate::app::request_log::RequestLog;
use crate::app::seen::Seen;
use crate::app::throttle::Throttle;
use crate::contract::log::Log;
use crate::faults::rules::FaultRules;
use crate::model::api_key::{KeyMode, NewKey};
use crate::model::scope::Scope;
use crate::model::state::State;
use crate::quirks::quirk::QuirkSet;
use crate::settings::{Retention, Settings};
use crate::store::changes::Changes;
use crate::store::content::InitialCredentials;
use crate::store::snapshot::Snapshot;
use crate::store::state_file::StateFile;
use crate::values::clock::Clock;

/// Shared by the server, its workers and the handles.
pub(crate) struct AppState {
    /// Scheme, address and port, without a slash.
    pub(crate) origin: String,
    pub(crate) clock: Clock,
    pub(crate) checkout_lifetime: Duration,
    pub(crate) settings: Settings,
    pub(crate) throttle: Throttle,
    pub(crate) faults: Arc<FaultRules>,
    pub(crate) quirks: Arc<QuirkSet>,
    pub(crate) requests: RequestLog,
    /// Under which other addresses browsers reach it.
    pub(crate) public: Vec<PublicUrl>,
    pub(crate) form_tokens: FormTokens,
    pub(crate) contract: Arc<Log>,
    /// Present secret of webhooks.
    pub(crate) signing_secret: Mutex<String>,
    /// Number of refunds that wait to be completed by the worker.
    pub(crate) settling: AtomicUsize,
    /// Refunds to complete, where that happens by itself.
    pub(crate) settle: Option<UnboundedSender<String>>,
    pub(crate) initial_credentials: InitialCredentials,
    /// Snapshot that a reset goes back to.
    pub(crate) initial: Box<RawValue>,
    pub(crate) changes: Changes,
    pub(crate) state_file: Option<StateFile>,
    pub(crate) state: Mutex<State>,
}

/// State, locked. Mutable access counts as a change.
pub(crate) struct StateGuard<'a> {
    state: MutexGuard<'a, State>,
    changes: &'a Changes,
    retention: &'a Retention,
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
        // Whether the caller really changes something is not known here. One write too many is cheaper than comparing states,
        // and a change that is not noted would be lost.
        self.changed = true;
        &mut self.state
    }
}

impl Drop for StateGuard<'_> {
    /// Counts the change while the lock is still held.
    fn drop(&mut self) {
        if self.changed {
            // Here, because every way to add something passes here, a restored snapshot included.
            self.state.forget_oldest(self.retention);
            Seen::make(self.changes.note());
        }
    }
}

impl AppState {
    /// Locks the state. Never held across an `await`, which the compiler sees to.
    pub(crate) fn state(&self) -> StateGuard<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        Seen::observe(self.changes.count());
        StateGuard { state, changes: &self.changes, retention: &self.settings.retention, changed: false }
    }

    pub(crate) fn reset(&self) {
        // Its windows are times of the clock, which a reset leaves alone: without this, a reset sandbox could refuse the first call.
        self.throttle.forget();
        let initial = Snapshot::from_json(self.initial.get()).and_then(|initial| initial.state());
        self.replace_state(initial.expect("this version wrote it, or read it when the sandbox started"));
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
            // It may have been settled manually in the meantime, which is fine.
            let mut state = self.state();
            let _ = state.settle(&refund_id, Ending::Completed, self.clock.now());
            // Before the change is noted, because tasks that wait for it look at the count.
            self.settling.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Returns whether nothing is under way that happens by itself.
    pub(crate) fn is_settled(&self) -> bool {
        self.settling.load(Ordering::Acquire) == 0 && self.state().deliveries.is_settled(self.clock.now())
    }

    /// Acts as the customer of a checkout. Returns the public id of the payment.
    pub(crate) fn act(
        &self,
        checkout_id: &str,
        action: CustomerAction,
    ) -> Result<(String, ActionOutcome), CustomerError> {
        self.state().apply_customer_action(checkout_id, action, self.settings.fee, self.clock.now())
    }

    pub(crate) fn settle(&self, refund_id: &str, ending: Ending) -> Result<(), RefundError> {
        self.state().settle(refund_id, ending, self.clock.now())
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl AppState {
    /// Puts a state in the place of the present one. The credentials that this sandbox was started with stay valid, if the first
    /// key of the other state is.
    pub(crate) fn replace_state(&self, mut state: State) {
        let own = &self.initial_credentials;
        state.credentials.adopt(&own.session_token, &own.api_key);
        let mut present = self.state();
        *present = state;
        if let Some(file) = &self.state_file {
            file.replaced();
        }
        drop(present);
        self.settle_what_is_processing();
    }

    /// Queues refunds that are processing, to be completed by the worker.
    pub(crate) fn settle_what_is_processing(&self) {
        let state = self.state();
        state.refunds.rows().filter(|refund| refund.is_processing()).for_each(|refund| {
            self.settle_later(&refund.key.public);
        });
    }
}

impl AppState {
    pub(crate) fn send_test_webhook(&self) -> Option<Uuid> {
        let now = self.clock.now();
        self.state().announce(String::new(), Event::Test, test_payload(now), now)
    }

    pub(crate) fn rotate_webhook_secret(&self) -> String {
        let mut state = self.state();
        let secret = format!("whsec_{}", state.random.text(40));
        // Under the state's lock, so that it is saved with the change that is noted when the lock is released.
        self.signing_secret.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&secret);
        secret
    }
}
