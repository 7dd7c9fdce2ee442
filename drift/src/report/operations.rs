//! Lists of operations, short enough to read.

use super::escape::{clip, visible};
use crate::finding::Operation;

/// The operations that are named; of more, the number is told.
const MOST: usize = 3;

/// The operations as a reader wants them: named if they are few, counted if they are many.
pub(super) struct Short<'a> {
    pub(super) named: &'a [Operation],
    /// How many there are beyond those.
    pub(super) more: usize,
}

/// Names some, or all if only one would be left out.
pub(super) fn short(operations: &[Operation]) -> Short<'_> {
    let named = if operations.len() <= MOST + 1 { operations } else { &operations[..MOST] };
    Short { named, more: operations.len() - named.len() }
}

impl Short<'_> {
    /// `GET /a, POST /b and 5 more`.
    pub(super) fn line(&self) -> String {
        let names: Vec<String> =
            self.named.iter().map(|operation| visible(&clip(&operation.to_string())).into_owned()).collect();
        let names = names.join(", ");
        if self.more > 0 { format!("{names} and {} more", self.more) } else { names }
    }
}

/// `3 operations`.
pub(super) fn count(number: usize) -> String {
    format!("{number} operation{}", if number == 1 { "" } else { "s" })
}
