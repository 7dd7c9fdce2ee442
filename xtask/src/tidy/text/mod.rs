//! Checks of prose and examples: words, and blocks that must not compile.

pub(super) mod compile_fail;
pub(super) mod vocabulary;
