//! Finding and renaming values in the text of a body.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::value::RawValue;

use crate::raw::extra::MARK;

/// One step of the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// Finds the text of a value.
pub(super) fn find(text: &str, path: &[Step]) -> Option<Range<usize>> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for step in path {
        value = match step {
            Step::Key(key) => {
                serde_json::from_str::<HashMap<String, &RawValue>>(value.get()).ok()?.remove(key)?
            }
            Step::Index(index) => serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(*index)?,
        };
    }
    // The value borrows from the text.
    let start = value.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some(start..start + value.get().len())
}

/// Returns the way to the outermost list of several items that a value is in, and that is below a place of so many steps.
pub(super) fn outer_list(text: &str, path: &[Step], below: usize) -> Option<Vec<Step>> {
    let mut lists = (below..path.len()).filter(|at| matches!(path[*at], Step::Index(_)));
    let has_several = |at: &usize| {
        let items =
            find(text, &path[..*at]).map(|range| serde_json::from_str::<Vec<&RawValue>>(&text[range]));
        items.is_some_and(|items| items.is_ok_and(|items| items.len() > 1))
    };
    lists.find(has_several).map(|at| path[..at].to_vec())
}

/// Renames the key of a value so that no field of a type has it. `None` for what has no key, or was renamed before.
pub(super) fn set_aside(text: &str, path: &[Step]) -> Option<String> {
    set_aside_as(text, path, 1)
}

/// The same, as the value of this number under its name.
fn set_aside_as(text: &str, path: &[Step], number: usize) -> Option<String> {
    let Some(Step::Key(key)) = path.last() else { return None };
    if key.starts_with(MARK) {
        return None;
    }
    let before =
        text[..find(text, path)?.start].trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    // A quote in the key has a backslash in front of it.
    let is_opening = |at: &usize| (before[..*at].len() - before[..*at].trim_end_matches('\\').len()) % 2 == 0;
    let opening = before.rmatch_indices('"').map(|(at, _)| at).find(is_opening)?;
    Some(format!("{}{}{}", &text[..=opening], MARK.to_string().repeat(number), &text[opening + 1..]))
}

/// More values of one name than anybody sends. Each is searched for anew.
const MOST_REPEATS: usize = 16;

/// Sets a value aside whose key its object has several times, with all of them; where all are the same, all but the first.
/// `None` if it is there once.
pub(super) fn without_repeats(text: &str, path: &[Step]) -> Option<String> {
    let first = &text[find(text, path)?];
    // Of several, the last is found.
    let mut without = set_aside(text, path)?;
    let mut is_same = true;
    let mut others = 0;
    while others < MOST_REPEATS
        && let Some(range) = find(&without, path)
    {
        is_same &= without[range] == *first;
        others += 1;
        let next = set_aside_as(&without, path, others + 1)?;
        if is_same && find(&next, path).is_none() {
            return Some(without);
        }
        without = next;
    }
    (others > 0).then_some(without)
}
