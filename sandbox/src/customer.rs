//! What a customer does with a checkout: pay, be declined, cancel.
//!
//! The hosted page and the [`Customer`] handle both end here. Not here: refunds, which are the merchant's
//! doing.

use std::sync::Arc;

use crate::catalog::product_id;
use crate::clock::Moment;
use crate::money::Amount;
use crate::payment::{AttemptStatus, DepositAttempt, Outcome, PaidProduct, Payment};
use crate::sandbox::Shared;
use crate::state::State;

/// What a declined customer and the merchant are told.
const DECLINED: &str = "The card was declined.";

/// Why a customer could not act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerError {
    /// No checkout has this id.
    #[error("no checkout has this id")]
    UnknownCheckout,
    /// The checkout was already paid or canceled.
    #[error("the checkout was already paid or canceled")]
    AlreadyUsed,
    /// The checkout's time has run out.
    #[error("the checkout has expired")]
    Expired,
}

/// Acts as the customer of one checkout, as a person on the hosted page would.
///
/// Made by [`Sandbox::customer`](crate::Sandbox::customer). Each act answers with the payment's public id.
#[derive(Clone, Debug)]
pub struct Customer {
    pub(crate) sandbox: Arc<Shared>,
    pub(crate) checkout_id: String,
}

impl Customer {
    /// Pays, which uses the checkout up. Works after any number of declines.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn pay(&self) -> Result<String, CustomerError> {
        self.act(Act::Pay)
    }

    /// Tries to pay with a card that is declined; the checkout stays open.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn decline(&self) -> Result<String, CustomerError> {
        self.act(Act::Decline)
    }

    /// Leaves without paying, which uses the checkout up.
    ///
    /// # Errors
    ///
    /// If there is no such checkout, or it was used, or it has expired.
    pub async fn cancel(&self) -> Result<String, CustomerError> {
        self.act(Act::Cancel)
    }

    fn act(&self, act: Act) -> Result<String, CustomerError> {
        self.sandbox.state().customer_acts(&self.checkout_id, act, self.sandbox.clock.now())
    }
}

/// What a customer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Pay,
    Decline,
    Cancel,
}

impl State {
    /// Carries out a customer's act; the first one brings the payment into being. Gives the payment's public
    /// id.
    pub(crate) fn customer_acts(
        &mut self,
        checkout_id: &str,
        act: Act,
        now: Moment,
    ) -> Result<String, CustomerError> {
        let checkout = self.checkouts.get(checkout_id).ok_or(CustomerError::UnknownCheckout)?;
        if checkout.used {
            return Err(CustomerError::AlreadyUsed);
        }
        if checkout.expires_at <= now {
            return Err(CustomerError::Expired);
        }

        let payment_id = match checkout.payment.clone() {
            Some(payment_id) => payment_id,
            None => self.create_payment(checkout_id, now).ok_or(CustomerError::UnknownCheckout)?,
        };
        let attempt_id = format!("pay_{}", self.random.text(16));
        if let Some(payment) = self.payments.find_mut(&payment_id) {
            payment.customer_acted(act, attempt_id, now);
        }
        if let Some(checkout) = self.checkouts.get_mut(checkout_id) {
            checkout.used = act != Act::Decline;
        }
        self.close_used_up_link(checkout_id);
        self.announce_payment(&payment_id);
        Ok(payment_id)
    }

    fn create_payment(&mut self, checkout_id: &str, now: Moment) -> Option<String> {
        let public = format!("TX{}", self.random.text(10));
        let checkout = self.checkouts.get_mut(checkout_id)?;
        checkout.payment = Some(public.clone());
        let (billing, order) = (&checkout.request.billing, &checkout.request.order);
        let products = order.lines.iter().map(|line| PaidProduct {
            id: line.product_id.clone().unwrap_or_else(|| product_id(&mut self.random)),
            name: line.name.clone(),
        });
        let products = products.collect();
        self.payments.insert(public.clone(), |key| Payment {
            key,
            order_id: checkout_id.to_owned(),
            amount: order.total,
            currency: order.currency,
            payer_email: billing.email.clone(),
            products,
            attempts: Vec::new(),
            created_at: now,
            updated_at: now,
            outcome: Outcome::Declined,
            refunded: Amount::ZERO,
            refunding: Amount::ZERO,
        });
        Some(public)
    }
}

impl Payment {
    fn customer_acted(&mut self, act: Act, attempt_id: String, now: Moment) {
        self.updated_at = now;
        let (status, error_message) = match act {
            Act::Cancel => {
                self.outcome = Outcome::Canceled;
                return;
            }
            Act::Pay => {
                self.outcome = Outcome::Paid;
                (AttemptStatus::Succeeded, None)
            }
            Act::Decline => (AttemptStatus::RequiresPaymentMethod, Some(DECLINED)),
        };
        let attempt = DepositAttempt {
            status,
            payment_id: attempt_id,
            attempted_at: now,
            error_message: error_message.map(Into::into),
            payment_method: "card".into(),
        };
        self.attempts.insert(0, attempt);
    }
}
