//! [`ParseError`]: why a document was rejected, and where.

use std::fmt;

/// Reports why a document was rejected, and where.
///
/// ```
/// let error = openapi_source::Source::parse("api.json", "{\n  \"openapi\": }").unwrap_err();
/// assert_eq!((error.name(), error.line(), error.column()), ("api.json", 2, 14));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    name: String,
    line: u32,
    column: u32,
    reason: String,
}

impl ParseError {
    pub(crate) fn new(name: &str, (line, column): (u32, u32), reason: impl Into<String>) -> Self {
        Self { name: name.to_owned(), line, column, reason: reason.into() }
    }

    /// Returns the document's name, as given by the caller.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the line, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Returns the column in characters, from 1.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// Returns the reason, without the place.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, line, column, reason } = self;
        write!(formatter, "{name}:{line}:{column}: {reason}")
    }
}

impl std::error::Error for ParseError {}
