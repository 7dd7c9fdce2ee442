//! The report for programs.

use serde_json::{Value, json};

use super::Report;
use crate::facts::inferred::NOT_OBSERVABLE;
use crate::finding::{Finding, Verdict};
use crate::overlay::not_expressible;

pub(super) fn render(report: &Report) -> String {
    let findings: Vec<Value> = report.findings.iter().map(|finding| finding_of(report, finding)).collect();
    let [as_assumed, otherwise, unseen] = report.counts();
    let whole = json!({
        "day": report.day.to_string(),
        "server": report.server.name(),
        "requests": report.requests,
        "warnings": report.warnings(),
        "as_assumed": as_assumed,
        "otherwise": otherwise,
        "unseen": unseen,
        "findings": findings,
        "not_observable": NOT_OBSERVABLE.iter().map(|(what, why)| json!({ "what": what, "why": why })).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

fn finding_of(report: &Report, finding: &Finding) -> Value {
    let fact = finding.fact;
    let mut row = json!({
        "fact": fact.id,
        "assumes": fact.assumes,
        "expected": finding.expected,
        "source": fact.source,
        "seen_by": fact.seen_by,
        "depends": fact.depends,
    });
    match &finding.verdict {
        Verdict::Unseen(reason) => {
            row["verdict"] = json!("unseen");
            row["reason"] = json!(reason);
        }
        Verdict::AsAssumed(seen) | Verdict::Otherwise(seen) => {
            let is_otherwise = matches!(finding.verdict, Verdict::Otherwise(_));
            row["verdict"] = json!(if is_otherwise { "otherwise" } else { "as assumed" });
            row["seen"] = json!(seen.as_str());
            row["note"] = json!(seen.note());
            row["name"] = json!(seen.name());
            row["not_expressible"] = json!(not_expressible(finding));
            let entries = report.entries_of(fact.id).into_iter();
            // Each was rendered from JSON.
            let entries: Vec<Value> = entries
                .map(|(section, line)| json!({ "section": section, "entry": serde_json::from_str::<Value>(line).ok() }))
                .collect();
            row["overlay"] = json!(entries);
        }
    }
    row
}
