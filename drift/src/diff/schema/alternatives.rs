//! `allOf`, `anyOf` and `oneOf`.

use std::collections::BTreeSet;

use openapi_source::tree::NodeId;

use super::equivalence::equivalent;
use super::lists::match_members;
use super::reading::{map, members};
use super::{K, PairContext};
use crate::diff::node::value::{Digest, shorten, show};
use crate::diff::side::Side;
use crate::diff::side::view::Facts;
use crate::rule::{Place, SchemaChange as C};

impl PairContext<'_, '_> {
    /// Compares `allOf` member by member where its members are the same but for additions or removals; where the
    /// schema was put together differently, both sides are joined into one schema each, and what follows compares
    /// those.
    pub(super) fn all_of(&mut self) {
        let ours = members(self.old_side(), self.old.facts, K::AllOf);
        let theirs = members(self.new_side(), self.new.facts, K::AllOf);
        if ours.is_empty() && theirs.is_empty() {
            return;
        }
        let matched = match_members(self.old_side(), self.new_side(), &ours, &theirs);
        if !(matched.removed.is_empty() && matched.added.is_empty()) {
            let flat_old = self.old_side().intern(self.old_side().flatten(self.old.view).view());
            let flat_new = self.new_side().intern(self.new_side().flatten(self.new.view).view());
            let one_sided = ours.is_empty() || theirs.is_empty();
            let exchanged = !(matched.removed.is_empty() || matched.added.is_empty());
            let moved = || {
                shares_property(self.old_side(), &matched.removed, self.new_side(), self.new.facts)
                    || shares_property(self.new_side(), &matched.added, self.old_side(), self.old.facts)
            };
            let same = || equivalent(self.old_side(), self.new_side(), flat_old, flat_new);
            // Joined are schemas that were put together differently; else each member that came or went is reported.
            if self.own_differs() && (one_sided || moved() || same()) || (exchanged && same()) {
                self.old = self.old_side().viewed(flat_old);
                self.new = self.new_side().viewed(flat_new);
                return;
            }
        }
        for node in &matched.removed {
            let annotation = is_annotation(self.old_side(), *node);
            let change = if annotation { C::AllOfRemovedAnnotationOnly } else { C::AllOfRemoved };
            let name = member_name(self.old_side(), *node);
            self.report_at(
                change,
                (Some(*node), self.new.node()),
                format!("{name} was removed from `allOf`"),
            );
        }
        for node in &matched.added {
            let annotation = is_annotation(self.new_side(), *node);
            let change = if annotation { C::AllOfAddedAnnotationOnly } else { C::AllOfAdded };
            let name = member_name(self.new_side(), *node);
            self.report_at(change, (self.old.node(), Some(*node)), format!("{name} was added to `allOf`"));
        }
        for (ours, theirs) in matched.pairs {
            self.walk.enter(self.pair, &[ours], &[theirs]);
        }
    }

    /// Replaces a list of one alternative by that alternative, where the other side has no such list.
    pub(super) fn single_alternative(&mut self) {
        for keyword in [K::OneOf, K::AnyOf] {
            let ours = members(self.old_side(), self.old.facts, keyword).len();
            let theirs = members(self.new_side(), self.new.facts, keyword).len();
            let unwrap = |side: &Side<'_>, view| side.intern(side.unwrap_single(view).view());
            match (ours, theirs) {
                (1, 0) => {
                    let plain = unwrap(self.old_side(), self.old.view);
                    self.old = self.old_side().viewed(plain);
                }
                (0, 1) => {
                    let plain = unwrap(self.new_side(), self.new.view);
                    self.new = self.new_side().viewed(plain);
                }
                _ => {}
            }
        }
    }

    /// Returns whether what is next to `allOf` restricts values differently.
    fn own_differs(&self) -> bool {
        let own = |side: &Side<'_>, facts: Facts<'_>| -> BTreeSet<(K, Digest)> {
            let keywords = facts.keywords().filter(|keyword| keyword.constrains() && *keyword != K::AllOf);
            keywords
                .flat_map(|keyword| facts.all(keyword).map(move |node| (keyword, side.digest(node))))
                .collect()
        };
        // A schema and one that only wraps it differ in how they are put together.
        own(self.old_side(), self.old.facts) != own(self.new_side(), self.new.facts)
    }

    /// A body that became one of several alternatives is another type to every client: the rest is not reported.
    pub(super) fn wrapped_in_one_of(&mut self) -> bool {
        if !matches!(self.usage.place, Place::RequestBody | Place::ResponseBody) {
            return false;
        }
        let (old, new) = (self.old.facts, self.new.facts);
        let was_plain = !old.has(K::OneOf) && old.keywords().any(K::constrains);
        let is_wrapper = members(self.new_side(), new, K::OneOf).len() > 1
            && !new.keywords().any(|keyword| keyword.constrains() && keyword != K::OneOf);
        let lists = || self.lists_of_types().is_some() || self.values_of_alternatives().is_some();
        if !was_plain || !is_wrapper || lists() {
            return false;
        }
        self.report(C::WrappedInOneOf, K::OneOf, "the schema became one alternative of `oneOf`");
        true
    }

    /// Returns where one side is an alternative of the other, compares those two, and reports the other alternatives.
    pub(super) fn became_alternative(&mut self) -> bool {
        let (old, new) = (self.old_side(), self.new_side());
        for (keyword, added, removed) in
            [(K::OneOf, C::OneOfAdded, C::OneOfRemoved), (K::AnyOf, C::AnyOfAdded, C::AnyOfRemoved)]
        {
            let (ours, theirs) =
                (members(old, self.old.facts, keyword), members(new, self.new.facts, keyword));
            let (wrapper, list, plain) = match (ours.is_empty(), theirs.is_empty()) {
                (true, false) => (self.new.facts, &theirs, &self.old),
                (false, true) => (self.old.facts, &ours, &self.new),
                _ => continue,
            };
            let only_wraps = !wrapper.keywords().any(|other| other.constrains() && other != keyword);
            let Some(node) = plain.node().filter(|_| only_wraps && list.len() > 1) else { continue };
            let wraps = theirs.len() > ours.len();
            let (outer, inner) = if wraps { (new, old) } else { (old, new) };
            let place = inner.place(node);
            let is_same = |member: &NodeId| {
                outer.is_reference(*member)
                    && outer.resolve(*member).is_some_and(|target| outer.place(target) == place)
            };
            let Some(at) = list.iter().position(is_same) else { continue };
            let (change, word) = if wraps { (added, "added to") } else { (removed, "removed from") };
            let text = if keyword == K::OneOf { "oneOf" } else { "anyOf" };
            let mut rest = list.clone();
            let same = rest.remove(at);
            for member in rest.into_iter().filter(|member| !outer.is_null_type(*member)) {
                let message = format!("{} was {word} `{text}`", member_name(outer, member));
                let nodes = if wraps { (Some(node), Some(member)) } else { (Some(member), Some(node)) };
                self.report_at(change, nodes, message);
            }
            let (ours, theirs) = if wraps { (node, same) } else { (same, node) };
            self.walk.enter(self.pair, &[ours], &[theirs]);
            return true;
        }
        false
    }

    /// Compares the alternatives of `anyOf` or `oneOf`.
    pub(super) fn alternatives(&mut self, keyword: K, added: C, removed: C) {
        let (old, new) = (self.old_side(), self.new_side());
        let not_null = |side: &Side<'_>, list: Vec<NodeId>| -> Vec<NodeId> {
            list.into_iter().filter(|node| !side.is_null_type(*node)).collect()
        };
        let ours = not_null(old, members(old, self.old.facts, keyword));
        let theirs = not_null(new, members(new, self.new.facts, keyword));
        let matched = match_members(old, new, &ours, &theirs);
        let text = if keyword == K::OneOf { "oneOf" } else { "anyOf" };
        for node in matched.removed {
            let name = member_name(old, node);
            self.report_at(
                removed,
                (Some(node), self.new.node()),
                format!("{name} was removed from `{text}`"),
            );
        }
        for node in matched.added {
            let name = member_name(new, node);
            self.report_at(added, (self.old.node(), Some(node)), format!("{name} was added to `{text}`"));
        }
        for (ours, theirs) in matched.pairs {
            self.walk.enter(self.pair, &[ours], &[theirs]);
        }
    }
}

/// Returns whether members of `allOf` of one side describe a property that the other side describes next to `allOf`.
fn shares_property(side: &Side<'_>, members: &[NodeId], other: &Side<'_>, facts: Facts<'_>) -> bool {
    let own = map(other, facts, K::Properties);
    members.iter().any(|member| {
        let keywords = side.keywords(side.flatten(side.viewed(side.view_of(&[*member])).view).view());
        map(side, Facts::new(&keywords), K::Properties).keys().any(|name| own.contains_key(name))
    })
}

/// Returns whether a schema restricts nothing.
fn is_annotation(side: &Side<'_>, node: NodeId) -> bool {
    let schema = side.viewed(side.view_of(&[node]));
    !schema.view.never && !schema.view.wrapped_null && !schema.facts.keywords().any(K::constrains)
}

/// A member of a list of schemas in words.
fn member_name(side: &Side<'_>, node: NodeId) -> String {
    let last = |reference: &str| reference.rsplit('/').next().map(|name| format!("`{}`", shorten(name, 80)));
    let named = side.reference(node).and_then(last);
    let titled = || side.string(node, "title").map(|title| format!("`{}`", shorten(title, 80)));
    named.or_else(titled).unwrap_or_else(|| shorten(&show(side.tree, node), 80))
}
