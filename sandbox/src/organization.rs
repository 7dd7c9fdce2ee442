//! The merchant's organization: what can be edited, what can only be read, and the two operations on it.
//!
//! The fields are those that the guides name. As in the framework, fields that can only be read are passed over where
//! they are sent. Not here: API keys (`api_key`), the webhook endpoint (`webhook_config`), the snapshot (`dashboard`).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::auth::DashboardUser;
use crate::body::{Form, json_body};
use crate::error::ApiError;
use crate::money::Amount;
use crate::shared::Shared;

/// Whether the prices of an organization contain tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PriceMode {
    /// Without tax.
    #[serde(rename = "HT")]
    WithoutTax,
    /// With tax.
    #[serde(rename = "TTC")]
    WithTax,
}

impl PriceMode {
    fn parse(word: &str) -> Option<PriceMode> {
        match word {
            "HT" => Some(PriceMode::WithoutTax),
            "TTC" => Some(PriceMode::WithTax),
            _ => None,
        }
    }
}

/// What the merchant can edit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) name: String,
    website: String,
    contact_email: String,
    telegram: String,
    pub(crate) price_mode: PriceMode,
}

impl Organization {
    pub(crate) fn seeded() -> Organization {
        Organization {
            name: "Sandbox Shop".to_owned(),
            website: "https://shop.example".to_owned(),
            contact_email: "owner@shop.example".to_owned(),
            telegram: String::new(),
            price_mode: PriceMode::WithTax,
        }
    }

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

    fn view(&self) -> OrganizationView<'_> {
        OrganizationView {
            editable: self,
            status: STATUS,
            min_payment: Amount::MIN,
            max_payment: Amount::MAX,
            fees: Fees { percent: "0.00", fixed: Amount::ZERO },
            rolling_reserve_percent: "0.00",
            rolling_reserve_days: 0,
        }
    }
}

/// An organization here was looked at and may take payments.
pub(crate) const STATUS: &str = "active";

#[derive(Serialize)]
struct OrganizationView<'a> {
    #[serde(flatten)]
    editable: &'a Organization,
    status: &'static str,
    min_payment: Amount,
    max_payment: Amount,
    fees: Fees,
    rolling_reserve_percent: &'static str,
    rolling_reserve_days: u32,
}

/// The sandbox charges nothing.
#[derive(Serialize)]
struct Fees {
    percent: &'static str,
    fixed: Amount,
}

/// `GET /organization/`.
pub(crate) async fn get(Extract(sandbox): Extract<Arc<Shared>>, _: DashboardUser) -> Response {
    Json(sandbox.state().organization.view()).into_response()
}

/// `PATCH /organization/`.
pub(crate) async fn update(
    Extract(sandbox): Extract<Arc<Shared>>,
    _: DashboardUser,
    request: Request,
) -> Result<Response, ApiError> {
    let body = json_body(request).await?;
    let mut state = sandbox.state();
    state.organization = state.organization.update(Form::sent_to(&sandbox, &body)?)?;
    Ok(Json(state.organization.view()).into_response())
}
