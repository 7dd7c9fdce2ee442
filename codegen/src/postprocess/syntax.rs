//! Small operations on syntax trees that several rewrites share.
//!
//! They are in a file of their own so that no rewrite imports its parent module, which imports them all.

use quote::ToTokens;
use syn::{Attribute, ItemImpl, Type, parse_quote};

/// Returns tokens as text without the spaces between them, so that a comparison does not depend on how they are printed.
pub(super) fn compact(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace([' ', '\n'], "")
}

/// Returns whether this is `impl Client`.
pub(super) fn is_inherent_client(block: &ItemImpl) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client"))
}

/// Removes one trait from `#[derive(…)]`, and returns whether it was there.
pub(super) fn drops_derive(attrs: &mut [Attribute], name: &str) -> bool {
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
pub(super) fn add_derive(attrs: &mut Vec<Attribute>, name: &str) {
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
