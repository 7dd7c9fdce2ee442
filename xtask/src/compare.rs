//! `cargo xtask diff`, `drift` and `accept`: what changed, whether it matters, and what was decided about it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use openapi_drift::Document;
use openapi_drift::cli::{self, AcceptArguments, FailOn, ReportArguments};
use openapi_drift::config::Config;

use crate::accepted;
use crate::fetch::{self, Fetcher, Limits, Operations, Published};
use crate::transaction::{self, Change};
use crate::verdict::{Scope, Verdict};
use crate::{document_info, lock, repository, revisions};

/// What is compared, and how it is reported.
#[derive(Clone, Debug)]
pub(crate) struct ReportOptions {
    pub(crate) report: ReportArguments,
    pub(crate) fail_on: Vec<FailOn>,
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
pub(crate) fn diff(old: &str, new: &str, options: &ReportOptions) -> Result<Outcome> {
    options.report.check()?;
    let config = config(options)?;
    print_verdict(&verdict(revisions::load(old)?, revisions::load(new)?, options, &config)?, options)
}

/// Compares the document that the repository is pinned to with the published one.
///
/// # Errors
///
/// If the published one cannot be had.
pub(crate) fn drift(against: Option<&str>, options: &ReportOptions) -> Result<Outcome> {
    options.report.check()?;
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
    let config = config(options)?;
    let mut verdict = verdict(pinned, live, options, &config)?;
    if !same {
        verdict.content_differs();
    }
    let outcome = print_verdict(&verdict, options)?;
    match same {
        true => eprintln!("the published document is the one that nd8 is pinned to"),
        false => eprintln!("they differ: `cargo xtask refresh` takes the published one"),
    }
    // Content that yields no finding, such as an extension, is still another document.
    Ok(if !same && options.fail_on.contains(&FailOn::Any) { Outcome::Fails } else { outcome })
}

fn config(options: &ReportOptions) -> Result<Config> {
    if options.accepted { accepted::read() } else { Ok(Config::default()) }
}

fn verdict<'c>(
    old: Document,
    new: Document,
    options: &ReportOptions,
    config: &'c Config,
) -> Result<Verdict<'c>> {
    Verdict::of(old, new, Scope { today: options.today, rust: options.rust, config })
}

fn print_verdict(verdict: &Verdict<'_>, options: &ReportOptions) -> Result<Outcome> {
    let report = options.report.applied(verdict.report()).fail_on(&options.fail_on);
    options.report.emit(&report)?;
    let violations = verdict.decided.violations();
    violations.iter().for_each(|violation| eprintln!("{}: {violation}", accepted::PATH));
    if report.fails() || !violations.is_empty() {
        return Ok(Outcome::Fails);
    }
    if !report.is_complete() {
        bail!("not all of the documents was compared");
    }
    Ok(Outcome::Passes)
}

/// Records a finding as accepted.
///
/// # Errors
///
/// If it is not sound, or the file cannot be changed.
pub(crate) fn accept(finding: &AcceptArguments, today: Date) -> Result<()> {
    let root = repository::root();
    let exclusive = transaction::exclusive(&root)?;
    let text = accepted::text()?.unwrap_or_else(|| accepted::HEADER.to_owned());
    let text = cli::record(accepted::PATH, &text, finding, today)?;
    exclusive.commit(&[Change { path: accepted::PATH.to_owned(), content: Some(text.into_bytes()) }])?;
    println!(
        "accepted until {}: {} {} ({})",
        finding.until,
        finding.rule,
        finding.fingerprint,
        accepted::PATH
    );
    Ok(())
}
