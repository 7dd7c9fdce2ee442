//! The maintainers' commands: `cargo xtask <command>`.
//!
//! Argument parsing and side effects only; each command has a module, and generation is in `nd8-codegen`. This crate never depends on `nd8`: a broken document must not stop the tool that repairs it.

mod accepted;
mod arguments;
mod codegen;
mod compare;
mod compile;
mod derived;
mod document_info;
mod fetch;
mod hash;
mod lock;
mod oasdiff_agreement;
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
use crate::compare::Status;
use crate::derived::Mode;
use crate::reality::{Treatment, Warnings};

fn main() -> ExitCode {
    // Before the arguments are parsed: as Cargo's wrapper, this program is called with those of rustc.
    if let Some(status) = reality::wrapper() {
        return status;
    }
    let arguments = Arguments::parse();
    if let Some(root) = arguments.repository.clone() {
        repository::choose(root);
    }
    // A comparison uses 1 for a result, so its failures are 2.
    let failure = if arguments.command.is_comparison() { ExitCode::from(2) } else { ExitCode::FAILURE };
    match recover().and_then(|()| run(arguments)) {
        Ok(Status::Passes) => ExitCode::SUCCESS,
        Ok(Status::Fails) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            failure
        }
    }
}

/// Completes or undoes what an interrupted command left, so that this command finds a consistent repository.
fn recover() -> Result<()> {
    let root = repository::root();
    if transaction::is_interrupted(&root) {
        transaction::exclusive(&root)?;
    }
    Ok(())
}

fn run(arguments: Arguments) -> Result<Status> {
    let today = arguments.today();
    match arguments.command {
        Command::Codegen { check } => codegen::run(if check { Mode::Check } else { Mode::Write })?,
        Command::OasdiffAgreement { file } => oasdiff_agreement::run(&file)?,
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
            return reality::run(&folder, if verbose { Warnings::Printed } else { Warnings::Omitted });
        }
        Command::RealityOne { raw, name, file, out } => {
            let treatment = if raw { Treatment::Real } else { Treatment::Variant };
            reality::run_one(treatment, &name, &file, &out)?;
        }
        Command::Explain { rule } => print!("{}", openapi_drift::cli::explain(rule)),
    }
    Ok(Status::Passes)
}
