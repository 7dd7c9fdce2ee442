//! Operations that the customer of a payment link calls, without a credential: the link, and a checkout for it.
//!
//! Not here: what a link is (`model::payment_link`), and how the merchant manages it (`management`).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::api::checkout::{CheckoutCreated, ensure_payable};
use crate::app::app_state::AppState;
use crate::http::auth::Anyone;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::model::checkout::CheckoutRequest;
use crate::model::payment_link::{Closed, PaymentLink, PricingMode};
use crate::values::money::{Currency, decimal_text};
use crate::values::time::SandboxTime;

type Token = Result<Path<String>, PathRejection>;

/// A link as its customer sees it.
#[derive(Serialize)]
pub(crate) struct PublicLink<'a> {
    name: &'a str,
    products: Vec<PublicProduct<'a>>,
    currency: Currency,
    pricing_mode: PricingMode,
    expires_at: Option<SandboxTime>,
    is_active: bool,
}

#[derive(Serialize)]
struct PublicProduct<'a> {
    product_id: Option<&'a str>,
    name: &'a str,
    quantity: u32,
    #[serde(serialize_with = "decimal_text::serialize")]
    unit_price: Decimal,
}

impl<'a> PublicLink<'a> {
    pub(crate) fn of(link: &'a PaymentLink, is_active: bool) -> PublicLink<'a> {
        let terms = &link.terms;
        let products = terms.order.lines.iter().map(|line| PublicProduct {
            product_id: line.product_id.as_deref(),
            name: &line.name,
            quantity: line.quantity,
            unit_price: line.unit_price,
        });
        PublicLink {
            name: &terms.name,
            products: products.collect(),
            currency: terms.order.currency,
            pricing_mode: terms.pricing_mode,
            expires_at: terms.expires_at,
            is_active,
        }
    }
}

/// `GET /payment-links/public/{token}/`. A link that is closed is still shown, as one that is not active.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: Anyone,
    token: Token,
) -> Result<Response, ApiError> {
    let Path(token) = token.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let link = state.public_payment_link(&token).ok_or(ApiError::NotFound)?;
    let totals = state.link_totals().remove(&link.id).unwrap_or_default();
    let public = PublicLink::of(link, link.is_open(&totals, sandbox.clock.now()).is_ok());
    Ok(Json(public).into_response())
}

/// `POST /payment-links/public/{token}/checkout/`.
pub(crate) async fn checkout(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: Anyone,
    token: Token,
    request: Request,
) -> Result<(StatusCode, Json<CheckoutCreated>), ApiError> {
    let Path(token) = token.map_err(|_| ApiError::NotFound)?;
    if sandbox.state().public_payment_link(&token).is_none() {
        return Err(ApiError::NotFound);
    }
    let body = json_body(request).await?;

    let mut state = sandbox.state();
    let now = sandbox.clock.now();
    let link = state.public_payment_link(&token).ok_or(ApiError::NotFound)?;
    let totals = state.link_totals().remove(&link.id).unwrap_or_default();
    let request = CheckoutRequest::read_public(Form::sent_to(&sandbox, &body)?, link.terms.order.clone())?;
    link.is_open(&totals, now).map_err(|closed| {
        ApiError::invalid(match closed {
            Closed::Inactive => "This payment link is not active.",
            Closed::Expired => "This payment link has expired.",
            Closed::UsedUp => "This payment link was used as often as it can be.",
        })
    })?;
    ensure_payable(&request, sandbox.settings.fee, now)?;
    let link = link.id;
    let expires_at = now.after(sandbox.checkout_lifetime);
    let checkout = state.open_checkout(request, Some(link), now, expires_at);
    Ok((StatusCode::CREATED, Json(checkout.created(&sandbox.origin))))
}
