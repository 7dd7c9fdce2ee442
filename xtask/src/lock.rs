//! `openapi/nd8.lock.toml`: where the documents come from, and which contents exactly are meant.

use anyhow::{Context as _, Result};
use serde::Deserialize;
use toml::Value;
use url::Url;

use crate::fetch::{Known, Validators};

/// Where it is, from the top of the repository.
pub(crate) const PATH: &str = "openapi/nd8.lock.toml";

/// The lock file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Lock {
    pub(crate) source: Source,
    pub(crate) document: Pinned,
    pub(crate) supplement: Supplement,
}

/// Where the document comes from.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Source {
    /// `reconstruction`, `published` or `file`.
    pub(crate) kind: String,
    /// Where a refresh starts.
    pub(crate) upstream_url: String,
    /// Where the document was found.
    pub(crate) document_url: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

/// The document of the API.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) path: String,
    pub(crate) info_version: String,
    pub(crate) sha256: String,
    pub(crate) sha256_canonical: String,
    pub(crate) operations: usize,
    pub(crate) retrieved: String,
    pub(crate) tool: String,
    /// The bytes as they were published, if those are YAML.
    pub(crate) published: Option<String>,
    pub(crate) published_sha256: Option<String>,
}

/// The operations that only the guides tell of.
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
    /// If it is not TOML of this form.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).with_context(|| format!("{PATH} cannot be read"))
    }

    /// What a server may compare with.
    pub(crate) fn known(&self) -> Option<Known> {
        let Source { document_url, etag, last_modified, .. } = &self.source;
        let url: Url = document_url.as_ref()?.parse().ok()?;
        let validators = Validators { etag: etag.clone(), last_modified: last_modified.clone() };
        (validators != Validators::default()).then_some(Known { url, validators })
    }

    /// The text of a lock file after a refresh.
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
        let published =
            "What was published is YAML, kept as it is. The document is the same in JSON, which builds read.";
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

/// A field with its comment; nothing if it has no value.
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
            Lock::parse(&crate::repository::read(PATH).expect("is there")).expect("is a lock file");
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
