//! Records the call of rustc by which Cargo compiles nd8, and makes it again over other generated code.
//!
//! Cargo would compile one document after the other, and run the generator again for each. Recorded, the call needs neither. To
//! record it, this program is Cargo's wrapper of rustc: a wrapper has no part in Cargo's decision what is fresh, so the target
//! folder stays the one that `refresh` uses.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode, Output};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::diagnostic::Diagnostic;
use serde::{Deserialize, Serialize};

use crate::compile;
use crate::repository::root;

/// Names the variable with the path of the record. It is set for Cargo only, which passes it to the wrapper.
const RECORD: &str = "ND8_XTASK_RECORD";

/// Marks the call for nd8.
const CRATE: [&str; 2] = ["--crate-name", "nd8"];

/// Names the variable with the folder that nd8 includes generated code from.
const OUT_DIR: &str = "OUT_DIR";

/// A call of rustc.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Call {
    program: String,
    arguments: Vec<String>,
    /// Variables that Cargo sets for the crate.
    environment: BTreeMap<String, String>,
}

/// Runs rustc, if this program is Cargo's wrapper of it, and records the call if it is for nd8.
pub(crate) fn wrapper() -> Option<ExitCode> {
    let record = std::env::var_os("ND8_XTASK_RECORD")?;
    Some(wrap(Path::new(&record), std::env::args_os().skip(1).collect()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    }))
}

fn wrap(record: &Path, call: Vec<OsString>) -> Result<ExitCode> {
    let [program, arguments @ ..] = &*call else { bail!("{RECORD} is set, but there is no call to record") };
    if arguments.windows(2).any(|pair| pair == CRATE.map(OsStr::new)) {
        let text =
            |text: &OsString| text.to_str().map(str::to_owned).context("the call of rustc is not UTF-8");
        let call = Call {
            program: text(program)?,
            arguments: arguments.iter().map(text).collect::<Result<_>>()?,
            environment: std::env::vars().filter(|(name, _)| is_of_the_crate(name)).collect(),
        };
        std::fs::write(record, serde_json::to_string(&call)?).context("cannot record the call of rustc")?;
    }
    let status = Command::new(program).args(arguments).status().context("cannot run rustc")?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Returns whether a variable belongs to the crate. The job server of Cargo is gone when the call is made again.
fn is_of_the_crate(name: &str) -> bool {
    name == OUT_DIR || (name.starts_with("CARGO_") && name != "CARGO_MAKEFLAGS")
}

impl Call {
    /// Has Cargo compile the dependencies of nd8, and nd8 with a document, and records how.
    ///
    /// # Errors
    ///
    /// Fails if Cargo does not get as far as to compile nd8.
    pub(super) fn record(cargo: &OsStr, folder: &Path, document: &str) -> Result<Self> {
        let record = folder.join("call.json");
        // Under a name that Cargo does not know, so that it does not take nd8 for fresh.
        let path = folder.join("pinned.json");
        std::fs::write(&path, document)?;
        let wrapper = std::env::current_exe().context("cannot find this program")?;
        let output = compile::command(cargo, &path)?
            .env("RUSTC_WRAPPER", wrapper)
            .env(RECORD, &record)
            .output()
            .with_context(|| format!("cannot run {}", cargo.display()))?;
        // Whether nd8 itself compiles does not matter: the documents show it.
        let Ok(text) = std::fs::read_to_string(&record) else {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("Cargo did not compile nd8 ({})\n{}", output.status, stderr.trim());
        };
        serde_json::from_str(&text).context("cannot read the recorded call of rustc")
    }

    /// Compiles nd8 with the generated code of a folder; what the compiler writes goes to another.
    pub(super) fn nd8(&self, generated: &Path, folder: &Path) -> Result<Output> {
        std::fs::create_dir_all(folder)?;
        let mut command = self.command(self.arguments_to_keep(), folder);
        command.env(OUT_DIR, generated);
        command.output().context("cannot run rustc")
    }

    /// Compiles another crate with the dependencies of nd8.
    pub(super) fn other(&self, name: &str, source: &Path, more: &[String], folder: &Path) -> Result<Output> {
        std::fs::create_dir_all(folder)?;
        let dependencies = self.dependencies();
        let mut command = self.command(dependencies, folder);
        command.args(["--crate-name", name, "--crate-type=lib", "--edition=2024"]).args(more).arg(source);
        command.output().context("cannot run rustc")
    }

    fn command(&self, arguments: Vec<&str>, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            // As far as the checks of the compiler go. Warnings are of no interest.
            .args(["--emit=metadata", "--error-format=json", "--cap-lints=allow", "--out-dir"])
            .arg(folder)
            .envs(&self.environment)
            .env_remove("CARGO_MAKEFLAGS")
            .current_dir(root());
        command
    }

    /// Returns the arguments without those that [`Self::command`] sets.
    fn arguments_to_keep(&self) -> Vec<&str> {
        let mut kept = Vec::new();
        let mut rest = self.arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            let is_set =
                ["--emit=", "--error-format=", "--json="].iter().any(|set| argument.starts_with(set));
            if is_set {
                continue;
            }
            match argument {
                "--out-dir" => drop(rest.next()),
                "-C" => match rest.next() {
                    // It is written by one call at a time.
                    Some(option) if option.starts_with("incremental=") => {}
                    Some(option) => kept.extend([argument, option]),
                    None => {}
                },
                _ => kept.push(argument),
            }
        }
        kept
    }

    /// Returns the arguments that name dependencies.
    fn dependencies(&self) -> Vec<&str> {
        let pairs = self.arguments.windows(2).filter(|pair| matches!(&*pair[0], "--extern" | "-L"));
        pairs.flatten().map(String::as_str).collect()
    }
}

/// Reads the errors that rustc printed.
///
/// # Errors
///
/// Fails with what rustc printed, if it failed without an error.
pub(super) fn errors(output: &Output) -> Result<Vec<Diagnostic>> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let messages = stderr.lines().filter_map(|line| serde_json::from_str::<Diagnostic>(line).ok());
    let errors: Vec<Diagnostic> = messages.filter(compile::is_error).collect();
    if errors.is_empty() && !output.status.success() {
        bail!("rustc failed ({})\n{}", output.status, stderr.trim());
    }
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Call {
        pub(crate) fn of(program: &str, arguments: &[&str]) -> Self {
            let arguments = arguments.iter().map(ToString::to_string).collect();
            Self { program: program.to_owned(), arguments, environment: BTreeMap::new() }
        }
    }

    #[test]
    fn a_call_goes_to_another_folder() {
        let arguments = "--crate-name nd8 src/lib.rs --error-format=json --json=artifacts --emit=dep-info,metadata \
            -C debuginfo=0 --cfg feature=\"mock\" --out-dir /t -C incremental=/i -L dependency=/d --extern serde=/d/serde.rmeta";
        let call = Call::of("rustc", &arguments.split_whitespace().collect::<Vec<_>>());
        let kept = call.arguments_to_keep().join(" ");
        assert_eq!(
            kept,
            "--crate-name nd8 src/lib.rs -C debuginfo=0 --cfg feature=\"mock\" -L dependency=/d --extern serde=/d/serde.rmeta"
        );
        assert_eq!(call.dependencies().join(" "), "-L dependency=/d --extern serde=/d/serde.rmeta");
    }

    #[test]
    fn only_what_cargo_sets_for_the_crate_is_recorded() {
        assert!(is_of_the_crate("OUT_DIR") && is_of_the_crate("CARGO_PKG_NAME"));
        assert!(!is_of_the_crate("CARGO_MAKEFLAGS") && !is_of_the_crate("HOME"));
    }
}
