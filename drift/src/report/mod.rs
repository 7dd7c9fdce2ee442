//! Reports of a comparison: for people at a terminal, for pull requests, for CI, for programs.
//!
//! A [`Report`] is rendered to a `Write`, the same bytes for the same input. What stems from a document is escaped for
//! the format it goes into: a document is somebody else's text, and a description may hold an escape sequence of a
//! terminal or a workflow command. Every report ends in one line that sums it up.
//!
//! What a change does to generated Rust is handed in as plain data ([`RustImpact`]); how it is found out is not known here.

mod area;
mod escape;
mod excerpt;
mod github;
mod json;
mod junit;
mod markdown;
mod operations;
mod rust;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

pub use json::schema as json_schema;
pub use rust::{Bump, RustChange, RustImpact};

use self::operations::Reached;
use crate::comparison::Comparison;
use crate::finding::{Finding, SubjectKind};
use crate::rule::Severity;
use crate::{Document, Fingerprint, Location};

/// How findings are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// One entry for each changed schema, with the operations that reach it.
    #[default]
    Schema,
    /// One entry for each operation that a change reaches. There may be very many.
    None,
}

/// Whether a text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// No escape sequences.
    #[default]
    Plain,
    /// With ANSI escape sequences.
    Coloured,
}

/// A form of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text(Paint),
    /// For programs; [`json_schema`] describes it.
    Json,
    /// For a pull request. Never longer than GitHub allows.
    Markdown,
    /// Annotations of a GitHub workflow.
    Github,
    /// For CI servers that show test results.
    Junit,
}

/// From which severity on a finding counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Breaking findings.
    Breaking,
    /// Dangerous and breaking findings.
    Dangerous,
    /// Any finding.
    Any,
    /// None.
    None,
}

impl Bar {
    /// Whether a severity reaches the bar.
    pub fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::Breaking => severity >= Severity::Breaking,
            Self::Dangerous => severity >= Severity::Dangerous,
            Self::Any => true,
            Self::None => false,
        }
    }
}

impl FromStr for Bar {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "breaking" => Ok(Self::Breaking),
            "dangerous" => Ok(Self::Dangerous),
            "any" => Ok(Self::Any),
            "none" => Ok(Self::None),
            _ => Err("expected `breaking`, `dangerous`, `any` or `none`"),
        }
    }
}

/// The release of a crate that the changes ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The version that it has.
    pub from: String,
    /// The version that it needs; the same if it needs none.
    pub to: String,
}

/// A comparison, ready to be told.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    old: &'a Document,
    new: &'a Document,
    comparison: &'a Comparison,
    rust: Option<&'a RustImpact>,
    release: Option<&'a Release>,
    accepted: Vec<Option<&'a str>>,
    grouping: Grouping,
    bar: Bar,
    most_lines: usize,
    summary_only: bool,
}

impl<'a> Report<'a> {
    /// A report of what [`compare`](crate::compare) found.
    ///
    /// ```
    /// use openapi_drift::report::{Format, Paint, Report};
    /// use openapi_drift::{Document, compare};
    ///
    /// let text = r#"{"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": {}}"#;
    /// let (old, new) = (Document::parse("old.json", text)?, Document::parse("new.json", text)?);
    /// let comparison = compare(&old, &new);
    /// let mut out = Vec::new();
    /// Report::new(&old, &new, &comparison).render(Format::Text(Paint::Plain), &mut out)?;
    /// assert!(out.ends_with(b"wire: no change\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(old: &'a Document, new: &'a Document, comparison: &'a Comparison) -> Self {
        Self {
            old,
            new,
            comparison,
            rust: None,
            release: None,
            accepted: vec![None; comparison.findings.len()],
            grouping: Grouping::default(),
            bar: Bar::Breaking,
            most_lines: usize::MAX,
            summary_only: false,
        }
    }

    /// Tells what the change does to generated Rust as well.
    #[must_use]
    pub fn rust(self, impact: &'a RustImpact) -> Self {
        Self { rust: Some(impact), ..self }
    }

    /// Tells which release is needed as well.
    #[must_use]
    pub fn release(self, release: &'a Release) -> Self {
        Self { release: Some(release), ..self }
    }

    /// Marks findings as accepted, by a function that gives the reason.
    #[must_use]
    pub fn accepted(self, reason: impl Fn(&Finding) -> Option<&'a str>) -> Self {
        Self { accepted: self.comparison.findings.iter().map(reason).collect(), ..self }
    }

    /// Puts findings together in another way.
    #[must_use]
    pub fn grouping(self, grouping: Grouping) -> Self {
        Self { grouping, ..self }
    }

    /// Counts findings as failures from another severity on.
    #[must_use]
    pub fn bar(self, bar: Bar) -> Self {
        Self { bar, ..self }
    }

    /// Ends the text report after this many lines. The worst findings come first; the rest is counted.
    #[must_use]
    pub fn most_lines(self, most_lines: usize) -> Self {
        Self { most_lines, ..self }
    }

    /// Leaves out the findings one by one, in text, Markdown and JSON: only counts and the last line remain.
    #[must_use]
    pub fn summary_only(self) -> Self {
        Self { summary_only: true, ..self }
    }

    /// Whether a finding that was not accepted reaches the bar.
    pub fn fails(&self) -> bool {
        self.findings().any(|entry| self.is_failure(&entry))
    }

    /// Writes the report.
    ///
    /// # Errors
    ///
    /// As the writer.
    pub fn render(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text(paint) => text::render(self, paint, out),
            Format::Json => json::render(self, out),
            Format::Markdown => markdown::render(self, out),
            Format::Github => github::render(self, out),
            Format::Junit => junit::render(self, out),
        }
    }

    /// The line that sums it up: `wire: breaking · rust: minor · needs: 0.4.0 → 0.5.0`.
    pub fn sum(&self) -> String {
        Sum(self).to_string()
    }

    /// The first thing to know, if the version says that nothing changed.
    fn same_version(&self) -> Option<String> {
        let version = self.new.version().unwrap_or("not given");
        let changed = "The content changed though info.version did not: it is";
        self.comparison.same_version.then(|| format!("{changed} {} in both.", escape::visible(version)))
    }

    /// The findings, together with what was accepted.
    fn findings(&self) -> impl Iterator<Item = Entry<'a>> + '_ {
        let reasons = self.accepted.iter().copied().chain(std::iter::repeat(None));
        self.comparison.findings.iter().zip(reasons).map(|(finding, accepted)| Entry {
            finding,
            accepted,
            operations: Reached::All(&finding.operations),
        })
    }

    /// The entries of the report: the findings as they are, or one for each operation.
    fn entries(&self) -> Box<dyn Iterator<Item = Entry<'a>> + '_> {
        match self.grouping {
            Grouping::Schema => Box::new(self.findings()),
            Grouping::None => Box::new(self.findings().flat_map(|entry| {
                let none = entry.operations.is_empty().then_some(entry);
                let each =
                    entry.operations.iter().map(move |one| Entry { operations: Reached::One(one), ..entry });
                each.chain(none)
            })),
        }
    }

    /// Whether somebody may have to accept findings of a severity: only then reports show their fingerprints.
    fn needs_decision(&self, severity: Severity) -> bool {
        severity >= Severity::Dangerous || self.bar.is_reached_by(severity)
    }

    fn fingerprint(&self, finding: &Finding) -> Fingerprint {
        Fingerprint::of(finding, self.old, self.new)
    }

    /// Where a finding is in each document.
    fn places<'e>(&self, finding: &'e Finding) -> [Option<(&'a Document, &'e Location)>; 2] {
        [(self.old, &finding.old), (self.new, &finding.new)]
            .map(|(document, location)| Some((document, location.as_ref()?)))
    }

    fn is_failure(&self, entry: &Entry<'_>) -> bool {
        entry.accepted.is_none() && self.bar.is_reached_by(entry.finding.severity)
    }

    /// Where a person should look: in the new document, unless it is not there any more.
    fn place<'e>(&self, entry: &Entry<'e>) -> Option<(&'a Document, &'e Location)> {
        let [old, new] = self.places(entry.finding);
        new.or(old)
    }
}

/// A finding as it stands in a report.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    finding: &'a Finding,
    accepted: Option<&'a str>,
    operations: Reached<'a>,
}

impl<'a> Entry<'a> {
    /// The message as people see it: not longer than they read.
    fn message(&self) -> Cow<'a, str> {
        escape::clip(&self.finding.message)
    }

    /// The subject as people see it: a parameter as in `cookie parameter "session"`.
    fn subject(&self) -> String {
        let subject = &self.finding.subject;
        let place = |place: &str| subject.name.strip_suffix(')')?.strip_suffix(place)?.strip_suffix(" (");
        let parameter =
            ["query", "header", "path", "cookie"].into_iter().find_map(|it| Some((it, place(it)?)));
        let text = match (subject.kind, parameter) {
            (SubjectKind::Parameter, Some((place, name))) => format!("{place} parameter \"{name}\""),
            _ => subject.to_string(),
        };
        escape::clip(&text).into_owned()
    }
}

struct Sum<'a>(&'a Report<'a>);

impl fmt::Display for Sum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        match report.comparison.worst() {
            Some(worst) => write!(f, "wire: {worst}")?,
            None => f.write_str("wire: no change")?,
        }
        let accepted = report.findings().filter(|entry| entry.accepted.is_some()).count();
        if accepted > 0 {
            write!(f, " ({accepted} accepted)")?;
        }
        if let Some(impact) = report.rust {
            write!(f, " · rust: {}", impact.verdict())?;
        }
        match report.release {
            Some(Release { from, to }) if from == to => write!(f, " · needs: no release"),
            Some(Release { from, to }) => write!(f, " · needs: {from} → {to}"),
            None => Ok(()),
        }
    }
}

/// What a severity means, for those who have not seen the tool.
fn meaning(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "clients that work today fail",
        Severity::Dangerous => "some clients that work today may fail",
        Severity::Safe => "clients that work today keep working",
        Severity::Docs => "no change on the wire",
    }
}

#[cfg(test)]
mod tests;
