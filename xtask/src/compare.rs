//! `cargo xtask diff`, `drift` and `accept`: changes, their severity, and decisions about them.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use openapi_drift::Document;
use openapi_drift::cli::{self, AcceptArguments, FailOn, ReportArguments};
use openapi_drift::config::Config;

use crate::accepted;
use crate::fetch::{self, Fetcher, Limits, Operations, Published};
use crate::lock::Lock;
use crate::transaction::{self, Change};
use crate::verdict::{Scope, Verdict};
use crate::{document_info, repository, revisions};

/// Options of a comparison and its report.
#[derive(Clone, Debug)]
pub(crate) struct ReportOptions {
    pub(crate) report: ReportArguments,
    pub(crate) fail_on: Vec<FailOn>,
    pub(crate) today: Date,
    /// True if both documents are turned into Rust.
    pub(crate) rust: bool,
    /// True if `openapi/accepted.toml` counts.
    pub(crate) accepted: bool,
}

/// Result of a comparison, as the exit status shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// No finding at or above `--fail-on`.
    Passes,
    /// Some finding is, or a decision is stale or expired.
    Fails,
}

/// Compares two documents that a person named.
///
/// # Errors
///
/// Fails if one of them cannot be read.
pub(crate) fn diff(old: &str, new: &str, options: &ReportOptions) -> Result<Status> {
    options.report.check()?;
    let config = config(options)?;
    print_verdict(&verdict(revisions::load(old)?, revisions::load(new)?, options, &config)?, options)
}

/// Compares the document that the repository is pinned to with the published one.
///
/// # Errors
///
/// Fails if the published one cannot be fetched.
pub(crate) fn drift(against: Option<&str>, options: &ReportOptions) -> Result<Status> {
    options.report.check()?;
    let lock = Lock::parse(&repository::read(repository::LOCK)?)?;
    let pinned = revisions::pinned()?;
    let live = match against.map_or(Some(lock.source.upstream_url.as_str()), Some) {
        Some(name) if fetch::as_url(name).is_some() => {
            let url = fetch::as_url(name).context("`as_url` recognized it")??;
            // The validators belong to the pinned bytes: "not modified" is only true of those.
            let is_whole = crate::hash::sha256(pinned.text().as_bytes()) == lock.document.sha256;
            let known = lock.known().filter(|_| is_whole);
            let operations = Operations::of(&pinned)?;
            match fetch::find(&Fetcher::new(Limits::default()), &url, known.as_ref(), &operations)? {
                Published::NotModified => {
                    eprintln!("{name} reports that the document has not changed");
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
    // Some content yields no finding, such as an extension, but the document differs all the same.
    Ok(if !same && options.fail_on.contains(&FailOn::Any) { Status::Fails } else { outcome })
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

fn print_verdict(verdict: &Verdict<'_>, options: &ReportOptions) -> Result<Status> {
    let report = options.report.applied(verdict.report()).fail_on(&options.fail_on);
    options.report.emit(&report)?;
    let violations = verdict.decided.violations();
    violations.iter().for_each(|violation| eprintln!("{}: {violation}", accepted::PATH));
    if report.fails() || !violations.is_empty() {
        return Ok(Status::Fails);
    }
    if !report.is_complete() {
        bail!("parts of the documents could not be compared: see the report");
    }
    Ok(Status::Passes)
}

/// Records a finding as accepted.
///
/// # Errors
///
/// Fails if it is incomplete or invalid, or if the file cannot be changed.
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
