//! Builds a [`Tree`] from what a reader meets, within bounds.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::{Entry, Kind, Node, NodeId, SMALL, Slice, Str, Tree, mark};
use crate::source::text::Text;
use crate::source::{DEPTH_LIMIT, NODE_LIMIT, POINTER_LIMIT};

/// What a reader met that it could not go on with: the byte, and why.
pub(crate) type Refusal = (usize, String);

/// Builds a [`Tree`] from events in the order of the text.
#[derive(Debug)]
pub(crate) struct Builder {
    tree: Tree,
    open: Vec<Open>,
    /// How many nodes there are with all aliases followed.
    expanded: u64,
}

/// How large a node is, aliases followed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) nodes: u64,
    /// How many levels.
    pub(crate) height: usize,
}

#[derive(Debug)]
struct Open {
    node: NodeId,
    children: Vec<NodeId>,
    entries: Vec<Entry>,
    key: Option<(Str, u32)>,
    /// Which entries have YAML's merge key.
    merges: Vec<usize>,
    expanded_before: u64,
    /// How many levels there are inside, aliases followed.
    height: usize,
    /// How long its pointer is.
    pointer: usize,
}

impl Builder {
    pub(crate) fn new(text: Arc<Text>) -> Self {
        let tree = Tree {
            text,
            beside: String::new(),
            nodes: Vec::new(),
            children: Vec::new(),
            entries: Vec::new(),
            index: HashMap::new(),
            hasher: RandomState::new(),
            duplicates: Vec::new(),
        };
        Self { tree, open: Vec::new(), expanded: 0 }
    }

    /// Keeps a text: as a part of the document if it stands at `at` as it is.
    pub(crate) fn intern(&mut self, value: &str, at: usize) -> Str {
        let length = value.len() as u32;
        if self.tree.text.as_str().get(at..at + value.len()) == Some(value) {
            return Str { start: at as u32, length, beside: false };
        }
        let start = self.tree.beside.len() as u32;
        self.tree.beside.push_str(value);
        Str { start, length, beside: true }
    }

    /// Whether the next scalar is a key.
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
            let step = open.key.map_or(8, |(key, _)| key.length as usize);
            open.pointer + 1 + step
        });
        let node = self.place(kind, start, start)?;
        self.open.push(Open {
            node,
            children: Vec::new(),
            entries: Vec::new(),
            key: None,
            merges: Vec::new(),
            expanded_before,
            height: 0,
            pointer,
        });
        Ok(node)
    }

    /// Closes what was opened last, and tells how large it is.
    pub(crate) fn close(&mut self, end: usize) -> Option<(NodeId, Size)> {
        let Open { node, children, mut entries, merges, expanded_before, height, .. } = self.open.pop()?;
        let tree = &mut self.tree;
        if !merges.is_empty() {
            tree.merge(node, &mut entries, &merges);
        }
        let kind = match tree.kind(node) {
            Kind::Sequence(_) => {
                let start = tree.children.len() as u32;
                tree.children.extend_from_slice(&children);
                Kind::Sequence(Slice { start, length: children.len() as u32 })
            }
            _ => {
                let start = tree.entries.len() as u32;
                tree.entries.extend_from_slice(&entries);
                tree.note_keys(node, &entries);
                Kind::Mapping(Slice { start, length: entries.len() as u32 })
            }
        };
        tree.nodes[node.index()].kind = kind;
        tree.nodes[node.index()].end = end as u32;
        let height = height + 1;
        if let Some(parent) = self.open.last_mut() {
            parent.height = parent.height.max(height);
        }
        Some((node, Size { nodes: self.expanded - expanded_before, height }))
    }

    /// Puts a node that exists already in another place.
    pub(crate) fn alias(&mut self, node: NodeId, size: Size, at: usize) -> Result<(), Refusal> {
        self.count(size.nodes, at)?;
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

    /// Says that the key just given is YAML's merge key.
    pub(crate) fn expect_merge(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.merges.push(open.entries.len());
        }
    }

    pub(crate) fn finish(self) -> Tree {
        self.tree
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tree.nodes.is_empty()
    }

    fn count(&mut self, size: u64, at: usize) -> Result<(), Refusal> {
        self.expanded = self.expanded.saturating_add(size);
        if self.expanded > NODE_LIMIT {
            return Err((
                at,
                format!("the document has more than {NODE_LIMIT} nodes once its aliases are followed"),
            ));
        }
        Ok(())
    }

    fn place(&mut self, kind: Kind, start: usize, end: usize) -> Result<NodeId, Refusal> {
        self.count(1, start)?;
        let node = NodeId(self.tree.nodes.len() as u32);
        let (parent, slot) = match self.open.last() {
            None => (NodeId::ROOT, 0),
            Some(open) if self.tree.is_mapping(open.node) => (open.node, open.entries.len() as u32),
            Some(open) => (open.node, open.children.len() as u32),
        };
        self.tree.nodes.push(Node { kind, start: start as u32, end: end as u32, parent, slot });
        self.attach(node);
        Ok(node)
    }

    fn attach(&mut self, node: NodeId) {
        let Some(open) = self.open.last_mut() else { return };
        match open.key.take() {
            Some((key, key_start)) => {
                let mark = mark(self.tree.str(key));
                open.entries.push(Entry { key, mark, key_start, value: node });
            }
            None => open.children.push(node),
        }
    }
}

impl Tree {
    /// Replaces entries with merge keys by the entries of what they name, where the mapping has none of that key.
    fn merge(&mut self, node: NodeId, entries: &mut Vec<Entry>, merges: &[usize]) {
        let mut sources = Vec::new();
        for at in merges.iter().rev() {
            if *at < entries.len() {
                sources.push(entries.remove(*at).value);
            }
        }
        for (slot, entry) in entries.iter().enumerate() {
            let child = &mut self.nodes[entry.value.index()];
            if child.parent == node {
                child.slot = slot as u32;
            }
        }
        let mut known: HashSet<String> = entries.iter().map(|entry| self.str(entry.key).to_owned()).collect();
        let mappings = sources.into_iter().rev().flat_map(|source| {
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

    /// Notes the keys of a large mapping, and those that come twice in any.
    fn note_keys(&mut self, node: NodeId, entries: &[Entry]) {
        if entries.len() < 2 {
            return;
        }
        let mut order: Vec<u32> = (0..entries.len() as u32).collect();
        order.sort_by(|one, other| {
            self.str(entries[*one as usize].key).cmp(self.str(entries[*other as usize].key))
        });
        for pair in order.windows(2) {
            let (first, second) = (entries[pair[0] as usize], entries[pair[1] as usize]);
            if self.str(first.key) == self.str(second.key) {
                self.duplicates.push((node, second.key_start));
            }
        }
        if entries.len() > SMALL {
            // Of a key that comes twice, the last.
            let hashes =
                entries.iter().zip(0..).map(|(entry, at)| (self.hasher.hash_one(self.str(entry.key)), at));
            let index = hashes.collect();
            self.index.insert(node, index);
        }
    }
}
