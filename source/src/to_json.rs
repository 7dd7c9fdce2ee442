//! Writes a document as JSON, whatever it was written in.

use crate::source::Source;
use crate::tree::{Entry, Kind, NodeId, Tree};

impl Source {
    /// Returns the document as JSON: its own text if that is JSON without repeated keys, else the same content in the same
    /// order, indented, with every number digit for digit. Of a repeated key, the last value is written.
    ///
    /// ```
    /// let source = openapi_source::Source::parse("shop.yaml", "version: '1.10'\nrate: +.50\n")?;
    /// assert_eq!(source.to_json(), "{\n  \"version\": \"1.10\",\n  \"rate\": 0.50\n}\n");
    /// # Ok::<(), openapi_source::ParseError>(())
    /// ```
    pub fn to_json(&self) -> String {
        if self.is_json() && self.tree().duplicates().is_empty() {
            return self.text().to_owned();
        }
        let mut writer = Writer { tree: self.tree(), out: String::with_capacity(self.text().len() * 2) };
        writer.value(NodeId::ROOT, 0);
        writer.out.push('\n');
        writer.out
    }
}

/// Limits the levels that are written on lines of their own. Real documents nest less; in a hostile one, the indentation of
/// many nodes at the deepest level would be hundreds of times its text.
const INDENTED_LEVELS: usize = 32;

struct Writer<'a> {
    tree: &'a Tree,
    out: String,
}

impl Writer<'_> {
    /// Writes a node. Documents nest no deeper than the reader allows, which limits the recursion.
    fn value(&mut self, node: NodeId, depth: usize) {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Null => self.out.push_str("null"),
            Kind::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Kind::Number(text) => self.number(tree.str(text)),
            Kind::String(text) => self.string(tree.str(text)),
            Kind::Sequence(_) => {
                let items = tree.items(node);
                self.list(['[', ']'], items, depth, |writer, item| writer.value(*item, depth + 1));
            }
            Kind::Mapping(_) => {
                // JSON has no rule for a key that comes twice; programs disagree, so only the last is
                // written.
                let entries: Vec<&Entry> =
                    tree.entries(node).iter().filter(|entry| self.is_last(node, entry)).collect();
                self.list(['{', '}'], &entries, depth, |writer, entry| {
                    writer.string(tree.str(entry.key));
                    writer.out.push_str(": ");
                    writer.value(entry.value, depth + 1);
                });
            }
        }
    }

    fn list<T>(
        &mut self,
        [open, close]: [char; 2],
        items: &[T],
        depth: usize,
        write: impl Fn(&mut Self, &T),
    ) {
        self.out.push(open);
        let is_indented = depth < INDENTED_LEVELS;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            if is_indented {
                self.new_line(depth + 1);
            }
            write(self, item);
        }
        if is_indented && !items.is_empty() {
            self.new_line(depth);
        }
        self.out.push(close);
    }

    /// Returns whether no later entry has the same key.
    fn is_last(&self, node: NodeId, entry: &Entry) -> bool {
        self.tree.get(node, self.tree.str(entry.key)) == Some(entry.value)
    }

    fn new_line(&mut self, depth: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    fn string(&mut self, text: &str) {
        self.out.push_str(&serde_json::Value::from(text).to_string());
    }

    /// Writes a number. YAML allows a plus, leading zeros, and a point without digits on one side; JSON does not.
    fn number(&mut self, text: &str) {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = digits.find(['e', 'E']).map_or((digits, ""), |at| digits.split_at(at));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = whole.trim_start_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let whole = if whole.is_empty() { "0" } else { whole };
        for part in [sign, whole, point, fraction, exponent] {
            self.out.push_str(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_becomes_json_of_the_same_content() {
        let yaml = "\
openapi: 3.0.3
info: {title: \"A \\\"T\\\"\", version: '1'}
paths: {}
x-numbers: [1, -0.0, +1.5, .5, 5., 007, 1e400, 0x1F, 123456789012345678901234567890]
x-others: [~, true, no, 2020-01-01, '12']
x-empty: [[], {}]
x-shared: &shared {a: 1}
x-again: *shared
";
        let json = Source::parse("x.yaml", yaml).expect("is a document").to_json();
        let line = json.split_whitespace().collect::<String>();
        assert_eq!(
            line,
            "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"A\\\"T\\\"\",\"version\":\"1\"},\"paths\":{},\
             \"x-numbers\":[1,-0.0,1.5,0.5,5,7,1e400,31,123456789012345678901234567890],\
             \"x-others\":[null,true,\"no\",\"2020-01-01\",\"12\"],\"x-empty\":[[],{}],\
             \"x-shared\":{\"a\":1},\"x-again\":{\"a\":1}}"
        );
        assert!(Source::parse("x.json", json).is_ok());
    }

    #[test]
    fn json_stays_unchanged() {
        let json = "{ \"openapi\":\"3.0.3\",\n\"info\":{},\"paths\":{}}";
        assert_eq!(Source::parse("x", json).expect("is a document").to_json(), json);
    }
}
