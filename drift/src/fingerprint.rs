//! Names of findings that stay the same while lines shift and lists are reordered.

use std::fmt;
use std::str::FromStr;

use openapi_source::tree::{Kind, NodeId, Tree};

use crate::{Document, Finding, Location};

/// Identifies a finding by its content: its rule, its subject, its place without line numbers and positions in lists, and the values
/// in its message. The wording of messages does not count, so a new version of this crate may improve it.
///
/// ```
/// use openapi_drift::{Document, Fingerprint, compare};
///
/// let text = |paths: &str| format!("openapi: 3.0.3\ninfo: {{title: Shop, version: '1'}}\npaths: {{{paths}}}\n");
/// let fingerprint = |old: &str, new: &str| -> Result<_, openapi_drift::ParseError> {
///     let (old, new) = (Document::parse("old", text(old))?, Document::parse("new", text(new))?);
///     Ok(Fingerprint::of(&compare(&old, &new).findings[0], &old, &new))
/// };
/// let removed = fingerprint("/a: {get: {}}, /b: {get: {}}", "/b: {get: {}}")?;
/// assert_eq!(removed, fingerprint("/b: {get: {}},\n\n  /a: {get: {}}", "/b: {get: {}}")?);
/// assert_ne!(removed, fingerprint("/a: {get: {}}, /b: {get: {}}", "/a: {get: {}}")?);
/// assert_eq!(removed.to_string().parse(), Ok(removed));
/// # Ok::<(), openapi_drift::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Returns the fingerprint of a finding about two documents.
    pub fn of(finding: &Finding, old: &Document, new: &Document) -> Self {
        let mut hash = Fnv::new();
        // Texts, not discriminants: a new version of this crate may order its rules differently.
        hash.add(finding.rule.id());
        hash.add(&finding.subject.kind.to_string());
        hash.add(&finding.subject.name);
        for (document, location) in [(old, &finding.old), (new, &finding.new)] {
            // What has a place on one side only differs from what has it on the other.
            hash.add(if location.is_some() { "at" } else { "nowhere" });
            if let Some(location) = location {
                add_place(&mut hash, document, location);
            }
        }
        values(&finding.message).for_each(|value| hash.add(value));
        Self(hash.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_hex);
        number.map(Self).ok_or("a fingerprint has 16 digits of 0-9 and a-f")
    }
}

/// FNV-1a: it never changes, which the hashes of the standard library do not promise.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, text: &str) {
        // No text contains the byte that ends it, so that `a`, `b` differs from `ab`.
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Adds the steps of a pointer, with the elements of lists by what they are instead of where they are.
fn add_place(hash: &mut Fnv, document: &Document, location: &Location) {
    let tree = document.tree();
    let mut node = Some(document.root_at(location.span));
    let mut is_list = false;
    for step in location.pointer.split('/').skip(1) {
        let child = node.and_then(|node| {
            is_list = matches!(tree.kind(node), Kind::Sequence(_));
            match is_list {
                true => tree.items(node).get(step.parse::<usize>().ok()?).copied(),
                false => tree.get(node, &step.replace("~1", "/").replace("~0", "~")),
            }
        });
        match child.filter(|_| is_list) {
            Some(element) => add_element(hash, tree, element),
            None => hash.add(step),
        }
        node = child;
    }
}

fn add_element(hash: &mut Fnv, tree: &Tree, element: NodeId) {
    /// Keys that identify elements of lists in OpenAPI: parameters, references, schemas, tags, servers.
    const NAMES: [&str; 6] = ["$ref", "in", "name", "title", "url", "type"];
    match tree.kind(element) {
        Kind::String(text) | Kind::Number(text) => hash.add(tree.str(text)),
        Kind::Bool(value) => hash.add(if value { "true" } else { "false" }),
        Kind::Mapping(_) => {
            for name in NAMES {
                if let Some(value) = tree.get(element, name).and_then(|value| tree.string(value)) {
                    hash.add(name);
                    hash.add(value);
                }
            }
            let properties =
                tree.get(element, "properties").map(|node| tree.entries(node)).unwrap_or_default();
            let mut keys: Vec<&str> = properties.iter().map(|entry| tree.str(entry.key)).collect();
            keys.sort_unstable();
            keys.iter().for_each(|key| hash.add(key));
        }
        _ => hash.add("element"),
    }
}

/// Returns the values in a message: what is in backticks or quotes, and numbers. The rest is wording.
fn values(message: &str) -> impl Iterator<Item = &str> {
    let mut rest = message;
    std::iter::from_fn(move || {
        let start = rest.find(|it: char| matches!(it, '`' | '"') || it.is_ascii_digit())?;
        let value = &rest[start..];
        let end = match value.as_bytes()[0] {
            quote @ (b'`' | b'"') => {
                let quote = char::from(quote);
                value[1..].find(quote).map_or(value.len(), |at| at + 2)
            }
            _ => value.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(value.len()),
        };
        let (value, after) = value.split_at(end);
        rest = after;
        Some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_is_quoted_and_numbers() {
        let found: Vec<&str> =
            values("the type changed from `string` to \"a b\" (1.5, not 2), `open").collect();
        assert_eq!(found, ["`string`", "\"a b\"", "1.5", "2", "`open"]);
    }

    #[test]
    fn lists_may_be_sorted_and_lines_may_move() {
        let text = |parameters: &str, lead: &str| {
            let text = format!(
                "{lead}openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths: {{/a: {{get: {{parameters: [{parameters}]}}}}}}\n"
            );
            Document::parse("x", text).expect("is one")
        };
        let parameter =
            |name: &str, most: &str| format!("{{name: {name}, in: query, schema: {{type: string, {most}}}}}");
        let (a, b) = (parameter("a", "maxLength: 9"), parameter("b", "maxLength: 9"));
        let found = |old: &Document, new: &Document| {
            let comparison =
                crate::compare_with(old, new, &crate::Options::on(jiff::civil::date(2026, 6, 1)));
            let of = |it: &Finding| {
                (it.rule.id() == "request-parameter-max-length-decreased")
                    .then(|| Fingerprint::of(it, old, new))
            };
            comparison.findings.iter().filter_map(of).collect::<Vec<_>>()
        };
        let old = text(&format!("{a}, {b}"), "");
        let first = found(&old, &text(&format!("{}, {b}", parameter("a", "maxLength: 8")), ""));
        assert_eq!(first.len(), 1);
        let moved = text(&format!("{b},\n  {}", parameter("a", "maxLength: 8")), "# One.\n# Two.\n");
        assert_eq!(found(&old, &moved), first, "in another order");
        assert_ne!(
            found(&old, &text(&format!("{}, {b}", parameter("a", "maxLength: 7")), "")),
            first,
            "another value"
        );
        assert_ne!(
            found(&old, &text(&format!("{a}, {}", parameter("b", "maxLength: 8")), "")),
            first,
            "another place"
        );
    }

    #[test]
    fn only_what_is_printed_is_read() {
        for text in ["", "0", "00000000000000000", "00000000000000AB", "+000000000000000"] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
        assert_eq!("00000000000000ab".parse(), Ok(Fingerprint(0xab)));
    }
}
