//! The command line: commands, options and their help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use openapi_drift::cli::{AcceptArguments, FailOn};
use openapi_drift::{Rule, config};

use crate::compare::ReportOptions;
use crate::probe::ProbeOptions;

/// Maintainers' commands of nd8.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Arguments {
    /// Works on this repository instead of the one that contains this command.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) repository: Option<PathBuf>,
    /// Uses this as today's date, in sunsets, expiry dates and the lock file.
    #[arg(long, global = true, value_name = "DATE")]
    today: Option<Date>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Returns the date to use as today: `--today`, by default the date in UTC.
    pub(crate) fn today(&self) -> Date {
        self.today.unwrap_or_else(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date())
    }
}

const STATUS: &str = "\
Exit status:
  0  no finding at or above --fail-on
  1  some finding is, or an entry of openapi/accepted.toml is stale or expired
  2  the documents could not be compared";

const NAMES: &str = "\
OLD and NEW are each one of
  a file              openapi/nd8.json
  an address          https://docs.example/api/ (of the document, or of a page that embeds or links it)
  a revision          1.0.0 (a file of openapi/history/, with or without its ending)
  a file of a commit  git:REV, git:REV:PATH (without a path, openapi/nd8.json)";

const PROBE: &str = "\
The server and its credentials come from the environment: ND8_API_KEY, ND8_SESSION_TOKEN (optional), and ND8_BASE_URL (ND8's sandbox
without it). Requests go only to ND8's sandbox and servers on this machine, and only if these prove that they are not production.

Exit status:
  0  every observed fact matches its assumption, or was applied
  1  some fact does not match
  2  the server was refused, or the run ended early";

const REALITY: &str = "\
The table has the columns document, expected (`works`, `refused`, `works or refused`) and note. A document in
  variants/  works if the crate compiles with it, has the right credentials, exact amounts and open enums
  real/      works if the raw layer compiles, without the tables of ND8
  bad/       is run like one in variants/, within 2 s and 200 MB
and is refused if the error names its place in the document and, in variants/, what to do. Generation is tolerant, as under ND8_OPENAPI.

Exit status:
  0  all documents are as expected
  1  some are not
  2  the folder could not be run";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes the files derived from the OpenAPI documents: the snapshot of the raw client and its surface.
    Codegen {
        /// Only compares them, prints the difference, and fails if there is one.
        #[arg(long)]
        check: bool,
    },
    /// Compares findings with the cases of oasdiff, and prints the share that agrees.
    OasdiffAgreement {
        /// File of cases, one JSON object per line.
        file: PathBuf,
    },
    /// Checks the invariants of `ARCHITECTURE.md` that a program can check, and the words of the project.
    Tidy,
    /// Takes the published document: prints what that changes, compiles the new client, and writes all files that depend on it, or none.
    #[command(
        after_help = "Exit status:\n  0  all files are up to date now, or would be\n  2  the refresh failed; no file was changed"
    )]
    Refresh {
        /// A file, or the address of the document or of a page that links it. Default: the address in the lock file.
        #[arg(long, value_name = "FILE|URL")]
        from: Option<String>,
        /// Writes nothing, and prints which files would change.
        #[arg(long)]
        dry_run: bool,
        /// Also writes the report as Markdown.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Reports what changed between two documents, which callers break, and which release that needs.
    #[command(after_help = format!("{NAMES}\n\n{STATUS}"))]
    Diff {
        /// Older document.
        old: String,
        /// Newer document.
        new: String,
        /// Fails on findings of this severity and above.
        #[arg(long, value_name = "SEVERITY", default_value = "breaking", value_delimiter = ',')]
        fail_on: Vec<FailOn>,
        #[command(flatten)]
        report: ComparisonArguments,
    },
    /// Compares the published document with the one that nd8 is pinned to, and reports what changed.
    #[command(after_help = STATUS)]
    Drift {
        /// A file, or the address of the document or of a page that links it. Default: the address in the lock file.
        #[arg(long, value_name = "FILE|URL")]
        against: Option<String>,
        /// Fails on findings of this severity and above; with `any`, also on content that no rule covers.
        #[arg(long, value_name = "SEVERITY", default_value = "any", value_delimiter = ',')]
        fail_on: Vec<FailOn>,
        #[command(flatten)]
        report: ComparisonArguments,
    },
    /// Accepts a finding of `drift` until a day, in `openapi/accepted.toml`.
    Accept(AcceptArguments),
    /// Compares what is assumed of the API with the behavior of a sandbox. Without --yes, prints what that would create.
    #[command(after_help = PROBE)]
    Probe(ProbeArguments),
    /// Generates and compiles the client of each document of a folder, and compares the result with its `expected.tsv`.
    #[command(
        after_help = REALITY
    )]
    Reality {
        /// Folder: `expected.tsv`, and documents in `variants/`, `real/` and `bad/`.
        folder: PathBuf,
        /// Also prints the generator's warnings.
        #[arg(long)]
        verbose: bool,
    },
    /// Generates from one document of `reality`, and prints a report.
    #[command(hide = true)]
    RealityOne {
        /// Generates without the tables of ND8.
        #[arg(long)]
        raw: bool,
        /// Name of the document in messages.
        name: String,
        file: PathBuf,
        out: PathBuf,
    },
    /// Prints what a rule means, why it matters, and what to do.
    Explain {
        /// Rule's id, as reports print it.
        #[arg(value_parser = config::rule)]
        rule: Rule,
    },
}

impl Command {
    /// Returns whether the exit status 1 is a result rather than a failure.
    pub(crate) fn is_comparison(&self) -> bool {
        !matches!(self, Self::Codegen { .. } | Self::OasdiffAgreement { .. } | Self::Tidy)
    }
}

/// Options of a probe.
#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// Sends the requests. Without it nothing is sent.
    #[arg(long)]
    yes: bool,
    /// A paid payment of the sandbox: facts about payments and refunds need one.
    #[arg(long, value_name = "ID")]
    payment: Option<String>,
    /// A product of the catalog, where products cannot be described inline.
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// Refunds parts of the payment.
    #[arg(long, requires = "payment")]
    refunds: bool,
    /// Receives webhooks at this address of this machine; with a session, it is registered during the run.
    #[arg(long, value_name = "ADDRESS")]
    webhook_receiver: Option<SocketAddr>,
    /// Public address of the receiver, if it differs.
    #[arg(long, value_name = "URL", requires = "webhook_receiver")]
    webhook_url: Option<String>,
    /// Prints the page of each checkout to standard error, and waits for a person to pay there.
    #[arg(long, requires = "webhook_receiver")]
    pay: bool,
    /// Format of the report.
    #[arg(long, value_enum, default_value_t = ProbeFormat::Text)]
    format: ProbeFormat,
    /// Records the observations in openapi/overlay.json, and regenerates the files derived from it.
    #[arg(long)]
    apply: bool,
    /// Maximum number of requests.
    #[arg(long, value_name = "NUMBER", default_value_t = 300)]
    max_requests: usize,
    /// Maximum duration in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    max_seconds: u64,
}

impl From<ProbeArguments> for ProbeOptions {
    fn from(arguments: ProbeArguments) -> ProbeOptions {
        let ProbeArguments { yes, payment, product, refunds, webhook_receiver, webhook_url, .. } = arguments;
        let ProbeArguments { pay, apply, max_requests, max_seconds, .. } = arguments;
        let format = match arguments.format {
            ProbeFormat::Text => nd8_probe::Format::Text,
            ProbeFormat::Json => nd8_probe::Format::Json,
            ProbeFormat::Markdown => nd8_probe::Format::Markdown,
        };
        ProbeOptions {
            yes,
            apply,
            payment,
            product,
            refunds,
            webhook_receiver,
            webhook_url,
            pay,
            format,
            max_requests,
            max_seconds,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProbeFormat {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For a pull request.
    Markdown,
}

/// Options of a comparison.
#[derive(Clone, Debug, Args)]
pub(crate) struct ComparisonArguments {
    #[command(flatten)]
    report: openapi_drift::cli::ReportArguments,
    /// Leaves out the effect on generated Rust, and the release that it needs.
    #[arg(long)]
    no_rust: bool,
    /// Ignores openapi/accepted.toml.
    #[arg(long)]
    no_accepted: bool,
}

impl ComparisonArguments {
    pub(crate) fn with(self, fail_on: Vec<FailOn>, today: Date) -> ReportOptions {
        let Self { report, no_rust, no_accepted } = self;
        ReportOptions { report, fail_on, today, rust: !no_rust, accepted: !no_accepted }
    }
}
