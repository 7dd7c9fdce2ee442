//! Named schemas: those that are gone, and those that no operation uses. Some of these describe what crosses the wire all
//! the same, such as events, and code is generated for every one.

use openapi_source::tree::NodeId;

use crate::diff::node::value::shorten;
use crate::diff::schema;
use crate::diff::side::Side;
use crate::diff::walk::Walk;
use crate::finding::{Section, SubjectKind};
use crate::rule::ApiRule as A;

/// Reports named schemas that are gone, and compares those that no operation uses in both documents. Comes after the walk,
/// because it looks at what the walk came by.
pub(crate) fn compare(walk: &mut Walk<'_>) {
    let [ours, theirs] = [walk.old, walk.new].map(|side| side.path(&["components", "schemas"]));
    let mut near = 0;
    let mut left: Vec<(NodeId, NodeId)> = Vec::new();
    for (name, old) in ours.into_iter().flat_map(|ours| walk.old.each(ours)) {
        match theirs.and_then(|theirs| walk.new.tree.get_near(theirs, name, &mut near)) {
            // What was looked at is used. Mostly that is every schema.
            Some(new) if walk.old.is_viewed(old) && walk.new.is_viewed(new) => {}
            Some(new) if walk.is_same(old, new) => {}
            Some(new) => left.push((old, new)),
            None => {
                let (kind, name) = (SubjectKind::Schema, shorten(name, 120));
                let (nodes, message) = ((Some(old), None), "the named schema was removed");
                walk.report_global(A::SchemaRemoved, Section::Components, kind, name, nodes, message);
            }
        }
    }
    // To find what is used costs a pass over all references, so it is done only if something is left.
    let (Some(ours), Some(theirs), false) = (ours, theirs, left.is_empty()) else { return };
    let (old_used, new_used) = (used(walk.old, ours), used(walk.new, theirs));
    for (old, new) in left {
        if !(old_used[old.index()] && new_used[new.index()]) {
            walk.enqueue_unused(old, new);
        }
    }
    schema::run(walk);
}

/// Returns which of the named schemas a reference from outside of them leads to, be it through others. By node.
fn used(side: &Side<'_>, named: NodeId) -> Vec<bool> {
    // For each node the named schema that it is in. Parents come before what they hold.
    let mut owners = vec![NodeId::NONE; side.tree.len()];
    for entry in side.tree.entries(named) {
        owners[entry.value.index()] = entry.value;
    }
    for node in side.tree.nodes() {
        if owners[node.index()] == NodeId::NONE {
            owners[node.index()] = owners[side.tree.parent(node).index()];
        }
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
