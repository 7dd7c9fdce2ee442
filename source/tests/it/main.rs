//! Behaviours of `openapi-source`, one module each.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;
mod locating;
mod reading;
mod rejected;

use openapi_source::Source;

fn parse(content: &str) -> Source {
    Source::parse("api", content).unwrap()
}

fn rejection(content: impl Into<Vec<u8>>) -> String {
    Source::parse("api", content).unwrap_err().to_string()
}
