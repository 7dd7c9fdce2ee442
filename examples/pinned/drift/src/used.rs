//! The list of the operations that a crate uses.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context as _, Result, ensure};
use openapi_drift::{Document, Operation};

/// The operations that a crate uses.
pub(crate) struct Used {
    operations: BTreeSet<Operation>,
    /// Number of operations of the document.
    of: usize,
}

impl Used {
    /// Reads a list: a line for each operation, as in `GET /transactions/{id}/`. Blank lines and lines that begin with `#` are
    /// passed over.
    ///
    /// # Errors
    ///
    /// Fails if the document does not have one of them, or none is listed: a check of nothing would always pass.
    pub(crate) fn parse(name: &str, text: &[u8], pinned: &Document) -> Result<Self> {
        let known = pinned.operations();
        let text = std::str::from_utf8(text).with_context(|| format!("{name} is not UTF-8"))?;
        // Editors of Windows begin a file with a mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut operations = BTreeSet::new();
        for (index, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (method, path) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let operation = Operation { method: method.to_uppercase(), path: path.trim().to_owned() };
            ensure!(
                known.contains(&operation),
                "{name}:{index}: {} has no operation `{line}`; it has:\n  {}",
                pinned.name(),
                known.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "),
            );
            operations.insert(operation);
        }
        ensure!(!operations.is_empty(), "{name} lists no operation, so nothing would be compared");
        Ok(Self { operations, of: known.len() })
    }

    /// Returns whether an operation is used.
    pub(crate) fn contains(&self, operation: &Operation) -> bool {
        self.operations.contains(operation)
    }
}

impl fmt::Display for Used {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.operations.iter().map(ToString::to_string).collect();
        write!(formatter, "{} of {} operations: {}", names.len(), self.of, names.join(", "))
    }
}
