//! Payment links: checkouts that customers start themselves.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::call::sealed::Endpoint;
use super::core::Core;
use super::pages::Place;
use super::pages::sealed::Paged as _;
use super::{
    Call, Currency, FieldError, Page, Paged, PaymentLink, PaymentLinkPayment, PricingMode, Request, envelope,
    pages, validate,
};
use crate::ids::{PaymentLinkId, ProductId};
use crate::raw::{self, ResponseValue, types};

/// Payment links of the organization. From [`Dashboard::payment_links`](crate::Dashboard::payment_links).
///
/// # Example: a link without end
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = httpmock::MockServer::start_async().await;
/// # server.mock(|when, then| {
/// #     when.method("PATCH").json_body(serde_json::json!({"max_uses": null, "is_active": false}));
/// #     then.status(200).json_body(serde_json::json!({"name": "Mugs", "is_active": false}));
/// # });
/// # let dashboard = nd8::Dashboard::builder("a-session").base_url(server.base_url()).build()?;
/// # let id = "6f0cfe1e-0f2c-4a39-8a2b-3a4f1f0f3b10".parse()?;
/// // Fields that are not set stay unchanged; `None` lifts a limit.
/// let link = dashboard.payment_links().update(id).max_uses(None).active(false).send().await?;
/// assert_eq!(link.is_active, Some(false));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PaymentLinks {
    core: Arc<Core>,
}

impl super::Dashboard {
    /// Returns the organization's payment links.
    pub fn payment_links(&self) -> PaymentLinks {
        PaymentLinks { core: Arc::clone(&self.core) }
    }
}

impl PaymentLinks {
    /// Lists the links: a page with [`send`](Call::send), all pages with [`pages`](Call::pages), all links with
    /// [`items`](Call::items).
    pub fn list(&self) -> Call<ListPaymentLinks> {
        Call::new(&self.core, ListPaymentLinks::default())
    }

    /// Creates a link that sells these products of the catalog, each with its quantity.
    ///
    /// # Example: a link that can be paid through once
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let dashboard = nd8::Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url()).build()?;
    /// # let tea = nd8_sandbox::SEEDED_PRODUCT;
    /// let link = dashboard.payment_links().create("Tea", [(tea, 2)]).max_uses(1).send().await?;
    /// assert_eq!(link.max_uses, Some(1));
    /// assert!(link.token.is_some(), "what customers are given");
    /// # Ok(())
    /// # }
    /// ```
    pub fn create<P: Into<ProductId>>(
        &self,
        name: impl Into<String>,
        products: impl IntoIterator<Item = (P, u32)>,
    ) -> Call<CreatePaymentLink> {
        let body = types::PaymentLinkRequest::new(name, lines(products));
        Call::new(&self.core, CreatePaymentLink { body })
    }

    /// Reads a link.
    pub fn get(&self, link: PaymentLinkId) -> Call<GetPaymentLink> {
        Call::new(&self.core, GetPaymentLink { link })
    }

    /// Changes the fields of a link that are set on the call.
    pub fn update(&self, link: PaymentLinkId) -> Call<UpdatePaymentLink> {
        Call::new(&self.core, UpdatePaymentLink { link, body: types::PaymentLinkUpdate::new() })
    }

    /// Deletes a link. The server hides it, and its payments remain.
    pub fn delete(&self, link: PaymentLinkId) -> Call<DeletePaymentLink> {
        Call::new(&self.core, DeletePaymentLink { link })
    }

    /// Lists the payments that came in through a link, like [`list`](Self::list). The shape of the response is **inferred**.
    pub fn payments(&self, link: PaymentLinkId) -> Call<ListPaymentLinkPayments> {
        Call::new(&self.core, ListPaymentLinkPayments { link, place: Place::default() })
    }
}

fn lines<P: Into<ProductId>>(products: impl IntoIterator<Item = (P, u32)>) -> Vec<types::PaymentLinkProduct> {
    let line = |(product, quantity): (P, u32)| {
        types::PaymentLinkProduct::new().product_id(product.into().as_str()).quantity(quantity)
    };
    products.into_iter().map(line).collect()
}

/// Lists payment links. Source: the guides, `GET /payment-links/`; the shape of the response is inferred.
#[derive(Clone, Default)]
pub struct ListPaymentLinks {
    place: Place,
}

impl fmt::Debug for ListPaymentLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListPaymentLinks").finish_non_exhaustive()
    }
}

impl Request for ListPaymentLinks {
    type Output = Page<PaymentLink>;
}

impl Endpoint for ListPaymentLinks {
    type Decoded = Page<PaymentLink>;
    type Value = Page<PaymentLink>;
    const OPERATION: &'static str = "list_payment_links";

    fn query(&self) -> Option<String> {
        self.place.query()
    }

    fn misuse(&self) -> Option<FieldError> {
        self.place.misuse(&self.list())
    }

    fn is_repeated(&self, page: &Page<PaymentLink>) -> bool {
        pages::is_repeated(&self.place, page)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Page<PaymentLink>>, raw::Error<()>> {
        pages::read(self, raw, raw.list_payment_links().send().await)
    }
}

impl Paged for ListPaymentLinks {}

impl pages::sealed::Paged for ListPaymentLinks {
    type Item = PaymentLink;
    const HAS_IDS: bool = false;

    fn id(link: &PaymentLink) -> Option<Cow<'_, str>> {
        match link.id {
            Some(id) => Some(id.to_string().into()),
            // An id that is no UUID is not in the typed field, but among the unknown ones.
            None => pages::id_in(link.extra.get("id")?),
        }
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn place_mut(&mut self) -> &mut Place {
        &mut self.place
    }
}

/// Creates a payment link. Source: the guides, `POST /payment-links/`.
#[derive(Clone, Debug)]
pub struct CreatePaymentLink {
    body: types::PaymentLinkRequest,
}

impl Call<CreatePaymentLink> {
    /// Sets the currency in which customers are charged.
    pub fn currency(mut self, currency: impl Into<Option<Currency>>) -> Self {
        if let Some(currency) = currency.into() {
            self.request.body = self.request.body.currency(currency);
        }
        self
    }

    /// Sets whether prices contain tax.
    pub fn pricing_mode(mut self, mode: impl Into<Option<PricingMode>>) -> Self {
        if let Some(mode) = mode.into() {
            self.request.body = self.request.body.pricing_mode(mode);
        }
        self
    }

    /// Sets the time after which the link stops working.
    pub fn expires_at(mut self, time: impl Into<Option<Timestamp>>) -> Self {
        if let Some(time) = time.into() {
            self.request.body = self.request.body.expires_at(time);
        }
        self
    }

    /// Sets the maximum number of payments through the link.
    pub fn max_uses(mut self, uses: impl Into<Option<u32>>) -> Self {
        if let Some(uses) = uses.into() {
            self.request.body = self.request.body.max_uses(uses);
        }
        self
    }

    /// Sets the merchant's own data, which the server stores with the link.
    pub fn metadata(mut self, metadata: impl Into<Option<Map<String, Value>>>) -> Self {
        if let Some(metadata) = metadata.into() {
            self.request.body = self.request.body.metadata(metadata);
        }
        self
    }

    /// Sets whether customers can pay through the link.
    pub fn active(mut self, active: impl Into<Option<bool>>) -> Self {
        if let Some(active) = active.into() {
            self.request.body = self.request.body.is_active(active);
        }
        self
    }
}

impl Request for CreatePaymentLink {
    type Output = PaymentLink;
}

impl Endpoint for CreatePaymentLink {
    type Decoded = PaymentLink;
    type Value = PaymentLink;
    const OPERATION: &'static str = "create_payment_link";

    fn check(&self) -> Vec<FieldError> {
        validate::payment_link(&self.body)
    }

    fn has_id(&self, link: &PaymentLink) -> bool {
        link.id.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<PaymentLink> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<PaymentLink>, raw::Error<()>> {
        raw.create_payment_link(&self.body).send().await
    }
}

/// Reads a payment link. Source: the guides, `GET /payment-links/<uuid>/`.
#[derive(Clone, Debug)]
pub struct GetPaymentLink {
    link: PaymentLinkId,
}

impl Request for GetPaymentLink {
    type Output = PaymentLink;
}

impl Endpoint for GetPaymentLink {
    type Decoded = PaymentLink;
    type Value = PaymentLink;
    const OPERATION: &'static str = "get_payment_link";

    fn has_id(&self, link: &PaymentLink) -> bool {
        link.id.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<PaymentLink> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<PaymentLink>, raw::Error<()>> {
        raw.get_payment_link(&self.link).send().await
    }
}

/// Changes a payment link. Source: the guides, `PATCH /payment-links/<uuid>/`.
#[derive(Clone, Debug)]
pub struct UpdatePaymentLink {
    link: PaymentLinkId,
    body: types::PaymentLinkUpdate,
}

impl Call<UpdatePaymentLink> {
    /// Sets the name of the link.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.request.body = self.request.body.name(name);
        self
    }

    /// Replaces the products that the link sells.
    pub fn products<P: Into<ProductId>>(mut self, products: impl IntoIterator<Item = (P, u32)>) -> Self {
        self.request.body = self.request.body.products(lines(products));
        self
    }

    /// Sets the currency in which customers are charged.
    pub fn currency(mut self, currency: Currency) -> Self {
        self.request.body = self.request.body.currency(currency);
        self
    }

    /// Sets whether prices contain tax.
    pub fn pricing_mode(mut self, mode: PricingMode) -> Self {
        self.request.body = self.request.body.pricing_mode(mode);
        self
    }

    /// Sets the time after which the link stops working; `None` lifts the limit.
    pub fn expires_at(mut self, time: impl Into<Option<Timestamp>>) -> Self {
        self.request.body = self.request.body.expires_at(time);
        self
    }

    /// Sets the maximum number of payments through the link; `None` lifts the limit.
    pub fn max_uses(mut self, uses: impl Into<Option<u32>>) -> Self {
        // Unlike in the setters of a new link, `None` is sent, as null: the field has a value that can be cleared.
        self.request.body = self.request.body.max_uses(uses.into().map(i64::from));
        self
    }

    /// Sets the merchant's own data, which the server stores with the link.
    pub fn metadata(mut self, metadata: Map<String, Value>) -> Self {
        self.request.body = self.request.body.metadata(metadata);
        self
    }

    /// Sets whether customers can pay through the link.
    pub fn active(mut self, active: bool) -> Self {
        self.request.body = self.request.body.is_active(active);
        self
    }
}

impl Request for UpdatePaymentLink {
    type Output = PaymentLink;
}

impl Endpoint for UpdatePaymentLink {
    type Decoded = PaymentLink;
    type Value = PaymentLink;
    const OPERATION: &'static str = "update_payment_link";

    fn check(&self) -> Vec<FieldError> {
        validate::payment_link_update(&self.body)
    }

    fn has_id(&self, link: &PaymentLink) -> bool {
        link.id.is_some()
    }

    fn open(&self, body: &[u8]) -> Option<PaymentLink> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<PaymentLink>, raw::Error<()>> {
        raw.update_payment_link(&self.link, &self.body).send().await
    }
}

/// Deletes a payment link. Source: the guides, `DELETE /payment-links/<uuid>/`.
#[derive(Clone, Debug)]
pub struct DeletePaymentLink {
    link: PaymentLinkId,
}

impl Request for DeletePaymentLink {
    type Output = ();
}

impl Endpoint for DeletePaymentLink {
    type Decoded = ();
    type Value = ();
    const OPERATION: &'static str = "delete_payment_link";

    fn accepts_empty(&self) -> bool {
        true
    }

    /// Reads the body only to find a report of a failure.
    fn has_id(&self, (): &()) -> bool {
        false
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<()>, raw::Error<()>> {
        raw.delete_payment_link(&self.link).send().await
    }
}

/// Lists the payments of a link. Source: the guides, `GET /payment-links/{id}/payments/`.
#[derive(Clone)]
pub struct ListPaymentLinkPayments {
    link: PaymentLinkId,
    place: Place,
}

impl fmt::Debug for ListPaymentLinkPayments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListPaymentLinkPayments").field("link", &self.link).finish_non_exhaustive()
    }
}

impl Request for ListPaymentLinkPayments {
    type Output = Page<PaymentLinkPayment>;
}

impl Endpoint for ListPaymentLinkPayments {
    type Decoded = Page<PaymentLinkPayment>;
    type Value = Page<PaymentLinkPayment>;
    const OPERATION: &'static str = "list_payment_link_payments";

    fn query(&self) -> Option<String> {
        self.place.query()
    }

    fn misuse(&self) -> Option<FieldError> {
        self.place.misuse(&self.list())
    }

    fn is_repeated(&self, page: &Page<PaymentLinkPayment>) -> bool {
        pages::is_repeated(&self.place, page)
    }

    async fn attempt(
        &self,
        raw: &raw::Client,
    ) -> Result<ResponseValue<Page<PaymentLinkPayment>>, raw::Error<()>> {
        pages::read(self, raw, raw.list_payment_link_payments(&self.link).send().await)
    }
}

impl Paged for ListPaymentLinkPayments {}

impl pages::sealed::Paged for ListPaymentLinkPayments {
    type Item = PaymentLinkPayment;
    const HAS_IDS: bool = false;
    const HAS_PARENT: bool = true;

    fn id(payment: &PaymentLinkPayment) -> Option<Cow<'_, str>> {
        pages::id_text(payment.id.as_deref()?)
    }

    fn list(&self) -> Cow<'static, str> {
        format!("{}/{}", Self::OPERATION, self.link).into()
    }

    fn place(&self) -> &Place {
        &self.place
    }

    fn place_mut(&mut self) -> &mut Place {
        &mut self.place
    }
}
