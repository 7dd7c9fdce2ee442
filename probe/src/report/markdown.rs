//! The report for a pull request or an issue.

use std::fmt::Write as _;

use super::Report;
use crate::facts;
use crate::facts::inferred::NOT_OBSERVABLE;
use crate::finding::Verdict;
use crate::overlay::not_expressible;

pub(super) fn render(report: &Report) -> String {
    let mut out = format!(
        "# Probe of {}, {}\n\n{}, by {} requests.\n",
        report.server.name(),
        report.day,
        report.summary(),
        report.requests
    );
    for warning in report.warnings() {
        line(&mut out, format_args!("\n**Warning:** {warning}."));
    }
    for (finding, seen) in report.otherwise() {
        let fact = finding.fact;
        line(&mut out, format_args!("\n## {}: otherwise\n", fact.id));
        line(&mut out, format_args!("- assumed: {} (`{}`; {})", fact.assumes, finding.expected, fact.source));
        let name = seen.name().map(|name| format!(", `{name}`")).unwrap_or_default();
        let note = if seen.note().is_empty() { String::new() } else { format!(", and {}", seen.note()) };
        line(&mut out, format_args!("- seen: `{seen}`{name}{note}, by {}", fact.seen_by));
        line(&mut out, format_args!("- depends on it: {}", fact.depends));
        if let Some(reason) = not_expressible(finding) {
            line(&mut out, format_args!("- not expressible in the overlay: {reason}"));
        }
        for (section, entry) in report.entries_of(fact.id) {
            line(&mut out, format_args!("- `{section}`: `{entry}`"));
        }
    }
    line(&mut out, format_args!("\n## All facts\n\n| fact | assumed | result |\n| --- | --- | --- |"));
    for (_, facts) in facts::areas() {
        for finding in report.findings.iter().filter(|it| facts.iter().any(|fact| fact.id == it.fact.id)) {
            let result = match &finding.verdict {
                Verdict::AsAssumed(seen) => format!("as assumed: `{seen}`"),
                Verdict::Otherwise(seen) => format!("**otherwise**: `{seen}`"),
                Verdict::Unseen(reason) => format!("could not be seen: {reason}"),
            };
            line(&mut out, format_args!("| {} | {} | {result} |", finding.fact.id, finding.fact.assumes));
        }
    }
    line(&mut out, format_args!("\n## What no probe can see\n\n| what | why |\n| --- | --- |"));
    for (what, why) in NOT_OBSERVABLE {
        line(&mut out, format_args!("| {what} | {why} |"));
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Memory takes all.
    let _ = writeln!(out, "{text}");
}
