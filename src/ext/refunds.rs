//! Refunds: money that goes back.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::call::sealed::Attempt;
use super::claims::{Order, Ticket};
use super::core::Core;
use super::pages::Place;
use super::pages::sealed::Paged as _;
use super::reconcile::SETTLE;
use super::{
    Call, FieldError, Page, Paged, Refund, RefundCreated, RefundStatus, Request, checks, envelope, pages,
};
use crate::ids::{PaymentId, RefundId, RefundReference};
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
    /// Refunds: create them, list them, look one up.
    pub fn refunds(&self) -> Refunds {
        Refunds { core: Arc::clone(&self.core) }
    }
}

impl Refunds {
    /// Refunds a payment, named by its public or numeric id: everything that is still refundable, unless an
    /// [`amount`](Call::amount) is set. The customer and the payment provider see the reason, of at most 500
    /// characters. Scope: `refunds:write` or `payments:write`.
    ///
    /// A success means that the refund is being processed; it has completed when [`get`](Self::get) or a webhook says so.
    ///
    /// Fails with [`is_invalid_input`](crate::Error::is_invalid_input) when the payment cannot be refunded, or not by so
    /// much. Where [`outcome`](crate::Error::outcome) is [`Unknown`](crate::Outcome::Unknown), the refund may have been
    /// made: list the payment's refunds before another is sent. It is never repeated by itself.
    pub fn create(&self, payment: impl Into<PaymentId>, reason: impl Into<String>) -> Call<CreateRefund> {
        let body = raw::types::RefundRequest::new(reason);
        let (payment, reference) = (payment.into(), None);
        let (resend, is_registered) = (false, false);
        Call::new(
            &self.core,
            CreateRefund { payment, body, reference, settle: SETTLE, resend, is_registered },
        )
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

/// Refunds a payment. Source: the reference, `POST /transactions/{id}/refund/`.
#[derive(Clone, Debug)]
pub struct CreateRefund {
    pub(super) payment: PaymentId,
    pub(super) body: raw::types::RefundRequest,
    /// What is in front of the reason.
    pub(super) reference: Option<RefundReference>,
    pub(super) settle: Duration,
    pub(super) resend: bool,
    /// Whether a call that sends this one has registered it.
    pub(super) is_registered: bool,
}

impl Call<CreateRefund> {
    /// Refunds only this much, in major units of the currency that was charged, tax included: `40.00`.
    pub fn amount(mut self, amount: Decimal) -> Self {
        self.request.body = self.request.body.amount(amount);
        self
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
        let public = self.refund_public_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        // A text where a number is described. A bare `id` may be the one of the payment.
        let text = || self.extra.get("refund_id")?.as_str().map(str::trim).filter(|id| !id.is_empty());
        public
            .map(RefundId::from)
            .or_else(|| self.refund_id.map(RefundId::from))
            .or_else(|| text().map(RefundId::from))
    }

    /// Returns all names of the refund, by which a list may have it.
    pub(super) fn ids(&self) -> Vec<String> {
        let number = self.refund_id.map(|number| number.to_string());
        let ids: BTreeSet<String> = self.id().map(String::from).into_iter().chain(number).collect();
        ids.into_iter().collect()
    }
}

impl Request for CreateRefund {
    type Output = RefundCreated;
}

impl Attempt for CreateRefund {
    type Answer = RefundCreated;
    type Value = RefundCreated;
    const OPERATION: &'static str = "create_refund";

    fn check(&self) -> Vec<FieldError> {
        let reference = self.reference.as_ref().map(RefundReference::is_well_formed);
        [checks::id(self.payment.check()), checks::reference(reference), checks::refund(&self.body)].concat()
    }

    fn is_identified(&self, created: &RefundCreated) -> bool {
        created.id().is_some()
    }

    fn open(&self, body: &[u8]) -> Option<RefundCreated> {
        envelope::open(Self::OPERATION, body)
    }

    fn register(&self, server: &str) -> Option<Ticket> {
        let payment = self.payment.as_str();
        let ticket =
            (!self.is_registered).then(|| Ticket::open(server, Order::new([payment; 2], &self.body)))?;
        ticket.sending();
        Some(ticket)
    }

    fn made(created: &RefundCreated) -> Vec<String> {
        created.ids()
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<RefundCreated>, raw::Error<()>> {
        raw.create_refund(self.payment.as_str(), &self.body).send().await
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
        // What is searched for may be a reason, and so anything.
        let Self { status, place: Place { page, page_size, .. }, .. } = self;
        f.debug_struct("ListRefunds")
            .field("status", status)
            .field("page", page)
            .field("page_size", page_size)
            .finish_non_exhaustive()
    }
}

impl Call<ListRefunds> {
    /// Only refunds in this state.
    pub fn status(mut self, status: RefundStatus) -> Self {
        self.request.status = Some(status);
        self
    }

    /// Only refunds created at this time or later (`created_at__gte`).
    pub fn created_from(mut self, time: Timestamp) -> Self {
        self.request.created_from = Some(time);
        self
    }

    /// Only refunds created at this time or earlier (`created_at__lte`).
    pub fn created_until(mut self, time: Timestamp) -> Self {
        self.request.created_until = Some(time);
        self
    }

    /// Only refunds whose payment id or reason contains this.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.request.search = Some(text.into());
        self
    }

    /// Sorts by this field, downwards with a minus in front: `-created_at`, `amount`.
    pub fn ordering(mut self, field: impl Into<String>) -> Self {
        self.request.ordering = Some(field.into());
        self
    }

    /// The page to fetch, from 1.
    pub fn page(mut self, page: u32) -> Self {
        self.request.place.page = Some(page);
        self
    }

    /// How many refunds make a page.
    pub fn page_size(mut self, size: u32) -> Self {
        self.request.place.page_size = Some(size);
        self
    }
}

impl Request for ListRefunds {
    type Output = Page<Refund>;
}

impl Attempt for ListRefunds {
    type Answer = Page<Refund>;
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
            // It takes the place of all parameters.
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

impl Attempt for GetRefund {
    type Answer = Refund;
    type Value = Refund;
    const OPERATION: &'static str = "get_refund";

    fn check(&self) -> Vec<FieldError> {
        checks::id(self.refund.check())
    }

    fn is_identified(&self, refund: &Refund) -> bool {
        !refund.id.trim().is_empty()
    }

    fn open(&self, body: &[u8]) -> Option<Refund> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Refund>, raw::Error<()>> {
        raw.get_refund(self.refund.as_str()).send().await
    }
}
