//! `GET` and `PATCH /organization/`.
//!
//! The fields are those that the guides name. As in the framework, read-only fields are ignored where they are sent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::app_state::AppState;
use crate::http::auth::DashboardUser;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::http::servable;
use crate::model::organization::{Organization, PriceMode, STATUS};
use crate::values::money::{Amount, Fee};

impl Organization {
    fn update(&self, mut form: Form<'_>) -> Result<Organization, ApiError> {
        let name = match form.has("name") {
            true => form.required_text("name", 255),
            false => None,
        };
        let website = form.blank_or("website", |form| form.optional_address("website"));
        let contact_email = form.blank_or("contact_email", |form| form.optional_email("contact_email"));
        let telegram = form.optional_text("telegram", 100);
        let price_mode = form.optional_choice("price_mode", PriceMode::parse);
        form.finish()?;

        let old = self.clone();
        Ok(Organization {
            name: name.unwrap_or(old.name),
            website: website.unwrap_or(old.website),
            contact_email: contact_email.unwrap_or(old.contact_email),
            telegram: telegram.unwrap_or(old.telegram),
            price_mode: price_mode.unwrap_or(old.price_mode),
        })
    }
}

#[derive(Serialize)]
pub(crate) struct OrganizationView<'a> {
    #[serde(flatten)]
    editable: &'a Organization,
    status: &'static str,
    min_payment: Amount,
    max_payment: Amount,
    fees: Fees,
    rolling_reserve_percent: &'static str,
    rolling_reserve_days: u32,
}

impl<'a> OrganizationView<'a> {
    pub(crate) fn of(organization: &'a Organization, fee: Fee) -> OrganizationView<'a> {
        OrganizationView {
            editable: organization,
            status: STATUS,
            min_payment: Amount::MIN,
            max_payment: Amount::MAX,
            fees: Fees { percent: format!("{:.2}", fee.percent), fixed: fee.fixed },
            rolling_reserve_percent: "0.00",
            rolling_reserve_days: 0,
        }
    }
}

#[derive(Serialize)]
struct Fees {
    percent: String,
    fixed: Amount,
}

/// `GET /organization/`.
pub(crate) async fn get(Extract(sandbox): Extract<Arc<AppState>>, _: DashboardUser) -> Response {
    Json(OrganizationView::of(&sandbox.state().organization, sandbox.settings.fee)).into_response()
}

/// `PATCH /organization/`.
pub(crate) async fn update(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    request: Request,
) -> Result<Response, ApiError> {
    let body = json_body(request).await?;
    let mut state = sandbox.state();
    let updated = state.organization.update(Form::sent_to(&sandbox, &body)?)?;
    servable::ensure(servable::ORGANIZATION, &OrganizationView::of(&updated, sandbox.settings.fee))?;
    state.organization = updated;
    Ok(Json(OrganizationView::of(&state.organization, sandbox.settings.fee)).into_response())
}
