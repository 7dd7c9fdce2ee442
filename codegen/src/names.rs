//! Rust names from names of a document: one checked function for each style, and one rule for collisions.
//!
//! The rule: a name that is taken, or reserved, gets the lowest number from 2 that makes it free. Where several names of one
//! scope yield the same identifier, those written exactly like the identifier come first, and the others follow in the
//! order of their bytes; so neither the order of a document nor a further name changes the name of one that fits.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};

/// Types of the prelude and of the generated module itself, which unqualified uses in generated code must go on to mean.
const RESERVED_TYPES: [&str; 48] = [
    "AsMut",
    "AsRef",
    "Box",
    "ByteStream",
    "Client",
    "ClientInfo",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "DeserializeOwned",
    "Display",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "FromStr",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "JsonSchema",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "ResponseValue",
    "Result",
    "Security",
    "Self",
    "Send",
    "Serialize",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Vec",
];

/// Methods that the generated client, its requests and its mocks have anyway, and names that generated bodies use.
const RESERVED_METHODS: [&str; 28] = [
    "api_version",
    "baseurl",
    "body",
    "client",
    "clone",
    "clone_from",
    "default",
    "exec",
    "fmt",
    "from",
    "header_map",
    "inner",
    "into",
    "into_inner",
    "method",
    "new",
    "new_with_client",
    "path",
    "post",
    "pre",
    "raw",
    "request",
    "response",
    "result",
    "send",
    "success",
    "url",
    "value",
];

/// Turns any text into an identifier in snake case, without regard to what is taken.
pub(crate) fn snake(text: &str) -> String {
    let name = valid(&words(text).to_snake_case());
    // `self`, `crate`, `super` and `Self` have no raw form, so every keyword gets an underscore.
    if is_keyword(&name) { format!("{name}_") } else { name }
}

/// Turns any text into an identifier in upper camel case, without regard to what is taken.
pub(crate) fn camel(text: &str) -> String {
    // Twice, so that the result stays what it is when the generator does the same again.
    let name = valid(&words(text).to_upper_camel_case()).to_upper_camel_case();
    if is_keyword(&name) { format!("{name}Value") } else { name }
}

/// Returns whether a word is a keyword of the edition; `syn` does not know those of 2024.
fn is_keyword(word: &str) -> bool {
    // Parsing the word is the list of keywords that cannot become stale.
    word == "gen" || syn::parse_str::<syn::Ident>(word).is_err()
}

/// Identifiers begin with a letter and have some.
fn valid(name: &str) -> String {
    match name.chars().next() {
        None => "blank".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("x{name}"),
        Some(_) => name.to_owned(),
    }
}

/// Spells out what cannot be part of an identifier. ASCII only: rustc compares identifiers in a normal form of Unicode,
/// and what is equal there is not worth knowing here.
fn words(text: &str) -> String {
    let symbols_only = !text.is_empty() && !text.chars().any(char::is_alphanumeric);
    let mut words = String::new();
    for (index, character) in text.chars().enumerate() {
        match character {
            letter if letter.is_ascii_alphanumeric() => words.push(letter),
            '-' if index == 0 && text.len() > 1 => words.push_str("minus_"),
            symbol if symbols_only => {
                words.push(' ');
                words.push_str(&symbol_word(symbol));
            }
            other if other.is_ascii() => words.push('_'),
            other => words.push_str(&format!("u{:04x}", u32::from(other))),
        }
    }
    words
}

fn symbol_word(symbol: char) -> String {
    match symbol {
        '-' => "minus".to_owned(),
        '+' => "plus".to_owned(),
        '*' => "star".to_owned(),
        '/' => "slash".to_owned(),
        '<' => "less".to_owned(),
        '>' => "greater".to_owned(),
        '=' => "equal".to_owned(),
        '!' => "not".to_owned(),
        '~' => "tilde".to_owned(),
        '%' => "percent".to_owned(),
        '&' => "and".to_owned(),
        '|' => "or".to_owned(),
        '.' => "dot".to_owned(),
        ',' => "comma".to_owned(),
        ' ' => "space".to_owned(),
        '_' => "underscore".to_owned(),
        other => format!("u{:04x}", u32::from(other)),
    }
}

/// A set of names that are taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    taken: BTreeSet<String>,
}

impl Scope {
    /// Returns the scope of generated types.
    pub(crate) fn of_types() -> Self {
        Self { taken: RESERVED_TYPES.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// Returns the scope of the methods of a generated client or request.
    pub(crate) fn of_methods() -> Self {
        Self { taken: RESERVED_METHODS.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// Returns a scope in which only these are taken.
    pub(crate) fn with(taken: &[&str]) -> Self {
        Self { taken: taken.iter().map(|name| (*name).to_owned()).collect() }
    }

    /// Takes a name whether it is free or not.
    pub(crate) fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// Takes a name, or the first free one after it.
    pub(crate) fn claim(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        for number in 2_u32.. {
            if self.taken.insert(free.clone()) {
                break;
            }
            free = format!("{name}{number}");
        }
        free
    }
}

/// Gives each of the names of a scope an identifier of its own, by the rule above.
pub(crate) fn assign<'a>(
    names: impl IntoIterator<Item = &'a str>,
    style: fn(&str) -> String,
    scope: Scope,
) -> BTreeMap<&'a str, String> {
    assign_first(names, style, scope, |_| false)
}

/// Assigns names like [`assign`], but those that hand-written code uses come before all others: a document that adds `success_url` does not take the name
/// away from `successUrl`.
pub(crate) fn assign_first<'a>(
    names: impl IntoIterator<Item = &'a str>,
    style: fn(&str) -> String,
    mut scope: Scope,
    is_first: impl Fn(&str) -> bool,
) -> BTreeMap<&'a str, String> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let mut ordered: Vec<&str> = names.into_iter().collect();
    ordered.sort_by_key(|name| (!is_first(name), style(name) != **name, *name));
    ordered.into_iter().map(|name| (name, scope.claim(&style(name)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_yields_an_identifier() {
        for (text, snake_case, camel_case) in [
            ("depositAttempts", "deposit_attempts", "DepositAttempts"),
            ("created_at__gte", "created_at_gte", "CreatedAtGte"),
            ("type", "type_", "Type"),
            ("self", "self_", "SelfValue"),
            ("gen", "gen_", "Gen"),
            ("3ds", "x3ds", "X3ds"),
            ("@id", "id", "Id"),
            ("-created_at", "minus_created_at", "MinusCreatedAt"),
            ("", "blank", "Blank"),
            (">=", "greater_equal", "GreaterEqual"),
            ("-", "minus", "Minus"),
            ("Status.Enum", "status_enum", "StatusEnum"),
            ("größe", "gru00f6u00dfe", "Gru00f6u00dfe"),
            ("\u{202e}\u{0}", "u202eu0000", "U202eU0000"),
        ] {
            assert_eq!(snake(text).replace('_', ""), snake_case.replace('_', ""), "{text}");
            assert_eq!(camel(text).to_lowercase(), camel_case.to_lowercase(), "{text}");
            for name in [snake(text), camel(text)] {
                assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{text} yields {name}");
            }
            assert_eq!(camel(&camel(text)), camel(text), "{text}");
        }
    }

    #[test]
    fn collisions_get_numbers_in_an_order_that_nothing_else_changes() {
        let names = assign(["fooBar", "foo-bar", "foo_bar", "@type", "type"], snake, Scope::default());
        assert_eq!(names["foo_bar"], "foo_bar", "it is written like the identifier");
        assert_eq!(names["foo-bar"], "foo_bar2");
        assert_eq!(names["fooBar"], "foo_bar3");
        assert_eq!(names["@type"], "type_");
        assert_eq!(names["type"], "type_2");
        let mut types = Scope::of_types();
        assert_eq!(types.claim("Option"), "Option2");
        assert_eq!(types.claim("Option2"), "Option22");
        assert_eq!(types.claim("Option"), "Option3");
    }
}
