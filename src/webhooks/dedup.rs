//! The trait of a store of claims, which decides who may handle a delivery.
//!
//! [`handle_once`](super::handle_once) uses it, [`MemoryDeduplicator`](super::MemoryDeduplicator) implements it for one process.

use std::pin::Pin;
use std::sync::Arc;

use uuid::Uuid;

use super::delivery::{Delivery, DeliveryId};

/// A future of a [`Deduplicator`], boxed so that one can be a trait object.
pub type Claiming<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Remembers which deliveries are being handled and which are done.
///
/// [`MemoryDeduplicator`](super::MemoryDeduplicator) does so within one process. For several processes, or across restarts, implement
/// this over a database that they share. There are two ways, and only the first handles a delivery once also after a crash:
///
/// | | with a [`Transaction`](Self::Transaction) of the database | without (`()`) |
/// | --- | --- | --- |
/// | `claim` | begins a transaction and inserts the [key](Ticket::key) in it: [`Claim::Won`] with the transaction, or [`Claim::AlreadyDone`] if the key is there | inserts the key with the [holder](Ticket::holder) and a time at which it lapses, if there is none that has not lapsed |
/// | the handler | writes its effects in the transaction: [`handle_once_in`](super::handle_once_in) | writes its effects |
/// | `complete` | commits | marks the row done, if this holder has it |
/// | `release` | rolls back | deletes the row, if this holder has it and it is not done |
/// | a crash | rolls back: no effect and no claim are left | the effect may be there while the claim lapses, so the delivery is handled again |
///
/// With a transaction there is no lease and no holder: the database undoes what a process leaves behind, and a second `INSERT` of the same
/// key waits for the first transaction to end.
///
/// # Example: claims and effects in one transaction
///
/// A real one executes `INSERT INTO handled (key) VALUES ($1) ON CONFLICT DO NOTHING` where this one searches a list.
///
/// ```
/// use std::convert::Infallible;
/// use std::sync::Arc;
///
/// use nd8::webhooks::{Claim, Claiming, Deduplicator, Once, Ticket, handle_once_in};
/// use tokio::sync::{Mutex, OwnedMutexGuard};
///
/// /// What a database of two tables holds.
/// #[derive(Clone, Default)]
/// struct Tables {
///     handled: Vec<String>,
///     shipped: Vec<String>,
/// }
///
/// /// Changes of its own, which replace the tables when it is committed.
/// struct Transaction {
///     database: OwnedMutexGuard<Tables>,
///     changed: Tables,
/// }
///
/// #[derive(Default)]
/// struct Database(Arc<Mutex<Tables>>);
///
/// impl Deduplicator for Database {
///     type Transaction = Transaction;
///     type Error = Infallible;
///
///     fn claim<'a>(&'a self, ticket: &'a Ticket) -> Claiming<'a, Result<Claim<Transaction>, Infallible>> {
///         Box::pin(async move {
///             let database = Arc::clone(&self.0).lock_owned().await;
///             let mut changed = database.clone();
///             if changed.handled.iter().any(|key| key == ticket.key()) {
///                 return Ok(Claim::AlreadyDone);
///             }
///             changed.handled.push(ticket.key().to_owned());
///             Ok(Claim::Won(Transaction { database, changed }))
///         })
///     }
///
///     fn complete<'a>(&'a self, _: &'a Ticket, mut won: Transaction) -> Claiming<'a, Result<(), Infallible>> {
///         Box::pin(async move {
///             *won.database = won.changed;
///             Ok(())
///         })
///     }
///
///     fn release<'a>(&'a self, _: &'a Ticket, _: Transaction) -> Claiming<'a, Result<(), Infallible>> {
///         // Dropping it rolls back.
///         Box::pin(async { Ok(()) })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let database = Database::default();
/// let failed = handle_once_in(&database, "b7c1", async |transaction| {
///     transaction.changed.shipped.push("a mug".into());
///     Err::<(), _>("the carrier is down")
/// });
/// assert!(failed.await.is_err());
/// assert!(database.0.lock().await.shipped.is_empty(), "what it wrote is gone with the claim");
///
/// let ship = async |transaction: &mut Transaction| {
///     transaction.changed.shipped.push("a mug".into());
///     Ok::<_, String>(())
/// };
/// assert_eq!(handle_once_in(&database, "b7c1", ship).await, Ok(Once::Handled(())));
/// assert_eq!(handle_once_in(&database, "b7c1", ship).await, Ok(Once::AlreadyDone));
/// assert_eq!(database.0.lock().await.shipped, ["a mug"]);
/// # Ok(())
/// # }
/// ```
///
/// # Example: a store that is chosen at run time
///
/// ```
/// use std::sync::Arc;
///
/// use nd8::webhooks::{Deduplicator, Full, MemoryDeduplicator, Once, handle_once};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let seen: Arc<dyn Deduplicator<Transaction = (), Error = Full>> = Arc::new(MemoryDeduplicator::new());
/// assert_eq!(handle_once(&seen, "b7c1", async || Ok::<_, String>(1)).await, Ok(Once::Handled(1)));
/// assert_eq!(handle_once(&*seen, "b7c1", async || Ok::<_, String>(2)).await, Ok(Once::AlreadyDone));
/// # }
/// ```
pub trait Deduplicator: Send + Sync {
    /// The transaction in which the handler writes its effects, and which holds the claim as well. `()` if the store has none.
    ///
    /// Dropping one must roll it back, as database clients do.
    type Transaction: Send;

    /// The error of the store.
    type Error;

    /// Takes the claim, or returns who has it.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot decide. The delivery must not be handled then.
    fn claim<'a>(&'a self, ticket: &'a Ticket)
    -> Claiming<'a, Result<Claim<Self::Transaction>, Self::Error>>;

    /// Commits the transaction with the effects and the claim; without one, records that the delivery was handled, and does nothing if the
    /// claim is another's by now.
    ///
    /// # Errors
    ///
    /// Fails if that failed, or its result is not known.
    fn complete<'a>(
        &'a self,
        ticket: &'a Ticket,
        transaction: Self::Transaction,
    ) -> Claiming<'a, Result<(), Self::Error>>;

    /// Releases the claim, so that the next delivery is handled: rolls the transaction back; without one, does nothing if the claim is
    /// another's, or done.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot do so. A transaction then ends with its connection, and a claim without one lapses.
    fn release<'a>(
        &'a self,
        ticket: &'a Ticket,
        transaction: Self::Transaction,
    ) -> Claiming<'a, Result<(), Self::Error>>;

    /// Releases the claim where nothing can be awaited: the handler's future was dropped, because the client disconnected or a timeout
    /// has passed, or `release` failed. It must not block.
    ///
    /// Does nothing unless implemented. With a transaction that is right, because dropping it has rolled it back. Without one, the claim
    /// stays until it lapses, unless the store starts a task that releases it. It may be called for a ticket that did not win.
    fn abandon(&self, ticket: &Ticket) {
        let _ = ticket;
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<D: Deduplicator + ?Sized> Deduplicator for $pointer {
            type Transaction = D::Transaction;
            type Error = D::Error;

            fn claim<'a>(&'a self, ticket: &'a Ticket) -> Claiming<'a, Result<Claim<D::Transaction>, D::Error>> {
                (**self).claim(ticket)
            }

            fn complete<'a>(
                &'a self,
                ticket: &'a Ticket,
                transaction: D::Transaction,
            ) -> Claiming<'a, Result<(), D::Error>> {
                (**self).complete(ticket, transaction)
            }

            fn release<'a>(
                &'a self,
                ticket: &'a Ticket,
                transaction: D::Transaction,
            ) -> Claiming<'a, Result<(), D::Error>> {
                (**self).release(ticket, transaction)
            }

            fn abandon(&self, ticket: &Ticket) {
                (**self).abandon(ticket);
            }
        }
    )*};
}
forward!(&D, Arc<D>, Box<D>);

/// The result of a claim.
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
/// assert_eq!(seen.claim(&one).await?, Claim::Won(()));
/// assert_eq!(seen.claim(&other).await?, Claim::InProgress);
/// seen.complete(&one, ()).await?;
/// assert_eq!(seen.claim(&other).await?, Claim::AlreadyDone);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim<T = ()> {
    /// The claim was taken: handle the delivery in the transaction, then complete or release.
    Won(T),
    /// Another handler holds the claim at present, and may fail.
    InProgress,
    /// It was handled before.
    AlreadyDone,
}

/// A request for a claim: the key of a delivery, and a random id of this attempt to handle it.
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
    /// Creates a ticket with a new holder. Two deliveries with one key are handled once.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), holder: Uuid::new_v4() }
    }

    /// Returns the key that is claimed.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the id of the attempt that claims it.
    pub fn holder(&self) -> Uuid {
        self.holder
    }
}

/// Claims by the id of the delivery.
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
