//! TEMPORARY: what does not pass yet. An entry that passes has to be removed, and the last one takes this file with it.

/// Folders and files whose words are not those of the vocabulary yet.
pub(super) const WORDS: &[&str] = &["Cargo.toml", "clippy.toml", "codegen/tests"];

/// Folders whose import cycles are not taken apart yet.
pub(super) const CYCLES: &[&str] = &["src"];

/// Items of one area of `ext` that another one names. They have to move next to the areas.
pub(super) const AREAS: &[&str] = &["crate::ext::checkouts::Billing"];
