//! Every module opens with `//!`.

use crate::repository::Text;

/// Folders whose files are data for a test, or written by a program.
const EXEMPT: [&str; 3] = ["src/raw/snapshot/", "downstream/tests/compile/", "tests/cases/"];

pub(in crate::tidy) fn check(sources: &[Text]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| !EXEMPT.iter().any(|folder| source.path.contains(folder)))
        .filter(|source| {
            let first = source.content.lines().next().unwrap_or_default();
            !first.starts_with("//! ") && !first.starts_with("#![doc")
        })
        .map(|source| format!("{} does not open with `//!`", source.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Text, check};

    #[test]
    fn a_module_without_docs_is_named() {
        let bare = Text { path: "src/bare.rs".into(), content: "use std::fmt;\n".into() };
        let documented = Text { path: "src/documented.rs".into(), content: "//! What lives here.\n".into() };
        assert_eq!(check(&[bare, documented]), ["src/bare.rs does not open with `//!`"]);
    }
}
