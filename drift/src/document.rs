//! Document type of the public interface.

use std::fmt;
use std::ops::Range;

use openapi_source::Source;
use openapi_source::tree::{NodeId, Tree};
use percent_encoding::percent_decode_str;

use crate::files::{self, Files};
use crate::operations::{self, Operation};
use crate::{Excerpt, Location, ParseError, Span};

/// An OpenAPI 3.0, 3.1 or 3.2 document, with its text and the place of every node.
#[derive(Clone)]
pub struct Document {
    source: Source,
    files: Files,
}

impl Document {
    /// Reads a document from memory: JSON if its first character is `{` or `[`, else YAML. The name, most often a path,
    /// is for messages.
    ///
    /// # Errors
    ///
    /// If the text is not UTF-8, not strictly JSON or not YAML, is hostile (too deep, too large once aliases are
    /// followed), or not an OpenAPI 3.0, 3.1 or 3.2 document. A defect further inside is a finding of the comparison, not
    /// an error.
    ///
    /// ```
    /// let yaml = "openapi: 3.0.3\ninfo: {title: Shop, version: 1.2.0}\npaths: {}\n";
    /// let document = openapi_drift::Document::parse("shop.yaml", yaml)?;
    /// assert_eq!((document.title(), document.version()), (Some("Shop"), Some("1.2.0")));
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    pub fn parse(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Result<Self, ParseError> {
        let source = Source::parse(name, content)?;
        check_version(&source)?;
        Ok(Self { source, files: Files::default() })
    }

    /// Reads a document that consists of several files. Those that it refers to are loaded by a function that gets their
    /// path below the root: relative, with `/` between the steps, without `..`. The path of the document itself is given in
    /// the same way; where the name ends with it, files are named as the document is.
    ///
    /// URLs are never loaded, nor is anything outside of the root. A file that cannot be loaded is no error: each place
    /// that refers to it makes the comparison [`incomplete`](crate::Comparison::incomplete).
    ///
    /// # Errors
    ///
    /// Fails as [`Document::parse`].
    ///
    /// ```
    /// use openapi_drift::Document;
    ///
    /// let api = "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths: {/items: {$ref: 'paths/items.yaml'}}\n";
    /// let document = Document::parse_with("v1/api.yaml", "api.yaml", api, &mut |path| match path {
    ///     "paths/items.yaml" => Ok("get: {}".into()),
    ///     _ => Err("no such file".to_owned()),
    /// })?;
    /// assert_eq!(document.operations()[0].to_string(), "GET /items");
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    pub fn parse_with(
        name: impl Into<String>,
        path: &str,
        content: impl Into<Vec<u8>>,
        load: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
    ) -> Result<Self, ParseError> {
        let mut document = Self::parse(name, content)?;
        document.files = Files::load(&mut document.source, path, load);
        Ok(document)
    }

    /// Returns whether a text is a document, and not a part of one in a file of its own, or no description of an API at all.
    ///
    /// # Errors
    ///
    /// If it cannot be read and may be one.
    #[cfg(feature = "cli")]
    pub(crate) fn is_one(name: &str, content: &[u8]) -> Result<bool, ParseError> {
        const KEYS: [&str; 2] = ["openapi", "swagger"];
        match Source::parse(name, content) {
            Ok(source) => Ok(KEYS.iter().any(|key| source.tree().get(NodeId::ROOT, key).is_some())),
            Err(error) => {
                let may_be = KEYS.iter().any(|key| content.windows(key.len()).any(|it| it == key.as_bytes()));
                if may_be { Err(error) } else { Ok(false) }
            }
        }
    }

    /// Returns the name that was given to [`Document::parse`].
    pub fn name(&self) -> &str {
        self.source.name()
    }

    /// Returns the version of OpenAPI, as in `3.1.0`.
    pub fn openapi(&self) -> &str {
        self.source.scalar("/openapi").unwrap_or_default()
    }

    /// Returns the API's version: `info.version`. `version: 1.0` is a number in YAML, and what the author meant is plain.
    pub fn version(&self) -> Option<&str> {
        self.source.scalar("/info/version")
    }

    /// Returns the API's title: `info.title`.
    pub fn title(&self) -> Option<&str> {
        self.source.scalar("/info/title")
    }

    /// Returns the operations of `paths`, in the order of the document.
    ///
    /// ```
    /// let yaml = "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\npaths: {/items: {get: {}, summary: Items}}\n";
    /// let document = openapi_drift::Document::parse("shop.yaml", yaml)?;
    /// let operations: Vec<String> = document.operations().iter().map(ToString::to_string).collect();
    /// assert_eq!(operations, ["GET /items"]);
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    pub fn operations(&self) -> Vec<Operation> {
        let tree = self.tree();
        let paths = tree.find("/paths").map_or(&[][..], |paths| tree.entries(paths));
        let operations = paths.iter().flat_map(|path| {
            let item = self.referenced(path.value);
            let all = operations::of_item(tree, path.value)
                .chain(item.into_iter().flat_map(|item| operations::of_item(tree, item)));
            all.map(|(method, _)| (tree.str(path.key), method)).collect::<Vec<_>>()
        });
        operations
            .map(|(path, method)| Operation { path: path.to_owned(), method: method.to_uppercase() })
            .collect()
    }

    /// Returns the node that the `$ref` of a node leads to, if it has one that leads somewhere.
    fn referenced(&self, node: NodeId) -> Option<NodeId> {
        let (tree, mut node, mut found) = (self.tree(), node, None);
        // A longer chain is a circle, most likely: the comparison reports it.
        for _ in 0..16 {
            let Some(reference) = tree.get(node, "$ref").and_then(|reference| tree.string(reference)) else {
                break;
            };
            node = self.follow(node, reference).ok()?;
            found = Some(node);
        }
        found
    }

    /// Returns where a reference from a node leads, but for anchors.
    fn follow(&self, from: NodeId, reference: &str) -> Result<NodeId, String> {
        let root = self.files.follow(self.path(from), reference)?;
        let fragment = files::split(reference).1;
        let decoded = percent_decode_str(fragment).decode_utf8().map_err(|error| error.to_string())?;
        self.tree().find_from(root, &decoded).ok_or_else(|| "leads nowhere".to_owned())
    }

    /// Returns the files.
    pub(crate) fn files(&self) -> &Files {
        &self.files
    }

    /// Returns the root of the file that a span is in.
    pub(crate) fn root_at(&self, span: Span) -> NodeId {
        let before = self.files.roots().filter(|root| self.tree().start(*root) <= span.start);
        before.max_by_key(|root| self.tree().start(*root)).unwrap_or(NodeId::ROOT)
    }

    /// Returns the path of the file that a node is in.
    pub(crate) fn path(&self, node: NodeId) -> &str {
        self.files.path(self.tree().root(node))
    }

    /// Returns the name of the file that a span is in.
    pub fn name_at(&self, span: Span) -> &str {
        self.source.name_at(span)
    }

    /// Returns the text of the file that a span is in, and the bytes of the span within it.
    pub fn text_at(&self, span: Span) -> (&str, Range<usize>) {
        self.source.text_at(span)
    }

    /// Returns the whole text, without that of other files.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// Returns the text of a span.
    pub fn source(&self, span: Span) -> Option<&str> {
        self.source.source(span)
    }

    /// Returns the whole lines that a span touches.
    pub fn excerpt(&self, span: Span) -> Excerpt<'_> {
        self.source.excerpt(span)
    }

    /// Returns the place of the node that a JSON pointer names.
    pub fn locate(&self, pointer: &str) -> Option<Location> {
        Some(self.location(self.tree().find(pointer)?))
    }

    /// Returns the document as JSON: its own text if that is JSON already, else the same content in the same order, indented,
    /// with every number digit for digit.
    ///
    /// ```
    /// let yaml = "openapi: 3.0.3\ninfo: {title: Shop, version: '1.10'}\npaths: {}\nx-rate: +.50\n";
    /// let document = openapi_drift::Document::parse("shop.yaml", yaml)?;
    /// let json = document.to_json();
    /// assert!(json.contains(r#""version": "1.10""#) && json.contains(r#""x-rate": 0.50"#));
    /// # Ok::<(), openapi_drift::ParseError>(())
    /// ```
    pub fn to_json(&self) -> String {
        self.source.to_json()
    }

    /// Returns whether the document is written in JSON.
    pub fn is_json(&self) -> bool {
        self.source.is_json()
    }

    pub(crate) fn tree(&self) -> &Tree {
        self.source.tree()
    }

    pub(crate) fn position(&self, offset: u32) -> (u32, u32) {
        self.source.position(offset)
    }

    pub(crate) fn location(&self, node: NodeId) -> Location {
        self.source.location(node)
    }
}

fn check_version(source: &Source) -> Result<(), ParseError> {
    let tree = source.tree();
    if !tree.is_mapping(NodeId::ROOT) {
        return Err(source.error_at("", "not an OpenAPI document: its root is no object"));
    }
    if tree.get(NodeId::ROOT, "swagger").is_some() {
        let reason = "Swagger 2.0 is not read; convert the document to OpenAPI 3 first, for example with `swagger2openapi`";
        return Err(source.error_at("/swagger", reason));
    }
    let Some(openapi) = tree.get(NodeId::ROOT, "openapi") else {
        return Err(source.error_at("", "not an OpenAPI document: it has no `openapi`"));
    };
    match tree.string(openapi) {
        Some(version) if is_supported(version) => Ok(()),
        Some(version) => {
            Err(source
                .error_at("/openapi", format!("OpenAPI `{version}` is not read, only 3.0, 3.1 and 3.2")))
        }
        None => Err(source.error_at("/openapi", "`openapi` is not a string like \"3.0.3\"")),
    }
}

fn is_supported(version: &str) -> bool {
    ["3.0", "3.1", "3.2"].iter().any(|known| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    })
}

/// Leaves out the text, which is large and does not help a person who debugs.
impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("name", &self.name()).finish_non_exhaustive()
    }
}
