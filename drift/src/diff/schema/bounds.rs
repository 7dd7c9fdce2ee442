//! Limits of numbers, lengths and counts.

use openapi_source::tree::NodeId;

use super::{K, PairContext, Viewed};
use crate::diff::node::decimal::Decimal;
use crate::diff::side::Side;
use crate::rule::SchemaChange as C;

/// Which way a limit bounds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bounds {
    Above,
    Below,
}

/// Names of a limit's changes.
struct Limit {
    keyword: K,
    bounds: Bounds,
    decreased: C,
    increased: C,
    /// For one that was absent, or is. Where there is none, absence is `default`.
    set: Option<C>,
    unset: Option<C>,
    default: Option<&'static str>,
}

const LIMITS: &[Limit] = &[
    limit(K::Maximum, Bounds::Above, [C::MaxDecreased, C::MaxIncreased, C::MaxSet, C::MaxUnset]),
    limit(K::Minimum, Bounds::Below, [C::MinDecreased, C::MinIncreased, C::MinSet, C::MinUnset]),
    limit(
        K::ExclusiveMaximum,
        Bounds::Above,
        [C::ExclusiveMaxDecreased, C::ExclusiveMaxIncreased, C::ExclusiveMaxSet, C::ExclusiveMaxUnset],
    ),
    limit(
        K::ExclusiveMinimum,
        Bounds::Below,
        [C::ExclusiveMinDecreased, C::ExclusiveMinIncreased, C::ExclusiveMinSet, C::ExclusiveMinUnset],
    ),
    limit(
        K::MaxLength,
        Bounds::Above,
        [C::MaxLengthDecreased, C::MaxLengthIncreased, C::MaxLengthSet, C::MaxLengthUnset],
    ),
    from_default(K::MinLength, Bounds::Below, [C::MinLengthDecreased, C::MinLengthIncreased], Some("0")),
    limit(
        K::MaxItems,
        Bounds::Above,
        [C::MaxItemsDecreased, C::MaxItemsIncreased, C::MaxItemsSet, C::MaxItemsUnset],
    ),
    limit(
        K::MinItems,
        Bounds::Below,
        [C::MinItemsDecreased, C::MinItemsIncreased, C::MinItemsSet, C::MinItemsUnset],
    ),
    limit(
        K::MaxProperties,
        Bounds::Above,
        [C::MaxPropertiesDecreased, C::MaxPropertiesIncreased, C::MaxPropertiesSet, C::MaxPropertiesUnset],
    ),
    limit(
        K::MinProperties,
        Bounds::Below,
        [C::MinPropertiesDecreased, C::MinPropertiesIncreased, C::MinPropertiesSet, C::MinPropertiesUnset],
    ),
    from_default(K::MaxContains, Bounds::Above, [C::MaxContainsDecreased, C::MaxContainsIncreased], None),
    from_default(
        K::MinContains,
        Bounds::Below,
        [C::MinContainsDecreased, C::MinContainsIncreased],
        Some("1"),
    ),
];

const fn limit(keyword: K, bounds: Bounds, [decreased, increased, set, unset]: [C; 4]) -> Limit {
    Limit { keyword, bounds, decreased, increased, set: Some(set), unset: Some(unset), default: None }
}

const fn from_default(
    keyword: K,
    bounds: Bounds,
    [decreased, increased]: [C; 2],
    default: Option<&'static str>,
) -> Limit {
    Limit { keyword, bounds, decreased, increased, set: None, unset: None, default }
}

impl PairContext<'_, '_> {
    /// Compares all limits, and what numbers must be multiples of.
    pub(super) fn bounds(&mut self) {
        // All limits are one table, because each of them has the same four changes.
        // Without `contains`, a number of items that it must fit has no effect; where it came or went, that is the change.
        let counts_items = self.old.facts.has(K::Contains) && self.new.facts.has(K::Contains);
        for limit in LIMITS {
            if counts_items || !matches!(limit.keyword, K::MaxContains | K::MinContains) {
                self.limit(limit);
            }
        }
        let (was, is) = self.digests(K::MultipleOf);
        if was != is {
            let change = match (was, is) {
                (None, _) => C::MultipleOfSet,
                (_, None) => C::MultipleOfUnset,
                _ => C::MultipleOfChanged,
            };
            let (was, is) = self.shown(K::MultipleOf);
            self.report(change, K::MultipleOf, format!("`multipleOf` changed from {was} to {is}"));
        }
        let unique = |side: &Side<'_>, schema: Viewed<'_>| side.flag(schema.facts, K::UniqueItems);
        match (unique(self.old_side(), self.old), unique(self.new_side(), self.new)) {
            (false, true) => {
                self.report(C::UniqueItemsSet, K::UniqueItems, "items must differ from one another")
            }
            (true, false) => self.report(C::UniqueItemsUnset, K::UniqueItems, "items may repeat"),
            _ => {}
        }
    }

    fn limit(&mut self, limit: &Limit) {
        let default = || limit.default.and_then(Decimal::parse);
        let was = effective(self.old_side(), self.old, limit);
        let is = effective(self.new_side(), self.new, limit);
        let (old_node, new_node) = (was.as_ref().map(|was| was.1), is.as_ref().map(|is| is.1));
        let (was, is) = (was.map(|was| was.0), is.map(|is| is.0));
        let (was, is) =
            if limit.set.is_none() { (was.or_else(default), is.or_else(default)) } else { (was, is) };
        let change = match (&was, &is) {
            (None, None) => return,
            (Some(was), Some(is)) if was == is => return,
            (Some(was), Some(is)) if is < was => limit.decreased,
            (Some(_), Some(_)) => limit.increased,
            // No lower limit at all is written as zero by some.
            (None, Some(is)) => {
                if limit.bounds == Bounds::Below
                    && is_zero(is)
                    && limit.keyword != K::Minimum
                    && limit.keyword != K::ExclusiveMinimum
                {
                    return;
                }
                limit.set.unwrap_or(if limit.bounds == Bounds::Above {
                    limit.decreased
                } else {
                    limit.increased
                })
            }
            (Some(was), None) => {
                if limit.bounds == Bounds::Below
                    && is_zero(was)
                    && limit.keyword != K::Minimum
                    && limit.keyword != K::ExclusiveMinimum
                {
                    return;
                }
                limit.unset.unwrap_or(if limit.bounds == Bounds::Above {
                    limit.increased
                } else {
                    limit.decreased
                })
            }
        };
        // `minimum: 5` became `exclusiveMinimum: 5`, or the reverse: one change, reported once.
        if matches!(limit.keyword, K::Minimum | K::Maximum) && self.is_reported_as_exclusive(limit, &was, &is)
        {
            return;
        }
        let name = name(limit.keyword);
        let show = |side: &Side<'_>, node: Option<NodeId>| {
            node.map_or_else(|| "none".to_owned(), |node| crate::diff::node::value::show(side.tree, node))
        };
        let (was, is) = (show(self.old_side(), old_node), show(self.new_side(), new_node));
        let nodes = (old_node.or_else(|| self.old.node()), new_node.or_else(|| self.new.node()));
        self.report_at(change, nodes, format!("`{name}` changed from {was} to {is}"));
    }

    fn is_reported_as_exclusive(&self, limit: &Limit, was: &Option<Decimal>, is: &Option<Decimal>) -> bool {
        let exclusive = if limit.keyword == K::Minimum { K::ExclusiveMinimum } else { K::ExclusiveMaximum };
        let Some(other) = LIMITS.iter().find(|other| other.keyword == exclusive) else { return false };
        let old = effective(self.old_side(), self.old, other).map(|found| found.0);
        let new = effective(self.new_side(), self.new, other).map(|found| found.0);
        match (was, is) {
            (Some(was), None) => old.is_none() && new.as_ref() == Some(was),
            (None, Some(is)) => new.is_none() && old.as_ref() == Some(is),
            _ => false,
        }
    }
}

fn is_zero(number: &Decimal) -> bool {
    Decimal::parse("0").as_ref() == Some(number)
}

fn name(keyword: K) -> &'static str {
    match keyword {
        K::Maximum => "maximum",
        K::Minimum => "minimum",
        K::ExclusiveMaximum => "exclusiveMaximum",
        K::ExclusiveMinimum => "exclusiveMinimum",
        K::MaxLength => "maxLength",
        K::MinLength => "minLength",
        K::MaxItems => "maxItems",
        K::MinItems => "minItems",
        K::MaxProperties => "maxProperties",
        K::MinProperties => "minProperties",
        K::MaxContains => "maxContains",
        _ => "minContains",
    }
}

/// Returns the tightest limit of all parts. OpenAPI 3.0 has a boolean next to `maximum` to make it exclusive, 3.1 a number.
fn effective(side: &Side<'_>, schema: Viewed<'_>, limit: &Limit) -> Option<(Decimal, NodeId)> {
    let facts = schema.facts;
    let (plain, exclusive) = match limit.keyword {
        K::Maximum | K::ExclusiveMaximum => (K::Maximum, K::ExclusiveMaximum),
        K::Minimum | K::ExclusiveMinimum => (K::Minimum, K::ExclusiveMinimum),
        keyword => return tightest(side, facts.all(keyword), limit.bounds),
    };
    let by_flag = side.flag(facts, exclusive);
    if limit.keyword == plain {
        return if by_flag { None } else { tightest(side, facts.all(plain), limit.bounds) };
    }
    let source = if by_flag { plain } else { exclusive };
    tightest(side, facts.all(source), limit.bounds)
}

fn tightest(
    side: &Side<'_>,
    nodes: impl Iterator<Item = NodeId>,
    bounds: Bounds,
) -> Option<(Decimal, NodeId)> {
    let numbers = nodes.filter_map(|node| Some((side.number(node)?, node)));
    match bounds {
        Bounds::Above => numbers.min(),
        Bounds::Below => numbers.max(),
    }
}
