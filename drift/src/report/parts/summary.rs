//! Line that sums a report up.

use std::fmt;

use super::contents::Report;
use super::options::Release;
use crate::rule::Severity;

/// `wire: breaking · rust: minor · needs: 0.4.0 → 0.5.0`.
pub(super) struct Summary<'a>(pub(super) &'a Report<'a>);

impl fmt::Display for Summary<'_> {
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

/// Returns what a severity means, for those who have not seen the tool.
pub(crate) fn meaning(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "clients that work today fail",
        Severity::Dangerous => "some clients that work today may fail",
        Severity::Safe => "clients that work today keep working",
        Severity::Docs => "no change on the wire",
    }
}
