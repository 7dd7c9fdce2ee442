//! The report for people at a terminal.

use std::fmt::{self, Display};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::escape::visible;
use super::operations::{count, short};
use super::{Entry, Grouping, Paint, Report, RustImpact, excerpt, meaning};
use crate::rule::Severity;
use crate::{Document, Location};

/// Of this many changed items of Rust the rest is counted.
const MOST_RUST: usize = 60;
/// After this many bytes findings are only counted: nobody reads on.
const MOST_BYTES: usize = 4 << 20;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const BEFORE: Style = AnsiColor::Red.on_default();
const AFTER: Style = AnsiColor::Green.on_default();

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Breaking => AnsiColor::Red.on_default().bold(),
        Severity::Dangerous => AnsiColor::Yellow.on_default().bold(),
        Severity::Safe => AnsiColor::Green.on_default().bold(),
        Severity::Docs => AnsiColor::Blue.on_default().bold(),
    }
}

pub(super) fn render(report: &Report<'_>, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Text { report, paint, out, written: 0 };
    text.header()?;
    for severity in Severity::ALL {
        text.section(severity)?;
    }
    text.rust()?;
    let sum = report.sum();
    let sum = text.painted(BOLD, &sum).to_string();
    text.line(sum)
}

struct Text<'a, 'o> {
    report: &'a Report<'a>,
    paint: Paint,
    out: &'o mut dyn Write,
    written: usize,
}

impl Text<'_, '_> {
    fn line(&mut self, line: impl Display) -> io::Result<()> {
        let line = line.to_string();
        self.written += line.len() + 1;
        writeln!(self.out, "{}", line.trim_end())
    }

    fn painted<'t>(&self, style: Style, text: &'t str) -> Painted<'t> {
        let style = match self.paint {
            Paint::Plain => Style::new(),
            Paint::Coloured => style,
        };
        Painted { style, text }
    }

    fn header(&mut self) -> io::Result<()> {
        if let Some(warning) = self.report.same_version() {
            let warning = self.painted(style(Severity::Dangerous), &warning).to_string();
            self.line(warning)?;
        }
        let (old, new) = (name(self.report.old), name(self.report.new));
        let header =
            format!("{}  {} {} {}", self.painted(DIM, "comparing"), old, self.painted(DIM, "→"), new);
        self.line(header)?;
        self.line("")
    }

    fn section(&mut self, severity: Severity) -> io::Result<()> {
        let entries: Vec<Entry<'_>> =
            self.report.entries().filter(|entry| entry.finding.severity == severity).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let title = format!("{severity}: {}", entries.len());
        let title =
            format!("{}  {}", self.painted(style(severity), &title), self.painted(DIM, meaning(severity)));
        self.line(title)?;
        let at_length = severity >= Severity::Dangerous && self.report.grouping == Grouping::Schema;
        if at_length {
            self.line("")?;
        }
        for (index, entry) in entries.iter().enumerate() {
            if self.written > MOST_BYTES {
                self.line(format!("  … and {} more", entries.len() - index))?;
                break;
            }
            if at_length { self.at_length(entry)? } else { self.in_short(entry)? }
        }
        if at_length { Ok(()) } else { self.line("") }
    }

    /// A finding that somebody has to think about.
    fn at_length(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let finding = entry.finding;
        let subject = entry.subject();
        let title = format!("{}: {}", visible(&subject), visible(&entry.message()));
        let title = format!("  {}", self.painted(BOLD, &title));
        self.line(title)?;
        if let Some(reason) = entry.accepted {
            let reason = format!("  accepted: {}", visible(reason));
            let reason = self.painted(style(Severity::Safe), &reason).to_string();
            self.line(reason)?;
        }
        let id = format!("[{}]", finding.rule.id());
        let id = self.painted(style(finding.severity), &id).to_string();
        self.line(format!("  {id}{}", reached(entry, &subject).trim_start_matches(',')))?;
        let sides = [
            ("before", BEFORE, finding.old.as_ref().map(|location| (self.report.old, location))),
            ("after ", AFTER, finding.new.as_ref().map(|location| (self.report.new, location))),
        ];
        let from = match (sides[0].2, sides[1].2) {
            (Some(old), Some(new)) => excerpt::first_difference(old, new),
            _ => 1,
        };
        for (label, style, place) in sides {
            if let Some((document, location)) = place {
                let head = format!("    {} {}", self.painted(style, label), self::place(document, location));
                self.line(format!("{head}  {}", self.painted(DIM, &visible(&location.pointer))))?;
                self.excerpt(excerpt::of(document, location, from))?;
            }
        }
        self.line("")
    }

    fn excerpt(&mut self, excerpt: excerpt::Excerpt) -> io::Result<()> {
        let more = format!("{:>9} |", "…");
        let more = self.painted(DIM, &more).to_string();
        for (index, line) in excerpt.lines.into_iter().enumerate() {
            if index == 1 && excerpt.skips {
                self.line(&more)?;
            }
            let number = format!("{:>9} |", line.number);
            let number = self.painted(DIM, &number).to_string();
            self.line(format!("{number} {}", line.text))?;
        }
        if excerpt.goes_on { self.line(&more) } else { Ok(()) }
    }

    /// A finding that is good to know of.
    fn in_short(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let at = self.report.place(entry).map(|(document, location)| place(document, location));
        let subject = entry.subject();
        let detail = format!("[{}]  {}", entry.finding.rule.id(), at.unwrap_or_default());
        let accepted = entry.accepted.map(|reason| format!("  accepted: {}", visible(reason)));
        let line = format!(
            "  {}: {}{}  {}{}",
            visible(&subject),
            visible(&entry.message()),
            reached(entry, &subject),
            self.painted(DIM, &detail),
            accepted.unwrap_or_default(),
        );
        self.line(line)
    }

    fn rust(&mut self) -> io::Result<()> {
        let (verdict, changes, todo) = match self.report.rust {
            None => return Ok(()),
            Some(RustImpact::Unknown { reason }) => {
                let line = format!("rust: not known  {}", visible(reason));
                self.line(line)?;
                return self.line("");
            }
            Some(impact @ RustImpact::Known { changes, todo, .. }) => (impact.verdict(), changes, todo),
        };
        let title = format!("rust: {verdict}");
        let title = format!(
            "{}  {}",
            self.painted(BOLD, &title),
            self.painted(DIM, "what it does to programs that call the generated code")
        );
        self.line(title)?;
        for change in changes.iter().take(MOST_RUST) {
            self.line(format!(
                "  {:<5}  {}: {}",
                change.bump,
                visible(&change.item),
                visible(&change.reason)
            ))?;
        }
        if changes.len() > MOST_RUST {
            self.line(format!("  … and {} more items", changes.len() - MOST_RUST))?;
        }
        for entry in todo {
            self.line(format!("  to do  {}", visible(entry)))?;
        }
        self.line("")
    }
}

struct Painted<'t> {
    style: Style,
    text: &'t str,
}

impl Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.text, self.style.render_reset())
    }
}

fn name(document: &Document) -> String {
    format!("{} ({})", visible(document.name()), visible(document.version().unwrap_or("no version")))
}

fn place(document: &Document, at: &Location) -> String {
    format!("{}:{}:{}", visible(document.name_at(at.span)), at.line, at.column)
}

/// The operations that a change reaches, unless its subject says it.
fn reached(entry: &Entry<'_>, subject: &str) -> String {
    let list = short(entry.operations);
    match entry.operations.len() {
        0 => String::new(),
        1 if list.named.iter().all(|one| subject.ends_with(&one.to_string())) => String::new(),
        1 => format!(", in {}", list.line()),
        many => format!(", in {}: {}", count(many), list.line()),
    }
}
