//! `cargo xtask codegen`: the snapshot of the raw client, and its surface.

use anyhow::Result;
use nd8_codegen::{Document, Knowledge, generate, nd8};

use crate::derived::{self, Derived};
use crate::lock::PATH as LOCK;
use crate::repository::read;

const COMMAND: &str = "cargo xtask codegen";
pub(crate) const DOCUMENT: &str = "openapi/nd8.json";
pub(crate) const SUPPLEMENT: &str = "openapi/supplement.json";
pub(crate) const OVERLAY: &str = "openapi/overlay.json";
pub(crate) const MERGED: &str = "openapi/merged.json";

/// Writes the derived files, or compares them.
pub(crate) fn run(check: bool) -> Result<()> {
    let files = files()?;
    if check { derived::check(&files, COMMAND) } else { derived::write(&files) }
}

fn files() -> Result<Vec<Derived>> {
    let lock: toml::Table = read(LOCK)?.parse()?;
    let retrieved = lock.get("document").and_then(|document| document.get("retrieved")?.as_str());
    let (files, warnings) = derive(&read(DOCUMENT)?, retrieved)?;
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
    Ok(files)
}

/// The derived files of a document that was retrieved on a day, and what a maintainer should look at.
///
/// # Errors
///
/// If the document cannot be turned into a client.
pub(crate) fn derive(document: &str, retrieved: Option<&str>) -> Result<(Vec<Derived>, Vec<String>)> {
    let (supplement, overlay, profile) = (read(SUPPLEMENT)?, read(OVERLAY)?, nd8::profile());
    let knowledge = Knowledge::new(&profile)
        .supplement(Document { name: SUPPLEMENT, bytes: supplement.as_bytes() })
        .overlay(Document { name: OVERLAY, bytes: overlay.as_bytes() });
    let generated = generate(Document { name: DOCUMENT, bytes: document.as_bytes() }, &knowledge)?;
    let warnings = generated.warnings.iter().map(ToString::to_string).collect();
    let files = vec![
        Derived { path: "src/raw/snapshot/api.rs", content: generated.revision.to_source(retrieved) },
        Derived { path: "src/raw/snapshot/types.rs", content: generated.types },
        Derived { path: "src/raw/snapshot/client.rs", content: generated.client },
        Derived { path: "src/raw/snapshot/mocks.rs", content: generated.mocks },
        Derived { path: MERGED, content: generated.merged },
        Derived { path: "openapi/surface.txt", content: generated.surface },
    ];
    Ok((files, warnings))
}
