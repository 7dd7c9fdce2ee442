//! One of the two documents: its references resolved, its defects noted.

mod schemas;
pub(crate) mod view;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use bumpalo::Bump;
use openapi_source::tree::{Kind, NodeId, Tree};
use percent_encoding::percent_decode_str;

use self::view::Views;
use crate::Document;
use crate::context::{Context, contexts};
use crate::diff::node::malformed::{self, Malformed};
use crate::diff::node::value::{Digest, Digests, hash_of};
use crate::files;
use crate::rule::ApiRule;

/// Defects of a document, by rule and place.
pub(crate) type Defects = BTreeMap<(ApiRule, NodeId), String>;

/// A document that is being compared.
#[derive(Debug)]
pub(crate) struct Side<'a> {
    pub(crate) document: &'a Document,
    pub(crate) tree: &'a Tree,
    /// From OpenAPI 3.1 on, what is next to a `$ref` counts; in 3.0 it does not.
    pub(crate) siblings_count: bool,
    digests: Digests,
    /// Where the `$ref` of each node leads: [`NodeId::NONE`] if it has none, [`NodeId::NOWHERE`] if it cannot be followed.
    targets: Vec<NodeId>,
    /// Meaning of the keys of each mapping, by node.
    contexts: Vec<Context>,
    /// Anchors by the root of their file and their name.
    anchors: RefCell<Option<HashMap<(NodeId, String), NodeId>>>,
    /// Values that are not of the kind that OpenAPI has in their place.
    malformed: Malformed,
    /// Defects, and where they are.
    defects: RefCell<Defects>,
    /// Number of parts of operations that are still compared: references can multiply them beyond any bound.
    work_budget: Cell<usize>,
    pub(crate) views: RefCell<Views<'a>>,
    /// References inside a schema that is a part of several views.
    pub(crate) holders: RefCell<HashMap<NodeId, Option<Rc<[NodeId]>>>>,
}

/// Enough for twenty thousand operations with a hundred parts each.
const WORK_BUDGET: usize = 2_000_000;

impl<'a> Side<'a> {
    pub(crate) fn new(document: &'a Document, arena: &'a Bump) -> Self {
        let mut side = Self {
            document,
            tree: document.tree(),
            siblings_count: !document.openapi().starts_with("3.0"),
            digests: Digests::new(document.tree()),
            targets: Vec::new(),
            contexts: contexts(document.tree(), 0),
            anchors: RefCell::default(),
            malformed: Malformed::new(),
            defects: RefCell::default(),
            work_budget: Cell::new(WORK_BUDGET),
            views: RefCell::new(Views::new(arena, document.tree().len())),
            holders: RefCell::default(),
        };
        // References are followed once, in the order of the text: later, most are followed many times.
        let target = |node| match side.string(node, "$ref") {
            Some(reference) => side.look_up(side.document.path(node), reference).unwrap_or(NodeId::NOWHERE),
            None => NodeId::NONE,
        };
        side.targets = side.tree.nodes().map(target).collect();
        let follow = |node: NodeId| {
            Some(side.targets[node.index()]).filter(|to| *to != NodeId::NONE && *to != NodeId::NOWHERE)
        };
        // Before anything else: a value of the wrong kind must not be read as if it were absent.
        side.malformed = malformed::find(side.tree, side.siblings_count, follow);
        for (node, message) in &side.malformed {
            side.defect(ApiRule::Malformed, *node, message.clone());
        }
        side
    }

    /// Returns whether a value is not of the kind that OpenAPI has in its place.
    pub(crate) fn is_malformed(&self, node: NodeId) -> bool {
        self.malformed.contains_key(&node)
    }

    /// Returns whether a node, or where it would be the node of the other document, is within a malformed value.
    pub(crate) fn is_within_malformed(&self, other: &Side<'a>, node: NodeId) -> bool {
        if self.malformed.is_empty() {
            return false;
        }
        let root = if std::ptr::eq(self, other) { self.tree.root(node) } else { self.twin_root(other, node) };
        let pointer = other.tree.pointer(node);
        let mut at = root;
        let mut steps = pointer.split('/').skip(1);
        loop {
            if self.is_malformed(at) {
                return true;
            }
            let Some(step) = steps.next() else { return false };
            match self.tree.find_from(at, &format!("/{step}")) {
                Some(next) => at = next,
                None => return false,
            }
        }
    }

    pub(crate) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.tree.get(node, key)
    }

    /// Returns the value of a key, with its reference followed.
    pub(crate) fn get_resolved(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.resolve(self.get(node, key)?)
    }

    pub(crate) fn path(&self, keys: &[&str]) -> Option<NodeId> {
        keys.iter().try_fold(NodeId::ROOT, |node, key| self.get(node, key))
    }

    pub(crate) fn string(&self, node: NodeId, key: &str) -> Option<&'a str> {
        self.tree.string(self.get(node, key)?)
    }

    pub(crate) fn is_true(&self, node: NodeId, key: &str) -> bool {
        self.get(node, key).is_some_and(|value| matches!(self.tree.kind(value), Kind::Bool(true)))
    }

    pub(crate) fn boolean(&self, node: NodeId) -> Option<bool> {
        match self.tree.kind(node) {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the entries of a mapping in their order, each key once: of one that comes twice, the last.
    pub(crate) fn each(&self, node: NodeId) -> impl Iterator<Item = (&'a str, NodeId)> + use<'a> {
        let tree = self.tree;
        let repeats = tree.duplicates().iter().any(|(mapping, _)| *mapping == node);
        let entries = tree.entries(node).iter().map(|entry| (tree.str(entry.key), entry.value));
        entries.filter(move |(key, value)| !repeats || tree.get(node, key) == Some(*value))
    }

    /// Returns the entries of a mapping by key, each key once: of one that comes twice, the last.
    pub(crate) fn entries(&self, node: Option<NodeId>) -> BTreeMap<&'a str, NodeId> {
        let entries = node.map(|node| self.tree.entries(node)).unwrap_or_default();
        entries.iter().map(|entry| (self.tree.str(entry.key), entry.value)).collect()
    }

    pub(crate) fn items(&self, node: Option<NodeId>) -> &'a [NodeId] {
        node.map(|node| self.tree.items(node)).unwrap_or_default()
    }

    /// Returns the strings of a sequence.
    pub(crate) fn strings(&self, node: Option<NodeId>) -> BTreeSet<&'a str> {
        self.items(node).iter().filter_map(|item| self.tree.string(*item)).collect()
    }

    pub(crate) fn digest(&self, node: NodeId) -> Digest {
        self.digests.of(node)
    }

    /// Returns the fingerprint of a part up to the depth that is read.
    pub(crate) fn part(&self, node: NodeId, reading: Reading) -> Digest {
        match reading {
            Reading::Meaning => {
                self.digest_without(node, &|key| is_for_people(key) || is_unknown_extension(key))
            }
            Reading::Contents => self.digest_without(node, &is_unknown_extension),
        }
    }

    /// Returns the recursion is as deep as the document, which is bounded.
    fn digest_without(&self, node: NodeId, is_left_out: &dyn Fn(&str) -> bool) -> Digest {
        match (self.tree.kind(node), self.contexts[node.index()]) {
            (Kind::Sequence(_), Context::Keywords | Context::Names) => {
                let items = self.tree.items(node).iter().map(|item| self.digest_without(*item, is_left_out));
                hash_of(&items.collect::<Vec<Digest>>())
            }
            (Kind::Mapping(_), context @ (Context::Keywords | Context::Names)) => {
                let entries = self.entries(Some(node)).into_iter();
                let entries = entries.filter(|(key, _)| context == Context::Names || !is_left_out(key));
                let entries = entries.map(|(key, value)| (key, self.digest_without(value, is_left_out)));
                hash_of(&entries.collect::<Vec<(&str, Digest)>>())
            }
            _ => self.digest(node),
        }
    }

    /// Returns what `example` and `examples` of a parameter, a header or a media type say, references followed.
    pub(crate) fn examples(&self, node: NodeId) -> (Option<Digest>, BTreeMap<&'a str, Digest>) {
        let digest = |(name, node)| Some((name, self.digest(self.resolve(node)?)));
        let named = self.entries(self.get(node, "examples")).into_iter().filter_map(digest).collect();
        (self.get(node, "example").map(|node| self.digest(node)), named)
    }

    /// Returns the parts that a key of an operation holds, as long as the work budget lasts.
    pub(crate) fn parts(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let value = self.get(node, key)?;
        let size = self.tree.items(value).len() + self.tree.entries(value).len();
        self.spend(size).then_some(value)
    }

    /// Takes steps out of the work budget. Returns whether it had as many; if it had not, that is a defect.
    pub(crate) fn spend(&self, steps: usize) -> bool {
        let left = self.work_budget.get().checked_sub(steps);
        match left {
            Some(left) => self.work_budget.set(left),
            None => self.defect(ApiRule::Entangled, NodeId::ROOT, "not all of it was compared".to_owned()),
        }
        left.is_some()
    }

    /// Returns whether a node means the same wherever the same is written.
    pub(crate) fn is_context_free(&self, node: NodeId) -> bool {
        self.digests.is_context_free(node)
    }

    pub(crate) fn defect(&self, rule: ApiRule, node: NodeId, message: String) {
        self.defects.borrow_mut().entry((rule, node)).or_insert(message);
    }

    pub(crate) fn defects(&self) -> Defects {
        self.defects.borrow().clone()
    }

    /// Follows a node's `$ref`, and that of what it leads to, as long as there is one. What cannot be followed is a defect.
    pub(crate) fn resolve(&self, node: NodeId) -> Option<NodeId> {
        if !self.is_reference(node) {
            return Some(node);
        }
        let target = self.follow(node)?;
        // Most references lead to what is none itself: those need no set.
        if !self.is_reference(target) {
            return Some(target);
        }
        let mut node = node;
        let mut seen = BTreeSet::new();
        while let Some(reference) = self.reference(node) {
            if !seen.insert(node) {
                self.defect(ApiRule::CyclicReference, node, format!("`{reference}` leads back to itself"));
                return None;
            }
            node = self.follow(node)?;
        }
        Some(node)
    }

    /// Returns whether a node has a `$ref`. A property may be called so: then it is no text.
    pub(crate) fn is_reference(&self, node: NodeId) -> bool {
        self.targets[node.index()] != NodeId::NONE
    }

    /// Returns the `$ref` of a node.
    pub(crate) fn reference(&self, node: NodeId) -> Option<&'a str> {
        if self.is_reference(node) { self.string(node, "$ref") } else { None }
    }

    /// All nodes with a `$ref`, but for those in values and extensions.
    pub(crate) fn references(&self) -> impl Iterator<Item = NodeId> {
        let is_one = |node: &NodeId| self.is_reference(*node) && self.contexts[node.index()] != Context::Data;
        self.tree.nodes().filter(is_one)
    }

    /// Follows the one `$ref` of a node that has it.
    pub(crate) fn follow(&self, node: NodeId) -> Option<NodeId> {
        let target = self.targets[node.index()];
        if target != NodeId::NOWHERE {
            return Some(target);
        }
        let reference = self.reference(node)?;
        let rule = self.look_up(self.document.path(node), reference).err()?;
        let reason = match rule {
            ApiRule::ExternalReference => {
                self.document.files().follow(self.document.path(node), reference).err().unwrap_or_default()
            }
            _ => "leads nowhere".to_owned(),
        };
        let shown = crate::diff::node::value::shorten(reference, 120);
        self.defect(rule, node, format!("`{shown}` {reason}"));
        None
    }

    /// Returns where a reference in the file with a path leads.
    fn look_up(&self, path: &str, reference: &str) -> Result<NodeId, ApiRule> {
        if reference.is_empty() {
            return Err(ApiRule::DanglingReference);
        }
        let root = self.document.files().follow(path, reference).map_err(|_| ApiRule::ExternalReference)?;
        let (_, fragment) = files::split(reference);
        let fragment = percent_decode_str(fragment).decode_utf8().map_err(|_| ApiRule::DanglingReference)?;
        if fragment.is_empty() || fragment.starts_with('/') {
            return self.tree.find_from(root, &fragment).ok_or(ApiRule::DanglingReference);
        }
        let mut anchors = self.anchors.borrow_mut();
        let anchors = anchors.get_or_insert_with(|| {
            let all = self.tree.values_of("$anchor");
            all.map(|(name, node)| ((self.tree.root(node), name.to_owned()), node)).collect()
        });
        anchors.get(&(root, fragment.into_owned())).copied().ok_or(ApiRule::DanglingReference)
    }

    /// Returns whether a reference, perhaps one of the other document in a file of this path, leads somewhere in this one.
    pub(crate) fn leads_somewhere(&self, path: &str, reference: &str) -> bool {
        self.look_up(path, reference).is_ok()
    }

    /// Returns the node at the same place of the same file as one of the other document.
    pub(crate) fn twin(&self, other: &Side<'_>, node: NodeId) -> Option<NodeId> {
        self.tree.find_from(self.twin_root(other, node), &other.tree.pointer(node))
    }

    /// Returns the root of the same file as that of a node of the other document; of a file that this one does not have, the
    /// root of the document.
    fn twin_root(&self, other: &Side<'_>, node: NodeId) -> NodeId {
        // The documents themselves may have any path.
        match other.tree.root(node) {
            NodeId::ROOT => NodeId::ROOT,
            _ => self.document.files().root(other.document.path(node)).unwrap_or(NodeId::ROOT),
        }
    }

    /// Returns the place of a node as a reference to it, from nowhere in particular.
    pub(crate) fn place(&self, node: NodeId) -> String {
        let path = match self.tree.root(node) {
            NodeId::ROOT => "",
            _ => self.document.path(node),
        };
        format!("{path}#{}", self.tree.pointer(node))
    }
}

/// Extent to which a part of a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Meaning to programs.
    Meaning,
    /// That, and what only people read. Extensions say nothing to either.
    Contents,
}

fn is_for_people(key: &str) -> bool {
    matches!(key, "description" | "summary" | "title" | "externalDocs" | "example" | "examples")
}

/// Returns whether a key is an extension that is not read.
fn is_unknown_extension(key: &str) -> bool {
    key.starts_with("x-") && !matches!(key, "x-sunset" | "x-stability-level" | "x-extensible-enum")
}
