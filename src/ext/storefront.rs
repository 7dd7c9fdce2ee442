//! A customer's way through a payment link.

use std::sync::Arc;

use uuid::Uuid;

use super::call::call;
use super::{Billing, Checkout, Currency, Error, PublicPaymentLink};
use crate::raw;
use crate::raw::types;

/// Payment links as customers see them. From [`Storefront::payment_links`](crate::Storefront::payment_links).
#[derive(Clone, Debug)]
pub struct PublicPaymentLinks {
    raw: Arc<raw::Client>,
}

impl super::Storefront {
    /// Payment links as customers see them.
    pub fn payment_links(&self) -> PublicPaymentLinks {
        PublicPaymentLinks { raw: Arc::clone(&self.raw) }
    }
}

impl PublicPaymentLinks {
    /// Looks at a link by its public token.
    pub fn get(&self, token: Uuid) -> GetPublicPaymentLink {
        GetPublicPaymentLink { raw: Arc::clone(&self.raw), token }
    }

    /// Starts a checkout of what the link sells.
    pub fn start_checkout(&self, token: Uuid, billing: Billing) -> StartCheckout {
        let body = types::PublicCheckoutRequest {
            billing_country: billing.country,
            billing_email: billing.email,
            billing_first_name: billing.first_name,
            billing_last_name: billing.last_name,
            billing_phone: billing.phone,
            billing_postal_code: billing.postal_code,
            cancel_url: None,
            currency: None,
            failed_url: None,
            success_url: None,
        };
        StartCheckout { raw: Arc::clone(&self.raw), token, body }
    }
}

/// Looks at a payment link. Source: the guides name the operation; its path is inferred.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct GetPublicPaymentLink {
    raw: Arc<raw::Client>,
    token: Uuid,
}

impl GetPublicPaymentLink {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when there is no such link.
    pub async fn send(self) -> Result<PublicPaymentLink, Error> {
        call("get_public_payment_link", self.raw.get_public_payment_link(&self.token)).await
    }
}

/// Starts the checkout of a payment link. Source: the reference names the operation; its path is inferred.
#[derive(Debug)]
#[must_use = "nothing is sent until `send` is called"]
pub struct StartCheckout {
    raw: Arc<raw::Client>,
    token: Uuid,
    body: types::PublicCheckoutRequest,
}

impl StartCheckout {
    /// What the customer is charged in; left out, the link decides.
    pub fn currency(mut self, currency: Currency) -> Self {
        self.body.currency = Some(currency);
        self
    }

    /// Where the customer goes after paying (`successUrl`).
    pub fn success_url(mut self, url: impl Into<String>) -> Self {
        self.body.success_url = Some(url.into());
        self
    }

    /// Where the customer goes when the payment failed (`failedUrl`).
    pub fn failed_url(mut self, url: impl Into<String>) -> Self {
        self.body.failed_url = Some(url.into());
        self
    }

    /// Where the customer goes after giving up (`cancelUrl`).
    pub fn cancel_url(mut self, url: impl Into<String>) -> Self {
        self.body.cancel_url = Some(url.into());
        self
    }

    /// Sends the request, once.
    ///
    /// # Errors
    ///
    /// [`Error::is_invalid_input`] when the server refuses a field, [`Error::is_not_found`] when there is no such link.
    pub async fn send(self) -> Result<Checkout, Error> {
        call("start_payment_link_checkout", self.raw.start_payment_link_checkout(&self.token, &self.body))
            .await
    }
}
