//! Payment links from the customer's side: show a link and start its checkout.

use std::sync::Arc;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::{
    Billing, Call, Checkout, Currency, FieldError, OptionalText, PublicPaymentLink, Request, envelope,
    validate,
};
use crate::ids::PaymentLinkToken;
use crate::raw::{self, ResponseValue, types};

/// Payment links as customers see them. From [`Storefront::payment_links`](crate::Storefront::payment_links).
///
/// # Example: from a link to its checkout
///
/// ```
/// use nd8::Billing;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let dashboard = nd8::Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url()).build()?;
/// # let links = dashboard.payment_links();
/// # let link = links.create("Tea", [(nd8_sandbox::SEEDED_PRODUCT, 1)]).send().await?;
/// # let token = link.token.expect("links have one");
/// # let base_url = sandbox.base_url();
/// let storefront = nd8::Storefront::builder().base_url(base_url).build()?;
/// let link = storefront.payment_links().get(token).send().await?;
/// assert_eq!(link.name.as_deref(), Some("Tea"));
///
/// let ada = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
/// let checkout = storefront.payment_links().start_checkout(token, ada).send().await?;
/// assert!(checkout.checkout_url.starts_with("http"), "send the customer here");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PublicPaymentLinks {
    core: Arc<Core>,
}

impl super::Storefront {
    /// Returns the payment links as customers see them.
    pub fn payment_links(&self) -> PublicPaymentLinks {
        PublicPaymentLinks { core: Arc::clone(&self.core) }
    }
}

impl PublicPaymentLinks {
    /// Gets a link by its public token.
    ///
    /// Fails with [`is_not_found`](crate::Error::is_not_found) when there is no such link.
    pub fn get(&self, token: PaymentLinkToken) -> Call<GetPublicPaymentLink> {
        Call::new(&self.core, GetPublicPaymentLink { token })
    }

    /// Starts a checkout of the products that the link sells.
    ///
    /// Fails with [`is_invalid_input`](crate::Error::is_invalid_input) when a field is refused, and with
    /// [`is_not_found`](crate::Error::is_not_found) when there is no such link.
    pub fn start_checkout(
        &self,
        token: PaymentLinkToken,
        billing: impl Into<Billing>,
    ) -> Call<StartCheckout> {
        let Billing { country, first_name, last_name, email, phone, postal_code } = billing.into();
        let mut body = types::PublicCheckoutRequest::new(country, email, first_name, last_name);
        if let Some(phone) = phone {
            body = body.billing_phone(phone);
        }
        if let Some(postal_code) = postal_code {
            body = body.billing_postal_code(postal_code);
        }
        Call::new(&self.core, StartCheckout { token, body })
    }
}

/// Gets a payment link. Source: the guides name the operation; its path is inferred.
#[derive(Clone, Debug)]
pub struct GetPublicPaymentLink {
    token: PaymentLinkToken,
}

impl Request for GetPublicPaymentLink {
    type Output = PublicPaymentLink;
}

impl Endpoint for GetPublicPaymentLink {
    type Decoded = PublicPaymentLink;
    type Value = PublicPaymentLink;
    const OPERATION: &'static str = "get_public_payment_link";

    fn has_id(&self, link: &PublicPaymentLink) -> bool {
        link.name.is_some() || !link.products.is_empty()
    }

    fn open(&self, body: &[u8]) -> Option<PublicPaymentLink> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<PublicPaymentLink>, raw::Error<()>> {
        raw.get_public_payment_link(&self.token).send().await
    }
}

/// Starts the checkout of a payment link. Source: the reference names the operation; its path is inferred.
#[derive(Clone, Debug)]
pub struct StartCheckout {
    token: PaymentLinkToken,
    body: types::PublicCheckoutRequest,
}

impl Call<StartCheckout> {
    /// Sets the currency in which the customer is charged. By default the link decides.
    pub fn currency(mut self, currency: impl Into<Option<Currency>>) -> Self {
        if let Some(currency) = currency.into() {
            self.request.body = self.request.body.currency(currency);
        }
        self
    }

    /// Sets the URL to which the customer returns after paying (`successUrl`).
    pub fn success_url(mut self, url: impl OptionalText) -> Self {
        if let Some(url) = url.text() {
            self.request.body = self.request.body.success_url(url);
        }
        self
    }

    /// Sets the URL to which the customer returns if the payment failed (`failedUrl`).
    pub fn failed_url(mut self, url: impl OptionalText) -> Self {
        if let Some(url) = url.text() {
            self.request.body = self.request.body.failed_url(url);
        }
        self
    }

    /// Sets the URL to which the customer returns after canceling (`cancelUrl`).
    pub fn cancel_url(mut self, url: impl OptionalText) -> Self {
        if let Some(url) = url.text() {
            self.request.body = self.request.body.cancel_url(url);
        }
        self
    }
}

impl Request for StartCheckout {
    type Output = Checkout;
}

impl Endpoint for StartCheckout {
    type Decoded = Checkout;
    type Value = Checkout;
    const OPERATION: &'static str = "start_payment_link_checkout";

    fn check(&self) -> Vec<FieldError> {
        validate::public_checkout(&self.body)
    }

    fn is_identified(&self, checkout: &Checkout) -> bool {
        validate::is_usable(checkout)
    }

    fn open(&self, body: &[u8]) -> Option<Checkout> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Checkout>, raw::Error<()>> {
        raw.start_payment_link_checkout(&self.token, &self.body).send().await
    }
}
