//! Values of a document compared by what they say, not by how they are written.

use std::hash::{DefaultHasher, Hash, Hasher};

use openapi_source::tree::{Kind, NodeId, Tree};

use crate::diff::node::decimal::Decimal;

/// A fingerprint of a value: equal for equal values of either document, with keys in any order, numbers in any
/// notation.
pub(crate) type Digest = u64;

/// Keys whose lists have no order.
const UNORDERED: [&str; 7] = ["required", "enum", "type", "allOf", "anyOf", "oneOf", "x-extensible-enum"];

/// Keys below which something depends on another place of the document, or is matched with care.
const CONTEXT_DEPENDENT: [&str; 5] = ["$ref", "allOf", "anyOf", "oneOf", "not"];

/// Digests of all nodes of a document, computed before anything is compared.
#[derive(Debug)]
pub(crate) struct Digests {
    /// Zero until it is computed: a fingerprint that is zero is computed again, each time to the same.
    digests: Vec<Digest>,
    /// Nodes that mean the same wherever the same is written.
    context_free: Vec<bool>,
}

impl Digests {
    /// Computes the fingerprints of all nodes.
    pub(crate) fn new(tree: &Tree) -> Self {
        let mut digests = Self { digests: vec![0; tree.len()], context_free: vec![true; tree.len()] };
        // Equal digests are taken as equal values: a comparison of the values themselves would be repeated
        // at every level.
        // The last first: what is inside a node comes after it, unless an alias names it.
        for node in tree.nodes().rev() {
            digests.compute(tree, node);
        }
        digests
    }

    /// Returns the fingerprint of a node.
    pub(crate) fn of(&self, node: NodeId) -> Digest {
        self.digests[node.index()]
    }

    /// Returns whether a node means the same wherever the same is written.
    pub(crate) fn is_context_free(&self, node: NodeId) -> bool {
        self.context_free[node.index()]
    }

    /// Returns the recursion is as deep as the document, which is bounded, aliases included.
    fn compute(&mut self, tree: &Tree, node: NodeId) -> Digest {
        let known = self.digests[node.index()];
        if known != 0 {
            return known;
        }
        let mut quiet = true;
        let digest = match tree.kind(node) {
            Kind::Null => hash_of(&0_u8),
            Kind::Bool(value) => hash_of(&(1_u8, value)),
            Kind::Number(text) => match Decimal::parse(tree.str(text)) {
                Some(number) => hash_of(&(2_u8, number)),
                None => hash_of(&(3_u8, tree.str(text))),
            },
            Kind::String(text) => hash_of(&(4_u8, tree.str(text))),
            Kind::Sequence(_) => {
                let items: Vec<Digest> =
                    tree.items(node).iter().map(|item| self.compute(tree, *item)).collect();
                quiet = tree.items(node).iter().all(|item| self.is_context_free(*item));
                hash_of(&(5_u8, items))
            }
            Kind::Mapping(_) => {
                let mut entries = Vec::with_capacity(tree.entries(node).len());
                for entry in tree.entries(node) {
                    let key = tree.str(entry.key);
                    let mut digest = self.compute(tree, entry.value);
                    if UNORDERED.contains(&key) && matches!(tree.kind(entry.value), Kind::Sequence(_)) {
                        let mut items: Vec<Digest> =
                            tree.items(entry.value).iter().map(|item| self.of(*item)).collect();
                        items.sort_unstable();
                        digest = hash_of(&(7_u8, items));
                    }
                    quiet &= self.is_context_free(entry.value) && !CONTEXT_DEPENDENT.contains(&key);
                    entries.push((key, digest));
                }
                entries.sort_unstable();
                hash_of(&(6_u8, entries))
            }
        };
        self.digests[node.index()] = digest;
        self.context_free[node.index()] = quiet;
        digest
    }
}

/// Returns the same in every run.
pub(crate) fn hash_of(value: &impl Hash) -> Digest {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A value as a person would quote it: short, on one line.
pub(crate) fn show(tree: &Tree, node: NodeId) -> String {
    let mut text = String::new();
    write(tree, node, &mut text, 60);
    text
}

fn write(tree: &Tree, node: NodeId, text: &mut String, limit: usize) {
    if text.len() > limit {
        if !text.ends_with('…') {
            text.push('…');
        }
        return;
    }
    match tree.kind(node) {
        Kind::Null => text.push_str("null"),
        Kind::Bool(value) => text.push_str(if value { "true" } else { "false" }),
        Kind::Number(number) => text.push_str(&shorten(tree.str(number), limit)),
        Kind::String(string) => {
            text.push_str(&format!("\"{}\"", shorten(tree.str(string), limit).escape_debug()))
        }
        Kind::Sequence(_) => {
            text.push('[');
            for (at, item) in tree.items(node).iter().enumerate().take(limit) {
                if at > 0 {
                    text.push_str(", ");
                }
                write(tree, *item, text, limit);
            }
            text.push(']');
        }
        Kind::Mapping(_) => {
            text.push('{');
            for (at, entry) in tree.entries(node).iter().enumerate().take(limit) {
                if at > 0 {
                    text.push_str(", ");
                }
                text.push_str(&shorten(tree.str(entry.key), limit));
                text.push_str(": ");
                write(tree, entry.value, text, limit);
            }
            text.push('}');
        }
    }
}

/// Returns the first characters of a text, with a mark where some are left out.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// Names in words: a few of them, quoted.
pub(crate) fn quoted<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 8;
    let mut names: Vec<String> =
        names.into_iter().map(|name| format!("`{}`", shorten(name.as_ref(), 80))).collect();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let list = names.join(", ");
    if more == 0 { list } else { format!("{list} and {more} more") }
}
