//! A parsed document as one arena of nodes, each of which knows its place in the text and its parent.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::text::Text;
use super::{DEPTH_LIMIT, NODE_LIMIT};

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

impl NodeId {
    pub(crate) const ROOT: Self = Self(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Text of a scalar: a part of the document where it stands there as it is, or else of a buffer beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Str {
    start: u32,
    length: u32,
    beside: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    /// As it was written, never converted.
    Number(Str),
    String(Str),
    Sequence(Slice),
    Mapping(Slice),
}

/// A part of the arena's list of children or of entries.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slice {
    start: u32,
    length: u32,
}

impl Slice {
    fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..(self.start + self.length) as usize]
    }
}

/// One key of a mapping, with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Str,
    /// Tells most keys apart without a look at the text.
    mark: u32,
    pub(crate) key_start: u32,
    pub(crate) value: NodeId,
}

#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
    parent: NodeId,
    /// Which child of its parent.
    slot: u32,
}

/// A cheap hash of a key. Keys with the same mark are compared in full.
fn mark(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |mark, byte| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A mapping larger than this gets an index.
const SMALL: usize = 12;

/// The nodes of a document. Aliases share the node that they name.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    text: Arc<Text>,
    beside: String,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    entries: Vec<Entry>,
    /// For large mappings, their entries by the hash of the key.
    index: HashMap<NodeId, HashMap<u64, u32>>,
    hasher: RandomState,
    /// Keys that their mapping has already: where they stand.
    pub(crate) duplicates: Vec<(NodeId, u32)>,
}

impl Tree {
    pub(crate) fn text(&self) -> &Text {
        &self.text
    }

    /// All nodes, in the order in which they begin.
    pub(crate) fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn kind(&self, node: NodeId) -> Kind {
        self.nodes[node.index()].kind
    }

    pub(crate) fn str(&self, text: Str) -> &str {
        let from = if text.beside { &self.beside } else { self.text.as_str() };
        &from[text.start as usize..(text.start + text.length) as usize]
    }

    /// The node's part of the text.
    pub(crate) fn span(&self, node: NodeId) -> (u32, u32) {
        let node = &self.nodes[node.index()];
        (node.start, node.end)
    }

    /// Where a person would look for the node: at its key, if it has one.
    pub(crate) fn start(&self, node: NodeId) -> u32 {
        let Node { start, parent, slot, .. } = self.nodes[node.index()];
        match self.kind(parent) {
            Kind::Mapping(slice) if parent != node => {
                slice.of(&self.entries).get(slot as usize).map_or(start, |entry| entry.key_start)
            }
            _ => start,
        }
    }

    pub(crate) fn parent(&self, node: NodeId) -> NodeId {
        self.nodes[node.index()].parent
    }

    pub(crate) fn entries(&self, node: NodeId) -> &[Entry] {
        match self.kind(node) {
            Kind::Mapping(slice) => slice.of(&self.entries),
            _ => &[],
        }
    }

    pub(crate) fn items(&self, node: NodeId) -> &[NodeId] {
        match self.kind(node) {
            Kind::Sequence(slice) => slice.of(&self.children),
            _ => &[],
        }
    }

    pub(crate) fn is_mapping(&self, node: NodeId) -> bool {
        matches!(self.kind(node), Kind::Mapping(_))
    }

    /// The value of a key. Of a key that comes twice, the last.
    pub(crate) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let entries = self.entries(node);
        let index = if entries.len() > SMALL { self.index.get(&node) } else { None };
        if let Some(index) = index {
            let entry = entries.get(*index.get(&self.hasher.hash_one(key))? as usize)?;
            if self.str(entry.key) == key {
                return Some(entry.value);
            }
            // Another key has the same hash. Nobody can bring that about, and it may be looked for.
        }
        let mark = mark(key);
        let found = entries.iter().rev().find(|entry| entry.mark == mark && self.str(entry.key) == key);
        found.map(|entry| entry.value)
    }

    pub(crate) fn string(&self, node: NodeId) -> Option<&str> {
        match self.kind(node) {
            Kind::String(text) => Some(self.str(text)),
            _ => None,
        }
    }

    /// The JSON pointer of a node (RFC 6901).
    pub(crate) fn pointer(&self, node: NodeId) -> String {
        let mut steps = Vec::new();
        let mut node = node;
        while node != NodeId::ROOT {
            let Node { parent, slot, .. } = self.nodes[node.index()];
            steps.push((parent, slot));
            node = parent;
        }
        let mut pointer = String::new();
        for (parent, slot) in steps.into_iter().rev() {
            pointer.push('/');
            match self.entries(parent).get(slot as usize) {
                Some(entry) => pointer.push_str(&self.str(entry.key).replace('~', "~0").replace('/', "~1")),
                None => pointer.push_str(&slot.to_string()),
            }
        }
        pointer
    }

    /// The node that a JSON pointer names, its steps not percent-encoded.
    pub(crate) fn find(&self, pointer: &str) -> Option<NodeId> {
        let mut node = NodeId::ROOT;
        if pointer.is_empty() {
            return Some(node);
        }
        for step in pointer.strip_prefix('/')?.split('/') {
            node = match self.kind(node) {
                Kind::Mapping(_) if step.contains('~') => {
                    self.get(node, &step.replace("~1", "/").replace("~0", "~"))?
                }
                Kind::Mapping(_) => self.get(node, step)?,
                Kind::Sequence(_) => *self.items(node).get(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

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

    pub(crate) fn key(&mut self, key: Str, start: usize) {
        if let Some(open) = self.open.last_mut() {
            open.key = Some((key, start as u32));
        }
    }

    pub(crate) fn scalar(&mut self, kind: Kind, start: usize, end: usize) -> Result<NodeId, Refusal> {
        self.place(kind, start, end)
    }

    pub(crate) fn open(&mut self, kind: Kind, start: usize) -> Result<NodeId, Refusal> {
        self.check_depth(1, start)?;
        let expanded_before = self.expanded;
        let node = self.place(kind, start, start)?;
        self.open.push(Open {
            node,
            children: Vec::new(),
            entries: Vec::new(),
            key: None,
            merges: Vec::new(),
            expanded_before,
            height: 0,
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

impl Tree {
    /// Every text under a key, anywhere, with the mapping that has it.
    pub(crate) fn values_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, NodeId)> {
        let named = self.entries.iter().filter(move |entry| self.str(entry.key) == key);
        named.filter_map(|entry| Some((self.string(entry.value)?, self.parent(entry.value))))
    }
}
