//! Shortcut past schemas that are written the same in both documents: what differs can only be where their
//! references lead.

use std::rc::Rc;

use openapi_source::tree::NodeId;

use super::PairContext;
use crate::diff::node::keyword::{Holds, Keyword as K};
use crate::diff::side::Side;

/// References inside a schema, on both sides, in the same order.
pub(super) struct Unchanged {
    old: Vec<Rc<[NodeId]>>,
    new: Vec<Rc<[NodeId]>>,
}

impl Unchanged {
    pub(super) fn pairs(&self) -> impl Iterator<Item = (NodeId, NodeId)> {
        let old = self.old.iter().flat_map(|holders| holders.iter().copied());
        old.zip(self.new.iter().flat_map(|holders| holders.iter().copied()))
    }
}

impl PairContext<'_, '_> {
    /// Returns the references inside, if the schema is written the same on both sides, and nothing of its meaning depends on
    /// where they lead.
    pub(super) fn unchanged(&self) -> Option<Unchanged> {
        let (old, new) = (self.old_side(), self.new_side());
        let (ours, theirs) = (self.old.view, self.new.view);
        // Siblings of a reference count from OpenAPI 3.1 on: the same text means something else in 3.0.
        let same_form = ours.parts.len() == theirs.parts.len()
            && (ours.wrapped_null, ours.never) == (theirs.wrapped_null, theirs.never)
            && old.siblings_count == new.siblings_count;
        if !same_form {
            return None;
        }
        let holders = |side: &Side<'_>, node| match theirs.parts {
            [_] => side.holders(node),
            _ => side.shared_holders(node),
        };
        let mut unchanged = Unchanged { old: Vec::new(), new: Vec::new() };
        for (ours, theirs) in ours.parts.iter().zip(theirs.parts) {
            let same_part = (ours.without_all_of, ours.without_alternatives)
                == (theirs.without_all_of, theirs.without_alternatives);
            if !same_part || old.digest(ours.node) != new.digest(theirs.node) {
                return None;
            }
            unchanged.old.push(holders(old, ours.node)?);
            unchanged.new.push(holders(new, theirs.node)?);
        }
        // Whether a property is sent may be stated where the reference leads, which the text does not show.
        let flags = |side: &Side<'_>, node: NodeId| {
            let schema = side.viewed(side.view_of(&[node]));
            [K::ReadOnly, K::WriteOnly].map(|keyword| side.flag(schema.facts, keyword))
        };
        let same_flags = unchanged.pairs().all(|(ours, theirs)| flags(old, ours) == flags(new, theirs));
        same_flags.then_some(unchanged)
    }
}

impl Side<'_> {
    /// Returns the schemas inside a schema that are references, ordered by key. None if there are alternatives among them, which are
    /// matched by where they lead.
    fn holders(&self, node: NodeId) -> Option<Rc<[NodeId]>> {
        let mut found = Vec::new();
        self.collect_holders(node, true, &mut found).then(|| Rc::from(found))
    }

    /// Returns the same, kept: one schema can be a part of very many views.
    fn shared_holders(&self, node: NodeId) -> Option<Rc<[NodeId]>> {
        if let Some(known) = self.holders.borrow().get(&node) {
            return known.clone();
        }
        let holders = self.holders(node);
        self.holders.borrow_mut().insert(node, holders.clone());
        holders
    }

    /// Returns the recursion is as deep as the document, which is bounded.
    fn collect_holders(&self, node: NodeId, is_root: bool, found: &mut Vec<NodeId>) -> bool {
        if !is_root && self.is_reference(node) {
            found.push(node);
            return true;
        }
        for (key, value) in self.entries(Some(node)) {
            let Some(keyword) = K::parse(key) else { continue };
            let sound = match keyword.holds() {
                _ if keyword == K::Not => false,
                Holds::SchemaList => false,
                Holds::Schema => self.collect_holders(value, false, found),
                Holds::SchemaMap => self
                    .entries(Some(value))
                    .into_values()
                    .all(|schema| self.collect_holders(schema, false, found)),
                Holds::SchemaTuple => {
                    self.items(Some(value)).iter().all(|schema| self.collect_holders(*schema, false, found))
                }
                Holds::Set | Holds::Value | Holds::Words => true,
            };
            if !sound {
                return false;
            }
        }
        true
    }
}
