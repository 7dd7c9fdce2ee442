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

/// Returns the way to the outermost list of several items that a value is in.
pub(super) fn outer_list(text: &str, path: &[Step]) -> Option<Vec<Step>> {
    let at = path.iter().position(|step| matches!(step, Step::Index(_)))?;
    let items: Vec<&RawValue> = serde_json::from_str(&text[find(text, &path[..at])?]).ok()?;
    (items.len() > 1).then(|| path[..at].to_vec())
}

/// Renames the key of a value so that no field of a type has it. `None` for what has no key, or was renamed before.
pub(super) fn set_aside(text: &str, path: &[Step]) -> Option<String> {
    let Some(Step::Key(key)) = path.last() else { return None };
    if key.starts_with(MARK) {
        return None;
    }
    let before =
        text[..find(text, path)?.start].trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    // A quote in the key has a backslash in front of it.
    let is_opening = |at: &usize| (before[..*at].len() - before[..*at].trim_end_matches('\\').len()) % 2 == 0;
    let opening = before.rmatch_indices('"').map(|(at, _)| at).find(is_opening)?;
    Some(format!("{}{MARK}{}", &text[..=opening], &text[opening + 1..]))
}
