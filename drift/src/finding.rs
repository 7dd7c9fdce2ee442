//! Findings of a comparison.

use std::fmt;

use crate::Location;
use crate::operations::Operations;
use crate::rule::{Rule, Severity};

/// One change: of one schema, operation, parameter or other part, however many operations reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Kind of the change.
    pub rule: Rule,
    /// Rule's severity, but [`Severity::Docs`] for a defect that the old document had as well, and at most
    /// [`Severity::Dangerous`] in a named schema that no operation uses.
    pub severity: Severity,
    /// Description of the change, in a sentence without its end.
    pub message: String,
    /// Subject of the change.
    pub subject: Subject,
    /// Its place in the old document: absent for what was added.
    pub old: Option<Location>,
    /// Its place in the new document: absent for what was removed.
    pub new: Option<Location>,
    /// Operations that reach it, sorted. A named schema may have none: it is compared as if the server sent it.
    pub operations: Operations,
    /// Part of the document that it concerns.
    pub section: Section,
}

impl Finding {
    /// Returns whether oasdiff would not report it: because it has no such rule, or does not look there.
    pub fn is_extension(&self) -> bool {
        let is_apart = matches!(self.section, Section::Unused | Section::Callbacks | Section::Webhooks);
        // At its default settings, it looks at changes of the parameters of operations, not of whole paths.
        let is_of_path = |location: &Location| {
            let mut steps = location.pointer.split('/');
            (steps.nth(1), steps.nth(1)) == (Some("paths"), Some("parameters"))
        };
        let is_shared =
            [&self.old, &self.new].into_iter().all(|place| place.as_ref().is_some_and(is_of_path));
        is_apart || is_shared || self.rule.is_extension()
    }

    /// Returns whether it is about the document's own version: how the document is published, not what crosses the wire.
    pub fn is_process(&self) -> bool {
        self.rule.is_process()
    }
}

/// Subject of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Kind of thing.
    pub kind: SubjectKind,
    /// Its name: of a schema as in `Pet.owner.name` or `Pet.tags[]`, of an operation as in `GET /pets`.
    pub name: String,
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.name)
    }
}

/// Kind of thing that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// Document as a whole.
    Document,
    /// A server's address.
    Server,
    /// A path.
    Path,
    /// An operation.
    Operation,
    /// A parameter of an operation.
    Parameter,
    /// Body of a request.
    RequestBody,
    /// A response.
    Response,
    /// A header of a response.
    Header,
    /// A schema, or a part of one.
    Schema,
    /// A way to authenticate.
    SecurityScheme,
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Document => "document",
            Self::Server => "server",
            Self::Path => "path",
            Self::Operation => "operation",
            Self::Parameter => "parameter",
            Self::RequestBody => "request body",
            Self::Response => "response",
            Self::Header => "header",
            Self::Schema => "schema",
            Self::SecurityScheme => "security scheme",
        })
    }
}

/// Part of a document that a finding concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Document itself: its defects.
    Document,
    /// `info` and the version.
    Info,
    /// `servers`.
    Servers,
    /// `paths`.
    Paths,
    /// `security` at the root.
    Security,
    /// `components`, where no operation is concerned.
    Components,
    /// A named schema that no operation uses in both documents.
    Unused,
    /// Called by the server without being asked.
    Webhooks,
    /// Called by the server when it was asked to.
    Callbacks,
}
