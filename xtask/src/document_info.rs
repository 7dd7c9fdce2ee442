//! Version, hashes and number of operations of a document, as the lock file records them.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::hash::sha256;

/// Version, hashes and number of operations of a JSON document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocumentInfo {
    /// Hash of the bytes.
    pub(crate) sha256: String,
    /// Hash of the canonical JSON (RFC 8785).
    pub(crate) sha256_canonical: String,
    pub(crate) version: String,
    pub(crate) operations: usize,
}

/// Reads them from the text of a document.
///
/// # Errors
///
/// Fails if it is not JSON, or has a number that canonical JSON cannot represent.
pub(crate) fn of(content: &str) -> Result<DocumentInfo> {
    let value: Value = serde_json::from_str(content)?;
    // Counted here rather than by the generator, which refuses documents that a lock file may still describe.
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let paths = value.get("paths").and_then(Value::as_object);
    let operations = paths
        .into_iter()
        .flatten()
        .map(|(_, item)| methods.iter().filter(|it| item.get(**it).is_some()).count())
        .sum();
    let canonical = serde_json_canonicalizer::to_vec(&value).context("the document has no canonical JSON")?;
    Ok(DocumentInfo {
        sha256: sha256(content.as_bytes()),
        sha256_canonical: sha256(&canonical),
        version: value["info"]["version"].as_str().unwrap_or_default().to_owned(),
        operations,
    })
}
