//! What OpenAPI says about the form of a document: which mappings hold keywords, names or data, and what kind of value
//! each keyword has. A value of another kind is reported, and never read as if it were absent.

mod context;
mod keywords;
mod malformed;

pub(crate) use context::{Context, contexts};
pub(super) use malformed::{Malformed, find};
