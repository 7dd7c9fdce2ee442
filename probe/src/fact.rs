//! A fact: an assumption about the API, its source, how it is observed, and what follows if it is wrong.

/// Entries of `openapi/overlay.json` that state a wrong assumption's observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Refusal of this operation gets the status that was seen.
    Refusal {
        /// Operation's role.
        role: &'static str,
    },
    /// `required` of this type, and `nullable` of its fields.
    Fields {
        /// Type's role.
        role: &'static str,
    },
    /// No entry of the overlay that generation reads can state it, for this reason. It is recorded as an observation.
    None(&'static str),
}

/// One fact. Tables of them are in `facts/`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Fact {
    /// Identifies the fact in reports and in the overlay.
    pub id: &'static str,
    /// States what is assumed, in a sentence.
    pub assumes: &'static str,
    /// Observation if the assumption holds.
    pub expected: &'static str,
    /// Source of the assumption.
    pub source: &'static str,
    /// Request that observes the fact, or its precondition.
    pub seen_by: &'static str,
    /// Code that depends on it.
    pub depends: &'static str,
    /// Inferred entries of the documents that it decides, as [`crate::facts::inferred`] names them.
    pub settles: &'static [&'static str],
    /// Entries that state it if the assumption is wrong.
    pub remedy: Remedy,
}

/// Reason why most facts about behavior have no entry that generation reads.
const BEHAVIOR: &str = "the overlay describes operations and types, and this is behavior";

impl Fact {
    /// Creates a fact about behavior, from `facts.md`.
    pub(crate) const fn new(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
        Fact {
            id,
            assumes,
            expected,
            source: "inferred",
            seen_by: "",
            depends: "",
            settles: &[],
            remedy: Remedy::None(BEHAVIOR),
        }
    }

    pub(crate) const fn source(mut self, source: &'static str) -> Fact {
        self.source = source;
        self
    }

    pub(crate) const fn seen_by(mut self, seen_by: &'static str) -> Fact {
        self.seen_by = seen_by;
        self
    }

    pub(crate) const fn depends(mut self, depends: &'static str) -> Fact {
        self.depends = depends;
        self
    }

    pub(crate) const fn settles(mut self, settles: &'static [&'static str]) -> Fact {
        self.settles = settles;
        self
    }

    /// States it by the refusal of an operation, which it settles.
    pub(crate) const fn refusal(mut self, role: &'static str, settles: &'static [&'static str]) -> Fact {
        self.settles = settles;
        self.remedy = Remedy::Refusal { role };
        self
    }

    /// States it by the fields of a type.
    pub(crate) const fn fields(mut self, role: &'static str, settles: &'static [&'static str]) -> Fact {
        self.settles = settles;
        self.remedy = Remedy::Fields { role };
        self
    }

    /// Gives the reason why no entry that generation reads can state it.
    pub(crate) const fn stated_by_nothing(mut self, reason: &'static str) -> Fact {
        self.remedy = Remedy::None(reason);
        self
    }
}
