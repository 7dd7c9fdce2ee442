//! The report as workflow commands, which GitHub shows beside the lines of a pull request.

use std::io::{self, Write};

use super::escape::{clip, command_message, command_property, visible};
use super::operations::{count, short};
use super::{Entry, Report};
use crate::rule::Severity;

/// GitHub shows ten of a kind for each step; a few more are worth their place in the log.
const MOST: usize = 200;
/// The parts that were not compared; the last line counts them all.
const MOST_INCOMPLETE: usize = 10;

pub(super) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for warning in report.same_version() {
        writeln!(out, "::warning title=same version::{}", command_message(&warning))?;
    }
    for part in report.incomplete().take(MOST_INCOMPLETE) {
        let message =
            format!("not compared: {} ({})", visible(&clip(part.reason)), visible(&clip(&part.place())));
        writeln!(out, "::warning title=incomplete comparison::{}", command_message(&message))?;
    }
    let mut left_out = 0usize;
    for (index, entry) in report.entries().enumerate() {
        if index < MOST { annotation(&entry, out)? } else { left_out += 1 }
    }
    if left_out > 0 {
        writeln!(out, "::notice title=API drift::{left_out} more findings are not shown as annotations")?;
    }
    writeln!(out, "::notice title=API drift::{}", command_message(&report.sum()))
}

fn annotation(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let finding = entry.finding;
    let command = match finding.severity {
        _ if entry.accepted.is_some() => "notice",
        Severity::Breaking => "error",
        Severity::Dangerous => "warning",
        Severity::Safe | Severity::Docs => "notice",
    };
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
