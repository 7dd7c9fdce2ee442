//! A refund whose outcome is unknown: look it up before anything is sent again.
//!
//! ND8 documents no idempotency key. So a refund request that may have arrived is never repeated by itself; what can be
//! done is to look whether the refund is there. This module does that, and says plainly when it cannot tell.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::SignedDuration;
use unicode_normalization::UnicodeNormalization as _;

use super::time::sleep;
use super::{Call, CreateRefund, Error, GetPayment, ListRefunds, Outcome, Refund, RefundCreated};
use crate::{Currency, Decimal, RefundId};

/// How long the server is given to finish what it may be doing, before its list of refunds is believed.
pub(super) const SETTLE: Duration = Duration::from_secs(2);
/// How often a request is sent at most, in one call of [`Call::send_or_reconcile`].
const MOST_SENT: u32 = 3;
/// How many refunds are listed at a time.
const PAGE: u32 = 100;
/// How many pages are read at most. A refund that is not found within so many is not looked for any further.
const MOST_PAGES: u32 = 100;
/// By how much the clocks of two servers in one service may differ.
const CLOCKS: SignedDuration = SignedDuration::from_secs(1);

/// What became of a refund that was sent with care.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reconciled {
    /// The server answered that it made the refund.
    Created(RefundCreated),
    /// The answer was lost, and the refund is there. It may have failed since: look at its status.
    Found(Box<Refund>),
    /// The answer was lost, and new refunds are there of which it is not certain which one is this, or whether one is: several
    /// that fit, one whose amount or reason differs from what was sent, or one that names its payment by a number.
    Ambiguous(Vec<Refund>),
}

impl Reconciled {
    /// Returns the id of the refund, unless there are several: the public one where it is known.
    pub fn refund_id(&self) -> Option<RefundId> {
        match self {
            Self::Created(created) => created.id(),
            Self::Found(refund) => Some(RefundId::from(&refund.id)),
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
    /// It is not there: the list was read, newest first, until before it was sent, and has no refund of this payment that is new.
    /// If the request timed out, it may still be on its way; and a list may lag behind.
    NotFound,
    /// Refunds are there of which it is not certain which one is this, or whether one is.
    Ambiguous(Vec<Refund>),
    /// The list cannot tell: it is not in the order that was asked for, or has no end that can be proved.
    Unknown,
}

impl Call<CreateRefund> {
    /// How long [`send_or_reconcile`](Self::send_or_reconcile) waits before each look at what became of a lost request. The
    /// default is 2 seconds, and there are two looks.
    pub fn settle(mut self, time: Duration) -> Self {
        self.request.settle = time;
        self
    }

    /// Sends the refund again where it is certainly not in the list after a connection broke, in
    /// [`send_or_reconcile`](Self::send_or_reconcile). Without this nothing is ever sent a second time.
    ///
    /// A risk is left: a request that was cut off may arrive after the looks and the second request, and a list may lag behind
    /// what was made. Either is a second refund where the payment has room for one. A longer [`settle`](Self::settle) makes the
    /// risk smaller.
    pub fn resend_if_absent(mut self) -> Self {
        self.request.resend = true;
        self
    }

    /// Looks whether this refund has been made, without sending it: whether the list has a refund of this payment that was
    /// created at `since` or later. Amount and reason only decide between found and ambiguous. Scope: `payments:read`.
    ///
    /// Take `since` from before the refund was sent, by the server's clock or with something to spare. A server that writes times without an
    /// offset is read as UTC, though it may mean local time: against such a one, take a day to spare.
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
        let payment = self.payment_names().await?;
        let look = self.look(&payment, &Before::Time(since)).await?;
        Ok(look.verdict())
    }

    /// Sends the refund, and where the answer is lost looks whether it was made. Scopes: those of creating a refund, and
    /// `payments:read`.
    ///
    /// The list of refunds is read before and after, newest first. A refund that was not there before is this one if payment, amount
    /// and reason are those that were sent; texts are compared as Django stores them. Where it is not there, or the list cannot
    /// tell, or a look fails, the error says [`Outcome::Unknown`] (or [`Outcome::Done`], if the server said so), and [`reconcile`](Self::reconcile) can look again later. Nothing
    /// is sent again, unless [`resend_if_absent`](Self::resend_if_absent) asks for it.
    ///
    /// A concurrent refund of the same payment with the same amount and reason, made by another process, cannot be distinguished.
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
    ///     Reconciled::Created(created) => assert_eq!(created.amount, Some(Decimal::new(10_00, 2))),
    ///     Reconciled::Found(refund) => println!("made, though the answer was lost: {}", refund.id),
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
        let before = async {
            let payment = self.payment_names().await?;
            Ok((payment, Before::Known(self.known().await?)))
        };
        let (payment, before) = before.await.map_err(Error::before_sending)?;
        let mut sent = 0;
        loop {
            sent += 1;
            let error = match self.clone().send().await {
                Ok(created) => return Ok(Reconciled::Created(created)),
                Err(error) if matches!(error.outcome(), Outcome::Unknown | Outcome::Done) => error,
                // The first request may have arrived late, and be the very reason why the second was refused.
                Err(error) if sent > 1 => error.after_unknown(),
                Err(error) => return Err(error),
            };
            for _ in 0..2 {
                sleep(self.request.settle).await;
                // Whatever goes wrong with looking, what must be told is that the refund may have been made.
                match self.look(&payment, &before).await.map(Look::verdict) {
                    Ok(Lookup::Found(refund)) => return Ok(Reconciled::Found(refund)),
                    Ok(Lookup::Ambiguous(refunds)) => return Ok(Reconciled::Ambiguous(refunds)),
                    Ok(Lookup::NotFound) => {}
                    Ok(Lookup::Unknown) | Err(_) => return Err(error),
                }
            }
            let broke = error.is_transport() && !error.is_timeout() && error.outcome() == Outcome::Unknown;
            if !self.request.resend || !broke || sent == MOST_SENT {
                return Err(error);
            }
        }
    }

    /// The names that refunds can have for the payment: the caller may have named it by its number.
    async fn payment_names(&self) -> Result<Vec<String>, Error> {
        let given = self.request.payment.clone();
        let public = self.with(GetPayment { payment: given.clone() }).send().await?.id;
        Ok(vec![public, given.as_str().to_owned()])
    }

    /// The list that absence is read from. It is narrowed by nothing: what a filter leaves out proves nothing.
    fn newest(&self) -> Call<ListRefunds> {
        self.with(ListRefunds::default()).ordering("-created_at").page_size(PAGE)
    }

    /// Reads the newest refunds that are there, back to one that is so old that none behind it can be taken for a new one: several
    /// may have been created at the same time, and a page may end between them.
    async fn known(&self) -> Result<Known, Error> {
        let mut known = BTreeMap::new();
        for number in 1..=MOST_PAGES {
            let page = match self.newest().page(number).send().await {
                Err(error) if number > 1 && error.is_not_found() => break,
                page => page?,
            };
            let before = known.len();
            known.extend(page.into_iter().map(|refund| (refund.id, refund.created_at)));
            // A refund without a time sorts first, and reaches nothing.
            let reached =
                known.values().min().copied().flatten().is_some_and(|oldest| Some(oldest) < margin(&known));
            if reached || known.len() == before {
                break;
            }
        }
        Ok(known)
    }

    /// Reads the list back to before the refund was sent.
    async fn look(&self, payment: &[String], before: &Before) -> Result<Look, Error> {
        let mut look = Look::default();
        let mut seen = BTreeSet::new();
        let (mut last, mut descends, mut reached) = (None::<jiff::Timestamp>, false, false);
        for number in 1..=MOST_PAGES {
            let page = match self.newest().page(number).send().await {
                Err(error) if number > 1 && error.is_not_found() => {
                    look.is_complete = true;
                    return Ok(look);
                }
                page => page?,
            };
            let (is_empty, count) = (page.is_empty(), page.count);
            let before_page = seen.len();
            for refund in page {
                if !seen.insert(refund.id.clone()) {
                    continue;
                }
                // Not in the order that was asked for: what is new may be anywhere.
                match refund.created_at {
                    Some(created_at) => {
                        look.is_unordered |= last.is_some_and(|last| created_at > last);
                        descends |= last.is_some_and(|last| created_at < last);
                        last = Some(created_at);
                    }
                    // Without a time no order can be verified.
                    None => look.is_unordered = true,
                }
                reached |= before.is_before(&refund);
                if before.may_be_new(&refund)
                    && let Some(fit) = self.fit(payment, &refund)
                {
                    look.new.push((refund, fit));
                }
            }
            let is_end = is_empty || count.is_some_and(|count| count <= seen.len() as u64);
            // One refund that is old says nothing yet: a list that begins with the oldest has it first.
            if is_end || reached && descends && !look.is_unordered {
                look.is_complete = true;
                return Ok(look);
            }
            // A server that does not know `page` sends the same again, and proves no end.
            if seen.len() == before_page {
                break;
            }
        }
        Ok(look)
    }

    /// How a new refund compares with this one; none if it is of another payment.
    fn fit(&self, payment: &[String], refund: &Refund) -> Option<Fit> {
        let is_number = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        // Of an address, the last segment is the name.
        let last = |named: &str| {
            named.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
        };
        let named = refund.transaction_id.as_deref().map(last).filter(|named| !named.is_empty());
        let named = named.as_deref();
        let is_one_of = |test: &dyn Fn(&str) -> bool| payment.iter().any(|name| test(name.trim()));
        let is_named = named.is_some_and(|named| is_one_of(&|name| name == named));
        // By nothing, by the name in another case, or by a number of which it is not known whose it is.
        let may_be_named = named.is_none_or(|named| {
            is_one_of(&|name| name.eq_ignore_ascii_case(named)) || is_number(named) && !is_one_of(&is_number)
        });
        if !is_named && !may_be_named {
            return None;
        }
        let body = &self.request.body;
        let currency = refund.currency.as_deref().unwrap_or_default();
        let is_amount = body
            .amount
            .is_none_or(|sent| refund.amount.is_some_and(|amount| is_nearly(sent, amount, currency)));
        let is_reason = refund.reason.as_deref().is_none_or(|reason| stored(reason) == stored(&body.reason));
        Some(if is_named && is_amount && is_reason { Fit::This } else { Fit::Perhaps })
    }
}

/// Refunds by their ids, and when each was created, where that is known.
type Known = BTreeMap<String, Option<jiff::Timestamp>>;

/// Distinguishes refunds that existed before this one was sent.
enum Before {
    /// The newest refunds that were there.
    Known(Known),
    /// The time from which on it may have been made.
    Time(jiff::Timestamp),
}

impl Before {
    /// Whether a refund is so old that none behind it can be new.
    fn is_before(&self, refund: &Refund) -> bool {
        match self {
            Self::Time(since) => refund.created_at.is_some_and(|created_at| created_at < *since),
            Self::Known(known) => {
                let is_older = |margin| refund.created_at.is_some_and(|created_at| created_at < margin);
                known.contains_key(&refund.id) && margin(known).is_some_and(is_older)
            }
        }
    }

    fn may_be_new(&self, refund: &Refund) -> bool {
        match self {
            Self::Time(since) => refund.created_at.is_none_or(|created_at| created_at >= *since),
            // What is older than what was read before was there, too.
            Self::Known(known) => {
                let is_older = |margin| refund.created_at.is_some_and(|created_at| created_at < margin);
                !known.contains_key(&refund.id) && !margin(known).is_some_and(is_older)
            }
        }
    }
}

/// Returns the time before which nothing is new. The clocks of two servers may differ a little, and so the order of what was
/// created at the same time.
fn margin(known: &Known) -> Option<jiff::Timestamp> {
    let newest = known.values().flatten().max()?;
    Some(newest.checked_sub(CLOCKS).unwrap_or(jiff::Timestamp::MIN))
}

/// How a refund that was not there before compares with the one that was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Payment, amount and reason are the same.
    This,
    /// It may be of the same payment.
    Perhaps,
}

/// What a look at the list found.
#[derive(Default)]
struct Look {
    new: Vec<(Refund, Fit)>,
    /// The list was read until before the refund was sent, or to its end.
    is_complete: bool,
    is_unordered: bool,
}

impl Look {
    fn verdict(self) -> Lookup {
        let fits = self.new.iter().filter(|(_, fit)| *fit == Fit::This).count();
        let proves = self.is_complete && !self.is_unordered;
        let mut new = self.new;
        match (new.len(), fits) {
            (0, _) if proves => Lookup::NotFound,
            (0, _) => Lookup::Unknown,
            // In another order, what was read before was not the newest either, and an old one would be taken for this one.
            (1, 1) if !self.is_unordered => Lookup::Found(Box::new(new.remove(0).0)),
            _ => Lookup::Ambiguous(new.into_iter().map(|(refund, _)| refund).collect()),
        }
    }
}

/// Whether two amounts differ by less than the smallest unit of the currency: a server may round.
fn is_nearly(one: Decimal, other: Decimal, currency: &str) -> bool {
    let places = Currency::from(currency).exponent().unwrap_or(0);
    one.checked_sub(other).is_some_and(|difference| difference.abs() < Decimal::new(1, places))
}

/// A text as Django REST Framework stores it: without white space around it, with plain line ends, in one Unicode form.
fn stored(text: &str) -> String {
    text.trim().replace("\r\n", "\n").replace('\r', "\n").nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::{is_nearly, stored};
    use crate::Decimal;

    #[test]
    fn texts_are_compared_as_they_are_stored() {
        for (sent, kept) in [
            ("Order 4711 ", "Order 4711"),
            ("\ta\r\nb\rc\n", "a\nb\nc"),
            ("Cafe\u{301}", "Caf\u{e9}"),
            ("\u{a0}x\u{2003}", "x"),
        ] {
            assert_eq!(stored(sent), stored(kept), "{sent:?}");
        }
        assert_ne!(stored("Order 4711"), stored("order 4711"));
    }

    #[test]
    fn amounts_are_equal_within_the_smallest_unit() {
        let amount = |text: &str| text.parse::<Decimal>().expect("is an amount");
        for (one, other, currency, expected) in [
            ("10.005", "10.01", "USD", true),
            ("10.00", "10.01", "USD", false),
            ("10.4", "10", "JPY", true),
            ("10", "11", "JPY", false),
            ("10.00", "10", "XXX", true),
        ] {
            assert_eq!(is_nearly(amount(one), amount(other), currency), expected, "{one} {other} {currency}");
        }
    }
}
