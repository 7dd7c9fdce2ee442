//! Report for people at a terminal: counts first, then the findings, the worst first.

mod layout;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use self::layout::{Line, WIDTH, columns};
use crate::report::parts::area::Counts;
use crate::report::parts::contents::Report;
use crate::report::parts::entry::Entry;
use crate::report::parts::escape::{clip, visible};
use crate::report::parts::excerpt::{self, Excerpt, Limits};
use crate::report::parts::options::{Color, Grouping};
use crate::report::parts::reached::{count, short};
use crate::report::parts::rust::RustImpact;
use crate::report::parts::summary::meaning;
use crate::rule::Severity;
use crate::{Document, Location};

/// Of more changed items of Rust the rest is counted.
const MOST_RUST: usize = 60;
/// Of more parts that were not compared the rest is counted, unless all is asked for.
const MOST_INCOMPLETE: usize = 60;
/// After this many bytes findings are only counted: nobody reads on.
const MOST_BYTES: usize = 4 << 20;
/// Line number and the mark before a line of an excerpt.
const GUTTER: usize = 12;
const EXCERPT: Limits = Limits { lines: 4, characters: WIDTH - GUTTER - 2 };

const PLAIN: Style = Style::new();
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

pub(crate) fn render(report: &Report<'_>, color: Color, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Text { report, color, rows: Vec::new(), bytes: 0 };
    text.header();
    // What follows the findings is short, and has its place even where not all of them have.
    let mut end = Text { report, color, rows: Vec::new(), bytes: 0 };
    if !report.summary_only {
        end.rust();
    }
    end.line(Line::new(0).add(BOLD, report.summary()));
    if !report.summary_only {
        text.findings(end.rows.len());
    }
    for row in text.rows.iter().chain(&end.rows) {
        writeln!(out, "{row}")?;
    }
    Ok(())
}

struct Text<'a, 'r> {
    report: &'a Report<'r>,
    color: Color,
    rows: Vec<String>,
    bytes: usize,
}

impl Text<'_, '_> {
    fn line(&mut self, line: Line) {
        self.add(line.rows(self.color));
    }

    fn add(&mut self, rows: Vec<String>) {
        self.bytes += rows.iter().map(|row| row.len() + 1).sum::<usize>();
        self.rows.extend(rows);
    }

    fn blank(&mut self) {
        self.add(vec![String::new()]);
    }

    fn header(&mut self) {
        let report = self.report;
        for warning in report.same_version() {
            self.line(Line::new(0).add(style(Severity::Dangerous), warning));
        }
        let line = Line::new(0).add(DIM, "comparing");
        self.line(match report.documents() {
            Ok([old, new]) => {
                let line = line.plain(format!("  {} ", name(old)));
                line.add(DIM, "→").plain(format!(" {}", name(new)))
            }
            Err(number) => line.plain(format!("  {number} documents")),
        });
        self.blank();
        self.incomplete();
        self.counts();
    }

    /// Prints what was not compared, first of all: the findings are only as complete as that.
    fn incomplete(&mut self) {
        let parts: Vec<_> = self.report.incomplete().collect();
        if parts.is_empty() {
            return;
        }
        let most = if self.report.most_lines == usize::MAX { usize::MAX } else { MOST_INCOMPLETE };
        let title = format!("not compared: {}", parts.len());
        let line = Line::new(0).add(style(Severity::Dangerous), title).plain("  ");
        self.line(line.add(DIM, "what is there may have changed in any way"));
        for part in parts.iter().take(most) {
            let reason = visible(&clip(part.reason)).into_owned();
            self.line(Line::new(2).plain(reason).plain("  ").add(DIM, visible(&part.place())));
        }
        if parts.len() > most {
            self.line(Line::new(2).plain(format!("… and {} more", parts.len() - most)));
        }
        self.blank();
    }

    /// A table of severities and areas, without areas in which nothing was found.
    fn counts(&mut self) {
        let counts = Counts::of(self.report.entries().map(|entry| entry.finding));
        if counts.is_empty() {
            return;
        }
        let mut title = format!("{:<9} {:>6}", "", "all");
        counts.areas().for_each(|area| title.push_str(&format!("  {:>6}", area.name())));
        self.line(Line::new(0).add(DIM, title));
        for severity in Severity::ALL {
            let mut numbers = format!(" {:>6}", counts.severity(severity));
            for area in counts.areas() {
                let number = match counts.at(severity, area) {
                    0 => "·".to_owned(),
                    number => number.to_string(),
                };
                numbers.push_str(&format!("  {number:>width$}", width = area.name().len().max(6)));
            }
            let name = format!("{:<9}", severity.as_str());
            self.line(Line::new(0).add(style(severity), name).plain(numbers));
        }
        self.blank();
    }

    /// Writes the findings, as far as there is space for them before some last rows.
    fn findings(&mut self, last: usize) {
        // The line that counts the rest, and a blank one.
        let space = self.report.most_lines.saturating_sub(last + 2);
        let mut left_out = [0usize; Severity::ALL.len()];
        let mut is_full = false;
        for severity in Severity::ALL {
            let entries: Vec<Entry<'_>> =
                self.report.entries().filter(|entry| entry.finding.severity == severity).collect();
            let mut head = self.title(severity, &entries);
            for entry in &entries {
                if is_full {
                    left_out[severity as usize] += 1;
                    continue;
                }
                let rows = self.entry(entry);
                if self.rows.len() + head.len() + rows.len() > space || self.bytes > MOST_BYTES {
                    is_full = true;
                    left_out[severity as usize] += 1;
                    continue;
                }
                self.add(std::mem::take(&mut head));
                self.add(rows);
            }
            let is_shown = left_out[severity as usize] < entries.len();
            if is_shown && self.rows.last().is_some_and(|row| !row.is_empty()) {
                self.blank();
            }
        }
        if is_full {
            self.rest(left_out);
        }
    }

    fn title(&self, severity: Severity, entries: &[Entry<'_>]) -> Vec<String> {
        let title = format!("{severity}: {}", entries.len());
        Line::new(0).add(style(severity), title).plain("  ").add(DIM, meaning(severity)).rows(self.color)
    }

    fn rest(&mut self, left_out: [usize; Severity::ALL.len()]) {
        let parts = Severity::ALL.map(|severity| match left_out[severity as usize] {
            0 => None,
            number => Some(format!("{number} {severity}")),
        });
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let total: usize = left_out.iter().sum();
        let noun = if total == 1 { "finding is" } else { "findings are" };
        let hint = if self.report.most_lines == usize::MAX { "" } else { "; --all shows them" };
        self.line(Line::new(0).plain(format!("… {total} more {noun} not shown: {}{hint}", parts.join(", "))));
        self.blank();
    }

    fn entry(&self, entry: &Entry<'_>) -> Vec<String> {
        let finding = entry.finding;
        let is_grave = finding.severity >= Severity::Dangerous && self.report.grouping == Grouping::Schema;
        // A removal is reported in one line: its old text adds nothing.
        let is_gone = finding.new.is_none();
        if is_grave && !is_gone { self.at_length(entry) } else { self.in_short(entry, is_grave) }
    }

    /// A finding that somebody has to think about.
    fn at_length(&self, entry: &Entry<'_>) -> Vec<String> {
        let finding = entry.finding;
        let subject = entry.subject();
        let title = format!("{}: {}", visible(&subject), visible(&entry.message()));
        let mut rows = Line::new(2).add(BOLD, title).rows(self.color);
        if let Some(reason) = entry.accepted {
            let reason = format!("accepted: {}", visible(&clip(reason)));
            rows.extend(Line::new(4).add(style(Severity::Safe), reason).rows(self.color));
        }
        let reached = reached(entry, &subject);
        let id = Line::new(4).add(style(finding.severity), self.id(entry));
        rows.extend(id.plain(reached.trim_start_matches(',')).rows(self.color));
        let places = entry.places();
        let excerpts = excerpt::pair(places, EXCERPT);
        let mut last_pointer = None;
        let sides = [("before", '-', BEFORE), ("after ", '+', AFTER)];
        for (((label, mark, style), place), excerpt) in sides.into_iter().zip(places).zip(excerpts) {
            let Some((document, location)) = place else { continue };
            let mut head =
                Line::new(4).add(style, label).plain(format!(" {}", self::place(document, location)));
            let used = 4 + label.len() + 1 + self::place(document, location).chars().count() + 2;
            if last_pointer != Some(&location.pointer) {
                head =
                    head.plain("  ").add(DIM, end(&visible(&location.pointer), WIDTH.saturating_sub(used)));
            }
            last_pointer = Some(&location.pointer);
            rows.extend(head.rows(self.color));
            rows.extend(excerpt.iter().flat_map(|excerpt| self.excerpt(excerpt, mark, style)));
        }
        rows.push(String::new());
        rows
    }

    fn excerpt(&self, excerpt: &Excerpt, mark: char, changed: Style) -> Vec<String> {
        let mut rows = Vec::new();
        let gap = Line::new(0).add(DIM, format!("{:>9} ", "…")).rows(self.color);
        for (skips, line) in excerpt.with_gaps() {
            if skips {
                rows.extend(gap.clone());
            }
            let (mark, style) = if line.is_changed { (mark, changed) } else { (' ', PLAIN) };
            let number = Line::new(0).add(DIM, format!("{:>9} ", line.number));
            let text = fitting(&line.text, WIDTH - GUTTER);
            rows.extend(number.add(style, format!("{mark} {text}")).rows(self.color));
        }
        if excerpt.goes_on {
            rows.extend(gap);
        }
        rows
    }

    /// A finding that is good to know of, or that needs no excerpt.
    fn in_short(&self, entry: &Entry<'_>, is_grave: bool) -> Vec<String> {
        let subject = entry.subject();
        let title = format!("{}: {}", visible(&subject), visible(&entry.message()));
        let mut line = Line::new(2).add(if is_grave { BOLD } else { PLAIN }, title);
        line = line.plain(reached(entry, &subject)).plain("  ");
        line = line.add(if is_grave { style(entry.finding.severity) } else { DIM }, self.id(entry));
        if let Some((document, location)) = entry.place() {
            line = line.plain("  ").add(DIM, place(document, location));
        }
        if let Some(reason) = entry.accepted {
            line =
                line.plain("  ").add(style(Severity::Safe), format!("accepted: {}", visible(&clip(reason))));
        }
        line.rows(self.color)
    }

    /// Returns the rule and the fingerprint, as `accept` takes them. What nobody has to accept has no fingerprint.
    fn id(&self, entry: &Entry<'_>) -> String {
        let id = entry.finding.rule.id();
        match self.report.needs_decision(entry.finding.severity) {
            true => format!("[{id} {}]", entry.fingerprint()),
            false => format!("[{id}]"),
        }
    }

    fn rust(&mut self) {
        let (verdict, changes, todo) = match self.report.rust {
            None => return,
            Some(RustImpact::Unknown { reason }) => {
                self.line(Line::new(0).plain(format!("rust: not known  {}", visible(reason))));
                return self.blank();
            }
            Some(impact @ RustImpact::Known { changes, todo, .. }) => (impact.verdict(), changes, todo),
        };
        let title = Line::new(0).add(BOLD, format!("rust: {verdict}")).plain("  ");
        self.line(title.add(DIM, "what it does to programs that call the generated code"));
        for change in changes.iter().take(MOST_RUST) {
            let text = format!("{:<5}  {}: {}", change.bump, visible(&change.item), visible(&change.reason));
            self.line(Line::new(2).plain(text));
        }
        if changes.len() > MOST_RUST {
            self.line(Line::new(2).plain(format!("… and {} more items", changes.len() - MOST_RUST)));
        }
        for entry in todo {
            self.line(Line::new(2).plain(format!("to do  {}", visible(entry))));
        }
        self.blank();
    }
}

fn name(document: &Document) -> String {
    format!("{} ({})", visible(document.name()), visible(&clip(document.version().unwrap_or("no version"))))
}

fn place(document: &Document, at: &Location) -> String {
    format!("{}:{}:{}", visible(document.name_at(at.span)), at.line, at.column)
}

/// Returns the end of a text that is too long: the end of a pointer is more specific than its beginning.
fn end(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let skipped = (length + 1).saturating_sub(most.max(1));
    text.chars().skip(skipped).fold("…".to_owned(), |text, it| text + it.encode_utf8(&mut [0; 4]))
}

/// Returns as much of a text as fits into some columns.
fn fitting(text: &str, most: usize) -> String {
    let mut used = 0;
    let fits = |character: &char| {
        used += columns(*character);
        used <= most
    };
    text.chars().take_while(fits).collect()
}

/// Returns the operations that a change reaches, unless its subject names them.
fn reached(entry: &Entry<'_>, subject: &str) -> String {
    let list = short(entry.operations);
    match entry.operations.len() {
        0 => String::new(),
        1 if list.named.iter().all(|one| subject.ends_with(&one.to_string())) => String::new(),
        1 => format!(", in {}", list.line()),
        many => format!(", in {}: {}", count(many), list.line()),
    }
}
