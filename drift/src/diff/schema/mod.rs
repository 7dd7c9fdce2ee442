//! One pair of schemas: what changed in it, and which pairs are inside.
//!
//! The submodules look at a group of keywords each, all through [`PairContext`].

mod alternatives;
mod annotations;
mod bounds;
mod discriminator;
mod equivalence;
mod lists;
mod object;
mod reading;
mod subschemas;
mod types;
mod unchanged;
mod values;

use openapi_source::tree::NodeId;

use crate::diff::node::keyword::Keyword as K;
use crate::diff::node::value::{Digest, show};
use crate::diff::side::Side;
use crate::diff::side::view::{Facts, Viewed};
use crate::diff::walk::Walk;
use crate::diff::walk::pair::PairId;
use crate::diff::walk::usage::Usage;
use crate::rule::{ApiRule, Direction, Place, Rule, SchemaChange};

/// A pair of schemas under comparison.
struct PairContext<'w, 'a> {
    walk: &'w mut Walk<'a>,
    pair: PairId,
    usage: Usage,
    old: Viewed<'a>,
    new: Viewed<'a>,
}

/// Compares all pairs that are pending, and those inside them.
pub(crate) fn run(walk: &mut Walk<'_>) {
    while let Some(pair) = walk.next_pair() {
        let start = walk.edge_count();
        compare(walk, pair);
        walk.set_inside(pair, start);
    }
}

/// Compares a pair, and numbers the pairs inside it.
fn compare(walk: &mut Walk<'_>, pair: PairId) {
    let numbers = walk.pairs[pair.0 as usize];
    let (old, new) = (walk.old.viewed(numbers.old), walk.new.viewed(numbers.new));
    let mut context = PairContext { walk, pair, usage: numbers.usage, old, new };
    // Most schemas of two revisions are the same, so this is where most of the time is saved.
    if let Some(unchanged) = context.unchanged() {
        for (ours, theirs) in unchanged.pairs() {
            context.walk.enter(pair, &[ours], &[theirs]);
        }
        return;
    }
    // Every value fails `false`, so that its other keywords say nothing.
    if context.impossible() {
        return;
    }
    context.single_alternative();
    context.all_of();
    // A member of `allOf` may have had the list.
    context.single_alternative();
    if context.wrapped_in_one_of() || context.became_alternative() {
        return;
    }
    context.identity();
    context.types();
    context.values();
    context.bounds();
    context.text();
    context.object();
    context.subschemas();
    context.discriminator();
    context.lifecycle();
    context.annotations();
}

/// Returns whether values of a schema are neither lists nor objects.
pub(super) fn is_scalar(side: &Side<'_>, schema: NodeId) -> bool {
    reading::is_scalar(side, side.viewed(side.view_of(&[schema])).facts)
}

impl<'a> PairContext<'_, 'a> {
    fn old_side(&self) -> &'a Side<'a> {
        self.walk.old
    }

    fn new_side(&self) -> &'a Side<'a> {
        self.walk.new
    }

    fn direction(&self) -> Direction {
        self.usage.place.direction()
    }

    /// Reports `false` as a schema: next to it nothing else counts.
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

    /// Compares what distinguishes one schema, or one dialect, from another. What it leads to is not followed.
    fn identity(&mut self) {
        for (keyword, name) in [(K::DynamicReference, "$dynamicRef"), (K::Id, "$id"), (K::Dialect, "$schema")]
        {
            let (was, is) = self.digests(keyword);
            if was != is {
                let (was, is) = self.shown(keyword);
                let message = format!("`{name}` changed from {was} to {is}");
                self.report(SchemaChange::IdentityChanged, keyword, message);
            }
        }
    }

    fn is_property(&self) -> bool {
        matches!(self.usage.place, Place::RequestProperty | Place::ResponseProperty)
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
            self.walk.report_schema(self.pair, rule, nodes, message);
        }
    }

    /// Reports a change of another kind.
    fn report_rule(
        &mut self,
        rule: ApiRule,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        self.walk.report_schema(self.pair, Rule::Api(rule), nodes, message);
    }

    /// Returns the place under which a change is known: some have names of their own.
    fn place_of(&self, change: SchemaChange) -> Place {
        let special = match self.usage.place {
            // Where the items are no lists, such a limit is meant for the list that is the parameter.
            Place::RequestParameterProperty
                if matches!(change, SchemaChange::MaxItemsDecreased | SchemaChange::MaxItemsIncreased)
                    && reading::is_scalar(self.new_side(), self.new.facts) =>
            {
                Place::RequestParameter
            }
            Place::RequestProperty if self.new_side().flag(self.new.facts, K::ReadOnly) => {
                Place::RequestReadOnlyProperty
            }
            Place::ResponseProperty if self.new_side().flag(self.new.facts, K::WriteOnly) => {
                Place::ResponseWriteOnlyProperty
            }
            Place::ResponseBody => Place::ResponseMediaType,
            place => place,
        };
        if change.is_at(special) { special } else { self.usage.place.general() }
    }

    /// Returns the fingerprints of a keyword's value on both sides.
    fn digests(&self, keyword: K) -> (Option<Digest>, Option<Digest>) {
        (
            self.old_side().digest_of(self.old.facts, keyword),
            self.new_side().digest_of(self.new.facts, keyword),
        )
    }

    /// A keyword's value on both sides, in words.
    fn shown(&self, keyword: K) -> (String, String) {
        let show_in = |side: &Side<'_>, facts: Facts<'_>| {
            facts.first(keyword).map_or_else(|| "none".to_owned(), |node| show(side.tree, node))
        };
        (show_in(self.old_side(), self.old.facts), show_in(self.new_side(), self.new.facts))
    }
}
