//! A store of claims in the memory of one process, bounded in time and in number.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::clock::Clock;
use super::dedup::{Claim, Claiming, Deduplicator, Ticket};

const DEFAULT_TTL: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const DEFAULT_LEASE: Duration = Duration::from_secs(5 * 60);
const DEFAULT_CAPACITY: usize = 100_000;

/// Remembers deliveries in the memory of this process. Clones share what they remember.
///
/// Defaults: handled deliveries are remembered for three days, a claim lapses after five minutes, and the capacity is 100,000
/// deliveries (about 30 MB). ND8 does not document for how long it repeats a delivery.
///
/// Another process, or this one after a restart, does not remember them. If that matters, implement [`Deduplicator`] over a shared
/// database.
///
/// # Example: a delivery that is forgotten
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicI64, Ordering};
/// use std::time::Duration;
///
/// use nd8::webhooks::{MemoryDeduplicator, Once, handle_once};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seconds = Arc::new(AtomicI64::new(0));
/// let clock = Arc::clone(&seconds);
/// let now = move || jiff::Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap();
/// let seen = MemoryDeduplicator::new().ttl(Duration::from_secs(60)).clock(now);
///
/// assert_eq!(handle_once(&seen, "b7c1", async || Ok::<_, std::fmt::Error>(1)).await?, Once::Handled(1));
/// assert_eq!(handle_once(&seen, "b7c1", async || Ok::<_, std::fmt::Error>(2)).await?, Once::AlreadyDone);
/// seconds.store(60, Ordering::Relaxed);
/// assert_eq!(handle_once(&seen, "b7c1", async || Ok::<_, std::fmt::Error>(3)).await?, Once::Handled(3));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryDeduplicator {
    claims: Arc<Mutex<Claims>>,
    ttl: Duration,
    lease: Duration,
    capacity: usize,
    clock: Clock,
}

impl MemoryDeduplicator {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self {
            claims: Arc::default(),
            ttl: DEFAULT_TTL,
            lease: DEFAULT_LEASE,
            capacity: DEFAULT_CAPACITY,
            clock: Clock::system(),
        }
    }

    /// Sets how long handled deliveries are remembered.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets the time after which a claim lapses, in case its holder neither completes nor releases it. It must be longer than handlers
    /// take: a delivery whose handler takes longer can be handled twice.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets how many deliveries are remembered at most. If there are more, the one that was handled longest ago is forgotten. One that
    /// is being handled is never forgotten, so that a claim fails with [`Full`] if all of them are being handled.
    #[must_use]
    pub fn capacity(mut self, deliveries: usize) -> Self {
        self.capacity = deliveries;
        self
    }

    /// Sets a function that returns the current time instead of the system's clock, for tests.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Returns the number of deliveries that are remembered at present.
    pub fn len(&self) -> usize {
        self.claims().by_key.len()
    }

    /// Returns whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn claim_now(&self, ticket: &Ticket) -> Result<Claim, Full> {
        let now = self.clock.now();
        let mut claims = self.claims();
        claims.forget_until(now);
        if let Some(entry) = claims.by_key.get(ticket.key()) {
            return Ok(if entry.is_done { Claim::AlreadyDone } else { Claim::InProgress });
        }
        if claims.by_key.len() >= self.capacity && !claims.forget_one_that_is_done() {
            return Err(Full { capacity: self.capacity });
        }
        // With a lease: a handler that hangs or was forgotten would otherwise hold the claim until the process ends.
        claims.insert(ticket, false, after(now, self.lease));
        Ok(Claim::Won(()))
    }

    fn complete_now(&self, ticket: &Ticket) {
        let now = self.clock.now();
        let mut claims = self.claims();
        // If the claim lapsed and another handler has it now, that handler decides whether the delivery is done.
        if claims.remove_if_held(ticket) {
            claims.insert(ticket, true, after(now, self.ttl));
        }
    }

    fn release_now(&self, ticket: &Ticket) {
        self.claims().remove_if_held(ticket);
    }

    fn claims(&self) -> MutexGuard<'_, Claims> {
        // A poisoned lock is used all the same: no code panics while it holds the lock, except if memory runs out.
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryDeduplicator {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryDeduplicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDeduplicator")
            .field("len", &self.len())
            .field("ttl", &self.ttl)
            .field("lease", &self.lease)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl Deduplicator for MemoryDeduplicator {
    type Transaction = ();
    type Error = Full;

    fn claim<'a>(&'a self, ticket: &'a Ticket) -> Claiming<'a, Result<Claim, Full>> {
        Box::pin(async { self.claim_now(ticket) })
    }

    fn complete<'a>(&'a self, ticket: &'a Ticket, (): ()) -> Claiming<'a, Result<(), Full>> {
        Box::pin(async {
            self.complete_now(ticket);
            Ok(())
        })
    }

    fn release<'a>(&'a self, ticket: &'a Ticket, (): ()) -> Claiming<'a, Result<(), Full>> {
        Box::pin(async {
            self.release_now(ticket);
            Ok(())
        })
    }

    fn abandon(&self, ticket: &Ticket) {
        self.release_now(ticket);
    }
}

/// The [`MemoryDeduplicator`] is full: as many deliveries are being handled as it can remember. Respond with 503, and ND8 sends
/// this one again.
///
/// # Example: more at once than the capacity
///
/// ```
/// use nd8::webhooks::{MemoryDeduplicator, Once, OnceError, handle_once};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seen = MemoryDeduplicator::new().capacity(1);
/// let outer = handle_once(&seen, "b7c1", async || {
///     let inner = handle_once(&seen, "ffff", async || Ok::<_, ()>(())).await;
///     assert!(matches!(inner, Err(OnceError::Claim(full)) if full.capacity == 1));
///     Ok::<_, ()>("shipped")
/// });
/// assert_eq!(outer.await, Ok(Once::Handled("shipped")));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Full {
    /// Number of deliveries that it can remember.
    pub capacity: usize,
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} webhooks are being handled already", self.capacity)
    }
}

impl std::error::Error for Full {}

/// The time at which an entry expires, and a number that distinguishes entries which expire at the same time.
type Turn = (Timestamp, u64);

struct Entry {
    holder: Uuid,
    is_done: bool,
    turn: Turn,
}

/// The entries by key, and their keys by the time at which they expire. Every entry is in one of the two queues: separate queues find
/// the oldest handled delivery without a search through those that are being handled.
#[derive(Default)]
struct Claims {
    by_key: HashMap<Arc<str>, Entry>,
    running: BTreeMap<Turn, Arc<str>>,
    done: BTreeMap<Turn, Arc<str>>,
    inserted: u64,
}

impl Claims {
    fn insert(&mut self, ticket: &Ticket, is_done: bool, until: Timestamp) {
        let key: Arc<str> = ticket.key().into();
        let turn = (until, self.inserted);
        self.inserted += 1;
        self.queue(is_done).insert(turn, Arc::clone(&key));
        self.by_key.insert(key, Entry { holder: ticket.holder(), is_done, turn });
    }

    /// Removes a claim that is neither another's nor done.
    fn remove_if_held(&mut self, ticket: &Ticket) -> bool {
        match self.by_key.get(ticket.key()) {
            Some(entry) if entry.holder == ticket.holder() && !entry.is_done => {
                let turn = entry.turn;
                self.running.remove(&turn);
                self.by_key.remove(ticket.key());
                true
            }
            _ => false,
        }
    }

    fn forget_until(&mut self, now: Timestamp) {
        for queue in [&mut self.running, &mut self.done] {
            while let Some(first) = queue.first_entry()
                && first.key().0 <= now
            {
                self.by_key.remove(&first.remove());
            }
        }
    }

    fn forget_one_that_is_done(&mut self) -> bool {
        let oldest = self.done.pop_first();
        oldest.is_some_and(|(_, key)| self.by_key.remove(&key).is_some())
    }

    fn queue(&mut self, is_done: bool) -> &mut BTreeMap<Turn, Arc<str>> {
        if is_done { &mut self.done } else { &mut self.running }
    }
}

/// Adds a span, up to the latest time that can be represented.
fn after(now: Timestamp, span: Duration) -> Timestamp {
    now.checked_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// Creates a store whose time changes only when a test sets it.
    fn store() -> (MemoryDeduplicator, Arc<AtomicI64>) {
        let seconds = Arc::new(AtomicI64::new(1_000));
        let clock = Arc::clone(&seconds);
        let now = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        let second = Duration::from_secs(1);
        (MemoryDeduplicator::new().lease(10 * second).ttl(100 * second).clock(now), seconds)
    }

    #[test]
    fn defaults_are_as_documented() {
        let seconds = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&seconds);
        let now = move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap();
        let store = MemoryDeduplicator::new().clock(now);
        let claim = |key| store.claim_now(&Ticket::new(key));
        let done = Ticket::new("done");
        assert_eq!((store.claim_now(&done), claim("running")), (Ok(Claim::Won(())), Ok(Claim::Won(()))));
        store.complete_now(&done);
        // A claim lapses after five minutes, and what was handled is remembered for three days.
        for (second, running, handled) in [
            (299, Claim::InProgress, Claim::AlreadyDone),
            (300, Claim::Won(()), Claim::AlreadyDone),
            (3 * 86_400 - 1, Claim::Won(()), Claim::AlreadyDone),
            (3 * 86_400, Claim::InProgress, Claim::Won(())),
        ] {
            seconds.store(second, Ordering::SeqCst);
            assert_eq!((claim("running"), claim("done")), (Ok(running), Ok(handled)), "{second}");
        }
        assert_eq!(store.capacity, 100_000);
    }

    #[test]
    fn a_claim_is_won_once_until_it_is_released() {
        let (store, _) = store();
        let (first, second, third) = (Ticket::new("a"), Ticket::new("a"), Ticket::new("a"));
        assert_eq!(store.claim_now(&first), Ok(Claim::Won(())));
        assert_eq!(store.claim_now(&second), Ok(Claim::InProgress));
        assert_eq!(store.claim_now(&Ticket::new("b")), Ok(Claim::Won(())), "another key");
        store.release_now(&second);
        store.complete_now(&second);
        assert_eq!(store.claim_now(&second), Ok(Claim::InProgress), "it was not the second's to give back");
        store.release_now(&first);
        assert_eq!(store.claim_now(&second), Ok(Claim::Won(())));
        store.complete_now(&second);
        store.release_now(&second);
        assert_eq!(store.claim_now(&third), Ok(Claim::AlreadyDone), "what is done stays done");
    }

    #[test]
    fn claims_lapse_and_their_late_holders_change_nothing() {
        let (store, seconds) = store();
        let (late, next) = (Ticket::new("a"), Ticket::new("a"));
        assert_eq!(store.claim_now(&late), Ok(Claim::Won(())));
        seconds.fetch_add(9, Ordering::SeqCst);
        assert_eq!(store.claim_now(&next), Ok(Claim::InProgress));
        seconds.fetch_add(1, Ordering::SeqCst);
        assert_eq!(store.claim_now(&next), Ok(Claim::Won(())));
        store.release_now(&late);
        store.complete_now(&late);
        assert_eq!(store.claim_now(&Ticket::new("a")), Ok(Claim::InProgress));
        store.complete_now(&next);
        seconds.fetch_add(99, Ordering::SeqCst);
        assert_eq!(store.claim_now(&late), Ok(Claim::AlreadyDone));
        seconds.fetch_add(1, Ordering::SeqCst);
        assert_eq!(store.claim_now(&late), Ok(Claim::Won(())));
    }

    #[test]
    fn its_size_is_bounded_and_what_runs_is_kept() {
        let (store, _) = store();
        let store = store.capacity(3);
        let running = Ticket::new("running");
        assert_eq!(store.claim_now(&running), Ok(Claim::Won(())));
        for key in 0..1_000 {
            let ticket = Ticket::new(key.to_string());
            assert_eq!(store.claim_now(&ticket), Ok(Claim::Won(())));
            store.complete_now(&ticket);
            assert!(store.len() <= 3);
        }
        assert_eq!(store.claim_now(&Ticket::new("999")), Ok(Claim::AlreadyDone), "the newest are remembered");
        assert_eq!(store.claim_now(&Ticket::new("running")), Ok(Claim::InProgress));
        for key in ["b", "c"] {
            assert_eq!(store.claim_now(&Ticket::new(key)), Ok(Claim::Won(())));
        }
        assert_eq!(store.claim_now(&Ticket::new("d")), Err(Full { capacity: 3 }));
        store.release_now(&running);
        assert_eq!(store.claim_now(&Ticket::new("d")), Ok(Claim::Won(())));
        assert_eq!(store.clone().capacity(0).claim_now(&Ticket::new("e")), Err(Full { capacity: 0 }));
    }

    #[test]
    fn both_queues_hold_what_the_map_holds() {
        let (store, seconds) = store();
        for step in 0..2_000_u32 {
            let ticket = Ticket::new((step % 37).to_string());
            if store.claim_now(&ticket) == Ok(Claim::Won(())) {
                match step % 3 {
                    0 => store.complete_now(&ticket),
                    1 => store.release_now(&ticket),
                    _ => {}
                }
            }
            seconds.fetch_add(i64::from(step % 5) - 1, Ordering::SeqCst);
            let claims = store.claims();
            assert_eq!(claims.running.len() + claims.done.len(), claims.by_key.len());
            for (turn, key) in claims.running.iter().chain(&claims.done) {
                assert_eq!(claims.by_key[key].turn, *turn);
            }
        }
    }
}
