//! Documents as people wrote them: parsed from JSON or YAML, every node with its place in the text.
//!
//! What a node means to OpenAPI is not known here.

mod document;
mod error;
mod json;
mod scalar;
mod text;
mod to_json;
pub(crate) mod tree;
mod yaml;

pub use document::{Document, Excerpt, Location, Span};
pub use error::ParseError;

/// How deep a document may nest. Real ones stay below fifty; the bound keeps every walk of a tree within the stack.
const DEPTH_LIMIT: usize = 256;

/// How many nodes a document may have once its aliases are followed: room for a hundred megabytes, none for alias bombs.
const NODE_LIMIT: u64 = 8_000_000;

/// How long a document may be, in bytes.
const SIZE_LIMIT: usize = 256 << 20;

/// How long the pointer of a node may be, in bytes. Findings hold pointers: without a bound, one long key and many changes
/// below it would be a bomb.
const POINTER_LIMIT: usize = 4096;
