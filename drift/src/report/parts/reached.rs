//! Lists of operations, short enough to read.

use super::escape::{clip, visible};
use crate::operations::{Operation, Operations};

/// Operations that are named; of more, the number is given.
const MOST: usize = 3;

/// Operations that an entry of a report is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reached<'a> {
    /// All that a change reaches.
    All(&'a Operations),
    /// One of them.
    One(&'a Operation),
}

impl<'a> Reached<'a> {
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a Operation> {
        let (all, one) = match self {
            Self::All(operations) => (Some(operations.iter()), None),
            Self::One(operation) => (None, Some(operation)),
        };
        all.into_iter().flatten().chain(one)
    }

    pub(crate) fn len(self) -> usize {
        match self {
            Self::All(operations) => operations.len(),
            Self::One(_) => 1,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Operations as a reader wants them: named if they are few, counted if they are many.
pub(crate) struct Short<'a> {
    pub(crate) named: Vec<&'a Operation>,
    /// Number of operations beyond those.
    pub(crate) more: usize,
}

/// Names some, or all if only one would be left out.
pub(crate) fn short(operations: Reached<'_>) -> Short<'_> {
    let length = operations.len();
    // "and 1 more" is no shorter than its name.
    let named = if length <= MOST + 1 { length } else { MOST };
    Short { named: operations.iter().take(named).collect(), more: length - named }
}

impl Short<'_> {
    /// `GET /a, POST /b and 5 more`.
    pub(crate) fn line(&self) -> String {
        let names: Vec<String> =
            self.named.iter().map(|operation| visible(&clip(&operation.to_string())).into_owned()).collect();
        let names = names.join(", ");
        if self.more > 0 { format!("{names} and {} more", self.more) } else { names }
    }
}

/// `3 operations`.
pub(crate) fn count(number: usize) -> String {
    format!("{number} operation{}", if number == 1 { "" } else { "s" })
}
