//! Payments: what a customer's attempts made of a checkout, what was given back since, and the answer that
//! shows it.
//!
//! Not here: who acts (`customer`), and refunds as objects of their own (`refund`).

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::auth::{Merchant, Scope};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::money::{Amount, Currency};
use crate::shared::Shared;
use crate::table::{Key, Named};

/// Where a payment stands.
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

/// How an attempt to pay ended.
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
    /// The provider's id of this attempt.
    pub(crate) payment_id: String,
    pub(crate) attempted_at: Moment,
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
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    /// What became of the customer's attempts; refunds are counted apart.
    pub(crate) outcome: Outcome,
    /// Given back for good.
    pub(crate) refunded: Amount,
    /// Promised to refunds that are still processing.
    pub(crate) refunding: Amount,
}

/// What the customer's attempts came to so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Neither the customer nor the merchant knows yet.
    Processing,
    Declined,
    Paid,
    Canceled,
}

impl Named for Payment {
    fn key(&self) -> &Key {
        &self.key
    }
}

impl Payment {
    /// Says where the payment stands, which follows from what happened to its money.
    pub(crate) fn status(&self) -> PaymentStatus {
        match self.outcome {
            Outcome::Processing => PaymentStatus::Processing,
            Outcome::Declined => PaymentStatus::Failed,
            Outcome::Canceled => PaymentStatus::Canceled,
            Outcome::Paid if !self.refunding.is_zero() => PaymentStatus::RefundPending,
            Outcome::Paid if self.refunded == self.amount => PaymentStatus::Refunded,
            Outcome::Paid => PaymentStatus::Paid,
        }
    }

    /// Says how much could still be given back; `None` for a payment that was never paid.
    pub(crate) fn refundable(&self) -> Option<Amount> {
        let spoken_for = self.refunded.plus(self.refunding);
        (self.outcome == Outcome::Paid).then(|| self.amount.minus(spoken_for).unwrap_or(Amount::ZERO))
    }

    pub(crate) fn view(&self) -> PaymentView<'_> {
        PaymentView {
            id: &self.key.public,
            amount: self.amount,
            status: self.status(),
            currency: self.currency,
            payer_email: &self.payer_email,
            products: &self.products,
            deposit_attempts: &self.attempts,
            created_at: self.created_at,
        }
    }
}

/// A payment as `GET /transactions/{id}/` shows it.
#[derive(Serialize)]
pub(crate) struct PaymentView<'a> {
    id: &'a str,
    amount: Amount,
    status: PaymentStatus,
    currency: Currency,
    payer_email: &'a str,
    products: &'a [PaidProduct],
    #[serde(rename = "depositAttempts")]
    deposit_attempts: &'a [DepositAttempt],
    created_at: Moment,
}

/// `GET /transactions/{id}/`.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<Shared>>,
    merchant: Merchant,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    merchant.needs_one_of(&[Scope::PaymentsRead])?;
    // An id that is no text cannot be anybody's.
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let payment = state.payments.find(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(payment.view()).into_response())
}
