//! The sandbox's time: one place that asks what time it is, and how a moment is written on the wire.
//!
//! The clock runs with the machine's until somebody freezes it. Not here: timeouts of the network and the delays of
//! faults, which are real time whatever this clock says.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize, Serializer};
use tokio::sync::watch;

use crate::shared::Shared;

/// Where the sandbox takes its time from.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    hand: Arc<Mutex<Hand>>,
    moved: Arc<watch::Sender<()>>,
}

#[derive(Clone, Copy, Debug)]
enum Hand {
    /// With the machine's clock, that much ahead of it.
    Running {
        ahead: SignedDuration,
    },
    Frozen {
        at: Moment,
    },
}

impl Clock {
    pub(crate) fn starting(frozen_at: Option<Timestamp>) -> Clock {
        let hand = match frozen_at {
            Some(at) => Hand::Frozen { at: Moment::from(at) },
            None => Hand::Running { ahead: SignedDuration::ZERO },
        };
        Clock { hand: Arc::new(Mutex::new(hand)), moved: Arc::new(watch::Sender::new(())) }
    }

    /// Says what time it is.
    pub(crate) fn now(&self) -> Moment {
        match *self.hand() {
            Hand::Running { ahead } => running(ahead),
            Hand::Frozen { at } => at,
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        matches!(*self.hand(), Hand::Frozen { .. })
    }

    pub(crate) fn freeze(&self, at: Moment) {
        *self.hand() = Hand::Frozen { at };
        self.moved.send_replace(());
    }

    pub(crate) fn resume(&self) {
        let mut hand = self.hand();
        if let Hand::Frozen { at } = *hand {
            *hand = Hand::Running { ahead: at.timestamp().duration_since(Timestamp::now()) };
        }
        drop(hand);
        self.moved.send_replace(());
    }

    /// Moves the hand to a moment that is not before the present one; a clock that runs goes on from there.
    fn move_to(&self, moment: Moment) {
        let mut hand = self.hand();
        *hand = match *hand {
            Hand::Frozen { .. } => Hand::Frozen { at: moment },
            Hand::Running { ahead } if moment <= running(ahead) => Hand::Running { ahead },
            Hand::Running { .. } => {
                Hand::Running { ahead: moment.timestamp().duration_since(Timestamp::now()) }
            }
        };
        drop(hand);
        self.moved.send_replace(());
    }

    /// Hears when the hand is moved otherwise than by time itself.
    pub(crate) fn hear(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Waits until a moment comes by itself: with a frozen clock, or without a moment, for ever.
    pub(crate) async fn comes(&self, moment: Option<Moment>) {
        match moment {
            Some(moment) if !self.is_frozen() => tokio::time::sleep(self.now().until(moment)).await,
            _ => std::future::pending().await,
        }
    }

    fn hand(&self) -> MutexGuard<'_, Hand> {
        self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn running(ahead: SignedDuration) -> Moment {
    let now = Timestamp::now();
    Moment::from(now.checked_add(ahead).unwrap_or(now))
}

/// The clock of one sandbox, to be read and moved; made by [`Sandbox::clock`](crate::Sandbox::clock).
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
    pub(crate) sandbox: Arc<Shared>,
}

impl SandboxClock {
    /// Says what time it is in the sandbox.
    pub fn now(&self) -> Timestamp {
        self.sandbox.clock.now().timestamp()
    }

    /// Says whether the clock stands still until it is moved.
    pub fn is_frozen(&self) -> bool {
        self.sandbox.clock.is_frozen()
    }

    /// Stops the clock at this time, before or after the present one. What was due before a time that was skipped
    /// this way is due at once.
    pub fn freeze(&self, at: Timestamp) {
        self.sandbox.clock.freeze(Moment::from(at));
    }

    /// Lets a frozen clock run on from where it stands.
    pub fn resume(&self) {
        self.sandbox.clock.resume();
    }

    /// Moves the clock forward, and with it everything that was to happen in the meantime: each attempt to deliver
    /// a webhook is made at its own time and in its order, and has ended, with all that it caused, before the clock goes
    /// on.
    ///
    /// Receivers are real, so a receiver that does not answer is waited for until the webhook's timeout.
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
        let mut changes = self.sandbox.changes.hear();
        while !self.sandbox.is_settled() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}

/// A point in time with the precision that the API shows, which is milliseconds.
///
/// Nothing finer is kept: otherwise a filter by the `created_at` that a caller was given could miss the very
/// object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "Timestamp")]
pub(crate) struct Moment(Timestamp);

impl Moment {
    /// Counts whole seconds since 1970.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Moves forward; a moment past the end of time stays where it was.
    pub(crate) fn after(self, span: Duration) -> Moment {
        self.0.checked_add(span).map_or(self, Moment::from)
    }

    /// Moves back, as far as there is time.
    pub(crate) fn before(self, span: Duration) -> Moment {
        self.0.checked_sub(span).map_or(self, Moment::from)
    }

    /// Says how long it is until a later moment; nothing, if it is not later.
    pub(crate) fn until(self, later: Moment) -> Duration {
        Duration::try_from(later.0.duration_since(self.0)).unwrap_or_default()
    }

    /// The exact instant, for comparing with what a caller sent.
    pub(crate) fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Moment {
        let cut = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
        // Only a rounding up past the end of time could fail, and this one never goes up.
        Moment(timestamp.round(cut).unwrap_or(timestamp))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_exactly_three_decimals() {
        let written = |text: &str| Moment::from(text.parse::<Timestamp>().unwrap()).to_string();

        assert_eq!(written("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000Z");
        assert_eq!(written("2026-01-02T03:04:05.6789Z"), "2026-01-02T03:04:05.678Z");
    }
}
