//! Observations that several areas make.

use serde_json::{Map, Value};

use crate::http::Miss;
use crate::overlay::Edit;
use crate::seen::Seen;
use crate::words::{compare, kind, known};

/// An id that does not exist.
pub(super) const MISSING: &str = "nd8-probe-missing";
/// A UUID that does not exist.
pub(super) const MISSING_UUID: &str = "00000000-0000-4000-8000-000000000000";

/// Compares the fields of objects with the documented ones, and derives changes for the type `role`.
pub(super) fn fields<'a>(
    role: &'static str,
    documented: &'static [&'static str],
    required: &[&'static str],
    objects: impl IntoIterator<Item = &'a Map<String, Value>>,
) -> Seen {
    let found = compare(documented, objects);
    let mut edits = Vec::new();
    // A field that one object lacks is not required, whatever the others have.
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
pub(super) fn kind_of(object: &Map<String, Value>, field: &str) -> Result<Seen, Miss> {
    Ok(Seen::word(object.get(field).map_or("absent", kind)))
}

/// Returns which of these states a field `status` has.
pub(super) fn state(
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

/// Reason why facts about the dashboard were not observed.
pub(super) const NO_SESSION: &str = "needs a dashboard session (ND8_SESSION_TOKEN)";
