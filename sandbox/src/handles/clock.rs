//! Handle that reads and moves the clock of a sandbox.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::app_state::AppState;
use crate::values::time::SandboxTime;

/// Clock of one sandbox, to be read and moved; made by [`Sandbox::clock`](crate::Sandbox::clock).
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
///
/// let sandbox = nd8_sandbox::Sandbox::start().await?;
/// let clock = sandbox.clock();
/// clock.freeze("2026-01-02T03:04:05Z".parse().unwrap());
/// clock.advance(Duration::from_secs(24 * 60 * 60)).await;
/// assert_eq!(clock.now().to_string(), "2026-01-03T03:04:05Z");
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct SandboxClock {
    pub(crate) sandbox: Arc<AppState>,
}

impl SandboxClock {
    /// Returns what time it is in the sandbox.
    pub fn now(&self) -> Timestamp {
        self.sandbox.clock.now().timestamp()
    }

    /// Returns whether the clock is frozen until it is moved.
    pub fn is_frozen(&self) -> bool {
        self.sandbox.clock.is_frozen()
    }

    /// Stops the clock at this time, before or after the present one. What was due before a time that was skipped
    /// this way is due at once.
    pub fn freeze(&self, at: Timestamp) {
        self.sandbox.clock.freeze(SandboxTime::from(at));
    }

    /// Lets a frozen clock run on from its present time.
    pub fn resume(&self) {
        self.sandbox.clock.resume();
    }

    /// Moves the clock forward, and with it everything that was to happen in the meantime: each attempt to deliver
    /// a webhook is made at its own time and in its order, and has ended, with all that it caused, before the clock goes
    /// on.
    ///
    /// Receivers are real, so one that does not respond is waited for until the webhook's timeout.
    pub async fn advance(&self, span: Duration) {
        let clock = &self.sandbox.clock;
        let target = clock.now().after(span);
        loop {
            self.settled().await;
            let next = self.sandbox.state().deliveries.next_due();
            match next.filter(|next| *next <= target) {
                Some(next) => clock.move_to(next.max(clock.now())),
                None => break,
            }
        }
        clock.move_to(target);
        self.settled().await;
    }

    /// Waits until nothing is under way: each delivery that is due was attempted, each refund that completes by itself
    /// has completed.
    pub async fn settled(&self) {
        let mut changes = self.sandbox.changes.subscribe();
        while !self.sandbox.is_settled() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
