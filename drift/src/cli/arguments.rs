//! The command line, and its help.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::AcceptArguments;
use crate::report::{Color, FailOn, Format, Grouping, Report};
use crate::{Rule, config};

/// The lines that a text report has without `--all`.
const MOST_LINES: usize = 400;

const NAMES: &str = "\
OLD and NEW are each one of
  a file              openapi.yaml
  a folder            api/ (every OpenAPI document in it, matched by its path; the other one is a folder, too)
  -                   standard input
  a file of a commit  git:REV:PATH, or a folder of one (in the repository of the working directory)

Exit status:
  0  no finding at or above --fail-on
  1  some finding is, or an entry of openapi-drift.toml is stale or expired
  2  the documents could not be compared, or not all of them without --allow-incomplete";

/// Reports what changed between two OpenAPI documents, and whom it breaks.
#[derive(Debug, Parser)]
#[command(name = "openapi-drift", version)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compares two documents, or two folders of documents.
    #[command(after_help = NAMES)]
    Diff(DiffArguments),
    /// Prints what a rule means, why it matters, and what to do.
    Explain {
        /// The rule's id, as reports print it.
        #[arg(value_parser = config::rule)]
        rule: Rule,
    },
    /// Lists all rules with their severities.
    Rules,
    /// Accepts a finding until a day, in openapi-drift.toml.
    Accept {
        #[command(flatten)]
        finding: AcceptArguments,
        #[command(flatten)]
        config: ConfigArguments,
        /// Today's date, for tests.
        #[arg(long, value_name = "DATE", hide = true)]
        today: Option<Date>,
    },
}

#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The older document.
    pub(super) old: String,
    /// The newer document.
    pub(super) new: String,
    /// The lowest severity that makes the exit status 1.
    #[arg(long, value_name = "SEVERITY", default_value = "breaking", value_delimiter = ',')]
    pub(super) fail_on: Vec<FailOn>,
    /// Accepts that parts of the documents could not be compared. They are reported all the same.
    #[arg(long)]
    pub(super) allow_incomplete: bool,
    /// The folder that files which a document refers to by `$ref` have to be in. By default the working directory, and for a
    /// document that is not in it the folder of the document.
    #[arg(long, value_name = "FOLDER")]
    pub(super) root: Option<PathBuf>,
    #[command(flatten)]
    pub(super) report: ReportArguments,
    #[command(flatten)]
    pub(super) config: ConfigArguments,
    /// Leaves openapi-drift.toml out of account.
    #[arg(long, conflicts_with = "config")]
    pub(super) no_config: bool,
    /// Takes this for today's date, in sunsets and expiry dates.
    #[arg(long, value_name = "DATE")]
    pub(super) today: Option<Date>,
}

/// Where the decisions of a project are.
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    /// The file of severities, ignored paths and accepted findings. By default openapi-drift.toml, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArguments {
    pub(super) fn path(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| PathBuf::from(config::PATH))
    }

    /// Returns the file's content. Only a file that was named has to be there.
    pub(super) fn text(&self) -> Result<Option<String>> {
        // Read without asking whether it exists: it could vanish between the question and the read.
        let path = self.path();
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.config.is_none() => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }
}

/// The options of a report, for this program and others that print one.
#[derive(Clone, Debug, Args)]
pub struct ReportArguments {
    /// The form of the report. Colours are for terminals, and follow NO_COLOR and CLICOLOR_FORCE.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Writes the report to a file, and only its last line to standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Prints counts and the last line only. For text, markdown and json.
    #[arg(long)]
    summary: bool,
    /// Prints all of a text report, which otherwise ends after 400 lines and counts the rest.
    #[arg(long)]
    all: bool,
    /// One finding for each changed schema, or one for each operation that it reaches.
    #[arg(long, value_enum, default_value_t = Group::Schema)]
    group: Group,
}

impl ReportArguments {
    /// Checks that the options go together.
    ///
    /// # Errors
    ///
    /// If a form of report has no summary, and one was asked for.
    pub fn check(&self) -> Result<()> {
        if self.summary && !matches!(self.format, Form::Text | Form::Markdown | Form::Json) {
            bail!("--summary goes with the formats text, markdown and json");
        }
        Ok(())
    }

    /// Returns the form of the report, coloured if it is text.
    pub fn format(&self) -> Format {
        match self.format {
            Form::Text => Format::Text(Color::Coloured),
            Form::Json => Format::Json,
            Form::Markdown => Format::Markdown,
            Form::Html => Format::Html,
            Form::Sarif => Format::Sarif,
            Form::Github => Format::Github,
            Form::Junit => Format::Junit,
        }
    }

    /// Applies all options but the form to a report.
    #[must_use]
    pub fn applied<'a>(&self, report: Report<'a>) -> Report<'a> {
        let report = report.grouping(match self.group {
            Group::Schema => Grouping::Schema,
            Group::None => Grouping::None,
        });
        let report = if self.all { report } else { report.most_lines(MOST_LINES) };
        if self.summary { report.summary_only() } else { report }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people at a terminal.
    Text,
    /// For programs; the schema is drift/report.schema.json.
    Json,
    /// For a pull request.
    Markdown,
    /// A page for a browser, in one file.
    Html,
    /// For code scanning.
    Sarif,
    /// Annotations of a GitHub workflow.
    Github,
    /// For CI servers that show test results.
    Junit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Group {
    /// One for each changed schema.
    Schema,
    /// One for each operation; after some megabytes the rest is counted.
    None,
}

/// Today in UTC, so that a run means the same on every machine, unless another day was named.
pub(super) fn today(named: Option<Date>) -> Date {
    named.unwrap_or_else(|| jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date())
}
