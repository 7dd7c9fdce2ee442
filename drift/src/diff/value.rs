//! Values of a document compared by what they say, not by how they are written.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::decimal::Decimal;
use crate::source::tree::{Kind, NodeId, Tree};

/// A fingerprint of a value: equal for equal values of either document, with keys in any order, numbers in any
/// notation.
pub(crate) type Print = u128;

/// The fingerprints of one document's nodes: of those with others inside, each computed once.
#[derive(Debug, Default)]
pub(crate) struct Prints(RefCell<HashMap<NodeId, Print>>);

impl Prints {
    /// The fingerprint of a node.
    pub(crate) fn of(&self, tree: &Tree, node: NodeId) -> Print {
        let is_scalar = !matches!(tree.kind(node), Kind::Sequence(_) | Kind::Mapping(_));
        if let Some(known) = self.0.borrow().get(&node).filter(|_| !is_scalar) {
            return *known;
        }
        // The recursion is as deep as the document, which is bounded.
        let print = match tree.kind(node) {
            Kind::Null => digest(&0_u8),
            Kind::Bool(value) => digest(&(1_u8, value)),
            Kind::Number(text) => match Decimal::parse(tree.str(text)) {
                Some(number) => digest(&(2_u8, number)),
                None => digest(&(3_u8, tree.str(text))),
            },
            Kind::String(text) => digest(&(4_u8, tree.str(text))),
            Kind::Sequence(_) => {
                let items: Vec<Print> = tree.items(node).iter().map(|item| self.of(tree, *item)).collect();
                digest(&(5_u8, items))
            }
            Kind::Mapping(_) => {
                let entries = tree.entries(node).iter();
                let mut entries: Vec<(&str, Print)> = entries
                    .map(|entry| {
                        let key = tree.str(entry.key);
                        let is_set = UNORDERED.contains(&key);
                        (
                            key,
                            if is_set { self.of_set(tree, entry.value) } else { self.of(tree, entry.value) },
                        )
                    })
                    .collect();
                entries.sort_unstable();
                digest(&(6_u8, entries))
            }
        };
        if !is_scalar {
            self.0.borrow_mut().insert(node, print);
        }
        print
    }
}

/// Keys whose lists have no order.
const UNORDERED: [&str; 7] = ["required", "enum", "type", "allOf", "anyOf", "oneOf", "x-extensible-enum"];

impl Prints {
    /// The fingerprint of a list without an order.
    fn of_set(&self, tree: &Tree, node: NodeId) -> Print {
        if !matches!(tree.kind(node), Kind::Sequence(_)) {
            return self.of(tree, node);
        }
        let mut items: Vec<Print> = tree.items(node).iter().map(|item| self.of(tree, *item)).collect();
        items.sort_unstable();
        digest(&(7_u8, items))
    }
}

/// Two halves with different beginnings: no collision of one is one of the other.
fn digest(value: &impl Hash) -> Print {
    let mut halves = [0_u8, 1].map(|salt| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        hasher
    });
    for half in &mut halves {
        value.hash(half);
    }
    (u128::from(halves[0].finish()) << 64) | u128::from(halves[1].finish())
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
