//! A refund whose outcome is unknown: look it up before anything is sent again.
//!
//! ND8 documents no idempotency key. So a refund request that may have arrived is never repeated by itself; what can be
//! done is to look whether the refund is there. This module does that, and says plainly when it cannot tell.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::TryStreamExt as _;

use super::time::sleep;
use super::{Call, CreateRefund, Error, GetPayment, ListRefunds, Outcome, Refund, RefundCreated};

/// How long the server is given to finish what it may be doing, before its list of refunds is believed.
pub(super) const SETTLE: Duration = Duration::from_secs(2);
/// How often a request is sent at most, in one call of [`Call::send_or_reconcile`].
const MOST_SENT: u32 = 3;
/// How many refunds are listed at a time.
const PAGE: u32 = 100;

/// What became of a refund that was sent with care.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reconciled {
    /// The server answered that it made the refund.
    Created(RefundCreated),
    /// The answer was lost, and the refund is there. It may have failed since: look at its status.
    Found(Box<Refund>),
    /// The answer was lost, and several new refunds of that amount and reason are there: somebody else is at it too.
    Ambiguous(Vec<Refund>),
}

impl Reconciled {
    /// The public id of the refund, unless there are several.
    pub fn refund_id(&self) -> Option<&str> {
        match self {
            Self::Created(created) => Some(&created.refund_public_id),
            Self::Found(refund) => Some(&refund.id),
            Self::Ambiguous(_) => None,
        }
    }
}

/// What a look at the list of refunds says about one whose outcome is unknown.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Lookup {
    /// It is there.
    Found(Box<Refund>),
    /// It is not there. If the request timed out, it may still be on its way.
    NotFound,
    /// Several refunds fit.
    Ambiguous(Vec<Refund>),
}

impl Call<CreateRefund> {
    /// How long [`send_or_reconcile`](Self::send_or_reconcile) waits before each look at what became of a lost request. The
    /// default is 2 seconds, and there are two looks.
    pub fn settle(mut self, time: Duration) -> Self {
        self.request.settle = time;
        self
    }

    /// Looks whether this refund has been made, without sending it: refunds of the payment with the same reason and, if
    /// one is set, the same amount, created at `since` or later. Scope: `payments:read`.
    ///
    /// Take `since` from before the refund was sent, by the server's clock or with something to spare.
    ///
    /// # Example: was it made?
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
    ///     Lookup::Found(found) => assert_eq!(found.id, made.refund_public_id),
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
        Ok(match self.matching(Some(since), |refund| refund.created_at >= since).await? {
            found if found.len() > 1 => Lookup::Ambiguous(found),
            found => {
                found.into_iter().next().map_or(Lookup::NotFound, |refund| Lookup::Found(Box::new(refund)))
            }
        })
    }

    /// Sends the refund, and where the answer is lost looks whether it was made. Scopes: those of creating a refund, and
    /// `payments:read`.
    ///
    /// Only when the connection broke, the refund is not there, and is still not there after a while, the request is sent
    /// again. When time ran out, it is not: a request may linger on its way for long, and ND8 has no means to recognise
    /// the second one. Nor is it when the server failed (5xx). Then, and when a look-up fails, the error says
    /// [`Outcome::Unknown`], and [`reconcile`](Self::reconcile) can look again later.
    ///
    /// A risk is left: a request that was cut off, and arrives after the looks and the second request, is a second refund
    /// where the payment has room for one. A longer [`settle`](Self::settle) makes it smaller; who wants none of it sends with
    /// [`send`](Self::send), and reconciles by hand.
    ///
    /// The deadlines of the call hold for each request that this takes.
    ///
    /// # Example: a refund with a name of its own
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
    ///     Reconciled::Created(created) => assert_eq!(created.amount, Decimal::new(10_00, 2)),
    ///     Reconciled::Found(refund) => println!("made, though the answer was lost: {}", refund.id),
    ///     other => panic!("ask a person: {other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of creating a refund. Before anything is sent, the refunds that are there already are listed, and that may
    /// fail too.
    pub async fn send_or_reconcile(self) -> Result<Reconciled, Error> {
        let known: BTreeSet<String> =
            self.matching(None, |_| true).await?.into_iter().map(|refund| refund.id).collect();
        let is_new = |refund: &Refund| !known.contains(&refund.id);
        let mut sent = 0;
        loop {
            sent += 1;
            let error = match self.clone().send().await {
                Ok(created) => return Ok(Reconciled::Created(created)),
                Err(error) if error.outcome() == Outcome::Unknown => error,
                // The first request may have arrived late, and be the very reason why the second was refused.
                Err(error) if sent > 1 => error.after_unknown(),
                Err(error) => return Err(error),
            };
            for _ in 0..2 {
                sleep(self.request.settle).await;
                // Whatever goes wrong with looking, what must be told is that the refund may have been made.
                let Ok(new) = self.matching(None, is_new).await else { return Err(error) };
                match <[Refund; 1]>::try_from(new) {
                    Ok([refund]) => return Ok(Reconciled::Found(Box::new(refund))),
                    Err(new) if new.len() > 1 => return Ok(Reconciled::Ambiguous(new)),
                    Err(_) => {}
                }
            }
            let broke = error.is_transport() && !error.is_timeout();
            if !broke || sent == MOST_SENT {
                return Err(error);
            }
        }
    }

    /// The refunds of this payment with this reason and amount that also pass a test; the server is asked for those since
    /// a time only, and need not know how.
    async fn matching(
        &self,
        since: Option<jiff::Timestamp>,
        test: impl Fn(&Refund) -> bool,
    ) -> Result<Vec<Refund>, Error> {
        let CreateRefund { payment, body, .. } = &self.request;
        // The caller may have named the payment by its number; refunds name it by its public id.
        let public = self.with(GetPayment { payment: payment.clone() }).send().await?.id;
        let mut list =
            self.with(ListRefunds::default()).search(&public).ordering("created_at").page_size(PAGE);
        if let Some(since) = since {
            list = list.created_from(since);
        }
        let mut refunds = list.items();
        let mut found = Vec::new();
        while let Some(refund) = refunds.try_next().await? {
            let fits = (refund.transaction_id == public || refund.transaction_id == payment.as_str())
                && refund.reason.as_deref() == Some(&body.reason)
                && body.amount.is_none_or(|amount| amount == refund.amount);
            if fits && test(&refund) {
                found.push(refund);
            }
        }
        Ok(found)
    }
}
