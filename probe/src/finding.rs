//! The result for one fact: what was expected, and what was observed.

use crate::fact::Fact;
use crate::seen::Seen;

/// Result of comparing a fact with a server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The observation matches the assumption.
    AsAssumed(Seen),
    /// The observation differs.
    Otherwise(Seen),
    /// It could not be observed, for this reason.
    Unseen(&'static str),
}

/// A fact and its result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// Fact.
    pub fact: &'static Fact,
    /// Expected observation: the table's assumption, or an earlier observation.
    pub expected: String,
    /// True if an earlier run observed it.
    pub is_observed: bool,
    /// Result.
    pub verdict: Verdict,
}
