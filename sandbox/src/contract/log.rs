//! Findings of the validation, stored for tests and for `/_sandbox/contract`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::quirks::quirk::Quirk;

/// Number of findings of a kind that are stored; the oldest go first.
const MAX_FINDINGS: usize = 100;

/// A response of the sandbox that its own document does not allow: a defect of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// Operation, as in `GET /refunds/{id}/`.
    pub operation: String,
    /// Status that the response would have had.
    pub status: u16,
    /// Problems, each with its place.
    pub problems: Vec<String>,
}

/// A request that violates the document and was accepted: one of the two is wrong, or the framework is known to be
/// lenient there, as with a `page_size` that is not a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AcceptedInvalidRequest {
    /// Operation, as in `GET /refunds/`.
    pub operation: String,
    /// Status of the response.
    pub status: u16,
    /// Problems of the request, each with its place.
    pub problems: Vec<String>,
}

/// All findings of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Findings>);

/// Findings so far.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Findings {
    pub(crate) violations: VecDeque<Violation>,
    pub(crate) accepted_invalid_requests: VecDeque<AcceptedInvalidRequest>,
    /// Counts how often each operation responded with each status.
    responses: BTreeMap<String, BTreeMap<u16, u64>>,
    /// Number of violations of the document that each quirk explained.
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
        let places = places(&violation.problems);
        tracing::error!(
            operation = violation.operation,
            ?places,
            "a response of the sandbox violates its document"
        );
        push(&mut self.findings().violations, violation);
    }

    pub(crate) fn accepted_invalid_request(&self, accepted_invalid_request: AcceptedInvalidRequest) {
        let places = places(&accepted_invalid_request.problems);
        let operation = &accepted_invalid_request.operation;
        tracing::info!(operation, ?places, "the sandbox accepted a request that the document refuses");
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

/// Returns the places of problems without the values there, which are for the caller only.
fn places(problems: &[String]) -> Vec<&str> {
    problems.iter().map(|problem| problem.split(": ").next().unwrap_or_default()).collect()
}

fn push<T>(kept: &mut VecDeque<T>, found: T) {
    if kept.len() == MAX_FINDINGS {
        kept.pop_front();
    }
    kept.push_back(found);
}
