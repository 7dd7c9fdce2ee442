//! Handles a delivery once: claims it, runs the handler, and then completes or releases the claim, also after a panic or if the
//! future is dropped.

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use ref_cast::RefCast;

use super::dedup::{Claim, Deduplicator, Ticket};

/// Runs the handler if nobody has handled this delivery and no other handler holds the claim.
///
/// The claim is completed when the handler succeeds, and released when it fails, when it panics, and when the future
/// that this returns is dropped before it has ended; the next delivery is then handled again.
///
/// The ticket is the key by which deliveries are the same. `&delivery` is the delivery's id, which is enough for ND8's own repeats.
/// It does not stop an attacker who has seen a delivery and sends it under a new id, because the id is not signed: pass
/// [`delivery.body_digest()`](super::Delivery::body_digest) for that.
///
/// The handler's effects and the claim are not atomic here: if the process dies after the last effect and before the claim is
/// completed, the delivery is handled again. [`handle_once_in`] joins the two in one transaction of a database; otherwise make the
/// handler idempotent.
///
/// # Errors
///
/// Fails with [`OnceError`] if the handler fails or the store does.
///
/// # Example: a handler that fails, and the next delivery
///
/// ```
/// use nd8::webhooks::{MemoryDeduplicator, Once, OnceError, Verifier, handle_once};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::new("whsec");
/// let delivery = verifier.verify(&verifier.signed_headers("b7c1", "webhook.test", b"{}"), b"{}")?;
/// let seen = MemoryDeduplicator::new();
///
/// let failed = handle_once(&seen, &delivery, async || Err::<(), _>("the database is down")).await;
/// assert_eq!(failed, Err(OnceError::Handler("the database is down")));
///
/// let handled = handle_once(&seen, &delivery, async || Ok::<_, String>("shipped")).await;
/// assert_eq!(handled, Ok(Once::Handled("shipped")));
///
/// let again = handle_once(&seen, &delivery, async || Ok::<_, String>("shipped")).await;
/// assert_eq!(again, Ok(Once::AlreadyDone));
/// # Ok(())
/// # }
/// ```
pub async fn handle_once<D, H, F, T, E>(
    deduplicator: &D,
    ticket: impl Into<Ticket>,
    handler: H,
) -> Result<Once<T>, OnceError<E, D::Error>>
where
    D: Deduplicator<Transaction = ()> + ?Sized,
    H: FnOnce() -> F,
    F: Future<Output = Result<T, E>>,
{
    let ticket = ticket.into();
    // The guard exists before the claim: a future that is dropped while it claims may have won without a result.
    let guard = Guard { deduplicator, ticket: &ticket, is_armed: true };
    match begin(&guard).await? {
        Begun::Won(()) => {}
        Begun::Turned(once) => {
            guard.disarm();
            return Ok(once);
        }
    }
    let handled = caught(pin!(async move { handler().await })).await;
    end(guard, (), handled).await
}

/// Runs the handler with the transaction that holds the claim, so that its effects and the claim commit together or not at all.
///
/// It is [`handle_once`] for a [`Deduplicator`] over a database. The delivery is handled once, also if the process crashes: without a
/// commit there is neither effect nor claim. Effects outside of the transaction (a request, an email) are not undone.
///
/// # Errors
///
/// Fails with [`OnceError`] if the handler fails or the store does. After [`OnceError::Complete`] it is not known whether the
/// transaction was committed: the next delivery shows it.
///
/// # Example: an effect in a database
///
/// See [`Deduplicator`].
pub async fn handle_once_in<D, H, T, E>(
    deduplicator: &D,
    ticket: impl Into<Ticket>,
    handler: H,
) -> Result<Once<T>, OnceError<E, D::Error>>
where
    D: Deduplicator + ?Sized,
    H: AsyncFnOnce(&mut D::Transaction) -> Result<T, E>,
{
    let ticket = ticket.into();
    let guard = Guard { deduplicator, ticket: &ticket, is_armed: true };
    let mut transaction = match begin(&guard).await? {
        Begun::Won(transaction) => transaction,
        Begun::Turned(once) => {
            guard.disarm();
            return Ok(once);
        }
    };
    let handled = caught(pin!(handler(&mut transaction))).await;
    end(guard, transaction, handled).await
}

/// The result of the claim.
enum Begun<X, T> {
    Won(X),
    Turned(Once<T>),
}

async fn begin<D, T, E>(guard: &Guard<'_, D>) -> Result<Begun<D::Transaction, T>, OnceError<E, D::Error>>
where
    D: Deduplicator + ?Sized,
{
    Ok(match guard.deduplicator.claim(guard.ticket).await.map_err(OnceError::Claim)? {
        Claim::Won(transaction) => Begun::Won(transaction),
        Claim::InProgress => Begun::Turned(Once::InProgress),
        Claim::AlreadyDone => Begun::Turned(Once::AlreadyDone),
    })
}

async fn end<D, T, E>(
    guard: Guard<'_, D>,
    transaction: D::Transaction,
    handled: Result<Result<T, E>, Box<dyn Any + Send>>,
) -> Result<Once<T>, OnceError<E, D::Error>>
where
    D: Deduplicator + ?Sized,
{
    match handled {
        Ok(Ok(value)) => {
            // It was handled. If that cannot be recorded, the claim is not released: it would be handled again at once, whereas a
            // claim that lapses leaves time for a repair.
            let (deduplicator, ticket) = guard.disarm();
            deduplicator.complete(ticket, transaction).await.map_err(OnceError::Complete)?;
            Ok(Once::Handled(value))
        }
        Ok(Err(error)) => {
            guard.release(transaction).await;
            Err(OnceError::Handler(error))
        }
        // The panic is caught only to release the claim with its transaction, which `drop` cannot do.
        Err(panic) => {
            guard.release(transaction).await;
            resume_unwind(panic)
        }
    }
}

/// The result of handling a delivery once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once<T> {
    /// The handler ran and succeeded. Acknowledge.
    Handled(T),
    /// It was handled before. Acknowledge: ND8 did not receive the earlier acknowledgement.
    AlreadyDone,
    /// Another handler holds the claim, and may fail. Don't acknowledge (respond with 409), so that ND8 sends it again.
    InProgress,
}

/// A delivery was not handled, or it is not known whether it was. Don't acknowledge it, unless you can find out that it was.
///
/// The error of the handler or the store is its `source`, as a text: it does not have to implement [`std::error::Error`]. Match on
/// this type to get it back. `Display` does not print it, because it may repeat what a customer typed.
///
/// # Example: with errors of anyhow
///
/// ```
/// use nd8::webhooks::{MemoryDeduplicator, handle_once};
///
/// async fn ship() -> anyhow::Result<()> {
///     anyhow::bail!("the database is down")
/// }
///
/// async fn receive(seen: &MemoryDeduplicator) -> anyhow::Result<()> {
///     handle_once(seen, "b7c1", ship).await?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let error = receive(&MemoryDeduplicator::new()).await.unwrap_err();
/// assert_eq!(format!("{error:#}"), "the webhook's handler failed: the database is down");
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceError<E, S> {
    /// The handler failed. The claim was released.
    Handler(E),
    /// The store did not report whether the claim was won, so the handler did not run.
    Claim(S),
    /// The handler succeeded, and the store failed to record it. With a transaction, the next delivery shows whether it was committed.
    /// Without one, another delivery is handled again after the claim has lapsed.
    Complete(S),
}

impl<E, S> fmt::Display for OnceError<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handler(_) => "the webhook's handler failed",
            Self::Claim(_) => "the webhook could not be claimed, and was not handled",
            Self::Complete(_) => "the webhook was handled, and this could not be recorded",
        })
    }
}

impl<E, S> std::error::Error for OnceError<E, S>
where
    E: fmt::Debug + fmt::Display + 'static,
    S: fmt::Debug + fmt::Display + 'static,
{
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Handler(error) => Some(Reason::ref_cast(error)),
            Self::Claim(error) | Self::Complete(error) => Some(Reason::ref_cast(error)),
        }
    }
}

/// The error of a handler or a store as a source. Handlers also return texts, boxed errors and those of anyhow, which do not
/// implement [`std::error::Error`], and stable Rust has no specialization to treat those that do differently.
#[derive(RefCast)]
#[repr(transparent)]
struct Reason<E>(E);

impl<E: fmt::Debug> fmt::Debug for Reason<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: fmt::Display> fmt::Display for Reason<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // anyhow and similar types print all their causes in this form.
        write!(f, "{:#}", self.0)
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for Reason<E> {}

/// Abandons the claim when it is dropped, unless it was disarmed.
struct Guard<'a, D: Deduplicator + ?Sized> {
    deduplicator: &'a D,
    ticket: &'a Ticket,
    is_armed: bool,
}

impl<'a, D: Deduplicator + ?Sized> Guard<'a, D> {
    fn disarm(mut self) -> (&'a D, &'a Ticket) {
        self.is_armed = false;
        (self.deduplicator, self.ticket)
    }

    /// Releases the claim. If that fails, or its future is dropped, `drop` abandons it.
    async fn release(mut self, transaction: D::Transaction) {
        self.is_armed = self.deduplicator.release(self.ticket, transaction).await.is_err();
    }
}

impl<D: Deduplicator + ?Sized> Drop for Guard<'_, D> {
    fn drop(&mut self) {
        if self.is_armed {
            self.deduplicator.abandon(self.ticket);
        }
    }
}

/// Runs a future until it completes or panics.
async fn caught<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Box<dyn Any + Send>> {
    poll_fn(|context| {
        // Unwind safety does not matter here: the future is not polled again after a panic, and the panic is resumed.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
