//! What is wrong with one field of a request.

use std::fmt;

/// One complaint of the server about one field.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FieldError {
    /// Where, as a JSON pointer into the request: `/billing_country`, `/products/0/quantity`; empty for the whole.
    pub pointer: String,
    /// What is wrong, for people.
    pub message: String,
    /// What is wrong, for programs, where the server says it.
    pub code: Option<String>,
}

impl FieldError {
    pub(in crate::ext) fn new(pointer: &str, message: &str, code: Option<&str>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.to_owned(), code: code.map(str::to_owned) }
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("pointer", &self.pointer)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
