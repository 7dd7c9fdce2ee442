//! Maps an error of the compiler to a generated item, and to the place in a document from which that was generated.
//!
//! Items are found by the layout of the generated source, which prettyplease prints, and places by name. Where a name does not
//! lead to exactly one place, none is given.

use std::fmt;
use std::sync::LazyLock;

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticSpan};
use regex::Regex;
use serde_json::Value;

/// Files that the build script writes.
const FILES: [&str; 3] = ["types.rs", "client.rs", "mocks.rs"];

/// A declaration at the beginning of a line.
static DECLARATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let keyword = "fn|struct|enum|mod|trait|type|static|const";
    Regex::new(&format!(
        r"^(?:pub(?:\([a-z]+\))? )?(?:(?:async|const|unsafe) )*(?:(?:{keyword}) (?:r#)?(\w+)|impl(?:<.*?>)? (?:.* for )?(?:\w+::)*(\w+))|^pub(?:\([a-z]+\))? (?:r#)?(\w+):"
    ))
    .ok()
});

/// Matches the comment that progenitor writes above a method.
static CALL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/// Sends a `([A-Z]+)` request to `([^`]+)`").ok());

/// A generated type in the text of an error.
static TYPE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\btypes::(\w+)").ok());

/// Source of an error. `Display` is a heading for the compiler's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// File and line, if it is hand-written.
    hand_written: Option<String>,
    item: Option<Item>,
    /// Document and JSON pointer.
    origin: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Item {
    path: Vec<String>,
    /// Method and path, of a method of the client.
    call: Option<(String, String)>,
}

/// Finds the source of an error.
pub(super) fn of(
    error: &Diagnostic,
    documents: &[(&str, Value)],
    source: &dyn Fn(&str) -> Option<String>,
) -> Place {
    let primary = error.spans.iter().find(|span| span.is_primary);
    let hand_written = primary.filter(|span| !is_generated(span));
    let hand_written = hand_written.map(|span| format!("{}:{}", span.file_name, span.line_start));
    let others = error.spans.iter().filter(|span| !span.is_primary);
    let notes = error.children.iter().flat_map(|child| &child.spans);
    let spans = primary.into_iter().chain(others).chain(notes).filter(|span| is_generated(span));
    let found = spans.filter_map(|span| item(&source(&span.file_name)?, span.line_start)).next();
    let item = found.or_else(|| {
        let labels = error.spans.iter().filter_map(|span| span.label.as_deref());
        let name = [&*error.message].into_iter().chain(labels).find_map(|text| TYPE.as_ref()?.captures(text));
        Some(Item { path: vec!["types".to_owned(), name?[1].to_owned()], call: None })
    });
    let origin = item.as_ref().and_then(|item| origin(item, documents));
    Place { hand_written, item, origin }
}

/// Returns whether code is generated: build scripts write to a folder `out`.
fn is_generated(span: &DiagnosticSpan) -> bool {
    let file = span.file_name.replace('\\', "/");
    FILES.iter().any(|name| file.ends_with(&format!("/out/{name}")))
}

/// Returns the item that a line of generated source is in.
fn item(source: &str, line: usize) -> Option<Item> {
    let lines: Vec<&str> = source.lines().collect();
    let mut at = line.checked_sub(1)?;
    // Attributes and comments above an item belong to it.
    while lines.get(at)?.trim_start().starts_with(['#', '/']) {
        at += 1;
    }
    let depth = |line: &str| line.len() - line.trim_start().len();
    let (mut path, mut call, mut within) = (Vec::new(), None, depth(lines[at]) + 1);
    for (number, line) in lines[..=at].iter().enumerate().rev() {
        let (depth, text) = (depth(line), line.trim_start());
        if depth >= within {
            continue;
        }
        if let Some(name) = declared(text) {
            call = call.or_else(|| called(&lines[..number]));
            path.push(name);
            within = depth;
        } else if text.starts_with('}') && number < at {
            // A block that ends before the line does not contain it.
            within = depth;
        }
    }
    path.reverse();
    (!path.is_empty()).then_some(Item { path, call })
}

fn declared(text: &str) -> Option<String> {
    let captures = DECLARATION.as_ref()?.captures(text)?;
    captures.iter().skip(1).flatten().next().map(|name| name.as_str().to_owned())
}

/// Reads the call from the comment above a declaration.
fn called(above: &[&str]) -> Option<(String, String)> {
    let comment = above.iter().rev().take_while(|line| line.trim_start().starts_with(['#', '/']));
    comment
        .filter_map(|line| CALL.as_ref()?.captures(line))
        .next()
        .map(|it| (it[1].to_owned(), it[2].to_owned()))
}

/// Finds the place from which an item was generated: its operation, or its schema and the property in it.
fn origin(item: &Item, documents: &[(&str, Value)]) -> Option<String> {
    documents.iter().find_map(|(name, root)| {
        let pointer = match &item.call {
            Some((method, path)) => {
                let pointer = format!("/paths/{}/{}", escaped(path), method.to_lowercase());
                root.pointer(&pointer).map(|_| pointer)
            }
            None => schema(item, root),
        };
        Some(format!("{name}#{}", pointer?))
    })
}

fn schema(item: &Item, root: &Value) -> Option<String> {
    let [module, name, rest @ ..] = &*item.path else { return None };
    let schemas = root.pointer("/components/schemas").filter(|_| module == "types")?;
    let key = only_key(schemas, name)?;
    let schema = format!("/components/schemas/{}", escaped(key));
    let properties = schemas.get(key).and_then(|schema| schema.get("properties"));
    let property = rest.first().and_then(|field| only_key(properties?, field));
    Some(property.map_or_else(|| schema.clone(), |key| format!("{schema}/properties/{}", escaped(key))))
}

/// Returns the one key from which a Rust name was derived.
fn only_key<'a>(map: &'a Value, name: &str) -> Option<&'a str> {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let mut keys = map.as_object()?.keys().filter(|key| letters(key) == letters(name));
    let key = keys.next();
    key.filter(|_| keys.next().is_none()).map(String::as_str)
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = self.item.as_ref().map(|item| format!("generated item `{}`", item.path.join("::")));
        match (&self.hand_written, item) {
            (Some(place), Some(item)) => write!(f, "{place}, which uses {item}")?,
            (Some(place), None) => write!(f, "{place}, which does not fit the generated client")?,
            (None, Some(item)) => write!(f, "{item}")?,
            (None, None) => write!(f, "generated code")?,
        }
        self.origin.as_ref().map_or(Ok(()), |origin| write!(f, ", from {origin}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TYPES: &str = "\
pub mod types {
    /// A refund.
    #[derive(Clone)]
    pub struct Refund {
        #[serde(rename = \"type\")]
        pub type_: String,
        pub amount: ::rust_decimal::Decimal,
    }
    impl ::std::fmt::Debug for Refund {
        fn fmt(
            &self,
        ) -> Result {
            match self {
                _ => 1,
            }
        }
    }
    pub enum Status {
        Open,
    }
}
";
    const CLIENT: &str = "\
impl Client {
    /// Makes a refund.
    ///
    /// Sends a `POST` request to `/refunds/{id}/`
    pub async fn create_refund<'a>(
        &'a self,
    ) -> Result {
        let x = {
            1
        };
        x
    }
}
";

    #[test]
    fn a_line_is_in_an_item() {
        let name =
            |source: &str, line| item(source, line).map(|item| item.path.join("::")).unwrap_or_default();
        let text = |wanted: &str| TYPES.lines().position(|line| line.contains(wanted)).expect("is there") + 1;
        for (line, wanted) in [
            ("/// A refund", "types::Refund"),
            ("derive", "types::Refund"),
            ("rename", "types::Refund::type_"),
            ("pub amount", "types::Refund::amount"),
            ("&self", "types::Refund::fmt"),
            ("_ => 1", "types::Refund::fmt"),
            ("Open", "types::Status"),
        ] {
            assert_eq!(name(TYPES, text(line)), wanted, "{line}");
        }
        for line in [2, 5, 6, 9, 11] {
            assert_eq!(name(CLIENT, line), "Client::create_refund", "{line}");
        }
        assert_eq!(name(CLIENT, 0), "");
        assert_eq!(name(CLIENT, 99), "");
    }

    #[test]
    fn an_item_is_from_a_place_or_from_none() {
        let main = json!({
            "paths": {"/refunds/{id}/": {"post": {}}},
            "components": {"schemas": {"refund": {"properties": {"type": {}, "a~b": {}}}, "Two": {}, "two": {}}},
        });
        let other = json!({"components": {"schemas": {"Status": {}}}});
        let documents = [("next.json", main), ("more.json", other)];
        let of = |path: &str| {
            let path = path.split("::").map(ToOwned::to_owned).collect();
            origin(&Item { path, call: None }, &documents).unwrap_or_default()
        };
        assert_eq!(of("types::Refund"), "next.json#/components/schemas/refund");
        assert_eq!(of("types::Refund::type_"), "next.json#/components/schemas/refund/properties/type");
        assert_eq!(of("types::Refund::a_b"), "next.json#/components/schemas/refund/properties/a~0b");
        assert_eq!(of("types::Refund::fmt"), "next.json#/components/schemas/refund");
        assert_eq!(of("types::Status"), "more.json#/components/schemas/Status");
        assert_eq!(of("types::Two"), "", "it may be either");
        assert_eq!(of("types::Elsewhere"), "");
        assert_eq!(of("Client::Refund"), "");
        let method = item(CLIENT, 9).expect("is in one");
        assert_eq!(origin(&method, &documents).expect("is there"), "next.json#/paths/~1refunds~1{id}~1/post");
    }
}
