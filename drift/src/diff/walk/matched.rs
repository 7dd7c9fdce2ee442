//! Operations of either document, and those of both.

use openapi_source::tree::NodeId;

use super::Walk;
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Rule};

/// An operation of one document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OperationRef<'a> {
    pub(crate) path: &'a str,
    pub(crate) method: &'a str,
    /// Path item, its reference followed.
    pub(crate) item: NodeId,
    pub(crate) node: NodeId,
}

/// An operation of both documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MatchedOperation<'a> {
    pub(crate) number: u32,
    pub(crate) old: OperationRef<'a>,
    pub(crate) new: OperationRef<'a>,
    /// Called by the server; the client responds.
    pub(crate) reversed: bool,
    /// Number of callbacks that it is inside.
    pub(crate) depth: u8,
}

impl MatchedOperation<'_> {
    /// Returns the operation as findings name it.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.old.method.to_uppercase(), self.old.path)
    }

    /// Notes a change under keys of the operation.
    pub(crate) fn report(
        &self,
        walk: &mut Walk<'_>,
        rule: A,
        (old_key, new_key): (&str, &str),
        message: impl Into<String>,
    ) {
        let old = walk.old.get(self.old.node, old_key).unwrap_or(self.old.node);
        let new = walk.new.get(self.new.node, new_key).unwrap_or(self.new.node);
        self.report_at(walk, rule, (Some(old), Some(new)), message);
    }

    pub(crate) fn report_at(
        &self,
        walk: &mut Walk<'_>,
        rule: A,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        walk.report(self.number, Rule::Api(rule), SubjectKind::Operation, self.name(), nodes, message);
    }
}

/// Returns the names of a path's parameters, in order.
pub(crate) fn template(path: &str) -> Vec<&str> {
    let pieces = path.split('{').skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name)).collect()
}
