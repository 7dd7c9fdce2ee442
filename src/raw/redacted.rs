//! What stands for a text that is not for everybody's eyes.

use std::fmt;

/// What `Debug` prints in place of a value that may be secret or somebody's name.
pub(crate) struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
