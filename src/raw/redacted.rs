//! Placeholder that is printed instead of a sensitive value.

use std::fmt;

/// Prints `[redacted]` instead of a value that may be secret or personal.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
