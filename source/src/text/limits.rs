//! Limits that keep reading within time, memory and the stack.

/// Limits the nesting of a document, in levels. Real documents nest less than fifty levels; the limit keeps every
/// recursive walk of a tree within the stack, and is within `serde_json`'s own, which names no line of the document.
pub const DEPTH_LIMIT: usize = 120;

/// Limits the length of a document, in bytes.
pub const SIZE_LIMIT: usize = 256 << 20;

/// Limits the nodes of a document, aliases followed: enough for a hundred megabytes of text.
pub(crate) const NODE_LIMIT: u64 = 8_000_000;

/// Limits the nodes that aliases repeat. Merge keys repeat dozens; a caller that writes the document out, or reads what
/// [`Source::to_json`](crate::Source::to_json) wrote, stores each repetition.
pub(crate) const REPEATED_NODE_LIMIT: u64 = 1_000_000;

/// Limits the text that aliases repeat, in bytes.
pub(crate) const REPEATED_TEXT_LIMIT: u64 = 16 << 20;

/// Limits the length of a node's pointer, in bytes. Callers store pointers: without a limit, one long key with many nodes
/// below it would multiply.
pub(crate) const POINTER_LIMIT: usize = 4096;
