//! Where reports go.

use std::fs;
use std::io::{self, Write as _};

use anyhow::{Context as _, Result};

use super::ReportArguments;
use crate::report::{Color, Format, Report};

impl ReportArguments {
    /// Writes a report to the file that was named, and its last line to standard output; or else prints it.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn emit(&self, report: &Report<'_>) -> Result<()> {
        let Some(path) = &self.output else { return print(report, self.format()) };
        let format = match self.format() {
            Format::Text(_) => Format::Text(Color::Plain),
            other => other,
        };
        let mut content = Vec::new();
        report.render(format, &mut content)?;
        fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", report.summary());
        Ok(())
    }
}

/// Prints a report. Colours are for terminals; that nobody reads on is no error.
///
/// # Errors
///
/// If standard output cannot be written to.
pub fn print(report: &Report<'_>, format: Format) -> Result<()> {
    let result = match format {
        Format::Text(_) => {
            let mut out = io::BufWriter::new(anstream::stdout().lock());
            report.render(Format::Text(Color::Coloured), &mut out).and_then(|()| out.flush())
        }
        other => {
            let mut out = io::BufWriter::new(io::stdout().lock());
            report.render(other, &mut out).and_then(|()| out.flush())
        }
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write the report"),
    }
}
