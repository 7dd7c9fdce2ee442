//! The properties of each operation that are known before it is called: path, credential, idempotence.

use super::{OPERATIONS, Security};

/// An entry of the operation table, [`OPERATIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operation {
    /// The name of the operation, which is the name of the method that calls it.
    pub id: &'static str,
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path below the base URL, with its parameters in braces.
    pub path: &'static str,
    /// The credential it takes, from the document's `security`.
    pub security: Security,
    /// Set if a repeated call has no further effect, as its HTTP method promises (RFC 9110, section 9.2.2).
    pub idempotent: bool,
}

/// Looks an operation up by its id.
pub fn operation(id: &str) -> Option<&'static Operation> {
    let index = OPERATIONS.binary_search_by(|operation| operation.id.cmp(id)).ok()?;
    OPERATIONS.get(index)
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS, operation};

    #[test]
    fn every_operation_is_found_by_its_id() {
        for each in OPERATIONS {
            assert_eq!(operation(each.id), Some(each));
        }
        assert_eq!(operation("no_such_operation"), None);
    }
}
