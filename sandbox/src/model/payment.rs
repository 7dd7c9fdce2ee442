//! Payments: what the attempts of a customer came to, and what was refunded since.
//!
//! Not here: what changes a payment (`actions`), and the response that shows it (`api::payment`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::checkout::{Checkout, CheckoutRequest};
use crate::values::money::{Amount, Currency, Fee};
use crate::values::table::{Key, Keyed};
use crate::values::time::SandboxTime;

/// Status of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentStatus {
    Processing,
    Failed,
    Paid,
    Canceled,
    RefundPending,
    Refunded,
}

/// Describes how an attempt to pay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttemptStatus {
    Succeeded,
    RequiresPaymentMethod,
    Processing,
}

/// One attempt to pay, as it goes over the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DepositAttempt {
    pub(crate) status: AttemptStatus,
    /// Provider's id of this attempt.
    pub(crate) payment_id: String,
    pub(crate) attempted_at: SandboxTime,
    pub(crate) error_message: Option<Cow<'static, str>>,
    pub(crate) payment_method: Cow<'static, str>,
}

/// A product as a payment shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PaidProduct {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) key: Key,
    pub(crate) order_id: String,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) payer_email: String,
    pub(crate) products: Vec<PaidProduct>,
    /// Newest first.
    pub(crate) attempts: Vec<DepositAttempt>,
    pub(crate) created_at: SandboxTime,
    pub(crate) updated_at: SandboxTime,
    /// Outcome of the customer's attempts; refunds are counted separately.
    pub(crate) outcome: PaymentOutcome,
    /// Given back for good.
    pub(crate) refunded: Amount,
    /// Promised to refunds that are still processing.
    pub(crate) refunding: Amount,
}

/// Outcome of the customer's attempts so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PaymentOutcome {
    /// Neither the customer nor the merchant knows yet.
    Processing,
    Declined,
    Paid,
    Canceled,
}

impl Keyed for Payment {
    fn key(&self) -> &Key {
        &self.key
    }
}

impl Payment {
    /// Creates the payment of a checkout, before any attempt.
    pub(crate) fn new(
        key: Key,
        checkout: &Checkout,
        products: Vec<PaidProduct>,
        fee: Fee,
        now: SandboxTime,
    ) -> Payment {
        let CheckoutRequest { billing, order, .. } = &checkout.request;
        Payment {
            key,
            order_id: checkout.id.clone(),
            amount: fee.net_of(order.total),
            currency: order.currency,
            payer_email: billing.email.clone(),
            products,
            attempts: Vec::new(),
            created_at: now,
            updated_at: now,
            outcome: PaymentOutcome::Declined,
            refunded: Amount::ZERO,
            refunding: Amount::ZERO,
        }
    }

    /// Returns the status, which follows from the attempts and refunds.
    pub(crate) fn status(&self) -> PaymentStatus {
        match self.outcome {
            PaymentOutcome::Processing => PaymentStatus::Processing,
            PaymentOutcome::Declined => PaymentStatus::Failed,
            PaymentOutcome::Canceled => PaymentStatus::Canceled,
            PaymentOutcome::Paid if !self.refunding.is_zero() => PaymentStatus::RefundPending,
            PaymentOutcome::Paid if self.refunded == self.amount => PaymentStatus::Refunded,
            PaymentOutcome::Paid => PaymentStatus::Paid,
        }
    }

    /// Returns how much could still be given back; `None` for a payment that was never paid.
    pub(crate) fn refundable(&self) -> Option<Amount> {
        let committed = self.refunded.plus(self.refunding);
        (self.outcome == PaymentOutcome::Paid).then(|| self.amount.minus(committed).unwrap_or(Amount::ZERO))
    }
}
