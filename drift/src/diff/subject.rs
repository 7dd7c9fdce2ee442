//! Names schemas by their place: `Pet.owner.name`, `Pet.tags[]`, `POST /pets request body.name`,
//! `GET /pets cookie parameter "session"`.

use openapi_source::tree::NodeId;

use crate::diff::node::value::shorten;
use crate::diff::side::Side;
use crate::operations::ADDITIONAL;

/// Of longer lists the alternatives are numbered: whether a description is unique would cost too much.
const MOST_ALTERNATIVES: usize = 64;

/// Returns the name of a schema, or of the schema that holds a keyword.
pub(crate) fn name(side: &Side<'_>, node: NodeId) -> String {
    let pointer = side.tree.pointer(node);
    let raw: Vec<&str> = pointer.split('/').skip(1).collect();
    let steps: Vec<String> = raw.iter().map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let path = Path { side, root: side.tree.root(node), raw: &raw, steps: &steps };
    let is_document = matches!(steps.first(), Some(&("components" | "paths" | "webhooks")));
    let (mut name, rest) = if path.root == NodeId::ROOT || is_document {
        path.beginning()
    } else {
        // A file of its own is called as what it describes.
        let path = side.document.path(node);
        let file = path.rsplit('/').next().unwrap_or(path);
        (file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned(), &steps[..])
    };
    path.inside(&mut name, rest);
    shorten(&name, 160)
}

/// Way from the root of a file to a node.
struct Path<'s, 'd> {
    side: &'s Side<'d>,
    root: NodeId,
    /// As in the pointer.
    raw: &'s [&'s str],
    /// Without the pointer's escapes.
    steps: &'s [&'s str],
}

impl<'s> Path<'s, '_> {
    /// Returns the node that the first steps lead to.
    fn node(&self, length: usize) -> Option<NodeId> {
        let pointer: String = self.raw.get(..length)?.iter().flat_map(|step| ["/", step]).collect();
        self.side.tree.find_from(self.root, &pointer)
    }

    /// Returns the part before the first schema, and what is left.
    fn beginning(&self) -> (String, &'s [&'s str]) {
        match self.steps {
            ["components", "schemas", name, rest @ ..] => ((*name).to_owned(), rest),
            ["components", "parameters", name, rest @ ..] => {
                let parameter = self.node(3).and_then(|node| parameter(self.side, node));
                (parameter.unwrap_or_else(|| format!("{name} (parameters)")), after_schema(rest))
            }
            ["components", kind, name, rest @ ..] => (format!("{name} ({kind})"), after_schema(rest)),
            [root @ ("paths" | "webhooks"), path, rest @ ..] => {
                // Operations of other methods are one level deeper.
                let rest = if rest.first() == Some(&ADDITIONAL) { &rest[1..] } else { rest };
                let method = rest.first().filter(|step| **step != "parameters");
                let name = method
                    .map_or_else(|| (*path).to_owned(), |method| format!("{} {path}", method.to_uppercase()));
                let name = if *root == "webhooks" { format!("webhook {name}") } else { name };
                let rest = if method.is_some() { &rest[1..] } else { rest };
                let part = match rest {
                    ["requestBody", ..] => " request body".to_owned(),
                    ["responses", status, "headers", header, ..] => format!(" {status} header {header}"),
                    ["responses", status, ..] => format!(" {status}"),
                    ["parameters", at, inner @ ..] => {
                        let node = self.node(self.steps.len() - inner.len());
                        let parameter = node.and_then(|node| parameter(self.side, node));
                        format!(" {}", parameter.unwrap_or_else(|| format!("parameter {at}")))
                    }
                    ["callbacks", callback, ..] => format!(" callback {callback}"),
                    _ => String::new(),
                };
                (format!("{name}{part}"), after_schema(rest))
            }
            _ => (self.steps.join("/"), &[]),
        }
    }

    fn inside(&self, name: &mut String, rest: &[&str]) {
        let before = self.steps.len() - rest.len();
        let mut steps = rest.iter().enumerate();
        while let Some((at, step)) = steps.next() {
            match *step {
                "properties" | "patternProperties" | "dependentSchemas" | "$defs" => {
                    if let Some((_, property)) = steps.next() {
                        name.push('.');
                        name.push_str(property);
                    }
                }
                "items" | "prefixItems" | "contains" | "unevaluatedItems" => name.push_str("[]"),
                "additionalProperties" | "unevaluatedProperties" => name.push_str(".*"),
                kind @ ("allOf" | "anyOf" | "oneOf") => {
                    let number = steps.next().map_or("", |(_, number)| *number);
                    let list = self.node(before + at + 1);
                    let alternative =
                        list.and_then(|list| alternative(self.side, list, number.parse().ok()?));
                    let alternative = alternative.as_deref().unwrap_or(number);
                    name.push_str(&format!("({kind} {alternative})"));
                }
                kind @ ("not" | "if" | "then" | "else" | "contentSchema" | "propertyNames") => {
                    name.push_str(&format!("({kind})"));
                }
                // A keyword: the schema has been named.
                _ => break,
            }
        }
    }
}

fn after_schema<'s>(steps: &'s [&'s str]) -> &'s [&'s str] {
    steps.iter().position(|step| *step == "schema").map_or(&[], |at| &steps[at + 1..])
}

/// `cookie parameter "session"`, if it states both.
fn parameter(side: &Side<'_>, node: NodeId) -> Option<String> {
    let node = side.resolve(node)?;
    let (place, name) = (side.string(node, "in")?, side.string(node, "name")?);
    Some(format!("{} parameter \"{}\"", shorten(place, 20), shorten(name, 80)))
}

/// An alternative by its schema: a number means nothing to a reader, and changes when the list is sorted.
fn alternative(side: &Side<'_>, list: NodeId, number: usize) -> Option<String> {
    let members = side.items(Some(list));
    let name = described(side, *members.get(number)?);
    let is_same = |other: &&NodeId| described(side, **other) == name;
    let is_unique = members.len() <= MOST_ALTERNATIVES && members.iter().filter(is_same).count() == 1;
    Some(if is_unique { name } else { format!("{name} {}", number + 1) })
}

/// Returns the component that a schema refers to, its title, its properties or its type.
fn described(side: &Side<'_>, node: NodeId) -> String {
    const MOST_PROPERTIES: usize = 3;
    if let Some(reference) = side.string(node, "$ref") {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return shorten(&name.replace("~1", "/").replace("~0", "~"), 60);
    }
    if let Some(title) = side.string(node, "title") {
        return format!("\"{}\"", shorten(title, 60));
    }
    let properties = side.get(node, "properties").map(|node| side.tree.entries(node)).unwrap_or_default();
    if !properties.is_empty() {
        let first =
            properties.iter().take(MOST_PROPERTIES).map(|entry| shorten(side.tree.str(entry.key), 20));
        let mut names: Vec<String> = first.collect();
        if properties.len() > MOST_PROPERTIES {
            names.push("…".to_owned());
        }
        return format!("{{{}}}", names.join(", "));
    }
    side.string(node, "type").map_or_else(|| "schema".to_owned(), |name| shorten(name, 20))
}
