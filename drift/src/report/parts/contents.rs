//! Contents of a report, and what is left out.

use super::entry::{Entry, Missing};
use super::escape::visible;
use super::options::{FailOn, Grouping, Release};
use super::reached::Reached;
use super::rust::RustImpact;
use super::summary::Summary;
use crate::comparison::{Comparison, Which};
use crate::finding::Finding;
use crate::rule::Severity;
use crate::{Document, Fingerprint};

/// Two documents and what was found.
#[derive(Clone, Debug)]
pub(crate) struct Pair<'a> {
    pub(crate) old: &'a Document,
    pub(crate) new: &'a Document,
    pub(crate) comparison: &'a Comparison,
    /// Why findings are accepted, in their order.
    pub(crate) accepted: Vec<Option<&'a str>>,
}

/// A comparison of two documents, or of several pairs of them, and how it is rendered.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub(crate) pairs: Vec<Pair<'a>>,
    pub(crate) rust: Option<&'a RustImpact>,
    pub(crate) release: Option<&'a Release>,
    pub(crate) grouping: Grouping,
    pub(crate) fail_on: Vec<FailOn>,
    pub(crate) ignored: usize,
    pub(crate) most_lines: usize,
    pub(crate) summary_only: bool,
}

impl<'a> Report<'a> {
    /// Creates a report of what [`compare`](crate::compare) found.
    ///
    /// ```
    /// use openapi_drift::report::{Format, Color, Report};
    /// use openapi_drift::{Document, compare};
    ///
    /// let text = r#"{"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": {}}"#;
    /// let (old, new) = (Document::parse("old.json", text)?, Document::parse("new.json", text)?);
    /// let comparison = compare(&old, &new);
    /// let mut out = Vec::new();
    /// Report::new(&old, &new, &comparison).render(Format::Text(Color::Plain), &mut out)?;
    /// assert!(out.ends_with(b"wire: no change\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(old: &'a Document, new: &'a Document, comparison: &'a Comparison) -> Self {
        let empty = Self {
            pairs: Vec::new(),
            rust: None,
            release: None,
            grouping: Grouping::default(),
            fail_on: vec![FailOn::Breaking],
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

    /// Counts other findings as failures than breaking ones.
    #[must_use]
    pub fn fail_on(self, words: &[FailOn]) -> Self {
        Self { fail_on: words.to_vec(), ..self }
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

    /// Returns whether a finding that was not accepted is one that fails.
    pub fn fails(&self) -> bool {
        self.findings().any(|entry| self.is_failure(&entry))
    }

    /// Returns whether everything was compared.
    pub fn is_complete(&self) -> bool {
        self.pairs.iter().all(|pair| pair.comparison.is_complete())
    }

    /// Returns the line that sums it up: `wire: breaking · rust: minor · needs: 0.4.0 → 0.5.0`.
    pub fn summary(&self) -> String {
        Summary(self).to_string()
    }

    /// Returns what is compared, in words: the two documents, or how many there are.
    pub(crate) fn documents(&self) -> Result<[&'a Document; 2], usize> {
        match &self.pairs[..] {
            [only] => Ok([only.old, only.new]),
            several => Err(several.len()),
        }
    }

    /// Returns what to know first: versions that say that nothing changed.
    pub(crate) fn same_version(&self) -> Vec<String> {
        let warning = |pair: &Pair<'_>| {
            let version = visible(pair.new.version().unwrap_or("not given")).into_owned();
            let file = match self.documents() {
                Ok(_) => String::new(),
                Err(_) => format!("{}: ", visible(pair.new.name())),
            };
            format!("{file}The content changed though info.version did not: it is {version} in both.")
        };
        self.pairs.iter().filter(|pair| pair.comparison.same_version).map(warning).collect()
    }

    /// Returns the findings, together with what was accepted.
    pub(crate) fn findings(&self) -> impl Iterator<Item = Entry<'a>> + '_ {
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

    /// Returns the entries of the report: the findings one by one, or one for each operation.
    pub(crate) fn entries(&self) -> Box<dyn Iterator<Item = Entry<'a>> + '_> {
        match self.grouping {
            Grouping::Schema => Box::new(self.findings()),
            // Lazily: with thousands of operations there are millions of entries.
            Grouping::None => Box::new(self.findings().flat_map(|entry| {
                let none = entry.operations.is_empty().then_some(entry);
                let each =
                    entry.operations.iter().map(move |one| Entry { operations: Reached::One(one), ..entry });
                each.chain(none)
            })),
        }
    }

    pub(crate) fn is_failure(&self, entry: &Entry<'_>) -> bool {
        let finding = entry.finding;
        entry.accepted.is_none() && self.is_included(finding.severity, finding.is_process())
    }

    pub(crate) fn is_included(&self, severity: Severity, is_process: bool) -> bool {
        self.fail_on.iter().any(|word| word.includes(severity, is_process))
    }

    /// Returns what could not be compared: where, and why.
    pub(crate) fn incomplete(&self) -> impl Iterator<Item = Missing<'a>> + '_ {
        self.pairs.iter().flat_map(|pair| {
            pair.comparison.incomplete.iter().map(|part| {
                let document = if part.which == Which::Old { pair.old } else { pair.new };
                Missing { document, location: &part.location, reason: &part.reason }
            })
        })
    }

    /// Returns whether somebody may have to accept findings of a severity: only then reports show their fingerprints.
    pub(crate) fn needs_decision(&self, severity: Severity) -> bool {
        severity >= Severity::Dangerous || self.is_included(severity, false)
    }
}
