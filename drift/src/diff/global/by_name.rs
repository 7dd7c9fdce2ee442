//! Lists whose elements have names.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use crate::diff::side::Side;

/// Entries of a list by name: where a name comes first, and all its values, since a name may occur again.
pub(crate) type ByName<'a, T> = BTreeMap<&'a str, (NodeId, BTreeSet<T>)>;

/// Reads a list at the top of a document.
pub(crate) fn by_name<'a, T: Ord>(
    side: &Side<'a>,
    list: &str,
    name: impl Fn(NodeId) -> Option<&'a str>,
    value: impl Fn(NodeId) -> T,
) -> ByName<'a, T> {
    let mut by_name: ByName<'a, T> = BTreeMap::new();
    for node in side.items(side.path(&[list])) {
        if let Some(name) = name(*node) {
            by_name.entry(name).or_insert_with(|| (*node, BTreeSet::new())).1.insert(value(*node));
        }
    }
    by_name
}
