//! [`Source`]: a parsed document with its name and its text.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::place::{Excerpt, Location, Span};
use crate::text::error::ParseError;
use crate::text::{self, Text};
use crate::tree::{Kind, NodeId, Tree};
use crate::{json, yaml};

/// Holds a JSON or YAML document, with its text and the place of every node, and documents that were appended to it.
#[derive(Clone)]
pub struct Source {
    name: String,
    tree: Tree,
    appended: Vec<Appended>,
}

/// A document after the first.
#[derive(Clone)]
struct Appended {
    name: String,
    text: Arc<Text>,
    /// Where its bytes begin among those of all documents.
    base: u32,
}

impl Source {
    /// Parses a document from memory: JSON if its first character is `{` or `[`, else YAML. The name, most often a path, is
    /// for messages.
    ///
    /// # Errors
    ///
    /// Fails if the text is not UTF-8 (the error names the encoding that is likely), has a NUL byte, is a web page, is neither
    /// strict JSON nor YAML, is longer than [`SIZE_LIMIT`](crate::SIZE_LIMIT), nested
    /// deeper than [`DEPTH_LIMIT`](crate::DEPTH_LIMIT), too large once its aliases are followed, or more than one YAML
    /// document; or if an alias is inside the node that it names. A byte order mark is accepted.
    ///
    /// ```
    /// let error = openapi_source::Source::parse("shop.yaml", "info:\n  title: [").unwrap_err();
    /// assert!(error.to_string().starts_with("shop.yaml:2:"));
    /// ```
    pub fn parse(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Result<Self, ParseError> {
        let name = name.into();
        let (_, tree) = read(&name, content.into())?;
        Ok(Self { name, tree, appended: Vec::new() })
    }

    /// Parses another document, and appends its nodes to the tree. Returns its root. References between the documents are
    /// for the caller to follow; [`Source::to_json`] writes the first alone.
    ///
    /// # Errors
    ///
    /// Fails as [`Source::parse`], and if all documents together are larger than one may be. Nothing is appended then.
    ///
    /// ```
    /// let mut source = openapi_source::Source::parse("api.yaml", "a: {$ref: 'b.yaml'}\n")?;
    /// let root = source.append("b.yaml", "type: string\n")?;
    /// let place = source.location(source.tree().get(root, "type").expect("exists"));
    /// assert_eq!((source.name_at(place.span), place.line, &*place.pointer), ("b.yaml", 1, "/type"));
    /// assert_eq!(source.source(place.span), Some("type: string"));
    /// # Ok::<(), openapi_source::ParseError>(())
    /// ```
    pub fn append(
        &mut self,
        name: impl Into<String>,
        content: impl Into<Vec<u8>>,
    ) -> Result<NodeId, ParseError> {
        let name = name.into();
        let (text, tree) = read(&name, content.into())?;
        // One byte more, so that the end of one document is not the beginning of the next.
        let base = self.end() + 1;
        if base + text.as_str().len() > crate::SIZE_LIMIT {
            let limit = crate::SIZE_LIMIT >> 20;
            return Err(ParseError::new(&name, (1, 1), format!("all documents are longer than {limit} MiB")));
        }
        let base = base as u32;
        let root = self.tree.graft(tree, base).map_err(|reason| ParseError::new(&name, (1, 1), reason))?;
        self.appended.push(Appended { name, text, base });
        Ok(root)
    }

    /// Returns the number of bytes of all documents.
    fn end(&self) -> usize {
        self.appended
            .last()
            .map_or_else(|| self.text().len(), |last| last.base as usize + last.text.as_str().len())
    }

    /// Returns the document that a byte is in: its name, its text, and where its bytes begin.
    fn document_at(&self, offset: u32) -> (&str, &Text, u32) {
        let after = self.appended.partition_point(|document| document.base <= offset);
        match after.checked_sub(1).map(|at| &self.appended[at]) {
            None => (&self.name, self.tree.text(), 0),
            Some(Appended { name, text, base }) => (name, text, *base),
        }
    }

    /// Returns the name of the document that a span is in.
    pub fn name_at(&self, span: Span) -> &str {
        self.document_at(span.start).0
    }

    /// Returns the text of the document that a span is in, and the bytes of the span within that text.
    pub fn text_at(&self, span: Span) -> (&str, Range<usize>) {
        let (_, text, base) = self.document_at(span.start);
        let text = text.as_str();
        let within = |offset: u32| (offset.saturating_sub(base) as usize).min(text.len());
        (text, within(span.start)..within(span.end).max(within(span.start)))
    }

    /// Returns the name that was given to [`Source::parse`].
    #[inline]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text, without a byte order mark.
    #[inline]
    pub fn text(&self) -> &str {
        self.tree.text().as_str()
    }

    /// Returns the nodes.
    #[inline]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Returns whether the document is written in JSON.
    pub fn is_json(&self) -> bool {
        is_json(self.tree.text())
    }

    /// Returns the text of a span.
    pub fn source(&self, span: Span) -> Option<&str> {
        // The files of a document are one text after the other; a span is of one of them.
        let (text, range) = self.text_at(span);
        // A span that reaches beyond the document is none of it.
        (range.len() as u32 == span.end.checked_sub(span.start)?).then(|| text.get(range))?
    }

    /// Returns the whole lines that a span touches.
    pub fn excerpt(&self, span: Span) -> Excerpt<'_> {
        let (_, text, base) = self.document_at(span.start);
        let within = |offset: u32| offset.saturating_sub(base) as usize;
        let (first_line, text) = text.lines(within(span.start), within(span.end).saturating_sub(1));
        Excerpt { first_line, text }
    }

    /// Returns line and column of a byte, both from 1, the column in characters.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let (_, text, base) = self.document_at(offset);
        text.position((offset - base) as usize)
    }

    /// Returns the place of the node that a JSON pointer (RFC 6901) names; if there is no such node, of its deepest ancestor
    /// that exists. The pointer of the location shows which. `None` if it is not a pointer: neither empty nor beginning
    /// with `/`.
    ///
    /// A node that is reached through an alias is located where it is written.
    ///
    /// ```
    /// let source = openapi_source::Source::parse("shop.yaml", "info:\n  title: Shop\n")?;
    /// let place = source.locate("/info/contact/email").expect("is a pointer");
    /// assert_eq!((place.pointer.as_str(), place.line), ("/info", 1));
    /// assert_eq!(source.locate("info"), None);
    /// # Ok::<(), openapi_source::ParseError>(())
    /// ```
    pub fn locate(&self, pointer: &str) -> Option<Location> {
        Some(self.location(self.tree.find_deepest(pointer)?))
    }

    /// Returns the place of a node.
    pub fn location(&self, node: NodeId) -> Location {
        let start = self.tree.start(node);
        let (line, column) = self.position(start);
        let end = self.tree.span(node).1.max(start);
        Location { pointer: self.tree.pointer(node), line, column, span: Span { start, end } }
    }

    /// Returns the string or the number that a JSON pointer names, a number digit for digit.
    ///
    /// ```
    /// let source = openapi_source::Source::parse("shop.yaml", "version: 1.10\nstatus: '007'\n")?;
    /// assert_eq!((source.scalar("/version"), source.scalar("/status")), (Some("1.10"), Some("007")));
    /// # Ok::<(), openapi_source::ParseError>(())
    /// ```
    pub fn scalar(&self, pointer: &str) -> Option<&str> {
        match self.tree.kind(self.tree.find(pointer)?) {
            Kind::String(text) | Kind::Number(text) => Some(self.tree.str(text)),
            _ => None,
        }
    }

    /// Creates an error at the place that [`Source::locate`] finds, for checks that go further than the notation. Where the
    /// pointer is not one, at the root.
    ///
    /// ```
    /// let source = openapi_source::Source::parse("shop.yaml", "info: {}\nswagger: '2.0'\n")?;
    /// let error = source.error_at("/swagger", "Swagger 2.0 is not supported");
    /// assert_eq!(error.to_string(), "shop.yaml:2:1: Swagger 2.0 is not supported");
    /// # Ok::<(), openapi_source::ParseError>(())
    /// ```
    pub fn error_at(&self, pointer: &str, reason: impl Into<String>) -> ParseError {
        let node = self.tree.find_deepest(pointer).unwrap_or(NodeId::ROOT);
        let position = self.tree.text().position(self.tree.start(node) as usize);
        ParseError::new(&self.name, position, reason)
    }
}

fn read(name: &str, content: Vec<u8>) -> Result<(Arc<Text>, Tree), ParseError> {
    let text = Arc::new(text::decode(name, content)?);
    let tree = if is_json(&text) { json::read(&text) } else { yaml::read(&text) };
    let tree = tree.map_err(|(at, reason)| ParseError::new(name, text.position(at), reason))?;
    Ok((text, tree))
}

fn is_json(text: &Text) -> bool {
    text.as_str().trim_start().starts_with(['{', '['])
}

/// Omits the text: it is large, and of no use to a person who debugs.
impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Source").field("name", &self.name).finish_non_exhaustive()
    }
}
