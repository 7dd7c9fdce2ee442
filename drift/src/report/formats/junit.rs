//! Report as results of tests, for CI servers that show those: a suite for each severity, a test for each finding,
//! and a failure for each that `--fail-on` includes.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::report::parts::contents::Report;
use crate::report::parts::entry::Entry;
use crate::report::parts::escape::{clip, visible};
use crate::report::parts::reached::{count, short};
use crate::rule::Severity;

/// After this many tests the rest is counted: nobody reads on, and some servers give up.
const MOST: usize = 5000;

pub(crate) fn render(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let entries: Vec<Entry<'_>> = report.entries().collect();
    let of = |severity| entries.iter().filter(move |entry| entry.finding.severity == severity);
    let failures = |severity| of(severity).filter(|entry| report.is_failure(entry)).count();
    let all_failures: usize = Severity::ALL.into_iter().map(failures).sum();
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer
        .create_element("testsuites")
        .with_attribute(("name", "API drift"))
        .with_attribute(("tests", (entries.len() + report.incomplete().count() + 1).to_string().as_str()))
        .with_attribute(("failures", all_failures.to_string().as_str()))
        .write_inner_content(|writer| {
            let mut space = MOST;
            for severity in Severity::ALL {
                let number = of(severity).count();
                let shown = number.min(space);
                space -= shown;
                if number > 0 {
                    let totals = [number, failures(severity)].map(|number| number.to_string());
                    suite(writer, severity.as_str(), &totals, |writer| {
                        of(severity).take(shown).try_for_each(|entry| case(report, entry, writer))?;
                        left_out(number - shown, severity, writer)
                    })?;
                }
            }
            let parts = report.incomplete().count();
            if parts > 0 {
                suite(writer, "incomplete", &[parts.to_string(), "0".to_owned()], |writer| {
                    report.incomplete().take(MOST).try_for_each(|part| {
                        let name = format!("{}: not compared: {}", part.place(), clip(part.reason));
                        let attributes = [("classname", "incomplete"), ("name", &*visible(&name))];
                        writer
                            .create_element("testcase")
                            .with_attributes(attributes)
                            .write_empty()
                            .map(|_| ())
                    })
                })?;
            }
            suite(writer, "sum", &["1".to_owned(), "0".to_owned()], |writer| {
                let name = report.summary();
                let attributes = [("classname", "sum"), ("name", name.as_str())];
                writer.create_element("testcase").with_attributes(attributes).write_empty().map(|_| ())
            })
        })?;
    writeln!(out)
}

fn suite<W: Write>(
    writer: &mut Writer<W>,
    name: &str,
    [tests, failures]: &[String; 2],
    content: impl FnOnce(&mut Writer<W>) -> io::Result<()>,
) -> io::Result<()> {
    writer
        .create_element("testsuite")
        .with_attributes([("name", name), ("tests", tests.as_str()), ("failures", failures.as_str())])
        .write_inner_content(content)
        .map(|_| ())
}

fn left_out<W: Write>(number: usize, severity: Severity, writer: &mut Writer<W>) -> io::Result<()> {
    if number == 0 {
        return Ok(());
    }
    let name = format!("{number} more {severity} findings");
    let attributes = [("classname", "left out"), ("name", name.as_str())];
    writer.create_element("testcase").with_attributes(attributes).write_empty().map(|_| ())
}

fn case<W: Write>(report: &Report<'_>, entry: &Entry<'_>, writer: &mut Writer<W>) -> io::Result<()> {
    let finding = entry.finding;
    let subject = entry.subject();
    let message = entry.message();
    let (subject, message) = (visible(&subject), visible(&message));
    let name = format!("{subject}: {message}");
    let place = entry.place().map(|(document, at)| (visible(document.name_at(at.span)), at));
    let mut details = vec![message.clone().into_owned()];
    if let Some((file, at)) = &place {
        details.push(format!("{file}:{}:{} {}", at.line, at.column, visible(&at.pointer)));
    }
    if !entry.operations.is_empty() {
        let list = short(entry.operations);
        details.push(format!("{}: {}", count(entry.operations.len()), list.line()));
    }
    if let Some(reason) = entry.accepted {
        details.push(format!("accepted: {}", visible(reason)));
    }
    let line = place.as_ref().map(|(_, at)| at.line.to_string());
    let mut element = writer
        .create_element("testcase")
        .with_attributes([("classname", finding.rule.id()), ("name", name.as_str())]);
    if let (Some((file, _)), Some(line)) = (&place, &line) {
        element = element.with_attributes([("file", &**file), ("line", line.as_str())]);
    }
    let details = details.join("\n");
    element
        .write_inner_content(|writer| {
            let text = BytesText::new(&details);
            if report.is_failure(entry) {
                let attributes = [("type", finding.severity.as_str()), ("message", &*message)];
                writer.create_element("failure").with_attributes(attributes).write_text_content(text)?;
            } else {
                writer.create_element("system-out").write_text_content(text)?;
            }
            Ok(())
        })
        .map(|_| ())
}
