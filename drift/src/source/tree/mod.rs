//! A parsed document as one arena of nodes, each of which knows its place in the text and its parent.

mod builder;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use super::text::Text;

pub(crate) use builder::{Builder, Refusal, Size};

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(u32);

impl NodeId {
    pub(crate) const ROOT: Self = Self(0);

    /// No node: there are never so many. In a list as long as that of the nodes, an `Option` would take twice the memory.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// No node, for another reason.
    pub(crate) const NOWHERE: Self = Self(u32::MAX - 1);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Text of a scalar: a part of the document where it stands there as it is, or else of a buffer beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Str {
    /// With [`BESIDE`], in the buffer.
    start: u32,
    length: u32,
}

/// A document is far shorter than this, and so is the buffer.
const BESIDE: u32 = 1 << 31;

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

/// Where a node stands.
#[derive(Clone, Copy, Debug)]
struct Place {
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
    /// What each node is, apart from where it stands: a comparison asks for the one very often, for the other seldom.
    kinds: Vec<Kind>,
    places: Vec<Place>,
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
        (0..self.kinds.len() as u32).map(NodeId)
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.kinds.len()
    }

    pub(crate) fn kind(&self, node: NodeId) -> Kind {
        self.kinds[node.index()]
    }

    pub(crate) fn str(&self, text: Str) -> &str {
        let from = if text.start >= BESIDE { &self.beside } else { self.text.as_str() };
        let start = (text.start & !BESIDE) as usize;
        &from[start..start + text.length as usize]
    }

    /// The node's part of the text.
    pub(crate) fn span(&self, node: NodeId) -> (u32, u32) {
        let Place { start, end, .. } = self.places[node.index()];
        (start, end)
    }

    /// Where a person would look for the node: at its key, if it has one.
    pub(crate) fn start(&self, node: NodeId) -> u32 {
        let Place { start, parent, slot, .. } = self.places[node.index()];
        match self.kind(parent) {
            Kind::Mapping(slice) if parent != node => {
                slice.of(&self.entries).get(slot as usize).map_or(start, |entry| entry.key_start)
            }
            _ => start,
        }
    }

    pub(crate) fn parent(&self, node: NodeId) -> NodeId {
        self.places[node.index()].parent
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

    /// The same, for keys in the order of another document: each is mostly the one after that before.
    pub(crate) fn get_near(&self, node: NodeId, key: &str, near: &mut usize) -> Option<NodeId> {
        let entry = self.entries(node).get(*near).filter(|entry| self.str(entry.key) == key);
        let found = match entry {
            Some(entry) if self.duplicates.is_empty() => entry.value,
            _ => self.get(node, key)?,
        };
        *near = self.places[found.index()].slot as usize + 1;
        Some(found)
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
            let Place { parent, slot, .. } = self.places[node.index()];
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

    /// The key under which a node stands. The items of a sequence have none.
    pub(crate) fn key(&self, node: NodeId) -> Option<&str> {
        let Place { parent, slot, .. } = self.places[node.index()];
        let entries = if node == NodeId::ROOT { &[] } else { self.entries(parent) };
        entries.get(slot as usize).map(|entry| self.str(entry.key))
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

impl Tree {
    /// Every text under a key, anywhere, with the mapping that has it.
    pub(crate) fn values_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, NodeId)> {
        self.nodes().filter_map(move |node| Some((self.string(self.get(node, key)?)?, node)))
    }
}
