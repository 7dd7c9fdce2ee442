//! Checks that what is about to be stored can be returned: that no response which shows it would violate the document.
//!
//! Without this, one object that got in breaks each list that has it. It runs before a change is made. Not here: checking a whole
//! state (`restore`).

use serde::Serialize;

use crate::contract::document::first_problem;
use crate::http::error::ApiError;

/// Returns a payment.
pub(crate) const PAYMENT: &str = "GET /transactions/{id}/";
/// Returns a refund.
pub(crate) const REFUND: &str = "GET /refunds/{id}/";
/// Returns the organization.
pub(crate) const ORGANIZATION: &str = "GET /organization/";
/// Returns a payment link to the merchant.
pub(crate) const LINK: &str = "GET /payment-links/{id}/";
/// Returns a payment link to its customer.
pub(crate) const PUBLIC_LINK: &str = "GET /payment-links/public/{token}/";

/// Refuses a request whose effect could not be returned by this operation.
pub(crate) fn ensure(operation: &str, view: &impl Serialize) -> Result<(), ApiError> {
    first_problem(operation, view).map_or(Ok(()), |problem| Err(ApiError::invalid(&refusal(&problem))))
}

/// Returns the message for an object that could not be returned.
pub(crate) fn refusal(problem: &str) -> String {
    format!("This cannot be stored, because a response that shows it would be invalid: {problem}.")
}
