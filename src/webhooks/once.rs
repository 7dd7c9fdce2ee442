//! Handling a delivery once: claim, run, and then complete or release, whatever happens in between.

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;

use super::dedup::{Claim, Deduplicator, Ticket};

/// Runs the handler if nobody has handled this delivery and nobody else is at it.
///
/// The claim is completed when the handler succeeds, and given back when it fails, when it panics, and when the future
/// that this returns is dropped before it is through; the next delivery is then handled again.
///
/// What to go by is yours to choose. `&delivery` stands for the delivery's id, which is enough for ND8's own repeats.
/// It does not stop an attacker who has seen a delivery and sends it under a new id, since the id is not signed: pass
/// [`delivery.body_digest()`](super::Delivery::body_digest) for that.
///
/// "Once" has the limit that it has everywhere: a process that dies between the handler's last effect and the claim's
/// completion leaves no trace of success, and the delivery is handled again. Let the handler write to the database that
/// holds the claims, in one transaction, or make what it does harmless to do twice.
///
/// # Errors
///
/// [`OnceError`] when the handler fails or the store does.
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
    D: Deduplicator,
    H: FnOnce() -> F,
    F: Future<Output = Result<T, E>>,
{
    let ticket = ticket.into();
    // From before the claim: whoever is dropped while claiming may have won without hearing of it.
    let guard = Guard { deduplicator, ticket: &ticket, is_armed: true };
    match deduplicator.claim(&ticket).await.map_err(OnceError::Claim)? {
        Claim::Won => {}
        Claim::InProgress => {
            guard.disarm();
            return Ok(Once::InProgress);
        }
        Claim::AlreadyDone => {
            guard.disarm();
            return Ok(Once::AlreadyDone);
        }
    }
    match caught(pin!(async move { handler().await })).await {
        Ok(Ok(value)) => {
            // It was handled. Even if that cannot be noted, giving the claim back would have it handled again at once.
            guard.disarm();
            deduplicator.complete(&ticket).await.map_err(OnceError::Complete)?;
            Ok(Once::Handled(value))
        }
        Ok(Err(error)) => {
            guard.release().await;
            Err(OnceError::Handler(error))
        }
        Err(panic) => {
            guard.release().await;
            resume_unwind(panic)
        }
    }
}

/// What came of a delivery that was to be handled once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once<T> {
    /// The handler ran and succeeded. Acknowledge.
    Handled(T),
    /// It was handled before. Acknowledge: ND8 has only not heard of it.
    AlreadyDone,
    /// Somebody else is at it, and may fail. Don't acknowledge (409 says what it is), so that ND8 sends it again.
    InProgress,
}

/// A delivery was not handled, or nobody knows that it was. Don't acknowledge it, unless you can tell that it was.
///
/// The error of the handler or the store is its `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceError<E, S> {
    /// The handler failed. The claim was given back.
    Handler(E),
    /// The store did not tell whether the claim was won, so the handler did not run.
    Claim(S),
    /// The handler succeeded, and the store did not take note. Once the claim has lapsed, another delivery is handled
    /// again.
    Complete(S),
}

impl<E, S> fmt::Display for OnceError<E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handler(_) => "the webhook's handler failed",
            Self::Claim(_) => "the webhook could not be claimed, and was not handled",
            Self::Complete(_) => "the webhook was handled, and this could not be noted",
        })
    }
}

impl<E, S> std::error::Error for OnceError<E, S>
where
    E: std::error::Error + 'static,
    S: std::error::Error + 'static,
{
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Handler(error) => Some(error),
            Self::Claim(error) | Self::Complete(error) => Some(error),
        }
    }
}

/// Gives the claim back when it goes away, unless it was disarmed.
struct Guard<'a, D: Deduplicator> {
    deduplicator: &'a D,
    ticket: &'a Ticket,
    is_armed: bool,
}

impl<D: Deduplicator> Guard<'_, D> {
    fn disarm(mut self) {
        self.is_armed = false;
    }

    /// Gives the claim back as the store would like it best. If that fails or is not waited for, `drop` has a go.
    async fn release(mut self) {
        self.is_armed = self.deduplicator.release(self.ticket).await.is_err();
    }
}

impl<D: Deduplicator> Drop for Guard<'_, D> {
    fn drop(&mut self) {
        if self.is_armed {
            self.deduplicator.abandon(self.ticket);
        }
    }
}

/// Runs a future to its end, be that a panic.
async fn caught<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Box<dyn Any + Send>> {
    poll_fn(|context| {
        // What the panic left behind is seen by nobody: the future is not polled again, and the panic goes on.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}
