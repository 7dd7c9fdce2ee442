//! A parsed document as one arena of nodes, each of which has its place in the text and its parent.

mod builder;
mod graft;

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use crate::text::Text;

pub(crate) use builder::{Builder, Refusal, Size};

/// Identifies a node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Root. Every tree has one.
    pub const ROOT: Self = Self(0);

    /// No node: there are never so many. In a list as long as that of the nodes, an `Option` would take twice the memory.
    pub const NONE: Self = Self(u32::MAX);

    /// No node, for another reason.
    pub const NOWHERE: Self = Self(u32::MAX - 1);

    /// Returns the number of the node, from 0, in the order in which the nodes begin.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Refers to the text of a scalar or a key, which [`Tree::str`] returns: a part of the document where it is written there
/// verbatim, or else of a buffer next to it.
#[derive(Clone, Copy, Debug)]
pub struct Str {
    /// With [`IN_BUFFER`], in the buffer.
    start: u32,
    length: u32,
}

/// Marks a text in the buffer. A document is far shorter than this, and so is the buffer.
const IN_BUFFER: u32 = 1 << 31;

/// Distinguishes what a node is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// Number in its written form, never converted.
    Number(Str),
    /// A string.
    String(Str),
    /// A list, whose items [`Tree::items`] returns.
    Sequence(Slice),
    /// An object, whose entries [`Tree::entries`] returns.
    Mapping(Slice),
}

/// Refers to a part of the arena's list of children or of entries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slice {
    start: u32,
    length: u32,
}

impl Slice {
    #[inline]
    fn of<T>(self, list: &[T]) -> &[T] {
        &list[self.start as usize..(self.start + self.length) as usize]
    }
}

/// Holds one key of a mapping, with its value.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Key.
    pub key: Str,
    /// Distinguishes most keys without a look at the text.
    mark: u32,
    /// Byte at which the key begins.
    pub key_start: u32,
    /// Value.
    pub value: NodeId,
}

/// Locates a node.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    end: u32,
    parent: NodeId,
    /// Which child of its parent.
    slot: u32,
}

/// Hashes a key cheaply. Keys with the same mark are compared in full.
#[inline]
fn mark(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |mark, byte| (mark ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A mapping larger than this gets an index.
const SMALL: usize = 12;

/// Holds the nodes of a document, and of those that were appended to it. Aliases share the node that they name.
#[derive(Clone, Debug)]
pub struct Tree {
    text: Arc<Text>,
    buffer: String,
    /// Apart from the places: callers that compare documents read the kinds very often, the places seldom.
    kinds: Vec<Kind>,
    places: Vec<Place>,
    children: Vec<NodeId>,
    entries: Vec<Entry>,
    /// For large mappings, their entries by the hash of the key.
    index: HashMap<NodeId, HashMap<u64, u32>>,
    hasher: RandomState,
    duplicates: Vec<(NodeId, u32)>,
    /// Roots of the documents after the first.
    roots: Vec<NodeId>,
}

impl Tree {
    pub(crate) fn text(&self) -> &Text {
        &self.text
    }

    /// Returns the root of the document that a node is in.
    #[inline]
    pub fn root(&self, node: NodeId) -> NodeId {
        match self.roots.partition_point(|root| *root <= node) {
            0 => NodeId::ROOT,
            after => self.roots[after - 1],
        }
    }

    /// Returns all nodes, in the order in which they begin: each after its parent.
    #[inline]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.kinds.len() as u32).map(NodeId)
    }

    /// Returns the number of nodes, at least 1.
    #[inline]
    #[allow(clippy::len_without_is_empty, reason = "no tree is empty")]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Returns what a node is.
    #[inline]
    pub fn kind(&self, node: NodeId) -> Kind {
        self.kinds[node.index()]
    }

    /// Returns a text of this tree.
    #[inline]
    pub fn str(&self, text: Str) -> &str {
        let from = if text.start >= IN_BUFFER { &self.buffer } else { self.text.as_str() };
        let start = (text.start & !IN_BUFFER) as usize;
        &from[start..start + text.length as usize]
    }

    /// Returns the first byte of a node's value, and the byte after the last.
    #[inline]
    pub fn span(&self, node: NodeId) -> (u32, u32) {
        let Place { start, end, .. } = self.places[node.index()];
        (start, end)
    }

    /// Returns the byte at which a person looks for the node: that of its key, if it has one.
    pub fn start(&self, node: NodeId) -> u32 {
        let Place { start, parent, slot, .. } = self.places[node.index()];
        match self.kind(parent) {
            Kind::Mapping(slice) if parent != node => {
                slice.of(&self.entries).get(slot as usize).map_or(start, |entry| entry.key_start)
            }
            _ => start,
        }
    }

    /// Returns the node's parent; a root's is the root.
    #[inline]
    pub fn parent(&self, node: NodeId) -> NodeId {
        self.places[node.index()].parent
    }

    /// Returns the entries of a mapping, in the order of the text, and none for other nodes. A key that the text repeats is
    /// among them more than once; the last counts.
    #[inline]
    pub fn entries(&self, node: NodeId) -> &[Entry] {
        match self.kind(node) {
            Kind::Mapping(slice) => slice.of(&self.entries),
            _ => &[],
        }
    }

    /// Returns the items of a sequence, and none for other nodes.
    #[inline]
    pub fn items(&self, node: NodeId) -> &[NodeId] {
        match self.kind(node) {
            Kind::Sequence(slice) => slice.of(&self.children),
            _ => &[],
        }
    }

    /// Returns whether a node is a mapping.
    #[inline]
    pub fn is_mapping(&self, node: NodeId) -> bool {
        matches!(self.kind(node), Kind::Mapping(_))
    }

    /// Returns the keys that their mapping has already: the mapping, and the byte at which the repetition begins.
    #[inline]
    pub fn duplicates(&self) -> &[(NodeId, u32)] {
        &self.duplicates
    }

    /// Returns the value of a key. Of a key that is repeated, the last.
    #[inline]
    pub fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let entries = self.entries(node);
        let index = if entries.len() > SMALL { self.index.get(&node) } else { None };
        if let Some(index) = index {
            let entry = entries.get(*index.get(&self.hasher.hash_one(key))? as usize)?;
            if self.str(entry.key) == key {
                return Some(entry.value);
            }
            // Another key has the same hash. Nobody can cause that on purpose, and a search is correct.
        }
        let mark = mark(key);
        let found = entries.iter().rev().find(|entry| entry.mark == mark && self.str(entry.key) == key);
        found.map(|entry| entry.value)
    }

    /// Returns the same as [`Tree::get`], faster for keys in the order of another document: each is mostly the one after
    /// that before.
    #[inline]
    pub fn get_near(&self, node: NodeId, key: &str, near: &mut usize) -> Option<NodeId> {
        let entry = self.entries(node).get(*near).filter(|entry| self.str(entry.key) == key);
        let found = match entry {
            Some(entry) if self.duplicates.is_empty() => entry.value,
            _ => self.get(node, key)?,
        };
        *near = self.places[found.index()].slot as usize + 1;
        Some(found)
    }

    /// Returns the text of a string.
    #[inline]
    pub fn string(&self, node: NodeId) -> Option<&str> {
        match self.kind(node) {
            Kind::String(text) => Some(self.str(text)),
            _ => None,
        }
    }

    /// Returns the JSON pointer of a node (RFC 6901) within its document.
    pub fn pointer(&self, node: NodeId) -> String {
        let mut steps = Vec::new();
        let mut node = node;
        loop {
            let Place { parent, slot, .. } = self.places[node.index()];
            if parent == node {
                break;
            }
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

    /// Returns the key of a node. The root and the items of a sequence have none.
    #[inline]
    pub fn key(&self, node: NodeId) -> Option<&str> {
        let Place { parent, slot, .. } = self.places[node.index()];
        let entries = if node == parent { &[] } else { self.entries(parent) };
        entries.get(slot as usize).map(|entry| self.str(entry.key))
    }

    /// Returns the node that a JSON pointer names, its steps not percent-encoded.
    pub fn find(&self, pointer: &str) -> Option<NodeId> {
        self.walk(NodeId::ROOT, pointer)?.ok()
    }

    /// Returns the same as [`Tree::find`] in the document with another root.
    pub fn find_from(&self, root: NodeId, pointer: &str) -> Option<NodeId> {
        self.walk(root, pointer)?.ok()
    }

    /// Returns the node that a JSON pointer names, or its deepest ancestor that exists. `None` if the text is no pointer.
    pub fn find_deepest(&self, pointer: &str) -> Option<NodeId> {
        let (Ok(node) | Err(node)) = self.walk(NodeId::ROOT, pointer)?;
        Some(node)
    }

    /// Follows a pointer to its node, or else to the last node on the way.
    fn walk(&self, root: NodeId, pointer: &str) -> Option<Result<NodeId, NodeId>> {
        if pointer.is_empty() {
            return Some(Ok(root));
        }
        let mut node = root;
        for step in pointer.strip_prefix('/')?.split('/') {
            let next = match self.kind(node) {
                Kind::Mapping(_) if step.contains('~') => {
                    self.get(node, &step.replace("~1", "/").replace("~0", "~"))
                }
                Kind::Mapping(_) => self.get(node, step),
                Kind::Sequence(_) => {
                    step.parse().ok().and_then(|at: usize| self.items(node).get(at).copied())
                }
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return Some(Err(node)),
            }
        }
        Some(Ok(node))
    }

    /// Returns every string under a key, anywhere, with the mapping that has it.
    pub fn values_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, NodeId)> {
        self.nodes().filter_map(move |node| Some((self.string(self.get(node, key)?)?, node)))
    }
}
