//! Restores snapshots, and checks that all they have can be returned.

use serde::de::Error as _;

use crate::api::organization::OrganizationView;
use crate::api::payment::PaymentView;
use crate::api::payment_links::public::PublicLink;
use crate::api::payment_links::view::PaymentLinkView;
use crate::api::refunds::refund::RefundView;
use crate::app::app_state::AppState;
use crate::contract::document::first_problem;
use crate::http::servable::{LINK, ORGANIZATION, PAYMENT, PUBLIC_LINK, REFUND, refusal};
use crate::model::payment_link::Totals;
use crate::model::state::State;
use crate::quirks::quirk::QuirkSet;
use crate::store::snapshot::{InvalidSnapshot, Snapshot};
use crate::values::money::Fee;

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
        Some(problem) => Err(refusal(&problem)),
        None => Ok(()),
    }
}
