//! What is wrong with a document, and where.

use std::fmt;

use crate::pointer::Pointer;

/// A document that cannot be turned into a client: which one, where in it, and why.
///
/// `Display` gives `<document>#<JSON pointer>: <problem>` on one line.
#[derive(Debug)]
pub struct Error {
    document: String,
    pointer: Pointer,
    problem: Problem,
}

impl Error {
    pub(crate) fn new(document: &str, pointer: Pointer, problem: Problem) -> Self {
        Self { document: document.to_owned(), pointer, problem }
    }

    /// The name under which the document was handed in.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The JSON pointer (RFC 6901) of the offending place; empty for the whole document.
    pub fn pointer(&self) -> &str {
        self.pointer.as_str()
    }

    /// What is wrong there.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}: {}", self.document, self.pointer.as_str(), self.problem)
    }
}

impl std::error::Error for Error {}

/// The ways in which a document can be unfit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes do not parse.
    #[error("this is not JSON: {0}")]
    NotJson(String),
    /// Some other kind or version of document.
    #[error("expected an OpenAPI 3.0 document, found {found}")]
    NotOpenApi30 {
        /// What the document says it is.
        found: String,
    },
    /// A part does not have the shape that OpenAPI 3.0 gives it.
    #[error("not valid OpenAPI 3.0: {0}")]
    Malformed(String),
    /// A `$ref` that leads nowhere.
    #[error("`$ref` leads nowhere: `{0}`")]
    DanglingRef(String),
    /// A `$ref` chain outside of schemas that comes back to itself.
    #[error("`$ref` leads back to itself: `{0}`")]
    CyclicRef(String),
    /// An operation that never says what success looks like.
    #[error("the operation describes no 2xx response")]
    NoSuccessResponse,
    /// Two operations would become one method.
    #[error("the name `{name}` is already taken by `{other}`")]
    DuplicateName {
        /// The name both would have.
        name: String,
        /// The method and path that had it first.
        other: String,
    },
    /// A schema name that the table gives to two different schemas.
    #[error("the schema name `{0}` is already taken by a different schema")]
    SchemaNameTaken(String),
    /// Something OpenAPI allows and the generated client has no form for.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// A security requirement without its scheme.
    #[error("unknown security scheme `{0}`")]
    UnknownSecurityScheme(String),
    /// A patch for an upstream defect that is not there any more.
    #[error("patch `{patch}` no longer applies: {reason}")]
    StalePatch {
        /// Which patch.
        patch: &'static str,
        /// The profile's entry for it.
        at: String,
        /// What it did not find.
        reason: String,
    },
    /// A line of the naming table that matches nothing.
    #[error("the naming table's entry `{0}` matches nothing in the document")]
    StaleName(String),
    /// The generator wrote something other than what the postprocessing rewrites.
    #[error("the generator's output is not what codegen is written for, progenitor 0.15.1: {0}")]
    UnexpectedOutput(String),
    /// The generator itself gave up.
    #[error("the generator refuses this: {0}")]
    Generator(String),
}
