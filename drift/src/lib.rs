//! Reports what changed between two OpenAPI documents, and whom it breaks.
//!
//! ```
//! use openapi_drift::{Document, compare};
//!
//! let old = r#"{"openapi": "3.0.3", "info": {"title": "Shop", "version": "1"}, "paths": {}}"#;
//! let new = "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n";
//! let (old, new) = (Document::parse("old.json", old)?, Document::parse("new.yaml", new)?);
//! for finding in compare(&old, &new).findings {
//!     println!("{} {}: {}", finding.severity, finding.rule, finding.message);
//! }
//! # Ok::<(), openapi_drift::ParseError>(())
//! ```
//!
//! A [`Document`] is JSON or YAML with the place of every node. [`compare`] follows each pair of schemas once for each
//! direction, so it costs and finds as much as the documents are large, however often their schemas refer to one
//! another. A [`Finding`] names its [`Rule`], both places, and the operations that reach what changed. The library does no
//! I/O: the files that a document refers to are loaded by the caller ([`Document::parse_with`]), and what was not loaded, or
//! leads nowhere, makes the comparison [`incomplete`](Comparison::incomplete). Files are read and written by the module `cli`
//! alone (feature `cli`, a default), of which the program `openapi-drift` consists.
//!
//! Every change is reported but those that are none to a caller of the API: notation, order, and how schemas are put
//! together; what is next to a `$ref` in OpenAPI 3.0; in requests, that a read-only property comes or goes; header
//! parameters that OpenAPI ignores (`Accept`, `Content-Type`, `Authorization`); whether the schema of a parameter or a
//! header is deprecated, for those say it themselves; what is named in `components` and is no schema, where nothing refers
//! to it; keys that OpenAPI does not know, and extensions, apart from `x-sunset`,
//! `x-stability-level` and `x-extensible-enum`. Named schemas that no operation uses, as those of events, are compared
//! as if the server sent them; what is found there is [`Severity::Dangerous`] at most. A value of the wrong kind, as in
//! `required: yes`, is a finding, and never read as if it were absent.

#[cfg(feature = "cli")]
pub mod cli;
mod comparison;
#[cfg(feature = "cli")]
pub mod config;
mod context;
mod diff;
mod document;
mod files;
mod finding;
mod fingerprint;
mod operations;
pub mod report;
mod rule;

pub use comparison::{Comparison, Entry, Incomplete, Options, Which};
pub use diff::{compare, compare_with};
pub use document::Document;
pub use finding::{Finding, Section, Subject, SubjectKind};
pub use fingerprint::Fingerprint;
pub use openapi_source::{Excerpt, Location, ParseError, Span};
pub use operations::{Operation, Operations};
pub use rule::{ApiRule, Direction, Place, Rule, SchemaChange, Severity};
