//! The program `openapi-drift`, and what other programs share with it.
//!
//! It reads files, standard input and commits of the repository of the working directory, and nothing else: there is no code for
//! networks in it. The exit status is 0 if no finding is at or above `--fail-on`, 1 if one does or `openapi-drift.toml` is out of
//! date, and 2 if the documents could not be compared.

mod accept;
mod arguments;
mod bounded;
mod folder;
mod git;
mod input;
mod output;
mod root;
mod rules;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;

pub use self::accept::{AcceptArguments, record};
pub use self::arguments::ReportArguments;
use self::arguments::{Arguments, Command, DiffArguments};
pub use self::bounded::{LARGEST, read_bounded};
pub use self::git::{blob, split as split_revision};
pub use self::output::print;
pub use self::rules::{explain, list};
use crate::config::Config;
pub use crate::report::FailOn;
use crate::report::Report;
use crate::{Comparison, Document, Options, compare_with};

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(Status::Passes) => ExitCode::SUCCESS,
        Ok(Status::Fails) => ExitCode::from(1),
        Ok(Status::Incomplete) => ExitCode::from(2),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Result of a command. That something fails is known even where not everything was compared, so it goes first.
enum Status {
    Passes,
    Fails,
    Incomplete,
}

fn run(arguments: Arguments) -> Result<Status> {
    match arguments.command {
        Command::Diff(arguments) => return diff(&arguments),
        Command::Accept { finding, config, today } => {
            let path = config.path();
            let old = config.text()?.unwrap_or_default();
            let new = record(&path.display().to_string(), &old, &finding, arguments::today(today))?;
            std::fs::write(&path, new).with_context(|| format!("cannot write {}", path.display()))?;
            println!(
                "accepted until {}: {} {} ({})",
                finding.until,
                finding.rule,
                finding.fingerprint,
                path.display()
            );
        }
        Command::Explain { rule } => print!("{}", explain(rule)),
        Command::Rules => print!("{}", list()),
    }
    Ok(Status::Passes)
}

fn diff(arguments: &DiffArguments) -> Result<Status> {
    let DiffArguments { old, new, report: how, config, no_config, today, .. } = arguments;
    how.check()?;
    let name = config.path().display().to_string();
    let text = if *no_config { None } else { config.text()? };
    let config = text.map_or_else(|| Ok(Config::default()), |text| Config::parse(&name, &text))?;
    let today = arguments::today(*today);
    // Decisions are counted when they are applied, so that those without a finding are known at the end.
    let mut check = config.check(today);
    let mut compared = Vec::new();
    for input::Pair { old, new, is_whole } in input::pairs(old, new, arguments.root.as_deref())? {
        let mut comparison = compare_with(&old, &new, &Options::on(today));
        if is_whole {
            input::only_operations(&mut comparison);
        }
        check.apply(&old, &new, &mut comparison);
        compared.push((old, new, comparison));
    }
    let report = report(&compared).context("there is nothing to compare")?;
    let report = report.accepted(|finding, fingerprint| check.reason(finding, fingerprint));
    let report = how.applied(report.ignored(check.ignored())).fail_on(&arguments.fail_on);
    how.emit(&report)?;
    let violations = check.violations();
    violations.iter().for_each(|violation| eprintln!("{name}: {violation}"));
    Ok(match () {
        () if report.fails() || !violations.is_empty() => Status::Fails,
        () if !report.is_complete() && !arguments.allow_incomplete => Status::Incomplete,
        () => Status::Passes,
    })
}

fn report(compared: &[(Document, Document, Comparison)]) -> Option<Report<'_>> {
    let ((old, new, comparison), rest) = compared.split_first()?;
    let first = Report::new(old, new, comparison);
    Some(rest.iter().fold(first, |report, (old, new, comparison)| report.and(old, new, comparison)))
}
