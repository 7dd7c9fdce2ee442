//! What an operator looks at and does: numbers, dead deliveries, retention.

use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::error::Error;
use crate::inbox::Inbox;

/// How many deliveries there are in which state.
///
/// Alert on `dead`, and on `oldest` when it is older than a delivery should take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Waiting for an earlier one of their subject.
    pub waiting: i64,
    /// Waiting for a worker.
    pub ready: i64,
    /// Leased by a worker, or by one that is gone and whose lease has not run out.
    pub running: i64,
    /// Failed, and waiting to be tried again.
    pub retrying: i64,
    /// Failed in every attempt.
    pub dead: i64,
    /// Done, and not purged yet.
    pub done: i64,
    /// When the oldest that is neither done nor dead was received, by the database's clock.
    pub oldest: Option<Timestamp>,
    /// Age of the same, by the same clock; not negative.
    pub oldest_age: Option<Duration>,
}

/// A delivery that failed in every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dead {
    /// The number of the delivery, for [`Inbox::replay`].
    pub id: i64,
    /// Its key.
    pub key: String,
    /// The event, escaped and cut.
    pub event: Option<String>,
    /// What it is about, escaped and cut.
    pub subject: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// What the handler reported last.
    pub last_error: Option<String>,
    /// When it was received.
    pub received_at: Timestamp,
    /// When its last attempt failed.
    pub died_at: Timestamp,
    /// Whether later deliveries of its subject wait for it.
    pub holds: bool,
}

impl Inbox {
    /// Counts deliveries by state.
    ///
    /// It reads all that is not done, and an index over all deliveries: about 0.1 s for a million. Don't ask each second.
    ///
    /// # Errors
    ///
    /// If the database reports one, or does not respond in time.
    pub async fn stats(&self) -> Result<Stats, Error> {
        let sql = "SELECT waiting, ready, running, retrying, dead, done, oldest,
                (extract(epoch FROM clock_timestamp() - oldest) * 1000000)::bigint
            FROM nd8_inbox.stats";
        self.call("count deliveries", sql, &[], |row| {
            let age: Option<i64> = row.try_get(7)?;
            Ok(Stats {
                waiting: row.try_get(0)?,
                ready: row.try_get(1)?,
                running: row.try_get(2)?,
                retrying: row.try_get(3)?,
                dead: row.try_get(4)?,
                done: row.try_get(5)?,
                oldest: row.try_get(6)?,
                oldest_age: age.map(|age| Duration::from_micros(u64::try_from(age).unwrap_or(0))),
            })
        })
        .await
        // The view counts without groups, so it always has exactly one row.
        .map(|mut rows| rows.remove(0))
    }

    /// Lists dead deliveries in the order of receipt, after the one of this number: 0 for the first page.
    ///
    /// # Errors
    ///
    /// If the database reports one, or does not respond in time.
    pub async fn dead(&self, after: i64, limit: u32) -> Result<Vec<Dead>, Error> {
        let sql = "SELECT id, key, event, subject, attempts, last_error, received_at, died_at, holds
            FROM nd8_inbox.dead WHERE id > $1 ORDER BY id LIMIT $2";
        let limit = i64::from(limit);
        self.call("list dead deliveries", sql, &[(&after, Type::INT8), (&limit, Type::INT8)], |row| {
            Ok(Dead {
                id: row.try_get(0)?,
                key: row.try_get(1)?,
                event: row.try_get(2)?,
                subject: row.try_get(3)?,
                attempts: row.try_get(4)?,
                last_error: row.try_get(5)?,
                received_at: row.try_get(6)?,
                died_at: row.try_get(7)?,
                holds: row.try_get(8)?,
            })
        })
        .await
    }

    /// Makes a dead delivery ready again, with all its attempts before it. Returns whether it was dead.
    ///
    /// It is worked before all others of its subject that wait, after one that is being worked.
    ///
    /// # Errors
    ///
    /// If the database reports one, or does not respond in time.
    pub async fn replay(&self, id: i64) -> Result<bool, Error> {
        let sql = "SELECT nd8_inbox.replay($1)";
        let was_dead =
            self.call("replay the delivery", sql, &[(&id, Type::INT8)], |row| row.try_get(0)).await?[0];
        if was_dead {
            self.wake_workers();
        }
        Ok(was_dead)
    }

    /// Deletes deliveries that are done and were received longer ago than this. Returns how many.
    ///
    /// Dead ones stay. A repeat of what was deleted is received as new: retain for longer than
    /// [`Verifier::max_age`](nd8::webhooks::Verifier::max_age), which is 3 days by default. Workers do this by themselves:
    /// [`Worker::retention`](crate::Worker::retention).
    ///
    /// # Errors
    ///
    /// If the database reports one, or does not respond in time. What was deleted until then stays deleted.
    pub async fn purge(&self, older_than: Duration) -> Result<u64, Error> {
        let sql = "SELECT nd8_inbox.purge($1 * interval '1 second', 1000)";
        let seconds = older_than.as_secs().min(MAX_SECONDS);
        let mut deleted = 0;
        loop {
            let parameters: [(&(dyn ToSql + Sync), Type); 1] =
                [(&i64::try_from(seconds).unwrap_or(0), Type::INT8)];
            // In batches, each of its own transaction, so that no lock is held for long.
            let batch: i32 = self.call("purge deliveries", sql, &parameters, |row| row.try_get(0)).await?[0];
            deleted += u64::try_from(batch).unwrap_or(0);
            if batch == 0 {
                return Ok(deleted);
            }
        }
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
        read: impl Fn(&Row) -> Result<T, tokio_postgres::Error>,
    ) -> Result<Vec<T>, Error> {
        let failed = Error::query(operation);
        self.within(operation, async {
            let session = self.connections.get().await?;
            let rows = session.client().query_typed(sql, parameters).await.map_err(&failed)?;
            session.give_back();
            rows.iter().map(read).collect::<Result<_, _>>().map_err(&failed)
        })
        .await
    }
}

/// The most seconds that make an interval: about 3,000 years, where a date before the common era is no problem yet.
const MAX_SECONDS: u64 = 100_000_000_000;
