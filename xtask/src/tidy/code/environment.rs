//! Every environment variable that code reads is documented, and `build.rs` reads only those it may.

use std::collections::BTreeSet;

use super::Tree;
use super::mentions::{Argument, Kind};

/// Set by Cargo for everything it builds; Cargo documents them.
const CARGOS: [&str; 2] = ["CARGO", "OUT_DIR"];

/// Those who read all variables, with what for.
const READS_ALL: [&str; 1] = ["xtask/src/reality/rustc.rs"];

/// Those that read variables through a function or a loop, with the names that they read.
const READS_BY_VARIABLE: [(&str, &[&str]); 4] = [
    ("examples/pinned/build.rs", &["DEP_ND8_API_DOCUMENT", "DEP_ND8_API_SHA256", "DEP_ND8_API_VERSION"]),
    ("examples/pinned/drift/build.rs", &["DEP_ND8_API_OVERLAY", "DEP_ND8_API_SUPPLEMENT"]),
    ("src/ext/builder.rs", &["ND8_BASE_URL", "ND8_ENVIRONMENT", "ND8_TIMEOUT"]),
    ("src/ext/clients.rs", &["ND8_API_KEY", "ND8_SESSION_TOKEN"]),
];

/// What `build.rs` may read, except for what Cargo sets.
const OF_THE_BUILD: [&str; 1] = ["ND8_OPENAPI"];

/// Reports variables that are in no document, and reads of which no name is known.
pub(in crate::tidy) fn check(trees: &[Tree], documentation: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let is_documented = |name: &str| documentation.contains(&format!("`{name}`"));
    let undocumented = |file: &str, name: &str| {
        (!is_documented(name)).then(|| format!("{file} reads `{name}`, which no document mentions"))
    };
    for (file, read) in trees.iter().flat_map(reads) {
        match read {
            Read::Named(name) if CARGOS.iter().any(|prefix| name.starts_with(prefix)) => {}
            Read::Named(name) if file == "build.rs" && !OF_THE_BUILD.contains(&&*name) => {
                found.insert(format!("{file} reads `{name}`, and may read {} only", OF_THE_BUILD.join(", ")));
            }
            Read::Named(name) => found.extend(undocumented(file, &name)),
            Read::Variable => match READS_BY_VARIABLE.iter().find(|(exempt, _)| *exempt == file) {
                Some((_, names)) => found.extend(names.iter().filter_map(|name| undocumented(file, name))),
                None => {
                    found.insert(format!(
                        "{file} reads an environment variable whose name is neither a literal nor a constant"
                    ));
                }
            },
            Read::All if READS_ALL.contains(&file) => {}
            Read::All => {
                found.insert(format!("{file} reads all environment variables"));
            }
        }
    }
    found.into_iter().collect()
}

enum Read {
    Named(String),
    /// The name is in a variable, or comes from a function.
    Variable,
    All,
}

fn reads(tree: &Tree) -> Vec<(&str, Read)> {
    let mut reads = Vec::new();
    for (index, module) in tree.modules.iter().enumerate() {
        // Behind a glob, nobody knows which names are its.
        let globs = module.imports.iter().filter(|import| import.path == ["std", "env", "*"]);
        reads.extend(globs.map(|_| (&*module.file, Read::All)));
        for mention in &module.mentions {
            let name = tree.resolve(index, &mention.path).path;
            let name: Vec<&str> = name.iter().map(String::as_str).collect();
            let read = match (&name[..], &mention.kind) {
                (["std", "env", "vars" | "vars_os"], _) => Read::All,
                (["std", "env", "var" | "var_os"], Kind::Call(argument)) => named(argument, tree, index),
                (["std", "env", "var" | "var_os"], _) => Read::Variable,
                (["env" | "option_env"] | ["std" | "core", "env" | "option_env"], Kind::Macro(argument)) => {
                    named(argument, tree, index)
                }
                _ => continue,
            };
            reads.push((&*module.file, read));
        }
    }
    reads
}

fn named(argument: &Argument, tree: &Tree, module: usize) -> Read {
    let name = match argument {
        Argument::Text(text) => Some(text.clone()),
        Argument::Name(name) => tree.modules[module].texts.get(name).cloned(),
        Argument::Other => None,
    };
    name.map_or(Read::Variable, Read::Named)
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use super::check;

    fn of(file: &str, code: &str) -> Vec<String> {
        check(&[tree(&[(file, code)])], "Set `ND8_DOCUMENTED` to …")
    }

    #[test]
    fn a_variable_that_no_document_mentions_is_reported() {
        for code in [
            "fn f() { std::env::var(\"ND8_SECRET\"); }",
            "fn f() { std::env::var_os(\"ND8_SECRET\"); }",
            "use std::{env, fmt}; fn f() { env::var_os(\"ND8_SECRET\"); }",
            "use std::env::{var as read}; fn f() { read(\"ND8_SECRET\"); }",
            "const NAME: &str = \"ND8_SECRET\"; fn f() { std::env::var(NAME); }",
            "fn f() { println!(\"{:?}\", std::env::var(\"ND8_SECRET\")); }",
            "const TEXT: &str = include_str!(concat!(env!(\"ND8_SECRET\"), \"/x\"));",
            "const TEXT: Option<&str> = std::option_env!(\"ND8_SECRET\");",
        ] {
            let expected = "src/lib.rs reads `ND8_SECRET`, which no document mentions";
            assert_eq!(of("src/lib.rs", code), [expected], "{code}");
            assert_eq!(of("src/lib.rs", &code.replace("SECRET", "DOCUMENTED")), [] as [&str; 0], "{code}");
        }
    }

    #[test]
    fn reads_without_a_name_are_reported() {
        for code in [
            "fn f(name: &str) { std::env::var(name); }",
            "fn f() { names().map(std::env::var); }",
            "fn f() { std::env::vars(); }",
            "use std::env::vars_os; fn f() { vars_os(); }",
            "use std::env::*; fn f() { var(\"ND8_DOCUMENTED\"); }",
        ] {
            assert_eq!(of("src/lib.rs", code).len(), 1, "{code}");
        }
        assert_eq!(of("xtask/src/reality/rustc.rs", "fn f() { std::env::vars(); }"), [] as [&str; 0]);
        let known = "fn f(name: &str) { std::env::var(name); }";
        assert_eq!(of("src/ext/builder.rs", known).len(), 3, "the names that it reads have to be documented");
    }

    #[test]
    fn the_build_script_reads_two_variables() {
        let documented = "fn main() { std::env::var(\"ND8_DOCUMENTED\"); }";
        assert_eq!(
            of("build.rs", documented),
            ["build.rs reads `ND8_DOCUMENTED`, and may read ND8_OPENAPI only"]
        );
        assert_eq!(of("build.rs", "fn main() { std::env::var(\"OUT_DIR\"); }"), [] as [&str; 0]);
    }
}
