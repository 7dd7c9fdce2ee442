//! Builds a [`Tree`] from the events of a reader, within the limits of this crate.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::{Entry, IN_BUFFER, Kind, NodeId, Place, SMALL, Slice, Str, Tree, mark};
use crate::text::Text;
use crate::text::limits::{DEPTH_LIMIT, NODE_LIMIT, POINTER_LIMIT, REPEATED_NODE_LIMIT, REPEATED_TEXT_LIMIT};

/// Describes what a reader cannot accept: the byte, and the reason.
pub(crate) type Refusal = (usize, String);

/// Estimates the length of a node in a document of average density.
const BYTES_A_NODE: usize = 16;

/// Builds a [`Tree`] from events in the order of the text.
#[derive(Debug)]
pub(crate) struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// Children of the open nodes so far, those of the innermost last.
    children: Vec<NodeId>,
    entries: Vec<Entry>,
    /// Size of the document, aliases followed.
    expanded: Extent,
    /// Part of it that aliases repeat.
    repeated: Extent,
}

/// Counts nodes and their text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extent {
    nodes: u64,
    /// Bytes of scalars and keys.
    text: u64,
}

impl Extent {
    /// Both limits of a document keep the sums far below an overflow.
    fn add(&mut self, other: Self) {
        self.nodes += other.nodes;
        self.text += other.text;
    }

    fn since(self, before: Self) -> Self {
        Self { nodes: self.nodes - before.nodes, text: self.text - before.text }
    }
}

/// Measures a node, aliases followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    extent: Extent,
    /// Levels, none for a scalar.
    height: usize,
}

impl Size {
    /// Returns the size of a scalar.
    pub(crate) fn scalar(text: &str) -> Self {
        Self { extent: Extent { nodes: 1, text: text.len() as u64 }, height: 0 }
    }
}

#[derive(Debug)]
struct Open {
    node: NodeId,
    /// Where its children and entries begin in the builder's lists.
    first_child: usize,
    first_entry: usize,
    key: Option<(Str, u32)>,
    /// Entries with YAML's merge key.
    merges: Vec<usize>,
    expanded_before: Extent,
    /// Levels inside, aliases followed.
    height: usize,
    /// Length of its pointer.
    pointer: usize,
}

impl Builder {
    pub(crate) fn new(text: Arc<Text>) -> Self {
        // Lists that grow are copied again and again; memory that is never written costs nothing.
        let expected = text.as_str().len() / BYTES_A_NODE;
        let tree = Tree {
            text,
            buffer: String::new(),
            kinds: Vec::with_capacity(expected),
            places: Vec::with_capacity(expected),
            children: Vec::new(),
            entries: Vec::with_capacity(expected),
            index: HashMap::new(),
            hasher: RandomState::new(),
            duplicates: Vec::new(),
            roots: Vec::new(),
        };
        Self {
            tree,
            open: Vec::new(),
            children: Vec::new(),
            entries: Vec::new(),
            expanded: Extent::default(),
            repeated: Extent::default(),
        }
    }

    /// Stores a text: as a part of the document if it is written verbatim at `at`.
    pub(crate) fn intern(&mut self, value: &str, at: usize) -> Str {
        let length = value.len() as u32;
        // Most texts have no escapes, so that a place in the document is enough and nothing is copied.
        if self.tree.text.as_str().get(at..at + value.len()) == Some(value) {
            return Str { start: at as u32, length };
        }
        let start = IN_BUFFER + self.tree.buffer.len() as u32;
        self.tree.buffer.push_str(value);
        Str { start, length }
    }

    /// Returns whether the next scalar is a key.
    pub(crate) fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|open| self.tree.is_mapping(open.node) && open.key.is_none())
    }

    pub(crate) fn key(&mut self, key: Str, start: usize) -> Result<(), Refusal> {
        if let Some(open) = self.open.last_mut() {
            if open.pointer + key.length as usize > POINTER_LIMIT {
                return Err((
                    start,
                    format!("keys from the root to here are longer than {POINTER_LIMIT} bytes"),
                ));
            }
            open.key = Some((key, start as u32));
            self.expanded.text += u64::from(key.length);
        }
        Ok(())
    }

    pub(crate) fn scalar(&mut self, kind: Kind, start: usize, end: usize) -> Result<NodeId, Refusal> {
        self.place(kind, start, end)
    }

    pub(crate) fn open(&mut self, kind: Kind, start: usize) -> Result<NodeId, Refusal> {
        self.check_depth(1, start)?;
        let expanded_before = self.expanded;
        let pointer = self.open.last().map_or(0, |open| {
            // An element of a list has a number for its key: eight digits are more than the limits allow.
            let step = open.key.map_or(8, |(key, _)| key.length as usize);
            open.pointer + 1 + step
        });
        let node = self.place(kind, start, start)?;
        self.open.push(Open {
            node,
            first_child: self.children.len(),
            first_entry: self.entries.len(),
            key: None,
            merges: Vec::new(),
            expanded_before,
            height: 0,
            pointer,
        });
        Ok(node)
    }

    /// Closes what was opened last, and returns its size.
    pub(crate) fn close(&mut self, end: usize) -> Option<(NodeId, Size)> {
        let Open { node, first_child, first_entry, merges, expanded_before, height, .. } = self.open.pop()?;
        let tree = &mut self.tree;
        if !merges.is_empty() {
            let mut entries = self.entries.split_off(first_entry);
            tree.merge(node, &mut entries, &merges);
            self.entries.append(&mut entries);
        }
        let (children, entries) = (&self.children[first_child..], &self.entries[first_entry..]);
        let kind = match tree.kind(node) {
            Kind::Sequence(_) => {
                let start = tree.children.len() as u32;
                tree.children.extend_from_slice(children);
                Kind::Sequence(Slice { start, length: children.len() as u32 })
            }
            _ => {
                let start = tree.entries.len() as u32;
                tree.entries.extend_from_slice(entries);
                tree.note_keys(node, entries);
                Kind::Mapping(Slice { start, length: entries.len() as u32 })
            }
        };
        // The children of all open nodes are one list each, whose end belongs to the innermost: no list for
        // each node.
        self.children.truncate(first_child);
        self.entries.truncate(first_entry);
        // A node has its number when it is opened, so that parents come before what they hold.
        tree.kinds[node.index()] = kind;
        tree.places[node.index()].end = end as u32;
        let height = height + 1;
        if let Some(parent) = self.open.last_mut() {
            parent.height = parent.height.max(height);
        }
        Some((node, Size { extent: self.expanded.since(expanded_before), height }))
    }

    /// Puts a node that exists already in another place.
    pub(crate) fn alias(&mut self, node: NodeId, size: Size, at: usize) -> Result<(), Refusal> {
        self.repeated.add(size.extent);
        if self.repeated.nodes > REPEATED_NODE_LIMIT {
            let reason =
                format!("more than {REPEATED_NODE_LIMIT} nodes are repeated once its aliases are followed");
            return Err((at, reason));
        }
        if self.repeated.text > REPEATED_TEXT_LIMIT {
            let limit = REPEATED_TEXT_LIMIT >> 20;
            return Err((
                at,
                format!("more than {limit} MiB of text are repeated once its aliases are followed"),
            ));
        }
        self.count(size.extent, at)?;
        self.check_depth(size.height, at)?;
        if let Some(open) = self.open.last_mut() {
            open.height = open.height.max(size.height);
        }
        self.attach(node);
        Ok(())
    }

    fn check_depth(&self, height: usize, at: usize) -> Result<(), Refusal> {
        if self.open.len() + height > DEPTH_LIMIT {
            return Err((at, format!("the document nests deeper than {DEPTH_LIMIT} levels")));
        }
        Ok(())
    }

    /// Marks the key just given as YAML's merge key.
    pub(crate) fn expect_merge(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.merges.push(self.entries.len() - open.first_entry);
        }
    }

    pub(crate) fn finish(self) -> Tree {
        self.tree
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tree.kinds.is_empty()
    }

    fn count(&mut self, extent: Extent, at: usize) -> Result<(), Refusal> {
        self.expanded.add(extent);
        if self.expanded.nodes > NODE_LIMIT {
            return Err((
                at,
                format!("the document has more than {NODE_LIMIT} nodes once its aliases are followed"),
            ));
        }
        Ok(())
    }

    fn place(&mut self, kind: Kind, start: usize, end: usize) -> Result<NodeId, Refusal> {
        let text = match kind {
            Kind::Number(text) | Kind::String(text) => u64::from(text.length),
            _ => 0,
        };
        self.count(Extent { nodes: 1, text }, start)?;
        let node = NodeId(self.tree.kinds.len() as u32);
        let (parent, slot) = match self.open.last() {
            None => (NodeId::ROOT, 0),
            Some(open) if self.tree.is_mapping(open.node) => {
                (open.node, (self.entries.len() - open.first_entry) as u32)
            }
            Some(open) => (open.node, (self.children.len() - open.first_child) as u32),
        };
        self.tree.kinds.push(kind);
        self.tree.places.push(Place { start: start as u32, end: end as u32, parent, slot });
        self.attach(node);
        Ok(node)
    }

    fn attach(&mut self, node: NodeId) {
        let Some(open) = self.open.last_mut() else { return };
        match open.key.take() {
            Some((key, key_start)) => {
                let mark = mark(self.tree.str(key));
                self.entries.push(Entry { key, mark, key_start, value: node });
            }
            None => self.children.push(node),
        }
    }
}

impl Tree {
    /// Replaces entries with merge keys by the entries of what they name, where the mapping has none of that key.
    fn merge(&mut self, node: NodeId, entries: &mut Vec<Entry>, merges: &[usize]) {
        let mut sources = Vec::new();
        let (mut at, mut merges) = (0, merges.iter().peekable());
        // One pass: to remove them one by one would be quadratic.
        entries.retain(|entry| {
            let is_merge = merges.next_if_eq(&&at).is_some();
            at += 1;
            if is_merge {
                sources.push(entry.value);
            }
            !is_merge
        });
        for (slot, entry) in entries.iter().enumerate() {
            let child = &mut self.places[entry.value.index()];
            if child.parent == node {
                child.slot = slot as u32;
            }
        }
        let mut known: HashSet<String> = entries.iter().map(|entry| self.str(entry.key).to_owned()).collect();
        let mappings = sources.into_iter().flat_map(|source| {
            let items = self.items(source);
            if items.is_empty() { vec![source] } else { items.to_vec() }
        });
        for mapping in mappings.collect::<Vec<_>>() {
            for entry in self.entries(mapping) {
                if known.insert(self.str(entry.key).to_owned()) {
                    entries.push(*entry);
                }
            }
        }
    }

    /// Notes the keys of a large mapping, and those that come again in any. Of a key that does, the last counts.
    fn note_keys(&mut self, node: NodeId, entries: &[Entry]) {
        let is_same =
            |one: &Entry, other: &Entry| one.mark == other.mark && self.str(one.key) == self.str(other.key);
        let mut again: Vec<u32> = Vec::new();
        if entries.len() <= SMALL {
            for (at, entry) in entries.iter().enumerate() {
                if entries[..at].iter().any(|before| is_same(before, entry)) {
                    again.push(entry.key_start);
                }
            }
        } else {
            let mut index = HashMap::with_capacity(entries.len());
            for (entry, at) in entries.iter().zip(0..) {
                let before = index.insert(self.hasher.hash_one(self.str(entry.key)), at);
                if before.is_some_and(|before: u32| is_same(&entries[before as usize], entry)) {
                    again.push(entry.key_start);
                }
            }
            self.index.insert(node, index);
        }
        self.duplicates.extend(again.into_iter().map(|start| (node, start)));
    }
}
