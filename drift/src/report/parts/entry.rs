//! Entries of a report.

use std::borrow::Cow;

use super::escape::clip;
use super::reached::Reached;
use crate::finding::{Finding, SubjectKind};
use crate::{Document, Fingerprint, Location};

/// A part of a document that could not be compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Missing<'a> {
    pub(crate) document: &'a Document,
    pub(crate) location: &'a Location,
    pub(crate) reason: &'a str,
}

impl Missing<'_> {
    /// Returns `api.yaml:3:5`, which is still to be escaped.
    pub(crate) fn place(&self) -> String {
        format!(
            "{}:{}:{}",
            self.document.name_at(self.location.span),
            self.location.line,
            self.location.column
        )
    }
}

/// A finding in a report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// Position of its pair of documents.
    pub(crate) number: usize,
    pub(crate) old: &'a Document,
    pub(crate) new: &'a Document,
    pub(crate) finding: &'a Finding,
    pub(crate) accepted: Option<&'a str>,
    pub(crate) operations: Reached<'a>,
}

impl<'a> Entry<'a> {
    /// Returns the message as people see it: not longer than they read.
    pub(crate) fn message(&self) -> Cow<'a, str> {
        clip(&self.finding.message)
    }

    /// Returns the subject as people see it: a parameter as in `cookie parameter "session"`.
    pub(crate) fn subject(&self) -> String {
        let subject = &self.finding.subject;
        let place = |place: &str| subject.name.strip_suffix(')')?.strip_suffix(place)?.strip_suffix(" (");
        let parameter =
            ["query", "header", "path", "cookie"].into_iter().find_map(|it| Some((it, place(it)?)));
        let text = match (subject.kind, parameter) {
            (SubjectKind::Parameter, Some((place, name))) => format!("{place} parameter \"{name}\""),
            _ => subject.to_string(),
        };
        clip(&text).into_owned()
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.finding, self.old, self.new)
    }

    /// Returns where it is in each document.
    pub(crate) fn places(&self) -> [Option<(&'a Document, &'a Location)>; 2] {
        [(self.old, &self.finding.old), (self.new, &self.finding.new)]
            .map(|(document, location)| Some((document, location.as_ref()?)))
    }

    /// Returns where a person should look: in the new document, unless it is not there any more.
    pub(crate) fn place(&self) -> Option<(&'a Document, &'a Location)> {
        let [old, new] = self.places();
        new.or(old)
    }

    /// A place that a program which shows files can show. What was fetched or read from a commit is none.
    pub(crate) fn file(&self) -> Option<(&'a Document, &'a Location)> {
        let [old, new] = self.places();
        // An annotation at a path that the repository does not have is shown nowhere, or at the wrong file.
        let is_file = |(document, location): &(&Document, &Location)| {
            let name = document.name_at(location.span);
            !name.contains("://") && !name.starts_with("git:") && name != "-"
        };
        [new, old].into_iter().flatten().find(is_file)
    }
}
