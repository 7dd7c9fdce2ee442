//! Named schemas that no operation uses. Some describe what crosses the wire all the same, such as events, and code is
//! generated for every one.

use super::side::Side;
use super::walk::Walk;
use crate::source::tree::NodeId;

/// Compares the named schemas of both documents that no operation of one of them leads to.
pub(super) fn compare(walk: &mut Walk<'_>) {
    const NAMED: &[&str] = &["components", "schemas"];
    let (Some(ours), Some(theirs)) = (walk.old.path(NAMED), walk.new.path(NAMED)) else { return };
    let mut left: Vec<(NodeId, NodeId)> = Vec::new();
    for entry in walk.old.tree.entries(ours) {
        let name = walk.old.tree.str(entry.key);
        let (Some(old), Some(new)) = (walk.old.get(ours, name), walk.new.get(theirs, name)) else { continue };
        // What was looked at is used. Mostly that is every schema.
        let looked_at = walk.old.is_viewed(old) && walk.new.is_viewed(new);
        if !looked_at && !walk.is_same(old, new) {
            left.push((old, new));
        }
    }
    if left.is_empty() {
        return;
    }
    let (old_used, new_used) = (used(walk.old, ours), used(walk.new, theirs));
    for (old, new) in left {
        if !(old_used[old.index()] && new_used[new.index()]) {
            walk.begin_apart(old, new);
        }
    }
    walk.run();
}

/// Which of the named schemas a reference from outside of them leads to, be it through others. By node.
fn used(side: &Side<'_>, named: NodeId) -> Vec<bool> {
    // For each node the named schema that it is in. Parents come before what they hold.
    let mut owners = vec![NodeId::NONE; side.tree.len()];
    for node in side.tree.nodes().skip(1) {
        let parent = side.tree.parent(node);
        owners[node.index()] = if parent == named { node } else { owners[parent.index()] };
    }
    let mut edges: Vec<(NodeId, NodeId)> = side
        .references()
        .filter_map(|holder| Some((owners[holder.index()], owners[side.follow(holder)?.index()])))
        .filter(|(from, to)| from != to && *to != NodeId::NONE)
        .collect();
    edges.sort_by_key(|edge| edge.0);
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
