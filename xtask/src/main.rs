//! The maintainers' commands: `cargo xtask <command>`.
//!
//! Argument parsing and side effects only; what a command knows is in its module, what generation knows is in
//! `nd8-codegen`. This crate never depends on `nd8`: a broken document must not stop the tool that repairs it.

mod accepted;
mod arguments;
mod codegen;
mod compare;
mod compile;
mod derived;
mod document_info;
mod drift_cases;
mod fetch;
mod hash;
mod lock;
mod probe;
mod reality;
mod refresh;
mod repository;
mod revisions;
mod tidy;
mod transaction;
mod verdict;
mod warnings;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use crate::arguments::{Arguments, Command};
use crate::compare::Outcome;

fn main() -> ExitCode {
    if let Some(status) = reality::wrapper() {
        return status;
    }
    let arguments = Arguments::parse();
    if let Some(root) = arguments.repository.clone() {
        repository::choose(root);
    }
    // Of a comparison, 1 is an answer, so what could not be done at all is 2.
    let failure = if arguments.command.is_comparison() { ExitCode::from(2) } else { ExitCode::FAILURE };
    match recover().and_then(|()| run(arguments)) {
        Ok(Outcome::Passes) => ExitCode::SUCCESS,
        Ok(Outcome::Fails) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            failure
        }
    }
}

/// Completes or undoes what an interrupted command left, so that whatever comes next finds the repository whole.
fn recover() -> Result<()> {
    let root = repository::root();
    if transaction::is_interrupted(&root) {
        transaction::exclusive(&root)?;
    }
    Ok(())
}

fn run(arguments: Arguments) -> Result<Outcome> {
    let today = arguments.today();
    match arguments.command {
        Command::Codegen { check } => codegen::run(check)?,
        Command::DriftCases { file } => drift_cases::run(&file)?,
        Command::Tidy => tidy::run()?,
        Command::Refresh { from, dry_run, report } => {
            let cargo = compile::cargo();
            refresh::run(&refresh::Options { from, dry_run, report, today }, &|it| {
                compile::check(&cargo, it)
            })?;
        }
        Command::Diff { old, new, fail_on, report } => {
            return compare::diff(&old, &new, &report.with(fail_on, today));
        }
        Command::Drift { against, fail_on, report } => {
            return compare::drift(against.as_deref(), &report.with(fail_on, today));
        }
        Command::Accept(finding) => compare::accept(&finding, today)?,
        Command::Probe(arguments) => return probe::run(arguments.into(), today),
        Command::Reality { folder, verbose } => {
            return Ok(if reality::run(&folder, verbose)? { Outcome::Passes } else { Outcome::Fails });
        }
        Command::RealityOne { raw, name, file, out } => reality::run_one(raw, &name, &file, &out)?,
        Command::Explain { rule } => print!("{}", openapi_drift::cli::explain(rule)),
    }
    Ok(Outcome::Passes)
}
