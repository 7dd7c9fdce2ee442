//! TEMPORARY: what does not pass yet. An entry that passes has to be removed, and the last one takes this file with it.

/// Folders and files whose words are not those of the vocabulary yet.
pub(super) const WORDS: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.toml",
    "README.md",
    "benches",
    "build.rs",
    "clippy.toml",
    "codegen/src/enums.rs",
    "codegen/src/postprocess",
    "codegen/tests",
    "examples",
    "src",
    "tests",
    // They name a file of `src/ext` that is not renamed yet.
    "xtask/src/tidy/code/boundaries.rs",
    "xtask/src/tidy/code/environment.rs",
];

/// Folders whose import cycles are not taken apart yet.
pub(super) const CYCLES: &[&str] = &["codegen/src/postprocess", "src"];

/// Items of one area of `ext` that another one names. They have to move next to the areas.
pub(super) const AREAS: &[&str] = &["crate::ext::checkouts::Billing"];
