//! Report as a page for a browser: one file without scripts and without anything that is loaded.
//!
//! Filters are check boxes and rules of the style sheet. So the page forbids scripts altogether, and a document that smuggled one in
//! would achieve nothing.

mod groups;

use std::collections::HashSet;
use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::groups::{Group, Groups, Kind};
use crate::Document;
use crate::report::parts::area::Counts;
use crate::report::parts::contents::Report;
use crate::report::parts::entry::Entry;
use crate::report::parts::escape::{clip, visible};
use crate::report::parts::excerpt::{self, Excerpt, Limits};
use crate::report::parts::rust::RustImpact;
use crate::report::parts::summary::meaning;
use crate::rule::Severity;

const STYLE: &str = include_str!("style.css");
const EXCERPT: Limits = Limits { lines: 12, characters: 160 };
/// After this many bytes findings have no excerpts, and after [`MOST_BYTES`] they are counted.
const MOST_EXCERPTS: usize = 3 << 20;
const MOST_BYTES: usize = 4 << 20;
/// Schemas that are named at an operation.
const MOST_SCHEMAS: usize = 8;
/// Operations that are named at a finding.
const MOST_OPERATIONS: usize = 40;
const MOST_RUST: usize = 300;
const MOST_INCOMPLETE: usize = 300;

pub(crate) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { report, groups: Groups::of(report) };
    out.write_all(page.markup().into_string().as_bytes())?;
    writeln!(out)
}

struct Page<'r, 'a> {
    report: &'r Report<'a>,
    groups: Groups<'a>,
}

/// Content that was written so far.
#[derive(Default)]
struct Written {
    bytes: usize,
    ids: HashSet<String>,
    left_out: usize,
}

impl Page<'_, '_> {
    fn markup(&self) -> Markup {
        let title = format!("API drift: {}", self.report.summary());
        let mut written = Written::default();
        let sections: Vec<(Kind, Markup)> = Kind::ALL
            .into_iter()
            .filter_map(|kind| Some((kind, self.section(kind, &mut written)?)))
            .collect();
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                    meta name="referrer" content="no-referrer";
                    title { (title) }
                    style { (PreEscaped(STYLE)) (PreEscaped(filters())) }
                }
                body {
                    header { (self.summary()) }
                    main {
                        (self.contents(&sections))
                        @for (kind, section) in &sections {
                            section id=(kind.id()) { h2 { (kind.title()) } (section) }
                        }
                        @if written.left_out > 0 {
                            p .warning { (written.left_out) " more findings are not shown: this page would be too long." }
                        }
                        (self.rust())
                    }
                }
            }
        }
    }

    fn summary(&self) -> Markup {
        let counts = Counts::of(self.report.entries().map(|entry| entry.finding));
        let areas: Vec<_> = counts.areas().collect();
        html! {
            h1 { "API drift" }
            p {
                @match self.report.documents() {
                    Ok([old, new]) => { (name(old)) " → " (name(new)) }
                    Err(number) => { (number) " documents" }
                }
            }
            p .sum { (self.report.summary()) }
            @for warning in self.report.same_version() { p .warning { (warning) } }
            (self.incomplete())
            @if counts.is_empty() {
                p { "No change was found." }
            } @else {
                div .scroll role="region" aria-label="Findings by severity and area" tabindex="0" {
                    table {
                        thead {
                            tr {
                                th .first scope="col" { "severity" }
                                th scope="col" { "all" }
                                @for area in &areas { th scope="col" { (area.name()) } }
                            }
                        }
                        tbody {
                            @for severity in Severity::ALL {
                                tr {
                                    th scope="row" {
                                        span .level .(severity) { (severity) } " "
                                        span .soft { (meaning(severity)) }
                                    }
                                    td { (counts.severity(severity)) }
                                    @for area in &areas {
                                        @match counts.at(severity, *area) {
                                            0 => { td .none { "0" } }
                                            number => { td { (number) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                fieldset .filter {
                    legend { "Show" }
                    @for severity in Severity::ALL {
                        label {
                            input type="checkbox" id={ "show-" (severity) } checked;
                            " " (severity) " (" (counts.severity(severity)) ")"
                        }
                    }
                }
            }
        }
    }

    fn incomplete(&self) -> Markup {
        let parts: Vec<_> = self.report.incomplete().collect();
        html! {
            @if !parts.is_empty() {
                div .warning {
                    p { strong { "Not compared: " (parts.len()) } ". What is there may have changed in any way." }
                    ul {
                        @for part in parts.iter().take(MOST_INCOMPLETE) {
                            li { code { (visible(&clip(&part.place()))) } ": " (sentence(&clip(part.reason))) }
                        }
                        @if parts.len() > MOST_INCOMPLETE { li { "… and " (parts.len() - MOST_INCOMPLETE) " more" } }
                    }
                }
            }
        }
    }

    fn contents(&self, sections: &[(Kind, Markup)]) -> Markup {
        html! {
            @if sections.len() > 1 {
                nav aria-label="Contents" {
                    ul { @for (kind, _) in sections { li { a href={ "#" (kind.id()) } { (kind.title()) } } } }
                }
            }
        }
    }

    /// Returns the groups of a kind, if there are any.
    fn section(&self, kind: Kind, written: &mut Written) -> Option<Markup> {
        let groups: Vec<&Group<'_>> = self.groups.list.iter().filter(|group| group.kind == kind).collect();
        if groups.is_empty() {
            return None;
        }
        let parts: Vec<Markup> = groups.into_iter().map(|group| self.group(group, written)).collect();
        Some(html! { @for part in parts { (part) } })
    }

    fn group(&self, group: &Group<'_>, written: &mut Written) -> Markup {
        let findings: Vec<Markup> =
            group.entries.iter().filter_map(|entry| self.finding(entry, written)).collect();
        let reaching: Vec<&Group<'_>> =
            group.reached_by.iter().filter_map(|number| self.groups.list.get(*number)).collect();
        let markup = html! {
            section .group .{ "g" (group.mask()) } id=(group.id) {
                h3 {
                    (visible(&clip(&group.name))) " "
                    a .permalink href={ "#" (group.id) } { "link" }
                    @if let Err(_) = self.report.documents() { " " span .soft { (visible(&clip(group.file))) } }
                }
                @if !reaching.is_empty() {
                    p .meta {
                        "reached by changes of "
                        @for (number, other) in reaching.iter().take(MOST_SCHEMAS).enumerate() {
                            @if number > 0 { ", " }
                            a href={ "#" (other.id) } { (visible(&clip(&other.name))) }
                        }
                        @if reaching.len() > MOST_SCHEMAS { " and " (reaching.len() - MOST_SCHEMAS) " more" }
                    }
                }
                @for finding in &findings { (finding) }
            }
        };
        written.bytes += 300 + group.name.len() * 3 + reaching.len().min(MOST_SCHEMAS) * 100;
        markup
    }

    /// Writes a finding, while there is space.
    fn finding(&self, entry: &Entry<'_>, written: &mut Written) -> Option<Markup> {
        if written.bytes > MOST_BYTES {
            written.left_out += 1;
            return None;
        }
        let finding = entry.finding;
        let id = written.id(&format!("f-{}", entry.fingerprint()));
        let (subject, message) = (entry.subject(), entry.message());
        let places = entry.places();
        let excerpts =
            if written.bytes < MOST_EXCERPTS { excerpt::pair(places, EXCERPT) } else { [None, None] };
        let sides = ["before", "after"].into_iter().zip(places).zip(excerpts);
        let markup = html! {
            article .finding .(finding.severity) id=(id) {
                h4 {
                    span .level { (finding.severity) } " "
                    (visible(&subject)) ": " (sentence(&message)) " "
                    a .permalink href={ "#" (id) } { "link" }
                }
                @if let Some(reason) = entry.accepted { p .meta { strong { "accepted: " } (visible(&clip(reason))) } }
                p .meta { code { (finding.rule.id()) " " (entry.fingerprint()) } }
                (operations(entry))
                div .sides {
                    @for ((label, place), excerpt) in sides {
                        @if let Some((document, location)) = place {
                            figure {
                                figcaption {
                                    (label) " " (visible(&clip(document.name_at(location.span)))) ":" (location.line) ":" (location.column)
                                    br; (visible(&clip(&location.pointer)))
                                }
                                @if let Some(excerpt) = excerpt { (lines(&excerpt, label == "before")) }
                            }
                        }
                    }
                }
            }
        };
        written.bytes += markup.0.len();
        Some(markup)
    }

    fn rust(&self) -> Markup {
        html! {
            @match self.report.rust {
                None => {}
                Some(RustImpact::Unknown { reason }) => {
                    section id="rust" { h2 { "Rust" } p { "not known: " (visible(&clip(reason))) } }
                }
                Some(impact @ RustImpact::Known { changes, todo, .. }) => {
                    section id="rust" {
                        h2 { "Rust: " (impact.verdict()) }
                        ul {
                            @for entry in todo.iter().take(MOST_RUST) { li { strong { "to do: " } (visible(&clip(entry))) } }
                            @for change in changes.iter().take(MOST_RUST) {
                                li { (change.bump) ": " code { (visible(&clip(&change.item))) } ": " (visible(&clip(&change.reason))) }
                            }
                            @if changes.len() > MOST_RUST { li { "… and " (changes.len() - MOST_RUST) " more items" } }
                        }
                    }
                }
            }
        }
    }
}

impl Written {
    /// An id that nothing else on the page has.
    fn id(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut number = 1;
        while !self.ids.insert(id.clone()) {
            number += 1;
            id = format!("{wanted}-{number}");
        }
        id
    }
}

/// Returns the rules by which the check boxes work: a finding is shown if its severity is, and a group if one of its severities is.
fn filters() -> String {
    let mut rules = String::new();
    for severity in Severity::ALL {
        rules.push_str(&format!(
            "body:has(#show-{severity}:not(:checked)) .finding.{severity}:not(:target) {{ display: none; }}\n"
        ));
    }
    for mask in 1..1_usize << Severity::ALL.len() {
        let boxes = Severity::ALL.into_iter().filter(|severity| mask & (1 << *severity as usize) != 0);
        let boxes: Vec<String> = boxes.map(|severity| format!("#show-{severity}:checked")).collect();
        let boxes = boxes.join(", ");
        rules.push_str(&format!(
            "body:not(:has({boxes})) .g{mask}:not(:has(:target), :target) {{ display: none; }}\n"
        ));
    }
    rules
}

fn name(document: &Document) -> Markup {
    html! {
        code { (visible(&clip(document.name()))) }
        " (" (visible(&clip(document.version().unwrap_or("no version")))) ")"
    }
}

/// A sentence: what is between backticks is code.
fn sentence(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        @for (number, part) in parts.iter().enumerate() {
            // The last part is not closed, wherever it begins.
            @if number % 2 == 1 && number + 1 < parts.len() {
                code { (visible(part)) }
            } @else if number % 2 == 1 {
                "`" (visible(part))
            } @else {
                (visible(part))
            }
        }
    }
}

fn operations(entry: &Entry<'_>) -> Markup {
    let number = entry.operations.len();
    let list = || entry.operations.iter().take(MOST_OPERATIONS);
    let names = html! {
        @for (at, operation) in list().enumerate() {
            @if at > 0 { ", " }
            code { (visible(&clip(&operation.to_string()))) }
        }
        @if number > MOST_OPERATIONS { " and " (number - MOST_OPERATIONS) " more" }
    };
    html! {
        @match number {
            0 => {}
            1..=3 => { p .meta { "in " (names) } }
            _ => { details .meta { summary { "in " (number) " operations" } (names) } }
        }
    }
}

/// Returns the lines of an excerpt, the changed ones marked by more than a colour.
fn lines(excerpt: &Excerpt, is_old: bool) -> Markup {
    let (class, mark) = if is_old { ("gone", "−") } else { ("come", "+") };
    html! {
        pre {
            @for (skips, line) in excerpt.with_gaps() {
                @if skips { span { i { "…" } } }
                @if line.is_changed {
                    span .(class) { i { (line.number) " " (mark) } (line.text) }
                } @else {
                    span { i { (line.number) "  " } (line.text) }
                }
            }
            @if excerpt.goes_on { span { i { "…" } } }
        }
    }
}
