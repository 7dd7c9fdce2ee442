//! Comparison of two documents: what goes in, and what comes out.

use jiff::civil::Date;

use crate::Location;
use crate::finding::{Finding, Section};
use crate::operations::Operation;
use crate::rule::{Rule, Severity};

/// Input of a comparison in addition to the documents.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Day that sunset dates are held against.
    pub today: Date,
    /// Number of days that must lie between a deprecation and its announced end. With more than none, a deprecation must
    /// announce its end.
    pub notice_days: u16,
}

impl Default for Options {
    /// Today is the day of the system's clock and time zone.
    fn default() -> Self {
        Self::on(jiff::Zoned::now().date())
    }
}

impl Options {
    /// Options for a day, so that the same documents give the same findings for ever.
    pub fn on(today: Date) -> Self {
        Self { today, notice_days: 0 }
    }
}

impl Options {
    /// Returns the first day that leaves enough notice.
    pub(crate) fn earliest_end(&self) -> Date {
        self.today.saturating_add(jiff::Span::new().days(i64::from(self.notice_days)))
    }
}

/// Changes between two documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Comparison {
    /// Changes: the worst first, then by rule and by place. The order is the same for the same documents.
    pub findings: Vec<Finding>,
    /// True if the content changed though `info.version` did not.
    pub same_version: bool,
    /// Parts that could not be compared, in the order of the documents: empty if the comparison is complete.
    pub incomplete: Vec<Incomplete>,
}

/// A part of a document that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incomplete {
    /// Document that has it.
    pub which: Which,
    /// Its place in the document.
    pub location: Location,
    /// Why it could not be compared.
    pub reason: String,
}

/// One of the two documents of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// Old document.
    Old,
    /// New document.
    New,
}

/// A finding at one of the operations that it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Finding.
    pub finding: &'a Finding,
    /// One of its operations, or none if it concerns none.
    pub operation: Option<&'a Operation>,
}

impl Entry<'_> {
    /// Returns the kind of the change.
    pub fn rule(&self) -> Rule {
        self.finding.rule
    }
}

impl Comparison {
    /// Returns the worst severity of what changed on the wire or in the words. Findings about the document's own version
    /// ([`Finding::is_process`]) do not count.
    ///
    /// ```
    /// use openapi_drift::{Document, Severity, compare};
    ///
    /// let text = |title| format!("openapi: 3.0.3\ninfo: {{title: {title}, version: '1'}}\npaths: {{}}");
    /// let comparison = compare(&Document::parse("old", text("Shop"))?, &Document::parse("new", text("Shops"))?);
    /// // That the version is still the same is about how the document is published.
    /// assert_eq!(comparison.worst(), Some(Severity::Docs));
    /// assert_eq!(comparison.process().count(), 1);
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    pub fn worst(&self) -> Option<Severity> {
        let wire = self.findings.iter().filter(|finding| !finding.is_process());
        wire.map(|finding| finding.severity).max()
    }

    /// Returns the findings about the document's own version.
    pub fn process(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_process())
    }

    /// Returns whether everything was compared.
    pub fn is_complete(&self) -> bool {
        self.incomplete.is_empty()
    }

    /// Returns how many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Keeps only what concerns some of the operations, for a program that uses no others.
    ///
    /// What concerns no operation in particular stays: the servers, the security of all operations, what the server calls, and
    /// named schemas that no operation uses, which may be those of events.
    ///
    /// ```
    /// use openapi_drift::{Document, Severity, compare};
    ///
    /// let text = |version, paths| format!("openapi: 3.0.3\ninfo: {{title: Shop, version: '{version}'}}\npaths: {{{paths}}}");
    /// let old = Document::parse("old", text(1, "/a: {get: {}}, /b: {get: {}}"))?;
    /// let new = Document::parse("new", text(2, "/a: {get: {}}"))?;
    /// let comparison = compare(&old, &new);
    /// assert_eq!(comparison.worst(), Some(Severity::Breaking));
    /// let of_a = comparison.concerning(|operation| operation.path == "/a");
    /// // The version changed for everybody, which is nothing on the wire.
    /// assert_eq!((of_a.worst(), of_a.findings.len()), (None, 1));
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    #[must_use]
    pub fn concerning(mut self, is_used: impl Fn(&Operation) -> bool) -> Self {
        // What the server calls has no operation of the caller's, and is kept rather than lost.
        self.findings.retain(|finding| {
            let is_called_by_server = matches!(finding.section, Section::Webhooks | Section::Callbacks);
            is_called_by_server || finding.operations.is_empty() || finding.operations.iter().any(&is_used)
        });
        self
    }

    /// Returns the findings one per operation, as without any grouping: lazily, because there may be very many.
    pub fn ungrouped(&self) -> impl Iterator<Item = Entry<'_>> {
        self.findings.iter().flat_map(|finding| {
            let operations =
                finding.operations.iter().map(move |operation| Entry { finding, operation: Some(operation) });
            let none = finding.operations.is_empty().then_some(Entry { finding, operation: None });
            operations.chain(none)
        })
    }
}
