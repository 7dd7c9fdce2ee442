//! Report for a pull request, in GitHub's Markdown.

use std::io::{self, Write};

use crate::Document;
use crate::report::parts::contents::Report;
use crate::report::parts::entry::Entry;
use crate::report::parts::escape::{clip, code, markdown};
use crate::report::parts::reached::{count, short};
use crate::report::parts::rust::{Bump, RustChange, RustImpact};
use crate::report::parts::summary::meaning;
use crate::rule::Severity;

/// GitHub takes 65,536 characters for the text of a pull request; the rest is for what surrounds the report.
const MOST_BYTES: usize = 56_000;
/// Of more changed items of Rust the rest is counted.
const MOST_RUST: usize = 30;

/// Of more parts that were not compared the rest is counted.
const MOST_INCOMPLETE: usize = 20;

/// Explains the words of the summary.
const LEGEND: &str = "<sub>wire: what happens to programs that speak to the API; rust: to programs that call the code generated \
                      from it; needs: the release of the crate that announces it.</sub>\n";

pub(crate) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { report, text: String::new() };
    page.header();
    // Rendered before the findings, which get the space that it leaves.
    let rust = page.rust();
    if !report.summary_only {
        for severity in Severity::ALL {
            page.section(severity, MOST_BYTES.saturating_sub(rust.len()));
        }
        page.text.push_str(&rust);
        if report.rust.is_some() {
            page.line(LEGEND);
        }
    }
    page.line(&format!("**{}**", report.summary()));
    out.write_all(page.text.as_bytes())
}

struct Page<'a> {
    report: &'a Report<'a>,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn header(&mut self) {
        for warning in self.report.same_version() {
            self.line(&format!("**{}**\n", markdown(&warning)));
        }
        let name = |document: &Document| {
            let version = code(&clip(document.version().unwrap_or("no version")));
            format!("{} ({version})", code(&clip(document.name())))
        };
        let compared = match self.report.documents() {
            Ok([old, new]) => format!("{} → {}", name(old), name(new)),
            Err(number) => format!("{number} documents"),
        };
        self.line(&format!("## API drift: {compared}\n"));
        let parts: Vec<_> = self.report.incomplete().collect();
        if !parts.is_empty() {
            self.line(&format!("### not compared: {}\n", parts.len()));
            for part in parts.iter().take(MOST_INCOMPLETE) {
                self.line(&format!("- {}: {}", code(&clip(&part.place())), markdown(&clip(part.reason))));
            }
            if parts.len() > MOST_INCOMPLETE {
                self.line(&format!("- … and {} more", parts.len() - MOST_INCOMPLETE));
            }
            self.line("");
        }
        let counts = Severity::ALL.map(|severity| {
            let number = self.report.entries().filter(|entry| entry.finding.severity == severity).count();
            format!("| {severity} | {number} | {} |\n", meaning(severity))
        });
        self.line(&format!(
            "| severity | findings | what it means |\n| --- | --- | --- |\n{}",
            counts.concat()
        ));
    }

    fn section(&mut self, severity: Severity, limit: usize) {
        let report = self.report;
        let number = report.entries().filter(|entry| entry.finding.severity == severity).count();
        if number == 0 {
            return;
        }
        let folded = severity <= Severity::Safe;
        match folded {
            true => self.line(&format!("<details><summary>{severity}: {number}</summary>\n")),
            false => self.line(&format!("### {severity}: {number}\n")),
        }
        let entries = report.entries().filter(|entry| entry.finding.severity == severity);
        for (index, entry) in entries.enumerate() {
            let item = self.item(&entry);
            if self.text.len() + item.len() > limit {
                self.line(&format!("- … and {} more", number - index));
                break;
            }
            self.line(&item);
        }
        self.line(if folded { "\n</details>\n" } else { "" });
    }

    fn item(&self, entry: &Entry<'_>) -> String {
        let finding = entry.finding;
        let mut item = format!(
            "- {}: {} ({}",
            code(&entry.subject()),
            markdown(&entry.message()),
            code(finding.rule.id())
        );
        let places = ["before", "after"].into_iter().zip(entry.places()).filter_map(|(name, place)| {
            let (document, at) = place?;
            Some(format!(
                "{name} {}",
                code(&format!("{}:{}:{}", document.name_at(at.span), at.line, at.column))
            ))
        });
        let mut places: Vec<String> = places.collect();
        if finding.severity <= Severity::Safe && places.len() > 1 {
            // What nobody has to think about is easy to find with one of them.
            places.remove(0);
        }
        if self.report.needs_decision(finding.severity) {
            item.push_str(&format!(" {}", code(&entry.fingerprint().to_string())));
        }
        if !places.is_empty() {
            item.push_str(&format!(", {}", places.join(", ")));
        }
        item.push(')');
        let list = short(entry.operations);
        if entry.operations.len() > 1 || list.named.iter().any(|it| it.to_string() != finding.subject.name) {
            let names: Vec<String> =
                list.named.iter().map(|operation| code(&clip(&operation.to_string()))).collect();
            item.push_str(&format!("; in {}: {}", count(entry.operations.len()), names.join(", ")));
            if list.more > 0 {
                item.push_str(&format!(" and {} more", list.more));
            }
        }
        if let Some(reason) = entry.accepted {
            item.push_str(&format!("; **accepted**: {}", markdown(reason)));
        }
        item
    }

    fn rust(&self) -> String {
        let (verdict, changes, todo) = match self.report.rust {
            None => return String::new(),
            Some(RustImpact::Unknown { reason }) => {
                return format!("### rust: not known\n\n{}\n\n", markdown(reason));
            }
            Some(impact @ RustImpact::Known { changes, todo, .. }) => (impact.verdict(), changes, todo),
        };
        let mut text = format!("### rust: {verdict}\n\n");
        for entry in todo {
            text.push_str(&format!("- [ ] {}\n", markdown(entry)));
        }
        if changes.is_empty() {
            return text + "The public items of the generated code stay unchanged.\n\n";
        }
        text.push_str(if todo.is_empty() { "" } else { "\n" });
        let line = |change: &RustChange| {
            format!("- {}: {}: {}\n", change.bump, code(&clip(&change.item)), markdown(&clip(&change.reason)))
        };
        let (grave, rest): (Vec<&RustChange>, Vec<&RustChange>) =
            changes.iter().partition(|change| change.bump == Bump::Major);
        text.extend(grave.iter().take(MOST_RUST).map(|change| line(change)));
        if grave.len() > MOST_RUST {
            text.push_str(&format!("- … and {} more\n", grave.len() - MOST_RUST));
        }
        if rest.is_empty() {
            return text + "\n";
        }
        text.push_str(if grave.is_empty() { "" } else { "\n" });
        text.push_str(&format!("<details><summary>minor and patch: {}</summary>\n\n", rest.len()));
        text.extend(rest.iter().take(MOST_RUST).map(|change| line(change)));
        if rest.len() > MOST_RUST {
            text.push_str(&format!("- … and {} more\n", rest.len() - MOST_RUST));
        }
        text + "\n</details>\n\n"
    }
}
