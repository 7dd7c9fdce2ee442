//! The paths that Rust code names, read from its tokens, so that the arguments of macros are read like all other code.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{ItemUse, UseTree, Visibility};

/// A path that code names, such as `std::env::var`, and what is passed to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    /// The segments. The first is empty for a path that begins with `::`.
    pub(super) path: Vec<String>,
    pub(super) kind: Kind,
}

/// How a path is used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// As a function or a tuple, with its first argument.
    Call(Argument),
    /// As a macro, with its first argument.
    Macro(Argument),
    /// In any other way.
    Other,
}

/// The first argument of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// The value of a string literal.
    Text(String),
    /// A constant or a variable.
    Name(String),
    Other,
}

/// One name that a `use` item brings into scope.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// The name in this module; `*` for a glob.
    pub(super) name: String,
    pub(super) path: Vec<String>,
    /// Whether other modules can use the name from here.
    pub(super) is_reexport: bool,
}

/// What tokens name and import.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) mentions: Vec<Mention>,
    pub(super) imports: Vec<Import>,
}

impl Found {
    /// Adds each name of a `use` item, however deep it is nested.
    pub(super) fn add_use(&mut self, item: &ItemUse) {
        let prefix = if item.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        self.expand(&item.tree, &prefix, is_reexport);
    }

    fn expand(&mut self, tree: &UseTree, prefix: &[String], is_reexport: bool) {
        let with = |segment: String| [prefix, &[segment]].concat();
        let (name, path) = match tree {
            UseTree::Path(path) => {
                return self.expand(&path.tree, &with(path.ident.to_string()), is_reexport);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.expand(tree, prefix, is_reexport));
            }
            UseTree::Name(name) if name.ident == "self" => {
                (prefix.last().cloned().unwrap_or_default(), prefix.to_vec())
            }
            UseTree::Name(name) => (name.ident.to_string(), with(name.ident.to_string())),
            UseTree::Rename(rename) if rename.ident == "self" => (rename.rename.to_string(), prefix.to_vec()),
            UseTree::Rename(rename) => (rename.rename.to_string(), with(rename.ident.to_string())),
            UseTree::Glob(_) => ("*".to_owned(), with("*".to_owned())),
        };
        self.imports.push(Import { name, path, is_reexport });
    }

    /// Adds what code names, without items that are only compiled for unit tests.
    pub(super) fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            at = self.step(&tokens, at);
        }
    }

    /// Reads what begins at a token, and returns the index of the next.
    fn step(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        match &tokens[at] {
            TokenTree::Punct(punct) if punct.as_char() == '#' => match tokens.get(at + 1) {
                Some(TokenTree::Group(group)) if is_test(group) => after_item(tokens, at + 2),
                Some(TokenTree::Group(group)) => {
                    self.add_attribute(group);
                    at + 2
                }
                _ => at + 1,
            },
            TokenTree::Group(group) => {
                self.add_tokens(group.stream());
                at + 1
            }
            // Functions import as well, which items alone do not show.
            TokenTree::Ident(ident) if ident == "use" => {
                let end = tokens[at..].iter().position(|token| is_punct(Some(token), ';'));
                let end = end.map_or(at, |length| at + length + 1);
                match syn::parse2::<ItemUse>(tokens[at..end].iter().cloned().collect()) {
                    Ok(item) => {
                        self.add_use(&item);
                        end
                    }
                    // `use` in a macro's pattern, or a bound such as `use<'a>`.
                    Err(_) => at + 1,
                }
            }
            TokenTree::Ident(ident) if ident == "mod" => match (tokens.get(at + 1), tokens.get(at + 2)) {
                (Some(TokenTree::Ident(_)), Some(TokenTree::Group(group))) => {
                    self.add_inner(group.stream());
                    at + 3
                }
                _ => at + 1,
            },
            TokenTree::Ident(_) if !is_name_of_its_own(tokens, at) => self.add_path(tokens, at),
            _ => at + 1,
        }
    }

    /// Adds what a module names that a macro defines here. Its parent is this module.
    fn add_inner(&mut self, tokens: TokenStream) {
        let mut inner = Self::default();
        inner.add_tokens(tokens);
        let outer = |path: &mut Vec<String>| match (path.first(), path.get(1)) {
            (Some(first), Some(second)) if first == "super" && second == "super" => drop(path.remove(0)),
            (Some(first), _) if first == "super" => "self".clone_into(&mut path[0]),
            _ => {}
        };
        inner.mentions.iter_mut().for_each(|mention| outer(&mut mention.path));
        inner.imports.iter_mut().for_each(|import| outer(&mut import.path));
        self.mentions.append(&mut inner.mentions);
        self.imports.append(&mut inner.imports);
    }

    fn add_path(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let is_colons = |at: usize| is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':');
        let mut path = Vec::new();
        if start >= 2
            && is_colons(start - 2)
            && !matches!(start.checked_sub(3).map(|it| &tokens[it]), Some(TokenTree::Ident(_)))
        {
            path.push(String::new());
        }
        let mut at = start;
        while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
            path.push(ident.to_string());
            at += 1;
            if !(is_colons(at) && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)))) {
                break;
            }
            at += 2;
        }
        let kind = match (tokens.get(at), tokens.get(at + 1)) {
            (Some(TokenTree::Group(group)), _) if group.delimiter() == Delimiter::Parenthesis => {
                Kind::Call(Argument::of(group))
            }
            (Some(bang), Some(TokenTree::Group(group))) if is_punct(Some(bang), '!') => {
                // The arguments of `quote!` are code of another crate, with other rules.
                if path.last().is_some_and(|name| QUOTES.contains(&name.as_str())) {
                    return at + 2;
                }
                Kind::Macro(Argument::of(group))
            }
            // The name of a field or of a parameter.
            (Some(colon), _) if is_punct(Some(colon), ':') && path.len() == 1 && !is_colons(at) => return at,
            _ => Kind::Other,
        };
        // `pub(crate)`, and the value `self`.
        if !path.iter().all(|segment| matches!(segment.as_str(), "crate" | "self" | "super")) {
            self.mentions.push(Mention { path, kind });
        }
        at
    }

    /// Adds what an attribute names. Serde takes paths as texts: `#[serde(with = "crate::decimal")]`.
    fn add_attribute(&mut self, group: &Group) {
        for text in texts(group.stream()) {
            let segments: Vec<&str> = text.split("::").collect();
            let is_path = segments.len() > 1
                && segments.iter().all(|it| {
                    !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                });
            if is_path {
                let path = segments.into_iter().map(str::to_owned).collect();
                self.mentions.push(Mention { path, kind: Kind::Other });
            }
        }
        self.add_tokens(group.stream());
    }
}

/// Their arguments are code of another crate: that which is generated.
const QUOTES: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned"];

impl Argument {
    fn of(group: &Group) -> Self {
        let mut tokens = group.stream().into_iter();
        let (first, second) = (tokens.next(), tokens.next());
        let is_alone = second.is_none() || is_punct(second.as_ref(), ',');
        match first {
            Some(TokenTree::Literal(literal)) if is_alone => {
                text_of(&literal).map_or(Self::Other, Self::Text)
            }
            Some(TokenTree::Ident(ident)) if is_alone => Self::Name(ident.to_string()),
            _ => Self::Other,
        }
    }
}

/// Returns the value of a string literal.
pub(super) fn text_of(literal: &proc_macro2::Literal) -> Option<String> {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

fn texts(tokens: TokenStream) -> Vec<String> {
    let of = |token| match token {
        TokenTree::Group(group) => texts(group.stream()),
        TokenTree::Literal(literal) => text_of(&literal).into_iter().collect(),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(of).collect()
}

/// Returns whether tokens begin with an attribute by which they are compiled for unit tests only.
pub(super) fn begins_with_test(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let attributes = tokens.chunks(2).take_while(|pair| is_punct(pair.first(), '#'));
    attributes.into_iter().any(|pair| matches!(pair.get(1), Some(TokenTree::Group(group)) if is_test(group)))
}

/// Recognizes `cfg(test)` and `cfg(all(test, …))`, but not `cfg(any(test, …))` nor `cfg(not(test))`.
fn is_test(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// Returns the index behind the item that begins at a token, further attributes included.
fn after_item(tokens: &[TokenTree], start: usize) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(Some(token), ';'),
    };
    let length = tokens[start..].iter().position(is_end);
    length.map_or(tokens.len(), |length| start + length + 1)
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// Returns whether an identifier names nothing outside: a method, a field, a lifetime or a macro's variable.
fn is_name_of_its_own(tokens: &[TokenTree], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).map(|index| &tokens[index]);
    let is_range = is_punct(before(1), '.') && is_punct(before(2), '.');
    (is_punct(before(1), '.') && !is_range) || is_punct(before(1), '\'') || is_punct(before(1), '$')
}

#[cfg(test)]
mod tests {
    use super::{Argument, Found, Kind};

    fn found(code: &str) -> Found {
        let mut found = Found::default();
        found.add_tokens(code.parse().expect("is Rust"));
        found
    }

    #[test]
    fn use_trees_are_expanded() {
        let file = syn::parse_file(
            "use std::{self, env::{self as outside, var_os as read}, fs::*}; pub(crate) use self::a::B; use ::c::d;",
        );
        let mut found = Found::default();
        for item in file.expect("is Rust").items {
            let syn::Item::Use(item) = item else { panic!("is no import: {item:?}") };
            found.add_use(&item);
        }
        let imports: Vec<_> =
            found.imports.iter().map(|it| (it.name.as_str(), it.path.join("::"), it.is_reexport)).collect();
        let expected = [
            ("std", "std", false),
            ("outside", "std::env", false),
            ("read", "std::env::var_os", false),
            ("*", "std::fs::*", false),
            ("B", "self::a::B", true),
            ("d", "::c::d", false),
        ];
        assert_eq!(imports, expected.map(|(name, path, is_reexport)| (name, path.to_owned(), is_reexport)));
    }

    #[test]
    fn paths_are_found_wherever_they_are() {
        for (code, path) in [
            ("fn f() { a::b(); }", "a::b"),
            ("fn f() { format!(\"{}\", a::b()) }", "a::b"),
            ("macro_rules! m { () => { a::b() } }", "a::b"),
            ("#[serde(with = \"a::b\")] struct S;", "a::b"),
            ("impl T for Vec<a::b> {}", "a::b"),
            ("fn f() { Vec::<a::b>::new() }", "a::b"),
            ("fn f() { let x = ..a::b; }", "a::b"),
            ("fn f() { ::a::b() }", "::a::b"),
            ("macro_rules! m { () => { mod x { super::b(); mod y { super::super::c() } } } }", "self::b"),
            ("macro_rules! m { () => { mod x { super::b(); mod y { super::super::c() } } } }", "self::c"),
        ] {
            let mentions = found(code).mentions;
            assert!(mentions.iter().any(|mention| mention.path.join("::") == path), "{code}: {mentions:?}");
        }
    }

    #[test]
    fn tests_methods_and_generated_code_name_nothing() {
        for code in [
            "#[cfg(test)] mod tests { fn f() { a::b() } }",
            "#[cfg(all(test, unix))] #[inline] fn f() { a::b() }",
            "impl S { #[cfg(test)] fn f() { a::b() } }",
            "fn f(x: u8) { x.a(); quote!(a::b) }",
        ] {
            let mentions = found(code).mentions;
            assert!(!mentions.iter().any(|mention| mention.path[0] == "a"), "{code}: {mentions:?}");
        }
        let mentions = found("#[cfg(not(test))] fn f() { a::b() }").mentions;
        assert!(mentions.iter().any(|mention| mention.path[0] == "a"), "{mentions:?}");
    }

    #[test]
    fn the_first_argument_is_kept() {
        for (code, kind) in [
            ("f(\"A\")", Kind::Call(Argument::Text("A".to_owned()))),
            ("f(r\"A\", 1)", Kind::Call(Argument::Text("A".to_owned()))),
            ("f(NAME)", Kind::Call(Argument::Name("NAME".to_owned()))),
            ("f(\"A\".to_owned())", Kind::Call(Argument::Other)),
            ("f!(\"A\")", Kind::Macro(Argument::Text("A".to_owned()))),
            ("f", Kind::Other),
        ] {
            assert_eq!(found(code).mentions[0].kind, kind, "{code}");
        }
    }
}
