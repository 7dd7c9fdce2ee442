//! What a report can be asked for.

use crate::rule::Severity;

/// How findings are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// One entry for each changed schema, with the operations that reach it.
    #[default]
    Schema,
    /// One entry for each operation that a change reaches. There may be very many.
    None,
}

/// Whether a text has colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
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
    Text(Color),
    /// For programs; [`json_schema`](super::super::json_schema) describes it.
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

/// What makes a report fail. Several words may be given: the strictest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum FailOn {
    /// Breaking findings.
    Breaking,
    /// Dangerous and breaking findings.
    Dangerous,
    /// Any finding.
    Any,
    /// Findings about the document's own version, in addition to those of another word: `breaking,process`.
    Process,
    /// None.
    None,
}

impl FailOn {
    /// Returns whether a finding is one that fails.
    pub(crate) fn includes(self, severity: Severity, is_process: bool) -> bool {
        match self {
            Self::Any => true,
            // Not by severity: these findings are all `docs`, and whoever asks for them wants any.
            Self::Process => is_process,
            Self::Dangerous => !is_process && severity >= Severity::Dangerous,
            Self::Breaking => !is_process && severity >= Severity::Breaking,
            Self::None => false,
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
