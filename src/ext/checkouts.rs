//! Checkouts, with which payments begin.

use std::sync::Arc;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::{
    Billing, Call, Checkout, Currency, FieldError, OptionalText, Request, SandboxSimulation, envelope,
    validate,
};
use crate::ids::ProductId;
use crate::money::Amount;
use crate::raw::{self, ResponseValue, types};

/// Hosted checkouts. From [`Client::checkouts`](crate::Client::checkouts).
///
/// # Example: where to send a customer
///
/// ```
/// use nd8::{Billing, Currency, Decimal, Product};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// let checkout = client
///     .checkouts()
///     .create(
///         Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105"),
///         [Product::ad_hoc("Mug", 2, Decimal::new(29_99, 2))],
///     )
///     .currency(Currency::Usd)
///     .success_url("https://shop.example/thanks")
///     .send()
///     .await?;
/// assert!(!checkout.checkout_id.is_empty(), "store this one");
/// assert!(checkout.checkout_url.starts_with("http"), "and send the customer here");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Checkouts {
    core: Arc<Core>,
}

impl super::Client {
    /// Returns the hosted checkouts: create one, and redirect the customer to it.
    pub fn checkouts(&self) -> Checkouts {
        Checkouts { core: Arc::clone(&self.core) }
    }
}

impl Checkouts {
    /// Creates a checkout for a customer and at least one product. Scope: `checkout:create`.
    ///
    /// Store [`Checkout::checkout_id`] and redirect the customer to [`Checkout::checkout_url`].
    ///
    /// Fails with [`is_invalid_input`](crate::Error::is_invalid_input) when a field is refused;
    /// [`messages`](crate::Error::messages) returns the fields and the reasons.
    ///
    /// Prices in [`Money`](crate::Money) decide the [`currency`](Call::currency) of the checkout, unless it is set. A price in another
    /// currency than the checkout's is refused before anything is sent.
    pub fn create(
        &self,
        billing: impl Into<Billing>,
        products: impl IntoIterator<Item = Product>,
    ) -> Call<CreateCheckout> {
        let Billing { country, first_name, last_name, email, phone, postal_code } = billing.into();
        let (products, prices): (Vec<_>, Vec<_>) =
            products.into_iter().map(|Product { item, currency }| (item, currency)).unzip();
        let mut body = types::CheckoutRequest::new(country, email, first_name, last_name, products);
        if let Some(phone) = phone {
            body = body.billing_phone(phone);
        }
        if let Some(postal_code) = postal_code {
            body = body.billing_postal_code(postal_code);
        }
        if let Some(currency) = prices.iter().flatten().next() {
            body = body.currency(currency.clone());
        }
        Call::new(&self.core, CreateCheckout { body, prices })
    }
}

/// One line of a checkout.
///
/// # Example: of the catalog, and of none
///
/// ```
/// use nd8::{Billing, Decimal, Product};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// # let tea = nd8_sandbox::SEEDED_PRODUCT;
/// let cart = [Product::catalog(tea, 1), Product::ad_hoc("Engraving", 1, Decimal::new(5_50, 2))];
/// let ada = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
/// let checkout = client.checkouts().create(ada, cart).send().await?;
/// assert!(checkout.token.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    item: types::ProductItem,
    /// Currency of the price, if the caller gave one.
    currency: Option<Currency>,
}

impl Product {
    /// Creates a line for a product of the merchant's catalog, by its id; the server knows its name and price.
    pub fn catalog(id: impl Into<ProductId>, quantity: u32) -> Self {
        Self { item: types::CatalogProduct::new(id, quantity).into(), currency: None }
    }

    /// Creates a line for a product that is in no catalog, if the organization may sell those. Its unit price is
    /// [`Money`](crate::Money), or a bare decimal in major units of the checkout's currency, and reaches the server digit for digit.
    pub fn ad_hoc(name: impl Into<String>, quantity: u32, unit_price: impl Into<Amount>) -> Self {
        let price = unit_price.into();
        let item = types::AdHocProduct::new(name, quantity, price.value()).into();
        Self { item, currency: price.currency().cloned() }
    }
}

/// Creates a checkout. Source: the reference, `POST /checkout/create/`.
#[derive(Clone, Debug)]
pub struct CreateCheckout {
    body: types::CheckoutRequest,
    /// Currency of the price of each product, where the caller gave one.
    prices: Vec<Option<Currency>>,
}

impl Call<CreateCheckout> {
    /// Sets the currency in which the customer is charged. The default is the currency of the prices, or US dollars.
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

    /// Simulates an outcome, with sandbox keys only; the server refuses it with production keys. This crate refuses to send it
    /// to any address but ND8's sandbox, the path `/sandbox/api`, and this machine.
    pub fn sandbox_simulate(mut self, outcome: impl Into<Option<SandboxSimulation>>) -> Self {
        if let Some(outcome) = outcome.into() {
            self.request.body = self.request.body.sandbox_simulate(outcome);
        }
        self
    }
}

impl Request for CreateCheckout {
    type Output = Checkout;
}

impl Endpoint for CreateCheckout {
    type Decoded = Checkout;
    type Value = Checkout;
    const OPERATION: &'static str = "create_checkout";

    fn check(&self) -> Vec<FieldError> {
        validate::checkout(&self.body)
    }

    fn misuse(&self) -> Option<FieldError> {
        // The request has one currency for all products, so the server cannot notice a price in another one.
        let charged = self.body.currency.as_ref()?;
        let is_other = |price: &Option<Currency>| price.as_ref().is_some_and(|price| price != charged);
        let index = self.prices.iter().position(is_other)?;
        let price = self.prices[index].as_ref()?;
        let problem = format!("is in {price}, and the checkout is in {charged}");
        Some(FieldError::new(&format!("/products/{index}/unit_price"), &problem, Some("invalid")))
    }

    fn for_sandboxes(&self) -> Option<&'static str> {
        self.body.sandbox_simulate.as_ref().map(|_| "/sandbox_simulate")
    }

    fn is_identified(&self, checkout: &Checkout) -> bool {
        validate::is_usable(checkout)
    }

    fn open(&self, body: &[u8]) -> Option<Checkout> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Checkout>, raw::Error<()>> {
        raw.create_checkout(&self.body).send().await
    }
}
