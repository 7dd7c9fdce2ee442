//! Finds the values that are not of the kind that OpenAPI has in their place.

use std::collections::BTreeMap;

use openapi_source::tree::{Kind, NodeId, Tree};

use super::grammar::{Part, Value, value};
use crate::diff::node::decimal::Decimal;
use crate::diff::node::sunset;
use crate::diff::node::value::{shorten, show};

/// Values of another kind than they should have, each with a message.
pub(crate) type Malformed = BTreeMap<NodeId, String>;

/// Finds all values of the wrong kind in what belongs to the document, references followed: by a function, which returns
/// where the reference of a node leads.
pub(crate) fn find(
    tree: &Tree,
    siblings_count: bool,
    follow: impl Fn(NodeId) -> Option<NodeId>,
) -> Malformed {
    let mut look = Look { tree, found: Malformed::new(), pending: Vec::new() };
    // References can lead in circles, and to one part many times.
    let mut seen = vec![false; tree.len()];
    look.pending.push((NodeId::ROOT, Part::Document));
    while let Some((node, part)) = look.pending.pop() {
        if std::mem::replace(&mut seen[node.index()], true) {
            continue;
        }
        if let Some(target) = follow(node) {
            look.object(target, part, part == Part::Schema);
            // What is next to a reference is ignored, unless the format states that it counts.
            let counts = part == Part::PathItem || (part == Part::Schema && siblings_count);
            if !counts {
                continue;
            }
        }
        for entry in tree.entries(node) {
            look.check(entry.value, tree.str(entry.key), value(part, tree.str(entry.key)));
        }
    }
    look.found
}

struct Look<'t> {
    tree: &'t Tree,
    found: Malformed,
    /// Objects whose members are still to be looked at.
    pending: Vec<(NodeId, Part)>,
}

impl Look<'_> {
    fn check(&mut self, node: NodeId, key: &str, value: Value) {
        let tree = self.tree;
        let kind = tree.kind(node);
        let is_text = |node: NodeId| tree.string(node).is_some();
        let is_flag = matches!(kind, Kind::Bool(_));
        let is_number = matches!(kind, Kind::Number(_));
        let is_list = matches!(kind, Kind::Sequence(_));
        let is_texts = |node: NodeId| {
            matches!(tree.kind(node), Kind::Sequence(_)) && tree.items(node).iter().all(|item| is_text(*item))
        };
        let (fits, expected) = match value {
            Value::Anything => return,
            Value::Words => (is_text(node) || matches!(kind, Kind::Null), "a text"),
            Value::Text => (is_text(node), "a text"),
            Value::Flag => (is_flag, "true or false"),
            Value::Number => (is_number, "a number"),
            Value::Exclusive => (is_number || is_flag, "a number, or true or false"),
            Value::Count => (is_count(tree, node), "a whole number that is not negative"),
            Value::Types => (is_text(node) || is_texts(node), "the name of a type, or a list of them"),
            Value::Texts => (is_texts(node), "a list of texts"),
            Value::Values => (is_list, "a list"),
            Value::TextMap => {
                let all = tree.entries(node).iter().all(|entry| is_text(entry.value));
                (tree.is_mapping(node) && all, "an object of texts")
            }
            Value::TextsMap => {
                let all = tree.entries(node).iter().all(|entry| is_texts(entry.value));
                (tree.is_mapping(node) && all, "an object of lists of texts")
            }
            Value::Date => (sunset::is_date(tree, node), "a date, as in 2030-01-31"),
            Value::Level => (sunset::is_level(tree, node), "draft, alpha, beta or stable"),
            Value::Requirements => {
                let is_one = |item: &NodeId| {
                    tree.is_mapping(*item) && tree.entries(*item).iter().all(|entry| is_texts(entry.value))
                };
                (is_list && tree.items(node).iter().all(is_one), "a list of objects of lists of texts")
            }
            Value::One(part) => return self.object(node, part, false),
            Value::OneOrFlag => return self.object(node, Part::Schema, true),
            Value::List(part) => {
                for item in tree.items(node) {
                    self.object(*item, part, part == Part::Schema);
                }
                (is_list, "a list")
            }
            Value::Map(part) => {
                for entry in tree.entries(node) {
                    // Extensions are allowed among paths and statuses.
                    let is_extension = tree.str(entry.key).starts_with("x-");
                    if !(is_extension && matches!(part, Part::PathItem | Part::Response | Part::Flow)) {
                        self.object(entry.value, part, part == Part::Schema);
                    }
                }
                (tree.is_mapping(node), "an object")
            }
        };
        if !fits {
            let key = shorten(key, 80);
            self.report(node, format!("`{key}` is {}; it should be {expected}", show(tree, node)));
        }
    }

    /// Checks an object, and looks at its members later.
    fn object(&mut self, node: NodeId, part: Part, may_be_flag: bool) {
        let fits = match self.tree.kind(node) {
            Kind::Mapping(_) => true,
            Kind::Bool(_) => may_be_flag,
            // A media type may have nothing to say.
            Kind::Null => part == Part::MediaType,
            _ => false,
        };
        if fits {
            self.pending.push((node, part));
        } else if part != Part::Any {
            let what = match part {
                Part::Schema => "a schema is an object or a boolean",
                Part::PathItem => "a path item is an object",
                Part::Operation => "an operation is an object",
                Part::MediaType => "a media type is an object",
                _ => "it should be an object",
            };
            self.report(node, format!("{}: {what}", show(self.tree, node)));
        }
    }

    fn report(&mut self, node: NodeId, message: String) {
        self.found.entry(node).or_insert(message);
    }
}

fn is_count(tree: &Tree, node: NodeId) -> bool {
    match tree.kind(node) {
        Kind::Number(text) => Decimal::parse(tree.str(text)).is_some_and(|number| number.is_count()),
        _ => false,
    }
}
