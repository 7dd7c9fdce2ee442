//! Payments, each the result of a checkout.

use std::sync::Arc;

use super::call::sealed::Endpoint;
use super::core::Core;
use super::{Call, FieldError, Payment, Request, envelope, validate};
use crate::ids::PaymentId;
use crate::raw::{self, ResponseValue};

/// Payments, which the API calls transactions. From [`Client::payments`](crate::Client::payments).
///
/// # Example: what became of a checkout
///
/// ```
/// use nd8::PaymentStatus;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
/// # let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(60_00, 2));
/// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
/// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
/// let payment = client.payments().get(&payment_id).send().await?;
/// assert_eq!(payment.status, Some(PaymentStatus::Paid));
/// assert_eq!(payment.currency.as_deref(), Some("USD"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Payments {
    core: Arc<Core>,
}

impl super::Client {
    /// Returns the payments: get one by its id.
    pub fn payments(&self) -> Payments {
        Payments { core: Arc::clone(&self.core) }
    }
}

impl Payments {
    /// Looks a payment up by its public id (`TXabc123`) or its numeric one. Scope: `payments:read`.
    ///
    /// Fails with [`is_not_found`](crate::Error::is_not_found) when there is no such payment.
    ///
    /// # Example: a payment that does not exist
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let error = client.payments().get("TXnone").send().await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, payment: impl Into<PaymentId>) -> Call<GetPayment> {
        Call::new(&self.core, GetPayment { payment: payment.into() })
    }
}

/// Looks a payment up. Source: the reference, `GET /transactions/{id}/`.
#[derive(Clone, Debug)]
pub struct GetPayment {
    pub(super) payment: PaymentId,
}

impl Request for GetPayment {
    type Output = Payment;
}

impl Endpoint for GetPayment {
    type Decoded = Payment;
    type Value = Payment;
    const OPERATION: &'static str = "get_payment";

    fn check(&self) -> Vec<FieldError> {
        validate::id(self.payment.check())
    }

    fn is_identified(&self, payment: &Payment) -> bool {
        !payment.id.trim().is_empty()
    }

    fn open(&self, body: &[u8]) -> Option<Payment> {
        envelope::open(Self::OPERATION, body)
    }

    async fn attempt(&self, raw: &raw::Client) -> Result<ResponseValue<Payment>, raw::Error<()>> {
        raw.get_payment(&self.payment).send().await
    }
}
