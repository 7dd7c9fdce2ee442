//! Reports as people and programs see them: one snapshot for each format.
//!
//! The findings are made by hand, so that reports are tested for what they do with findings, not for what is found.

use std::sync::Arc;

use snapbox::{assert_data_eq, file};

use super::{Bump, Color, FailOn, Format, Grouping, Release, Report, RustChange, RustImpact};
use crate::Document;
use crate::comparison::Comparison;
use crate::finding::{Finding, Section, Subject, SubjectKind};
use crate::operations::{Operation, Operations};
use crate::rule::Rule;

const OLD: &str = include_str!("snapshots/old.json");
const NEW: &str = include_str!("snapshots/new.yaml");

fn operations(list: &[&str]) -> Operations {
    let parts = list.iter().filter_map(|call| call.split_once(' '));
    let all: Arc<[Operation]> =
        parts.map(|(method, path)| Operation { path: path.to_owned(), method: method.to_owned() }).collect();
    let bits: Vec<u64> = all.chunks(64).map(|some| u64::MAX >> (64 - some.len())).collect();
    Operations::new(all, bits)
}

struct Case {
    old: Document,
    new: Document,
    comparison: Comparison,
}

impl Case {
    fn new() -> Self {
        let old = Document::parse("old.json", OLD).expect("is a document");
        let new = Document::parse("new.yaml", NEW).expect("is a document");
        Self { old, new, comparison: Comparison { same_version: true, ..Comparison::default() } }
    }

    fn finding(
        &mut self,
        id: &str,
        (kind, name): (SubjectKind, &str),
        message: &str,
        places: [Option<&str>; 2],
        calls: &[&str],
    ) {
        let rule = Rule::from_id(id).expect("is a rule");
        self.comparison.findings.push(Finding {
            rule,
            severity: rule.severity(),
            message: message.to_owned(),
            subject: Subject { kind, name: name.to_owned() },
            old: places[0].map(|pointer| self.old.locate(pointer).expect("is there")),
            new: places[1].map(|pointer| self.new.locate(pointer).expect("is there")),
            operations: operations(calls),
            section: Section::Paths,
        });
    }

    fn usual() -> Self {
        let mut case = Self::new();
        case.finding(
            "response-property-became-nullable",
            (SubjectKind::Schema, "Payment.amount"),
            "`null` became a value",
            [
                Some("/components/schemas/Payment/properties/amount"),
                Some("/components/schemas/Payment/properties/amount"),
            ],
            &["DELETE /e", "GET /a/{id}", "GET /b", "GET /c", "POST /d"],
        );
        case.finding(
            "api-removed-without-deprecation",
            (SubjectKind::Operation, "GET /a/{id}"),
            "the operation was removed, without having been deprecated",
            [Some("/paths/~1a~1{id}/get"), None],
            &["GET /a/{id}"],
        );
        case.finding(
            "response-property-enum-value-added",
            (SubjectKind::Schema, "Payment.status"),
            "`held` was added to the enum",
            [None, Some("/components/schemas/Payment/properties/status/enum/1")],
            &["GET /a/{id}", "GET /b"],
        );
        case.finding(
            "endpoint-added",
            (SubjectKind::Operation, "GET /new"),
            "the operation was added",
            [None, Some("/paths/~1new/get")],
            &["GET /new"],
        );
        case
    }

    fn rendered(&self, format: Format, grouping: Grouping) -> String {
        let impact = RustImpact::Known {
            bump: Some(Bump::Minor),
            changes: vec![
                RustChange {
                    item: "fn Client::get_new".into(),
                    bump: Bump::Minor,
                    reason: "a method was added".into(),
                },
                RustChange { item: "const API".into(), bump: Bump::Patch, reason: "another revision".into() },
            ],
            todo: vec!["the naming table's entry `GET /a/{id}` matches nothing".into()],
        };
        let release = Release { from: "0.4.0".into(), to: "0.5.0".into() };
        let report = Report::new(&self.old, &self.new, &self.comparison)
            .rust(&impact)
            .release(&release)
            .grouping(grouping)
            .fail_on(&[FailOn::Dangerous])
            .accepted(|finding, _| {
                (finding.rule.id() == "response-property-enum-value-added").then_some("agreed by mail")
            });
        assert!(report.fails());
        let mut out = Vec::new();
        report.render(format, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("is text")
    }
}

#[test]
fn text_plain_and_coloured() {
    let case = Case::usual();
    let plain = case.rendered(Format::Text(Color::Plain), Grouping::Schema);
    assert_data_eq!(&plain, file!["snapshots/plain.txt": Text].raw());
    let coloured = case.rendered(Format::Text(Color::Coloured), Grouping::Schema);
    assert_data_eq!(&coloured, file!["snapshots/coloured.txt": Text].raw());
    assert_eq!(strip(&coloured), plain, "colours add nothing else");
}

#[test]
fn one_entry_for_each_operation() {
    let text = Case::usual().rendered(Format::Text(Color::Plain), Grouping::None);
    assert_data_eq!(text, file!["snapshots/ungrouped.txt": Text].raw());
}

#[test]
fn markdown() {
    let text = Case::usual().rendered(Format::Markdown, Grouping::Schema);
    assert_data_eq!(text, file!["snapshots/report.md": Text].raw());
}

#[test]
fn github_annotations() {
    let text = Case::usual().rendered(Format::Github, Grouping::Schema);
    assert_data_eq!(text, file!["snapshots/github.txt": Text].raw());
}

#[test]
fn annotations_are_in_files_not_at_addresses() {
    let mut case = Case::usual();
    case.new = Document::parse("https://x.example/new.yaml", NEW).expect("is a document");
    let text = case.rendered(Format::Github, Grouping::Schema);
    let first = text.lines().find(|line| line.starts_with("::error")).expect("is there");
    assert!(first.starts_with("::error file=old.json,line=21,col=11,"), "{first}");
    let added = text.lines().find(|line| line.contains("endpoint-added")).expect("is there");
    assert!(added.starts_with("::notice title="), "{added}");
}

#[test]
fn html() {
    let text = Case::usual().rendered(Format::Html, Grouping::Schema);
    assert_data_eq!(text, file!["snapshots/report.html": Text].raw());
}

#[test]
fn sarif() {
    let text = Case::usual().rendered(Format::Sarif, Grouping::Schema);
    assert_data_eq!(text, file!["snapshots/report.sarif": Text].raw());
}

#[test]
fn junit() {
    let text = Case::usual().rendered(Format::Junit, Grouping::Schema);
    assert_data_eq!(text, file!["snapshots/junit.xml": Text].raw());
}

#[test]
fn json_and_its_schema() {
    let text = Case::usual().rendered(Format::Json, Grouping::Schema);
    assert_data_eq!(&text, file!["snapshots/report.json": Text].raw());
    let schema = serde_json::to_string_pretty(&super::json_schema()).expect("is JSON") + "\n";
    assert_data_eq!(&schema, file!["../../report.schema.json": Text].raw());
    let schema = jsonschema::validator_for(&super::json_schema()).expect("is a schema");
    let report = serde_json::from_str(&text).expect("is JSON");
    assert_eq!(
        schema.iter_errors(&report).map(|error| error.to_string()).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}

#[test]
fn text_of_documents_is_never_markup() {
    let mut case = Case::new();
    let hostile = "\u{1b}[31m\r\n::error::x `<script>` [a](javascript:b) @everyone \u{202e}]]> & % \u{0}";
    case.finding(
        "endpoint-added",
        (SubjectKind::Operation, &format!("GET /{hostile}")),
        hostile,
        [None, Some("/paths/~1new/get")],
        &[&format!("GET /{hostile}")],
    );
    case.comparison.same_version = false;
    for (format, name) in [
        (Format::Text(Color::Plain), "text"),
        (Format::Json, "json"),
        (Format::Markdown, "markdown"),
        (Format::Html, "html"),
        (Format::Sarif, "sarif"),
        (Format::Github, "github"),
        (Format::Junit, "junit"),
    ] {
        let mut out = Vec::new();
        Report::new(&case.old, &case.new, &case.comparison)
            .render(format, &mut out)
            .expect("memory takes all");
        let text = String::from_utf8(out).expect("is text");
        let obeyed = |character: char| {
            character != '\n' && character != '\u{200b}' && super::parts::escape::is_obeyed(character)
        };
        assert!(!text.contains(obeyed), "{name}: {text:?}");
        assert!(!text.contains("\n::error::x"), "{name}: a command of the document's");
        match format {
            Format::Markdown => assert!(!text.replace("`<script>`", "").contains("<script>"), "{text}"),
            Format::Html => {
                assert!(!text.contains("<script") && !text.contains("<a href=\"j"), "{text}");
                assert!(text.contains("&lt;script&gt;"), "it is shown");
            }
            Format::Sarif => {
                let log: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
                let message = log["runs"][0]["results"][0]["message"]["text"].as_str().expect("is text");
                assert!(message.contains("\\[a\\](javascript:b)"), "no link: {message}");
            }
            Format::Json => drop(serde_json::from_str::<serde_json::Value>(&text).expect("is JSON")),
            Format::Junit => {
                let mut reader = quick_xml::Reader::from_str(&text);
                while !matches!(reader.read_event().expect("is XML"), quick_xml::events::Event::Eof) {}
            }
            _ => {}
        }
    }
}

/// Formats that show the text of documents, and their names.
#[test]
fn what_is_written_in_documents_is_only_shown() {
    let hostile =
        "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e} & [a](javascript:b)";
    let text = |title: &str| {
        format!("openapi: 3.0.3\ninfo:\n  title: \"{title}\"\n  version: \"1 {hostile}\"\npaths: {{}}\n")
    };
    let name = format!("{hostile}\u{1b}[2J\n::error::x,y:z%.yaml");
    let (old, new) = (text(hostile), text(&format!("new {hostile}")));
    let [old, new] = [old, new].map(|text| Document::parse(&name, text).expect("is a document"));
    let mut comparison = crate::compare_with(&old, &new, &crate::Options::on(jiff::civil::date(2026, 6, 1)));
    assert!(!comparison.findings.is_empty());
    for finding in &mut comparison.findings {
        // So that excerpts are shown.
        finding.severity = crate::Severity::Breaking;
    }
    comparison.incomplete.push(crate::Incomplete {
        which: crate::Which::Old,
        location: old.locate("/info/title").expect("is there"),
        reason: format!("cannot read {hostile}\u{1b}[2J\n::error::x"),
    });
    let report = Report::new(&old, &new, &comparison).accepted(|_, _| Some(hostile));
    for format in [
        Format::Text(Color::Plain),
        Format::Json,
        Format::Markdown,
        Format::Html,
        Format::Sarif,
        Format::Github,
        Format::Junit,
    ] {
        let mut out = Vec::new();
        report.render(format, &mut out).expect("memory takes all");
        let text = String::from_utf8(out).expect("is text");
        let obeyed = |it: char| it != '\n' && it != '\u{200b}' && super::parts::escape::is_obeyed(it);
        assert!(!text.contains(obeyed), "{format:?}: {text:?}");
        assert!(!text.contains("\n::error::x"), "{format:?}: {text}");
        match format {
            Format::Html => {
                assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
                assert_eq!(text.matches("</style>").count(), 1);
                assert_eq!(text.matches("<pre>").count(), text.matches("</pre>").count());
            }
            Format::Markdown => {
                let code = text.split('`').step_by(2).collect::<String>();
                assert!(!code.contains("<script") && !code.contains("](javascript"), "{code}");
            }
            Format::Github => {
                for line in text.lines() {
                    let properties = line.strip_prefix("::").and_then(|line| line.split("::").next());
                    let properties = properties.expect("is a command");
                    let (command, values) = properties.split_once(' ').expect("has properties");
                    assert!(["error", "warning", "notice"].contains(&command), "{line}");
                    let names: Vec<&str> = values.split(',').filter_map(|it| it.split('=').next()).collect();
                    assert!(
                        names.iter().all(|name| ["file", "line", "col", "title"].contains(name)),
                        "{line}"
                    );
                }
            }
            Format::Json | Format::Sarif => {
                drop(serde_json::from_str::<serde_json::Value>(&text).expect("is JSON"))
            }
            _ => {}
        }
    }
}

#[test]
fn very_many_findings_stay_readable() {
    let mut case = Case::new();
    let calls: Vec<String> = (0..500).map(|number| format!("GET /operations/{number}")).collect();
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    for number in 0..5000 {
        case.finding(
            "response-property-became-nullable",
            (SubjectKind::Schema, &format!("Payment.amount{number}")),
            &"`null` became a value ".repeat(10),
            [None, Some("/components/schemas/Payment/properties/amount")],
            &calls,
        );
    }
    let length = |format| case.rendered(format, Grouping::Schema).len();
    assert!(length(Format::Markdown) < 65_536, "what GitHub takes");
    for format in [
        Format::Text(Color::Coloured),
        Format::Json,
        Format::Html,
        Format::Sarif,
        Format::Github,
        Format::Junit,
    ] {
        assert!(length(format) < 5_000_000, "{format:?}: {}", length(format));
    }
    case.comparison.findings.truncate(100);
    let ungrouped = |format| case.rendered(format, Grouping::None);
    for format in [Format::Text(Color::Coloured), Format::Json, Format::Markdown, Format::Junit] {
        let text = ungrouped(format);
        assert!(text.len() < 5_000_000, "{format:?}: {}", text.len());
        if format == Format::Json {
            let report: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
            let listed = report["findings"].as_array().expect("is a list").len() as u64;
            assert!(listed > 1000, "{listed}");
            assert_eq!(report["left_out"].as_u64(), Some(50_000 - listed), "what is not listed is counted");
            assert_eq!(report["counts"]["breaking"].as_u64(), Some(50_000));
        }
    }
}

#[test]
fn a_text_report_fits_into_a_window() {
    let mut case = Case::usual();
    let (long, wide) = ("x".repeat(300), "字".repeat(90));
    for number in 0..300 {
        case.finding(
            "endpoint-added",
            (SubjectKind::Operation, &format!("GET /{number}")),
            &format!("the operation `{long}` was added, {wide}"),
            [None, Some("/paths/~1new/get")],
            &[&format!("GET /{long}"), &format!("GET /{wide}")],
        );
    }
    let report = Report::new(&case.old, &case.new, &case.comparison);
    let render = |report: Report<'_>| {
        let mut out = Vec::new();
        report.render(Format::Text(Color::Plain), &mut out).expect("memory takes all");
        String::from_utf8(out).expect("is text")
    };
    let all = render(report.clone());
    for line in all.lines() {
        let columns: usize = line.chars().map(|it| if it == '字' { 2 } else { 1 }).sum();
        assert!(columns <= 100, "{line}");
    }
    assert!(all.lines().count() > 400 && !all.contains("not shown"));
    let limited = render(report.clone().most_lines(400));
    assert!((390..=400).contains(&limited.lines().count()), "{}", limited.lines().count());
    let shown = limited.matches("[endpoint-added]").count();
    let rest =
        format!("\n… {0} more findings are not shown: {0} safe; --all shows them\n\nwire: ", 301 - shown);
    assert!(limited.contains(&rest), "{rest}\n{limited}");
    let summary = render(report.summary_only());
    assert!(summary.lines().count() < 12 && summary.contains("safe         301"), "{summary}");
}

#[test]
fn a_parameter_is_named_by_its_place() {
    let mut case = Case::new();
    case.finding(
        "request-parameter-removed",
        (SubjectKind::Parameter, "session (cookie)"),
        "the parameter was removed",
        [Some("/paths/~1a~1{id}/get"), None],
        &["GET /a/{id}"],
    );
    for format in [Format::Text(Color::Plain), Format::Markdown, Format::Github] {
        let text = case.rendered(format, Grouping::Schema);
        assert!(text.contains("cookie parameter \"session\""), "{text}");
    }
}

fn strip(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}
