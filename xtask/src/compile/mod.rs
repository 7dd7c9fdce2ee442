//! Compiles the crate with the client of a candidate document, before a refresh writes anything.
//!
//! The candidate is passed in `ND8_OPENAPI`, so neither the document nor the snapshot of the repository is touched. What is compiled is the
//! raw layer, the clients, the webhooks and the mocks: no TLS and no tests, which no document can break at compile time.

mod place;

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::Message;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use serde_json::Value;

use crate::repository::{SUPPLEMENT, read, root};

const ARGUMENTS: [&str; 9] = [
    "check",
    "--package=nd8",
    "--lib",
    "--no-default-features",
    "--features=client,codegen,mock,webhooks",
    // A refresh does not write Cargo.lock, so the check must not either.
    "--locked",
    "--message-format=json",
    // The build script's warnings are those that a refresh prints itself.
    "--quiet",
    "--target-dir",
];

/// Maximum number of errors that are printed in full: one change breaks many places.
const MOST_ERRORS: usize = 10;

/// A document, as JSON, and its name in messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) name: &'a str,
    pub(crate) json: &'a str,
}

/// Returns the Cargo that runs this command.
pub(crate) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Compiles the crate with the client of a document.
///
/// # Errors
///
/// Fails if it does not compile, with the compiler's errors and their places in the document, or if the compiler cannot be
/// run.
pub(crate) fn check(cargo: &OsStr, candidate: Candidate<'_>) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot create a folder for the candidate document")?;
    let path = folder.path().join("candidate.json");
    std::fs::write(&path, candidate.json).context("cannot write the candidate document")?;
    eprintln!("compiling the client (takes some minutes the first time)");
    let output =
        command(cargo, &path)?.output().with_context(|| format!("cannot run {}", cargo.display()))?;
    let supplement = read(SUPPLEMENT)?;
    let documents = [(candidate.name, candidate.json), (SUPPLEMENT, &*supplement)];
    let parsed = documents.map(|(name, text)| (name, serde_json::from_str(text).unwrap_or_default()));
    // Cargo and the build script print the temporary path.
    let with_name = |text: &str| text.replace(&*path.to_string_lossy(), candidate.name);
    let source = |file: &str| std::fs::read_to_string(root().join(file)).ok();
    match verdict(&output, &parsed, &source) {
        Ok(()) => Ok(()),
        Err(problem) => bail!("the client of {} does not compile: {}", candidate.name, with_name(&problem)),
    }
}

/// Returns the command that checks the crate with the client of a document.
pub(crate) fn command(cargo: &OsStr, document: &Path) -> Result<Command> {
    let mut command = Command::new(cargo);
    command.args(ARGUMENTS).arg(target_folder()?).env("ND8_OPENAPI", document).current_dir(root());
    Ok(command)
}

/// Returns the target folder of the check. It is separate, since each change of `ND8_OPENAPI` would make the next build start
/// anew.
fn target_folder() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    std::path::absolute(target.join("refresh-check")).context("cannot find the target folder")
}

/// Reads from Cargo's messages whether the crate compiled; the error lists why not.
fn verdict(
    output: &Output,
    documents: &[(&str, Value)],
    source: &dyn Fn(&str) -> Option<String>,
) -> Result<(), String> {
    let mut errors = Vec::new();
    let (mut compiled, mut finished) = (false, false);
    for message in Message::parse_stream(&*output.stdout) {
        match message.map_err(|error| format!("cannot read Cargo's messages: {error}"))? {
            Message::CompilerMessage(message) if is_error(&message.message) => errors.push(message.message),
            Message::CompilerArtifact(artifact) => {
                compiled |= artifact.target.name == "nd8" && artifact.target.is_lib()
            }
            Message::BuildFinished(end) => finished = end.success,
            _ => {}
        }
    }
    if errors.is_empty() && output.status.success() && finished {
        // Otherwise a Cargo that checked another package, or none, would count as success.
        return if compiled {
            Ok(())
        } else {
            Err("Cargo reports success, but not that it compiled nd8".to_owned())
        };
    }
    // Cargo can fail before it compiles anything: without network, or with a damaged lock file.
    if errors.is_empty() {
        return Err(format!(
            "cargo check failed ({})\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    let mut text = format!("{} {}", errors.len(), if errors.len() == 1 { "error" } else { "errors" });
    for error in errors.iter().take(MOST_ERRORS) {
        write!(text, "\n{}", describe(error, documents, source)).map_err(|error| error.to_string())?;
    }
    if let Some(more @ 1..) = errors.len().checked_sub(MOST_ERRORS) {
        write!(text, "\n… and {more} more").map_err(|error| error.to_string())?;
    }
    Err(text)
}

/// Renders an error of the compiler below the place that it comes from.
pub(crate) fn describe(
    error: &Diagnostic,
    documents: &[(&str, Value)],
    source: &dyn Fn(&str) -> Option<String>,
) -> String {
    let place = place::of(error, documents, source);
    let rendered = error.rendered.as_deref().unwrap_or(&error.message);
    let rendered: String = rendered.trim_end().lines().map(|line| format!("\n    {line}")).collect();
    format!("{place}{rendered}")
}

/// Returns whether a message is an error: the compiler's last one only counts the others.
pub(crate) fn is_error(diagnostic: &Diagnostic) -> bool {
    let is_error = matches!(diagnostic.level, DiagnosticLevel::Error | DiagnosticLevel::Ice);
    is_error && !(diagnostic.spans.is_empty() && diagnostic.message.starts_with("aborting due to"))
}

#[cfg(test)]
mod tests;
