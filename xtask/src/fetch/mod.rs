//! The published document: from a file, from its address, or from a page of documentation that shows it.
//!
//! What comes from the network is bounded in size, time and redirects, and believed only if it parses as OpenAPI.

mod find;
mod http;
mod page;
mod script;

pub(crate) use self::find::{Found, Known, Published, as_url, find};
pub(crate) use self::http::{Fetcher, Limits, Validators};
