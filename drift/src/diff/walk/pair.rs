//! Pairs of schemas.

use super::usage::Usage;
use crate::diff::side::view::ViewId;

/// A pair of schemas by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PairId(pub(crate) u32);

/// A pair of schemas in one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    pub(crate) old: ViewId,
    pub(crate) new: ViewId,
    pub(crate) usage: Usage,
}
