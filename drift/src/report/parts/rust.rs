//! What a change of documents does to Rust that was generated from them, as plain data.

use std::fmt;

/// The release that a change of Rust items asks for, by Cargo's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing that compiled stops compiling, and nothing new can be named.
    Patch,
    /// Callers can name something that was not there.
    Minor,
    /// Some caller that compiled does not any more.
    Major,
}

impl fmt::Display for Bump {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// The verdict about generated Rust.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum RustImpact {
    /// Both documents yield Rust, and this is the difference.
    Known {
        /// What is asked for altogether; nothing if nothing changed.
        bump: Option<Bump>,
        /// The items that changed, the gravest first.
        changes: Vec<RustChange>,
        /// What a maintainer has to do before the new document yields Rust.
        todo: Vec<String>,
    },
    /// A document yields no Rust.
    Unknown {
        /// Why not.
        reason: String,
    },
}

/// A public Rust item that changed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct RustChange {
    /// The item: `field types::Payment::amount`.
    pub item: String,
    /// What this change by itself asks for.
    pub bump: Bump,
    /// What happened to it, in a sentence without its end.
    pub reason: String,
}

impl RustImpact {
    pub(crate) fn verdict(&self) -> String {
        match self {
            Self::Known { bump: Some(bump), .. } => bump.to_string(),
            Self::Known { bump: None, .. } => "no change".to_owned(),
            Self::Unknown { .. } => "not known".to_owned(),
        }
    }
}
