//! Checkouts: how a payment begins.

use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::call::sealed::Attempt;
use super::core::Core;
use super::{Call, Checkout, Currency, FieldError, Request, SandboxSimulation, checks, envelope};
use crate::ids::ProductId;
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
    /// Hosted checkouts: create one, and send the customer there.
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
    /// [`messages`](crate::Error::messages) says which and why.
    pub fn create(
        &self,
        billing: Billing,
        products: impl IntoIterator<Item = Product>,
    ) -> Call<CreateCheckout> {
        let Billing { country, first_name, last_name, email, phone, postal_code } = billing;
        let products: Vec<_> = products.into_iter().map(|product| product.0).collect();
        let mut body = types::CheckoutRequest::new(country, email, first_name, last_name, products);
        if let Some(phone) = phone {
            body = body.billing_phone(phone);
        }
        if let Some(postal_code) = postal_code {
            body = body.billing_postal_code(postal_code);
        }
        Call::new(&self.core, CreateCheckout { body })
    }
}

/// Who pays. `Debug` shows the country alone.
///
/// # Example: what a log shows of a customer
///
/// ```
/// let ada = nd8::Billing::new("US", "Ada", "Lovelace", "ada@example.com").postal_code("94105");
/// assert_eq!(format!("{ada:?}"), r#"Billing { country: "US", .. }"#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Billing {
    pub(super) country: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) phone: Option<String>,
    pub(super) postal_code: Option<String>,
}

impl Billing {
    /// The customer's country (ISO 3166-1 alpha-2, two letters), names (at most 100 characters each) and e-mail address.
    pub fn new(
        country: impl Into<String>,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        email: impl Into<String>,
    ) -> Self {
        Self {
            country: country.into(),
            first_name: first_name.into(),
            last_name: last_name.into(),
            email: email.into(),
            phone: None,
            postal_code: None,
        }
    }

    /// The postal code. The server insists on it when the country is `US`.
    pub fn postal_code(mut self, postal_code: impl Into<String>) -> Self {
        self.postal_code = Some(postal_code.into());
        self
    }

    /// The telephone number.
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = Some(phone.into());
        self
    }
}

impl fmt::Debug for Billing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Billing").field("country", &self.country).finish_non_exhaustive()
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
pub struct Product(types::ProductItem);

impl Product {
    /// A product of the merchant's catalog, by its id; the server knows its name and price.
    pub fn catalog(id: impl Into<ProductId>, quantity: u32) -> Self {
        Self(types::CatalogProduct::new(id.into().as_str(), quantity).into())
    }

    /// A product that is in no catalog, if the organization is allowed those. The price of one is in major units of the
    /// checkout's currency and reaches the server digit for digit.
    pub fn ad_hoc(name: impl Into<String>, quantity: u32, unit_price: Decimal) -> Self {
        Self(types::AdHocProduct::new(name, quantity, unit_price).into())
    }
}

/// Creates a checkout. Source: the reference, `POST /checkout/create/`.
#[derive(Clone, Debug)]
pub struct CreateCheckout {
    body: types::CheckoutRequest,
}

impl Call<CreateCheckout> {
    /// What the customer is charged in; left out, US dollars.
    pub fn currency(mut self, currency: Currency) -> Self {
        self.request.body = self.request.body.currency(currency);
        self
    }

    /// Where the customer goes after paying (`successUrl`).
    pub fn success_url(mut self, url: impl Into<String>) -> Self {
        self.request.body = self.request.body.success_url(url);
        self
    }

    /// Where the customer goes when the payment failed (`failedUrl`).
    pub fn failed_url(mut self, url: impl Into<String>) -> Self {
        self.request.body = self.request.body.failed_url(url);
        self
    }

    /// Where the customer goes after giving up (`cancelUrl`).
    pub fn cancel_url(mut self, url: impl Into<String>) -> Self {
        self.request.body = self.request.body.cancel_url(url);
        self
    }

    /// Scripts the outcome, with sandbox keys only; the server refuses it with production keys. This crate refuses to send
    /// it to any address but ND8's sandbox, a path that ends in `/sandbox/api`, and this machine.
    pub fn sandbox_simulate(mut self, outcome: SandboxSimulation) -> Self {
        self.request.body = self.request.body.sandbox_simulate(outcome);
        self
    }
}

impl Request for CreateCheckout {
    type Output = Checkout;
}

impl Attempt for CreateCheckout {
    type Answer = Checkout;
    type Value = Checkout;
    const OPERATION: &'static str = "create_checkout";

    fn check(&self) -> Vec<FieldError> {
        checks::checkout(&self.body)
    }

    fn for_sandboxes(&self) -> Option<&'static str> {
        self.body.sandbox_simulate.as_ref().map(|_| "/sandbox_simulate")
    }

    fn is_identified(&self, checkout: &Checkout) -> bool {
        checks::is_usable(checkout)
    }

    fn open(&self, body: &[u8]) -> Option<Checkout> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Checkout>, raw::Error<()>> {
        raw.create_checkout(&self.body).send().await
    }
}
