//! What handles a delivery, and what it gets.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use jiff::Timestamp;
use nd8::webhooks::Event;
use tokio_postgres::{Row, Transaction};
use uuid::Uuid;

/// Why a handler failed: any error, so that `?` converts it. Its text and those of its sources are stored as the delivery's last error.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// Handles deliveries that a [`Worker`](crate::Worker) claims.
///
/// What it writes in the transaction commits together with the delivery's completion, or not at all: a crash, an error, a panic or a
/// lease that has passed on roll it back. What it does elsewhere (a request, an email) can happen again, so make that harmless to
/// repeat, or write it into an outbox table in the transaction. Don't commit the transaction by SQL.
///
/// Order of receipt is not the order in which things happened: fetch the payment, or compare with
/// [`record_if_newer`](crate::record_if_newer).
///
/// While it waits for something other than the database, the transaction is idle, which the server ends after three quarters of the
/// [lease](crate::Worker::lease).
pub trait Handler: Send + Sync + 'static {
    /// Handles one delivery.
    ///
    /// # Errors
    ///
    /// The delivery is tried again after the backoff, and is dead after the attempts. An event that cannot be read
    /// ([`Event::Unreadable`]) should be an error as well: it stays in the list of the dead until somebody has looked at it.
    fn handle(
        &self,
        delivery: &Received,
        transaction: &mut Transaction<'_>,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send;
}

/// The future of a handler that is a closure.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send + 'a>>;

/// Makes a [`Handler`] of a closure.
///
/// # Example: a handler without a type
///
/// ```no_run
/// # async fn run(inbox: nd8_inbox::Inbox) -> Result<(), nd8_inbox::Error> {
/// let handler = nd8_inbox::handler_fn(|delivery, transaction| {
///     Box::pin(async move {
///         transaction.execute("INSERT INTO seen (key) VALUES ($1)", &[&delivery.key]).await?;
///         Ok(())
///     })
/// });
/// inbox.worker(handler).run_until(async {}).await
/// # }
/// ```
pub fn handler_fn<F>(handle: F) -> impl Handler
where
    F: for<'a, 't> Fn(&'a Received, &'a mut Transaction<'t>) -> Handling<'a> + Send + Sync + 'static,
{
    HandlerFn(handle)
}

struct HandlerFn<F>(F);

impl<F> Handler for HandlerFn<F>
where
    F: for<'a, 't> Fn(&'a Received, &'a mut Transaction<'t>) -> Handling<'a> + Send + Sync + 'static,
{
    async fn handle(
        &self,
        delivery: &Received,
        transaction: &mut Transaction<'_>,
    ) -> Result<(), HandlerError> {
        (self.0)(delivery, transaction).await
    }
}

/// A delivery that was received, as its handler gets it. `Debug` shows no more of the body than a log needs.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The number of the delivery. Within a subject, numbers are in the order of receipt.
    pub id: i64,
    /// Its key: the delivery's id or the digest of its body.
    pub key: String,
    /// What it is about, escaped and cut: for logs. `None` if it may be worked in any order.
    pub subject: Option<String>,
    /// The body as it came, byte for byte. Its signature was verified.
    pub raw: Bytes,
    /// Which of the verifier's secrets the signature was made with: 0 for the first.
    pub secret_index: i32,
    /// Time of sending, as ND8 reports it. Not signed.
    pub sent_at: Option<Timestamp>,
    /// When it was received, by the database's clock.
    pub received_at: Timestamp,
    /// Which attempt this is: 1 for the first.
    pub attempt: i32,
}

impl Received {
    /// Reads what happened from the body.
    pub fn event(&self) -> Event {
        Event::from_verified(&self.raw)
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("id", &self.id)
            .field("key", &self.key)
            .field("subject", &self.subject)
            .field("raw", &format_args!("[{} bytes]", self.raw.len()))
            .field("secret_index", &self.secret_index)
            .field("sent_at", &self.sent_at)
            .field("received_at", &self.received_at)
            .field("attempt", &self.attempt)
            .finish()
    }
}

/// A delivery under a lease.
pub(super) struct Claimed {
    pub(super) token: Uuid,
    pub(super) event: Option<String>,
    pub(super) received: Received,
}

impl Claimed {
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            token: row.try_get("token")?,
            event: row.try_get("event")?,
            received: Received {
                id: row.try_get("id")?,
                key: row.try_get("key")?,
                subject: row.try_get("subject")?,
                raw: Bytes::from(row.try_get::<_, Vec<u8>>("body")?),
                secret_index: row.try_get("secret_index")?,
                sent_at: row.try_get("sent_at")?,
                received_at: row.try_get("received_at")?,
                attempt: row.try_get("attempt")?,
            },
        })
    }
}
