//! Schemas prepared for comparison: references followed, what is next to them joined, `null` taken out of alternatives.

use openapi_source::tree::{Kind, NodeId};

use super::Side;
use super::view::{Draft, Facts, Part, View, ViewId, Viewed};
use crate::diff::node::decimal::Decimal;
use crate::diff::node::keyword::Keyword;
use crate::diff::node::value::Digest;

/// Number of references that may follow one another.
const CHAIN: usize = 32;

/// Number of schemas that `allOf` may bring together before it is no longer taken apart.
const PARTS: usize = 256;

impl<'a> Side<'a> {
    /// Returns the number of a view.
    pub(crate) fn intern(&self, view: View<'_>) -> ViewId {
        if let Some(known) = self.views.borrow().known(view) {
            return known;
        }
        let entries = self.keywords(view);
        self.views.borrow_mut().add(view, &entries)
    }

    /// Returns whether a node has been looked at as a schema.
    pub(crate) fn is_viewed(&self, node: NodeId) -> bool {
        self.views.borrow().known_alone(node).is_some()
    }

    /// A view by its number, with its keywords.
    pub(crate) fn viewed(&self, id: ViewId) -> Viewed<'a> {
        self.views.borrow().list[id.0 as usize]
    }

    /// Returns the view of several schemas that hold together.
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

    /// Returns the same view with `allOf` taken apart, however deep.
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
        // Alternatives may be nested; a schema that nests them deeper is compared without this form.
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

    /// Returns whether a schema allows `null` and nothing else.
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

    pub(crate) fn digest_of(&self, facts: Facts<'_>, keyword: Keyword) -> Option<Digest> {
        facts.first(keyword).map(|node| self.digest(node))
    }
}
