//! Refunds: money that goes back.

use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::call::{call, id};
use super::{Error, Refund, RefundCreated, RefundStatus};
use crate::raw;

/// Refunds of payments. From [`Client::refunds`](crate::Client::refunds).
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
/// assert_eq!(created.amount, part);
/// assert_eq!(created.status, RefundStatus::Processing);
///
/// let refunds = client.refunds().list().search(&payment_id).send().await?;
/// assert_eq!(refunds[0].id, created.refund_public_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Refunds {
    raw: Arc<raw::Client>,
}

impl super::Client {
    /// Refunds: create them, list them, look one up.
    pub fn refunds(&self) -> Refunds {
        Refunds { raw: Arc::clone(&self.raw) }
    }
}

impl Refunds {
    /// Refunds a payment, named by its public or numeric id: everything that is still refundable, unless an
    /// [`amount`](CreateRefund::amount) is set. The customer and the payment provider see the reason, of at most 500
    /// characters. Scope: `refunds:write` or `payments:write`.
    pub fn create(&self, payment_id: impl Into<String>, reason: impl Into<String>) -> CreateRefund {
        let body = raw::types::RefundRequest { amount: None, reason: reason.into() };
        CreateRefund { raw: Arc::clone(&self.raw), payment_id: payment_id.into(), body }
    }

    /// Lists the organization's refunds, all of them unless filtered. Scope: `refunds:read` or `payments:read`.
    pub fn list(&self) -> ListRefunds {
        ListRefunds {
            raw: Arc::clone(&self.raw),
            status: None,
            created_from: None,
            created_until: None,
            search: None,
            ordering: None,
            page: None,
            page_size: None,
        }
    }

    /// Looks a refund up by its public id (`RFabc123`) or its numeric one. Scope: `refunds:read` or `payments:read`.
    pub fn get(&self, refund_id: impl Into<String>) -> GetRefund {
        GetRefund { raw: Arc::clone(&self.raw), id: refund_id.into() }
    }
}

/// Refunds a payment. Source: the reference, `POST /transactions/{id}/refund/`.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct CreateRefund {
    raw: Arc<raw::Client>,
    payment_id: String,
    body: raw::types::RefundRequest,
}

impl CreateRefund {
    /// Refunds only this much, in major units of the currency that was charged, tax included: `40.00`.
    pub fn amount(mut self, amount: Decimal) -> Self {
        self.body.amount = Some(amount);
        self
    }

    /// Sends the request, once. A success means that the refund is being processed; it has completed when
    /// [`Refunds::get`] or a webhook says so.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_input`] when the payment cannot be refunded or not by so much. When
    /// [`Error::outcome`] is [`Outcome::Unknown`](crate::Outcome::Unknown), the refund may have been made: list the
    /// payment's refunds before sending another.
    pub async fn send(self) -> Result<RefundCreated, Error> {
        const OPERATION: &str = "create_refund";
        let id = id(OPERATION, &self.payment_id)?;
        call(OPERATION, self.raw.create_refund(id, &self.body)).await
    }
}

/// Lists refunds. Source: the reference, `GET /refunds/`.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct ListRefunds {
    raw: Arc<raw::Client>,
    status: Option<RefundStatus>,
    created_from: Option<Timestamp>,
    created_until: Option<Timestamp>,
    search: Option<String>,
    ordering: Option<String>,
    page: Option<i64>,
    page_size: Option<i64>,
}

impl ListRefunds {
    /// Only refunds in this state.
    pub fn status(mut self, status: RefundStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only refunds created at this time or later (`created_at__gte`).
    pub fn created_from(mut self, time: Timestamp) -> Self {
        self.created_from = Some(time);
        self
    }

    /// Only refunds created at this time or earlier (`created_at__lte`).
    pub fn created_until(mut self, time: Timestamp) -> Self {
        self.created_until = Some(time);
        self
    }

    /// Only refunds whose payment id or reason contains this.
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.search = Some(text.into());
        self
    }

    /// Sorts by this field, downwards with a minus in front: `-created_at`, `amount`.
    pub fn ordering(mut self, field: impl Into<String>) -> Self {
        self.ordering = Some(field.into());
        self
    }

    /// The page to fetch, from 1.
    pub fn page(mut self, page: u32) -> Self {
        self.page = Some(page.into());
        self
    }

    /// How many refunds make a page.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size.into());
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] for a page that does not exist (inferred from Django REST Framework).
    pub async fn send(self) -> Result<Vec<Refund>, Error> {
        let request = self.raw.list_refunds(
            self.created_from.as_ref(),
            self.created_until.as_ref(),
            self.ordering.as_deref(),
            self.page,
            self.page_size,
            self.search.as_deref(),
            self.status.as_ref(),
        );
        call("list_refunds", request).await
    }
}

/// Looks a refund up. Source: the reference, `GET /refunds/{id}/`.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct GetRefund {
    raw: Arc<raw::Client>,
    id: String,
}

impl GetRefund {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is no such refund.
    pub async fn send(self) -> Result<Refund, Error> {
        const OPERATION: &str = "get_refund";
        let id = id(OPERATION, &self.id)?;
        call(OPERATION, self.raw.get_refund(id)).await
    }
}
