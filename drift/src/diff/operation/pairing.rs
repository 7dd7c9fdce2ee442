//! Which operation of one document is which of the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use openapi_source::tree::NodeId;

use super::{lifecycle, parameters};
use crate::diff::node::value::shorten;
use crate::diff::side::Side;
use crate::diff::walk::Walk;
use crate::diff::walk::matched::{MatchedOperation, OperationRef};
use crate::diff::walk::reach::OperationInfo;
use crate::finding::{Section, SubjectKind};
use crate::operations::{self, Operation};
use crate::rule::{ApiRule as A, Rule};

/// Depth to which callbacks inside callbacks are compared: references can nest them without end.
const MOST_NESTED: u8 = 8;

/// Operations of both documents, and those that are still to be compared.
#[derive(Debug, Default)]
pub(crate) struct Pairing<'a> {
    /// By their numbers.
    pub(crate) known: Vec<OperationInfo>,
    pub(crate) pending: Vec<MatchedOperation<'a>>,
}

/// Pairs the operations of all paths and webhooks, and reports those of one document.
pub(crate) fn pair<'a>(walk: &mut Walk<'a>) -> Pairing<'a> {
    let mut pairing = Pairing::default();
    let ours = collect(walk.old, walk.old.path(&["paths"]));
    let theirs = collect(walk.new, walk.new.path(&["paths"]));
    operation_ids(walk.old, &ours);
    operation_ids(walk.new, &theirs);
    paths(walk, &mut pairing, &ours, &theirs);
    webhooks(walk, &mut pairing);
    pairing
}

/// Returns the operations of a mapping of path items, in order of path and method.
fn collect<'a>(side: &Side<'a>, paths: Option<NodeId>) -> Vec<OperationRef<'a>> {
    let mut found = Vec::new();
    for (path, item) in side.entries(paths) {
        if path.starts_with("x-") {
            continue;
        }
        let own = item;
        let Some(item) = side.resolve(item) else { continue };
        if !side.tree.is_mapping(item) {
            side.defect(A::Malformed, item, "a path item is an object".to_owned());
            continue;
        }
        // A referenced path item must be an object as well, or nothing of it can be compared.
        // What is next to a reference counts as well, and first.
        let own = Some(own).filter(|own| *own != item);
        let mut known = BTreeSet::new();
        let all = own.into_iter().chain([item]).flat_map(|item| {
            operations::of_item(side.tree, item).map(move |(method, node)| (item, method, node))
        });
        for (item, method, node) in all {
            if !known.insert(method) {
                continue;
            }
            if side.tree.is_mapping(node) {
                found.push(OperationRef { path, method, item, node });
            } else {
                side.defect(A::Malformed, node, "an operation is an object".to_owned());
            }
        }
    }
    found
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let Some(length) = rest[open..].find('}') else { break };
        shape.push_str(&rest[..=open]);
        shape.push('}');
        rest = &rest[open + length + 1..];
    }
    shape.push_str(rest);
    shape
}

fn paths<'a>(
    walk: &mut Walk<'a>,
    pairing: &mut Pairing<'a>,
    ours: &[OperationRef<'a>],
    theirs: &[OperationRef<'a>],
) {
    ambiguous(walk.old, ours);
    ambiguous(walk.new, theirs);
    // First by the whole path, so that of two paths of one shape each keeps its own partner.
    let mut exact: HashMap<(&str, &str), usize> = HashMap::new();
    let mut by_shape: HashMap<(String, &str), Vec<usize>> = HashMap::new();
    let mut new_shapes: BTreeSet<String> = BTreeSet::new();
    for (at, found) in theirs.iter().enumerate() {
        exact.insert((found.path, found.method), at);
        by_shape.entry((shape(found.path), found.method)).or_default().push(at);
        new_shapes.insert(shape(found.path));
    }
    let mut partners: BTreeMap<usize, usize> = BTreeMap::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for (at, found) in ours.iter().enumerate() {
        if let Some(other) = exact.get(&(found.path, found.method)) {
            partners.insert(at, *other);
            taken.insert(*other);
        }
    }
    for (at, found) in ours.iter().enumerate() {
        if partners.contains_key(&at) {
            continue;
        }
        // A renamed path parameter is no other operation: on the wire its name does not exist.
        let candidates = by_shape.get(&(shape(found.path), found.method));
        if let Some(other) = candidates.and_then(|list| list.iter().find(|other| !taken.contains(*other))) {
            partners.insert(at, *other);
            taken.insert(*other);
        }
    }
    let mut old_names: HashMap<String, &str> = HashMap::new();
    for found in ours {
        old_names.entry(shape(found.path)).or_insert(found.path);
    }
    for (at, old) in ours.iter().enumerate() {
        let number = number(&mut pairing.known, old.method, old.path, Section::Paths);
        match partners.get(&at) {
            Some(other) => {
                let new = theirs[*other];
                pairing.pending.push(MatchedOperation { number, old: *old, new, reversed: false, depth: 0 });
            }
            None => {
                parameters::report_defects(walk.old, *old);
                lifecycle::removed(walk, number, *old, new_shapes.contains(&shape(old.path)));
            }
        }
    }
    for (at, new) in theirs.iter().enumerate() {
        if taken.contains(&at) {
            continue;
        }
        parameters::report_defects(walk.new, *new);
        let path = old_names.get(&shape(new.path)).copied().unwrap_or(new.path);
        let number = number(&mut pairing.known, new.method, path, Section::Paths);
        let rule = Rule::Api(A::EndpointAdded);
        let name = name(&pairing.known, number);
        walk.report(
            number,
            rule,
            SubjectKind::Operation,
            name,
            (None, Some(new.node)),
            "the operation was added",
        );
    }
}

/// Numbers an operation.
fn number(known: &mut Vec<OperationInfo>, method: &str, path: &str, section: Section) -> u32 {
    let operation = Operation { path: path.to_owned(), method: method.to_uppercase() };
    known.push(OperationInfo { operation, section });
    (known.len() - 1) as u32
}

fn name(known: &[OperationInfo], number: u32) -> String {
    known[number as usize].operation.to_string()
}

/// Two paths that differ in the names of their parameters only.
fn ambiguous(side: &Side<'_>, found: &[OperationRef<'_>]) {
    let mut shapes: HashMap<(String, &str), &str> = HashMap::new();
    for found in found {
        let first = shapes.entry((shape(found.path), found.method)).or_insert(found.path);
        if *first != found.path {
            let (path, first) = (shorten(found.path, 120), shorten(first, 120));
            side.defect(A::PathAmbiguous, found.item, format!("`{path}` is the same path as `{first}`"));
        }
    }
}

fn operation_ids(side: &Side<'_>, found: &[OperationRef<'_>]) {
    let mut ids: HashMap<&str, NodeId> = HashMap::new();
    for found in found {
        let Some(node) = side.get(found.node, "operationId") else { continue };
        let Some(id) = side.tree.string(node) else { continue };
        if ids.insert(id, node).is_some() {
            let id = shorten(id, 80);
            side.defect(A::OperationIdDuplicate, node, format!("another operation has the id `{id}`"));
        }
    }
}

/// Pairs the callbacks of an operation. Who sends and who receives is reversed in them.
pub(crate) fn callbacks<'a>(walk: &mut Walk<'a>, pairing: &mut Pairing<'a>, both: MatchedOperation<'a>) {
    let all = |side: &Side<'a>, node: NodeId| {
        let mut all: BTreeMap<(&'a str, &'a str, &'a str), OperationRef<'a>> = BTreeMap::new();
        for (name, callback) in side.entries(side.parts(node, "callbacks")) {
            let callback = side.resolve(callback);
            for found in collect(side, callback) {
                all.insert((name, found.path, found.method), found);
            }
        }
        all
    };
    let (ours, theirs) = (all(walk.old, both.old.node), all(walk.new, both.new.node));
    if both.depth >= MOST_NESTED && !(ours.is_empty() && theirs.is_empty()) {
        let message = format!("callbacks inside more than {MOST_NESTED} callbacks are not compared");
        return walk.new.defect(A::Entangled, both.new.node, message);
    }
    let (reversed, depth) = (!both.reversed, both.depth + 1);
    let Operation { path, method } = pairing.known[both.number as usize].operation.clone();
    for (key, old) in &ours {
        match theirs.get(key) {
            Some(new) => {
                let number = number(&mut pairing.known, &method, &path, Section::Callbacks);
                pairing.pending.push(MatchedOperation { number, old: *old, new: *new, reversed, depth });
            }
            None => {
                let message = format!("the callback `{}` was removed", shorten(key.0, 80));
                both.report_at(walk, A::CallbackRemoved, (Some(old.node), Some(both.new.node)), message);
            }
        }
    }
    for (key, new) in &theirs {
        if !ours.contains_key(key) {
            let message = format!("the callback `{}` was added", shorten(key.0, 80));
            both.report_at(walk, A::CallbackAdded, (Some(both.old.node), Some(new.node)), message);
        }
    }
}

fn webhooks<'a>(walk: &mut Walk<'a>, pairing: &mut Pairing<'a>) {
    let items = |side: &Side<'a>| side.entries(side.path(&["webhooks"]));
    let (our_items, their_items) = (items(walk.old), items(walk.new));
    let all = |side: &Side<'a>| -> BTreeMap<(&'a str, &'a str), OperationRef<'a>> {
        let found = collect(side, side.path(&["webhooks"])).into_iter();
        found.map(|found| ((found.path, found.method), found)).collect()
    };
    let (ours, theirs) = (all(walk.old), all(walk.new));
    let report = |walk: &mut Walk<'a>, rule, name: &str, nodes, message: &str| {
        walk.report_global(rule, Section::Components, SubjectKind::Path, name, nodes, message);
    };
    for (name, node) in our_items.iter().filter(|(name, _)| !their_items.contains_key(*name)) {
        report(walk, A::WebhookRemoved, name, (Some(*node), None), "the webhook was removed");
    }
    for (name, node) in their_items.iter().filter(|(name, _)| !our_items.contains_key(*name)) {
        report(walk, A::WebhookAdded, name, (None, Some(*node)), "the webhook was added");
    }
    for (key, old) in &ours {
        match theirs.get(key) {
            Some(new) => {
                let number = number(&mut pairing.known, old.method, old.path, Section::Webhooks);
                pairing.pending.push(MatchedOperation {
                    number,
                    old: *old,
                    new: *new,
                    reversed: true,
                    depth: 0,
                });
            }
            None if their_items.contains_key(key.0) => {
                let message = format!("the webhook is no longer called with {}", key.1.to_uppercase());
                report(walk, A::WebhookRemoved, key.0, (Some(old.node), None), &message);
            }
            None => {}
        }
    }
    for (key, new) in &theirs {
        if our_items.contains_key(key.0) && !ours.contains_key(key) {
            let message = format!("the webhook is called with {}", key.1.to_uppercase());
            report(walk, A::WebhookAdded, key.0, (None, Some(new.node)), &message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_forget_names_only() {
        assert_eq!(shape("/a/{id}/b.{format}"), "/a/{}/b.{}");
        assert_eq!(shape("/a/{id"), "/a/{id");
    }
}
