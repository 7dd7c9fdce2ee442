//! Bytes to a tree: is it JSON or YAML, and is it OpenAPI 3.0 or 3.1?

use std::cell::OnceCell;

use openapi_source::Source;
use serde_json::Value;

use crate::error::{Error, Problem};
use crate::pointer::Pointer;

/// A document as its owner read it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// Name in messages; usually its path.
    pub name: &'a str,
    /// Its content, JSON or YAML.
    pub bytes: &'a [u8],
}

/// As many repeated keys as anybody wants to read about.
const REPEATED_LIMIT: usize = 20;

/// A document that was read.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) name: String,
    pub(crate) root: Value,
    /// Its `info.version` as written: unquoted in YAML, `1.10` is a number and would lose its last digit.
    pub(crate) version: String,
    /// Objects that have a key twice, and the line of the second one, which counts.
    pub(crate) repeated: Vec<(Pointer, u32)>,
}

impl Tree {
    /// Reads a document that need not be OpenAPI.
    pub(crate) fn read(document: Document<'_>) -> Result<Self, Error> {
        let fail = |line, reason| {
            let error = Error::new(document.name, Pointer::root(), Problem::Unreadable(reason));
            error.located(|_| line)
        };
        let source = Source::parse(document.name, document.bytes)
            .map_err(|error| fail(Some(error.line()), error.reason().to_owned()))?;
        let root = serde_json::from_str(&source.to_json()).map_err(|error| fail(None, error.to_string()))?;
        // From the text: the parsed value of an unquoted 1.10 would be 1.1.
        let version = source.scalar("/info/version").unwrap_or_default().to_owned();
        let nodes = source.tree();
        // JSON parsers take the last of equal keys without a word, and with it another schema than the author looks at.
        let repeated = nodes.duplicates().iter().take(REPEATED_LIMIT);
        let repeated = repeated
            .map(|(node, start)| (Pointer::from_text(&nodes.pointer(*node)), source.position(*start).0))
            .collect();
        Ok(Self { name: document.name.to_owned(), root, version, repeated })
    }

    /// Reads an OpenAPI document.
    pub(crate) fn parse(document: Document<'_>) -> Result<Self, Error> {
        let tree = Self::read(document)?;
        tree.check_version()?;
        for (key, what) in [("paths", "an object of paths"), ("components", "an object of components")] {
            if tree.root.get(key).is_some_and(|part| !part.is_object()) {
                let problem = Problem::Malformed(format!("`{key}` must be {what}"));
                return Err(tree.error(Pointer::root().child(key), problem));
            }
        }
        if tree.root.get("paths").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty) {
            let problem = Problem::Malformed(
                "it has no `paths`, so there is nothing to call; use the whole document".to_owned(),
            );
            return Err(tree.error(Pointer::root(), problem));
        }
        Ok(tree)
    }

    pub(crate) fn error(&self, pointer: Pointer, problem: Problem) -> Error {
        Error::new(&self.name, pointer, problem)
    }

    /// Reads the tree as `openapiv3` does, which is what progenitor is given.
    pub(crate) fn to_openapi(&self) -> Result<openapiv3::OpenAPI, Error> {
        serde_path_to_error::deserialize(&self.root).map_err(|error| {
            let place = pointer_of(error.path());
            self.error(place, Problem::Malformed(error.into_inner().to_string()))
        })
    }

    fn check_version(&self) -> Result<(), Error> {
        let version = self.root.get("openapi").map(|version| match version {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let found = match (version.as_deref(), self.root.get("swagger")) {
            (Some(version), _) if is_minor(version, "3.0") || is_minor(version, "3.1") => return Ok(()),
            (Some(version), _) if is_minor(version, "3.2") => format!(
                "`openapi: {version}`; if it uses nothing that is new in 3.2, change that to `3.1.1`, else convert it"
            ),
            (Some(version), _) => format!("`openapi: {version}`"),
            (None, Some(version)) => format!(
                "Swagger `{}`; convert it first, for example with `npx swagger2openapi`, and use the result",
                version.as_str().map_or_else(|| version.to_string(), str::to_owned)
            ),
            (None, None) if self.root.is_object() => {
                "no `openapi` field; is it a part of a document, or another kind of file?".to_owned()
            }
            (None, None) => "something that is not an object; use the whole document".to_owned(),
        };
        let key = ["openapi", "swagger"].into_iter().find(|key| self.root.get(*key).is_some());
        let place = key.map_or_else(Pointer::root, |key| Pointer::root().child(key));
        Err(self.error(place, Problem::NotOpenApi { found }))
    }
}

/// Returns whether a version is of this minor version, as `3.0.3` and `3.0` are of `3.0`.
fn is_minor(version: &str, minor: &str) -> bool {
    version.strip_prefix(minor).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Returns the place at which deserializing stopped.
pub(crate) fn pointer_of(path: &serde_path_to_error::Path) -> Pointer {
    path.iter().fold(Pointer::root(), |place, segment| match segment {
        serde_path_to_error::Segment::Seq { index } => place.child(index),
        serde_path_to_error::Segment::Map { key } => place.child(key),
        serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => place,
    })
}

/// Finds the lines of places, when there is something to report.
pub(crate) struct Lines<'a>(Vec<(Document<'a>, OnceCell<Option<Source>>)>);

impl<'a> Lines<'a> {
    pub(crate) fn of(documents: impl IntoIterator<Item = Document<'a>>) -> Self {
        Self(documents.into_iter().map(|document| (document, OnceCell::new())).collect())
    }

    /// Returns the line of a place, counted from 1; of what is not there, the line of what it would be in.
    pub(crate) fn line(&self, document: &str, pointer: &str) -> Option<u32> {
        let (document, source) = self.0.iter().find(|(known, _)| known.name == document)?;
        let source = source.get_or_init(|| Source::parse(document.name, document.bytes).ok());
        Some(source.as_ref()?.locate(pointer)?.line)
    }
}
