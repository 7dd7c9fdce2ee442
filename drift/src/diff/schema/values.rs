//! Listed and constant values, defaults, patterns, and what texts contain.

use std::collections::BTreeMap;

use openapi_source::tree::{Kind, NodeId};

use super::reading::{has_members, members};
use super::{K, PairContext, Viewed};
use crate::diff::node::value::{Digest, shorten, show};
use crate::diff::side::Side;
use crate::diff::side::view::Facts;
use crate::rule::{ApiRule as A, Direction, Place, SchemaChange as C};

impl PairContext<'_, '_> {
    /// Compares `enum`, `const` and `default`.
    pub(super) fn values(&mut self) {
        let lists = [self.old.facts, self.new.facts].map(|facts| facts.has(K::Enum));
        let constants = [self.old.facts, self.new.facts].map(|facts| facts.has(K::Const));
        if let Some((ours, theirs)) = self.values_of_alternatives() {
            self.enumeration(Some(ours), Some(theirs));
        } else if lists[0] != lists[1] && lists[0] == constants[1] && lists[1] == constants[0] {
            // A constant is a list of one: where one side has a list and the other a constant, both are lists.
            self.enumeration(own(self.old_side(), self.old), own(self.new_side(), self.new));
        } else {
            let ours = listed(self.old_side(), self.old, K::Enum);
            self.enumeration(ours, listed(self.new_side(), self.new, K::Enum));
            let changes = [C::ConstAdded, C::ConstChanged, C::ConstRemoved];
            self.three_ways(K::Const, "the constant value", changes);
        }
        self.extensible();
        self.default();
    }

    fn default(&mut self) {
        let changes = [C::DefaultValueAdded, C::DefaultValueChanged, C::DefaultValueRemoved];
        if self.usage.place != Place::RequestParameter {
            return self.three_ways(K::Default, "the default value", changes);
        }
        // A default is part of the request of whoever leaves the parameter out, so it counts wherever `allOf` has it.
        let set = |side: &Side<'_>, schema: Viewed<'_>| {
            let keywords = side.keywords(side.flatten(schema.view).view());
            let node = Facts::new(&keywords).first(K::Default)?;
            Some((side.digest(node), node, show(side.tree, node)))
        };
        let (was, is) = (set(self.old_side(), self.old), set(self.new_side(), self.new));
        let of_print = |set: &Option<(Digest, NodeId, String)>| set.as_ref().map(|set| set.0);
        if of_print(&was) == of_print(&is) {
            return;
        }
        let change = match (&was, &is) {
            (None, _) => C::DefaultValueAdded,
            (_, None) => C::DefaultValueRemoved,
            _ => C::DefaultValueChanged,
        };
        let split = |set: Option<(Digest, NodeId, String)>, node| {
            set.map_or(("none".to_owned(), node), |(_, node, shown)| (shown, Some(node)))
        };
        let ((was, old), (is, new)) = (split(was, self.old.node()), split(is, self.new.node()));
        let message = format!("the default value changed from {was} to {is}");
        // A default never applies to what may not be left out.
        if self.usage.required {
            self.report_rule(
                A::DefaultOfRequiredChanged,
                (old, new),
                format!("{message}, and never applies"),
            );
        } else {
            self.report_at(change, (old, new), message);
        }
    }

    /// Compares patterns and contents of texts.
    pub(super) fn text(&mut self) {
        self.pattern();
        self.content(K::ContentEncoding, "contentEncoding", C::ContentEncodingChanged);
        self.content(K::ContentMediaType, "contentMediaType", C::ContentMediaTypeChanged);
    }

    /// Returns the values of both sides where one lists them and the other has an alternative for each: `enum: [a, b]` allows
    /// the same as `oneOf: [{const: a}, {const: b}]`, which allows a description of each value.
    pub(super) fn values_of_alternatives(&self) -> Option<(Values, Values)> {
        let (old, new) = (self.old_side(), self.new_side());
        let (ours, theirs) = (has_members(old, self.old.facts), has_members(new, self.new.facts));
        match (ours, theirs) {
            (true, false) => Some((of_alternatives(old, self.old.facts)?, own(new, self.new)?)),
            (false, true) => Some((own(old, self.old)?, of_alternatives(new, self.new.facts)?)),
            _ => None,
        }
    }

    fn enumeration(&mut self, ours: Option<Values>, theirs: Option<Values>) {
        match (&ours, &theirs) {
            (None, None) => return,
            (None, Some(_)) => self.report(C::BecameEnum, K::Enum, "the values were restricted to a list"),
            (Some(_), None) => self.report(C::EnumRemoved, K::Enum, "the list of values was removed"),
            (Some(_), Some(_)) => {}
        }
        let was_open = ours.is_none();
        let is_open = theirs.is_none();
        let (ours, theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
        if !is_open {
            let removed = ours.iter().filter(|(digest, _)| !theirs.contains_key(*digest));
            let removed: Vec<NodeId> = removed.map(|(_, node)| *node).collect();
            if let Some(first) = removed.iter().min() {
                let message =
                    format!("{} removed from the list of values", show_all(self.old_side(), &removed));
                self.report_at(C::EnumValueRemoved, (Some(*first), self.new.facts.first(K::Enum)), message);
            }
        }
        // Where no value was listed before, oasdiff counts those that are as added to parameters and properties.
        let counts = !was_open || self.usage.place.general().counts_first_values();
        let added = theirs.iter().filter(|(digest, _)| !ours.contains_key(*digest));
        let added: Vec<NodeId> = added.map(|(_, node)| *node).collect();
        if let (Some(first), true) = (added.iter().min(), counts) {
            let message = format!("{} added to the list of values", show_all(self.new_side(), &added));
            self.report_at(C::EnumValueAdded, (self.old.facts.first(K::Enum), Some(*first)), message);
        }
    }

    fn extensible(&mut self) {
        let ours = listed(self.old_side(), self.old, K::ExtensibleEnum).unwrap_or_default();
        let theirs = listed(self.new_side(), self.new, K::ExtensibleEnum).unwrap_or_default();
        if !self.new.facts.has(K::ExtensibleEnum) {
            return;
        }
        for (change, from, other, side, verb) in [
            (C::ExtensibleEnumValueRemoved, &ours, &theirs, self.old_side(), "removed from"),
            (C::ExtensibleEnumValueAdded, &theirs, &ours, self.new_side(), "added to"),
        ] {
            let values = from.iter().filter(|(digest, _)| !other.contains_key(*digest));
            let values: Vec<NodeId> = values.map(|(_, node)| *node).collect();
            if !values.is_empty() {
                let message = format!("{} {verb} the list of known values", show_all(side, &values));
                self.report(change, K::ExtensibleEnum, message);
            }
        }
    }

    fn three_ways(&mut self, keyword: K, what: &str, [added, changed, removed]: [C; 3]) {
        let (was, is) = self.digests(keyword);
        let shown = self.shown(keyword);
        match (was, is) {
            (None, Some(_)) => self.report(added, keyword, format!("{what} was set to {}", shown.1)),
            (Some(_), None) => self.report(removed, keyword, format!("{what} {} was unset", shown.0)),
            (Some(was), Some(is)) if was != is => {
                self.report(changed, keyword, format!("{what} changed from {} to {}", shown.0, shown.1));
            }
            _ => {}
        }
    }

    fn pattern(&mut self) {
        // Every text matches the empty pattern: it is none.
        let set = |side: &Side<'_>, schema: Viewed<'_>| {
            let node = schema.facts.first(K::Pattern).filter(|node| side.tree.string(*node) != Some(""))?;
            Some(side.digest(node))
        };
        let (was, is) = (set(self.old_side(), self.old), set(self.new_side(), self.new));
        let shown = self.shown(K::Pattern);
        let (change, message) = match (was, is) {
            (None, Some(_)) => (C::PatternAdded, format!("the pattern {} was set", shown.1)),
            (Some(_), None) => (C::PatternRemoved, format!("the pattern {} was unset", shown.0)),
            (Some(was), Some(is)) if was != is => {
                let takes_all = self.new.facts.first(K::Pattern).is_some_and(|node| {
                    matches!(self.new_side().tree.string(node), Some(".*" | "^.*$" | "^.*" | ".*$"))
                });
                let generalized = takes_all && self.direction() == Direction::Request;
                let change = if generalized { C::PatternGeneralized } else { C::PatternChanged };
                (change, format!("the pattern changed from {} to {}", shown.0, shown.1))
            }
            _ => return,
        };
        self.report(change, K::Pattern, message);
    }

    fn content(&mut self, keyword: K, name: &str, change: C) {
        let (was, is) = self.digests(keyword);
        if was != is {
            let (was, is) = self.shown(keyword);
            self.report(change, keyword, format!("`{name}` changed from {was} to {is}"));
        }
    }
}

impl crate::rule::Place {
    fn counts_first_values(self) -> bool {
        matches!(self, Self::RequestParameter | Self::RequestParameterProperty | Self::RequestProperty)
    }
}

/// Values by what they say, with the first node that does.
type Values = BTreeMap<Digest, NodeId>;

/// Returns the values that a schema lists by `enum` or `const`.
fn own(side: &Side<'_>, schema: Viewed<'_>) -> Option<Values> {
    let constant = || Some(values_of(side, &[schema.facts.first(K::Const)?]));
    listed(side, schema, K::Enum).or_else(constant)
}

/// Returns the values that alternatives list, if that is all that they do.
fn of_alternatives(side: &Side<'_>, facts: Facts<'_>) -> Option<Values> {
    if facts.has(K::Enum) || facts.has(K::Const) || (facts.has(K::OneOf) && facts.has(K::AnyOf)) {
        return None;
    }
    let mut values = Values::new();
    let members = [K::OneOf, K::AnyOf].into_iter().flat_map(|keyword| members(side, facts, keyword));
    for member in members.filter(|member| !side.is_null_type(*member)) {
        let schema = side.viewed(side.view_of(&[member]));
        let is_type_or_value =
            |keyword: K| matches!(keyword, K::Type | K::Enum | K::Const) || !keyword.constrains();
        if schema.view.never || schema.view.wrapped_null || !schema.facts.keywords().all(is_type_or_value) {
            return None;
        }
        values.append(&mut own(side, schema)?);
    }
    Some(values)
}

/// Returns the values that all parts list. `null` among them is reported as such.
fn listed(side: &Side<'_>, schema: Viewed<'_>, keyword: K) -> Option<Values> {
    let mut values: Option<Values> = None;
    for list in schema.facts.all(keyword) {
        let listed = values_of(side, side.items(Some(list)));
        values = Some(match values {
            None => listed,
            Some(values) => values.into_iter().filter(|(digest, _)| listed.contains_key(digest)).collect(),
        });
    }
    values
}

/// Values by what they say, without `null`.
fn values_of(side: &Side<'_>, items: &[NodeId]) -> Values {
    let items = items.iter().filter(|item| !matches!(side.tree.kind(**item), Kind::Null));
    items.map(|item| (side.digest(*item), *item)).collect()
}

/// Values in words, in the order in which they are written.
fn show_all(side: &Side<'_>, nodes: &[NodeId]) -> String {
    const SHOWN: usize = 8;
    let mut nodes = nodes.to_vec();
    nodes.sort_unstable();
    let shown: Vec<String> =
        nodes.iter().take(SHOWN).map(|node| shorten(&show(side.tree, *node), 60)).collect();
    let list = shown.join(", ");
    match nodes.len().saturating_sub(SHOWN) {
        0 => list,
        more => format!("{list} and {more} more"),
    }
}
