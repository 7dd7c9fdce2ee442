//! The types of the wire: exact decimals, redacted `Debug`, constructors of requests, responses that can grow.
//!
//! Every generated type may gain fields and variants in a minor version, because the API does: ND8 has published
//! changed documents under an unchanged version. So all types are `#[non_exhaustive]`, callers build request bodies by `new` and setters, and responses have no
//! constructor, whose arguments a new required field would change. A test that needs a response reads it from JSON.
//!
//! Which types are requests follows from the operations that reach them, not from their names. A type of both directions is
//! treated as a request: leniency in reading would turn a mistaken request into an absent field, and a refund without an amount
//! refunds everything.

use std::collections::BTreeSet;

use quote::{ToTokens as _, quote};
use serde_json::{Map, Value};
use syn::{Attribute, Field, Fields, Item, ItemImpl, ItemMod, ItemStruct, parse_quote};

use super::debug::{self, Printable};
use super::fields::{
    add_doc, blank_is_absent, exact_decimal, is_collection, is_flattened, may_be_sent_as_null,
    may_be_sent_empty, null_is_empty, option_is_outside, reads_other_form, wire_name,
};
use super::rewrite::count;
use super::syntax::{compact, drops_derive};
use super::{constructors, ids};
use crate::document::Tree;
use crate::enums::OpenEnum;
use crate::operation::places;
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::schema::{Direction, reached, referenced_in};

/// Rewrites the module `types`, except for the open enums. Returns the names of all types, including those of the enums.
pub(super) fn rewrite(
    tree: &Tree,
    module: &mut ItemMod,
    enums: &[OpenEnum],
    profile: &Profile,
    support: &syn::Path,
) -> Result<BTreeSet<String>, String> {
    let Some((_, items)) = &mut module.content else {
        return Err("the module `types` has no content".into());
    };
    let generated = names(items, enums);
    let printable = Printable { types: &generated, names: &profile.debug_shows };
    let uses = Uses::of(tree, items);
    let mut impls = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Enum(item) => {
                item.attrs.push(described());
                item.attrs.push(parse_quote!(#[non_exhaustive]));
                impls.extend(exact_alternatives(item, support)?);
            }
            Item::Struct(item) => {
                let name = item.ident.to_string();
                let in_type = |problem: String| format!("in the type `{name}`: {problem}");
                item.attrs.push(described());
                fields(tree, item, &uses, enums, profile, support).map_err(in_type)?;
                // The derived `Debug` prints every field, also secrets and names.
                count("`Debug`", usize::from(drops_derive(&mut item.attrs, "Debug")), 1).map_err(in_type)?;
                let schema = tree.root.pointer(component(&name).as_str());
                match uses.requests.contains(&name) {
                    true => impls
                        .extend(constructors::add(item, schema.unwrap_or(&Value::Null)).map_err(in_type)?),
                    false => item.attrs.push(parse_quote!(#[non_exhaustive])),
                }
                impls.push(debug::implement(item, &printable, support));
            }
            _ => {}
        }
    }
    items.extend(impls.into_iter().map(Item::Impl));
    Ok(generated)
}

fn described() -> Attribute {
    parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))])
}

fn names(items: &[Item], enums: &[OpenEnum]) -> BTreeSet<String> {
    let written = items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        _ => None,
    });
    written.chain(enums.iter().map(|open| open.name.clone())).collect()
}

fn component(name: &str) -> Pointer {
    Pointer::root().join(["components", "schemas", name])
}

/// Classifies the types by their use.
struct Uses {
    /// The types that callers build: request bodies and all types in them.
    requests: BTreeSet<String>,
    /// The types that callers read.
    responses: BTreeSet<String>,
    /// The bodies of PATCH.
    patches: BTreeSet<String>,
}

impl Uses {
    fn of(tree: &Tree, items: &[Item]) -> Self {
        Self {
            requests: closure(items, reached(&tree.root, Direction::Request)),
            responses: closure(items, reached(&tree.root, Direction::Response)),
            patches: patch_bodies(tree),
        }
    }
}

/// Returns the named types, and all those that they mention.
fn closure(items: &[Item], names: BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pending: Vec<String> = names.into_iter().collect();
    while let Some(name) = pending.pop() {
        if !found.insert(name.clone()) {
            continue;
        }
        for item in items {
            let inside = match item {
                Item::Struct(item) if item.ident == name => item.fields.to_token_stream(),
                Item::Enum(item) if item.ident == name => item.variants.to_token_stream(),
                _ => continue,
            };
            pending.extend(idents(inside));
        }
    }
    found
}

fn idents(tokens: proc_macro2::TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => vec![ident.to_string()],
            proc_macro2::TokenTree::Group(group) => idents(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}

fn patch_bodies(tree: &Tree) -> BTreeSet<String> {
    places(&tree.root)
        .into_iter()
        .filter(|place| place.method == "patch")
        .filter_map(|place| {
            let content = place.get(&tree.root).get("requestBody")?.get("content")?;
            referenced_in(&content["application/json"]["schema"]).map(str::to_owned)
        })
        .collect()
}

/// Rewrites the fields of a struct, and compares what was rewritten with what its component schema has.
fn fields(
    tree: &Tree,
    item: &mut ItemStruct,
    uses: &Uses,
    enums: &[OpenEnum],
    profile: &Profile,
    support: &syn::Path,
) -> Result<(), String> {
    let name = item.ident.to_string();
    let properties = properties(tree, &name);
    let (is_request, is_response) = (uses.requests.contains(&name), uses.responses.contains(&name));
    // Without properties it is a map, of which nothing has a field.
    let is_lenient = properties.is_some_and(|properties| !properties.is_empty())
        && tree.root.pointer(component(&name).as_str()).is_some_and(|it| it["x-nd8-lenient"] == true);
    let mut rewritten = Rewritten::default();
    for field in &mut item.fields {
        let wire = wire_name(field);
        document(tree, &name, field);
        // First, because the other rewrites look for the `Option` on the outside.
        option_is_outside(field);
        let role = format!("{name}.{wire}");
        let id = profile.id(&role);
        if let Some(id) = id {
            ids::give_field(field, id, profile.need(&role).is_some())?;
        }
        let is_nullable =
            properties.and_then(|properties| properties.get(&wire)).is_some_and(|it| it["nullable"] == true);
        rewritten.decimals += usize::from(exact_decimal(field, support, is_request, is_nullable));
        let is_list = is_collection(&field.ty) && !is_flattened(field);
        rewritten.lists += usize::from(is_list);
        match (is_request, is_response) {
            // Null and blank stay values in a request: read as absent, they could change what it asks for.
            (true, _) => _ = may_be_sent_empty(field),
            (false, true) => {
                null_is_empty(field, support);
                blank_is_absent(field, enums, support);
            }
            (false, false) => {}
        }
        let other = properties.and_then(|properties| properties.get(&wire)?.get("x-nd8-kind")?.as_str());
        if is_lenient && is_flattened(field) {
            let reader = compact(&quote!(#support::extra::deserialize));
            field.attrs.push(parse_quote!(#[serde(deserialize_with = #reader)]));
            rewritten.extra += 1;
        }
        if let Some(kind) = other.filter(|_| is_response && id.is_none()) {
            reads_other_form(field, kind, support);
        }
        if uses.patches.contains(&name) && is_nullable {
            rewritten.nullable += usize::from(may_be_sent_as_null(field, support));
        }
    }
    count("the fields without a name", rewritten.extra, usize::from(is_lenient))?;
    let Some(properties) = properties else { return Ok(()) };
    let wires: BTreeSet<String> = item.fields.iter().map(wire_name).collect();
    let expected = |is_it: &dyn Fn(&Value) -> bool| {
        properties.iter().filter(|(wire, property)| wires.contains(*wire) && is_it(property)).count()
    };
    // The schema counts only what it writes out itself. Behind references there may be more, and a map counts as a list, so only
    // fewer than expected is a failure.
    for (what, found, expected) in [
        ("an exact decimal", rewritten.decimals, expected(&is_decimal)),
        ("a list", rewritten.lists, expected(&|property| property["type"] == "array")),
    ] {
        count(what, found, expected.max(found))?;
    }
    if uses.patches.contains(&name) {
        count(
            "a field that can be null",
            rewritten.nullable,
            expected(&|property| property["nullable"] == true),
        )?;
    }
    Ok(())
}

/// Returns whether a property is read as a decimal: any number, and a text whose format is `decimal`.
fn is_decimal(property: &Value) -> bool {
    let is_text = property["type"] == "string" && property["format"] == "decimal";
    let is_number = property["type"] == "number" || is_text;
    is_number && property.get("x-nd8-kind").is_none()
}

#[derive(Default)]
struct Rewritten {
    extra: usize,
    decimals: usize,
    /// And maps.
    lists: usize,
    nullable: usize,
}

/// Returns the properties of a component, unless it is composed of others.
fn properties<'a>(tree: &'a Tree, name: &str) -> Option<&'a Map<String, Value>> {
    let schema = tree.root.pointer(component(name).as_str())?.as_object()?;
    let is_composed = ["allOf", "anyOf", "oneOf"].iter().any(|key| schema.contains_key(*key));
    schema.get("properties").and_then(Value::as_object).filter(|_| !is_composed)
}

const UNKNOWN_FIELDS: &str = "Fields that this revision of the API does not name. Their names and values are kept, but for the last digits \
    of fractions: untyped JSON holds those as floating point. The body of the response has them exactly.";

/// Adds documentation where typify has none: to references, and to the field that it adds for unknown keys.
fn document(tree: &Tree, schema: &str, field: &mut Field) {
    if field.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        return;
    }
    let wire = wire_name(field);
    if is_flattened(field) {
        return add_doc(&mut field.attrs, UNKNOWN_FIELDS);
    }
    let place = component(schema).join(["properties", &wire, "description"]);
    if let Some(description) = tree.root.pointer(place.as_str()).and_then(Value::as_str) {
        add_doc(&mut field.attrs, description);
    }
}

/// Implements `Deserialize` for an untagged enum by reading the text of the value once for each form until one fits. serde's
/// derived code would buffer the value, and a fraction in that buffer is an `f64`.
fn exact_alternatives(item: &mut syn::ItemEnum, support: &syn::Path) -> Result<Option<ItemImpl>, String> {
    let is_untagged = |attr: &Attribute| attr.path().is_ident("serde") && compact(attr).contains("untagged");
    let payloads_only = item
        .variants
        .iter()
        .all(|variant| matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1));
    if !item.attrs.iter().any(is_untagged) || !payloads_only {
        return Ok(None);
    }
    let name = &item.ident;
    let dropped = drops_derive(&mut item.attrs, "Deserialize");
    count("`Deserialize`", usize::from(dropped), 1)
        .map_err(|problem| format!("in the type `{name}`: {problem}"))?;
    let variants = item.variants.iter().map(|variant| &variant.ident);
    let refusal = format!("the value has none of the forms of `{name}`");
    let value = quote!(#support::decimal::Alternatives);
    Ok(Some(parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let found = <#value as ::serde::Deserialize>::deserialize(deserializer)?;
                #(
                    if let Ok(value) = found.read() {
                        return Ok(Self::#variants(value));
                    }
                )*
                Err(found.refusal(#refusal))
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use syn::{ItemMod, parse_quote, parse_str};

    use super::rewrite;
    use crate::document::Tree;
    use crate::postprocess::syntax::compact;
    use crate::profile::Profile;

    fn tree(method: &str, role: &str, properties: &Value) -> Tree {
        let body =
            json!({ "content": { "application/json": { "schema": { "$ref": "#/components/schemas/A" } } } });
        let operation = match role {
            "request" => json!({ "requestBody": body }),
            _ => json!({ "responses": { "200": body } }),
        };
        let root = json!({
            "paths": { "/a/": { method: operation } },
            "components": { "schemas": { "A": { "type": "object", "properties": properties } } },
        });
        Tree { name: "a.json".into(), root, version: String::new(), repeated: Vec::new() }
    }

    fn rewritten(tree: &Tree, types: &str) -> Result<String, String> {
        let mut module: ItemMod = parse_str(&format!("pub mod types {{ {types} }}")).expect("is a module");
        rewrite(tree, &mut module, &[], &Profile::default(), &parse_quote!(crate::raw))?;
        Ok(compact(&module))
    }

    const LIST: &str = r#"#[derive(Debug)] pub struct A {
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")] pub a: ::std::vec::Vec<i64>,
    }"#;

    #[test]
    fn a_list_reads_null_in_a_response_and_can_be_emptied_in_a_request() {
        let list = json!({ "a": { "type": "array", "nullable": true } });
        let response = rewritten(&tree("get", "response", &list), LIST).expect("is as expected");
        assert!(response.contains("deserialize_with=\"crate::raw::null::as_empty\""), "{response}");
        let request = rewritten(&tree("post", "request", &list), LIST).expect("is as expected");
        assert!(request.contains("a:::std::option::Option<::std::vec::Vec<i64>>"), "{request}");
        let patch = rewritten(&tree("patch", "request", &list), LIST).expect("is as expected");
        assert!(patch.contains("a:::std::option::Option<::std::option::Option<::std::vec::Vec"), "{patch}");
    }

    #[test]
    fn every_count_fires() {
        let decimal = json!({ "a": { "type": "number", "format": "decimal" } });
        let nullable = json!({ "a": { "type": "integer", "nullable": true } });
        let list = json!({ "a": { "type": "array" } });
        for (what, tree, types, message) in [
            (
                "a float",
                tree("get", "response", &decimal),
                "#[derive(Debug)] pub struct A { pub a: f64 }",
                "an exact decimal 0 times",
            ),
            (
                "no null",
                tree("patch", "request", &nullable),
                "#[derive(Debug)] pub struct A { pub a: i64 }",
                "can be null 0 times",
            ),
            (
                "no list",
                tree("get", "response", &list),
                "#[derive(Debug)] pub struct A { pub a: Value }",
                "a list 0 times",
            ),
            ("no debug", tree("get", "response", &list), &LIST.replace("Debug", "Clone"), "`Debug` 0 times"),
            (
                "untagged",
                tree("get", "response", &list),
                "#[serde(untagged)] enum A { B(C) }",
                "`Deserialize` 0 times",
            ),
        ] {
            let error = rewritten(&tree, types).expect_err(what);
            assert!(error.contains(message), "{what}: {error}");
        }
    }
}
