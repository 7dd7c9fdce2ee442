//! The published document: from a file, from its address, or from a page of documentation that shows it.
//!
//! Downloads are bounded in size, time and redirects, files in size; either is used only if it parses as OpenAPI.

mod bounded;
mod choose;
mod find;
mod http;
mod operations;
mod page;
mod script;

pub(crate) use self::bounded::file as read_file;
pub(crate) use self::find::{Found, Known, Published, as_url, find};
pub(crate) use self::http::{Fetcher, Limits, Validators};
pub(crate) use self::operations::Operations;
