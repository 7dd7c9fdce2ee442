//! Deliveries of a state: which is due when, in which order, and what follows from how an attempt ended.
//!
//! Deliveries about one payment make their first attempts one after the other; later attempts do not block those behind
//! them. All this is part of the state: what was being attempted when the state was saved is attempted again. Not here: the network
//! (`webhooks`).

use crate::values::tracked::{Change, TrackedMap};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use crate::outbox::delivery::{Attempt, Delivery, DeliveryOutcome, DeliveryStatus};
use crate::outbox::delivery_fault::{DeliveryFault, HELD};
use crate::values::random::Random;
use crate::values::time::SandboxTime;

const MINUTE: u64 = 60;

const HOUR: u64 = 60 * MINUTE;

/// Seconds before each attempt, counted from the end of the one before.
const SCHEDULE: [u64; 8] = [0, 5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

/// A receiver that wants to be left alone for longer is asked again after this.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * HOUR);

/// All deliveries of a state, oldest first.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Vec<(u64, Delivery)>")]
pub(crate) struct Outbox {
    rows: TrackedMap<u64, Delivery>,
    next_row: u64,
    by_id: HashMap<Uuid, u64>,
    /// Rows that are attempted no more.
    finished: BTreeSet<u64>,
    /// Attempts that wait for their time.
    due: BTreeSet<(SandboxTime, u64)>,
    /// First attempts that have not ended, by payment; only the first of each queue is in `due` or under way.
    per_payment_queues: HashMap<String, VecDeque<u64>>,
    under_way: BTreeSet<u64>,
}

/// Content of one attempt.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) payload: String,
    pub(crate) fault: Option<DeliveryFault>,
}

/// Describes what an attempt came to, and how long the receiver asked to be left alone.
#[derive(Debug)]
pub(crate) struct AttemptResult {
    pub(crate) at: SandboxTime,
    pub(crate) outcome: DeliveryOutcome,
    pub(crate) retry_after: Option<Duration>,
}

impl Outbox {
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Delivery> + ExactSizeIterator {
        self.rows.values()
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<&Delivery> {
        self.rows.get(self.by_id.get(&id)?)
    }

    /// Returns when the next attempt is due that is not under way.
    pub(crate) fn next_due(&self) -> Option<SandboxTime> {
        self.due.first().map(|(moment, _)| *moment)
    }

    /// Returns whether nothing is due or under way.
    pub(crate) fn is_settled(&self, now: SandboxTime) -> bool {
        self.under_way.is_empty() && self.next_due().is_none_or(|due| due > now)
    }

    /// Queues a new delivery.
    pub(crate) fn add(&mut self, mut delivery: Delivery) {
        let now = delivery.created_at;
        if delivery.fault == Some(DeliveryFault::Reordered) {
            delivery.next = now.after(HELD);
        }
        let row = self.next_row;
        self.next_row += 1;
        let queue = self.per_payment_queues.entry(delivery.payment_id.clone()).or_default();
        // Only a delivery that nobody has seen yet can be overtaken; one that is being attempted keeps its place.
        let overtaken = queue.back().copied().filter(|&last| {
            self.rows[&last].fault == Some(DeliveryFault::Reordered) && !self.under_way.contains(&last)
        });
        match overtaken {
            Some(last) => {
                self.due.remove(&(self.rows[&last].next, last));
                if let Some(last) = self.rows.get_mut(&last) {
                    last.next = now;
                }
                queue.insert(queue.len() - 1, row);
            }
            None => queue.push_back(row),
        }
        if queue.front() == Some(&row) {
            self.due.insert((delivery.next, row));
        }
        self.by_id.insert(delivery.id, row);
        self.rows.insert(row, delivery);
    }

    /// Takes out what is due, to be attempted.
    pub(crate) fn take(&mut self, now: SandboxTime) -> Option<Job> {
        let (due, row) = self.due.first().copied().filter(|(due, _)| *due <= now)?;
        self.due.remove(&(due, row));
        self.under_way.insert(row);
        let delivery = &self.rows[&row];
        Some(Job {
            id: delivery.id,
            event: delivery.event.clone(),
            url: delivery.url.clone(),
            payload: delivery.payload.clone(),
            fault: delivery.fault,
        })
    }

    /// Notes how an attempt ended, and what follows. An attempt of a state that was replaced meanwhile is forgotten.
    pub(crate) fn end(&mut self, id: Uuid, ended: AttemptResult, now: SandboxTime, random: &Random) {
        let Some(&row) = self.by_id.get(&id) else { return };
        if !self.under_way.remove(&row) {
            return;
        }
        let Some(delivery) = self.rows.get_mut(&row) else { return };
        let response_status = ended.outcome.response_status();
        let refused = matches!(ended.outcome, DeliveryOutcome::Refused { .. });
        delivery.attempts.push(Attempt { at: ended.at, outcome: ended.outcome });
        let made = delivery.attempts.len();
        delivery.status = match response_status {
            Some(200..=299) => DeliveryStatus::Acknowledged,
            Some(410) => DeliveryStatus::Gone,
            _ if refused => DeliveryStatus::Refused,
            _ if made >= SCHEDULE.len() => DeliveryStatus::Dead,
            _ => DeliveryStatus::Pending,
        };
        match delivery.status {
            DeliveryStatus::Pending => {
                let planned = delay(made, id, random);
                let asked = ended.retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
                delivery.next = now.after(planned.max(asked));
                self.due.insert((delivery.next, row));
            }
            DeliveryStatus::Acknowledged if delivery.fault == Some(DeliveryFault::Duplicate) => {
                // The second time it behaves.
                delivery.fault = None;
                delivery.status = DeliveryStatus::Pending;
                delivery.next = now;
                self.due.insert((now, row));
            }
            _ => {
                self.finished.insert(row);
            }
        }
        let payment_id = delivery.payment_id.clone();
        self.release_queue(&payment_id, row);
    }

    /// Returns the deliveries that have changed since the last call.
    pub(crate) fn take_changes(&mut self) -> Vec<Change<u64>> {
        self.rows.take_changes()
    }

    /// Forgets what has changed, because all of it was saved.
    pub(crate) fn mark_saved(&mut self) {
        self.rows.mark_saved();
    }

    /// Forgets the oldest deliveries beyond this number, those that are attempted no more before the others.
    pub(crate) fn forget_oldest(&mut self, keep: usize) {
        while self.rows.len() > keep {
            let Some(row) = self.finished.pop_first().or_else(|| self.rows.keys().next().copied()) else {
                return;
            };
            let Some(delivery) = self.rows.remove(&row) else { return };
            if delivery.status == DeliveryStatus::Pending {
                tracing::warn!(id = %delivery.id, "a delivery is forgotten before it has succeeded");
            }
            self.by_id.remove(&delivery.id);
            self.due.remove(&(delivery.next, row));
            self.under_way.remove(&row);
            // Otherwise the deliveries behind it would wait for ever.
            self.release_queue(&delivery.payment_id, row);
            if let Some(queue) = self.per_payment_queues.get_mut(&delivery.payment_id) {
                queue.retain(|queued| *queued != row);
            }
        }
    }

    /// Lets the next delivery about the same payment go, once this one has had its first attempt.
    fn release_queue(&mut self, payment_id: &str, row: u64) {
        let Some(queue) = self.per_payment_queues.get_mut(payment_id) else { return };
        if queue.front() != Some(&row) {
            return;
        }
        queue.pop_front();
        match queue.front() {
            Some(&next) => {
                self.due.insert((self.rows[&next].next, next));
            }
            None => {
                self.per_payment_queues.remove(payment_id);
            }
        }
    }
}

/// Returns the time before the next attempt: that of the schedule and up to a tenth more, so that receivers who failed
/// together are not all asked again together.
fn delay(made: usize, id: Uuid, random: &Random) -> Duration {
    let millis = SCHEDULE.get(made).copied().unwrap_or_default() * 1000;
    Duration::from_millis(millis + random.number_for(id, made as u64, 0..(millis / 10).max(1)))
}

impl From<Vec<(u64, Delivery)>> for Outbox {
    fn from(rows: Vec<(u64, Delivery)>) -> Outbox {
        let mut outbox = Outbox::default();
        for (row, delivery) in &rows {
            let row = *row;
            outbox.by_id.insert(delivery.id, row);
            if delivery.status != DeliveryStatus::Pending {
                outbox.finished.insert(row);
                continue;
            }
            let first = delivery.attempts.is_empty();
            let queue = outbox.per_payment_queues.entry(delivery.payment_id.clone()).or_default();
            if first {
                queue.push_back(row);
            }
            if !first || queue.len() == 1 {
                outbox.due.insert((delivery.next, row));
            }
        }
        outbox.per_payment_queues.retain(|_, queue| !queue.is_empty());
        outbox.next_row = rows.last().map_or(0, |(row, _)| row + 1);
        outbox.rows = rows.into_iter().collect();
        outbox
    }
}

impl Serialize for Outbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter())
    }
}
