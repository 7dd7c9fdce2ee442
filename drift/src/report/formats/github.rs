//! Report as workflow commands, which GitHub shows at the lines of a pull request.

use std::io::{self, Write};

use crate::report::parts::contents::Report;
use crate::report::parts::entry::Entry;
use crate::report::parts::escape::{clip, command_message, command_property, visible};
use crate::report::parts::reached::{count, short};
use crate::rule::Severity;

/// GitHub shows ten of a level for each step.
const MOST: usize = 10;
/// Two notices are for what is left out and for the sum.
const MOST_NOTICES: usize = MOST - 2;
/// Parts that were not compared; the last line counts them all. The other warnings are for findings.
const MOST_INCOMPLETE: usize = 3;

pub(crate) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (mut errors, mut warnings, mut notices, mut left_out) = (0, 0, 0, 0usize);
    for warning in report.same_version().iter().take(MOST_INCOMPLETE) {
        warnings += 1;
        writeln!(out, "::warning title=same version::{}", command_message(warning))?;
    }
    for part in report.incomplete().take(MOST_INCOMPLETE) {
        warnings += 1;
        let message =
            format!("not compared: {} ({})", visible(&clip(part.reason)), visible(&clip(&part.place())));
        writeln!(out, "::warning title=incomplete comparison::{}", command_message(&message))?;
    }
    // The gravest come first.
    for entry in report.entries() {
        let (command, shown, most) = match entry.finding.severity {
            _ if entry.accepted.is_some() => ("notice", &mut notices, MOST_NOTICES),
            Severity::Breaking => ("error", &mut errors, MOST),
            Severity::Dangerous => ("warning", &mut warnings, MOST),
            Severity::Safe | Severity::Docs => ("notice", &mut notices, MOST_NOTICES),
        };
        if *shown < most {
            *shown += 1;
            annotation(command, &entry, out)?;
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        writeln!(out, "::notice title=API drift::{left_out} more findings are not shown as annotations")?;
    }
    writeln!(out, "::notice title=API drift::{}", command_message(&report.summary()))
}

fn annotation(command: &str, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = entry.finding;
    write!(out, "::{command} ")?;
    if let Some((document, at)) = entry.file() {
        write!(
            out,
            "file={},line={},col={},",
            command_property(document.name_at(at.span)),
            at.line,
            at.column
        )?;
    }
    // The rule is in the title, because GitHub shows titles where it folds messages.
    let title = format!("{} {}", finding.severity, finding.rule.id());
    write!(out, "title={}::", command_property(&title))?;
    let mut message = format!("{}: {}", visible(&entry.subject()), visible(&entry.message()));
    if !entry.operations.is_empty() {
        let list = short(entry.operations);
        message.push_str(&format!(" ({}: {})", count(entry.operations.len()), list.line()));
    }
    if let Some(reason) = entry.accepted {
        message.push_str(&format!(" [accepted: {}]", visible(reason)));
    }
    writeln!(out, "{}", command_message(&message))
}
