//! Refunds: money that goes back.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::call::sealed::Endpoint;
use super::claims::{Order, Ticket};
use super::core::Core;
use super::pages::Place;
use super::pages::sealed::Paged as _;
use super::reconcile::SETTLE;
use super::{
    Call, Currency, FieldError, OptionalText, Page, Paged, Payment, Refund, RefundCreated, RefundStatus,
    Request, envelope, pages, validate,
};
use crate::ids::{PaymentId, RefundId, RefundReference};
use crate::money::Amount;
use crate::raw::{self, ResponseValue};

/// Refunds of payments. From [`Client::refunds`](crate::Client::refunds).
///
/// # Example: a part of a payment
///
/// ```
/// use nd8::{Decimal, RefundStatus};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
/// # let mug = nd8::Product::ad_hoc("Mug", 1, Decimal::new(6000, 2));
/// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
/// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
/// let part = Decimal::new(40_00, 2);
/// let created = client.refunds().create(&payment_id, "Customer request").amount(part).send().await?;
/// assert_eq!(created.amount, Some(part));
/// assert_eq!(created.status, Some(RefundStatus::Processing));
///
/// let refunds = client.refunds().list().search(&payment_id).send().await?;
/// assert_eq!(Some(&refunds[0].id), created.refund_public_id.as_ref());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Refunds {
    core: Arc<Core>,
}

impl super::Client {
    /// Returns the refunds: create, list and get them.
    pub fn refunds(&self) -> Refunds {
        Refunds { core: Arc::clone(&self.core) }
    }
}

impl Refunds {
    /// Refunds a payment, named by its public or numeric id: everything that is still refundable, unless an
    /// [`amount`](Call::amount) is set. The customer and the payment provider see the reason, of at most 500
    /// characters. Scope: `refunds:write` or `payments:write`.
    ///
    /// A success means that the refund is being processed; [`get`](Self::get) and a webhook report when it has completed.
    ///
    /// Fails with [`is_invalid_input`](crate::Error::is_invalid_input) when the payment cannot be refunded, or not by so
    /// much. Where [`outcome`](crate::Error::outcome) is [`Unknown`](crate::Outcome::Unknown), the refund may have been
    /// made: list the payment's refunds before another is sent. This crate never repeats it on its own.
    ///
    /// An amount in [`Money`](crate::Money) is not compared with the payment here: this call does not have it. [`of`](Self::of) does.
    pub fn create(&self, payment: impl Into<PaymentId>, reason: impl Into<String>) -> Call<CreateRefund> {
        self.created(payment.into(), reason.into(), Charged::NotFetched)
    }

    fn created(&self, payment: PaymentId, reason: String, charged: Charged) -> Call<CreateRefund> {
        let request = CreateRefund {
            payment,
            body: raw::types::RefundRequest::new(reason),
            currency: None,
            charged,
            reference: None,
            settle: SETTLE,
            resend: false,
            is_registered: false,
        };
        Call::new(&self.core, request)
    }

    /// Returns the refunds of a payment that was fetched, whose currency is known.
    ///
    /// # Example: another currency is refused
    ///
    /// ```
    /// use nd8::Money;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, Money::usd("60.00")?);
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// let payment = client.payments().get(&payment_id).send().await?;
    /// let refund = client.refunds().of(&payment).create("A mug broke");
    /// let error = refund.clone().amount(Money::eur("29.99")?).send().await.unwrap_err();
    /// assert_eq!(error.messages()[0].message, "is in EUR, and the payment is in USD");
    /// assert_eq!(error.outcome(), nd8::Outcome::NotSent);
    ///
    /// let created = refund.amount(Money::usd("29.99")?).send().await?;
    /// assert_eq!(created.money()?, Money::usd("29.99")?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(&self, payment: &Payment) -> PaymentRefunds {
        PaymentRefunds { refunds: self.clone(), payment: payment.id.clone(), charged: Charged::of(payment) }
    }

    /// Lists the organization's refunds, all of them unless filtered: a page with [`send`](Call::send), all pages with
    /// [`pages`](Call::pages), all refunds with [`items`](Call::items). Scope: `refunds:read` or `payments:read`.
    ///
    /// Fails with [`is_not_found`](crate::Error::is_not_found) for a page that does not exist (inferred from Django REST
    /// Framework).
    pub fn list(&self) -> Call<ListRefunds> {
        Call::new(&self.core, ListRefunds::default())
    }

    /// Looks a refund up by its public id (`RFabc123`) or its numeric one. Scope: `refunds:read` or `payments:read`.
    ///
    /// Fails with [`is_not_found`](crate::Error::is_not_found) when there is no such refund.
    ///
    /// # Example: until the money is back
    ///
    /// ```
    /// use std::time::Duration;
    /// use nd8::{Poll, RefundStatus};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::builder().refunds(nd8_sandbox::RefundPolicy::Manual).start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(60_00, 2));
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// let created = client.refunds().create(&payment_id, "Returned").send().await?;
    /// let id = created.id().expect("a refund that was made has an id");
    /// # sandbox.complete_refund(id.as_str())?;
    /// let call = client.refunds().get(id);
    /// let refund = call.until_final(Poll::within(Duration::from_secs(60))).await?;
    /// assert_eq!(refund.status, Some(RefundStatus::Completed));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, refund: impl Into<RefundId>) -> Call<GetRefund> {
        Call::new(&self.core, GetRefund { refund: refund.into() })
    }
}

/// Refunds of one payment that was fetched. From [`Refunds::of`].
#[derive(Clone, Debug)]
pub struct PaymentRefunds {
    refunds: Refunds,
    payment: PaymentId,
    charged: Charged,
}

impl PaymentRefunds {
    /// Refunds the payment, as [`Refunds::create`] does. An [`amount`](Call::amount) of [`Money`](crate::Money) in another
    /// currency than the payment's is refused before anything is sent, and so is one where the payment was fetched without a currency.
    ///
    /// Only the server knows how much can be refunded: the amount of a payment is net of fees.
    pub fn create(&self, reason: impl Into<String>) -> Call<CreateRefund> {
        self.refunds.created(self.payment.clone(), reason.into(), self.charged.clone())
    }
}

/// Refunds a payment. Source: the reference, `POST /transactions/{id}/refund/`.
#[derive(Clone, Debug)]
pub struct CreateRefund {
    pub(super) payment: PaymentId,
    pub(super) body: raw::types::RefundRequest,
    /// Currency of the amount, if the caller gave one.
    currency: Option<Currency>,
    charged: Charged,
    /// Reference that the reason begins with.
    pub(super) reference: Option<RefundReference>,
    pub(super) settle: Duration,
    pub(super) resend: bool,
    /// Is true if a call that sends this one has registered it.
    pub(super) is_registered: bool,
}

impl Call<CreateRefund> {
    /// Sets the amount of a partial refund, tax included: [`Money`](crate::Money), or a bare decimal in major units of the
    /// currency that was charged.
    ///
    /// The request has no currency. Wherever the payment is known ([`Refunds::of`],
    /// [`send_or_reconcile`](Self::send_or_reconcile)), money in another currency than the payment's is refused before
    /// anything is sent, also by an [`unchecked`](Self::unchecked) call.
    ///
    /// Unlike other setters this one accepts no `None`: a refund without an amount is a full refund.
    pub fn amount(mut self, amount: impl Into<Amount>) -> Self {
        let amount = amount.into();
        self.request.body = self.request.body.amount(amount.value());
        self.request.currency = amount.currency().cloned();
        self
    }
}

/// Currency in which a payment was charged, where known.
#[derive(Clone, Debug)]
pub(super) enum Charged {
    /// Not known: the caller gave only the id of the payment.
    NotFetched,
    /// Not known: the payment was fetched and has no currency.
    Unknown,
    In(Currency),
}

impl Charged {
    pub(super) fn of(payment: &Payment) -> Self {
        let currency = payment.currency.as_deref().map(str::trim).filter(|code| !code.is_empty());
        currency.map_or(Self::Unknown, |code| Self::In(Currency::from(code)))
    }
}

impl CreateRefund {
    /// Returns an error if the currency of the amount is not that of the payment. An unknown currency is an error as well: the
    /// server would read 40 EUR as 40 of whatever currency was charged.
    pub(super) fn other_currency(&self, charged: &Charged) -> Option<FieldError> {
        let currency = self.currency.as_ref()?;
        let problem = match charged {
            Charged::NotFetched => return None,
            Charged::In(charged) if charged == currency => return None,
            Charged::In(charged) => format!("is in {currency}, and the payment is in {charged}"),
            Charged::Unknown => {
                format!(
                    "is in {currency}, and the response has no currency of the payment: give a decimal in the currency that was charged"
                )
            }
        };
        Some(FieldError::new("/amount", &problem, Some("invalid")))
    }
}

impl RefundCreated {
    /// Returns the id of the refund, the public one (`RFabc123`) where the response has it. A response that was read has one.
    ///
    /// ```
    /// let created: nd8::RefundCreated = serde_json::from_str(r#"{"refund_id": 17, "amount": "40.00"}"#)?;
    /// assert_eq!(created.id(), Some(nd8::RefundId::from(17)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn id(&self) -> Option<RefundId> {
        // The bare `id` is not accepted: it may be the id of the payment.
        let ids = [&self.refund_public_id, &self.refund_id];
        ids.into_iter().flatten().map(|id| id.trim()).find(|id| !id.is_empty()).map(RefundId::from)
    }

    /// Returns all ids of the refund, any of which a list may show.
    pub(super) fn ids(&self) -> Vec<String> {
        let ids = [&self.refund_public_id, &self.refund_id];
        let ids = ids.into_iter().flatten().map(|id| id.trim()).filter(|id| !id.is_empty());
        ids.map(String::from).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

impl Request for CreateRefund {
    type Output = RefundCreated;
}

impl Endpoint for CreateRefund {
    type Decoded = RefundCreated;
    type Value = RefundCreated;
    const OPERATION: &'static str = "create_refund";

    fn check(&self) -> Vec<FieldError> {
        let reference = self.reference.as_ref().map(RefundReference::is_well_formed);
        [validate::id(self.payment.check()), validate::reference(reference), validate::refund(&self.body)]
            .concat()
    }

    // Not a part of `check`: an unchecked call must not refund in another currency either.
    fn misuse(&self) -> Option<FieldError> {
        self.other_currency(&self.charged)
    }

    fn is_identified(&self, created: &RefundCreated) -> bool {
        created.id().is_some()
    }

    fn open(&self, body: &[u8]) -> Option<RefundCreated> {
        envelope::open(Self::OPERATION, body)
    }

    fn register(&self, server: &str) -> Option<Ticket> {
        let payment = self.payment.as_str();
        // `send_or_reconcile` has registered the call already: a second entry would look like another call's refund.
        let ticket =
            (!self.is_registered).then(|| Ticket::open(server, Order::new([payment; 2], &self.body)))?;
        ticket.sending();
        Some(ticket)
    }

    fn made(created: &RefundCreated) -> Vec<String> {
        created.ids()
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<RefundCreated>, raw::Error<()>> {
        raw.create_refund(&self.payment, &self.body).send().await
    }
}

/// Lists refunds. Source: the reference, `GET /refunds/`.
#[derive(Clone, Default)]
pub struct ListRefunds {
    status: Option<RefundStatus>,
    created_from: Option<Timestamp>,
    created_until: Option<Timestamp>,
    search: Option<String>,
    ordering: Option<String>,
    place: Place,
}

impl fmt::Debug for ListRefunds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The search text may be a reason, which may hold personal data.
        let Self { status, place: Place { page, page_size, .. }, .. } = self;
        f.debug_struct("ListRefunds")
            .field("status", status)
            .field("page", page)
            .field("page_size", page_size)
            .finish_non_exhaustive()
    }
}

impl Call<ListRefunds> {
    /// Lists only refunds in this state.
    pub fn status(mut self, status: impl Into<Option<RefundStatus>>) -> Self {
        self.request.status = status.into().or(self.request.status);
        self
    }

    /// Lists only refunds created at this time or later (`created_at__gte`).
    pub fn created_from(mut self, time: impl Into<Option<Timestamp>>) -> Self {
        self.request.created_from = time.into().or(self.request.created_from);
        self
    }

    /// Lists only refunds created at this time or earlier (`created_at__lte`).
    pub fn created_until(mut self, time: impl Into<Option<Timestamp>>) -> Self {
        self.request.created_until = time.into().or(self.request.created_until);
        self
    }

    /// Lists only refunds whose payment id or reason contains this text.
    pub fn search(mut self, text: impl OptionalText) -> Self {
        self.request.search = text.text().or(self.request.search);
        self
    }

    /// Sorts by this field, downwards with a minus in front: `-created_at`, `amount`.
    pub fn ordering(mut self, field: impl OptionalText) -> Self {
        self.request.ordering = field.text().or(self.request.ordering);
        self
    }

    /// Sets the page to fetch, from 1.
    pub fn page(mut self, page: impl Into<Option<u32>>) -> Self {
        self.request.place.page = page.into().or(self.request.place.page);
        self
    }

    /// Sets the number of refunds on a page.
    pub fn page_size(mut self, size: impl Into<Option<u32>>) -> Self {
        self.request.place.page_size = size.into().or(self.request.place.page_size);
        self
    }
}

impl Request for ListRefunds {
    type Output = Page<Refund>;
}

impl Endpoint for ListRefunds {
    type Decoded = Page<Refund>;
    type Value = Page<Refund>;
    const OPERATION: &'static str = "list_refunds";

    fn query(&self) -> Option<String> {
        self.place.query()
    }

    fn misuse(&self) -> Option<FieldError> {
        self.place.misuse(&self.list())
    }

    fn is_repeated(&self, page: &Page<Refund>) -> bool {
        pages::is_repeated(&self.place, page)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Page<Refund>>, raw::Error<()>> {
        if self.place.has_query() {
            // A cursor replaces all parameters.
            return pages::read(self, raw, raw.send_query(Self::OPERATION).await);
        }
        let request = raw
            .list_refunds()
            .created_at_gte(self.created_from.as_ref())
            .created_at_lte(self.created_until.as_ref())
            .ordering(self.ordering.as_deref())
            .page(self.place.page.map(i64::from))
            .page_size(self.place.page_size.map(i64::from))
            .search(self.search.as_deref())
            .status(self.status.as_ref());
        pages::read(self, raw, request.send().await)
    }
}

impl Paged for ListRefunds {}

impl pages::sealed::Paged for ListRefunds {
    type Item = Refund;
    const HAS_IDS: bool = true;
    const HAS_PAGE_SIZE: bool = true;
    const ORDERINGS: Option<[&str; 2]> = Some(["created_at", "-created_at"]);

    fn id(refund: &Refund) -> Option<Cow<'_, str>> {
        pages::id_text(&refund.id)
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn place_mut(&mut self) -> &mut Place {
        &mut self.place
    }
}

/// Looks a refund up. Source: the reference, `GET /refunds/{id}/`.
#[derive(Clone, Debug)]
pub struct GetRefund {
    refund: RefundId,
}

impl Request for GetRefund {
    type Output = Refund;
}

impl Endpoint for GetRefund {
    type Decoded = Refund;
    type Value = Refund;
    const OPERATION: &'static str = "get_refund";

    fn check(&self) -> Vec<FieldError> {
        validate::id(self.refund.check())
    }

    fn is_identified(&self, refund: &Refund) -> bool {
        !refund.id.trim().is_empty()
    }

    fn open(&self, body: &[u8]) -> Option<Refund> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Refund>, raw::Error<()>> {
        raw.get_refund(&self.refund).send().await
    }
}
