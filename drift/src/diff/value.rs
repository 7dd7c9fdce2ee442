//! Values of a document compared by what they say, not by how they are written.

use std::hash::{DefaultHasher, Hash, Hasher};

use openapi_source::tree::{Kind, NodeId, Tree};

use super::decimal::Decimal;

/// A fingerprint of a value: equal for equal values of either document, with keys in any order, numbers in any
/// notation.
pub(crate) type Print = u64;

/// Keys whose lists have no order.
const UNORDERED: [&str; 7] = ["required", "enum", "type", "allOf", "anyOf", "oneOf", "x-extensible-enum"];

/// Keys below which something depends on another place of the document, or is matched with care.
const RESTLESS: [&str; 5] = ["$ref", "allOf", "anyOf", "oneOf", "not"];

/// What is known of all nodes of a document before anything is compared.
#[derive(Debug)]
pub(crate) struct Prints {
    /// Zero until it is computed: a fingerprint that is zero is computed again, each time to the same.
    prints: Vec<Print>,
    /// Nodes that mean the same wherever the same is written.
    quiet: Vec<bool>,
}

impl Prints {
    /// Computes the fingerprints of all nodes.
    pub(crate) fn new(tree: &Tree) -> Self {
        let mut prints = Self { prints: vec![0; tree.len()], quiet: vec![true; tree.len()] };
        // The last first: what is inside a node comes after it, unless an alias names it.
        for node in tree.nodes().rev() {
            prints.compute(tree, node);
        }
        prints
    }

    /// The fingerprint of a node.
    pub(crate) fn of(&self, node: NodeId) -> Print {
        self.prints[node.index()]
    }

    /// Whether a node means the same wherever the same is written.
    pub(crate) fn is_quiet(&self, node: NodeId) -> bool {
        self.quiet[node.index()]
    }

    /// The recursion is as deep as the document, which is bounded, aliases included.
    fn compute(&mut self, tree: &Tree, node: NodeId) -> Print {
        let known = self.prints[node.index()];
        if known != 0 {
            return known;
        }
        let mut quiet = true;
        let print = match tree.kind(node) {
            Kind::Null => digest(&0_u8),
            Kind::Bool(value) => digest(&(1_u8, value)),
            Kind::Number(text) => match Decimal::parse(tree.str(text)) {
                Some(number) => digest(&(2_u8, number)),
                None => digest(&(3_u8, tree.str(text))),
            },
            Kind::String(text) => digest(&(4_u8, tree.str(text))),
            Kind::Sequence(_) => {
                let items: Vec<Print> =
                    tree.items(node).iter().map(|item| self.compute(tree, *item)).collect();
                quiet = tree.items(node).iter().all(|item| self.is_quiet(*item));
                digest(&(5_u8, items))
            }
            Kind::Mapping(_) => {
                let mut entries = Vec::with_capacity(tree.entries(node).len());
                for entry in tree.entries(node) {
                    let key = tree.str(entry.key);
                    let mut print = self.compute(tree, entry.value);
                    if UNORDERED.contains(&key) && matches!(tree.kind(entry.value), Kind::Sequence(_)) {
                        let mut items: Vec<Print> =
                            tree.items(entry.value).iter().map(|item| self.of(*item)).collect();
                        items.sort_unstable();
                        print = digest(&(7_u8, items));
                    }
                    quiet &= self.is_quiet(entry.value) && !RESTLESS.contains(&key);
                    entries.push((key, print));
                }
                entries.sort_unstable();
                digest(&(6_u8, entries))
            }
        };
        self.prints[node.index()] = print;
        self.quiet[node.index()] = quiet;
        print
    }
}

/// The same in every run.
pub(super) fn digest(value: &impl Hash) -> Print {
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

/// The first characters of a text, with a mark where some are left out.
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
