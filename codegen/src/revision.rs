//! The revision of the API that a document is, for `nd8::API` and for pins.
//!
//! The hash is that of the main document alone, as canonical JSON (RFC 8785). The supplement belongs to the crate and
//! is pinned by the crate's version; the main document is the one that somebody else publishes.

use sha2::{Digest as _, Sha256};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::operation::places;
use crate::pointer::Pointer;

/// Revision that a document is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revision {
    /// Its `info.version`, unchanged.
    pub version: String,
    /// SHA-256 of its canonical JSON (RFC 8785), in lower-case hexadecimal.
    pub sha256: String,
    /// Number of operations that it describes.
    pub operations: usize,
}

impl Revision {
    /// Looks at a document before anything is done to it.
    pub(crate) fn of(tree: &Tree) -> Result<Self, Error> {
        let canonical = serde_json_canonicalizer::to_vec(&tree.root).map_err(|error| {
            let problem = Problem::Unsupported(format!("it has no canonical form: {error}"));
            tree.error(Pointer::root(), problem)
        })?;
        Ok(Self {
            version: tree.version.clone(),
            sha256: base16ct::lower::encode_string(&Sha256::digest(canonical)),
            operations: places(&tree.root).len(),
        })
    }

    /// Returns a Rust expression, for the crate and for its build script: version, hash, date and operations. The date is not
    /// in the document's power to state.
    pub fn to_source(&self, retrieved: Option<&str>) -> String {
        let Self { version, sha256, operations } = self;
        let retrieved = retrieved.map_or_else(|| "None".to_owned(), |date| format!("Some({date:?})"));
        let header = crate::HEADER;
        format!("{header}({version:?}, {sha256:?}, {retrieved}, {operations})\n")
    }
}

#[cfg(test)]
mod tests {
    use super::Revision;
    use crate::document::{Document, Tree};

    fn revision(text: &str) -> Revision {
        let tree = Tree::parse(Document { name: "x", bytes: text.as_bytes() }).expect("is fit");
        Revision::of(&tree).expect("has one")
    }

    #[test]
    fn layout_and_order_do_not_count_and_everything_else_does() {
        let one = revision(r#"{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/a":{}}}"#);
        let laid_out = "{ \"paths\": {\"/a\": {}},\n \"info\": {\"version\": \"1\", \"title\": \"T\"}, \"openapi\": \"3.0.3\"}";
        assert_eq!(revision(laid_out), one);
        let other = revision(r#"{"openapi":"3.0.3","info":{"title":"U","version":"1"},"paths":{"/a":{}}}"#);
        assert_eq!(other.version, one.version);
        assert_ne!(other.sha256, one.sha256);
        let numbers = |numbers: &str| {
            revision(&format!(
                r#"{{"openapi":"3.0.3","info":{{"title":"T","version":"1"}},"paths":{{"/a":{{}}}},"x-n":[{numbers}]}}"#
            ))
            .sha256
        };
        assert_eq!(numbers("1, 100, 0.5"), numbers("1.0, 1e2, 5e-1"), "a number is its value");
        // Made with `printf '…' | sha256sum`, of the canonical form.
        assert_eq!(one.sha256, "6f7e8aec011921293dd98d2ae9a836b01a5f86264e125a44b13b4a545a0a4016");
    }

    #[test]
    fn a_version_that_would_break_out_of_its_literal_is_escaped() {
        let hostile =
            revision(r#"{"openapi":"3.0.3","info":{"title":"T","version":"1\"\n"},"paths":{"/a":{}}}"#);
        let source = hostile.to_source(Some("2026-01-02"));
        assert!(source.contains(r#"("1\"\n","#), "{source}");
        syn::parse_str::<syn::Expr>(&source).expect("is an expression");
    }
}
