//! Discriminator, which distinguishes alternatives.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use super::reading::{members, schema_name};
use super::{K, PairContext};
use crate::diff::node::value::{quoted, shorten};
use crate::diff::side::Side;
use crate::diff::side::view::Facts;
use crate::rule::{Direction, SchemaChange as C};

impl PairContext<'_, '_> {
    /// Compares the discriminator.
    pub(super) fn discriminator(&mut self) {
        let (old, new) = (self.old_side(), self.new_side());
        let (ours, theirs) =
            match (self.old.facts.first(K::Discriminator), self.new.facts.first(K::Discriminator)) {
                (None, None) => return,
                (None, Some(_)) => {
                    return self.report(C::DiscriminatorAdded, K::Discriminator, "a discriminator was added");
                }
                (Some(_), None) => {
                    return self.report(
                        C::DiscriminatorRemoved,
                        K::Discriminator,
                        "the discriminator was removed",
                    );
                }
                (Some(ours), Some(theirs)) => (ours, theirs),
            };
        let (was, is) = (old.string(ours, "propertyName"), new.string(theirs, "propertyName"));
        let was_is = (was, is);
        if was != is {
            let message = format!(
                "the discriminator is the property `{}`, not `{}`",
                shorten(is.unwrap_or_default(), 80),
                shorten(was.unwrap_or_default(), 80)
            );
            self.report_at(C::DiscriminatorPropertyNameChanged, (Some(ours), Some(theirs)), message);
        }
        let (was, is) = (old.entries(old.get(ours, "mapping")), new.entries(new.get(theirs, "mapping")));
        let added = is.keys().filter(|value| !was.contains_key(*value));
        let removed = was.keys().filter(|value| !is.contains_key(*value));
        let changed = was.iter().filter(|(value, target)| {
            is.get(*value).is_some_and(|other| new.digest(*other) != old.digest(**target))
        });
        let groups = [
            (C::DiscriminatorMappingAdded, quoted(added), "added to"),
            (C::DiscriminatorMappingDeleted, quoted(removed), "removed from"),
            (C::DiscriminatorMappingChanged, quoted(changed.map(|(value, _)| value)), "changed in"),
        ];
        for (change, values, verb) in groups {
            if !values.is_empty() {
                let message = format!("{values} {verb} the discriminator's mapping");
                self.report_at(change, (Some(ours), Some(theirs)), message);
            }
        }
        let message = match was_is {
            (Some(was), Some(is)) if was != is => Some(format!(
                "alternatives are selected by `{}`, before by `{}`",
                shorten(is, 80),
                shorten(was, 80)
            )),
            _ => self.selection(ours, theirs),
        };
        if let Some(message) = message {
            self.report_at(C::DiscriminatorMeaningChanged, (Some(ours), Some(theirs)), message);
        }
    }

    /// Returns in words which values select something else now, or nothing.
    fn selection(&self, ours: NodeId, theirs: NodeId) -> Option<String> {
        let (old, new) = (self.old_side(), self.new_side());
        let was = selected(old, self.old.facts, ours);
        let is = selected(new, self.new.facts, theirs);
        let same = |one: &Target<'_>, other: &Target<'_>| {
            let digest = |side: &Side<'_>, target: &Target<'_>| target.node.map(|node| side.digest(node));
            one.name == other.name || (one.node.is_some() && digest(old, one) == digest(new, other))
        };
        let is_request = self.direction() == Direction::Request;
        let has_list = [K::OneOf, K::AnyOf].into_iter().any(|keyword| self.new.facts.has(keyword));
        // Programs choose by the value, so what counts is where it leads, not how the mapping is written.
        let changed = was.iter().filter(|(value, target)| match is.get(*value) {
            Some(other) => !same(target, other),
            // Another value selects it. An alternative that is gone is reported by the list of alternatives.
            None => is.values().any(|other| same(target, other)) || (is_request && !has_list),
        });
        let changed: Vec<&str> = changed.map(|(value, _)| *value).collect();
        (!changed.is_empty()).then(|| format!("{} no longer selects what it did", quoted(changed)))
    }
}

/// Schema that a value of a discriminator selects.
struct Target<'a> {
    /// Name of the schema.
    name: &'a str,
    node: Option<NodeId>,
}

/// Returns what each value selects: by the mapping, or else the schema of that name.
fn selected<'a>(side: &Side<'a>, facts: Facts<'_>, discriminator: NodeId) -> BTreeMap<&'a str, Target<'a>> {
    let mut selected = BTreeMap::new();
    let mapping = side.entries(side.get(discriminator, "mapping"));
    let alternatives = [K::OneOf, K::AnyOf].into_iter().flat_map(|keyword| members(side, facts, keyword));
    let named: BTreeMap<&str, Option<NodeId>> = alternatives
        .filter_map(|node| Some((schema_name(side.reference(node)?), side.resolve(node))))
        .collect();
    let mut mapped = BTreeSet::new();
    let other = side.get(discriminator, "defaultMapping").map(|node| ("any other value", node));
    for (value, target) in mapping.into_iter().chain(other) {
        let Some(target) = side.tree.string(target) else { continue };
        let name = schema_name(target);
        mapped.insert(name);
        let node = named.get(name).copied().flatten();
        let node = node.or_else(|| side.path(&["components", "schemas", name]));
        selected.insert(value, Target { name, node });
    }
    for (name, node) in named.into_iter().filter(|(name, _)| !mapped.contains(name)) {
        selected.entry(name).or_insert(Target { name, node });
    }
    selected
}
