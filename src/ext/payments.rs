//! Payments: what became of a checkout.

use std::sync::Arc;

use super::call::{call, id};
use super::{Error, Payment};
use crate::raw;

/// Payments, which the API calls transactions. From [`Client::payments`](crate::Client::payments).
#[derive(Clone, Debug)]
pub struct Payments {
    raw: Arc<raw::Client>,
}

impl super::Client {
    /// Payments: look one up.
    pub fn payments(&self) -> Payments {
        Payments { raw: Arc::clone(&self.raw) }
    }
}

impl Payments {
    /// Looks a payment up by its public id (`TXabc123`) or its numeric one. Scope: `payments:read`.
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
    pub fn get(&self, payment_id: impl Into<String>) -> GetPayment {
        GetPayment { raw: Arc::clone(&self.raw), id: payment_id.into() }
    }
}

/// Looks a payment up. Source: the reference, `GET /transactions/{id}/`.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct GetPayment {
    raw: Arc<raw::Client>,
    id: String,
}

impl GetPayment {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is no such payment, [`Error::is_invalid_input`] for an empty id; and whatever
    /// may happen to any call.
    pub async fn send(self) -> Result<Payment, Error> {
        const OPERATION: &str = "get_payment";
        let id = id(OPERATION, &self.id)?;
        call(OPERATION, self.raw.get_payment(id)).await
    }
}
