//! `cargo xtask codegen`: the snapshot of the raw client, and its surface.
//!
//! The only caller of the generator, for `codegen`, `refresh` and `probe`.

use anyhow::Result;
use nd8_codegen::{Document, Knowledge, Warning, WarningKind, generate_with, nd8};

use crate::derived::{self, Derived, Mode};
use crate::repository::{DOCUMENT, LOCK, MERGED, OVERLAY, SUPPLEMENT, read};
use crate::warnings::{Group, Kind};

const COMMAND: &str = "cargo xtask codegen";
/// A copy in the folder of the crate that embeds it. A symbolic link would be a text file on Windows.
const SANDBOX_MERGED: &str = "sandbox/openapi/merged.json";

/// Limits the notes on a terminal: a more precise document makes dozens of entries unneeded at once.
const NOTES: usize = 12;

/// Writes the derived files, or compares them.
///
/// # Errors
///
/// Fails if a document yields no client, or if a file cannot be written or is stale.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let files = files()?;
    match mode {
        Mode::Write => derived::write(&files),
        Mode::Check => derived::check(&files, COMMAND),
    }
}

fn files() -> Result<Vec<Derived>> {
    let lock: toml::Table = read(LOCK)?.parse()?;
    let retrieved = lock.get("document").and_then(|document| document.get("retrieved")?.as_str());
    let derivation = derive(DOCUMENT, &read(DOCUMENT)?, retrieved)?;
    // Warnings go to standard error, so that the list of written files can be piped.
    derivation.warnings.iter().for_each(|group| eprint!("{group}"));
    Ok(derivation.files)
}

/// Files and warnings that a document yields.
#[derive(Debug)]
pub(crate) struct Derivation {
    pub(crate) files: Vec<Derived>,
    pub(crate) warnings: Vec<Group>,
}

/// Generates the derived files of a document that was retrieved on a day.
///
/// # Errors
///
/// Fails if no client can be generated. The message lists every reason, and calls the document `name`.
pub(crate) fn derive(name: &str, json: &str, retrieved: Option<&str>) -> Result<Derivation> {
    derive_with(name, json, retrieved, &read(OVERLAY)?)
}

/// Generates with an overlay other than the one in the repository.
///
/// # Errors
///
/// Fails like [`derive()`].
pub(crate) fn derive_with(
    name: &str,
    json: &str,
    retrieved: Option<&str>,
    overlay: &str,
) -> Result<Derivation> {
    let (supplement, profile) = (read(SUPPLEMENT)?, nd8::profile());
    let knowledge = Knowledge::new(&profile)
        .supplement(Document { name: SUPPLEMENT, bytes: supplement.as_bytes() })
        .overlay(Document { name: OVERLAY, bytes: overlay.as_bytes() });
    let generated = generate_with(Document { name, bytes: json.as_bytes() }, &knowledge);
    let generated = generated.map_err(anyhow::Error::new)?;
    let files = vec![
        Derived { path: "src/raw/snapshot/api.rs", content: generated.revision.to_source(retrieved) },
        Derived { path: "src/raw/snapshot/types.rs", content: generated.types },
        Derived { path: "src/raw/snapshot/client.rs", content: generated.client },
        Derived { path: "src/raw/snapshot/mocks.rs", content: generated.mocks },
        Derived { path: MERGED, content: generated.merged.clone() },
        Derived { path: "openapi/surface.txt", content: generated.surface },
        Derived { path: SANDBOX_MERGED, content: generated.merged },
    ];
    let warnings = generated.warnings.iter().map(|warning| (kind(warning.kind), line(warning)));
    Ok(Derivation { files, warnings: Group::collect(warnings) })
}

/// Renders a warning below its title. The title covers all but the subject.
fn line(warning: &Warning) -> String {
    match &warning.subject {
        Some(subject) => format!("{}: {subject}", warning.place()),
        None => warning.to_string(),
    }
}

/// Groups a warning by the action that it needs.
fn kind(warning: WarningKind) -> Kind {
    let (title, todo) = match warning {
        WarningKind::DerivedName => (
            "operations that the profile does not know",
            "name each in codegen/src/nd8/operations.rs: a derived name may change",
        ),
        WarningKind::Unneeded => (
            "knowledge that the document states as well now",
            "remove each from openapi/overlay.json or openapi/supplement.json, since the document states it",
        ),
        WarningKind::Overruled => (
            "knowledge that the document contradicts",
            "correct or remove each in openapi/overlay.json; the document is followed",
        ),
        WarningKind::LeftOut => {
            ("parts of the document that the client leaves out", "check that no caller needs them")
        }
        WarningKind::ReadAs => {
            ("parts of the document that are read as something else", "check that this is what is meant")
        }
        WarningKind::Moved => {
            ("operations that have moved", "correct their paths in codegen/src/nd8/operations.rs")
        }
        WarningKind::Credential => (
            "credentials that are sent although the document does not require them",
            "check each against the product guides, and report it upstream",
        ),
        WarningKind::Server => ("another server", "check the base URLs in src/ext/environment.rs"),
        _ => ("other warnings", "read each, and decide whether it matters"),
    };
    Kind { title, todo, printed: if warning.is_note() { NOTES } else { usize::MAX } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_called_by_its_name() {
        let error = derive("/downloads/next.yaml", "{\"swagger\": \"2.0\"}", None)
            .expect_err("Swagger 2.0 is refused");
        assert!(
            error.to_string().starts_with("/downloads/next.yaml:1: expected an OpenAPI 3.0"),
            "{error:#}"
        );
    }
}
