//! Stores a delivery: committed when it returns.

use nd8::webhooks::Delivery;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{IsolationLevel, Row};

use crate::error::Error;
use crate::inbox::Inbox;
use crate::subject::{short, subject};

/// What became of a delivery that was received. Acknowledge it in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Receipt {
    /// It is stored, and will be worked.
    #[non_exhaustive]
    Stored {
        /// The number that the inbox gave it. Within a subject, numbers are in the order of receipt.
        id: i64,
    },
    /// Its key is known, with another body, so that it is stored as a delivery of its own: dropping it could lose what it reports.
    #[non_exhaustive]
    Changed {
        /// The number that the inbox gave it.
        id: i64,
    },
    /// It was stored before. Nothing has changed.
    #[non_exhaustive]
    Duplicate {
        /// The number of the stored one.
        id: i64,
    },
}

impl Receipt {
    /// Returns the number of the delivery in the inbox.
    pub fn id(&self) -> i64 {
        match *self {
            Self::Stored { id } | Self::Changed { id } | Self::Duplicate { id } => id,
        }
    }
}

const RECEIVE: &str = "SELECT id, outcome FROM nd8_inbox.receive($1, $2, $3, $4, $5, $6, $7)";
/// The same for connections of ours, which forbid sequential scans.
const STORE: &str = "SELECT id, outcome FROM nd8_inbox.store($1, $2, $3, $4, $5, $6, $7)";
const OPERATION: &str = "store the delivery";

impl Inbox {
    /// Stores a delivery. When this returns, it is committed and survives a crash: acknowledge it.
    ///
    /// A connection that turns out to be broken is replaced once; if that was too late and the delivery is stored, the second
    /// attempt finds a duplicate.
    ///
    /// # Errors
    ///
    /// Do not acknowledge then. [`Error::is_unavailable`] if the database does not respond within the
    /// [timeout](Inbox::timeout).
    pub async fn receive(&self, delivery: &Delivery) -> Result<Receipt, Error> {
        let span = tracing::debug_span!(
            "nd8_inbox.receive",
            event = delivery.event.name().map(short),
            id = tracing::field::Empty
        );
        let subject = subject(&delivery.event);
        let row = Record {
            key: self.key.of(delivery),
            body: &delivery.raw,
            event: delivery.event.name().map(short),
            subject: subject.as_deref().map(str::as_bytes),
            subject_text: subject.as_deref().map(short),
            secret_index: i32::try_from(delivery.matched_secret).unwrap_or(i32::MAX),
            sent_at: delivery.timestamp,
        };
        let stored = self.within(OPERATION, async {
            let first = self.store(&row, false).await;
            match first {
                Err(error) if error.is_disconnected() => self.store(&row, false).await,
                Err(error) if error.is_isolation() => self.store(&row, true).await,
                other => other,
            }
        });
        let receipt = tracing::Instrument::instrument(stored, span.clone()).await?;
        span.record("id", receipt.id());
        match receipt {
            Receipt::Duplicate { .. } => {}
            Receipt::Stored { .. } => self.wake_workers(),
            Receipt::Changed { id } => {
                tracing::warn!(id, "a delivery with a known key has another body, and is stored as well");
                self.wake_workers();
            }
        }
        Ok(receipt)
    }

    async fn store(&self, record: &Record<'_>, sets_isolation: bool) -> Result<Receipt, Error> {
        let mut session = self.connections.get().await?;
        let failed = Error::query(OPERATION);
        let row = if sets_isolation {
            // Only a pool's connections have another default.
            let builder =
                session.client_mut().build_transaction().isolation_level(IsolationLevel::ReadCommitted);
            let transaction = builder.start().await.map_err(&failed)?;
            let row = transaction.query_typed(RECEIVE, &record.parameters()).await.map_err(&failed)?;
            transaction.commit().await.map_err(&failed)?;
            row
        } else {
            let receive = session
                .prepare(if self.connections.are_own() { STORE } else { RECEIVE })
                .await
                .map_err(&failed)?;
            session
                .client()
                .query(&receive, &record.parameters().map(|(value, _)| value))
                .await
                .map_err(&failed)?
        };
        let receipt = read(&row).map_err(&failed)?;
        session.give_back();
        Ok(receipt)
    }
}

fn read(rows: &[Row]) -> Result<Receipt, tokio_postgres::Error> {
    let Some(row) = rows.first() else { unreachable!("a function with output parameters returns one row") };
    let id = row.try_get(0)?;
    Ok(match row.try_get(1)? {
        "stored" => Receipt::Stored { id },
        "changed" => Receipt::Changed { id },
        _ => Receipt::Duplicate { id },
    })
}

struct Record<'a> {
    key: String,
    body: &'a [u8],
    event: Option<String>,
    subject: Option<&'a [u8]>,
    subject_text: Option<String>,
    secret_index: i32,
    sent_at: Option<jiff::Timestamp>,
}

impl Record<'_> {
    fn parameters(&self) -> [(&(dyn ToSql + Sync), Type); 7] {
        [
            (&self.key, Type::TEXT),
            (&self.body, Type::BYTEA),
            (&self.event, Type::TEXT),
            (&self.subject, Type::BYTEA),
            (&self.subject_text, Type::TEXT),
            (&self.secret_index, Type::INT4),
            (&self.sent_at, Type::TIMESTAMPTZ),
        ]
    }
}
