//! Operations: which of one document is which of the other ([`pairing`]), and what changed in each part of them.

mod bodies;
mod headers;
mod lifecycle;
mod media_types;
mod metadata;
mod pairing;
mod parameter_value;
mod parameters;
mod responses;

use super::security;
use super::walk::Walk;
use super::walk::reach::OperationInfo;

/// Compares all operations, and returns them in the order of their numbers.
pub(crate) fn compare(walk: &mut Walk<'_>) -> Vec<OperationInfo> {
    let mut pairing = pairing::pair(walk);
    // Callbacks are operations inside operations, and may have callbacks themselves: a list instead of recursion.
    while let Some(both) = pairing.pending.pop() {
        if !lifecycle::compare(walk, both) {
            continue;
        }
        metadata::compare(walk, both);
        security::operation(walk, both);
        parameters::compare(walk, both);
        bodies::compare(walk, both);
        responses::compare(walk, both);
        pairing::callbacks(walk, &mut pairing, both);
    }
    pairing.known
}
