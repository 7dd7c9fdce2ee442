//! Content that a part of a document states by itself, without looking anywhere else.

pub(crate) mod decimal;
mod grammar;
pub(crate) mod keyword;
pub(crate) mod malformed;
pub(crate) mod sunset;
pub(crate) mod value;
