//! `cargo xtask diff`, `drift`, `explain` and `accept`: what changed, whether it matters, and what was decided about it.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use openapi_drift::report::{Bar, Format, Grouping, Paint, Report};
use openapi_drift::{Document, Rule};

use crate::accepted::{self, Accepted};
use crate::fetch::{self, Fetcher, Limits, Operations, Published};
use crate::transaction::{self, Change};
use crate::verdict::{Scope, Verdict};
use crate::{document_info, lock, repository, revisions};

/// The options of a report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportOptions {
    pub(crate) format: Format,
    pub(crate) grouping: Grouping,
    pub(crate) bar: Bar,
    pub(crate) today: Date,
    /// Whether both documents are turned into Rust.
    pub(crate) rust: bool,
    /// Whether `openapi/accepted.toml` counts.
    pub(crate) accepted: bool,
}

/// What a comparison came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing reaches the bar.
    Passes,
    /// Something does, or an accepted finding is out of date.
    Fails,
}

/// Compares two documents that a person named.
///
/// # Errors
///
/// If one of them cannot be had.
pub(crate) fn diff(old: &str, new: &str, options: ReportOptions) -> Result<Outcome> {
    print_verdict(&verdict(revisions::load(old)?, revisions::load(new)?, options)?, options)
}

/// Compares the document that the repository is pinned to with the published one.
///
/// # Errors
///
/// If the published one cannot be had.
pub(crate) fn drift(against: Option<&str>, options: ReportOptions) -> Result<Outcome> {
    let lock = lock::Lock::parse(&repository::read(lock::PATH)?)?;
    let pinned = revisions::pinned()?;
    let live = match against.map_or(Some(lock.source.upstream_url.as_str()), Some) {
        Some(name) if fetch::as_url(name).is_some() => {
            let url = fetch::as_url(name).context("is an address")??;
            // What the server compares with must be what is here.
            let is_whole = crate::hash::sha256(pinned.text().as_bytes()) == lock.document.sha256;
            let known = lock.known().filter(|_| is_whole);
            let operations = Operations::of(&pinned)?;
            match fetch::find(&Fetcher::new(Limits::default()), &url, known.as_ref(), &operations)? {
                Published::NotModified => {
                    eprintln!("{name} says that the document has not changed");
                    pinned.clone()
                }
                Published::Found(found) => {
                    eprintln!("found {}", found.described());
                    Document::parse(found.name(), found.bytes)?
                }
            }
        }
        Some(file) => revisions::file(file, Path::new(file))?,
        None => bail!("the lock file names no address"),
    };
    let live_info = document_info::of(&live.to_json());
    let hash = live_info.as_ref().map_or("not canonical JSON", |info| &info.sha256_canonical);
    let same = hash == lock.document.sha256_canonical;
    let version = |version: &str, hash: &str| format!("{version} (sha256 {hash})");
    eprintln!("pinned to {}", version(&lock.document.info_version, &lock.document.sha256_canonical));
    eprintln!("published {}", version(live.version().unwrap_or("without a version"), hash));
    let mut verdict = verdict(pinned, live, options)?;
    if !same {
        verdict.content_differs();
    }
    let outcome = print_verdict(&verdict, options)?;
    match same {
        true => eprintln!("the published document is the one that nd8 is pinned to"),
        false => eprintln!("they differ: `cargo xtask refresh` takes the published one"),
    }
    // Content that yields no finding, such as an extension, is still another document.
    Ok(if !same && options.bar == Bar::Any { Outcome::Fails } else { outcome })
}

fn verdict(old: Document, new: Document, options: ReportOptions) -> Result<Verdict> {
    let accepted = if options.accepted { Accepted::read()? } else { Accepted::default() };
    Verdict::of(old, new, Scope { today: options.today, rust: options.rust, accepted: &accepted })
}

fn print_verdict(verdict: &Verdict, options: ReportOptions) -> Result<Outcome> {
    let report = verdict.report(options.grouping, options.bar);
    print(&report, options.format)?;
    for violation in &verdict.accepted.violations {
        eprintln!("{}: {violation}", accepted::PATH);
    }
    let fails = report.fails() || !verdict.accepted.violations.is_empty();
    Ok(if fails { Outcome::Fails } else { Outcome::Passes })
}

/// Prints a report. Colours are for terminals; that nobody reads on is no error.
pub(crate) fn print(report: &Report<'_>, format: Format) -> Result<()> {
    let result = match format {
        Format::Text(_) => {
            let mut out = io::BufWriter::new(anstream::stdout().lock());
            report.render(Format::Text(Paint::Coloured), &mut out).and_then(|()| out.flush())
        }
        other => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            report.render(other, &mut out).and_then(|()| out.flush())
        }
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write the report"),
    }
}

/// Prints what a rule means.
///
/// # Errors
///
/// If there is no such rule.
pub(crate) fn explain(id: &str) -> Result<()> {
    let Some(rule) = Rule::from_id(id) else {
        let ids: Vec<&str> = Rule::all().iter().map(|rule| rule.id()).collect();
        let mut message = format!("there is no rule `{id}`");
        for near in similar::get_close_matches(id, &ids, 3, 0.7) {
            message.push_str(&format!("\n  did you mean `{near}`?"));
        }
        bail!(message);
    };
    println!("{id}: {}\n\n{}", rule.severity(), rule.explanation());
    if rule.is_extension() {
        println!("\noasdiff has no rule of this id.");
    }
    Ok(())
}

/// Records a finding as accepted.
///
/// # Errors
///
/// If it is not sound, or the file cannot be changed.
pub(crate) fn accept(id: &str, pointer: &str, reason: &str, until: Date, today: Date) -> Result<()> {
    let root = repository::root();
    let exclusive = transaction::exclusive(&root)?;
    let mut accepted = Accepted::read()?;
    accepted.add(id, pointer, reason, until, today)?;
    let change = Change { path: accepted::PATH.to_owned(), content: Some(accepted.to_toml()?.into_bytes()) };
    exclusive.commit(&[change])?;
    println!("accepted until {until}: {id} at {pointer} ({})", accepted::PATH);
    Ok(())
}
