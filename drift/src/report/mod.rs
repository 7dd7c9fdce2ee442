//! Reports of a comparison: for people at a terminal, for pull requests, for CI, for programs.
//!
//! A [`Report`] is rendered to a `Write`, the same bytes for the same input. What stems from a document is escaped for
//! the format it goes into: a document is somebody else's text, and a description may hold an escape sequence of a
//! terminal or a workflow command. Every report ends in one line that sums it up.
//!
//! What a change does to generated Rust is passed in as plain data ([`RustImpact`]); how it is found out is not known here.

mod formats;
mod parts;

use std::io::{self, Write};

pub use formats::json::schema as json_schema;
pub use parts::contents::Report;
pub use parts::options::{Color, FailOn, Format, Grouping, Release};
pub use parts::rust::{Bump, RustChange, RustImpact};

use formats::{github, html, json, junit, markdown, sarif, text};

impl Report<'_> {
    /// Writes the report.
    ///
    /// # Errors
    ///
    /// As the writer.
    pub fn render(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        // No format fails for its own reasons: only the writer can.
        match format {
            Format::Text(color) => text::render(self, color, out),
            Format::Json => json::render(self, out),
            Format::Markdown => markdown::render(self, out),
            Format::Html => html::render(self, out),
            Format::Sarif => sarif::render(self, out),
            Format::Github => github::render(self, out),
            Format::Junit => junit::render(self, out),
        }
    }
}

#[cfg(test)]
mod tests;
