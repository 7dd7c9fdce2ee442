//! Report as SARIF 2.1.0, which code scanning of GitHub and GitLab, and editors, show next to the lines.
//!
//! A rule is listed once. Fingerprints let a server see that a finding is the same as in the last run though its line moved. What is
//! accepted is a suppression.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use crate::report::parts::contents::Report;
use crate::report::parts::entry::{Entry, Missing};
use crate::report::parts::escape::{clip, visible};
use crate::report::parts::reached::{count, short};
use crate::report::parts::visible_json::Visible;
use crate::rule::{Rule, Severity};
use crate::{Document, Location};

/// GitHub takes 25,000 results of one file, and shows 5,000 of them: the worst come first.
const MOST: usize = 5000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<Item<'a>>,
    properties: Totals,
}

/// A run of the program, with what it could not compare.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    locations: [Place; 1],
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Text,
    help: Text,
    default_configuration: Level,
}

#[derive(Serialize)]
struct Level {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Place>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: Physical,
    logical_locations: [Logical; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    justification: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    summary: String,
    left_out: usize,
}

pub(crate) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut entries: Vec<Entry<'_>> = report.entries().collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.finding.severity));
    let left_out = entries.len().saturating_sub(MOST);
    entries.truncate(MOST);
    let mut numbers: BTreeMap<&'static str, (usize, Rule)> = BTreeMap::new();
    for entry in &entries {
        let next = numbers.len();
        numbers.entry(entry.finding.rule.id()).or_insert((next, entry.finding.rule));
    }
    let mut rules: Vec<(usize, Rule)> = numbers.values().copied().collect();
    rules.sort_by_key(|(number, _)| *number);
    let results = entries.iter().map(|entry| item(entry, &numbers)).collect();
    let driver = Driver {
        name: "openapi-drift",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules.into_iter().map(|(_, rule)| descriptor(rule)).collect(),
    };
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver },
            // Columns are counted in characters.
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: report.is_complete(),
                tool_execution_notifications: report.incomplete().take(MOST).map(notification).collect(),
            }],
            results,
            properties: Totals { summary: report.summary(), left_out },
        }],
    };
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut *out, Visible(PrettyFormatter::with_indent(b" ")));
    log.serialize(&mut serializer)?;
    writeln!(out)
}

fn notification(part: Missing<'_>) -> Notification {
    let text = format!("not compared: {}", visible(&clip(part.reason)));
    let place = place((part.document, part.location), None);
    Notification { level: "warning", message: Text { text: plain(&text) }, locations: [place] }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Breaking => "error",
        Severity::Dangerous => "warning",
        Severity::Safe | Severity::Docs => "note",
    }
}

fn descriptor(rule: Rule) -> Descriptor {
    Descriptor {
        id: rule.id(),
        short_description: Text { text: rule.id().replace('-', " ") },
        help: Text { text: rule.explanation().into_owned() },
        default_configuration: Level { level: level(rule.severity()) },
    }
}

fn item<'a>(entry: &Entry<'a>, numbers: &BTreeMap<&'static str, (usize, Rule)>) -> Item<'a> {
    let finding = entry.finding;
    let mut text = format!("{}: {}", visible(&entry.subject()), visible(&entry.message()));
    if !entry.operations.is_empty() {
        let list = short(entry.operations);
        text.push_str(&format!(" (in {}: {})", count(entry.operations.len()), list.line()));
    }
    let [old, new] = entry.places();
    let main = entry.file().or(entry.place());
    // The place in the old document is in another file, or of another commit.
    let other = if new.is_some() { old } else { None };
    Item {
        rule_id: finding.rule.id(),
        rule_index: numbers.get(finding.rule.id()).map_or(0, |(number, _)| *number),
        level: level(finding.severity),
        message: Text { text: plain(&text) },
        locations: main.into_iter().map(|place| self::place(place, None)).collect(),
        related_locations: other.into_iter().map(|it| place(it, Some("before"))).collect(),
        partial_fingerprints: BTreeMap::from([("openapiDrift/v1", entry.fingerprint().to_string())]),
        suppressions: entry
            .accepted
            .map(|reason| Suppression { kind: "external", justification: clip(reason) })
            .into_iter()
            .collect(),
    }
}

/// A message in which nothing is a link: SARIF reads `[text](target)` as one, and code scanning shows it.
fn plain(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn place((document, location): (&Document, &Location), label: Option<&str>) -> Place {
    Place {
        physical_location: Physical {
            artifact_location: Artifact { uri: uri(document.name_at(location.span)) },
            region: Region { start_line: location.line, start_column: location.column },
        },
        logical_locations: [Logical { fully_qualified_name: clip(&location.pointer).into_owned() }],
        message: label.map(|text| Text { text: text.to_owned() }),
    }
}

/// A relative reference, or the address that it is: what a name of a file means in a URI is escaped.
fn uri(name: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'~')
        .remove(b'+')
        .remove(b'@');
    const ADDRESS: &AsciiSet =
        &KEPT.remove(b':').remove(b'?').remove(b'#').remove(b'=').remove(b'&').remove(b'%').remove(b',');
    let is_address = name.starts_with("https://") || name.starts_with("http://");
    let name = name.strip_prefix("./").unwrap_or(name);
    utf8_percent_encode(&name.replace('\\', "/"), if is_address { ADDRESS } else { KEPT }).to_string()
}
