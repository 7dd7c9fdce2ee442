//! What a maintainer should know about a generation that succeeded.

use std::fmt;

/// Something that worked and deserves a look.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// An operation that the naming table does not know; its method name is derived, and not promised to last.
    DerivedName {
        /// Method and path.
        call: String,
        /// The name it was given.
        name: String,
    },
    /// An operation of the supplement that the main document has as well; the main document's is used.
    SupplementedOperationIsPublished {
        /// Method and path.
        call: String,
    },
    /// A component of the supplement that differs from the main document's; the main document's is used.
    SupplementedComponentDiffers {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DerivedName { call, name } => {
                write!(f, "{call} is not in the naming table; it is called `{name}` for now")
            }
            Self::SupplementedOperationIsPublished { call } => {
                write!(f, "{call} is published now; drop it from the supplement")
            }
            Self::SupplementedComponentDiffers { name } => {
                write!(f, "the supplement's `{name}` differs from the main document's, which is used")
            }
        }
    }
}
