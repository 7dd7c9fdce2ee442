//! The source of the current time: the system's clock, or one that a test sets.

use std::sync::Arc;

use jiff::Timestamp;

/// A source of the current time that can be replaced.
#[derive(Clone)]
pub(super) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub(super) fn system() -> Self {
        Self::new(Timestamp::now)
    }

    pub(super) fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.0)()
    }
}
