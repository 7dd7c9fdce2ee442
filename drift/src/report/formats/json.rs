//! The report for programs, and the schema that describes it.
//!
//! Operations are listed once, and lists of them once: findings name theirs by number. So the report grows with the
//! number of findings, not with how many operations each of them reaches. Without grouping it would grow with both, so it
//! ends somewhere, and states how much is missing.

use std::collections::HashMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use crate::finding::{Section, SubjectKind};
use crate::operations::Operation;
use crate::report::parts::contents::{Pair, Report};
use crate::report::parts::entry::Entry;
use crate::report::parts::options::Grouping;
use crate::report::parts::reached::Reached;
use crate::report::parts::rust::RustImpact;
use crate::report::parts::visible_json::Visible;
use crate::rule::Severity;
use crate::{Document, Location};

/// After this many bytes findings that are not grouped are only counted. Grouped, they are few, and all there.
const MOST_BYTES: usize = 3 << 20;

/// Counted up when a program that reads the report would have to change.
const FORMAT: u32 = 1;

/// What changed between two OpenAPI documents.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Report of openapi-drift")]
struct Root<'a> {
    /// The version of this format.
    format: u32,
    /// The older document, of several the first.
    old: Side<'a>,
    /// The newer document, of several the first.
    new: Side<'a>,
    /// The documents that were compared: one pair, or several if folders were.
    documents: Vec<Sides<'a>>,
    /// Whether the content changed though `info.version` did not.
    same_version: bool,
    /// What could not be compared.
    incomplete: Vec<Part<'a>>,
    /// How many entries there are.
    counts: Counts,
    /// The changes, the worst first.
    findings: Vec<Item<'a>>,
    /// How many findings were left out on purpose, and are counted nowhere else.
    ignored: usize,
    /// How many entries are counted, but not in `findings`: all of them in a summary, else none if findings are grouped by schema. One for each operation,
    /// they end after some megabytes; grouped, the report contains all of it, with the operations of each.
    left_out: usize,
    /// Every operation that a change reaches.
    operations: Vec<Call<'a>>,
    /// Lists of operations, by their positions in `operations`.
    operation_lists: Vec<Vec<usize>>,
    /// What the change does to Rust that is generated from the documents.
    rust: Option<&'a RustImpact>,
    /// The release that is needed.
    release: Option<Needs<'a>>,
    /// The whole in one line.
    sum: String,
}

/// A document.
#[derive(Serialize, JsonSchema)]
struct Side<'a> {
    /// The path or address that it was read from.
    name: &'a str,
    /// Its version of OpenAPI.
    openapi: &'a str,
    /// Its `info.title`.
    title: Option<&'a str>,
    /// Its `info.version`.
    version: Option<&'a str>,
}

/// Two documents that were compared.
#[derive(Serialize, JsonSchema)]
struct Sides<'a> {
    /// The older document.
    old: Side<'a>,
    /// The newer document.
    new: Side<'a>,
}

/// How many entries there are of each severity.
#[derive(Default, Serialize, JsonSchema)]
struct Counts {
    breaking: usize,
    dangerous: usize,
    safe: usize,
    docs: usize,
    /// How many of all of them are accepted.
    accepted: usize,
    /// How many fail the comparison: they are included in `--fail-on`, and not accepted.
    failures: usize,
}

/// A change.
#[derive(Serialize, JsonSchema)]
struct Item<'a> {
    /// The id of the rule.
    id: &'static str,
    /// What identifies the finding, for `accept`: 16 digits of 0-9 and a-f.
    fingerprint: String,
    /// The position of its pair in `documents`.
    document: usize,
    /// How bad it is on the wire.
    #[schemars(with = "Level")]
    severity: Severity,
    /// Why it was accepted, if it was.
    accepted: Option<&'a str>,
    /// Whether it fails the comparison: it is included in `--fail-on`, and not accepted.
    failure: bool,
    /// What changed.
    message: &'a str,
    /// What it is about.
    subject: About<'a>,
    /// The part of the document that it concerns.
    #[schemars(with = "String")]
    section: Section,
    /// Its place in the older document; absent for what was added.
    old: Option<Spot<'a>>,
    /// Its place in the newer document; absent for what was removed.
    new: Option<Spot<'a>>,
    /// The operations that it reaches: a position in `operation_lists`.
    operations: usize,
}

/// The severities.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is wanted")]
enum Level {
    /// Programs that are right today break.
    Breaking,
    /// Some programs that are right today may break.
    Dangerous,
    /// Programs that are right today stay right.
    Safe,
    /// No change on the wire.
    Docs,
}

/// What a change is about.
#[derive(Serialize, JsonSchema)]
struct About<'a> {
    /// The kind of thing.
    #[schemars(with = "String")]
    kind: SubjectKind,
    /// Its name.
    name: &'a str,
}

/// A place in a document.
#[derive(Serialize, JsonSchema)]
struct Spot<'a> {
    /// The file that has it, where that is another one than the document's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    /// The JSON pointer (RFC 6901).
    pointer: &'a str,
    /// The line, from 1.
    line: u32,
    /// The column in characters, from 1.
    column: u32,
}

/// A part of a document that could not be compared.
#[derive(Serialize, JsonSchema)]
struct Part<'a> {
    /// The file that has it.
    name: &'a str,
    /// Where it is.
    at: Spot<'a>,
    /// Why it could not be compared.
    reason: &'a str,
}

/// An operation.
#[derive(Serialize, JsonSchema)]
struct Call<'a> {
    /// The method, in capitals.
    method: &'a str,
    /// The path, or the name of a webhook.
    path: &'a str,
}

/// A release.
#[derive(Serialize, JsonSchema)]
struct Needs<'a> {
    /// The version now.
    from: &'a str,
    /// The version needed; the same if none is.
    to: &'a str,
}

/// Returns the JSON Schema of the report in JSON.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Root<'_>).to_value()
}

pub(crate) fn render<'a>(report: &Report<'a>, out: &mut dyn Write) -> io::Result<()> {
    let mut lists = Lists::default();
    let mut counts = Counts::default();
    let (mut findings, mut left_out, mut written) = (Vec::new(), 0, 0);
    for entry in report.entries() {
        counts.add(report, &entry);
        let item = item(report, &entry, &mut lists);
        // Without grouping a finding comes once for each operation: a change of a shared schema would fill
        // a disk.
        if report.grouping == Grouping::None && left_out == 0 {
            written += serde_json::to_vec_pretty(&item)?.len();
        }
        if written <= MOST_BYTES && !report.summary_only { findings.push(item) } else { left_out += 1 }
    }
    let sides = |pair: &Pair<'a>| Sides { old: side(pair.old), new: side(pair.new) };
    let Some(Sides { old, new }) = report.pairs.first().map(sides) else { return Ok(()) };
    let root = Root {
        format: FORMAT,
        old,
        new,
        documents: report.pairs.iter().map(sides).collect(),
        same_version: report.pairs.iter().any(|pair| pair.comparison.same_version),
        ignored: report.ignored,
        incomplete: report
            .incomplete()
            .map(|part| Part {
                name: part.document.name_at(part.location.span),
                at: spot(part.document, part.location),
                reason: part.reason,
            })
            .collect(),
        counts,
        findings,
        left_out,
        operations: lists.operations.iter().map(|it| Call { method: &it.method, path: &it.path }).collect(),
        operation_lists: lists.lists,
        rust: report.rust,
        release: report.release.map(|release| Needs { from: &release.from, to: &release.to }),
        sum: report.summary(),
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Visible(PrettyFormatter::new()));
    root.serialize(&mut serializer)?;
    writeln!(out)
}

impl Counts {
    fn add(&mut self, report: &Report<'_>, entry: &Entry<'_>) {
        match entry.finding.severity {
            Severity::Breaking => self.breaking += 1,
            Severity::Dangerous => self.dangerous += 1,
            Severity::Safe => self.safe += 1,
            Severity::Docs => self.docs += 1,
        }
        self.accepted += usize::from(entry.accepted.is_some());
        self.failures += usize::from(report.is_failure(entry));
    }
}

fn item<'a>(report: &Report<'a>, entry: &Entry<'a>, lists: &mut Lists<'a>) -> Item<'a> {
    let finding = entry.finding;
    Item {
        id: finding.rule.id(),
        fingerprint: entry.fingerprint().to_string(),
        document: entry.number,
        severity: finding.severity,
        accepted: entry.accepted,
        failure: report.is_failure(entry),
        message: &finding.message,
        subject: About { kind: finding.subject.kind, name: &finding.subject.name },
        section: finding.section,
        old: finding.old.as_ref().map(|place| spot(entry.old, place)),
        new: finding.new.as_ref().map(|place| spot(entry.new, place)),
        operations: lists.add(entry.operations),
    }
}

fn side(document: &Document) -> Side<'_> {
    Side {
        name: document.name(),
        openapi: document.openapi(),
        title: document.title(),
        version: document.version(),
    }
}

fn spot<'a>(document: &'a Document, location: &'a Location) -> Spot<'a> {
    let file = Some(document.name_at(location.span)).filter(|name| *name != document.name());
    Spot { file, pointer: &location.pointer, line: location.line, column: location.column }
}

/// Operations and lists of them, each once.
#[derive(Default)]
struct Lists<'a> {
    operations: Vec<&'a Operation>,
    by_operation: HashMap<&'a Operation, usize>,
    lists: Vec<Vec<usize>>,
    by_list: HashMap<Vec<usize>, usize>,
}

impl<'a> Lists<'a> {
    fn add(&mut self, operations: Reached<'a>) -> usize {
        let numbers: Vec<usize> = operations.iter().map(|operation| self.number(operation)).collect();
        if let Some(known) = self.by_list.get(&numbers) {
            return *known;
        }
        self.by_list.insert(numbers.clone(), self.lists.len());
        self.lists.push(numbers);
        self.lists.len() - 1
    }

    fn number(&mut self, operation: &'a Operation) -> usize {
        *self.by_operation.entry(operation).or_insert_with(|| {
            self.operations.push(operation);
            self.operations.len() - 1
        })
    }
}
