//! Generation for a comparison: entries of the profile which match nothing are passed over, and so is what `ext` needs.
//!
//! Where one document has an operation and the other has not, no profile fits both. Each side is generated with as much of the
//! profile as fits it.

use super::Inputs;
use crate::pointer::Pointer;
use crate::{Error, Generated, Knowledge, Problem, WarningKind, generate_with};

/// Generated code, and the entries that matched nothing.
pub(super) struct StaleTolerant {
    document: String,
    pub(super) generated: Generated,
    pub(super) stale: Vec<String>,
}

impl StaleTolerant {
    pub(super) fn generate(inputs: Inputs<'_>) -> Result<Self, Error> {
        let knowledge = Knowledge { tolerant: true, needs_are_notes: true, ..inputs.knowledge };
        let generated = generate_with(inputs.main, &knowledge)?;
        let stale = generated.warnings.iter().filter(|warning| warning.kind == WarningKind::Stale);
        let stale = stale.map(|warning| warning.message.clone()).collect();
        Ok(Self { document: inputs.main.name.to_owned(), generated, stale })
    }

    pub(super) fn error(&self, problem: String) -> Error {
        Error::new(&self.document, Pointer::root(), Problem::Generator(problem))
    }
}
