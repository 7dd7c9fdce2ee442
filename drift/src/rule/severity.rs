//! How bad a change is.

use std::fmt;

/// What a change does to programs that speak to the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No change on the wire: descriptions, examples, names.
    Docs,
    /// Programs that are right today stay right.
    Safe,
    /// Some programs that are right today may break: it depends on them.
    Dangerous,
    /// Programs that are right today break.
    Breaking,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Dangerous, Self::Safe, Self::Docs];

    /// Returns the word that people and files use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Safe => "safe",
            Self::Dangerous => "dangerous",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
