//! `GET /transactions/{id}/`: a payment as the API shows it.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::app_state::AppState;
use crate::http::auth::Merchant;
use crate::http::error::ApiError;
use crate::model::payment::{DepositAttempt, PaidProduct, Payment, PaymentStatus};
use crate::model::scope::Scope;
use crate::values::money::{Amount, Currency};
use crate::values::time::SandboxTime;

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
    created_at: SandboxTime,
}

impl<'a> PaymentView<'a> {
    pub(crate) fn of(payment: &'a Payment) -> PaymentView<'a> {
        PaymentView {
            id: &payment.key.public,
            amount: payment.amount,
            status: payment.status(),
            currency: payment.currency,
            payer_email: &payment.payer_email,
            products: &payment.products,
            deposit_attempts: &payment.attempts,
            created_at: payment.created_at,
        }
    }
}

/// `GET /transactions/{id}/`.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<AppState>>,
    merchant: Merchant,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    merchant.needs_one_of(&[Scope::PaymentsRead])?;
    // An id that is no text cannot be anybody's.
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let payment = state.payments.find(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(PaymentView::of(payment)).into_response())
}
