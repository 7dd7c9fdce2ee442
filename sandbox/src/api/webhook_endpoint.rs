//! Dashboard's operations on the webhook endpoint: where deliveries go from now on.
//!
//! Any web address is taken, as ND8 takes it; whether the sandbox contacts it is another matter (`delivery`). Paths and
//! fields are assumed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State as Extract};
use serde::Serialize;

use crate::app::app_state::AppState;
use crate::http::auth::DashboardUser;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;

/// Webhook configuration as the dashboard shows it.
#[derive(Serialize)]
pub(crate) struct WebhookConfiguration {
    endpoint_url: Option<String>,
}

/// `GET /organization/webhooks/`.
pub(crate) async fn get(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
) -> Json<WebhookConfiguration> {
    Json(WebhookConfiguration { endpoint_url: sandbox.state().webhook_url.clone() })
}

/// `PUT /organization/webhooks/`.
pub(crate) async fn set(
    Extract(sandbox): Extract<Arc<AppState>>,
    _: DashboardUser,
    request: Request,
) -> Result<Json<WebhookConfiguration>, ApiError> {
    let body = json_body(request).await?;
    let mut form = Form::sent_to(&sandbox, &body)?;
    form.required("endpoint_url");
    let endpoint_url = form.optional_address("endpoint_url");
    form.finish()?;

    sandbox.state().webhook_url.clone_from(&endpoint_url);
    Ok(Json(WebhookConfiguration { endpoint_url }))
}
