//! The text from which an event is read: a body, or a JSON text that one of its strings contains.

use serde_json::value::RawValue;

use super::reason::UnknownReason;
use crate::raw::scan::{Found, Scanned};

/// A text without the values that JSON cannot hold, and where in the body they and all others are.
pub(super) struct Source<'a> {
    scanned: Scanned<'a>,
    /// Place of the string that contains the text. Places in the text are not places in the body.
    string: Option<(usize, usize)>,
    /// The text, or what it is part of, is cut off.
    is_truncated: bool,
}

impl<'a> Source<'a> {
    /// Scans a body without a byte-order mark.
    pub(super) fn body(body: &'a [u8]) -> Self {
        let scanned = Scanned::new(body);
        let is_truncated = scanned.is_truncated;
        Self { scanned, string: None, is_truncated }
    }

    /// Scans the content of a string.
    pub(super) fn string(&self, value: &RawValue, content: &'a str) -> Source<'a> {
        let scanned = Scanned::new(content.as_bytes());
        let is_truncated = self.is_truncated || scanned.is_truncated;
        Source { scanned, string: Some(self.place(value)), is_truncated }
    }

    pub(super) fn text(&self) -> &str {
        &self.scanned.text
    }

    pub(super) fn is_truncated(&self) -> bool {
        self.is_truncated
    }

    /// Returns the line and the column in the body at which a value of the text begins.
    pub(super) fn place(&self, value: &RawValue) -> (usize, usize) {
        self.string.unwrap_or_else(|| self.scanned.place(self.offset(value)))
    }

    /// Returns the defect of a value that was replaced.
    pub(super) fn flaw(&self, value: &RawValue) -> Option<UnknownReason> {
        self.scanned.flaw_at(self.offset(value)).map(|found| self.reason(found))
    }

    /// Returns why a text is not JSON whose structure is broken.
    pub(super) fn why_broken(&self) -> UnknownReason {
        match self.scanned.invalid_utf8() {
            Some((line, column)) => UnknownReason::InvalidUtf8 { line, column },
            None if self.scanned.is_truncated => UnknownReason::Truncated,
            None => UnknownReason::NotJson,
        }
    }

    /// Returns why a text is not JSON whose structure is whole, or was cut.
    pub(super) fn why_damaged(&self) -> Option<UnknownReason> {
        let first = self.scanned.first_flaw().map(|found| self.reason(found));
        first.or(self.is_truncated.then_some(UnknownReason::Truncated))
    }

    fn reason(&self, (defect, line, column): Found) -> UnknownReason {
        let (line, column) = self.string.unwrap_or((line, column));
        (defect, line, column).into()
    }

    /// Values are parts of the text.
    fn offset(&self, value: &RawValue) -> usize {
        value.get().as_ptr().addr() - self.scanned.text.as_ptr().addr()
    }
}
