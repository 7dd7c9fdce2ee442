//! Findings before their operations are known.

use openapi_source::tree::NodeId;

use crate::finding::{Section, SubjectKind};
use crate::rule::Rule;

use super::pair::PairId;

/// Origin of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// No operation.
    Nothing,
    /// One operation, by its number.
    Operation(u32),
    /// All operations that reach a pair of schemas.
    Pair(PairId),
}

/// A finding before its operations are known.
#[derive(Clone, Debug)]
pub(crate) struct RawFinding {
    pub(crate) rule: Rule,
    pub(crate) message: String,
    pub(crate) kind: SubjectKind,
    /// Subject's name, if it is not that of the node.
    pub(crate) name: Option<String>,
    pub(crate) old: Option<NodeId>,
    pub(crate) new: Option<NodeId>,
    pub(crate) origin: Origin,
    pub(crate) section: Section,
    /// Nobody sends what changed.
    pub(crate) unsent: bool,
}
