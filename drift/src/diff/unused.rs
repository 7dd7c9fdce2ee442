//! Named schemas that no operation uses. Some describe what crosses the wire all the same, such as events, and code is
//! generated for every one.

use std::collections::BTreeMap;

use super::data::is_data;
use super::side::Side;
use super::walk::Walk;
use crate::source::tree::NodeId;

/// Compares the named schemas of both documents that no operation of one of them leads to.
pub(super) fn compare(walk: &mut Walk<'_>) {
    let (ours, theirs) = (named(walk.old), named(walk.new));
    let (old_used, new_used) = (used(walk.old, &ours), used(walk.new, &theirs));
    for (name, old) in &ours {
        let Some(new) = theirs.get(name) else { continue };
        if !(old_used[old.index()] && new_used[new.index()]) {
            walk.begin_apart(*old, *new);
        }
    }
    walk.run();
}

fn named<'a>(side: &Side<'a>) -> BTreeMap<&'a str, NodeId> {
    side.entries(side.path(&["components", "schemas"]))
}

/// Which named schemas a reference from outside of them leads to, be it through others. By node.
fn used(side: &Side<'_>, named: &BTreeMap<&str, NodeId>) -> Vec<bool> {
    // For each node the named schema that it is in. Parents come before what they hold.
    let mut owners = vec![NodeId::NONE; side.tree.len()];
    for node in named.values() {
        owners[node.index()] = *node;
    }
    for node in side.tree.nodes() {
        if owners[node.index()] == NodeId::NONE {
            owners[node.index()] = owners[side.tree.parent(node).index()];
        }
    }
    let mut edges: Vec<(NodeId, NodeId)> = side
        .references()
        .filter(|holder| !is_data(side.tree, *holder))
        .filter_map(|holder| Some((owners[holder.index()], owners[side.follow(holder)?.index()])))
        .filter(|(from, to)| from != to && *to != NodeId::NONE)
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut used = vec![false; side.tree.len()];
    let mut pending = vec![NodeId::NONE];
    while let Some(from) = pending.pop() {
        let start = edges.partition_point(|edge| edge.0 < from);
        for (_, to) in edges[start..].iter().take_while(|edge| edge.0 == from) {
            if !std::mem::replace(&mut used[to.index()], true) {
                pending.push(*to);
            }
        }
    }
    used
}
