//! Reads JSON and YAML documents with the place of every node.
//!
//! ```
//! use openapi_source::Source;
//!
//! let yaml = "openapi: 3.0.3\ninfo:\n  title: Shop\n  version: 1.10\n";
//! let source = Source::parse("shop.yaml", yaml)?;
//! let place = source.locate("/info/version").expect("exists");
//! assert_eq!((place.line, place.column), (4, 3));
//! assert_eq!(source.scalar("/info/version"), Some("1.10"));
//! assert!(source.to_json().contains(r#""version": 1.10"#));
//! # Ok::<(), openapi_source::ParseError>(())
//! ```
//!
//! A [`Source`] is read from memory; this crate does no I/O and reads no environment. It knows JSON (RFC 8259) and YAML 1.2
//! with YAML 1.1's merge key, and nothing of OpenAPI: which keys a document must have is for the caller to check, who
//! reports a defect at its place by [`Source::error_at`].
//!
//! # Scalars
//!
//! Plain YAML scalars are resolved by the core schema of YAML 1.2: `yes`, `on` and `2020-01-01` are strings. Numbers are
//! never converted to a binary representation, so `1.10` stays `1.10`. Keys are strings: the key `200` is `"200"`.
//!
//! # Hostile documents
//!
//! Nesting, the size of the text, the length of pointers, and what aliases multiply are limited; [`Source::parse`] lists
//! what it rejects. Time and memory grow with the length of the text.

mod json;
mod place;
mod scalar;
mod source;
mod text;
mod to_json;
pub mod tree;
mod yaml;

pub use place::{Excerpt, Location, Span};
pub use source::Source;
pub use text::error::ParseError;
pub use text::limits::{DEPTH_LIMIT, SIZE_LIMIT};
