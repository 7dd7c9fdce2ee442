//! Changes the Rust that progenitor wrote: request objects, constructors, exact decimals, redacted `Debug`.
//!
//! Everything here rewrites what progenitor 0.15.1 wrote. Each rewrite counts what it found, and codegen fails when the
//! count is wrong: progenitor is pinned, and a new version must not silently change what is sent.

mod constructors;
mod debug;
mod fields;
mod ids;
mod mocks;
mod names;
mod parameters;
mod requests;
mod rewrite;
mod types;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit_mut::VisitMut as _;
use syn::{Attribute, File, ImplItem, Item, ItemImpl, Type, parse_quote};

use self::debug::Printable;
use self::rewrite::{Docs, WithoutImport, count};
use crate::adapt::Placeholders;
use crate::document::Tree;
use crate::enums::OpenEnum;
use crate::error::{Error, Problem};
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::security::{self, Operation};

/// Generated source: the types of the wire, which are of use without an HTTP client, and the client.
pub(crate) struct Source {
    pub(crate) types: File,
    pub(crate) client: File,
}

/// Rewrites the types and the client.
pub(crate) fn client(
    tree: &Tree,
    generated: TokenStream,
    enums: &[OpenEnum],
    operations: &[Operation],
    profile: &Profile,
    placeholders: &Placeholders,
) -> Result<Source, Error> {
    let support: syn::Path = parse_quote!(crate::raw);
    let unexpected = |problem: String| tree.error(Pointer::root(), Problem::UnexpectedOutput(problem));
    let mut items = parse(tree, generated)?.items;
    count("the module `prelude`", remove_module(&mut items, "prelude").len(), 1).map_err(unexpected)?;
    let mut types = remove_module(&mut items, "types");
    count("the module `types`", types.len(), 1).map_err(unexpected)?;
    let mut names = Default::default();
    for module in &mut types {
        let Item::Mod(module) = module else { continue };
        wire_names(module, placeholders);
        names = types::rewrite(tree, module, enums, profile, &support).map_err(unexpected)?;
        for open_enum in enums {
            let items = parse(tree, open_enum.to_tokens(&support))?.items;
            module.content.iter_mut().for_each(|(_, content)| content.extend(items.clone()));
        }
    }
    client_struct(&mut items).map_err(unexpected)?;
    let printable = Printable { types: &names, names: &profile.debug_shows };
    let calls = parameters::collect(tree);
    let requests =
        requests::transform(&mut items, &calls, &printable, profile, &support).map_err(unexpected)?;
    items.push(requests);
    items.insert(0, parse_quote!(use #support::types;));
    let version = tree.root["info"]["version"].as_str().unwrap_or_default();
    items.extend(parse(tree, security::to_tokens(operations, version, &support))?.items);
    let file = |items| {
        let mut file = File { shebang: None, frontmatter: None, attrs: Vec::new(), items };
        Docs.visit_file_mut(&mut file);
        file
    };
    Ok(Source { types: file(types), client: file(items) })
}

/// Fields have the identifiers of `names`; what they are called on the wire is an attribute.
fn wire_names(module: &mut syn::ItemMod, placeholders: &Placeholders) {
    for item in module.content.iter_mut().flat_map(|(_, items)| items) {
        let Item::Struct(item) = item else { continue };
        let owner = item.ident.to_string();
        for field in &mut item.fields {
            let ident = fields::label(field);
            if let Some(wire) = placeholders.wire_name(&owner, &ident).filter(|wire| *wire != ident) {
                fields::rename_to(field, wire);
            }
        }
    }
}

/// Rewrites the mocks.
pub(crate) fn mocks(tree: &Tree, generated: TokenStream) -> Result<File, Error> {
    let mut file = parse(tree, generated)?;
    mocks::rewrite(tree, &mut file)
        .map_err(|problem| tree.error(Pointer::root(), Problem::UnexpectedOutput(problem)))?;
    Docs.visit_file_mut(&mut file);
    Ok(file)
}

fn parse(tree: &Tree, tokens: TokenStream) -> Result<File, Error> {
    syn::parse2(tokens).map_err(|error| {
        tree.error(Pointer::root(), Problem::UnexpectedOutput(format!("it does not parse: {error}")))
    })
}

fn remove_module(items: &mut Vec<Item>, name: &str) -> Vec<Item> {
    items.extract_if(.., |item| matches!(item, Item::Mod(module) if module.ident == name)).collect()
}

/// Removes what `src/raw` has its own version of. `Client::new` builds a `reqwest::Client` that follows redirects, has no
/// TLS provider, and panics if that fails. `encode_path` leaves `.`, `..` and `\` alone, so that a parameter could name
/// another endpoint. The derived `Debug` prints default headers.
fn client_struct(items: &mut [Item]) -> Result<(), String> {
    let (mut debug, mut new) = (0, 0);
    let mut import = WithoutImport { name: "encode_path", found: 0 };
    for item in items {
        match item {
            Item::Impl(block) if is_inherent_client(block) => {
                let before = block.items.len();
                block.items.retain(|item| !matches!(item, ImplItem::Fn(it) if it.sig.ident == "new"));
                new += before - block.items.len();
            }
            Item::Struct(client) if client.ident == "Client" => {
                debug += usize::from(drops_derive(&mut client.attrs, "Debug"));
            }
            Item::Use(item) => import.visit_item_use_mut(item),
            _ => {}
        }
    }
    count("`Debug` of `Client`", debug, 1)?;
    count("`Client::new`", new, 1)?;
    count("the import of `encode_path`", import.found, 1)
}

fn is_inherent_client(block: &ItemImpl) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client"))
}

/// Returns tokens as text without the spaces between them.
pub(crate) fn compact(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace([' ', '\n'], "")
}

/// Takes one trait out of `#[derive(…)]`, and returns whether it was there.
fn drops_derive(attrs: &mut [Attribute], name: &str) -> bool {
    let mut dropped = false;
    for attr in attrs.iter_mut().filter(|attr| attr.path().is_ident("derive")) {
        let traits = derived(attr);
        let kept: Vec<&syn::Path> = traits.iter().filter(|path| !is_trait(path, name)).collect();
        dropped |= kept.len() < traits.len();
        *attr = parse_quote!(#[derive(#(#kept),*)]);
    }
    dropped
}

/// Adds a trait to `#[derive(…)]`, unless it is there.
fn add_derive(attrs: &mut Vec<Attribute>, name: &str) {
    let name = quote::format_ident!("{name}");
    let derives = || attrs.iter().filter(|attr| attr.path().is_ident("derive"));
    if derives().flat_map(derived).any(|path| is_trait(&path, &name.to_string())) {
        return;
    }
    match attrs.iter_mut().find(|attr| attr.path().is_ident("derive")) {
        Some(attr) => {
            let traits = derived(attr);
            *attr = parse_quote!(#[derive(#(#traits,)* #name)]);
        }
        None => attrs.push(parse_quote!(#[derive(#name)])),
    }
}

fn derived(attr: &Attribute) -> Vec<syn::Path> {
    let parser = syn::punctuated::Punctuated::<syn::Path, syn::Token![,]>::parse_terminated;
    attr.parse_args_with(parser).map(|traits| traits.into_iter().collect()).unwrap_or_default()
}

fn is_trait(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

#[cfg(test)]
mod tests {
    use super::client_struct;

    const CLIENT: &str = "use progenitor_client::{encode_path, Error};
        #[derive(Clone, Debug)] pub struct Client;
        impl Client { pub fn new() {} pub fn new_with_client() {} }";

    fn problem(text: &str) -> Option<String> {
        let mut file = syn::parse_file(text).expect("is Rust");
        client_struct(&mut file.items).err()
    }

    #[test]
    fn every_count_fires() {
        assert_eq!(problem(CLIENT), None);
        for (from, to, message) in [
            ("Clone, Debug", "Clone", "`Debug` of `Client` 0 times, expected 1"),
            ("pub fn new() {}", "", "`Client::new` 0 times, expected 1"),
            ("encode_path, ", "", "the import of `encode_path` 0 times, expected 1"),
            ("Client {", "Klient {", "`Client::new` 0 times, expected 1"),
        ] {
            let problem = problem(&CLIENT.replace(from, to)).expect(message);
            assert!(problem.contains(message), "{problem}");
        }
    }
}
