//! The facts, one table for each area of the API, and the requests that decide them.
//!
//! Each area has the same two parts: `FACTS`, and `observe`, which sends requests and records what it sees. `inferred`
//! lists what the documents of the repository infer, and which of it no probe can see.

mod checkouts;
mod common;
mod credentials;
mod dashboard;
mod errors;
pub mod inferred;
mod lists;
mod payments;
mod refunds;
mod throttle;
mod webhooks;

use crate::fact::Fact;
use crate::http::Stop;
use crate::run::Run;

/// Areas in the order of reports: a title and a table each.
const AREAS: [(&str, &[Fact]); 9] = [
    ("Credentials", credentials::FACTS),
    ("Errors and paths", errors::FACTS),
    ("Checkouts", checkouts::FACTS),
    ("Payments", payments::FACTS),
    ("Refunds", refunds::FACTS),
    ("Lists", lists::FACTS),
    ("Dashboard and payment links", dashboard::FACTS),
    ("Webhooks", webhooks::FACTS),
    ("Throttling", throttle::FACTS),
];

/// Returns the areas with their facts.
pub fn areas() -> impl Iterator<Item = (&'static str, &'static [Fact])> {
    AREAS.into_iter()
}

/// Returns all facts.
pub fn all() -> impl Iterator<Item = &'static Fact> {
    AREAS.into_iter().flat_map(|(_, facts)| facts)
}

/// Finds a fact by its id.
pub fn find(id: &str) -> Option<&'static Fact> {
    all().find(|fact| fact.id == id)
}

/// Observes all areas: reading first, then creating, and the burst last.
pub(crate) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    credentials::observe(run).await?;
    errors::observe(run).await?;
    dashboard::observe(run).await?;
    // Before the checkouts, whose payments the endpoint is to receive.
    webhooks::register(run).await?;
    checkouts::observe(run).await?;
    webhooks::paid(run).await?;
    payments::observe(run).await?;
    refunds::observe(run).await?;
    lists::observe(run).await?;
    webhooks::observe(run).await?;
    // Before the burst, after which a server refuses this as well.
    webhooks::restore(run).await;
    throttle::observe(run).await
}

/// Restores what a run changed, whichever way it ended.
pub(crate) async fn restore(run: &mut Run<'_>) {
    webhooks::restore(run).await;
}
