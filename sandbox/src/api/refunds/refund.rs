//! Creates and returns a refund.
//!
//! Not here: the list (`list`), and what is left to refund (`actions::refund`).

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, Request, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::actions::refund::RefundRefused;
use crate::app::app_state::AppState;
use crate::contract::paths::PathRules;
use crate::http::auth::{DashboardUser, Merchant};
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::http::framework::other_method;
use crate::http::servable;
use crate::model::refund::{Refund, RefundStatus};
use crate::model::scope::Scope;
use crate::quirks::quirk::{Quirk, QuirkSet};
use crate::values::money::{Amount, Currency, amount_text, rounded_amount};
use crate::values::table::Key;
use crate::values::time::SandboxTime;

/// Either of these lets a key read refunds.
pub(crate) const READ: &[Scope] = &[Scope::RefundsRead, Scope::PaymentsRead];

const WRITE: &[Scope] = &[Scope::RefundsWrite, Scope::PaymentsWrite];

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
    created_at: SandboxTime,
    updated_at: SandboxTime,
}

impl<'a> RefundView<'a> {
    pub(crate) fn of(refund: &'a Refund, quirks: &QuirkSet) -> RefundView<'a> {
        let numeric = quirks.has(Quirk::NumericIds);
        let by_number = numeric || quirks.has(Quirk::PaymentNumber);
        RefundView {
            id: named(numeric, refund.key.number, &refund.key.public),
            transaction_id: named(by_number, refund.payment_number, &refund.payment_id),
            amount: refund.amount,
            currency: refund.currency,
            amount_in_cents: refund.amount.cents(),
            amount_usd: refund.amount_usd(),
            reason: &refund.reason,
            status: refund.status,
            created_at: refund.created_at,
            updated_at: refund.updated_at,
        }
    }
}

/// Response to a request that creates a refund.
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
    fn read(sandbox: &AppState, body: &[u8]) -> Result<RefundRequest, ApiError> {
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
    Extract(sandbox): Extract<Arc<AppState>>,
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

    let RefundRequest { reason, amount } = request;
    ensure_servable(&reason, sandbox.clock.now())?;
    let opened = sandbox.state().open_refund(&payment_id, reason, amount, sandbox.clock.now());
    let refund = opened.map_err(refusal)?;
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

/// Refuses a refund that could not be returned. All but the reason is the sandbox's own.
fn ensure_servable(reason: &str, now: SandboxTime) -> Result<(), ApiError> {
    let refund = Refund {
        key: Key { number: 1, public: "RF".to_owned() },
        payment_id: "TX".to_owned(),
        payment_number: 1,
        order_id: String::new(),
        amount: Amount::MIN,
        currency: Currency::Usd,
        reason: reason.to_owned(),
        status: RefundStatus::Processing,
        created_at: now,
        updated_at: now,
    };
    servable::ensure(servable::REFUND, &RefundView::of(&refund, &QuirkSet::default()))
}

fn refusal(refused: RefundRefused) -> ApiError {
    match refused {
        RefundRefused::UnknownPayment => ApiError::NotFound,
        RefundRefused::NotPaid => ApiError::invalid("Only a payment that was paid can be refunded."),
        RefundRefused::NothingLeft => ApiError::invalid("Nothing of this payment is left to refund."),
        RefundRefused::TooMuch { left, currency } => {
            let message = format!("Only {left} {currency} of this payment can still be refunded.");
            ApiError::invalid_field("amount", &message)
        }
    }
}

/// `POST /refunds/`: the dashboard's way to create a refund, of which nothing more is known. Everybody else gets the
/// response of a path that takes no POST.
pub(crate) async fn create_from_dashboard(
    sandbox: Extract<Arc<AppState>>,
    rules: Extension<PathRules>,
    user: Result<DashboardUser, ApiError>,
    request: Request,
) -> Response {
    match user {
        Ok(DashboardUser) => ApiError::NotKnown.into_response(),
        Err(_) => other_method(sandbox, rules, request).await,
    }
}

/// `GET /refunds/{id}/`.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<AppState>>,
    merchant: Merchant,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    merchant.needs_one_of(READ)?;
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let refund = state.refunds.find(&id).ok_or(ApiError::NotFound)?;
    Ok(Json(RefundView::of(refund, &sandbox.quirks)).into_response())
}
