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
mod html;
mod json;
mod junit;
mod markdown;
mod operations;
mod rust;
mod sarif;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

pub use json::schema as json_schema;
pub use rust::{Bump, RustChange, RustImpact};

use self::operations::Reached;
use crate::comparison::{Comparison, Which};
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
    /// A page for a browser, in one file.
    Html,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
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

/// Two documents and what was found.
#[derive(Clone, Debug)]
struct Pair<'a> {
    old: &'a Document,
    new: &'a Document,
    comparison: &'a Comparison,
    /// Why findings are accepted, in their order.
    accepted: Vec<Option<&'a str>>,
}

/// A comparison of two documents, or of several pairs of them, and how it is rendered.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pairs: Vec<Pair<'a>>,
    rust: Option<&'a RustImpact>,
    release: Option<&'a Release>,
    grouping: Grouping,
    bar: Bar,
    fails_on_process: bool,
    ignored: usize,
    most_lines: usize,
    summary_only: bool,
}

impl<'a> Report<'a> {
    /// Creates a report of what [`compare`](crate::compare) found.
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
        let empty = Self {
            pairs: Vec::new(),
            rust: None,
            release: None,
            grouping: Grouping::default(),
            bar: Bar::Breaking,
            fails_on_process: false,
            ignored: 0,
            most_lines: usize::MAX,
            summary_only: false,
        };
        empty.and(old, new, comparison)
    }

    /// Adds another pair of documents, as where folders are compared.
    #[must_use]
    pub fn and(mut self, old: &'a Document, new: &'a Document, comparison: &'a Comparison) -> Self {
        let accepted = vec![None; comparison.findings.len()];
        self.pairs.push(Pair { old, new, comparison, accepted });
        self
    }

    /// Adds what the change does to generated Rust.
    #[must_use]
    pub fn rust(self, impact: &'a RustImpact) -> Self {
        Self { rust: Some(impact), ..self }
    }

    /// Adds the release that is needed.
    #[must_use]
    pub fn release(self, release: &'a Release) -> Self {
        Self { release: Some(release), ..self }
    }

    /// Marks findings as accepted, by a function that returns the reason.
    #[must_use]
    pub fn accepted(mut self, reason: impl Fn(&Finding, Fingerprint) -> Option<&'a str>) -> Self {
        for Pair { old, new, comparison, accepted } in &mut self.pairs {
            let reason = |finding| reason(finding, Fingerprint::of(finding, old, new));
            *accepted = comparison.findings.iter().map(reason).collect();
        }
        self
    }

    /// Adds how many findings were left out of the comparison on purpose.
    #[must_use]
    pub fn ignored(self, ignored: usize) -> Self {
        Self { ignored, ..self }
    }

    /// Groups findings in another way.
    #[must_use]
    pub fn grouping(self, grouping: Grouping) -> Self {
        Self { grouping, ..self }
    }

    /// Counts findings as failures from another severity on.
    #[must_use]
    pub fn bar(self, bar: Bar) -> Self {
        Self { bar, ..self }
    }

    /// Counts findings about the document's own version as failures, whatever their severity.
    #[must_use]
    pub fn fail_on_process(self, fails_on_process: bool) -> Self {
        Self { fails_on_process, ..self }
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

    /// Returns whether a finding that was not accepted reaches the bar.
    pub fn fails(&self) -> bool {
        self.findings().any(|entry| self.is_failure(&entry))
    }

    /// Returns whether everything was compared.
    pub fn is_complete(&self) -> bool {
        self.pairs.iter().all(|pair| pair.comparison.is_complete())
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
            Format::Html => html::render(self, out),
            Format::Sarif => sarif::render(self, out),
            Format::Github => github::render(self, out),
            Format::Junit => junit::render(self, out),
        }
    }

    /// Returns the line that sums it up: `wire: breaking · rust: minor · needs: 0.4.0 → 0.5.0`.
    pub fn sum(&self) -> String {
        Sum(self).to_string()
    }

    /// What is compared, in words: the two documents, or how many there are.
    fn documents(&self) -> Result<[&'a Document; 2], usize> {
        match &self.pairs[..] {
            [only] => Ok([only.old, only.new]),
            several => Err(several.len()),
        }
    }

    /// What to know first: versions that say that nothing changed.
    fn same_version(&self) -> Vec<String> {
        let warning = |pair: &Pair<'_>| {
            let version = escape::visible(pair.new.version().unwrap_or("not given")).into_owned();
            let file = match self.documents() {
                Ok(_) => String::new(),
                Err(_) => format!("{}: ", escape::visible(pair.new.name())),
            };
            format!("{file}The content changed though info.version did not: it is {version} in both.")
        };
        self.pairs.iter().filter(|pair| pair.comparison.same_version).map(warning).collect()
    }

    /// The findings, together with what was accepted.
    fn findings(&self) -> impl Iterator<Item = Entry<'a>> + '_ {
        self.pairs.iter().enumerate().flat_map(|(number, pair)| {
            pair.comparison.findings.iter().zip(&pair.accepted).map(move |(finding, accepted)| Entry {
                number,
                old: pair.old,
                new: pair.new,
                finding,
                accepted: *accepted,
                operations: Reached::All(&finding.operations),
            })
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

    fn is_failure(&self, entry: &Entry<'_>) -> bool {
        let reaches = match entry.finding.is_process() {
            true => self.fails_on_process || self.bar == Bar::Any,
            false => self.bar.is_reached_by(entry.finding.severity),
        };
        entry.accepted.is_none() && reaches
    }

    /// What could not be compared: where, and why.
    fn incomplete(&self) -> impl Iterator<Item = Missing<'a>> + '_ {
        self.pairs.iter().flat_map(|pair| {
            pair.comparison.incomplete.iter().map(|part| {
                let document = if part.which == Which::Old { pair.old } else { pair.new };
                Missing { document, location: &part.location, reason: &part.reason }
            })
        })
    }

    /// Whether somebody may have to accept findings of a severity: only then reports show their fingerprints.
    fn needs_decision(&self, severity: Severity) -> bool {
        severity >= Severity::Dangerous || self.bar.is_reached_by(severity)
    }
}

/// A part of a document that could not be compared.
#[derive(Clone, Copy, Debug)]
struct Missing<'a> {
    document: &'a Document,
    location: &'a Location,
    reason: &'a str,
}

impl Missing<'_> {
    /// `api.yaml:3:5`, as it is: to be escaped.
    fn place(&self) -> String {
        format!(
            "{}:{}:{}",
            self.document.name_at(self.location.span),
            self.location.line,
            self.location.column
        )
    }
}

/// A finding as it stands in a report.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    /// The position of its pair of documents.
    number: usize,
    old: &'a Document,
    new: &'a Document,
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

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.finding, self.old, self.new)
    }

    /// Where it is in each document.
    fn places(&self) -> [Option<(&'a Document, &'a Location)>; 2] {
        [(self.old, &self.finding.old), (self.new, &self.finding.new)]
            .map(|(document, location)| Some((document, location.as_ref()?)))
    }

    /// Where a person should look: in the new document, unless it is not there any more.
    fn place(&self) -> Option<(&'a Document, &'a Location)> {
        let [old, new] = self.places();
        new.or(old)
    }

    /// A place that a program which shows files can show. What was fetched or read from a commit is none.
    fn file(&self) -> Option<(&'a Document, &'a Location)> {
        let [old, new] = self.places();
        let is_file = |(document, location): &(&Document, &Location)| {
            let name = document.name_at(location.span);
            !name.contains("://") && !name.starts_with("git:") && name != "-"
        };
        [new, old].into_iter().flatten().find(is_file)
    }
}

struct Sum<'a>(&'a Report<'a>);

impl fmt::Display for Sum<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        match report.pairs.iter().filter_map(|pair| pair.comparison.worst()).max() {
            Some(worst) => write!(f, "wire: {worst}")?,
            None => f.write_str("wire: no change")?,
        }
        let accepted = report.findings().filter(|entry| entry.accepted.is_some()).count();
        let apart = [(accepted, "accepted"), (report.ignored, "ignored")];
        let apart = apart.into_iter().filter(|(number, _)| *number > 0);
        let apart: Vec<String> = apart.map(|(number, word)| format!("{number} {word}")).collect();
        if !apart.is_empty() {
            write!(f, " ({})", apart.join(", "))?;
        }
        match report.incomplete().count() {
            0 => {}
            1 => f.write_str(" · incomplete: 1 part was not compared")?,
            number => write!(f, " · incomplete: {number} parts were not compared")?,
        }
        if let Some(impact) = report.rust {
            write!(f, " · rust: {}", impact.verdict())?;
        }
        match report.release {
            Some(Release { from, to }) if from == to => write!(f, " · needs: no release")?,
            Some(Release { from, to }) => write!(f, " · needs: {from} → {to}")?,
            None => {}
        }
        match report.findings().filter(|entry| entry.finding.is_process()).count() {
            0 => Ok(()),
            1 => f.write_str(" · version: 1 note"),
            number => write!(f, " · version: {number} notes"),
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
