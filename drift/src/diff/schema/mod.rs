//! One pair of schemas: what changed in it, and which pairs are inside.
//!
//! The submodules look at a group of keywords each, all through [`Lens`].

mod alternatives;
mod bounds;
mod discriminator;
mod equivalence;
mod lists;
mod object;
mod subschemas;
mod types;
mod unchanged;
mod values;
mod words;

use std::collections::BTreeSet;

use openapi_source::tree::NodeId;

use super::keyword::Keyword as K;
use super::side::Side;
use super::value::{Print, show};
use super::view::{Facts, Viewed};
use super::walk::{PairId, Spot, Use, Walk};
use crate::rule::{ApiRule, Direction, Place, Rule, SchemaChange};

/// A pair of schemas under comparison.
struct Lens<'w, 'a> {
    walk: &'w mut Walk<'a>,
    pair: PairId,
    usage: Use,
    old: Viewed<'a>,
    new: Viewed<'a>,
}

/// Compares a pair, and numbers the pairs inside it.
pub(super) fn compare(walk: &mut Walk<'_>, pair: PairId) {
    let numbers = walk.pairs[pair.0 as usize];
    let (old, new) = (walk.old.viewed(numbers.old), walk.new.viewed(numbers.new));
    let mut lens = Lens { walk, pair, usage: numbers.usage, old, new };
    if let Some(unchanged) = lens.unchanged() {
        for (ours, theirs) in unchanged.pairs() {
            lens.walk.enter(pair, &[ours], &[theirs]);
        }
        return;
    }
    if lens.impossible() {
        return;
    }
    lens.single_alternative();
    lens.all_of();
    // A member of `allOf` may have had the list.
    lens.single_alternative();
    if lens.wrapped_in_one_of() || lens.became_alternative() {
        return;
    }
    lens.identity();
    lens.types();
    lens.values();
    lens.bounds();
    lens.text();
    lens.object();
    lens.subschemas();
    lens.discriminator();
    lens.lifecycle();
    lens.words();
}

/// Returns whether values of a schema are neither lists nor objects.
pub(super) fn is_scalar(side: &Side<'_>, schema: NodeId) -> bool {
    types::is_scalar(side, side.viewed(side.view_of(&[schema])).facts)
}

impl<'a> Lens<'_, 'a> {
    fn old_side(&self) -> &'a Side<'a> {
        self.walk.old
    }

    fn new_side(&self) -> &'a Side<'a> {
        self.walk.new
    }

    fn direction(&self) -> Direction {
        self.usage.spot.direction()
    }

    /// Tells of `false` as a schema: beside it nothing else counts.
    fn impossible(&mut self) -> bool {
        let (was, is) = (self.old.view.never, self.new.view.never);
        let nodes = (self.old.node(), self.new.node());
        match (was, is) {
            (false, true) => {
                self.report_at(SchemaChange::BecameImpossible, nodes, "no value is allowed any more");
            }
            (true, false) => self.report_at(SchemaChange::BecamePossible, nodes, "values became allowed"),
            _ => {}
        }
        was || is
    }

    /// Compares what tells one schema, or one dialect, from another. What it leads to is not followed.
    fn identity(&mut self) {
        for (keyword, name) in [(K::DynamicReference, "$dynamicRef"), (K::Id, "$id"), (K::Dialect, "$schema")]
        {
            let (was, is) = self.prints(keyword);
            if was != is {
                let (was, is) = self.shown(keyword);
                let message = format!("`{name}` changed from {was} to {is}");
                self.report(SchemaChange::IdentityChanged, keyword, message);
            }
        }
    }

    fn is_property(&self) -> bool {
        matches!(self.usage.spot, Spot::RequestProperty | Spot::ResponseProperty)
    }

    /// Reports a change that a keyword holds.
    fn report(&mut self, change: SchemaChange, keyword: K, message: impl Into<String>) {
        self.report_at(change, self.places(keyword), message);
    }

    /// Returns whether the value of a keyword is malformed on either side.
    fn is_malformed(&self, keyword: K) -> bool {
        let is_malformed =
            |side: &Side<'_>, facts: Facts<'_>| facts.all(keyword).any(|node| side.is_malformed(node));
        is_malformed(self.old_side(), self.old.facts) || is_malformed(self.new_side(), self.new.facts)
    }

    /// Returns the nodes that a change of a keyword is reported at.
    fn places(&self, keyword: K) -> (Option<NodeId>, Option<NodeId>) {
        let old = self.old.facts.first(keyword).or_else(|| self.old.node());
        let new = self.new.facts.first(keyword).or_else(|| self.new.node());
        (old, new)
    }

    /// Reports a change between two nodes.
    fn report_at(
        &mut self,
        change: SchemaChange,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        if let Some(rule) = change.at(self.place_of(change)) {
            self.walk.note_schema(self.pair, rule, nodes, message);
        }
    }

    /// Reports a change of another kind.
    fn report_rule(
        &mut self,
        rule: ApiRule,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        self.walk.note_schema(self.pair, Rule::Api(rule), nodes, message);
    }

    /// The place under which a change is known: some have names of their own.
    fn place_of(&self, change: SchemaChange) -> Place {
        let special = match self.usage.spot {
            // Where the items are no lists, such a limit is meant for the list that is the parameter.
            Spot::ParameterProperty
                if matches!(change, SchemaChange::MaxItemsDecreased | SchemaChange::MaxItemsIncreased)
                    && types::is_scalar(self.new_side(), self.new.facts) =>
            {
                Place::RequestParameter
            }
            Spot::RequestProperty if self.new_side().flag(self.new.facts, K::ReadOnly) => {
                Place::RequestReadOnlyProperty
            }
            Spot::ResponseProperty if self.new_side().flag(self.new.facts, K::WriteOnly) => {
                Place::ResponseWriteOnlyProperty
            }
            Spot::ResponseBody => Place::ResponseMediaType,
            Spot::HeaderParameterProperty => Place::RequestHeaderProperty,
            spot => spot.place(),
        };
        if special.has(change) { special } else { self.usage.spot.place() }
    }

    /// The fingerprints of a keyword's value on both sides.
    fn prints(&self, keyword: K) -> (Option<Print>, Option<Print>) {
        (self.old_side().print_of(self.old.facts, keyword), self.new_side().print_of(self.new.facts, keyword))
    }

    /// A keyword's value on both sides, in words.
    fn shown(&self, keyword: K) -> (String, String) {
        let show_in = |side: &Side<'_>, facts: Facts<'_>| {
            facts.first(keyword).map_or_else(|| "none".to_owned(), |node| show(side.tree, node))
        };
        (show_in(self.old_side(), self.old.facts), show_in(self.new_side(), self.new.facts))
    }
}

/// The strings that a keyword lists, in all parts.
fn strings<'a>(side: &Side<'a>, facts: Facts<'_>, keyword: K) -> BTreeSet<&'a str> {
    facts.all(keyword).flat_map(|node| side.strings(Some(node))).collect()
}
