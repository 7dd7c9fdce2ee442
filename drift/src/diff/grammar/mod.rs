//! What OpenAPI says about the form of a document: what kind of value each keyword has. A value of another kind is
//! reported, and never read as if it were absent.

mod keywords;
mod malformed;

pub(super) use malformed::{Malformed, find};
