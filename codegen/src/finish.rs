//! What can only be said about the Rust that came out: exact decimals, redacted `Debug`, growing responses.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;
use syn::visit_mut::VisitMut as _;
use syn::{Attribute, Field, Fields, File, ImplItem, Item, ItemImpl, ItemMod, ItemStruct, Type, parse_quote};

use crate::document::Tree;
use crate::enums::OpenEnum;
use crate::error::{Error, Problem};
use crate::generator::{EXACT_NUMBER, EXACT_STRING};
use crate::adapt::Placeholders;
use crate::operation::places;
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::schema::{Direction, reached, referenced_in};
use crate::security::{self, Operation};
use crate::tidy::Tidy;

/// The finished source: what stands on the wire, and what sends it. The first is of use without an HTTP client.
pub(crate) struct Finished {
    pub(crate) types: File,
    pub(crate) client: File,
}

/// Finishes the types and the client.
pub(crate) fn client(
    tree: &Tree,
    generated: TokenStream,
    enums: &[OpenEnum],
    operations: &[Operation],
    profile: &Profile,
    placeholders: &Placeholders,
) -> Result<Finished, Error> {
    let support: syn::Path = parse_quote!(crate::raw);
    let mut file = parse(tree, generated)?;
    file.items.retain(|item| !matches!(item, Item::Mod(module) if module.ident == "prelude"));
    wire_names(&mut file, placeholders);
    for item in &mut file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => types(tree, module, enums, profile, &support)?,
            Item::Impl(block) if is_inherent_client(block) => only_with_a_given_http_client(block),
            Item::Struct(client) if client.ident == "Client" => _ = drops_derive(&mut client.attrs, "Debug"),
            _ => {}
        }
    }
    Tidy.visit_file_mut(&mut file);
    let is_types = |item: &Item| matches!(item, Item::Mod(module) if module.ident == "types");
    let (types, mut items): (Vec<Item>, Vec<Item>) = file.items.into_iter().partition(is_types);
    items.insert(0, parse_quote!(use #support::types;));
    items.insert(0, parse_quote!(use #support::path_segment as encode_path;));
    let version = tree.root["info"]["version"].as_str().unwrap_or_default();
    items.extend(parse(tree, security::to_tokens(operations, version, &support))?.items);
    let file = |items| File { shebang: None, frontmatter: None, attrs: Vec::new(), items };
    Ok(Finished { types: file(types), client: file(items) })
}

/// Fields have the identifiers of `names`; what they are called on the wire is an attribute.
fn wire_names(file: &mut File, placeholders: &Placeholders) {
    let modules = file.items.iter_mut().filter_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut(),
        _ => None,
    });
    for item in modules.flat_map(|(_, items)| items) {
        let Item::Struct(item) = item else { continue };
        let owner = item.ident.to_string();
        for field in &mut item.fields {
            let ident = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
            let Some(wire) = placeholders.wire_name(&owner, &ident).filter(|wire| **wire != *ident) else { continue };
            field.attrs.push(parse_quote!(#[serde(rename = #wire)]));
        }
    }
}

/// Finishes the mocks.
pub(crate) fn mocks(tree: &Tree, generated: TokenStream) -> Result<File, Error> {
    let mut file = parse(tree, generated)?;
    Tidy.visit_file_mut(&mut file);
    Ok(file)
}

fn parse(tree: &Tree, tokens: TokenStream) -> Result<File, Error> {
    syn::parse2(tokens).map_err(|error| {
        tree.error(Pointer::root(), Problem::Generator(format!("it wrote Rust that does not parse: {error}")))
    })
}

fn is_inherent_client(block: &ItemImpl) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client"))
}

/// `Client::new` builds a `reqwest::Client` that follows redirects, has no TLS provider of ours, and panics where
/// that fails. The hand-written half builds a sound one.
fn only_with_a_given_http_client(block: &mut ItemImpl) {
    block.items.retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"));
}

fn types(
    tree: &Tree,
    module: &mut ItemMod,
    enums: &[OpenEnum],
    profile: &Profile,
    support: &syn::Path,
) -> Result<(), Error> {
    let Some((_, items)) = &mut module.content else { return Ok(()) };
    let requests = request_types(tree, items);
    let patches = patch_bodies(tree);
    let generated: BTreeSet<String> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.ident.to_string()),
            Item::Enum(item) => Some(item.ident.to_string()),
            _ => None,
        })
        .chain(enums.iter().map(|open| open.name.clone()))
        .collect();
    let mut impls = Vec::new();
    let described: Attribute =
        parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]);
    for item in items.iter_mut() {
        if let Item::Enum(item) = item {
            item.attrs.push(described.clone());
            impls.extend(exact_alternatives(item).map(Item::Impl));
        }
        let Item::Struct(item) = item else { continue };
        let name = item.ident.to_string();
        item.attrs.push(described.clone());
        for field in &mut item.fields {
            document(tree, &name, field);
            exact_decimal(field, support);
            if requests.contains(&name) {
                may_be_sent_empty(field);
            }
            if patches.contains(&name) && is_nullable(tree, &name, &wire_name(field)) {
                may_be_sent_as_null(field);
            }
        }
        if !requests.contains(&name) {
            item.attrs.push(parse_quote!(#[non_exhaustive]));
        }
        if drops_derive(&mut item.attrs, "Debug") {
            impls.push(Item::Impl(redacted_debug(item, &generated, profile)));
        }
    }
    items.extend(impls);
    for open_enum in enums {
        items.extend(parse(tree, open_enum.to_tokens(support))?.items);
    }
    Ok(())
}

const UNKNOWN_FIELDS: &str = "Fields that this revision of the API does not name. Their names and values are kept, but for the last digits \
    of fractions: untyped JSON holds those as floating point. The body of the answer has them exactly.";

/// References lose the description beside them, and the fields that typify adds have none.
fn document(tree: &Tree, schema: &str, field: &mut Field) {
    if field.attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        return;
    }
    let wire = wire_name(field);
    if wire == "extra" {
        return add_doc(&mut field.attrs, UNKNOWN_FIELDS);
    }
    let place = Pointer::root().join(["components", "schemas", schema, "properties", &wire, "description"]);
    if let Some(description) = tree.root.pointer(place.as_str()).and_then(Value::as_str) {
        add_doc(&mut field.attrs, description);
    }
}

/// Documentation goes before the other attributes, below what is there already.
fn add_doc(attrs: &mut Vec<Attribute>, text: &str) {
    let after = attrs.iter().rposition(|attr| attr.path().is_ident("doc")).map_or(0, |last| last + 1);
    attrs.insert(after, parse_quote!(#[doc = #text]));
}

/// The types that callers build: what request bodies are made of, however deep.
fn request_types(tree: &Tree, items: &[Item]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut pending: Vec<String> = reached(&tree.root, Direction::Request).into_iter().collect();
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

fn idents(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => vec![ident.to_string()],
            proc_macro2::TokenTree::Group(group) => idents(group.stream()),
            _ => Vec::new(),
        })
        .collect()
}

/// The schemas that are bodies of PATCH.
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

fn is_nullable(tree: &Tree, schema: &str, property: &str) -> bool {
    let place = Pointer::root().join(["components", "schemas", schema, "properties", property, "nullable"]);
    tree.root.pointer(place.as_str()) == Some(&Value::Bool(true))
}

/// Decimals get their type, and the adapter that reads and writes them digit for digit.
fn exact_decimal(field: &mut Field, support: &syn::Path) {
    let written = compact(&field.ty);
    for (marker, form) in [(EXACT_NUMBER, "number"), (EXACT_STRING, "string")] {
        let form = format_ident!("{form}");
        let module = compact(&quote!(#support::decimal::#form));
        if written == marker {
            let described = marker;
            field.ty = parse_quote!(::rust_decimal::Decimal);
            field.attrs.push(parse_quote!(#[serde(with = #module)]));
            field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #described))]));
        } else if field_is_option_of(&field.ty, marker) {
            let module = format!("{module}::option");
            let described = format!("Option<{marker}>");
            field.ty = parse_quote!(::std::option::Option<::rust_decimal::Decimal>);
            field.attrs.push(parse_quote!(#[serde(default, with = #module)]));
            field.attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", schemars(with = #described))]));
        }
    }
}

/// serde buffers the content of an untagged enum, and a number in the buffer is an `f64`. This reads the text of the
/// value once for each form until one fits.
fn exact_alternatives(item: &mut syn::ItemEnum) -> Option<ItemImpl> {
    let is_untagged = |attr: &Attribute| {
        attr.path().is_ident("serde") && attr.to_token_stream().to_string().contains("untagged")
    };
    let payloads_only = item
        .variants
        .iter()
        .all(|variant| matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1));
    if !item.attrs.iter().any(is_untagged) || !payloads_only || !drops_derive(&mut item.attrs, "Deserialize")
    {
        return None;
    }
    let name = &item.ident;
    let variants = item.variants.iter().map(|variant| &variant.ident);
    let refusal = format!("the value has none of the forms of `{name}`");
    Some(parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::boxed::Box<::serde_json::value::RawValue> as ::serde::Deserialize>::deserialize(deserializer)?;
                #(
                    if let Ok(value) = ::serde_json::from_str(text.get()) {
                        return Ok(Self::#variants(value));
                    }
                )*
                Err(<D::Error as ::serde::de::Error>::custom(#refusal))
            }
        }
    })
}

fn field_is_option_of(ty: &Type, inner: &str) -> bool {
    argument_of(ty, "Option").is_some_and(|argument| compact(argument) == inner)
}

pub(crate) fn compact(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

/// The `T` of `Wrapper<T>`.
fn argument_of<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == wrapper)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// typify leaves out an optional list that is empty, so a caller could not empty one.
fn may_be_sent_empty(field: &mut Field) {
    let is_list = argument_of(&field.ty, "Vec").is_some() || argument_of(&field.ty, "Map").is_some();
    let optional =
        field.attrs.iter().position(|attr| attr.to_token_stream().to_string().contains("is_empty"));
    if let (true, Some(index)) = (is_list, optional) {
        let ty = field.ty.clone();
        field.ty = parse_quote!(::std::option::Option<#ty>);
        let rename = rename(field);
        let rename = rename.map(|name| quote!(rename = #name,));
        field.attrs[index] =
            parse_quote!(#[serde(#rename default, skip_serializing_if = "::std::option::Option::is_none")]);
    }
}

/// In a PATCH an absent key leaves the value and a null clears it: two things, two levels of `Option`.
fn may_be_sent_as_null(field: &mut Field) {
    if argument_of(&field.ty, "Option").is_some() {
        let ty = field.ty.clone();
        field.ty = parse_quote!(::std::option::Option<#ty>);
        add_doc(&mut field.attrs, "\n\n`None` leaves the value as it is, `Some(None)` clears it.");
    }
}

fn rename(field: &Field) -> Option<String> {
    let mut name = None;
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        // Only `rename` is of interest here; whatever else stands in the attribute is skipped.
        let _ = attr.parse_nested_meta(|meta| {
            if let Ok(value) = meta.value() {
                let literal: syn::LitStr = value.parse()?;
                if meta.path.is_ident("rename") {
                    name = Some(literal.value());
                }
            }
            Ok(())
        });
    }
    name
}

fn wire_name(field: &Field) -> String {
    rename(field).or_else(|| field.ident.as_ref().map(Ident::to_string)).unwrap_or_default()
}

/// Takes one trait out of `#[derive(…)]`, and says whether it was there.
fn drops_derive(attrs: &mut [Attribute], name: &str) -> bool {
    let mut dropped = false;
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("derive")) {
        let parser = syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
        let Ok(traits) = attr.parse_args_with(parser) else { continue };
        let kept: Vec<&syn::Path> =
            traits.iter().filter(|path| path.segments.last().is_none_or(|last| last.ident != name)).collect();
        dropped |= kept.len() < traits.len();
        *attr = parse_quote!(#[derive(#(#kept),*)]);
    }
    dropped
}

/// `Debug` that prints what can hold no secret and nobody's name: numbers, times, states, and the identifiers on
/// the profile's list. A field that the API adds tomorrow is redacted until somebody looks at it.
fn redacted_debug(item: &ItemStruct, generated: &BTreeSet<String>, profile: &Profile) -> ItemImpl {
    let name = &item.ident;
    let title = name.to_string();
    let body = match &item.fields {
        Fields::Named(fields) => {
            let lines = fields.named.iter().map(|field| {
                let (ident, wire) = (&field.ident, wire_name(field));
                let label = ident.as_ref().map(Ident::to_string).unwrap_or_default();
                if is_plain(&field.ty, generated) || profile.debug_shows.contains(&wire) {
                    quote!(.field(#label, &self.#ident))
                } else {
                    quote!(.field(#label, &crate::raw::Redacted))
                }
            });
            quote!(f.debug_struct(#title)#(#lines)*.finish())
        }
        _ => quote!(f.debug_tuple(#title).field(&crate::raw::Redacted).finish()),
    };
    parse_quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                #body
            }
        }
    }
}

fn is_plain(ty: &Type, generated: &BTreeSet<String>) -> bool {
    for wrapper in ["Option", "Vec", "Box"] {
        if let Some(inner) = argument_of(ty, wrapper) {
            return is_plain(inner, generated);
        }
    }
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        let name = last.ident.to_string();
        matches!(
            name.as_str(),
            "bool" | "Decimal" | "ExactNumber" | "ExactString" | "i32" | "i64" | "Timestamp" | "u32" | "u64"
        ) || (generated.contains(&name) && name != "String")
    })
}
