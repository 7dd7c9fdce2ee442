//! `openapi/nd8.lock.toml`: the sources of the documents, and the hashes of their contents.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use toml::Value;
use url::Url;

use crate::fetch::{Known, Validators};
use crate::repository::LOCK;

/// Lock file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Lock {
    pub(crate) source: Source,
    pub(crate) document: Pinned,
    pub(crate) supplement: Supplement,
}

/// Source of the document.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Source {
    /// `reconstruction`, `published` or `file`.
    pub(crate) kind: String,
    /// Address at which a refresh starts.
    pub(crate) upstream_url: String,
    /// Address at which the document was found.
    pub(crate) document_url: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

/// Document of the API.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) path: String,
    pub(crate) info_version: String,
    pub(crate) sha256: String,
    pub(crate) sha256_canonical: String,
    pub(crate) operations: usize,
    pub(crate) retrieved: String,
    pub(crate) tool: String,
    /// Bytes as they were published, if those are YAML.
    pub(crate) published: Option<String>,
    pub(crate) published_sha256: Option<String>,
}

/// Operations that only the guides describe.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Supplement {
    pub(crate) path: String,
    pub(crate) sha256: String,
    pub(crate) sha256_canonical: String,
}

impl Lock {
    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// Fails if it is not TOML in this format.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).with_context(|| format!("{LOCK} cannot be read"))
    }

    /// Returns the validators for a conditional request.
    pub(crate) fn known(&self) -> Option<Known> {
        let Source { document_url, etag, last_modified, .. } = &self.source;
        let url: Url = document_url.as_ref()?.parse().ok()?;
        let validators = Validators { etag: etag.clone(), last_modified: last_modified.clone() };
        // A conditional request without a validator is an ordinary one, and its 304 could not be trusted.
        (validators != Validators::default()).then_some(Known { url, validators })
    }

    /// Returns the text of a lock file after a refresh.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = String::from(
            "# Where the OpenAPI documents of this folder come from, and which contents exactly are meant.\n\
             # Paths are relative to the top of the repository. Written by `cargo xtask refresh`.\n",
        );
        let Self { source, document, supplement } = self;
        section(&mut text, "source");
        field(&mut text, "", "kind", Some(&source.kind));
        field(&mut text, "The page on which a refresh starts.", "upstream_url", Some(&source.upstream_url));
        field(&mut text, "Where it found the document.", "document_url", source.document_url.as_ref());
        field(&mut text, "So that a server need not send again what is here.", "etag", source.etag.as_ref());
        field(&mut text, "", "last_modified", source.last_modified.as_ref());
        section(&mut text, "document");
        field(&mut text, "", "path", Some(&document.path));
        field(
            &mut text,
            "Doesn't pin it: 1.1.0 was published with two contents.",
            "info_version",
            Some(&document.info_version),
        );
        field(&mut text, "SHA-256 of the file's bytes.", "sha256", Some(&document.sha256));
        let canonical = "SHA-256 of its canonical JSON (RFC 8785): stays the same when only whitespace or the order of keys changes.";
        field(&mut text, canonical, "sha256_canonical", Some(&document.sha256_canonical));
        text.push_str(&format!("operations = {}\n", document.operations));
        field(&mut text, "", "retrieved", Some(&document.retrieved));
        field(&mut text, "", "tool", Some(&document.tool));
        let published = "The published YAML, byte for byte. The document has the same content as JSON, which builds read.";
        field(&mut text, published, "published", document.published.as_ref());
        field(&mut text, "", "published_sha256", document.published_sha256.as_ref());
        text.push_str("\n# Operations that only the guides describe; never part of the upstream document.\n[supplement]\n");
        field(&mut text, "", "path", Some(&supplement.path));
        field(&mut text, "", "sha256", Some(&supplement.sha256));
        field(&mut text, "", "sha256_canonical", Some(&supplement.sha256_canonical));
        text
    }
}

fn section(text: &mut String, name: &str) {
    text.push_str(&format!("\n[{name}]\n"));
}

/// Appends a field with its comment, if it has a value.
fn field(text: &mut String, comment: &str, name: &str, value: Option<&String>) {
    let Some(value) = value else { return };
    if !comment.is_empty() {
        text.push_str(&format!("# {comment}\n"));
    }
    text.push_str(&format!("{name} = {}\n", Value::from(value.as_str())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut lock =
            Lock::parse(&crate::repository::read(LOCK).expect("is there")).expect("is a lock file");
        assert_eq!(Lock::parse(&lock.to_toml()).expect("is one too"), lock);
        assert_eq!(lock.known(), None);
        lock.source.document_url = Some("https://x.example/a.yaml".into());
        lock.source.etag = Some("\"a\\b\n\u{7f}".into());
        lock.document.published = Some("openapi/nd8.yaml".into());
        let again = Lock::parse(&lock.to_toml()).expect("is one too");
        assert_eq!(again, lock);
        assert_eq!(again.known().expect("has an etag").validators.etag, lock.source.etag);
    }
}
