//! Changes of the overlay, which facts derive from observations.

/// A change of the overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// An inferred entry is true.
    Confirm(&'static str),
    /// These fields of a type are always there.
    Required { role: &'static str, fields: Vec<&'static str> },
    /// A field of a type may be null.
    Nullable { role: &'static str, field: &'static str },
    /// An operation refuses with another status.
    Refusal { role: &'static str, from: u16, to: u16 },
    /// Observation of a fact.
    Observation { fact: &'static str, seen: String },
}
