//! How far the findings agree with those that oasdiff expects of pairs of documents.
//!
//! A file of cases has one JSON object a line: `name`, `base` and `revision` (paths beside the file), and `changes`, each
//! with `id`, `level`, `operation` and `path`. Compared are sets of those four. Left out on our side, because no case can
//! expect them: rules that oasdiff does not have ([`Finding::is_extension`](crate::Finding::is_extension)), and the three
//! that judge `info.version`, which the cases leave out by their own word.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::{ApiRule, Document, Options, Rule, Severity, compare_with};

/// What is compared of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Change {
    /// The rule's id.
    pub id: String,
    /// `error`, `warning` or `info`.
    pub level: String,
    /// The method in capitals, or nothing.
    pub operation: String,
    /// The path, or nothing.
    pub path: String,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, level, operation, path } = self;
        write!(formatter, "{id} ({level}) {operation} {path}")
    }
}

#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    base: String,
    revision: String,
    changes: BTreeSet<Change>,
}

/// How one case went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case's name.
    pub name: String,
    /// What was expected and not found.
    pub missing: Vec<Change>,
    /// What was found and not expected.
    pub unexpected: Vec<Change>,
    /// Why the documents could not be compared.
    pub error: Option<String>,
    /// How many findings were left out of the comparison.
    pub left_out: usize,
}

impl Outcome {
    /// Whether the sets are the same.
    pub fn agrees(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.error.is_none()
    }
}

/// Compares all cases of a file.
///
/// # Errors
///
/// If the file cannot be read, or a line is no case. A document that cannot be read is the [`Outcome::error`] of its case.
pub fn run(
    cases: &Path,
    options: &Options,
) -> Result<Vec<Outcome>, Box<dyn std::error::Error + Send + Sync>> {
    let folder = cases.parent().unwrap_or(Path::new(""));
    let text = std::fs::read_to_string(cases)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| Ok(outcome(folder, serde_json::from_str(line)?, options))).collect()
}

fn outcome(folder: &Path, case: Case, options: &Options) -> Outcome {
    let Case { name, base, revision, changes } = case;
    let failed = |error: String| Outcome {
        name: name.clone(),
        missing: Vec::new(),
        unexpected: Vec::new(),
        error: Some(error),
        left_out: 0,
    };
    let read = |path: &str| {
        let bytes = std::fs::read(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
        Document::parse(path, bytes).map_err(|error| error.to_string())
    };
    let (old, new) = match (read(&base), read(&revision)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => return failed(error),
    };
    let comparison = compare_with(&old, &new, options);
    let mut found = BTreeSet::new();
    let mut left_out = 0;
    for entry in comparison.ungrouped() {
        if is_left_out(entry.finding) {
            left_out += 1;
            continue;
        }
        let (operation, path) = entry
            .operation
            .map_or_else(Default::default, |operation| (operation.method.clone(), operation.path.clone()));
        let level = match entry.finding.severity {
            Severity::Breaking => "error",
            Severity::Dangerous => "warning",
            Severity::Safe | Severity::Docs => "info",
        };
        let (id, level) = (entry.finding.rule.id().to_owned(), level.to_owned());
        found.insert(Change { id, level, operation, path });
    }
    let missing = changes.difference(&found).cloned().collect();
    let unexpected = found.difference(&changes).cloned().collect();
    Outcome { name, missing, unexpected, error: None, left_out }
}

fn is_left_out(finding: &crate::Finding) -> bool {
    let judges_version = matches!(
        finding.rule,
        Rule::Api(ApiRule::VersionNotBumped | ApiRule::MajorVersionNotBumped | ApiRule::VersionDecreased)
    );
    judges_version || finding.is_extension()
}
