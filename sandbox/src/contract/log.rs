//! Findings of the validation, stored for tests and for `/_sandbox/contract`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::quirks::quirk::Quirk;

/// How many findings of a kind are kept; the oldest go first.
const KEPT: usize = 1000;

/// An answer of the sandbox that its own document does not allow: a defect of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// The operation, as in `GET /refunds/{id}/`.
    pub operation: String,
    /// The status that would have been answered.
    pub status: u16,
    /// What is wrong, each with its place.
    pub problems: Vec<String>,
}

/// A request that the document refuses and the sandbox took: one of them is wrong, or the framework is known to be
/// generous there, as with a `page_size` that is no number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AcceptedInvalidRequest {
    /// The operation, as in `GET /refunds/`.
    pub operation: String,
    /// The status that was answered.
    pub status: u16,
    /// What the document has against the request, each with its place.
    pub problems: Vec<String>,
}

/// All findings of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Findings>);

/// What there is to tell.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Findings {
    pub(crate) violations: VecDeque<Violation>,
    pub(crate) accepted_invalid_requests: VecDeque<AcceptedInvalidRequest>,
    /// How often each operation was answered with each status.
    responses: BTreeMap<String, BTreeMap<u16, u64>>,
    /// How many violations of the document each quirk explained.
    explained: BTreeMap<&'static str, u64>,
}

impl Log {
    pub(crate) fn count(&self, operation: String, status: u16) {
        *self.findings().responses.entry(operation).or_default().entry(status).or_default() += 1;
    }

    /// Counts a violation that an active quirk is meant to cause.
    pub(crate) fn explained(&self, quirk: Quirk) {
        *self.findings().explained.entry(quirk.name()).or_default() += 1;
    }

    pub(crate) fn violation(&self, violation: Violation) {
        tracing::error!(?violation, "an answer of the sandbox breaks its document");
        push(&mut self.findings().violations, violation);
    }

    pub(crate) fn accepted_invalid_request(&self, accepted_invalid_request: AcceptedInvalidRequest) {
        tracing::warn!(?accepted_invalid_request, "the document refuses what the sandbox took");
        push(&mut self.findings().accepted_invalid_requests, accepted_invalid_request);
    }

    /// Copies what was found so far.
    pub(crate) fn all(&self) -> Findings {
        self.findings().clone()
    }

    /// Takes the violations out, so that nobody reports them again.
    pub(crate) fn take_violations(&self) -> VecDeque<Violation> {
        std::mem::take(&mut self.findings().violations)
    }

    fn findings(&self) -> MutexGuard<'_, Findings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push<T>(kept: &mut VecDeque<T>, found: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(found);
}
