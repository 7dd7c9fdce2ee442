//! What a maintainer should know about a generation that succeeded, and the collector of everything found on the way.

use std::fmt;

use crate::error::{Error, Finding, Problem};
use crate::pointer::Pointer;

/// Kinds of warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// Knowledge of ours that the document states as well by now: a note, and the entry can go.
    Unneeded,
    /// Knowledge of ours that the document contradicts; the document is followed.
    Overruled,
    /// Knowledge of ours that matches nothing in the document. An error unless [`Knowledge::tolerant`](crate::Knowledge).
    Stale,
    /// A part of the document that the client has no form for, and does without.
    LeftOut,
    /// A part of the document that is read as something else than it states.
    ReadAs,
    /// An operation that the profile does not know; its name is derived, and may change.
    DerivedName,
    /// An operation that was found at another place than the profile's.
    Moved,
    /// A credential that is sent though the document does not ask for it in so many words.
    Credential,
    /// A server address unlike the one that the crate sends to.
    Server,
}

impl WarningKind {
    /// Returns whether it asks for nothing but tidying up.
    pub fn is_note(self) -> bool {
        self == Self::Unneeded
    }
}

/// Something that worked and deserves a look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Warning {
    /// Kind of warning.
    pub kind: WarningKind,
    /// Document, or the overlay file, by the name that the caller gave it.
    pub document: String,
    /// Line, counted from 1, where it is known.
    pub line: Option<u32>,
    /// JSON pointer of the place.
    pub pointer: String,
    /// Message: what happened, and what to do.
    pub message: String,
    /// Role, or the operation, of an entry that is not needed any more: the rest of the message is the same for all of them.
    pub subject: Option<String>,
}

impl Warning {
    /// Returns the document and, where it is known, the line.
    pub fn place(&self) -> String {
        let line = self.line.map(|line| format!(":{line}"));
        format!("{}{}", self.document, line.unwrap_or_default())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.message)?;
        match self.pointer.as_str() {
            "" => Ok(()),
            pointer => write!(f, " (at #{pointer})"),
        }
    }
}

/// Collects warnings and errors, so that one pass reports all of them.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    pub(crate) warnings: Vec<Warning>,
    pub(crate) errors: Vec<Finding>,
    /// True if knowledge that matches nothing is a warning instead of an error.
    pub(crate) tolerant: bool,
    /// True if what the hand-written layer lacks is a warning instead of an error: the generated code is of interest, not its use.
    pub(crate) needs_are_notes: bool,
}

impl Diagnostics {
    pub(crate) fn warn(
        &mut self,
        kind: WarningKind,
        document: &str,
        pointer: &Pointer,
        message: impl Into<String>,
    ) {
        self.push(Warning {
            kind,
            document: document.to_owned(),
            line: None,
            pointer: pointer.as_str().to_owned(),
            message: message.into(),
            subject: None,
        });
    }

    /// Notes that an entry of ours can be removed. `subject` is the role or the operation that it is about.
    pub(crate) fn unneeded(&mut self, document: &str, pointer: &Pointer, subject: &str, message: String) {
        self.push(Warning {
            kind: WarningKind::Unneeded,
            document: document.to_owned(),
            line: None,
            pointer: pointer.as_str().to_owned(),
            message,
            subject: Some(subject.to_owned()),
        });
    }

    fn push(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(crate) fn error(&mut self, document: &str, pointer: Pointer, problem: Problem) {
        let finding = Finding { document: document.to_owned(), line: None, pointer, problem };
        if !self.errors.iter().any(|known| known.to_string() == finding.to_string()) {
            self.errors.push(finding);
        }
    }

    pub(crate) fn absorb(&mut self, error: Error) {
        for finding in error.into_findings() {
            self.error(&finding.document.clone(), finding.pointer, finding.problem);
        }
    }
}

impl Diagnostics {
    /// Reports that the hand-written layer lacks something.
    pub(crate) fn need(&mut self, document: &str, pointer: Pointer, problem: Problem) {
        match self.needs_are_notes {
            true => self.warn(WarningKind::Stale, document, &pointer, problem.to_string()),
            false => self.error(document, pointer, problem),
        }
    }

    /// Reports knowledge that matches nothing: an error, or a warning where the user cannot edit our tables.
    pub(crate) fn stale(&mut self, document: &str, pointer: Pointer, what: String) {
        match self.tolerant {
            true => self.warn(
                WarningKind::Stale,
                document,
                &pointer,
                format!("{what} matches nothing in the document"),
            ),
            false => self.error(document, pointer, Problem::Stale { what }),
        }
    }
}
