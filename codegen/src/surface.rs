//! Public items of the generated code, one a line: what a reviewer reads on a refresh, and what semver is about.

use quote::ToTokens;
use syn::{Attribute, Fields, File, ImplItem, Item, ItemImpl, Type, Visibility};

/// Lists the public items of the files, sorted.
pub(crate) fn list(files: [&File; 2]) -> String {
    let mut lines = Vec::new();
    files.iter().for_each(|file| items(&file.items, "", &mut lines));
    lines.sort();
    lines.dedup();
    lines.into_iter().map(|line| line + "\n").collect()
}

fn items(items: &[Item], module: &str, lines: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Mod(item) if is_public(&item.vis) => {
                let (name, content) = (format!("{module}{}", item.ident), item.content.as_ref());
                lines.push(format!("mod {name}"));
                if let Some((_, children)) = content {
                    self::items(children, &format!("{name}::"), lines);
                }
            }
            Item::Struct(item) if is_public(&item.vis) => {
                let name = format!("{module}{}", item.ident);
                lines.push(format!("struct {name}{}", openness(&item.attrs)));
                fields(&name, &item.fields, lines);
            }
            Item::Enum(item) if is_public(&item.vis) => {
                let name = format!("{module}{}", item.ident);
                lines.push(format!("enum {name}{}", openness(&item.attrs)));
                for variant in &item.variants {
                    lines.push(format!("variant {name}::{}{}", variant.ident, tight(&variant.fields)));
                }
            }
            Item::Const(item) if is_public(&item.vis) => {
                // The value is part of what a caller sees, and what a version number is for.
                lines.push(format!(
                    "const {module}{}: {} = {}",
                    item.ident,
                    tight(&item.ty),
                    tight(&item.expr)
                ));
            }
            Item::Static(item) if is_public(&item.vis) => {
                lines.push(format!("static {module}{}: {}", item.ident, tight(&item.ty)));
            }
            Item::Use(item) if is_public(&item.vis) => lines.push(format!("use {}", tight(&item.tree))),
            Item::Impl(item) => implementation(item, module, lines),
            _ => {}
        }
    }
}

fn implementation(item: &ItemImpl, module: &str, lines: &mut Vec<String>) {
    let Type::Path(owner) = &*item.self_ty else { return };
    // A path with more than one segment is somebody else's type.
    let owner = match owner.path.segments.len() {
        1 => format!("{module}{}", tight(&without_lifetimes(owner))),
        _ => tight(owner),
    };
    if let Some((path, _)) = &item.trait_ {
        lines.push(format!("impl {} for {owner}", tight(path)));
        return;
    }
    for member in &item.items {
        if let ImplItem::Fn(function) = member
            && is_public(&function.vis)
        {
            let signature = tight(&function.sig);
            let (qualifiers, rest) = signature.split_once("fn ").unwrap_or(("", &signature));
            lines.push(format!("fn {owner}::{qualifiers}{rest}"));
        }
    }
}

/// Returns the path without lifetimes: callers write `CreateRefund<'a>` as `CreateRefund`.
pub(crate) fn without_lifetimes(ty: &syn::TypePath) -> syn::TypePath {
    let mut ty = ty.clone();
    for segment in &mut ty.path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            let is_lifetime = |it: &&syn::GenericArgument| matches!(it, syn::GenericArgument::Lifetime(_));
            arguments.args = arguments.args.iter().filter(|it| !is_lifetime(it)).cloned().collect();
            if arguments.args.is_empty() {
                segment.arguments = syn::PathArguments::None;
            }
        }
    }
    ty
}

fn fields(owner: &str, fields: &Fields, lines: &mut Vec<String>) {
    for (index, field) in fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
        lines.push(format!("field {owner}::{name}: {}", tight(&field.ty)));
    }
}

pub(crate) fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn openness(attrs: &[Attribute]) -> &'static str {
    match attrs.iter().any(|attr| attr.path().is_ident("non_exhaustive")) {
        true => " #[non_exhaustive]",
        false => "",
    }
}

/// Tokens as a person would write them on one line.
pub(crate) fn tight(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if needs_space(&line, word) {
            line.push(' ');
        }
        line.push_str(word);
    }
    // Trailing commas are the formatter's, not the item's.
    line.replace(", >", ">").replace(", )", ")").replace(",>", ">").replace(",)", ")")
}

fn needs_space(before: &str, word: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '\'' | '"');
    let (Some(last), Some(first)) = (before.chars().last(), word.chars().next()) else { return false };
    let after_lifetime = before
        .rsplit(|character: char| !is_word(character))
        .next()
        .is_some_and(|word| word.starts_with('\''));
    (is_word(last) && is_word(first))
        || (is_word(last) && after_lifetime && first == ':')
        || (before.ends_with(" impl") && first == ':')
        || last == ','
        || (last == ':' && !before.ends_with("::"))
        || before.ends_with("->")
        || word.starts_with("->")
        || matches!(last, '=' | '}')
        || word == "="
}
