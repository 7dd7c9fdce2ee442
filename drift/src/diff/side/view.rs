//! Form in which schemas are compared: views, each once, with their keywords.

use std::collections::HashMap;

use bumpalo::Bump;
use openapi_source::tree::NodeId;

use crate::diff::node::keyword::Keyword;

/// Schemas that a value must satisfy together, in a normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View<'a> {
    pub(crate) parts: &'a [Part],
    /// True if an alternative of type `null` was taken out.
    pub(crate) wrapped_null: bool,
    /// `false` as a schema.
    pub(crate) never: bool,
}

/// A view with its keywords.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewed<'a> {
    pub(crate) view: View<'a>,
    pub(crate) facts: Facts<'a>,
}

impl Viewed<'_> {
    /// Returns the node that represents the schema.
    pub(crate) fn node(&self) -> Option<NodeId> {
        self.view.parts.first().map(|part| part.node)
    }
}

/// Views of one document, each once. A document has very many small ones, so all lie in one arena.
#[derive(Debug)]
pub(crate) struct Views<'a> {
    arena: &'a Bump,
    numbers: HashMap<View<'a>, ViewId>,
    pub(super) list: Vec<Viewed<'a>>,
    /// View of each node alone, once it has been asked for.
    pub(super) by_node: Vec<ViewId>,
}

impl<'a> Views<'a> {
    const UNKNOWN: ViewId = ViewId(u32::MAX);

    pub(crate) fn new(arena: &'a Bump, nodes: usize) -> Self {
        let by_node = vec![Self::UNKNOWN; nodes];
        Self { arena, numbers: HashMap::new(), list: Vec::new(), by_node }
    }

    /// Returns the number of a view that has been seen before.
    pub(super) fn known(&self, view: View<'_>) -> Option<ViewId> {
        match view.plain() {
            Some(node) => self.known_alone(node),
            None => self.numbers.get(&view).copied(),
        }
    }

    pub(super) fn known_alone(&self, node: NodeId) -> Option<ViewId> {
        Some(self.by_node[node.index()]).filter(|id| *id != Self::UNKNOWN)
    }

    pub(super) fn add(&mut self, view: View<'_>, entries: &[(Keyword, NodeId)]) -> ViewId {
        let view = View { parts: self.arena.alloc_slice_copy(view.parts), ..view };
        let facts = Facts::new(self.arena.alloc_slice_copy(entries));
        let id = ViewId(self.list.len() as u32);
        match view.plain() {
            Some(node) => self.by_node[node.index()] = id,
            None => drop(self.numbers.insert(view, id)),
        }
        self.list.push(Viewed { view, facts });
        id
    }
}

impl View<'_> {
    /// Returns the schema of a view that is one schema and nothing else. Most views are, and are found by its node.
    fn plain(&self) -> Option<NodeId> {
        match self.parts {
            [Part { node, without_all_of: false, without_alternatives: false }]
                if !(self.wrapped_null || self.never) =>
            {
                Some(*node)
            }
            _ => None,
        }
    }
}

/// A view that is being put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(super) parts: Vec<Part>,
    pub(super) wrapped_null: bool,
    pub(super) never: bool,
}

impl Draft {
    pub(crate) fn view(&self) -> View<'_> {
        View { parts: &self.parts, wrapped_null: self.wrapped_null, never: self.never }
    }
}

/// A view by its number within its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ViewId(pub(crate) u32);

/// One schema of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Part {
    pub(crate) node: NodeId,
    /// `allOf` has been taken apart: its members are parts of the same view.
    pub(crate) without_all_of: bool,
    /// `anyOf` and `oneOf` have been taken apart.
    pub(crate) without_alternatives: bool,
}

/// A view's keywords, each with the nodes that hold it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// Which keywords there are, a bit each: most questions are about one that there is not.
    present: u64,
    entries: &'a [(Keyword, NodeId)],
}

impl<'a> Facts<'a> {
    /// Returns the entries are sorted by keyword.
    pub(crate) fn new(entries: &'a [(Keyword, NodeId)]) -> Self {
        Self { present: entries.iter().fold(0, |present, entry| present | bit(entry.0)), entries }
    }

    pub(crate) fn all(&self, keyword: Keyword) -> impl Iterator<Item = NodeId> + use<'a> {
        let start = if self.has(keyword) {
            self.entries.partition_point(|entry| entry.0 < keyword)
        } else {
            self.entries.len()
        };
        self.entries[start..].iter().take_while(move |entry| entry.0 == keyword).map(|entry| entry.1)
    }

    pub(crate) fn first(&self, keyword: Keyword) -> Option<NodeId> {
        self.all(keyword).next()
    }

    pub(crate) fn has(&self, keyword: Keyword) -> bool {
        self.present & bit(keyword) != 0
    }

    pub(crate) fn keywords(&self) -> impl Iterator<Item = Keyword> + use<'a> {
        let mut last = None;
        self.entries
            .iter()
            .map(|entry| entry.0)
            .filter(move |keyword| last.replace(*keyword) != Some(*keyword))
    }
}

const fn bit(keyword: Keyword) -> u64 {
    1 << keyword as u64
}

// One bit each.
const _: () = assert!(Keyword::COUNT <= 64);
