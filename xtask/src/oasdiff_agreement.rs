//! `cargo xtask oasdiff-agreement FILE`: the share of oasdiff's cases with the same findings.
//!
//! A file of cases has one JSON object a line: `name`, `base` and `revision` (paths relative to the file), and `changes`, each with `id`,
//! `level`, `operation` and `path`. Sets of those four are compared. Findings that no case can expect are left out: those of rules that
//! oasdiff does not have, and of the three rules about `info.version`, which the cases leave out on purpose.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use openapi_drift::{ApiRule, Document, Options, Rule, Severity, compare_with};
use serde::Deserialize;

/// Share of cases that has to agree, in percent.
const MINIMUM: usize = 95;

/// Prints every disagreement and the share of cases that agree.
pub(crate) fn run(file: &Path) -> Result<()> {
    let outcomes = compare_all(file, &Options::default())
        .with_context(|| format!("cannot read the cases of {}", file.display()))?;
    for outcome in outcomes.iter().filter(|outcome| !outcome.agrees()) {
        println!("{}", outcome.name);
        for change in &outcome.missing {
            println!("  missing    {change}");
        }
        for change in &outcome.unexpected {
            println!("  unexpected {change}");
        }
        if let Some(error) = &outcome.error {
            println!("  error      {error}");
        }
    }
    let (all, agreed) = (outcomes.len(), outcomes.iter().filter(|outcome| outcome.agrees()).count());
    let left_out: usize = outcomes.iter().map(|outcome| outcome.left_out).sum();
    let tenths = (agreed * 1000).checked_div(all).unwrap_or_default();
    println!("{agreed} of {all} cases agree: {}.{} %", tenths / 10, tenths % 10);
    println!(
        "{left_out} findings were left out: of rules that oasdiff does not have, in places where it does not look, or of the version"
    );
    if agreed * 100 < all * MINIMUM {
        bail!("fewer than {MINIMUM} % agree");
    }
    Ok(())
}

/// What is compared of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Change {
    /// The rule's id.
    id: String,
    /// `error`, `warning` or `info`.
    level: String,
    /// The method in capitals, or nothing.
    operation: String,
    /// The path, or nothing.
    path: String,
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
struct Agreement {
    /// The case's name.
    name: String,
    /// What was expected and not found.
    missing: Vec<Change>,
    /// What was found and not expected.
    unexpected: Vec<Change>,
    /// Why the documents could not be compared.
    error: Option<String>,
    /// How many findings were left out of the comparison.
    left_out: usize,
}

impl Agreement {
    /// Whether the sets are the same.
    fn agrees(&self) -> bool {
        self.missing.is_empty() && self.unexpected.is_empty() && self.error.is_none()
    }
}

/// Compares all cases of a file.
fn compare_all(cases: &Path, options: &Options) -> Result<Vec<Agreement>> {
    let folder = cases.parent().unwrap_or(Path::new(""));
    let text = std::fs::read_to_string(cases)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| Ok(agreement(folder, serde_json::from_str(line)?, options))).collect()
}

fn agreement(folder: &Path, case: Case, options: &Options) -> Agreement {
    let Case { name, base, revision, changes } = case;
    let failed = |error: String| Agreement {
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
    Agreement { name, missing, unexpected, error: None, left_out }
}

fn is_left_out(finding: &openapi_drift::Finding) -> bool {
    let is_about_version = matches!(
        finding.rule,
        Rule::Api(ApiRule::VersionNotBumped | ApiRule::MajorVersionNotBumped | ApiRule::VersionDecreased)
    );
    is_about_version || finding.is_extension()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of oasdiff are not part of this repository: these three are of ours.
    #[test]
    fn agreement_is_counted_by_case() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drift/tests/agreement.jsonl");
        let outcomes =
            compare_all(&file, &Options::on(jiff::civil::date(2026, 6, 1))).expect("is a file of cases");
        let [agrees, disagrees, broken] = &outcomes[..] else { panic!("three cases") };
        assert!(agrees.agrees() && agrees.left_out > 0);
        assert_eq!(disagrees.missing[0].to_string(), "endpoint-added (info) PUT /nowhere");
        assert_eq!(disagrees.unexpected.len(), 3);
        assert!(broken.error.as_ref().is_some_and(|error| error.contains("nowhere.yaml")));
    }
}
