//! `cargo xtask probe`: compares assumptions about the API with a sandbox, and records observations in the overlay.
//!
//! Not here: the facts, the requests and the report, which are in `nd8-probe`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use jiff::civil::Date;
use nd8_probe::{Assumptions, Format, Options, Report, Target, Webhooks};

use crate::codegen;
use crate::compare::Status;
use crate::repository::{DOCUMENT, LOCK, OVERLAY, read, root};
use crate::transaction::{self, Change};

/// Options of the command line.
#[derive(Debug)]
pub(crate) struct ProbeOptions {
    pub(crate) yes: bool,
    pub(crate) apply: bool,
    pub(crate) payment: Option<String>,
    pub(crate) product: Option<String>,
    pub(crate) refunds: bool,
    pub(crate) webhook_receiver: Option<SocketAddr>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) pay: bool,
    pub(crate) format: Format,
    pub(crate) max_requests: usize,
    pub(crate) max_seconds: u64,
}

/// Prints what a run would create. With `--yes`, runs, prints the report, and applies it on request.
///
/// # Errors
///
/// Fails if the target could be production or does not prove that it is not, if the run ended early, or if the overlay
/// cannot be changed.
pub(crate) fn run(asked: ProbeOptions, today: Date) -> Result<Status> {
    let (is_agreed, apply, format) = (asked.yes, asked.apply, asked.format);
    let options = options(asked)?;
    eprintln!("the probe creates and changes:");
    options.plan().iter().for_each(|line| eprintln!("  {line}"));
    if !is_agreed {
        eprintln!("nothing was sent; run it again with --yes");
        return Ok(Status::Passes);
    }
    let overlay = read(OVERLAY)?;
    let assumptions = Assumptions::from_overlay(&overlay)?;
    // One thread: a run sends one request after the other, and its order is part of the result.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(nd8_probe::run(&options, &assumptions, today))?;
    print!("{}", report.render(format));
    // Checked before anything is applied: observations of production must not become entries about the sandbox.
    if report.is_live() {
        bail!(
            "stopped at a sign of production: {}; nothing is applied",
            report.stopped().unwrap_or_default()
        );
    }
    if apply {
        self::apply(&report, &overlay)?;
    }
    if let Some(reason) = report.stopped() {
        bail!("the run ended early: {reason}");
    }
    let is_settled = apply || report.otherwise().next().is_none();
    Ok(if is_settled { Status::Passes } else { Status::Fails })
}

fn options(asked: ProbeOptions) -> Result<Options> {
    let key = std::env::var("ND8_API_KEY").unwrap_or_default();
    let session = std::env::var("ND8_SESSION_TOKEN").ok();
    let base_url = std::env::var("ND8_BASE_URL").ok();
    let target = Target::new(&key, session.as_deref(), base_url.as_deref())?;
    let mut options = Options::new(target);
    options.payment = asked.payment;
    options.product = asked.product;
    options.refunds = asked.refunds;
    options.webhooks = asked.webhook_receiver.map(|listen| Webhooks { listen, url: asked.webhook_url });
    options.limits.requests = asked.max_requests;
    options.limits.time = Duration::from_secs(asked.max_seconds);
    if asked.pay {
        // A payment by a person is bounded by the limit of the run alone.
        options.limits.webhook_wait = options.limits.time;
        options.pages = Some(Arc::new(|url: &str| eprintln!("waiting for a payment at {}", printable(url))));
    }
    Ok(options)
}

/// Removes control characters from an address: the server chose it, and a terminal acts on them.
fn printable(url: &str) -> String {
    url.chars().filter(|letter| letter.is_ascii_graphic()).take(2048).collect()
}

/// Writes the overlay and the files derived from it, all or none.
fn apply(report: &Report, before: &str) -> Result<()> {
    let exclusive = transaction::exclusive(&root())?;
    // A run takes minutes, in which a person may edit the file.
    if read(OVERLAY)? != before {
        bail!("{OVERLAY} has changed during the run, so nothing is written; run it again");
    }
    let overlay = &report.overlay().map_err(|error| anyhow!("{error}"))?.text;
    let lock: toml::Table = read(LOCK)?.parse()?;
    let retrieved = lock.get("document").and_then(|document| document.get("retrieved")?.as_str());
    let derivation = codegen::derive_with(DOCUMENT, &read(DOCUMENT)?, retrieved, overlay)
        .context("no client can be generated with the observations, so nothing is written")?;
    let mut changes = vec![Change { path: OVERLAY.to_owned(), content: Some(overlay.clone().into_bytes()) }];
    let derived = derivation.files.into_iter();
    changes.extend(
        derived.map(|file| Change { path: file.path.to_owned(), content: Some(file.content.into_bytes()) }),
    );
    derivation.warnings.iter().for_each(|group| eprint!("{group}"));
    let written = exclusive.commit(&changes)?;
    eprintln!(
        "written: {}",
        if written.is_empty() { "nothing has changed".to_owned() } else { written.join(", ") }
    );
    Ok(())
}
