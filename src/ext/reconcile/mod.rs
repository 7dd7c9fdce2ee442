//! Looks up a refund whose outcome is unknown, before anything is sent again.
//!
//! This is not idempotency. ND8 documents no idempotency key, so no header or reference makes the server ignore a second
//! request: a refund that may have arrived is never repeated automatically. This module instead searches the list of refunds
//! for it. The list is evidence, not proof: it may lag, and another process may have made the same refund.
//!
//! So it fails closed. Every doubt (an unordered list, a failed look, a refund that another call may have made) is reported
//! as ambiguous or unknown, never as "not made", since the caller would then refund twice.

mod look;

use std::time::Duration;

use self::look::{Before, Look, Verdict};
use super::call::sealed::Endpoint as _;
use super::claims::{self, Order, Ticket};
use super::refunds::Charged;
use super::time::sleep;
use super::{Call, CreateRefund, Error, GetPayment, Outcome, Refund, RefundCreated};
use crate::{RefundId, RefundReference};

/// Default wait before the list of refunds is read: the server may still be processing the request.
pub(super) const SETTLE: Duration = Duration::from_secs(2);
/// Maximum number of requests for one refund in one call of [`Call::send_or_reconcile`].
const MOST_SENT: u32 = 3;

/// Result of [`Call::send_or_reconcile`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reconciled {
    /// The response reports that the refund was made.
    Created(RefundCreated),
    /// The response was lost, and the refund with the [`reference`](Call::reference) of this call is there. It may have
    /// failed since: look at its status.
    Identified(Box<Refund>),
    /// The response was lost, and one new refund of this payment, amount and reason is there. **It may be another
    /// process's**, which asked for the same at the same time; it is no other call's of this process. It may have failed
    /// since: look at its status.
    Found(Box<Refund>),
    /// The response was lost, and new refunds are there of which it is not certain which one is this, or whether one is: several
    /// that fit, one whose amount or reason differs from what was sent, one that names its payment by a number, or one that
    /// another call of this process may have made.
    Ambiguous(Vec<Refund>),
}

impl Reconciled {
    /// Returns the id of the refund, unless there are several: the public one where it is known.
    pub fn refund_id(&self) -> Option<RefundId> {
        match self {
            Self::Created(created) => created.id(),
            Self::Identified(refund) | Self::Found(refund) => Some(refund.id.clone()),
            Self::Ambiguous(_) => None,
        }
    }

    /// Returns whether the refund is certainly this call's, and no other process's.
    ///
    /// ```
    /// use nd8::Reconciled;
    ///
    /// assert!(!Reconciled::Ambiguous(Vec::new()).is_certain());
    /// ```
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Created(_) | Self::Identified(_))
    }
}

/// Result of looking for a refund with unknown outcome in the list of refunds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Lookup {
    /// The refund with the [`reference`](Call::reference) of this call is there.
    Identified(Box<Refund>),
    /// One refund of this payment, amount and reason is there. **It may be another process's**, or that of a call which was
    /// made before this program started.
    Found(Box<Refund>),
    /// It is not there: the list was read, newest first, until before it was sent, and has no refund of this payment that is new.
    /// If the request timed out, it may still be on its way; and a list may lag behind.
    NotFound,
    /// Refunds are there of which it is not certain which one is this, or whether one is.
    Ambiguous(Vec<Refund>),
    /// The list proves nothing: it is not in the order that was asked for, has times without an offset or no end that can be proved,
    /// or what is new in it was made by other calls of this process.
    Unknown,
}

impl Call<CreateRefund> {
    /// Sets how long [`send_or_reconcile`](Self::send_or_reconcile) waits before each of its two looks for a lost request. The
    /// default is 2 seconds.
    pub fn settle(mut self, time: Duration) -> Self {
        self.request.settle = time;
        self
    }

    /// Sends the refund again where it is certainly not in the list after a connection broke, in
    /// [`send_or_reconcile`](Self::send_or_reconcile). Without this nothing is ever sent a second time.
    ///
    /// A risk is left: a request that was cut off may arrive after the looks and the second request, and a list may lag behind
    /// what was made. Either leads to a second refund if the payment still covers it. A longer [`settle`](Self::settle) makes the
    /// risk smaller.
    pub fn resend_if_absent(mut self) -> Self {
        self.request.resend = true;
        self
    }

    /// Puts a reference in front of the reason, as in `[k3v9x2m7qd5t] Order 4711`, by which this refund is recognized among those that
    /// other processes make for the same payment, amount and reason: where the response is lost, the result is
    /// [`Reconciled::Identified`] or [`Lookup::Identified`], which is certain.
    ///
    /// Customers and the payment provider see the reason, and so the reference; and it takes a part of the 500 characters.
    /// A server that does not return the reason makes the result uncertain again ([`Reconciled::Found`]), and one that
    /// shortens it to less than the reference makes it ambiguous. The server itself ignores the reference: two requests with
    /// the same one are two refunds.
    ///
    /// Store the reference before the refund is sent. After a crash, [`reconcile`](Self::reconcile) finds it.
    ///
    /// Fails with [`is_invalid_input`](Error::is_invalid_input) when the reference is not of 8 to 32 ASCII letters, digits, hyphens
    /// and underscores.
    ///
    /// # Example: certain, whoever else refunds
    ///
    /// ```
    /// use nd8::{Decimal, Lookup, RefundReference};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, Decimal::new(60_00, 2));
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// let before = client.payments().get(&payment_id).send().await?.created_at.expect("payments have a time");
    /// let reference = RefundReference::new();
    /// let refund = || client.refunds().create(&payment_id, "Order 4711").amount(Decimal::ONE).reference(&reference);
    /// refund().send().await?;
    ///
    /// let Lookup::Identified(found) = refund().reconcile(before).await? else { panic!("it has the reference") };
    /// assert_eq!(found.reason, Some(format!("[{reference}] Order 4711")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reference(mut self, reference: impl Into<RefundReference>) -> Self {
        let reference = reference.into();
        let front = |reference: &RefundReference| format!("[{reference}] ");
        let reason = &self.request.body.reason;
        let earlier =
            self.request.reference.as_ref().and_then(|earlier| reason.strip_prefix(&front(earlier)));
        // In front, where a reason that is cut off still has it.
        self.request.body.reason = front(&reference) + earlier.unwrap_or(reason);
        self.request.reference = Some(reference);
        self
    }

    /// Looks for this refund in the list, without sending it: for a refund of this payment that was created at `since` or
    /// later. Amount and reason only decide between found and ambiguous. Scope: `payments:read`.
    ///
    /// Take `since` from before the refund was sent, by the server's clock or with a margin. Times that the server writes without
    /// an offset may be local ones: they prove no absence, and refunds of the day around `since` are ambiguous. So are those
    /// shortly before
    /// `since` whose time may have been cut off to a second, a minute or a day.
    ///
    /// Calls of this process with the same order are taken into account: if two have no response, a single refund is ambiguous, and a
    /// refund that a response has named is not assigned to another call. A later look returns the same result.
    ///
    /// # Example: look up a refund after a crash
    ///
    /// ```
    /// use nd8::{Decimal, Lookup};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, Decimal::new(60_00, 2));
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// let before = client.payments().get(&payment_id).send().await?.created_at.expect("payments have a time");
    /// let refund = client.refunds().create(&payment_id, "Order 4711").amount(Decimal::new(10_00, 2));
    /// assert!(matches!(refund.reconcile(before).await?, Lookup::NotFound));
    ///
    /// let made = refund.clone().send().await?;
    /// match refund.reconcile(before).await? {
    ///     Lookup::Found(found) => assert_eq!(Some(found.id), made.refund_public_id),
    ///     other => panic!("it was made once: {other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of looking up a payment and of listing refunds.
    pub async fn reconcile(&self, since: jiff::Timestamp) -> Result<Lookup, Error> {
        let order = self.order().await?;
        let look = self.look(&order, &Before::Time(since)).await?;
        let claims = claims::lock();
        let own = claims.without_response(self.server(), &order);
        Ok(look.verdict(&claims, self.server(), own, &order).lookup)
    }

    /// Sends the refund, and if the response is lost looks whether it was made. Scopes: those of creating a refund, and
    /// `payments:read`.
    ///
    /// The list of refunds is read before and after, newest first. A refund that was not there before is this one if payment, amount
    /// and reason are those that were sent; texts are compared as Django stores them. If it is not there, the list
    /// proves nothing, or a look fails, the outcome of the error is [`Outcome::Unknown`] (or [`Outcome::Done`], if the server reported
    /// success), and [`reconcile`](Self::reconcile) can look again later. Nothing is sent again, unless
    /// [`resend_if_absent`](Self::resend_if_absent) asks for it.
    ///
    /// Two calls of this process never report the same refund as theirs, whichever clients of one base URL they use: a refund that
    /// another call may have made is [`Ambiguous`](Reconciled::Ambiguous). A refund that another process made at the same
    /// time, with the same payment, amount and reason, cannot be distinguished, unless there is a
    /// [`reference`](Self::reference); nor can one that was made with the raw client. A call that ended without a response
    /// counts for 15 minutes.
    ///
    /// The deadlines of the call hold for each request that this takes.
    ///
    /// # Example: a refund that is looked up if its response is lost
    ///
    /// ```
    /// use nd8::{Decimal, Reconciled};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, Decimal::new(60_00, 2));
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// let refund = client.refunds().create(&payment_id, "Order 4711").amount(Decimal::new(10_00, 2));
    /// match refund.send_or_reconcile().await? {
    ///     Reconciled::Created(created) => assert_eq!(created.amount, Some(Decimal::new(10_00, 2))),
    ///     Reconciled::Found(refund) => println!("made, though the response was lost: {}", refund.id),
    ///     other => panic!("ask a person: {other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of creating a refund. Before anything is sent, the payment is looked up and the refunds that are there already are
    /// listed; where that fails, the outcome is [`Outcome::NotSent`].
    pub async fn send_or_reconcile(self) -> Result<Reconciled, Error> {
        let order = self.order().await.map_err(Error::before_sending)?;
        let ticket = Ticket::open(self.server(), order);
        let before = Before::Known(self.known().await.map_err(Error::before_sending)?);
        let mut sent = 0;
        loop {
            sent += 1;
            ticket.sending();
            let error = match self.registered().send().await {
                Ok(created) => {
                    ticket.made(&created.ids());
                    return Ok(Reconciled::Created(created));
                }
                // The first request may have arrived late, and may be the reason why the second was refused.
                Err(error) if sent > 1 => error.after_unknown(),
                Err(error) => error,
            };
            ticket.failed(&error);
            if matches!(error.outcome(), Outcome::NotSent | Outcome::Rejected) {
                return Err(error);
            }
            // Two looks: one call of this process may still be in flight at the first, and a list may lag.
            let mut absent = 0;
            for is_last in [false, true] {
                sleep(self.request.settle).await;
                // The error of the request is returned, not that of the look: it states that the refund may have been made.
                let Ok(look) = self.look(&order, &before).await else { return Err(error) };
                match self.settled(look, &ticket, &order) {
                    Verdict { is_pending: true, .. } if !is_last => {}
                    Verdict { lookup: Lookup::Identified(refund), .. } => {
                        return Ok(Reconciled::Identified(refund));
                    }
                    Verdict { lookup: Lookup::Found(refund), .. } => return Ok(Reconciled::Found(refund)),
                    Verdict { lookup: Lookup::Ambiguous(refunds), .. } => {
                        return Ok(Reconciled::Ambiguous(refunds));
                    }
                    Verdict { lookup: Lookup::NotFound, .. } => absent += 1,
                    Verdict { lookup: Lookup::Unknown, .. } => return Err(error),
                }
            }
            // After a timeout the request may still be on its way, so only a broken connection permits a second one.
            let broke = error.is_transport() && !error.is_timeout() && error.outcome() == Outcome::Unknown;
            if !self.request.resend || !broke || absent < 2 || sent == MOST_SENT {
                return Err(error);
            }
        }
    }

    /// Decides what became of this call, and claims what is found before another call of this process can.
    fn settled(&self, look: Look, ticket: &Ticket, order: &Order) -> Verdict {
        let mut claims = claims::lock();
        let verdict = look.verdict(&claims, self.server(), ticket.own(), order);
        if let Lookup::Identified(refund) | Lookup::Found(refund) = &verdict.lookup {
            claims.claim(ticket, refund);
        }
        verdict
    }

    /// Returns the order of this call. The refunds of a list may have either name of the payment: the caller may have named
    /// it by its number.
    async fn order(&self) -> Result<Order, Error> {
        let given = self.request.payment.clone();
        let payment = self.with(GetPayment { payment: given.clone() }).send().await?;
        if let Some(problem) = self.request.other_currency(&Charged::of(&payment)) {
            return Err(Error::input(CreateRefund::OPERATION, vec![problem]));
        }
        Ok(Order::new([&payment.id, &given], &self.request.body))
    }

    /// Returns the same call, marked as registered, so that [`send`](Self::send) does not register it again.
    fn registered(&self) -> Self {
        let mut call = self.clone();
        call.request.is_registered = true;
        call
    }
}
