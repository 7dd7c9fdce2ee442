//! Dashboard's operations on payment links: list, create, get, change, delete, and their payments.
//!
//! Not here: what a link is (`model::payment_link`), and what its customers call (`public`).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;

use crate::api::payment::PaymentView;
use crate::api::payment_links::public::PublicLink;
use crate::api::payment_links::view::PaymentLinkView;
use crate::app::app_state::AppState;
use crate::http::auth::DashboardUser;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::http::list::ListRequest;
use crate::http::servable;
use crate::model::catalog::Catalog;
use crate::model::order::Order;
use crate::model::payment::Payment;
use crate::model::payment_link::{PaymentLink, PricingMode, Terms, Totals};
use crate::values::money::Currency;
use crate::values::time::SandboxTime;

/// Number of links a sandbox stores.
const MAX_LINKS: usize = 1_000;

type Id = Result<Path<String>, PathRejection>;

/// `GET /payment-links/`: newest first.
pub(crate) async fn list(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    uri: Uri,
) -> Result<Response, ApiError> {
    let state = sandbox.state();
    let totals = state.link_totals();
    let links: Vec<&PaymentLink> = state.payment_links.iter().rev().filter(|link| !link.deleted).collect();
    ListRequest::read(&sandbox, &uri)
        .respond(&links, |link| PaymentLinkView::of(link, totals.get(&link.id).copied().unwrap_or_default()))
}

/// `POST /payment-links/`.
pub(crate) async fn create(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    request: Request,
) -> Result<Response, ApiError> {
    let body = json_body(request).await?;
    let mut state = sandbox.state();
    let now = sandbox.clock.now();
    let form = Form::sent_to(&sandbox, &body)?;
    let terms = create_terms(form, &state.catalog, now)?;
    let (id, token) = (state.random.uuid(), state.random.uuid());
    let link = PaymentLink {
        id,
        token,
        terms,
        created_at: now,
        updated_at: now,
        past: Totals::default(),
        deleted: false,
    };
    ensure_link(&link)?;
    let response = (StatusCode::CREATED, Json(PaymentLinkView::of(&link, Totals::default()))).into_response();
    if state.payment_links.len() >= MAX_LINKS {
        let deleted = state.payment_links.iter().position(|link| link.deleted);
        let full = || {
            ApiError::invalid(&format!("This sandbox stores at most {MAX_LINKS} payment links: delete some."))
        };
        state.payment_links.remove(deleted.ok_or_else(full)?);
    }
    state.payment_links.push(link);
    Ok(response)
}

/// `GET /payment-links/{id}/`.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    id: Id,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let link = state.payment_link(&id).ok_or(ApiError::NotFound)?;
    let totals = state.link_totals().remove(&link.id).unwrap_or_default();
    Ok(Json(PaymentLinkView::of(link, totals)).into_response())
}

/// `PATCH /payment-links/{id}/`.
pub(crate) async fn update(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    id: Id,
    request: Request,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    if sandbox.state().payment_link(&id).is_none() {
        return Err(ApiError::NotFound);
    }
    let body = json_body(request).await?;
    let mut state = sandbox.state();
    let now = sandbox.clock.now();
    let link = state.payment_link(&id).ok_or(ApiError::NotFound)?;
    let form = Form::sent_to(&sandbox, &body)?;
    let terms = update_terms(form, &link.terms, &state.catalog, now)?;
    let id = link.id;
    let totals = state.link_totals().remove(&id).unwrap_or_default();
    let link = PaymentLink { terms, updated_at: now, ..link.clone() };
    ensure_link(&link)?;
    let stored = state.payment_links.iter_mut().find(|link| link.id == id).ok_or(ApiError::NotFound)?;
    *stored = link;
    Ok(Json(PaymentLinkView::of(stored, totals)).into_response())
}

/// `DELETE /payment-links/{id}/`.
pub(crate) async fn delete(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    id: Id,
) -> Result<StatusCode, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let mut state = sandbox.state();
    let id = state.payment_link(&id).ok_or(ApiError::NotFound)?.id;
    state.payment_links.iter_mut().filter(|link| link.id == id).for_each(|link| link.deleted = true);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /payment-links/{id}/payments/`: newest first.
pub(crate) async fn payments(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    id: Id,
    uri: Uri,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let state = sandbox.state();
    let link = state.payment_link(&id).ok_or(ApiError::NotFound)?.id;
    let through: Vec<&Payment> =
        state.payments.rows().rev().filter(|payment| state.link_of(payment) == Some(link)).collect();
    ListRequest::read(&sandbox, &uri).respond(&through, |payment| PaymentView::of(payment))
}

/// Refuses a payment link that could not be shown to the merchant or the customer.
fn ensure_link(link: &PaymentLink) -> Result<(), ApiError> {
    servable::ensure(servable::LINK, &PaymentLinkView::of(link, Totals::default()))?;
    servable::ensure(servable::PUBLIC_LINK, &PublicLink::of(link, true))
}

fn create_terms(mut form: Form<'_>, catalog: &Catalog, now: SandboxTime) -> Result<Terms, ApiError> {
    let name = form.required_text("name", 255);
    let currency = form.optional_choice("currency", Currency::parse).unwrap_or(Currency::Usd);
    let order = Order::read_from_catalog(&mut form, currency, catalog);
    let pricing_mode = form.optional_choice("pricing_mode", PricingMode::parse);
    let expires_at = read_expiry(&mut form, now);
    let max_uses = form.optional_count("max_uses");
    let metadata = form.optional_object("metadata");
    let is_active = form.optional_bool("is_active");
    match (name, order) {
        (Some(name), Some(order)) if form.is_clean() => Ok(Terms {
            name,
            order,
            pricing_mode: pricing_mode.unwrap_or_default(),
            expires_at,
            max_uses,
            metadata: metadata.map_or_else(empty_object, ToOwned::to_owned),
            is_active: is_active.unwrap_or(true),
        }),
        _ => Err(ApiError::Invalid(form.into_errors())),
    }
}

/// Changes what is named, and nothing else.
fn update_terms(
    mut form: Form<'_>,
    old: &Terms,
    catalog: &Catalog,
    now: SandboxTime,
) -> Result<Terms, ApiError> {
    let name = form.has("name").then(|| form.required_text("name", 255)).flatten();
    let currency = form.optional_choice("currency", Currency::parse).unwrap_or(old.order.currency);
    let order =
        form.has("products").then(|| Order::read_from_catalog(&mut form, currency, catalog)).flatten();
    if currency != old.order.currency && !form.has("products") {
        form.refuse(
            "currency",
            "The products of this link are sold in another currency: change both at once.",
        );
    }
    let pricing_mode = form.optional_choice("pricing_mode", PricingMode::parse);
    let expires_at = form.nullable("expires_at", |form| read_expiry(form, now));
    let max_uses = form.nullable("max_uses", |form| form.optional_count("max_uses"));
    let metadata = form.optional_object("metadata").map(ToOwned::to_owned);
    let is_active = form.optional_bool("is_active");
    form.finish()?;

    let old = old.clone();
    Ok(Terms {
        name: name.unwrap_or(old.name),
        order: order.unwrap_or(old.order),
        pricing_mode: pricing_mode.unwrap_or(old.pricing_mode),
        expires_at: expires_at.unwrap_or(old.expires_at),
        max_uses: max_uses.unwrap_or(old.max_uses),
        metadata: metadata.unwrap_or(old.metadata),
        is_active: is_active.unwrap_or(old.is_active),
    })
}

fn read_expiry(form: &mut Form<'_>, now: SandboxTime) -> Option<SandboxTime> {
    let expires_at = form.optional_time("expires_at")?;
    if expires_at <= now {
        form.refuse("expires_at", "A moment that is still to come is expected here.");
        return None;
    }
    Some(expires_at)
}

fn empty_object() -> Box<RawValue> {
    RawValue::from_string("{}".to_owned()).expect("an empty object is JSON")
}
