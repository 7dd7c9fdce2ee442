//! Who may handle a delivery: the contract that a store of claims keeps.
//!
//! [`handle_once`](super::handle_once) is what uses it, [`MemoryDeduplicator`](super::MemoryDeduplicator) keeps it for one
//! process.

use std::sync::Arc;

use uuid::Uuid;

use super::delivery::{Delivery, DeliveryId};

/// Remembers which deliveries are being handled and which are done.
///
/// [`MemoryDeduplicator`](super::MemoryDeduplicator) does within one process. For several, or to remember across
/// restarts, implement it over a database that they share: one row a [key](Ticket::key), with the
/// [holder](Ticket::holder), a state and a time at which it lapses.
///
/// | method | what it does to the row, in one atomic step |
/// | --- | --- |
/// | `claim` | takes it if there is none, or the one there has lapsed; otherwise says which state it is in |
/// | `complete` | marks it done, if this holder has it |
/// | `release` | deletes it, if this holder has it and it is not done |
///
/// A claim must lapse by itself after a while: a process that dies releases nothing. A holder whose claim has lapsed and
/// was taken by another must not touch the other's, which is what the holder is compared for.
///
/// # Example: a store that forgets nothing
///
/// ```
/// use std::collections::HashMap;
/// use std::collections::hash_map::Entry;
/// use std::convert::Infallible;
/// use std::sync::Mutex;
///
/// use nd8::webhooks::{Claim, Deduplicator, Once, Ticket, handle_once};
/// use uuid::Uuid;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// /// What one process has seen. A database would keep a state and a time of lapse beside each key.
/// #[derive(Default)]
/// struct Rows(Mutex<HashMap<String, (Uuid, bool)>>);
///
/// impl Deduplicator for Rows {
///     type Error = Infallible;
///
///     async fn claim(&self, ticket: &Ticket) -> Result<Claim, Infallible> {
///         Ok(match self.0.lock().unwrap().entry(ticket.key().to_owned()) {
///             Entry::Vacant(row) => {
///                 row.insert((ticket.holder(), false));
///                 Claim::Won
///             }
///             Entry::Occupied(row) if row.get().1 => Claim::AlreadyDone,
///             Entry::Occupied(_) => Claim::InProgress,
///         })
///     }
///
///     async fn complete(&self, ticket: &Ticket) -> Result<(), Infallible> {
///         if let Some((holder, done)) = self.0.lock().unwrap().get_mut(ticket.key()) {
///             *done |= *holder == ticket.holder();
///         }
///         Ok(())
///     }
///
///     async fn release(&self, ticket: &Ticket) -> Result<(), Infallible> {
///         let ours = (ticket.holder(), false);
///         self.0.lock().unwrap().retain(|key, row| key != ticket.key() || *row != ours);
///         Ok(())
///     }
/// }
///
/// let rows = Rows::default();
/// let failed = handle_once(&rows, "b7c1", async || Err::<(), _>("the database is down")).await;
/// assert!(failed.is_err());
/// assert_eq!(handle_once(&rows, "b7c1", async || Ok::<_, String>(1)).await, Ok(Once::Handled(1)));
/// assert_eq!(handle_once(&rows, "b7c1", async || Ok::<_, String>(2)).await, Ok(Once::AlreadyDone));
/// # Ok(())
/// # }
/// ```
pub trait Deduplicator {
    /// What can go wrong with the store.
    type Error;

    /// Takes the claim, or says why not.
    ///
    /// # Errors
    ///
    /// If the store cannot tell. The delivery must not be handled then.
    fn claim(&self, ticket: &Ticket) -> impl Future<Output = Result<Claim, Self::Error>> + Send;

    /// Notes that the delivery was handled. It does nothing if the claim is another's by now.
    ///
    /// # Errors
    ///
    /// If the store cannot note it.
    fn complete(&self, ticket: &Ticket) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Gives the claim back, so that the next delivery is handled. It does nothing if the claim is another's, or done.
    ///
    /// # Errors
    ///
    /// If the store cannot note it. The claim lapses in the end.
    fn release(&self, ticket: &Ticket) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Gives the claim back from where nothing can be waited for: the handler's future was dropped, because the client
    /// hung up or a timeout struck. It must not block.
    ///
    /// Does nothing unless implemented; the claim then waits until it lapses. A store with a runtime at hand can start
    /// a task that releases. It may come for a ticket that did not win.
    fn abandon(&self, ticket: &Ticket) {
        let _ = ticket;
    }
}

impl<D: Deduplicator + Send + Sync> Deduplicator for Arc<D> {
    type Error = D::Error;

    fn claim(&self, ticket: &Ticket) -> impl Future<Output = Result<Claim, Self::Error>> + Send {
        (**self).claim(ticket)
    }

    fn complete(&self, ticket: &Ticket) -> impl Future<Output = Result<(), Self::Error>> + Send {
        (**self).complete(ticket)
    }

    fn release(&self, ticket: &Ticket) -> impl Future<Output = Result<(), Self::Error>> + Send {
        (**self).release(ticket)
    }

    fn abandon(&self, ticket: &Ticket) {
        (**self).abandon(ticket);
    }
}

/// What came of a claim.
///
/// # Example: two at once, and one more
///
/// ```
/// use nd8::webhooks::{Claim, Deduplicator as _, MemoryDeduplicator, Ticket};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seen = MemoryDeduplicator::new();
/// let (one, other) = (Ticket::new("b7c1"), Ticket::new("b7c1"));
/// assert_eq!(seen.claim(&one).await?, Claim::Won);
/// assert_eq!(seen.claim(&other).await?, Claim::InProgress);
/// seen.complete(&one).await?;
/// assert_eq!(seen.claim(&other).await?, Claim::AlreadyDone);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is ours: handle the delivery, then complete or release.
    Won,
    /// Somebody else is handling it right now, and may yet fail.
    InProgress,
    /// It was handled before.
    AlreadyDone,
}

/// Who claims what: the key of a delivery, and a random id of this one attempt to handle it.
///
/// # Example: a ticket of a delivery, and one of a key of your own
///
/// ```
/// use nd8::webhooks::Ticket;
///
/// let (one, other) = (Ticket::new("b7c1"), Ticket::from("b7c1"));
/// assert_eq!(one.key(), other.key());
/// assert_ne!(one.holder(), other.holder());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    key: String,
    holder: Uuid,
}

impl Ticket {
    /// Makes a ticket with a new holder. Two deliveries with one key are handled once.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), holder: Uuid::new_v4() }
    }

    /// What is claimed.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Who claims it.
    pub fn holder(&self) -> Uuid {
        self.holder
    }
}

/// By the id of the delivery.
impl From<&Delivery> for Ticket {
    fn from(delivery: &Delivery) -> Self {
        Self::from(&delivery.id)
    }
}

impl From<&DeliveryId> for Ticket {
    fn from(id: &DeliveryId) -> Self {
        Self::new(id.as_str())
    }
}

impl From<&str> for Ticket {
    fn from(key: &str) -> Self {
        Self::new(key)
    }
}

impl From<String> for Ticket {
    fn from(key: String) -> Self {
        Self::new(key)
    }
}
