//! Rewrites the Rust that progenitor generates: request objects, constructors, exact decimals, redacted `Debug`.
//!
//! progenitor has no setting for any of these, and a fork of it would have to follow each release. Templates of our own would
//! give up what it does well: URLs, query encoding, the types of schemas. So its output is parsed and changed as syntax trees.
//!
//! Each rewrite counts what it found, and codegen fails if the count is unexpected. progenitor is pinned to 0.15.1, but a new
//! version, or a document that takes another of its code paths, would otherwise leave a place unchanged without an error: an
//! amount read as `f64`, a path parameter that names another endpoint, a header that no operation describes.

mod constructors;
mod debug;
mod fields;
mod ids;
mod mocks;
mod names;
mod parameters;
mod requests;
mod rewrite;
mod syntax;
mod types;

use proc_macro2::TokenStream;
use syn::visit_mut::VisitMut as _;
use syn::{File, ImplItem, Item, parse_quote};

use self::debug::Printable;
use self::rewrite::{Docs, WithoutImport, count};
use self::syntax::{drops_derive, is_inherent_client};
use crate::adapt::Placeholders;
use crate::document::Tree;
use crate::enums::OpenEnum;
use crate::error::{Error, Problem};
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::security::{self, Operation};

/// Generated source: the types of the wire, which need no HTTP client, and the client.
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

/// Adds each field's name on the wire as an attribute. Its identifier is the one that `names` chose.
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

/// Removes what `src/raw` implements itself. `Client::new` builds a `reqwest::Client` that follows redirects and has no TLS
/// provider, and panics if that fails. `encode_path` does not encode `.`, `..` and `\`, so that a parameter could name another
/// endpoint. The derived `Debug` prints default headers.
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
