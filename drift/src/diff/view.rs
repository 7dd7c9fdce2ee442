//! A schema as it is judged: references followed, what stands beside them joined, `null` taken out of alternatives.

use std::collections::HashMap;

use bumpalo::Bump;
use openapi_source::tree::{Kind, NodeId};

use super::decimal::Decimal;
use super::keyword::Keyword;
use super::side::Side;
use super::value::Print;

/// Schemas that a value must satisfy together, in a normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View<'a> {
    pub(crate) parts: &'a [Part],
    /// Whether an alternative of type `null` was taken out.
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
    /// The node that stands for the schema.
    pub(crate) fn node(&self) -> Option<NodeId> {
        self.view.parts.first().map(|part| part.node)
    }
}

/// The views of one document, each once. A document has very many small ones, so all lie in one arena.
#[derive(Debug)]
pub(crate) struct Views<'a> {
    arena: &'a Bump,
    numbers: HashMap<View<'a>, ViewId>,
    list: Vec<Viewed<'a>>,
    /// The view of each node alone, once it has been asked for.
    by_node: Vec<ViewId>,
}

impl<'a> Views<'a> {
    const UNKNOWN: ViewId = ViewId(u32::MAX);

    pub(crate) fn new(arena: &'a Bump, nodes: usize) -> Self {
        let by_node = vec![Self::UNKNOWN; nodes];
        // A guess, so that the list is seldom copied. Room is cheap until it is used.
        Self { arena, numbers: HashMap::new(), list: Vec::with_capacity(nodes / 6), by_node }
    }

    /// The number of a view that has been seen before.
    fn known(&self, view: View<'_>) -> Option<ViewId> {
        match view.plain() {
            Some(node) => self.known_alone(node),
            None => self.numbers.get(&view).copied(),
        }
    }

    fn known_alone(&self, node: NodeId) -> Option<ViewId> {
        Some(self.by_node[node.index()]).filter(|id| *id != Self::UNKNOWN)
    }

    fn add(&mut self, view: View<'_>, entries: &[(Keyword, NodeId)]) -> ViewId {
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
    /// The schema that the view is, as it stands. Most views are one, and found by its node.
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
    parts: Vec<Part>,
    wrapped_null: bool,
    never: bool,
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
    /// The entries are sorted by keyword.
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

/// How many references may follow one another.
const CHAIN: usize = 32;

/// How many schemas `allOf` may bring together before it is no longer taken apart.
const PARTS: usize = 256;

impl<'a> Side<'a> {
    /// The number of a view.
    pub(crate) fn intern(&self, view: View<'_>) -> ViewId {
        if let Some(known) = self.views.borrow().known(view) {
            return known;
        }
        let entries = self.keywords(view);
        self.views.borrow_mut().add(view, &entries)
    }

    /// Whether a node has been looked at as a schema.
    pub(crate) fn is_viewed(&self, node: NodeId) -> bool {
        self.views.borrow().known_alone(node).is_some()
    }

    /// A view by its number, with its keywords.
    pub(crate) fn viewed(&self, id: ViewId) -> Viewed<'a> {
        self.views.borrow().list[id.0 as usize]
    }

    /// The view of several schemas that hold together.
    pub(crate) fn view_of(&self, nodes: &[NodeId]) -> ViewId {
        if let [node] = nodes {
            return self.view_of_one(*node);
        }
        let mut draft = Draft::default();
        for node in nodes {
            self.add(&mut draft, *node);
        }
        self.unwrap_null(&mut draft);
        self.intern(draft.view())
    }

    fn view_of_one(&self, node: NodeId) -> ViewId {
        if let Some(known) = self.views.borrow().known_alone(node) {
            return known;
        }
        let mut draft = Draft::default();
        self.add(&mut draft, node);
        self.unwrap_null(&mut draft);
        let id = self.intern(draft.view());
        self.views.borrow_mut().by_node[node.index()] = id;
        id
    }

    /// The same view with `allOf` taken apart, however deep.
    pub(crate) fn flatten(&self, view: View<'_>) -> Draft {
        let mut flat = Draft { wrapped_null: view.wrapped_null, never: view.never, parts: Vec::new() };
        let mut pending: Vec<Part> = view.parts.iter().rev().copied().collect();
        while let Some(part) = pending.pop() {
            if flat.parts.len() >= PARTS {
                let message =
                    format!("`allOf` brings more than {PARTS} schemas together; they were not joined");
                self.defect(crate::rule::ApiRule::Entangled, part.node, message);
                return Draft { parts: view.parts.to_vec(), ..flat };
            }
            let part = Part { without_all_of: true, ..part };
            if flat.parts.contains(&part) {
                continue;
            }
            flat.parts.push(part);
            for member in self.items(self.get(part.node, "allOf")).iter().rev() {
                let mut members = Draft::default();
                self.add(&mut members, *member);
                flat.never |= members.never;
                pending.extend(members.parts.into_iter().rev());
            }
        }
        self.unwrap_null(&mut flat);
        flat
    }

    /// Adds a schema, and what its `$ref` leads to.
    fn add(&self, view: &mut Draft, node: NodeId) {
        let mut node = node;
        for _ in 0..CHAIN {
            let part = Part { node, without_all_of: false, without_alternatives: false };
            if view.parts.contains(&part) {
                return;
            }
            match self.tree.kind(node) {
                Kind::Bool(false) => view.never = true,
                Kind::Bool(true) => {}
                Kind::Mapping(_) => {
                    if !self.is_reference(node) {
                        view.parts.push(part);
                        return;
                    }
                    if self.siblings_count && self.tree.entries(node).len() > 1 {
                        view.parts.push(part);
                    }
                    match self.follow(node) {
                        Some(target) => node = target,
                        None => return,
                    }
                    continue;
                }
                _ => self.defect(
                    crate::rule::ApiRule::Malformed,
                    node,
                    "a schema is an object or a boolean".to_owned(),
                ),
            }
            return;
        }
        // So long a chain is a circle, most likely: this notes it.
        self.resolve(node);
    }

    /// `oneOf: [X, {type: null}]` is X, or null.
    fn unwrap_null(&self, view: &mut Draft) {
        for _ in 0..16 {
            let Some((at, other)) = self.single_alternative(view) else { return };
            view.wrapped_null = true;
            view.parts[at].without_alternatives = true;
            self.add(view, other);
        }
    }

    /// Returns the same view with a list of one alternative replaced by that alternative.
    pub(crate) fn unwrap_single(&self, view: View<'_>) -> Draft {
        let mut draft = Draft { wrapped_null: view.wrapped_null, never: view.never, parts: Vec::new() };
        for part in view.parts {
            let lists = ["oneOf", "anyOf"].map(|key| self.items(self.get(part.node, key)));
            let single = match lists {
                [[single], []] | [[], [single]] if !part.without_alternatives => *single,
                _ => {
                    draft.parts.push(*part);
                    continue;
                }
            };
            // A schema that only wraps another is the other.
            if self.tree.entries(part.node).len() > 1 {
                draft.parts.push(Part { without_alternatives: true, ..*part });
            }
            self.add(&mut draft, single);
        }
        self.unwrap_null(&mut draft);
        draft
    }

    /// Finds a part whose alternatives are `null` and one other.
    fn single_alternative(&self, view: &Draft) -> Option<(usize, NodeId)> {
        for (at, part) in view.parts.iter().enumerate() {
            if part.without_alternatives {
                continue;
            }
            let lists = ["oneOf", "anyOf"].map(|key| self.items(self.get(part.node, key)));
            let list = match lists {
                [list, []] | [[], list] if list.len() == 2 => list,
                _ => continue,
            };
            match [self.is_null_type(list[0]), self.is_null_type(list[1])] {
                [true, false] => return Some((at, list[1])),
                [false, true] => return Some((at, list[0])),
                _ => {}
            }
        }
        None
    }

    /// Whether a schema allows `null` and nothing else.
    pub(crate) fn is_null_type(&self, node: NodeId) -> bool {
        let Some(node) = self.resolve(node) else { return false };
        let is_null = |value: NodeId| match self.tree.kind(value) {
            Kind::Null => true,
            Kind::String(text) => self.tree.str(text) == "null",
            _ => false,
        };
        if let Some(kind) = self.get(node, "type") {
            let list = self.tree.items(kind);
            return is_null(kind) || (list.len() == 1 && is_null(list[0]));
        }
        let values = self.items(self.get(node, "enum"));
        values.len() == 1 && matches!(self.tree.kind(values[0]), Kind::Null)
    }

    /// A view's keywords, each with the node that holds it, sorted.
    pub(crate) fn keywords(&self, view: View<'_>) -> Vec<(Keyword, NodeId)> {
        let mut entries = Vec::new();
        for part in view.parts {
            for entry in self.tree.entries(part.node) {
                let Some(keyword) = Keyword::parse(self.tree.str(entry.key)) else { continue };
                let hidden = match keyword {
                    Keyword::Reference => true,
                    Keyword::AllOf => part.without_all_of,
                    Keyword::AnyOf | Keyword::OneOf => part.without_alternatives,
                    _ => false,
                };
                if !hidden {
                    entries.push((keyword, entry.value));
                }
            }
        }
        // Stable, so that the first part's comes first.
        entries.sort_by_key(|entry| entry.0);
        entries
    }

    pub(crate) fn number(&self, node: NodeId) -> Option<Decimal> {
        match self.tree.kind(node) {
            Kind::Number(text) => Decimal::parse(self.tree.str(text)),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, facts: Facts<'_>, keyword: Keyword) -> bool {
        facts.all(keyword).any(|node| self.boolean(node) == Some(true))
    }

    pub(crate) fn print_of(&self, facts: Facts<'_>, keyword: Keyword) -> Option<Print> {
        facts.first(keyword).map(|node| self.print(node))
    }
}
