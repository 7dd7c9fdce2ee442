//! Combined meaning of a schema's keywords, for all modules that compare them.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::{Kind, NodeId};

use crate::diff::node::keyword::Keyword as K;
use crate::diff::side::Side;
use crate::diff::side::view::{Facts, View};

/// Types by name, without `null`. An empty set is that of a schema without `type`.
pub(super) type Types<'a> = BTreeSet<&'a str>;

/// Returns the types of both sides. A side that lists its values instead of naming a type has the types of the other side, if all
/// values are of those: `const: x` is `type: string, const: x`.
pub(super) fn types_of_both<'a>(
    old: &Side<'a>,
    ours: Facts<'_>,
    new: &Side<'a>,
    theirs: Facts<'_>,
) -> (Types<'a>, Types<'a>) {
    let (mut was, mut is) = (own_types(old, ours), own_types(new, theirs));
    if was.is_empty() && has_only(old, ours, &is) {
        was.clone_from(&is);
    } else if is.is_empty() && has_only(new, theirs, &was) {
        is.clone_from(&was);
    }
    (was, is)
}

/// Returns whether a schema lists its values, and all but `null` are of some types.
fn has_only(side: &Side<'_>, facts: Facts<'_>, types: &Types<'_>) -> bool {
    // A schema without values does not restrict its type.
    let kinds = kinds_of_values(side, facts);
    !kinds.is_empty() && kinds.iter().all(|kind| contains(types, kind, false))
}

/// Returns the types of the values that `enum` and `const` list, without `null`.
pub(super) fn kinds_of_values(side: &Side<'_>, facts: Facts<'_>) -> Types<'static> {
    let lists = facts.all(K::Enum).flat_map(|list| side.items(Some(list)).iter().copied());
    let kind = |node| match side.tree.kind(node) {
        Kind::Null => None,
        Kind::Bool(_) => Some("boolean"),
        Kind::Number(_) if side.number(node).is_some_and(|number| number.is_whole()) => Some("integer"),
        Kind::Number(_) => Some("number"),
        Kind::String(_) => Some("string"),
        Kind::Sequence(_) => Some("array"),
        Kind::Mapping(_) => Some("object"),
    };
    lists.chain(facts.all(K::Const)).filter_map(kind).collect()
}

/// Returns the types that `type` names, in all parts.
pub(super) fn own_types<'a>(side: &Side<'a>, facts: Facts<'_>) -> Types<'a> {
    // Parts hold together: a value has to be of a type of each.
    let mut types: Option<Types<'_>> = None;
    for node in facts.all(K::Type) {
        let named: Types<'_> = named(side, node).filter(|name| *name != "null").collect();
        types = Some(match types {
            Some(types) if !types.is_empty() => types.intersection(&named).copied().collect(),
            _ => named,
        });
    }
    types.unwrap_or_default()
}

/// Returns whether values are neither lists nor objects.
pub(super) fn is_scalar(side: &Side<'_>, facts: Facts<'_>) -> bool {
    let types = own_types(side, facts);
    !types.is_empty() && !types.contains("array") && !types.contains("object")
}

pub(super) fn named<'a>(side: &Side<'a>, node: NodeId) -> impl Iterator<Item = &'a str> {
    let one = side.tree.string(node);
    one.into_iter().chain(side.items(Some(node)).iter().filter_map(|item| side.tree.string(*item)))
}

/// Returns whether `null` is a value.
pub(super) fn is_nullable(side: &Side<'_>, view: View<'_>, facts: Facts<'_>) -> bool {
    let typed = || facts.all(K::Type).any(|node| named(side, node).any(|name| name == "null"));
    let listed = || {
        [K::OneOf, K::AnyOf]
            .into_iter()
            .any(|keyword| members(side, facts, keyword).iter().any(|node| side.is_null_type(*node)))
    };
    // Without a type, a list of values alone determines whether `null` is one.
    let enumerated = || {
        !facts.has(K::Type)
            && facts.has(K::Enum)
            && facts.all(K::Enum).all(|list| {
                side.items(Some(list)).iter().any(|item| matches!(side.tree.kind(*item), Kind::Null))
            })
    };
    let constant = || facts.first(K::Const).is_some_and(|node| matches!(side.tree.kind(node), Kind::Null));
    view.wrapped_null || side.flag(facts, K::Nullable) || typed() || listed() || constant() || enumerated()
}

pub(super) fn contains(types: &Types<'_>, one: &str, loosely: bool) -> bool {
    types.contains(one)
        || (one == "integer" && types.contains("number"))
        || (loosely && types.contains("string"))
}

pub(super) fn has_members(side: &Side<'_>, facts: Facts<'_>) -> bool {
    [K::OneOf, K::AnyOf].into_iter().any(|keyword| !members(side, facts, keyword).is_empty())
}

/// Returns the members of a list of schemas, from all parts.
pub(super) fn members(side: &Side<'_>, facts: Facts<'_>, keyword: K) -> Vec<NodeId> {
    facts.all(keyword).flat_map(|node| side.items(Some(node)).iter().copied()).collect()
}

/// Returns the name of the schema that a reference or a mapping names.
pub(super) fn schema_name(reference: &str) -> &str {
    let last = reference.rsplit('/').next().unwrap_or(reference);
    [".yaml", ".yml", ".json"].iter().find_map(|end| last.strip_suffix(end)).unwrap_or(last)
}

/// Returns the schemas of a keyword by name, from all parts.
pub(super) fn map<'a>(side: &Side<'a>, facts: Facts<'_>, keyword: K) -> BTreeMap<&'a str, Vec<NodeId>> {
    let mut map: BTreeMap<&str, Vec<NodeId>> = BTreeMap::new();
    for node in facts.all(keyword) {
        for (name, schema) in side.entries(Some(node)) {
            map.entry(name).or_default().push(schema);
        }
    }
    map
}

/// Returns the strings that a keyword lists, in all parts.
pub(super) fn strings<'a>(side: &Side<'a>, facts: Facts<'_>, keyword: K) -> BTreeSet<&'a str> {
    facts.all(keyword).flat_map(|node| side.strings(Some(node))).collect()
}
