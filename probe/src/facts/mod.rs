//! The facts, one table for each area of the API, and the requests that decide them.
//!
//! Each area has the same two parts: `FACTS`, and `observe`, which sends requests and records what it sees. `inferred`
//! lists what the documents of the repository infer, and which of it no probe can see.

mod checkouts;
mod credentials;
mod dashboard;
mod errors;
pub mod inferred;
mod lists;
mod payments;
mod refunds;
mod throttle;
mod webhooks;

use serde_json::{Map, Value};

use crate::fact::Fact;
use crate::http::{Miss, Stop};
use crate::overlay::Edit;
use crate::run::Run;
use crate::seen::Seen;
use crate::words::{compare, kind, known};

/// The areas in the order of reports: a title and a table each.
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

/// Observes all areas. What is created comes after what is read, and the burst last.
pub(crate) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    credentials::observe(run).await?;
    errors::observe(run).await?;
    dashboard::observe(run).await?;
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

/// Undoes what a run changed, however it ended.
pub(crate) async fn restore(run: &mut Run<'_>) {
    webhooks::restore(run).await;
}

/// An id that nothing has.
const MISSING: &str = "nd8-probe-missing";
/// A UUID that nothing has.
const MISSING_UUID: &str = "00000000-0000-4000-8000-000000000000";

/// Compares the fields of objects with those that are documented, and states what follows for the type `role`.
fn fields<'a>(
    role: &'static str,
    documented: &'static [&'static str],
    required: &[&'static str],
    objects: impl IntoIterator<Item = &'a Map<String, Value>>,
) -> Seen {
    let found = compare(documented, objects);
    let mut edits = Vec::new();
    if required.iter().any(|field| found.absent.contains(field)) {
        let fields = required.iter().copied().filter(|field| !found.absent.contains(field)).collect();
        edits.push(Edit::Required { role, fields });
    }
    edits.extend(found.null.iter().map(|field| Edit::Nullable { role, field }));
    let seen = Seen::default()
        .listing("absent:", &found.absent)
        .listing("null:", &found.null)
        .or("all present")
        .noting(found.others, "fields that are not documented")
        .with(edits);
    match (found.null.is_empty(), found.absent.is_empty()) {
        (false, _) => seen.named("null-fields"),
        (true, false) => seen.named("absent-fields"),
        (true, true) => seen,
    }
}

/// Returns the form of a field.
fn kind_of(object: &Map<String, Value>, field: &str) -> Result<Seen, Miss> {
    Ok(Seen::word(object.get(field).map_or("absent", kind)))
}

/// Returns which of these states a field `status` has.
fn state(
    object: &Map<String, Value>,
    states: &'static [&'static str],
    name: impl FnOnce(&'static str) -> &'static str,
) -> Result<Seen, Miss> {
    Ok(Seen::word(match object.get("status") {
        None => "absent",
        Some(Value::Null) => "null",
        Some(state) => state.as_str().and_then(|word| known(states, word)).map_or("another state", name),
    }))
}

/// Why facts about the dashboard were not seen.
const NO_SESSION: &str = "needs a dashboard session (ND8_SESSION_TOKEN)";
