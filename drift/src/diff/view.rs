//! A schema as it is judged: references followed, what stands beside them joined, `null` taken out of alternatives.

use super::decimal::Decimal;
use super::keyword::Keyword;
use super::side::Side;
use super::value::Print;
use crate::source::tree::{Kind, NodeId};

/// Schemas that a value must satisfy together, in a normal form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct View {
    pub(crate) parts: Vec<Part>,
    /// Whether an alternative of type `null` was taken out.
    pub(crate) wrapped_null: bool,
    /// `false` as a schema.
    pub(crate) never: bool,
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    entries: Vec<(Keyword, NodeId)>,
}

impl Facts {
    pub(crate) fn all(&self, keyword: Keyword) -> impl Iterator<Item = NodeId> {
        let start = self.entries.partition_point(|entry| entry.0 < keyword);
        self.entries[start..].iter().take_while(move |entry| entry.0 == keyword).map(|entry| entry.1)
    }

    pub(crate) fn first(&self, keyword: Keyword) -> Option<NodeId> {
        self.all(keyword).next()
    }

    pub(crate) fn has(&self, keyword: Keyword) -> bool {
        self.first(keyword).is_some()
    }

    pub(crate) fn keywords(&self) -> impl Iterator<Item = Keyword> {
        let mut last = None;
        self.entries
            .iter()
            .map(|entry| entry.0)
            .filter(move |keyword| last.replace(*keyword) != Some(*keyword))
    }
}

/// How many schemas `allOf` may bring together before it is no longer taken apart.
const PARTS: usize = 256;

impl<'a> Side<'a> {
    /// The number of a view.
    pub(crate) fn intern(&self, view: View) -> ViewId {
        let mut views = self.views.borrow_mut();
        let (known, list) = &mut *views;
        if let Some(id) = known.get(&view) {
            return *id;
        }
        let id = ViewId(list.len() as u32);
        list.push(view.clone());
        known.insert(view, id);
        id
    }

    /// A view by its number.
    pub(crate) fn view(&self, id: ViewId) -> View {
        self.views.borrow().1[id.0 as usize].clone()
    }

    /// The view of several schemas that hold together.
    pub(crate) fn view_of(&self, nodes: impl IntoIterator<Item = NodeId>) -> ViewId {
        let mut view = View::default();
        for node in nodes {
            self.add(&mut view, node);
        }
        self.unwrap_null(&mut view);
        self.intern(view)
    }

    /// The same view with `allOf` taken apart, however deep.
    pub(crate) fn flatten(&self, view: &View) -> View {
        let mut flat = View { wrapped_null: view.wrapped_null, never: view.never, parts: Vec::new() };
        let mut pending: Vec<Part> = view.parts.iter().rev().copied().collect();
        while let Some(part) = pending.pop() {
            if flat.parts.len() >= PARTS {
                return view.clone();
            }
            let part = Part { without_all_of: true, ..part };
            if flat.parts.contains(&part) {
                continue;
            }
            flat.parts.push(part);
            for member in self.items(self.get(part.node, "allOf")).iter().rev() {
                let mut members = View::default();
                self.add(&mut members, *member);
                flat.never |= members.never;
                pending.extend(members.parts.into_iter().rev());
            }
        }
        self.unwrap_null(&mut flat);
        flat
    }

    /// Adds a schema, and what its `$ref` leads to.
    fn add(&self, view: &mut View, node: NodeId) {
        let mut node = node;
        for _ in 0..64 {
            let part = Part { node, without_all_of: false, without_alternatives: false };
            if view.parts.contains(&part) {
                return;
            }
            match self.tree.kind(node) {
                Kind::Bool(false) => view.never = true,
                Kind::Bool(true) => {}
                Kind::Mapping(_) => {
                    if let Some(reference) = self.reference(node) {
                        if self.siblings_count && self.tree.entries(node).len() > 1 {
                            view.parts.push(part);
                        }
                        // Says what is wrong with it, if anything is.
                        if self.resolve(node).is_none() {
                            return;
                        }
                        match self.follow(node, reference) {
                            Some(target) => node = target,
                            None => return,
                        }
                        continue;
                    }
                    view.parts.push(part);
                }
                _ => self.defect(
                    crate::rule::ApiRule::Malformed,
                    node,
                    "a schema is an object or a boolean".to_owned(),
                ),
            }
            return;
        }
    }

    /// `oneOf: [X, {type: null}]` is X, or null.
    fn unwrap_null(&self, view: &mut View) {
        for _ in 0..16 {
            let Some((at, other)) = self.single_alternative(view) else { return };
            view.wrapped_null = true;
            view.parts[at].without_alternatives = true;
            self.add(view, other);
        }
    }

    /// Finds a part whose alternatives are `null` and one other.
    fn single_alternative(&self, view: &View) -> Option<(usize, NodeId)> {
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

    /// A view's keywords.
    pub(crate) fn facts(&self, view: &View) -> Facts {
        let mut entries = Vec::new();
        for part in &view.parts {
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
        Facts { entries }
    }

    pub(crate) fn number(&self, node: NodeId) -> Option<Decimal> {
        match self.tree.kind(node) {
            Kind::Number(text) => Decimal::parse(self.tree.str(text)),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, facts: &Facts, keyword: Keyword) -> bool {
        facts.all(keyword).any(|node| self.boolean(node) == Some(true))
    }

    pub(crate) fn print_of(&self, facts: &Facts, keyword: Keyword) -> Option<Print> {
        facts.first(keyword).map(|node| self.print(node))
    }
}
