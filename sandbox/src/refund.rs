//! Refunds: asking for one, how it ends, and the answers that show it.
//!
//! What a payment has left is checked and promised under the one lock, so refunds that race never move too
//! much. Not here: the list (`refund_list`).

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::auth::{Merchant, Scope};
use crate::body::{Form, json_body};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::money::{Amount, Currency, amount_text, rounded_amount};
use crate::quirks::{Quirk, QuirkSet};
use crate::shared::Shared;
use crate::state::State;
use crate::table::{Key, Named};

/// Either of these lets a key read refunds.
pub(crate) const READ: &[Scope] = &[Scope::RefundsRead, Scope::PaymentsRead];
const WRITE: &[Scope] = &[Scope::RefundsWrite, Scope::PaymentsWrite];

/// Why a refund could not be brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RefundError {
    /// No refund has this id.
    #[error("no refund has this id")]
    Unknown,
    /// The refund has already completed or failed.
    #[error("the refund has already completed or failed")]
    AlreadySettled,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundStatus {
    Processing,
    Completed,
    Failed,
}

impl RefundStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            RefundStatus::Processing => "processing",
            RefundStatus::Completed => "completed",
            RefundStatus::Failed => "failed",
        }
    }
}

/// A refund.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) key: Key,
    /// The public id of the payment.
    pub(crate) payment_id: String,
    pub(crate) payment_number: u64,
    pub(crate) order_id: String,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
    pub(crate) reason: String,
    pub(crate) status: RefundStatus,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
}

impl Named for Refund {
    fn key(&self) -> &Key {
        &self.key
    }
}

impl Refund {
    pub(crate) fn is_processing(&self) -> bool {
        self.status == RefundStatus::Processing
    }

    pub(crate) fn amount_usd(&self) -> String {
        format!("{:.2}", self.amount.in_usd(self.currency))
    }

    pub(crate) fn view(&self, quirks: &QuirkSet) -> RefundView<'_> {
        let numeric = quirks.has(Quirk::NumericIds);
        let by_number = numeric || quirks.has(Quirk::PaymentNumber);
        RefundView {
            id: named(numeric, self.key.number, &self.key.public),
            transaction_id: named(by_number, self.payment_number, &self.payment_id),
            amount: self.amount,
            currency: self.currency,
            amount_in_cents: self.amount.cents(),
            amount_usd: self.amount_usd(),
            reason: &self.reason,
            status: self.status,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Names something by its number or by its public id.
fn named(by_number: bool, number: u64, public: &str) -> Cow<'_, str> {
    if by_number { Cow::Owned(number.to_string()) } else { Cow::Borrowed(public) }
}

/// A refund as `GET /refunds/{id}/` and the list show it.
#[derive(Serialize)]
pub(crate) struct RefundView<'a> {
    id: Cow<'a, str>,
    transaction_id: Cow<'a, str>,
    amount: Amount,
    currency: Currency,
    amount_in_cents: i64,
    amount_usd: String,
    reason: &'a str,
    status: RefundStatus,
    created_at: Moment,
    updated_at: Moment,
}

/// The answer to a request that creates a refund.
#[derive(Serialize)]
pub(crate) struct RefundCreated {
    status: RefundStatus,
    refund_id: u64,
    refund_public_id: String,
    transaction_id: u64,
    amount: Amount,
    currency: Currency,
    amount_usd: String,
    amount_in_cents: i64,
}

/// A request that was found to be right in itself.
struct RefundRequest {
    reason: String,
    /// Everything that is left, if not given.
    amount: Option<Amount>,
}

impl RefundRequest {
    fn read(sandbox: &Shared, body: &[u8]) -> Result<RefundRequest, ApiError> {
        let mut form = Form::sent_to(sandbox, body)?;
        let rounded = sandbox.quirks.has(Quirk::RoundedAmounts);
        let reason = form.required_text("reason", 500);
        let amount = form.optional_text("amount", 32).and_then(|text| {
            let amount = if rounded { rounded_amount(&text) } else { amount_text(&text) };
            let amount = amount.filter(|amount| !amount.is_zero());
            if amount.is_none() {
                form.refuse("amount", "A positive amount with at most two decimals is expected here.");
            }
            amount
        });
        match reason {
            Some(reason) if form.is_clean() => Ok(RefundRequest { reason, amount }),
            _ => Err(ApiError::Invalid(form.into_errors())),
        }
    }
}

/// `POST /transactions/{id}/refund/`.
pub(crate) async fn create(
    Extract(sandbox): Extract<Arc<Shared>>,
    merchant: Merchant,
    payment_id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Json<RefundCreated>, ApiError> {
    merchant.needs_one_of(WRITE)?;
    let Path(payment_id) = payment_id.map_err(|_| ApiError::NotFound)?;
    if sandbox.state().payments.find(&payment_id).is_none() {
        return Err(ApiError::NotFound);
    }
    let request = RefundRequest::read(&sandbox, &json_body(request).await?)?;

    let refund = sandbox.state().open_refund(&payment_id, request, sandbox.clock.now())?;
    sandbox.settle_later(&refund.key.public);
    Ok(Json(RefundCreated {
        status: refund.status,
        refund_id: refund.key.number,
        amount_usd: refund.amount_usd(),
        refund_public_id: refund.key.public,
        transaction_id: refund.payment_number,
        amount: refund.amount,
        currency: refund.currency,
        amount_in_cents: refund.amount.cents(),
    }))
}

/// `GET /refunds/{id}/`.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<Shared>>,
    merchant: Merchant,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    merchant.needs_one_of(READ)?;
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let refund = state.refunds.find(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(refund.view(&sandbox.quirks)).into_response())
}

/// How a refund ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed,
    Failed,
}

impl State {
    fn open_refund(
        &mut self,
        payment_id: &str,
        request: RefundRequest,
        now: Moment,
    ) -> Result<Refund, ApiError> {
        let payment = self.payments.find_mut(payment_id).ok_or(ApiError::NotFound)?;
        let refundable = payment.refundable();
        let refundable =
            refundable.ok_or_else(|| ApiError::invalid("Only a payment that was paid can be refunded."))?;
        if refundable.is_zero() {
            return Err(ApiError::invalid("Nothing of this payment is left to refund."));
        }
        let amount = request.amount.unwrap_or(refundable);
        if amount > refundable {
            let message =
                format!("Only {refundable} {} of this payment can still be refunded.", payment.currency);
            return Err(ApiError::invalid_field("amount", &message));
        }

        payment.refunding = payment.refunding.plus(amount);
        payment.updated_at = now;
        let public = format!("RF{}", self.random.text(10));
        let refund = self.refunds.insert(public, |key| Refund {
            key,
            payment_id: payment.key.public.clone(),
            payment_number: payment.key.number,
            order_id: payment.order_id.clone(),
            amount,
            currency: payment.currency,
            reason: request.reason,
            status: RefundStatus::Processing,
            created_at: now,
            updated_at: now,
        });
        let refund = refund.clone();
        self.announce_payment(&refund.payment_id);
        Ok(refund)
    }

    /// Brings a processing refund to its end.
    pub(crate) fn settle(&mut self, refund_id: &str, ending: Ending, now: Moment) -> Result<(), RefundError> {
        let refund = self.refunds.find_mut(refund_id).ok_or(RefundError::Unknown)?;
        if refund.status != RefundStatus::Processing {
            return Err(RefundError::AlreadySettled);
        }
        refund.status = match ending {
            Ending::Completed => RefundStatus::Completed,
            Ending::Failed => RefundStatus::Failed,
        };
        refund.updated_at = now;
        let (refund_id, payment_id, amount) =
            (refund.key.public.clone(), refund.payment_id.clone(), refund.amount);

        if let Some(payment) = self.payments.find_mut(&payment_id) {
            // A processing refund's amount is part of `refunding`, so this never falls below zero.
            payment.refunding = payment.refunding.minus(amount).unwrap_or(Amount::ZERO);
            if ending == Ending::Completed {
                payment.refunded = payment.refunded.plus(amount);
            }
            payment.updated_at = now;
        }
        self.announce_refund(&refund_id);
        self.announce_payment(&payment_id);
        Ok(())
    }
}
