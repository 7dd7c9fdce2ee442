//! Assigns refunds to the calls of this process, so that two calls never report the same refund as theirs.
//!
//! Every call that creates a refund is registered before it is sent, for all clients of the process, by the base URL of its server.
//! A look at the list may claim a refund only if no other call can have made it: one whose response names the refund, one
//! that is still on its way, or one that ended without a response. So a response that arrives late finds its refund unclaimed.
//!
//! Calls are remembered for [`LINGERS`] after they ended, since a request may arrive late and a list may lag; at most
//! [`MOST_ENDED`] of them. If one has to be forgotten earlier, no call that began within its time claims a refund: the
//! results are ambiguous. Memory is bounded by that and by the calls in flight, of which each has an entry of constant size.
//!
//! Not here: other processes, the raw client and [`request`](crate::Client::request), which are like other processes.

mod order;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::order::Name;
pub(super) use self::order::{Fit, Order};
use super::time::ProcessInstant;
use super::{Error, Outcome, Refund};

/// Time in which a request without a response may still arrive, and a refund may be missing from a list.
const LINGERS: Duration = Duration::from_secs(15 * 60);
/// Maximum number of ended calls that are remembered: about two megabytes.
const MOST_ENDED: usize = 16_384;

static CLAIMS: Mutex<Claims> = Mutex::new(Claims::new(MOST_ENDED));

/// Locks the registry. No change to it can panic half-way, so its state is valid even if the lock is poisoned.
pub(super) fn lock() -> MutexGuard<'static, Claims> {
    CLAIMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registration of one call. When it is dropped, also because a future was dropped, the registry remembers the refund that the
/// call may have made.
#[derive(Debug)]
pub struct Ticket {
    number: u64,
}

impl Ticket {
    /// Registers a call before it looks at anything. It has sent nothing yet.
    pub(super) fn open(server: &str, order: Order) -> Self {
        Self { number: lock().open(server, order, ProcessInstant::now()) }
    }

    /// Records that a request is about to be sent.
    pub(super) fn sending(&self) {
        lock().sending(self.number);
    }

    /// Records the ids of the refund from the server's response.
    pub(super) fn made(&self, ids: &[String]) {
        lock().made(self.number, ids);
    }

    /// Records the failure of the call, after all its requests.
    pub(super) fn failed(&self, error: &Error) {
        match error.outcome() {
            Outcome::NotSent | Outcome::Rejected => lock().not_made(self.number),
            _ => self.made(&error.made_id().into_iter().collect::<Vec<_>>()),
        }
    }

    /// Returns the calls that a look of this one covers: itself.
    pub(super) fn own(&self) -> Own {
        Own::Call(self.number)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock().end(self.number, ProcessInstant::now());
    }
}

/// Calls that a look covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// This one.
    Call(u64),
    /// None of this process.
    None,
    /// Several that ask for the same and have no response, or one that is still on its way.
    Several,
}

/// Relation of a refund to the other calls of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    /// None can have made it.
    Free,
    /// Another call made it.
    Theirs,
    /// Another call may have made it.
    Contested {
        /// Is true if one of those has not ended, so that a later look may find it settled.
        in_flight: bool,
    },
}

/// All calls of the process that may have made a refund lately.
pub(super) struct Claims {
    calls: BTreeMap<u64, Entry>,
    next: u64,
    /// Calls that have ended, in the order of their ends.
    ended: VecDeque<(ProcessInstant, u64)>,
    most_ended: usize,
    /// Time until which a call may have made refunds that had to be forgotten.
    forgotten_until: Option<ProcessInstant>,
}

struct Entry {
    server: u64,
    order: Order,
    opened: ProcessInstant,
    /// Number of requests that were sent.
    sent: u32,
    /// Is true if it may have made a refund that has not been named.
    may_have_made: bool,
    /// Names of the refund that it made or found.
    made: [Option<Name>; 2],
    has_ended: bool,
}

impl Entry {
    fn made(&self, refund: Name) -> bool {
        self.made.contains(&Some(refund))
    }

    /// Returns whether it names a refund, and certainly not this one.
    fn made_another(&self, refund: Name) -> bool {
        !self.made(refund) && self.made.iter().flatten().any(|name| name.differs(&refund))
    }

    /// Returns whether it may have made a refund that it does not name; or this one, under a name of another form.
    fn may_have_made(&self, refund: Name) -> bool {
        let is_named = self.made.iter().any(Option::is_some);
        self.may_have_made || is_named && !self.made(refund) && !self.made_another(refund)
    }
}

impl Claims {
    const fn new(most_ended: usize) -> Self {
        Self { calls: BTreeMap::new(), next: 0, ended: VecDeque::new(), most_ended, forgotten_until: None }
    }

    fn open(&mut self, server: &str, order: Order, now: ProcessInstant) -> u64 {
        let (sent, may_have_made, made, has_ended) = (0, false, [None; 2], false);
        let server = hash(server);
        self.next += 1;
        let entry = Entry { server, order, opened: now, sent, may_have_made, made, has_ended };
        self.calls.insert(self.next, entry);
        self.next
    }

    fn sending(&mut self, number: u64) {
        if let Some(entry) = self.calls.get_mut(&number) {
            entry.sent += 1;
            entry.may_have_made = true;
        }
    }

    fn made(&mut self, number: u64, ids: &[String]) {
        let Some(entry) = self.calls.get_mut(&number).filter(|_| !ids.is_empty()) else { return };
        let mut names = ids.iter().map(|id| Name::of(id));
        entry.made = [names.next(), names.next()];
        // Of several requests, one may have made another refund, or may yet.
        entry.may_have_made = entry.sent > 1;
    }

    fn not_made(&mut self, number: u64) {
        if let Some(entry) = self.calls.get_mut(&number) {
            entry.may_have_made = false;
        }
    }

    fn end(&mut self, number: u64, now: ProcessInstant) {
        let Some(entry) = self.calls.get_mut(&number) else { return };
        entry.has_ended = true;
        if entry.may_have_made || entry.made.iter().any(Option::is_some) {
            self.ended.push_back((now, number));
        } else {
            self.calls.remove(&number);
        }
        self.forget(now);
    }

    fn forget(&mut self, now: ProcessInstant) {
        while let Some((ended, number)) = self.ended.front().copied() {
            let until = ended.checked_add(LINGERS).unwrap_or(ended);
            if until > now && self.ended.len() <= self.most_ended {
                break;
            }
            if until > now {
                self.forgotten_until = self.forgotten_until.max(Some(until));
            }
            self.ended.pop_front();
            self.calls.remove(&number);
        }
    }

    /// Returns the calls that a look without a call covers: the one with the same order and no response.
    pub(super) fn without_response(&self, server: &str, order: &Order) -> Own {
        let server = hash(server);
        let mut alike = self
            .calls
            .iter()
            .filter(|(_, entry)| entry.server == server && entry.may_have_made && entry.order.is_like(order));
        match (alike.next(), alike.next()) {
            (None, _) => Own::None,
            (Some((number, entry)), None) if entry.has_ended => Own::Call(*number),
            _ => Own::Several,
        }
    }

    /// Returns the relation of a refund to the calls other than `own`.
    pub(super) fn ownership(&self, server: &str, own: Own, order: &Order, refund: &Refund) -> Ownership {
        let (server, name) = (hash(server), Name::of(&refund.id));
        let mut in_flight = None;
        for (number, entry) in self.calls.iter().filter(|(_, entry)| entry.server == server) {
            if own == Own::Call(*number) {
                // The id may be known even of a response that could not be read as a whole.
                if entry.made_another(name) {
                    in_flight = in_flight.or(Some(false));
                }
                continue;
            }
            let is_one_of_these = own == Own::None && entry.order.is_like(order);
            if entry.made(name) && !is_one_of_these {
                return Ownership::Theirs;
            }
            let is_rival = entry.order.may_be_of_payment(order) && entry.order.fits_content(refund);
            if is_rival && entry.may_have_made(name) && !is_one_of_these {
                in_flight = Some(in_flight.unwrap_or(false) || !entry.has_ended);
            }
        }
        let since = match own {
            Own::Call(number) => self.calls.get(&number).map(|entry| entry.opened),
            Own::None | Own::Several => Some(ProcessInstant::now()),
        };
        match in_flight {
            Some(in_flight) => Ownership::Contested { in_flight },
            None if since < self.forgotten_until => Ownership::Contested { in_flight: false },
            None => Ownership::Free,
        }
    }

    /// Assigns a refund to a call.
    pub(super) fn claim(&mut self, ticket: &Ticket, refund: &Refund) {
        self.made(ticket.number, &[String::from(&refund.id)]);
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
