//! Values that only look like parts of the document, such as examples and extensions.

use openapi_source::tree::{Kind, Tree};

/// Meaning of the keys of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// Keywords of OpenAPI, and extensions.
    Keywords,
    /// Names, as those of properties.
    Names,
    /// Whatever they like: the mapping is inside a value or an extension.
    Data,
}

/// Returns the contexts of all mappings and sequences from a node on, with which a document begins. A property may be called as a keyword or an extension, so only the whole
/// way from the root decides.
pub(crate) fn contexts(tree: &Tree, first: usize) -> Vec<Context> {
    let mut contexts = vec![Context::Keywords; tree.len() - first];
    // Parents come before what they hold.
    for node in tree.nodes().skip(first) {
        let is_list = match tree.kind(node) {
            Kind::Mapping(_) => false,
            Kind::Sequence(_) => true,
            _ => continue,
        };
        let parent = tree.parent(node);
        if parent == node {
            continue;
        }
        contexts[node.index() - first] = match (contexts[parent.index() - first], tree.key(node)) {
            (Context::Data, _) => Context::Data,
            (_, None) => Context::Keywords,
            (Context::Names, Some(name)) => {
                // Extensions are allowed among paths and statuses.
                let may_extend = || matches!(tree.key(parent), Some("paths" | "responses"));
                if name.starts_with("x-") && may_extend() { Context::Data } else { Context::Keywords }
            }
            (Context::Keywords, Some(keyword)) => below(keyword, is_list),
        };
    }
    contexts
}

/// Returns the context of what a keyword holds.
fn below(keyword: &str, is_list: bool) -> Context {
    match keyword {
        "const" | "dataValue" | "default" | "enum" | "example" | "value" => Context::Data,
        "examples" if is_list => Context::Data,
        extension if extension.starts_with("x-") => Context::Data,
        _ if is_list => Context::Keywords,
        "$defs"
        | "additionalOperations"
        | "callbacks"
        | "dependentSchemas"
        | "encoding"
        | "examples"
        | "headers"
        | "links"
        | "mapping"
        | "mediaTypes"
        | "parameters"
        | "pathItems"
        | "paths"
        | "patternProperties"
        | "properties"
        | "requestBodies"
        | "responses"
        | "schemas"
        | "securitySchemes"
        | "webhooks" => Context::Names,
        _ => Context::Keywords,
    }
}

#[cfg(test)]
mod tests {
    use crate::Document;

    #[test]
    fn properties_may_be_called_as_values() {
        let text = r#"{"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {
            "parameters": [{"schema": {}, "example": {"a": 1}, "examples": {"value": {"value": {"b": 2}}}}],
            "responses": {"default": {"content": {"a/b": {"schema": {"default": {"c": 3}}}}}, "x-more": [{"d": 4}]}}}},
            "webhooks": {"default": {"x-more": [{"h": 8}], "post": {}}},
            "components": {"schemas": {"value": {"examples": [{"e": 5}], "properties": {
                "default": {"type": "string"}, "x-id": {"const": {"f": 6}}, "properties": {"x-a": {"g": 7}}}}}}}"#;
        let document = Document::parse("json", text).unwrap();
        let tree = document.tree();
        let contexts = super::contexts(tree, 0);
        for (pointer, is_data) in [
            ("/paths/~1a/get/parameters/0/schema", false),
            ("/paths/~1a/get/parameters/0/example", true),
            ("/paths/~1a/get/parameters/0/examples/value", false),
            ("/paths/~1a/get/parameters/0/examples/value/value", true),
            ("/paths/~1a/get/responses/default/content/a~1b/schema", false),
            ("/paths/~1a/get/responses/default/content/a~1b/schema/default", true),
            ("/paths/~1a/get/responses/x-more/0", true),
            ("/webhooks/default/post", false),
            ("/webhooks/default/x-more/0", true),
            ("/components/schemas/value/examples/0", true),
            ("/components/schemas/value/properties/default", false),
            ("/components/schemas/value/properties/x-id", false),
            ("/components/schemas/value/properties/x-id/const", true),
            ("/components/schemas/value/properties/properties", false),
            ("/components/schemas/value/properties/properties/x-a", true),
        ] {
            let node = tree.find(pointer).unwrap_or_else(|| panic!("{pointer}"));
            assert_eq!(contexts[node.index()] == super::Context::Data, is_data, "{pointer}");
        }
    }
}
