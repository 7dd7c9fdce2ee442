//! The document type of the public interface.

use std::fmt;
use std::sync::Arc;

use super::error::ParseError;
use super::text::Text;
use super::tree::{Kind, NodeId, Tree};
use super::{SIZE_LIMIT, json, yaml};

/// An OpenAPI 3.0 or 3.1 document, with its text and the place of every node.
#[derive(Clone)]
pub struct Document {
    name: String,
    tree: Tree,
}

/// A part of a document's text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// Where something stands in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The JSON pointer (RFC 6901).
    pub pointer: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// From the key, where there is one, to the end of the value.
    pub span: Span,
}

/// Whole lines of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// The number of the first line.
    pub first_line: u32,
    /// The lines, without the end of the last.
    pub text: &'a str,
}

impl Document {
    /// Reads a document from memory: JSON if its first character is `{` or `[`, else YAML. The name, most often a path,
    /// is for messages.
    ///
    /// # Errors
    ///
    /// If the text is not UTF-8, not strictly JSON or not YAML, is hostile (too deep, too large once aliases are
    /// followed), or not an OpenAPI 3.0 or 3.1 document. What is wrong further inside is a finding of the comparison, not
    /// an error.
    ///
    /// ```
    /// let yaml = "openapi: 3.0.3\ninfo: {title: Shop, version: 1.2.0}\npaths: {}\n";
    /// let document = openapi_drift::Document::parse("shop.yaml", yaml)?;
    /// assert_eq!((document.title(), document.version()), (Some("Shop"), Some("1.2.0")));
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    pub fn parse(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Result<Self, ParseError> {
        let name = name.into();
        let text = Arc::new(text(&name, content.into())?);
        let is_json = text.as_str().trim_start().starts_with(['{', '[']);
        let tree = if is_json { json::read(&text) } else { yaml::read(&text) };
        let tree = tree.map_err(|(at, reason)| ParseError::new(&name, text.position(at), reason))?;
        let document = Self { name, tree };
        document.check_version()?;
        Ok(document)
    }

    /// The name that was given to [`Document::parse`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of OpenAPI, as in `3.1.0`.
    pub fn openapi(&self) -> &str {
        self.root_string("openapi").unwrap_or_default()
    }

    /// The API's version: `info.version`.
    pub fn version(&self) -> Option<&str> {
        self.info("version")
    }

    /// The API's title: `info.title`.
    pub fn title(&self) -> Option<&str> {
        self.info("title")
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.tree.text().as_str()
    }

    /// The text of a span.
    pub fn source(&self, span: Span) -> Option<&str> {
        self.text().get(span.start as usize..span.end as usize)
    }

    /// The whole lines that a span touches.
    pub fn excerpt(&self, span: Span) -> Excerpt<'_> {
        let end = (span.end as usize).saturating_sub(1);
        let (first_line, text) = self.tree.text().lines(span.start as usize, end);
        Excerpt { first_line, text }
    }

    /// Where the node that a JSON pointer names stands.
    pub fn locate(&self, pointer: &str) -> Option<Location> {
        Some(self.location(self.tree.find(pointer)?))
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn location(&self, node: NodeId) -> Location {
        let start = self.tree.start(node);
        let (line, column) = self.tree.text().position(start as usize);
        let end = self.tree.span(node).1.max(start);
        Location { pointer: self.tree.pointer(node), line, column, span: Span { start, end } }
    }

    fn root_string(&self, key: &str) -> Option<&str> {
        self.tree.string(self.tree.get(NodeId::ROOT, key)?)
    }

    fn info(&self, key: &str) -> Option<&str> {
        let node = self.tree.get(self.tree.get(NodeId::ROOT, "info")?, key)?;
        match self.tree.kind(node) {
            // `version: 1.0` is a number in YAML, and what the author meant is plain.
            Kind::String(text) | Kind::Number(text) => Some(self.tree.str(text)),
            _ => None,
        }
    }

    fn check_version(&self) -> Result<(), ParseError> {
        let tree = &self.tree;
        let refuse = |node: NodeId, reason: String| {
            let position = tree.text().position(tree.start(node) as usize);
            Err(ParseError::new(&self.name, position, reason))
        };
        if !tree.is_mapping(NodeId::ROOT) {
            return refuse(NodeId::ROOT, "not an OpenAPI document: its root is no object".to_owned());
        }
        if let Some(swagger) = tree.get(NodeId::ROOT, "swagger") {
            return refuse(
                swagger,
                "Swagger 2.0 is not read; convert the document to OpenAPI 3 first".to_owned(),
            );
        }
        let Some(openapi) = tree.get(NodeId::ROOT, "openapi") else {
            return refuse(NodeId::ROOT, "not an OpenAPI document: it has no `openapi`".to_owned());
        };
        match tree.string(openapi) {
            Some(version) if is_supported(version) => Ok(()),
            Some(version) => refuse(openapi, format!("OpenAPI `{version}` is not read, only 3.0 and 3.1")),
            None => refuse(openapi, "`openapi` is not a string like \"3.0.3\"".to_owned()),
        }
    }
}

/// The text is large and says nothing to a person who debugs.
impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("name", &self.name).finish_non_exhaustive()
    }
}

fn is_supported(version: &str) -> bool {
    ["3.0", "3.1"].iter().any(|known| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    })
}

fn text(name: &str, bytes: Vec<u8>) -> Result<Text, ParseError> {
    if bytes.len() > SIZE_LIMIT {
        let reason = format!("the document is longer than {} MiB", SIZE_LIMIT >> 20);
        return Err(ParseError::new(name, (1, 1), reason));
    }
    let mut content = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
        ParseError::new(name, Text::new(before).position(at), "the text is not UTF-8")
    })?;
    if content.starts_with('\u{feff}') {
        content.drain(..'\u{feff}'.len_utf8());
    }
    Ok(Text::new(content))
}
