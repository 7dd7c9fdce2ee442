//! What a schema is called where it stands: `Pet.owner.name`, `Pet.tags[]`, `POST /pets request body.name`.

use openapi_source::tree::NodeId;

use super::side::Side;
use super::value::shorten;
use crate::operations::ADDITIONAL;

/// The name of a schema, or of the schema that holds a keyword.
pub(super) fn name(side: &Side<'_>, node: NodeId) -> String {
    let pointer = side.tree.pointer(node);
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let is_document = |steps: &[&str]| matches!(steps.first(), Some(&("components" | "paths" | "webhooks")));
    let (mut name, rest) = match side.tree.root(node) {
        // A file of its own is called as what it describes.
        root if root != NodeId::ROOT && !is_document(&steps) => {
            let path = side.document.path(node);
            let file = path.rsplit('/').next().unwrap_or(path);
            (file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned(), &steps[..])
        }
        _ => beginning(&steps),
    };
    inside(&mut name, rest);
    shorten(&name, 160)
}

/// The part before the first schema, and what is left.
fn beginning<'s>(steps: &'s [&'s str]) -> (String, &'s [&'s str]) {
    match steps {
        ["components", "schemas", name, rest @ ..] => ((*name).to_owned(), rest),
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
                ["parameters", at, ..] => format!(" parameter {at}"),
                ["callbacks", callback, ..] => format!(" callback {callback}"),
                _ => String::new(),
            };
            (format!("{name}{part}"), after_schema(rest))
        }
        _ => (steps.join("/"), &[]),
    }
}

fn after_schema<'s>(steps: &'s [&'s str]) -> &'s [&'s str] {
    steps.iter().position(|step| *step == "schema").map_or(&[], |at| &steps[at + 1..])
}

fn inside(name: &mut String, steps: &[&str]) {
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        match *step {
            "properties" | "patternProperties" | "dependentSchemas" | "$defs" => {
                if let Some(property) = steps.next() {
                    name.push('.');
                    name.push_str(property);
                }
            }
            "items" | "prefixItems" | "contains" | "unevaluatedItems" => name.push_str("[]"),
            "additionalProperties" | "unevaluatedProperties" => name.push_str(".*"),
            kind @ ("allOf" | "anyOf" | "oneOf") => {
                let at = steps.next().copied().unwrap_or_default();
                name.push_str(&format!("({kind} {at})"));
            }
            kind @ ("not" | "if" | "then" | "else" | "contentSchema" | "propertyNames") => {
                name.push_str(&format!("({kind})"));
            }
            // A keyword: the schema has been named.
            _ => break,
        }
    }
}
