//! The command line: what can be asked for, and its help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use openapi_drift::cli::{AcceptArguments, FailOn};
use openapi_drift::{Rule, config};

use crate::compare::ReportOptions;
use crate::probe::Asked;

/// The maintainers' commands of nd8.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Arguments {
    /// Works on this repository instead of the one that the command was built in.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) repository: Option<PathBuf>,
    /// Takes this for today's date, in sunsets, expiry dates and the lock file.
    #[arg(long, global = true, value_name = "DATE")]
    today: Option<Date>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Today, in UTC unless told otherwise.
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
  an address          https://docs.example/api/ (of the document, or of a page that shows it)
  a revision          1.0.0 (a file of openapi/history/, with or without its ending)
  a file of a commit  git:REV, git:REV:PATH (without a path, openapi/nd8.json)";

const PROBE: &str = "\
The server and its credentials come from the environment: ND8_API_KEY, ND8_SESSION_TOKEN (optional), and ND8_BASE_URL (ND8's sandbox
without it). Only ND8's sandbox and servers on this machine are asked, and only if they prove that they are no production.

Exit status:
  0  what could be seen is as assumed, or was applied
  1  something is otherwise
  2  the server was refused, or the run ended early";

const REALITY: &str = "\
The table has the columns document, expected (`works`, `refused`, `works or refused`) and note. A document in
  variants/  works if the crate compiles with it, has the right credentials, exact amounts and open enums
  real/      works if the raw layer compiles, without the tables of ND8
  bad/       is run like one in variants/, within 2 s and 200 MB
and is refused if the error names the place in it and, in variants/, says what to do. Everything is generated tolerantly, as under ND8_OPENAPI.

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
    /// Compares findings about pairs of documents with those expected of them, and prints the share that agrees.
    DriftCases {
        /// The file of cases, one JSON object a line.
        file: PathBuf,
    },
    /// Checks what can be checked of the invariants in `ARCHITECTURE.md`.
    Tidy,
    /// Takes the published document: prints what that changes, compiles the new client, and writes all files that depend on it, or none.
    #[command(
        after_help = "Exit status:\n  0  all is up to date now, or would be\n  2  it could not be done; no file was changed"
    )]
    Refresh {
        /// A file, or an address of the document or of a page that shows it. By default the address in the lock file.
        #[arg(long, value_name = "FILE|URL")]
        from: Option<String>,
        /// Writes nothing, and prints which files would change.
        #[arg(long)]
        dry_run: bool,
        /// Writes the report in Markdown, too.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Says what changed between two documents, whom it breaks, and which version that needs.
    #[command(after_help = format!("{NAMES}\n\n{STATUS}"))]
    Diff {
        /// The older document.
        old: String,
        /// The newer document.
        new: String,
        /// From which severity on a finding counts.
        #[arg(long, value_name = "SEVERITY", default_value = "breaking", value_delimiter = ',')]
        fail_on: Vec<FailOn>,
        #[command(flatten)]
        report: ComparisonArguments,
    },
    /// Says whether the published document is the one that nd8 is pinned to, and if not, what changed.
    #[command(after_help = STATUS)]
    Drift {
        /// A file, or an address of the document or of a page that shows it. By default the address in the lock file.
        #[arg(long, value_name = "FILE|URL")]
        against: Option<String>,
        /// From which severity on a finding counts; with `any`, also content that no rule knows.
        #[arg(long, value_name = "SEVERITY", default_value = "any", value_delimiter = ',')]
        fail_on: Vec<FailOn>,
        #[command(flatten)]
        report: ComparisonArguments,
    },
    /// Accepts a finding of `drift` until a day, in `openapi/accepted.toml`.
    Accept(AcceptArguments),
    /// Compares what is assumed of the API with what a sandbox of it does. Without --yes, prints what that would create.
    #[command(after_help = PROBE)]
    Probe(ProbeArguments),
    /// Generates and compiles the client of each document of a folder, and compares the result with its `expected.tsv`.
    #[command(
        after_help = REALITY
    )]
    Reality {
        /// The folder: `expected.tsv`, and documents in `variants/`, `real/` and `bad/`.
        folder: PathBuf,
        /// Prints the generator's warnings, too.
        #[arg(long)]
        verbose: bool,
    },
    /// Generates from one document of `reality`, and prints a report.
    #[command(hide = true)]
    RealityOne {
        /// Generates without the tables of ND8.
        #[arg(long)]
        raw: bool,
        /// What messages call the document.
        name: String,
        file: PathBuf,
        out: PathBuf,
    },
    /// Prints what a rule means, why it matters, and what to do.
    Explain {
        /// The rule's id, as reports print it.
        #[arg(value_parser = config::rule)]
        rule: Rule,
    },
}

impl Command {
    /// Whether the exit status 1 is an answer.
    pub(crate) fn is_comparison(&self) -> bool {
        !matches!(self, Self::Codegen { .. } | Self::DriftCases { .. } | Self::Tidy)
    }
}

/// The options of a probe.
#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// Sends the requests. Without it nothing is sent.
    #[arg(long)]
    yes: bool,
    /// A paid payment of the sandbox: facts about payments and refunds need one.
    #[arg(long, value_name = "ID")]
    payment: Option<String>,
    /// A product of the catalog, where products may not be described on the spot.
    #[arg(long, value_name = "ID")]
    product: Option<String>,
    /// Refunds parts of the payment.
    #[arg(long, requires = "payment")]
    refunds: bool,
    /// Receives webhooks at this address of this machine; with a session, it is registered for the time of the run.
    #[arg(long, value_name = "ADDRESS")]
    webhook_receiver: Option<SocketAddr>,
    /// The public address of the receiver, where it is another one.
    #[arg(long, value_name = "URL", requires = "webhook_receiver")]
    webhook_url: Option<String>,
    /// Prints the page of each checkout to standard error, and waits for somebody to pay there.
    #[arg(long, requires = "webhook_receiver")]
    pay: bool,
    /// The form of the report.
    #[arg(long, value_enum, default_value_t = ProbeForm::Text)]
    format: ProbeForm,
    /// Records in openapi/overlay.json what was seen, and renews what is derived from it.
    #[arg(long)]
    apply: bool,
    /// The most requests to send.
    #[arg(long, value_name = "NUMBER", default_value_t = 300)]
    max_requests: usize,
    /// The most seconds to take.
    #[arg(long, value_name = "SECONDS", default_value_t = 180, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    max_seconds: u64,
}

impl From<ProbeArguments> for Asked {
    fn from(arguments: ProbeArguments) -> Asked {
        let ProbeArguments { yes, payment, product, refunds, webhook_receiver, webhook_url, .. } = arguments;
        let ProbeArguments { pay, apply, max_requests, max_seconds, .. } = arguments;
        let format = match arguments.format {
            ProbeForm::Text => nd8_probe::Format::Text,
            ProbeForm::Json => nd8_probe::Format::Json,
            ProbeForm::Markdown => nd8_probe::Format::Markdown,
        };
        Asked {
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
enum ProbeForm {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For a pull request.
    Markdown,
}

/// The options of a comparison.
#[derive(Clone, Debug, Args)]
pub(crate) struct ComparisonArguments {
    #[command(flatten)]
    report: openapi_drift::cli::ReportArguments,
    /// Leaves out what the change does to generated Rust, and the version that it needs.
    #[arg(long)]
    no_rust: bool,
    /// Leaves openapi/accepted.toml out of account.
    #[arg(long)]
    no_accepted: bool,
}

impl ComparisonArguments {
    pub(crate) fn with(self, fail_on: Vec<FailOn>, today: Date) -> ReportOptions {
        let Self { report, no_rust, no_accepted } = self;
        ReportOptions { report, fail_on, today, rust: !no_rust, accepted: !no_accepted }
    }
}
