//! Checks of generated text. They do not trust the generator: they read its output as lines, in the layout of `prettyplease`.

use std::collections::{BTreeMap, BTreeSet};

use nd8_codegen::{Kind, Profile};

const DECIMAL: &str = "::rust_decimal::Decimal";
const OPTION: &str = "::std::option::Option<";

/// Checks that the operation table has the profile's credential for each of its operations.
pub(super) fn credentials(profile: &Profile, client: &str) -> Vec<String> {
    let rows = rows(client);
    let mut found = Vec::new();
    for operation in &profile.operations {
        let wanted = operation.credential.as_deref().unwrap_or("None");
        match rows.get(operation.name.as_str()) {
            Some(security) if *security == wanted => {}
            Some(security) => {
                found.push(format!("{} sends the credential {security}, not {wanted}", operation.name));
            }
            None => found.push(format!("{} is not in the operation table", operation.name)),
        }
    }
    found
}

/// Reads the rows of the operation table: the id and the credential.
fn rows(client: &str) -> BTreeMap<&str, &str> {
    let table = client.lines().map(str::trim).skip_while(|line| !line.starts_with("pub static OPERATIONS:"));
    let (mut rows, mut id) = (BTreeMap::new(), None);
    for line in table.take_while(|line| *line != "];") {
        if let Some(text) = line.strip_prefix("id: \"") {
            id = text.strip_suffix("\",");
        } else if let Some(text) = line.strip_prefix("security: Security::")
            && let (Some(id), Some(security)) = (id.take(), text.strip_suffix(','))
        {
            rows.insert(id, security);
        }
    }
    rows
}

/// Checks that each field which the profile calls an amount is a `Decimal`, or an `Option` of one.
pub(super) fn amounts(profile: &Profile, surface: &str) -> Vec<String> {
    let mut found = Vec::new();
    for needs in &profile.types {
        for need in needs.fields.iter().filter(|need| need.kind == Kind::Amount) {
            let name = format!("{}.{}", needs.name, need.name);
            match field(surface, &needs.name, &need.name) {
                Some(kind) if is_decimal(kind) => {}
                Some(kind) => found.push(format!("the amount {name} has the type {kind}")),
                None => found.push(format!("the amount {name} is not among the public fields")),
            }
        }
    }
    found
}

/// Returns the type of a field; names of the wire and of Rust differ in case and separators.
fn field<'a>(surface: &'a str, owner: &str, name: &str) -> Option<&'a str> {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let start = format!("field types::{owner}::");
    let fields = surface.lines().filter_map(|line| line.strip_prefix(&start)?.split_once(": "));
    fields.filter(|(field, _)| letters(field) == letters(name)).map(|(_, kind)| kind).next()
}

fn is_decimal(mut kind: &str) -> bool {
    while let Some(inner) = kind.strip_prefix(OPTION).and_then(|rest| rest.strip_suffix('>')) {
        kind = inner;
    }
    kind == DECIMAL
}

/// Checks that each public enum of the types is open, unless all its variants have a payload.
pub(super) fn enums(types: &str, surface: &str) -> Vec<String> {
    let lines: Vec<&str> = types.lines().collect();
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    for (number, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let Some(rest) = text.strip_prefix("pub enum ") else { continue };
        let name = rest.split([' ', '<', '{']).next().unwrap_or_default();
        seen.insert(name);
        let indent = &line[..line.len() - text.len()];
        let variants = variants(&lines[number + 1..], indent);
        let is_listed = variants.iter().any(|(_, has_payload)| !has_payload);
        if !is_listed || rest.ends_with("{}") {
            continue;
        }
        let above = lines[..number].iter().rev().take_while(|line| line.trim_start().starts_with(['#', '/']));
        if !above.into_iter().any(|line| line.trim() == "#[non_exhaustive]") {
            found.push(format!("the enum {name} is not `#[non_exhaustive]`"));
        }
        if !variants.iter().any(|(variant, has_payload)| *variant == "Unknown" && *has_payload) {
            found.push(format!("the enum {name} has no variant `Unknown` for other values"));
        }
    }
    // In another layout, this would see no enum at all.
    let listed = surface.lines().filter_map(|line| line.strip_prefix("enum types::"));
    let names = listed.filter_map(|line| line.split(' ').next()?.rsplit("::").next());
    found.extend(
        names.filter(|name| !seen.contains(name)).map(|name| format!("the enum {name} is not in types.rs")),
    );
    found
}

/// Reads the variants of an enum, each with whether it has a payload, up to the brace that ends it.
fn variants<'a>(lines: &[&'a str], indent: &str) -> Vec<(&'a str, bool)> {
    let (end, inner) = (format!("{indent}}}"), format!("{indent}    "));
    let body = lines.iter().take_while(|line| **line != end);
    // Deeper lines are the fields of a variant, and the rest of long ones.
    let own = body
        .filter_map(|line| line.strip_prefix(&inner))
        .filter(|line| line.starts_with(char::is_alphabetic));
    own.map(|line| {
        let name =
            line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default();
        (name, line[name.len()..].starts_with(['(', ' ']) && !line[name.len()..].starts_with(" ="))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use nd8_codegen::Profile;

    use super::*;

    fn profile() -> Profile {
        let json = r#"{
            "operations": [
                {"call": "GET /a/{id}/", "name": "get_a", "credential": "ApiKey"},
                {"call": "GET /b/", "name": "get_b"}
            ],
            "types": [{"name": "A", "fields": [
                {"name": "unitPrice", "kind": "amount"}, {"name": "note", "kind": "text"}
            ]}]
        }"#;
        serde_json::from_str(json).expect("is a profile")
    }

    const TABLE: &str = r#"
pub fn id() {
    id: "get_b",
    security: Security::ApiKey,
}
pub static OPERATIONS: &[crate::raw::Operation] = &[
    crate::raw::Operation {
        id: "get_a",
        path: "/a/{id}/",
        security: Security::ApiKey,
    },
    crate::raw::Operation {
        id: "get_b",
        path: "/b/",
        security: Security::None,
    },
];
"#;

    #[test]
    fn another_credential_is_found() {
        assert_eq!(credentials(&profile(), TABLE), Vec::<String>::new());
        let swapped = TABLE.replace("Security::None", "Security::Token");
        assert_eq!(credentials(&profile(), &swapped), ["get_b sends the credential Token, not None"]);
        let open = TABLE.replacen("Security::ApiKey,\n    },", "Security::None,\n    },", 1);
        assert_eq!(credentials(&profile(), &open), ["get_a sends the credential None, not ApiKey"]);
    }

    #[test]
    fn an_operation_without_a_row_is_found() {
        let renamed = TABLE.replace("id: \"get_a\"", "id: \"fetch_a\"");
        assert_eq!(credentials(&profile(), &renamed), ["get_a is not in the operation table"]);
        // Another layout is never a success.
        let moved = TABLE.replace("pub static OPERATIONS:", "pub const OPERATIONS:");
        assert_eq!(credentials(&profile(), &moved).len(), 2);
    }

    #[test]
    fn an_amount_that_is_no_decimal_is_found() {
        let surface =
            |kind: &str| format!("field types::AB::unit_price: f64\nfield types::A::unit_price: {kind}\n");
        for kind in [DECIMAL, "::std::option::Option<::rust_decimal::Decimal>"] {
            assert_eq!(amounts(&profile(), &surface(kind)), Vec::<String>::new());
        }
        for kind in [
            "f64",
            "::std::option::Option<::std::string::String>",
            "::std::vec::Vec<::rust_decimal::Decimal>",
        ] {
            let wanted = format!("the amount A.unitPrice has the type {kind}");
            assert_eq!(amounts(&profile(), &surface(kind)), [wanted]);
        }
        assert_eq!(amounts(&profile(), ""), ["the amount A.unitPrice is not among the public fields"]);
    }

    const TYPES: &str = "\
pub mod types {
    /// Open.
    #[non_exhaustive]
    #[derive(Clone)]
    pub enum Status {
        ///`a`
        A,
        /// More.
        Unknown(::std::string::String),
    }
    impl Status {
        pub fn f(&self) {}
    }
    pub enum Item {
        First(First),
        Second {
            a: u8,
        },
    }
    pub enum Nothing {}
}
";

    const SURFACE: &str =
        "enum Security #[non_exhaustive]\nenum types::Item\nenum types::Status #[non_exhaustive]\n";

    #[test]
    fn an_enum_that_is_not_found_is_no_success() {
        let moved = TYPES.replace("pub enum Status {", "pub(crate) enum Status {");
        assert_eq!(enums(&moved, SURFACE), ["the enum Status is not in types.rs"]);
    }

    #[test]
    fn an_enum_that_is_closed_is_found() {
        assert_eq!(enums(TYPES, SURFACE), Vec::<String>::new());
        let exhaustive = TYPES.replace("    #[non_exhaustive]\n", "");
        assert_eq!(enums(&exhaustive, SURFACE), ["the enum Status is not `#[non_exhaustive]`"]);
        let missing = "the enum Status has no variant `Unknown` for other values";
        assert_eq!(enums(&TYPES.replace("Unknown(::std::string::String),", "Unknown,"), SURFACE), [missing]);
        assert_eq!(enums(&TYPES.replace("Unknown(", "Other("), SURFACE), [missing]);
        let mixed = TYPES.replace("First(First),", "First,");
        assert_eq!(enums(&mixed, SURFACE).len(), 2, "one variant without a payload is a value: {mixed}");
        let numbered = TYPES.replace("Second {\n            a: u8,\n        },", "Second = 2,");
        assert_eq!(enums(&numbered, SURFACE).len(), 2, "{numbered}");
    }
}
