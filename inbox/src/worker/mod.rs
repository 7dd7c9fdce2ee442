//! The worker: claims deliveries and has them handled, several at a time, each subject in order.
//!
//! `slot.rs` is one of its lines of work, `control.rs` what keeps leases alive and wakes slots.

mod control;
mod handler;
mod lease;
mod race;
mod shared;
mod slot;
mod step;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

pub use self::handler::{Handler, HandlerError, Handling, Received, handler_fn};
use self::lease::Leases;
use self::race::{Either, first};
use self::shared::{Settings, Shared};
use self::step::step;
use crate::error::{Chain, Error};
use crate::inbox::Inbox;
use crate::migrate;

/// The longest lease and backoff that make sense; PostgreSQL's intervals reach further.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Works deliveries of an inbox. Start as many as you like, in any number of processes.
///
/// | setting | default | what it is |
/// | --- | --- | --- |
/// | [`concurrency`](Self::concurrency) | 4 | deliveries at the same time, each with a connection |
/// | [`lease`](Self::lease) | 60 s | how long a delivery stays with a worker that is gone |
/// | [`attempts`](Self::attempts) | 20 | after which a delivery is dead |
/// | [`backoff`](Self::backoff) | 1 s to 1 h | pause after a failure, doubled each time, with jitter |
/// | [`hold_back`](Self::hold_back) | yes | whether a dead delivery holds back later ones of its subject |
/// | [`poll`](Self::poll) | 1 s | how often to look where no notification came |
/// | [`retention`](Self::retention) | 30 days | after which what is done is deleted |
///
/// A worker has one connection more than its concurrency, and does not take them from the inbox's.
pub struct Worker<H> {
    inbox: Inbox,
    handler: H,
    settings: Settings,
}

impl Inbox {
    /// Creates a worker, which does nothing until [`run_until`](Worker::run_until).
    pub fn worker<H: Handler>(&self, handler: H) -> Worker<H> {
        Worker::new(self.clone(), handler)
    }
}

impl<H: Handler> Worker<H> {
    fn new(inbox: Inbox, handler: H) -> Self {
        let settings = Settings {
            concurrency: 4,
            lease: Duration::from_secs(60),
            attempts: 20,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60 * 60),
            holds_back: true,
            poll: Duration::from_secs(1),
            retention: Some(Duration::from_secs(30 * 24 * 60 * 60)),
        };
        Self { inbox, handler, settings }
    }

    /// Handles this many deliveries at the same time, at least one.
    #[must_use]
    pub fn concurrency(mut self, deliveries: usize) -> Self {
        self.settings.concurrency = deliveries.max(1);
        self
    }

    /// Gives a delivery to another worker when this one has not renewed its lease for so long. From 1 second to 7 days.
    ///
    /// It is renewed while the handler runs, so handlers may take longer; but a transaction that is idle for three quarters of it is
    /// ended by the server. A longer lease allows handlers to wait longer, and delays the takeover after a crash.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.clamp(Duration::from_secs(1), LONGEST);
        self
    }

    /// Tries a delivery this many times, at least once. A process that dies while it handles one has used up an attempt.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = i32::try_from(attempts.max(1)).unwrap_or(i32::MAX);
        self
    }

    /// Waits this long after the first failure, twice as long after each further one, at most as long as the second. The pause is
    /// between half of that and all of it, at random.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.first_pause = first.min(LONGEST);
        self.settings.longest_pause = longest.min(LONGEST);
        self
    }

    /// Sets whether a dead delivery holds back later ones of its subject until it is replayed.
    ///
    /// If it does, nothing of a payment is ever worked out of order. If not, later states are worked without it.
    #[must_use]
    pub fn hold_back(mut self, holds_back: bool) -> Self {
        self.settings.holds_back = holds_back;
        self
    }

    /// Looks for deliveries this often, in addition to each arrival of a notification. At least every 10 ms.
    #[must_use]
    pub fn poll(mut self, interval: Duration) -> Self {
        self.settings.poll = interval.clamp(Duration::from_millis(10), LONGEST);
        self
    }

    /// Deletes what was received longer ago than this and is done, now and then; never with `None`. See [`Inbox::purge`].
    #[must_use]
    pub fn retention(mut self, retention: impl Into<Option<Duration>>) -> Self {
        self.settings.retention = retention.into();
        self
    }

    /// Works until the future is ready, and then finishes what is running. While the database is away, it waits for it.
    ///
    /// Dropping what this returns stops at once: transactions are rolled back, and their deliveries are claimed again when their leases
    /// have run out.
    ///
    /// # Errors
    ///
    /// If the schema is not of this version: [`Error::is_not_migrated`], [`Error::is_newer_schema`].
    ///
    /// # Panics
    ///
    /// Not if the handler does: that is a failed attempt.
    pub async fn run_until(self, signal: impl Future<Output = ()>) -> Result<(), Error> {
        let Self { inbox, handler, settings } = self;
        let mut signal = std::pin::pin!(signal);
        loop {
            let checking = inbox.within("read the schema's version", check(&inbox));
            let Either::Left(checked) = first(checking, &mut signal).await else { return Ok(()) };
            match checked {
                Ok(()) => break,
                Err(error) if error.is_unavailable() => {
                    tracing::warn!(error = %Chain(&error), "the inbox's database is away")
                }
                Err(error) => return Err(error),
            }
            if let Either::Right(()) = first(tokio::time::sleep(settings.poll), &mut signal).await {
                return Ok(());
            }
        }
        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(Shared {
            inbox,
            handler,
            settings,
            leases: Leases::default(),
            wake: Notify::new(),
            stopping,
        });
        let mut background = JoinSet::new();
        background.spawn(control::run(Arc::clone(&shared)));
        background.spawn(control::expire(Arc::clone(&shared)));
        background.spawn(control::retain(Arc::clone(&shared)));
        let mut slots = JoinSet::new();
        for _ in 0..settings.concurrency {
            slots.spawn(slot::run(Arc::clone(&shared)));
        }
        first(signal, finished(&mut slots)).await;
        let _ = stop.send(true);
        finished(&mut slots).await;
        Ok(())
    }
}

async fn check(inbox: &Inbox) -> Result<(), Error> {
    step!("check");
    let mut session = inbox.connections.get().await?;
    step!("check.version");
    migrate::check(session.client_mut()).await?;
    session.give_back();
    Ok(())
}

/// Waits for all slots. They end when the worker stops, and a panic of one is a defect of this crate.
async fn finished(slots: &mut JoinSet<()>) {
    while let Some(ended) = slots.join_next().await {
        if let Err(error) = ended
            && let Ok(panic) = error.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl<H> fmt::Debug for Worker<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("inbox", &self.inbox)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
