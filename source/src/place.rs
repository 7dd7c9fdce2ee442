//! Places in a document: spans, locations, and whole lines.

/// Delimits a part of a document's text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// Locates a node in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// JSON pointer (RFC 6901).
    pub pointer: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// From the key, where there is one, to the end of the value.
    pub span: Span,
}

/// Holds whole lines of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// Number of the first line.
    pub first_line: u32,
    /// Lines, without the end of the last.
    pub text: &'a str,
}
