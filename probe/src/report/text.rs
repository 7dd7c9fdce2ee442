//! The report for people at a terminal.

use std::fmt::Write as _;

use super::Report;
use crate::facts;
use crate::facts::inferred::NOT_OBSERVABLE;
use crate::finding::Verdict;
use crate::overlay::not_expressible;

pub(super) fn render(report: &Report) -> String {
    let mut out = format!("{}, {}, {} requests\n", report.server.name(), report.day, report.requests);
    for warning in report.warnings() {
        line(&mut out, format_args!("warning: {warning}"));
    }
    for (title, facts) in facts::areas() {
        line(&mut out, format_args!("\n{title}"));
        let area =
            report.findings.iter().filter(|finding| facts.iter().any(|fact| fact.id == finding.fact.id));
        for finding in area {
            let fact = finding.fact;
            match &finding.verdict {
                Verdict::AsAssumed(seen) => {
                    let observed = if finding.is_observed { ", as observed before" } else { "" };
                    line(&mut out, format_args!("  as assumed  {}: {seen}{observed}", fact.id));
                    if !seen.note().is_empty() {
                        line(&mut out, format_args!("              and {}", seen.note()));
                    }
                }
                Verdict::Unseen(reason) => {
                    line(&mut out, format_args!("  not seen    {}: {reason}", fact.id))
                }
                Verdict::Otherwise(seen) => {
                    let name = seen.name().map(|name| format!(" ({name})")).unwrap_or_default();
                    line(&mut out, format_args!("  OTHERWISE   {}{name}", fact.id));
                    let mut detail = |name: &str, text: &str| {
                        line(&mut out, format_args!("              {name:<11} {text}"));
                    };
                    detail("assumed", &format!("{}: {} [{}]", fact.assumes, finding.expected, fact.source));
                    detail("seen", seen.as_str());
                    if !seen.note().is_empty() {
                        detail("and", seen.note());
                    }
                    detail("by", fact.seen_by);
                    detail("depends", fact.depends);
                    if let Some(reason) = not_expressible(finding) {
                        detail("overlay", &format!("not expressible in the overlay: {reason}"));
                    }
                    for (section, entry) in report.entries_of(fact.id) {
                        detail(section, entry);
                    }
                }
            }
        }
    }
    line(&mut out, format_args!("\n{}", report.summary()));
    let beyond = NOT_OBSERVABLE.len();
    line(&mut out, format_args!("{beyond} more that no probe can see: probe/src/facts/inferred.rs"));
    if report.confirmed() > 0 {
        let confirmed = report.confirmed();
        line(
            &mut out,
            format_args!("{confirmed} entries of the overlay would record what is as assumed (--apply)"),
        );
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Memory takes all.
    let _ = writeln!(out, "{text}");
}
