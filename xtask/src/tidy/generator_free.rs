//! Without the feature `codegen`, users of `nd8` build nothing of the generator; and by default, none of the heavy TLS.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::repository::root;

/// The crates that only generation needs. `progenitor-client` is the runtime half, and stays.
const GENERATOR: [&str; 10] = [
    "granit-parser",
    "nd8-codegen",
    "openapi-source",
    "openapiv3",
    "prettyplease",
    "progenitor",
    "progenitor-impl",
    "progenitor-macro",
    "typify",
    "typify-impl",
];

/// The TLS that has to be asked for: one is most of a clean build, the other wants headers of the system.
const HEAVY_TLS: [&str; 2] = ["aws-lc-sys", "openssl-sys"];

/// The crates, one a line, that a build of `nd8` without code generation takes.
pub(super) fn tree() -> Result<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package=nd8", "--no-default-features", "--features=rustls-ring"])
        .args(["--edges=normal,build", "--prefix=none", "--format={p}"])
        .current_dir(root())
        .output()?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

pub(super) fn check(tree: &str) -> Vec<String> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let violation = |name: &str| match name {
        name if GENERATOR.contains(&name) => Some(format!("{name} is built without the feature `codegen`")),
        name if HEAVY_TLS.contains(&name) => Some(format!("{name} is built, and nobody asked for its TLS")),
        _ => None,
    };
    let mut found: Vec<String> = names.filter_map(violation).collect();
    found.dedup();
    if !tree.contains("progenitor-client ") {
        found.push("the tree does not even hold progenitor-client: is it one of nd8?".to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn the_generator_is_named() {
        let tree = "nd8 v0.1.0 (/a)\nprogenitor-client v0.15.1\nserde v1.0.0\n";
        assert_eq!(check(tree), Vec::<String>::new());
        assert_eq!(
            check(&format!("{tree}typify v0.8.0\n")),
            ["typify is built without the feature `codegen`"]
        );
        assert_eq!(check(&format!("{tree}aws-lc-sys v0.30.0\n")).len(), 1);
        assert_eq!(check("").len(), 1, "an empty tree proves nothing");
    }
}
