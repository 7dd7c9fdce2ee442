//! Keywords that hold schemas: items, conditions, properties by pattern, and what is not listed.

use std::collections::BTreeSet;

use openapi_source::tree::NodeId;

use super::reading::{map, members, own_types};
use super::{K, PairContext};
use crate::diff::node::value::quoted;
use crate::diff::side::Side;
use crate::diff::side::view::Facts;
use crate::rule::SchemaChange as C;

impl PairContext<'_, '_> {
    /// Compares everything that holds schemas, but for `properties` and lists of alternatives.
    pub(super) fn subschemas(&mut self) {
        self.one(K::Items, "items", C::ItemsAdded, C::ItemsRemoved);
        self.one(K::Contains, "contains", C::ContainsAdded, C::ContainsRemoved);
        self.one(K::PropertyNames, "propertyNames", C::PropertyNamesAdded, C::PropertyNamesRemoved);
        self.one(
            K::UnevaluatedItems,
            "unevaluatedItems",
            C::UnevaluatedItemsAdded,
            C::UnevaluatedItemsRemoved,
        );
        let changes = (C::UnevaluatedPropertiesAdded, C::UnevaluatedPropertiesRemoved);
        self.one(K::UnevaluatedProperties, "unevaluatedProperties", changes.0, changes.1);
        self.one(K::ContentSchema, "contentSchema", C::ContentSchemaAdded, C::ContentSchemaRemoved);
        self.one(K::If, "if", C::IfAdded, C::IfRemoved);
        self.one(K::Then, "then", C::ThenAdded, C::ThenRemoved);
        self.one(K::Else, "else", C::ElseAdded, C::ElseRemoved);
        self.not();
        self.additional_properties();
        let changes = (C::PatternPropertyAdded, C::PatternPropertyRemoved);
        self.named(K::PatternProperties, "patternProperties", changes.0, changes.1);
        self.named(
            K::DependentSchemas,
            "dependentSchemas",
            C::DependentSchemaAdded,
            C::DependentSchemaRemoved,
        );
        self.prefix_items();
        self.dependent_required();
    }

    /// A keyword with one schema.
    fn one(&mut self, keyword: K, name: &str, added: C, removed: C) {
        let ours: Vec<NodeId> = self.old.facts.all(keyword).collect();
        let theirs: Vec<NodeId> = self.new.facts.all(keyword).collect();
        match (ours.is_empty(), theirs.is_empty()) {
            (true, true) => {}
            (true, false) if takes_all(self.new_side(), &theirs) => {}
            (false, true) if takes_all(self.old_side(), &ours) => {}
            // A schema that got its type by the same change is reported as that.
            (true, false) if keyword == K::Items && !self.is_array_on_both_sides() => {}
            (false, true) if keyword == K::Items && !self.is_array_on_both_sides() => {}
            (true, false) => self.report(added, keyword, format!("`{name}` was added")),
            (false, true) => self.report(removed, keyword, format!("`{name}` was removed")),
            (false, false) => self.enter_values(&ours, &theirs),
        }
    }

    fn is_array_on_both_sides(&self) -> bool {
        let is_array = |side: &Side<'_>, facts: Facts<'_>| own_types(side, facts).contains("array");
        is_array(self.old_side(), self.old.facts) && is_array(self.new_side(), self.new.facts)
    }

    /// Compares `not`. It reverses the meaning of what is inside, so that it is one change, whatever that is.
    fn not(&mut self) {
        let ours: Vec<NodeId> = self.old.facts.all(K::Not).collect();
        let theirs: Vec<NodeId> = self.new.facts.all(K::Not).collect();
        let (old, new) = (self.old_side(), self.new_side());
        match (ours.is_empty(), theirs.is_empty()) {
            (true, true) => {}
            (true, false) => self.report(C::NotAdded, K::Not, "`not` was added"),
            (false, true) => self.report(C::NotRemoved, K::Not, "`not` was removed"),
            (false, false) => {
                let views = (old.view_of(&ours), new.view_of(&theirs));
                if !super::equivalence::equivalent(old, new, views.0, views.1) {
                    self.report(C::NotChanged, K::Not, "`not` changed");
                }
            }
        }
    }

    fn additional_properties(&mut self) {
        // `true`, `{}` and no keyword at all mean the same.
        let ours = Additional::of(self.old_side(), self.old.facts);
        let theirs = Additional::of(self.new_side(), self.new.facts);
        let keyword = K::AdditionalProperties;
        match (ours, theirs) {
            (Additional::Schema(ours), Additional::Schema(theirs)) => {
                self.enter_values(&ours, &theirs);
            }
            (Additional::Any, Additional::Any) | (Additional::None, Additional::None) => {}
            (_, Additional::None) => {
                let message = "properties that are not listed are no longer allowed";
                self.report(C::AdditionalPropertiesForbidden, keyword, message);
            }
            (Additional::None, _) => {
                let message = "properties that are not listed became allowed";
                self.report(C::AdditionalPropertiesAllowed, keyword, message);
            }
            (Additional::Any, Additional::Schema(_)) => {
                let message = "properties that are not listed must satisfy a schema";
                self.report(C::AdditionalPropertiesConstrained, keyword, message);
            }
            (Additional::Schema(_), Additional::Any) => {
                let message = "properties that are not listed may have any value";
                self.report(C::AdditionalPropertiesUnconstrained, keyword, message);
            }
        }
    }

    /// A keyword with schemas by name.
    fn named(&mut self, keyword: K, name: &str, added: C, removed: C) {
        let ours = map(self.old_side(), self.old.facts, keyword);
        let theirs = map(self.new_side(), self.new.facts, keyword);
        let gone: Vec<&str> = ours.keys().filter(|key| !theirs.contains_key(*key)).copied().collect();
        let come: Vec<&str> = theirs.keys().filter(|key| !ours.contains_key(*key)).copied().collect();
        if !gone.is_empty() {
            self.report(removed, keyword, format!("{} removed from `{name}`", quoted(gone)));
        }
        if !come.is_empty() {
            self.report(added, keyword, format!("{} added to `{name}`", quoted(come)));
        }
        for (key, nodes) in &ours {
            if let Some(others) = theirs.get(key) {
                self.enter_values(nodes, others);
            }
        }
    }

    fn prefix_items(&mut self) {
        let ours = members(self.old_side(), self.old.facts, K::PrefixItems);
        let theirs = members(self.new_side(), self.new.facts, K::PrefixItems);
        for (ours, theirs) in ours.iter().zip(&theirs) {
            self.enter_values(&[*ours], &[*theirs]);
        }
        let message = |count: usize| format!("{count} positions of the array are described");
        if ours.len() > theirs.len() {
            self.report(C::PrefixItemsRemoved, K::PrefixItems, message(theirs.len()));
        }
        if ours.len() < theirs.len() {
            self.report(C::PrefixItemsAdded, K::PrefixItems, message(theirs.len()));
        }
    }

    fn dependent_required(&mut self) {
        let (old, new) = (self.old_side(), self.new_side());
        let ours = old.entries(self.old.facts.first(K::DependentRequired));
        let theirs = new.entries(self.new.facts.first(K::DependentRequired));
        let sets = |side: &Side<'_>, node: NodeId| -> BTreeSet<String> {
            side.strings(Some(node)).into_iter().map(str::to_owned).collect()
        };
        let gone: Vec<&str> = ours.keys().filter(|key| !theirs.contains_key(*key)).copied().collect();
        let come: Vec<&str> = theirs.keys().filter(|key| !ours.contains_key(*key)).copied().collect();
        let changed: Vec<&str> = ours
            .iter()
            .filter(|(key, node)| {
                theirs.get(*key).is_some_and(|other| sets(old, **node) != sets(new, *other))
            })
            .map(|(key, _)| *key)
            .collect();
        for (change, names, verb) in [
            (C::DependentRequiredRemoved, gone, "no longer requires others"),
            (C::DependentRequiredAdded, come, "requires others"),
            (C::DependentRequiredChanged, changed, "requires other properties than before"),
        ] {
            if !names.is_empty() {
                self.report(change, K::DependentRequired, format!("{} {verb}", quoted(names)));
            }
        }
    }
}

/// Properties that an object may have in addition to those that are listed.
enum Additional {
    Any,
    None,
    Schema(Vec<NodeId>),
}

impl Additional {
    fn of(side: &Side<'_>, facts: Facts<'_>) -> Self {
        let nodes: Vec<NodeId> = facts.all(K::AdditionalProperties).collect();
        if nodes.iter().any(|node| side.boolean(*node) == Some(false)) {
            return Self::None;
        }
        if takes_all(side, &nodes) { Self::Any } else { Self::Schema(nodes) }
    }
}

/// Returns whether schemas say nothing: `true`, `{}`.
fn takes_all(side: &Side<'_>, nodes: &[NodeId]) -> bool {
    let schema = side.viewed(side.view_of(nodes));
    !schema.view.never && !schema.view.wrapped_null && !schema.facts.keywords().any(K::constrains)
}
