//! What the modules of some folders must not name.
//!
//! A name counts as what it refers to: behind groups, renames, globs and re-exports, and in the arguments of macros.

use std::collections::{BTreeMap, BTreeSet};

use super::Tree;

/// A rule for the files of a folder, or for one file.
struct Rule {
    place: &'static str,
    /// The files that may. Each has to make use of it.
    exempt: &'static [&'static str],
    forbidden: &'static [&'static str],
    reason: &'static str,
}

const RULES: [Rule; 5] = [
    Rule {
        place: "codegen/src/",
        exempt: &[],
        forbidden: &["std::fs", "std::env", "std::net", "std::process", "tokio", "reqwest"],
        reason: "codegen does no I/O and reads no environment",
    },
    Rule {
        place: "source/src/",
        exempt: &[],
        forbidden: &["std::fs", "std::env", "std::net", "std::process"],
        reason: "documents are read from memory: the generator, which does no I/O, depends on this crate",
    },
    Rule {
        place: "src/raw/",
        exempt: &[],
        forbidden: &["crate::ext"],
        reason: "generated and raw code never names `ext`",
    },
    Rule {
        place: "src/ext/",
        exempt: &[],
        forbidden: &["progenitor", "progenitor_client"],
        reason: "`ext` never names progenitor",
    },
    Rule {
        place: "src/ext/",
        exempt: &[
            "src/ext/address.rs",
            "src/ext/builder.rs",
            "src/ext/core.rs",
            "src/ext/error/failure.rs",
            "src/ext/tls.rs",
        ],
        forbidden: &["reqwest"],
        reason: "only the core of `ext` names reqwest",
    },
];

/// The folder of the hand-written layer.
const EXT: &str = "src/ext/";

/// What areas of `ext` share. Every other file or folder there is an area, so a new one is an area until it is listed here.
const SHARED: [&str; 23] = [
    "address",
    "billing",
    "builder",
    "call",
    "claims",
    "clients",
    "core",
    "envelope",
    "environment",
    "error",
    "headers",
    "mod",
    "optional",
    "pages",
    "reconcile",
    "request",
    "response",
    "retry",
    "scope",
    "time",
    "tls",
    "validate",
    "wait",
];

/// Reports what must not be named, and exemptions that nothing needs.
pub(in crate::tidy) fn check(trees: &[Tree]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for rule in &RULES {
        let mut named: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (file, name) in names(trees, rule.place) {
            if rule.forbidden.iter().any(|forbidden| reaches(&name, forbidden)) {
                named.entry(file).or_default().insert(name.join("::"));
            }
        }
        // An exemption that nothing needs any more would let the next violation pass.
        for exempt in rule.exempt.iter().filter(|exempt| !named.contains_key(**exempt)) {
            found.insert(format!(
                "{exempt} is exempt from \"{}\" without need: remove the exemption",
                rule.reason
            ));
        }
        named.retain(|file, _| !rule.exempt.contains(file));
        for (file, names) in named {
            let names: Vec<String> = names.into_iter().collect();
            found.insert(format!("{file} names {}: {}", names.join(", "), rule.reason));
        }
    }
    found.extend(areas(trees));
    found.into_iter().collect()
}

/// Reports where one area of `ext` names another, and shared modules that are listed and not there.
fn areas(trees: &[Tree]) -> Vec<String> {
    let mut found = BTreeSet::new();
    let modules = trees.iter().flat_map(|tree| &tree.modules).filter(|module| module.file.starts_with(EXT));
    let present: BTreeSet<&str> = modules.map(|module| area(&module.file)).collect();
    if present.is_empty() {
        return Vec::new();
    }
    found.extend(SHARED.iter().filter(|name| !present.contains(*name)).map(|name| {
        format!("{EXT}{name} is not there, and listed among what areas share: remove it from the list")
    }));
    for (file, name) in names(trees, EXT) {
        let own = area(file);
        if SHARED.contains(&own) || name.first().is_none_or(|first| first != "crate") {
            continue;
        }
        let other = name.get(2).filter(|_| name[1] == "ext").filter(|other| present.contains(&***other));
        if let Some(other) = other.filter(|other| *other != own && !SHARED.contains(&&***other)) {
            let item = name.join("::");
            found.insert(format!("{file} names {item}: one area of `ext` never imports another ({other})"));
        }
    }
    found.into_iter().collect()
}

/// Returns the file or folder of `ext` that a file belongs to, without its ending.
fn area(file: &str) -> &str {
    let name = file.strip_prefix(EXT).unwrap_or(file);
    name.split('/').next().unwrap_or(name).trim_end_matches(".rs")
}

/// Returns every name in the files of a place, as what it refers to.
fn names<'a>(trees: &'a [Tree], place: &str) -> Vec<(&'a str, Vec<String>)> {
    let mut names = Vec::new();
    for tree in trees {
        for (index, module) in tree.modules.iter().enumerate().filter(|(_, it)| it.file.starts_with(place)) {
            let paths =
                module.imports.iter().map(|it| &it.path).chain(module.mentions.iter().map(|it| &it.path));
            names.extend(paths.map(|path| (&*module.file, tree.resolve(index, path).path)));
        }
    }
    names
}

/// Returns whether a name is in a forbidden module, or is a glob that brings it into scope.
fn reaches(name: &[String], forbidden: &str) -> bool {
    let forbidden: Vec<&str> = forbidden.split("::").collect();
    let written = name.split_last().filter(|(last, _)| *last == "*").map_or(name, |(_, folder)| folder);
    let is_glob = written.len() < name.len();
    let is_within =
        name.len() >= forbidden.len() && name.iter().zip(&forbidden).all(|(name, part)| name == part);
    is_within
        || (is_glob
            && written.iter().zip(&forbidden).all(|(name, part)| name == part)
            && written.len() < forbidden.len())
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use super::check;

    /// Returns the violations of one file. Exemptions have a test of their own.
    fn of(file: &str, files: &[(&str, &str)]) -> Vec<String> {
        let found = check(&[tree(files)]);
        found.into_iter().filter(|violation| violation.starts_with(&format!("{file} names "))).collect()
    }

    #[test]
    fn each_rule_fires() {
        for (file, code) in [
            ("codegen/src/lib.rs", "fn f() { std::fs::read(\"a\"); }"),
            ("codegen/src/lib.rs", "use std::{env, fmt};"),
            ("codegen/src/lib.rs", "use std::{self as s}; fn f() { s::process::abort() }"),
            ("codegen/src/lib.rs", "use std::*;"),
            ("codegen/src/lib.rs", "fn f() { println!(\"{}\", tokio::id()) }"),
            ("source/src/lib.rs", "pub use std::net as n;"),
            ("src/raw/mod.rs", "use crate::ext::Error;"),
            ("src/raw/mod.rs", "#[serde(with = \"crate::ext::seconds\")] struct S;"),
            ("src/ext/mod.rs", "pub use progenitor_client::{ResponseValue as Value};"),
            ("src/ext/refunds.rs", "struct Refunds { http: reqwest::Client }"),
        ] {
            assert_eq!(of(file, &[(file, code)]).len(), 1, "{file}: {code}");
            let test = format!("#[cfg(test)] mod tests {{ {code} }}");
            assert_eq!(of(file, &[(file, &test)]), [] as [&str; 0], "{file}: unit tests may name {code}");
        }
        let generated = ("codegen/src/lib.rs", "fn f() { quote!(::reqwest::Method::GET) }");
        assert_eq!(of(generated.0, &[generated]), [] as [&str; 0]);
    }

    #[test]
    fn a_re_export_hides_nothing() {
        let files = [
            ("src/lib.rs", "mod raw; mod ext; mod shared;"),
            ("src/raw/mod.rs", "pub use progenitor_client::Error;"),
            ("src/shared.rs", "pub use crate::ext::Error as Shared;"),
            ("src/ext/mod.rs", "mod call; pub struct Error;"),
            ("src/ext/call.rs", "struct Failure(crate::raw::Error);"),
        ];
        assert_eq!(
            of("src/ext/call.rs", &files),
            ["src/ext/call.rs names progenitor_client::Error: `ext` never names progenitor"]
        );
        let raw =
            [files[0], ("src/raw/mod.rs", "struct S(crate::shared::Shared);"), files[2], files[3], files[4]];
        assert_eq!(of("src/raw/mod.rs", &raw).len(), 1);
    }

    #[test]
    fn an_area_that_imports_another_is_reported() {
        for code in [
            "use super::payments::Payments;",
            "use super::{call::Call, payments::{Payments as P}};",
            "use crate::ext::Payments;",
            "use super::*; struct Refunds(Payments);",
            "fn f() { assert!(super::Payments) }",
        ] {
            let files = [
                ("src/lib.rs", "mod ext;"),
                ("src/ext/mod.rs", "mod call; mod payments; mod refunds; pub use payments::Payments;"),
                ("src/ext/call.rs", "use super::payments::Payments; pub struct Call;"),
                ("src/ext/payments.rs", "use super::call::Call; pub struct Payments;"),
                ("src/ext/refunds.rs", code),
            ];
            assert_eq!(
                of("src/ext/refunds.rs", &files),
                [
                    "src/ext/refunds.rs names crate::ext::payments::Payments: one area of `ext` never imports another \
                  (payments)"
                ],
                "{code}"
            );
            assert_eq!(of("src/ext/call.rs", &files), [] as [&str; 0], "shared modules may");
        }
    }

    #[test]
    fn exemptions_without_need_are_reported() {
        let found =
            check(&[tree(&[("src/ext/mod.rs", "mod core;"), ("src/ext/core.rs", "use reqwest::Client;")])]);
        let needless = |file: &str| found.iter().any(|it| it.starts_with(&format!("{file} is exempt from")));
        assert!(needless("src/ext/tls.rs") && !needless("src/ext/core.rs"), "{found:?}");
        assert!(found.iter().any(|it| it.starts_with("src/ext/wait is not there")), "{found:?}");
    }
}
