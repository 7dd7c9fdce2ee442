//! Compares the document that nd8 is built from with the published one, for the operations that one crate uses.
//!
//! `nd8-pinned-drift PUBLISHED OPERATIONS`: a file with the published document, and a file with an operation a line. The exit
//! status is 0 if nothing breaks these operations, 1 if something does, and 2 if that could not be found out.

mod follow;
mod used;

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use openapi_drift::report::{Color, Format, Report};
use openapi_drift::{Document, Severity, compare};

use crate::follow::Following;
use crate::used::Used;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Prints the report. Returns whether the operations still work.
fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [published, operations] = arguments.as_slice() else {
        bail!(
            "expected two arguments: the file of the published document, and the file with the list of operations"
        );
    };
    let read = |name: &String| std::fs::read(name).with_context(|| format!("cannot read {name}"));
    let pinned = Document::parse(format!("nd8 {}", nd8::API.crate_version), nd8::API.document())?;
    let used = Used::parse(operations, &read(operations)?, &pinned)?;
    let published = Document::parse(published, read(published)?)?;
    if published.operations().is_empty() {
        bail!("{} has no operation, so nothing could be compared", published.name());
    }
    // Without this, a page of another API would be reported as hundreds of removed operations.
    if pinned.title() != published.title()
        && !published.operations().iter().any(|it| pinned.operations().contains(it))
    {
        bail!(
            "{} describes another API: it has none of the operations of {}",
            published.name(),
            pinned.name()
        );
    }

    let comparison = compare(&pinned, &published);
    let following = Following::of(&pinned, &published, comparison.worst())?;
    let mut concerning = comparison.concerning(|operation| used.contains(operation));
    let texts = concerning.count(Severity::Docs);
    concerning.findings.retain(|finding| finding.severity > Severity::Docs);
    let report = Report::new(&pinned, &published, &concerning);
    let mut out = io::stdout().lock();
    report.render(Format::Text(Color::Plain), &mut out)?;
    writeln!(
        out,
        "\ncompared {used}\nchanges of descriptions and examples, not listed: {texts}\n{following}"
    )?;
    // What breaks is certain; that nothing breaks is not, while a part could not be read.
    if !report.fails() && !concerning.is_complete() {
        bail!("what is listed as not compared may concern these operations");
    }
    Ok(!report.fails())
}
