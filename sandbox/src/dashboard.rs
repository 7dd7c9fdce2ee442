//! Operations that ND8 has and the sandbox doesn't serve yet: the merchant's dashboard and payment links.
//!
//! They check the credential as the real ones would and answer 501, so that a client pointed here learns that
//! the sandbox is what is missing something, not its request.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State as Extract};
use axum::http::Method;

use crate::auth::{DashboardUser, Merchant};
use crate::error::ApiError;
use crate::sandbox::Shared;

/// Paths that take the session token.
pub(crate) const PRIVATE: &[&str] = &[
    "/organization/",
    "/organization/dashboard/",
    "/organization/api-keys/",
    "/organization/api-keys/rotate/",
    "/organization/api-keys/{id}/revoke/",
    "/organization/webhooks/",
    "/payment-links/",
    "/payment-links/{id}/",
    "/payment-links/{id}/payments/",
];

/// Paths that take no credential: what a payment link's customer calls.
pub(crate) const PUBLIC: &[&str] =
    &["/payment-links/public/{token}/", "/payment-links/public/{token}/checkout/"];

/// Answers for a path of [`PRIVATE`].
pub(crate) async fn private(_: DashboardUser) -> ApiError {
    ApiError::NotServedYet
}

/// Answers for a path of [`PUBLIC`].
pub(crate) async fn public() -> ApiError {
    ApiError::NotServedYet
}

/// Answers for the methods of `/refunds/` that API keys don't have. POST is the dashboard's way to create a
/// refund.
pub(crate) async fn other_than_list(Extract(sandbox): Extract<Arc<Shared>>, request: Request) -> ApiError {
    let (mut parts, _) = request.into_parts();
    if parts.method == Method::POST && DashboardUser::from_request_parts(&mut parts, &sandbox).await.is_ok() {
        return ApiError::NotServedYet;
    }
    match Merchant::from_request_parts(&mut parts, &sandbox).await {
        Ok(_) => ApiError::MethodNotAllowed(parts.method),
        Err(refusal) => refusal,
    }
}
