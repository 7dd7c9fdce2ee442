//! What only looks like a part of the document: values, such as examples, and extensions.

use crate::source::tree::{Kind, NodeId, Tree};

/// Keys whose mappings hold names, not keywords.
const NAMES: [&str; 18] = [
    "$defs",
    "callbacks",
    "dependentSchemas",
    "encoding",
    "examples",
    "headers",
    "links",
    "mapping",
    "parameters",
    "pathItems",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "securitySchemes",
    "webhooks",
];

/// Keys whose values are data.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "value"];

/// Whether a node is inside a value or an extension. A property may be called as either.
pub(super) fn is_data(tree: &Tree, node: NodeId) -> bool {
    let parents =
        std::iter::successors(Some(node), |node| (*node != NodeId::ROOT).then(|| tree.parent(*node)));
    let mut steps: Vec<NodeId> = parents.collect();
    steps.reverse();
    let mut is_name = false;
    for node in steps {
        // An item of a list is no step.
        let Some(key) = tree.key(node) else { continue };
        let is_extension = key.starts_with("x-");
        if is_name {
            // Among paths and statuses extensions may stand.
            if is_extension && matches!(tree.key(tree.parent(node)), Some("paths" | "responses")) {
                return true;
            }
            is_name = false;
            continue;
        }
        let is_list = matches!(tree.kind(node), Kind::Sequence(_));
        if is_extension || VALUES.contains(&key) || (key == "examples" && is_list) {
            return true;
        }
        is_name = NAMES.contains(&key) && !is_list;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::source::Document;

    #[test]
    fn properties_may_be_called_as_values() {
        let text = r#"{"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {
            "parameters": [{"schema": {}, "example": {"a": 1}, "examples": {"value": {"value": {"b": 2}, "summary": ""}}}],
            "responses": {"default": {"content": {"a/b": {"schema": {"default": {"c": 3}}}}}, "x-more": {"d": 4}}}}},
            "webhooks": {"default": {"x-more": {"h": 8}, "post": {}}},
            "components": {"schemas": {"value": {"examples": [{"e": 5}], "properties": {
                "default": {"type": "string"}, "x-id": {"const": {"f": 6}}, "properties": {"x-a": {"g": 7}}}}}}}"#;
        let document = Document::parse("json", text).unwrap();
        let tree = document.tree();
        for (pointer, is_data) in [
            ("/paths/~1a/get/parameters/0/schema", false),
            ("/paths/~1a/get/parameters/0/example/a", true),
            ("/paths/~1a/get/parameters/0/examples/value/summary", false),
            ("/paths/~1a/get/parameters/0/examples/value/value/b", true),
            ("/paths/~1a/get/responses/default/content/a~1b/schema", false),
            ("/paths/~1a/get/responses/default/content/a~1b/schema/default/c", true),
            ("/paths/~1a/get/responses/x-more/d", true),
            ("/webhooks/default/post", false),
            ("/webhooks/default/x-more/h", true),
            ("/components/schemas/value/examples/0/e", true),
            ("/components/schemas/value/properties/default/type", false),
            ("/components/schemas/value/properties/x-id", false),
            ("/components/schemas/value/properties/x-id/const/f", true),
            ("/components/schemas/value/properties/properties", false),
            ("/components/schemas/value/properties/properties/x-a/g", true),
        ] {
            let node = tree.find(pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_eq!(super::is_data(tree, node), is_data, "{pointer}");
        }
    }
}
