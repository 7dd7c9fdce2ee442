//! Places in a document: spans, locations, and whole lines.

/// Delimits a part of a document's text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// Locates a node in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The JSON pointer (RFC 6901).
    pub pointer: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// From the key, where there is one, to the end of the value.
    pub span: Span,
}

/// Holds whole lines of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// The number of the first line.
    pub first_line: u32,
    /// The lines, without the end of the last.
    pub text: &'a str,
}
