//! Checks that what is about to be stored can be returned: that no response which shows it would violate the document.
//!
//! Without this, one object that got in breaks each list that has it, and the sandbox with it. It runs before a change is made.

use serde::Serialize;
use serde::de::Error as _;

use crate::api::organization::OrganizationView;
use crate::api::payment::PaymentView;
use crate::api::payment_links::public::PublicLink;
use crate::api::payment_links::view::PaymentLinkView;
use crate::api::refunds::refund::RefundView;
use crate::app::app_state::AppState;
use crate::contract::document::first_problem;
use crate::http::error::ApiError;
use crate::model::payment_link::{PaymentLink, Totals};
use crate::model::state::State;
use crate::quirks::quirk::QuirkSet;
use crate::store::snapshot::{InvalidSnapshot, Snapshot};
use crate::values::money::Fee;

/// The operations that show what is stored.
pub(crate) const PAYMENT: &str = "GET /transactions/{id}/";
pub(crate) const REFUND: &str = "GET /refunds/{id}/";
pub(crate) const ORGANIZATION: &str = "GET /organization/";
const LINK: &str = "GET /payment-links/{id}/";
const PUBLIC_LINK: &str = "GET /payment-links/public/{token}/";

/// Refuses a request whose effect could not be returned by this operation.
pub(crate) fn ensure(operation: &str, view: &impl Serialize) -> Result<(), ApiError> {
    match first_problem(operation, view) {
        Some(problem) => Err(ApiError::invalid(&unservable(&problem))),
        None => Ok(()),
    }
}

/// Refuses a payment link that could not be shown to the merchant or the customer.
pub(crate) fn ensure_link(link: &PaymentLink) -> Result<(), ApiError> {
    ensure(LINK, &PaymentLinkView::of(link, Totals::default()))?;
    ensure(PUBLIC_LINK, &PublicLink::of(link, true))
}

/// Puts a snapshot in the place of the present state.
pub(crate) fn restore(sandbox: &AppState, snapshot: &Snapshot) -> Result<(), InvalidSnapshot> {
    let state = snapshot.state()?;
    check(&state).map_err(|problem| InvalidSnapshot::new(serde_json::Error::custom(problem)))?;
    sandbox.replace_state(state);
    Ok(())
}

/// Checks all that a state has.
pub(crate) fn check(state: &State) -> Result<(), String> {
    let quirks = QuirkSet::default();
    let payments = state.payments.rows().map(|payment| first_problem(PAYMENT, &PaymentView::of(payment)));
    let refunds = state.refunds.rows().map(|refund| first_problem(REFUND, &RefundView::of(refund, &quirks)));
    let links = state.payment_links.iter().flat_map(|link| {
        let merchant = first_problem(LINK, &PaymentLinkView::of(link, Totals::default()));
        [merchant, first_problem(PUBLIC_LINK, &PublicLink::of(link, true))]
    });
    let organization = OrganizationView::of(&state.organization, Fee::default());
    let organization = std::iter::once_with(|| first_problem(ORGANIZATION, &organization));
    match payments.chain(refunds).chain(links).chain(organization).flatten().next() {
        Some(problem) => Err(unservable(&problem)),
        None => Ok(()),
    }
}

fn unservable(problem: &str) -> String {
    format!("This cannot be stored, because a response that shows it would be invalid: {problem}.")
}
