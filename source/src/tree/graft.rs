//! Joins the trees of several documents in one arena, so that a caller can follow references from one to another.

use super::{Entry, IN_BUFFER, Kind, NodeId, Place, SMALL, Slice, Str, Tree};
use crate::text::limits::NODE_LIMIT;

impl Tree {
    /// Appends the nodes of another document, and returns its root. The bytes of its text count from `base` on.
    ///
    /// # Errors
    ///
    /// Fails if the nodes, or the text next to them, become more than a tree can hold.
    pub(crate) fn graft(&mut self, other: Self, base: u32) -> Result<NodeId, String> {
        let text = other.text.as_str();
        if (self.len() + other.len()) as u64 > NODE_LIMIT
            || self.buffer.len() + text.len() + other.buffer.len() >= IN_BUFFER as usize
        {
            return Err(format!("all documents together have more than {NODE_LIMIT} nodes"));
        }
        let first = self.kinds.len() as u32;
        // Texts of the other document lie next to that of the first, where no offset of a place leads.
        let (texts, buffer) = (self.buffer.len() as u32, (self.buffer.len() + text.len()) as u32);
        self.buffer.push_str(text);
        self.buffer.push_str(&other.buffer);
        let moved = |text: Str| {
            let start = match text.start & IN_BUFFER {
                0 => texts + text.start,
                _ => buffer + (text.start & !IN_BUFFER),
            };
            Str { start: IN_BUFFER + start, length: text.length }
        };
        let node = |node: NodeId| NodeId(node.0 + first);
        let (children, entries) = (self.children.len() as u32, self.entries.len() as u32);
        let slice = |slice: Slice, by: u32| Slice { start: slice.start + by, length: slice.length };
        self.kinds.extend(other.kinds.iter().map(|kind| match *kind {
            Kind::Number(text) => Kind::Number(moved(text)),
            Kind::String(text) => Kind::String(moved(text)),
            Kind::Sequence(items) => Kind::Sequence(slice(items, children)),
            Kind::Mapping(members) => Kind::Mapping(slice(members, entries)),
            plain => plain,
        }));
        self.places.extend(other.places.iter().map(|place| Place {
            start: place.start + base,
            end: place.end + base,
            parent: node(place.parent),
            slot: place.slot,
        }));
        self.children.extend(other.children.iter().map(|child| node(*child)));
        self.entries.extend(other.entries.iter().map(|entry| Entry {
            key: moved(entry.key),
            mark: entry.mark,
            key_start: entry.key_start + base,
            value: node(entry.value),
        }));
        for member in other.index.keys() {
            self.index_entries(node(*member));
        }
        self.duplicates.extend(other.duplicates.iter().map(|(mapping, at)| (node(*mapping), at + base)));
        self.roots.push(NodeId(first));
        Ok(NodeId(first))
    }

    /// Indexes the entries of a large mapping. Trees hash keys each in its own way.
    fn index_entries(&mut self, node: NodeId) {
        use std::hash::BuildHasher as _;
        let entries = self.entries(node);
        if entries.len() > SMALL {
            let index =
                entries.iter().zip(0..).map(|(entry, at)| (self.hasher.hash_one(self.str(entry.key)), at));
            let index = index.collect();
            self.index.insert(node, index);
        }
    }
}
