//! Time of a sandbox: that of the machine, until somebody freezes or moves it.
//!
//! Not here: timeouts of the network and delays of faults, which are real time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::values::time::SandboxTime;

/// Where the sandbox takes its time from.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    mode: Arc<Mutex<ClockMode>>,
    moved: Arc<watch::Sender<()>>,
}

#[derive(Clone, Copy, Debug)]
enum ClockMode {
    /// With the machine's clock, that much ahead of it.
    Running {
        ahead: SignedDuration,
    },
    Frozen {
        at: SandboxTime,
    },
}

impl Clock {
    pub(crate) fn starting(frozen_at: Option<Timestamp>) -> Clock {
        let mode = match frozen_at {
            Some(at) => ClockMode::Frozen { at: SandboxTime::from(at) },
            None => ClockMode::Running { ahead: SignedDuration::ZERO },
        };
        Clock { mode: Arc::new(Mutex::new(mode)), moved: Arc::new(watch::Sender::new(())) }
    }

    /// Returns what time it is.
    pub(crate) fn now(&self) -> SandboxTime {
        match *self.mode() {
            ClockMode::Running { ahead } => running(ahead),
            ClockMode::Frozen { at } => at,
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        matches!(*self.mode(), ClockMode::Frozen { .. })
    }

    pub(crate) fn freeze(&self, at: SandboxTime) {
        *self.mode() = ClockMode::Frozen { at };
        self.moved.send_replace(());
    }

    pub(crate) fn resume(&self) {
        let mut mode = self.mode();
        if let ClockMode::Frozen { at } = *mode {
            *mode = ClockMode::Running { ahead: at.timestamp().duration_since(Timestamp::now()) };
        }
        drop(mode);
        self.moved.send_replace(());
    }

    /// Moves the clock to a time that is not before the present one; a running clock goes on from there.
    pub(crate) fn move_to(&self, moment: SandboxTime) {
        let mut mode = self.mode();
        *mode = match *mode {
            ClockMode::Frozen { .. } => ClockMode::Frozen { at: moment },
            ClockMode::Running { ahead } if moment <= running(ahead) => ClockMode::Running { ahead },
            ClockMode::Running { .. } => {
                ClockMode::Running { ahead: moment.timestamp().duration_since(Timestamp::now()) }
            }
        };
        drop(mode);
        self.moved.send_replace(());
    }

    /// Subscribes to moves of the clock other than by time itself.
    pub(crate) fn subscribe(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Waits until a moment comes by itself: with a frozen clock, or without a moment, for ever.
    pub(crate) async fn comes(&self, moment: Option<SandboxTime>) {
        match moment {
            Some(moment) if !self.is_frozen() => tokio::time::sleep(self.now().until(moment)).await,
            _ => std::future::pending().await,
        }
    }

    fn mode(&self) -> MutexGuard<'_, ClockMode> {
        self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn running(ahead: SignedDuration) -> SandboxTime {
    let now = Timestamp::now();
    SandboxTime::from(now.checked_add(ahead).unwrap_or(now))
}
