//! The maintainers' commands: `cargo xtask <command>`.
//!
//! Argument parsing and side effects only; what a command knows is in its module, what generation knows is in
//! `nd8-codegen`. This crate never depends on `nd8`: a broken document must not stop the tool that repairs it.

mod codegen;
mod derived;
mod fetch;
mod hash;
mod repository;
mod tidy;
mod transaction;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The maintainers' commands of nd8.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes the files derived from the OpenAPI documents: the snapshot of the raw client and its surface.
    Codegen {
        /// Only compares them, prints the difference, and fails if there is one.
        #[arg(long)]
        check: bool,
    },
    /// Checks what can be checked of the invariants in `ARCHITECTURE.md`.
    Tidy,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen { check } => codegen::run(check),
        Command::Tidy => tidy::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
