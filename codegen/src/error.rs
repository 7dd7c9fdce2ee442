//! Why a document cannot be turned into a client, and where.

use std::fmt;

use crate::pointer::Pointer;

/// A document that cannot be turned into a client: every reason that one pass found.
///
/// `Display` prints one line for each: `<document>:<line>: <problem> (at #<JSON pointer>)`.
#[derive(Debug)]
pub struct Error {
    findings: Vec<Finding>,
}

/// One reason, and its place.
#[derive(Debug)]
pub struct Finding {
    pub(crate) document: String,
    pub(crate) line: Option<u32>,
    pub(crate) pointer: Pointer,
    pub(crate) problem: Problem,
}

impl Error {
    pub(crate) fn new(document: &str, pointer: Pointer, problem: Problem) -> Self {
        Self { findings: vec![Finding { document: document.to_owned(), line: None, pointer, problem }] }
    }

    pub(crate) fn all(findings: Vec<Finding>) -> Self {
        Self { findings }
    }

    /// Returns whether it is only about what the client has no form for, what is malformed, or a reference that leads nowhere: what an
    /// operation that nobody needs is left out for.
    pub(crate) fn can_be_left_out(&self) -> bool {
        let is_local = |problem: &Problem| {
            matches!(
                problem,
                Problem::Unsupported(_)
                    | Problem::Malformed(_)
                    | Problem::Discriminator(_)
                    | Problem::DanglingRef(_)
                    | Problem::CyclicRef(_)
                    | Problem::TooLarge(_)
                    | Problem::TooWide(_)
            )
        };
        self.findings.iter().all(|finding| is_local(&finding.problem))
    }

    /// Returns whether it is only about the one part, which may be anything where nobody needs it. What a discriminator states cannot be left
    /// to the caller.
    pub(crate) fn can_be_any(&self) -> bool {
        let is_local = |problem: &Problem| {
            matches!(
                problem,
                Problem::Unsupported(_)
                    | Problem::DanglingRef(_)
                    | Problem::Malformed(_)
                    | Problem::Discriminator(_)
            )
        };
        self.findings.iter().all(|finding| is_local(&finding.problem))
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Adds line numbers to the findings that have none.
    pub(crate) fn located(mut self, line: impl Fn(&Finding) -> Option<u32>) -> Self {
        for finding in &mut self.findings {
            finding.line = finding.line.or_else(|| line(finding));
        }
        self
    }

    /// Returns the reasons, in the order in which they were found; there is at least one.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Finding {
    /// Returns the name that the caller gave the document.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// Returns the line, counted from 1, where it is known.
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// Returns the JSON pointer (RFC 6901) of the place; empty for the whole document.
    pub fn pointer(&self) -> &str {
        self.pointer.as_str()
    }

    /// Returns the problem.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.document)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.problem)?;
        match self.pointer.as_str() {
            "" => Ok(()),
            pointer => write!(f, " (at #{pointer})"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            finding.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Ways in which a document, or the knowledge about it, can be unfit.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Bytes are neither JSON nor YAML, or hostile.
    #[error("{0}")]
    Unreadable(String),
    /// Some other kind or version of document.
    #[error("expected an OpenAPI 3.0 or 3.1 document, found {found}")]
    NotOpenApi {
        /// Kind of document, and what to do about it.
        found: String,
    },
    /// A part does not have the shape that OpenAPI gives it.
    #[error("not valid OpenAPI: {0}")]
    Malformed(String),
    /// A `$ref` that resolves to nothing.
    #[error("`$ref` resolves to nothing: `{0}`")]
    DanglingRef(String),
    /// A `$ref`, or an `allOf` of one, that leads back to itself.
    #[error("`$ref` leads back to itself: `{0}`")]
    CyclicRef(String),
    /// Something that OpenAPI allows, that the client needs, and that it has no form for.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// Alternatives whose discriminator has no usable value.
    #[error("not supported: the discriminator {0}")]
    Discriminator(String),
    /// Document expands to more than a client could be.
    #[error(
        "it expands to more than {0} parts, as a very large API does, or a schema that is composed of itself many times over"
    )]
    TooLarge(usize),
    /// One type has more parts than a type could have.
    #[error("not supported: {0} fields, alternatives or values in one type")]
    TooWide(usize),
    /// Document has more operations than one client is generated for.
    #[error(
        "not supported: {count} operations, and a client has at most {limit}; remove the paths that are not needed"
    )]
    TooManyOperations {
        /// Number of its operations.
        count: usize,
        /// Maximum number.
        limit: usize,
    },
    /// Not one of the operations that the clients need is in the document.
    #[error("none of the {0} operations that the clients need is in it; is it the document of another API?")]
    AnotherApi(usize),
    /// An operation that a client needs is not in the document.
    #[error("{used_by} needs the operation {call}, which this document does not have{hint}")]
    MissingOperation {
        /// Method of the hand-written layer.
        used_by: String,
        /// Method and path.
        call: String,
        /// Possible fix.
        hint: String,
    },
    /// A part of an operation or type that a client needs is not in the document, or of another kind.
    #[error("{used_by} needs {what}; see the contract in codegen/src/nd8/contract.rs")]
    Contract {
        /// Method of the hand-written layer.
        used_by: String,
        /// Part that is missing or different.
        what: String,
    },
    /// Document asks for another credential than the profile.
    #[error(
        "{operation} takes the credential {ours}, but the document asks for {theirs}; if the document is wrong, add \
         `(\"{operation}\", \"<reason>\")` to CREDENTIAL_OVERRIDES in codegen/src/nd8/mod.rs"
    )]
    Credential {
        /// Operation's name.
        operation: String,
        /// Profile's credential.
        ours: String,
        /// Document's.
        theirs: String,
    },
    /// An entry of the profile or of the overlay that matches nothing.
    #[error("{what} matches nothing in the document any more; remove it")]
    Stale {
        /// Entry, with its table.
        what: String,
    },
    /// Overlay file is not one.
    #[error("not a valid overlay: {0}")]
    Overlay(String),
    /// Generator wrote something other than what the postprocessing rewrites.
    #[error("the generator's output is not what codegen is written for, progenitor 0.15.1: {0}")]
    UnexpectedOutput(String),
    /// Generator itself failed.
    #[error("the generator fails: {0}")]
    Generator(String),
}
