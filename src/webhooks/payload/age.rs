//! Compares the age of two payloads.

use std::cmp::Ordering;

use jiff::Timestamp;

/// Compares times, if any of the ids is the same and none differs.
pub(super) fn compare_age(
    ids: &[(Option<&str>, Option<&str>)],
    (one, other): (Option<Timestamp>, Option<Timestamp>),
    are_equal: bool,
) -> Option<Ordering> {
    let mut compared = ids.iter().filter_map(|(one, other)| same(*one, *other)).peekable();
    compared.peek()?;
    // One different id is enough: times of two payments have no order that matters.
    if !compared.all(|is_same| is_same) {
        return None;
    }
    match one?.cmp(&other?) {
        // Two changes within the resolution of the server's clock.
        Ordering::Equal if !are_equal => None,
        ordering => Some(ordering),
    }
}

fn same(one: Option<&str>, other: Option<&str>) -> Option<bool> {
    Some(one? == other?)
}

/// Returns whether any id that both have differs.
pub(super) fn any_differs(ids: &[(Option<&str>, Option<&str>)]) -> bool {
    ids.iter().any(|(one, other)| same(*one, *other) == Some(false))
}
