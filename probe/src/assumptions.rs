//! Assumptions: the tables of this crate, and earlier observations in the overlay.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::facts;
use crate::overlay::InvalidOverlay;

/// Assumptions about the API: earlier observations replace those of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    observed: BTreeMap<String, String>,
    text: String,
}

/// An overlay without entries.
const EMPTY: &str = "{\n  \"shapes\": [\n  ],\n  \"operations\": [\n  ],\n  \"refusals\": [\n  ],\n  \"wording\": {\n  }\n}\n";

impl Default for Assumptions {
    fn default() -> Assumptions {
        Assumptions { observed: BTreeMap::new(), text: EMPTY.to_owned() }
    }
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    observations: Vec<Observation>,
}

#[derive(Deserialize)]
struct Observation {
    fact: String,
    seen: String,
}

impl Assumptions {
    /// Reads the observations of an overlay file.
    ///
    /// # Errors
    ///
    /// Fails if it is not JSON, or has an observation of an unknown fact.
    ///
    /// ```
    /// use nd8_probe::{Assumptions, facts};
    ///
    /// let overlay = r#"{"observations": [{"fact": "list.shape", "seen": "envelope"}]}"#;
    /// let assumptions = Assumptions::from_overlay(overlay)?;
    /// let fact = facts::find("list.shape").unwrap();
    /// assert_eq!(assumptions.expected(fact), "envelope");
    /// assert_eq!(Assumptions::default().expected(fact), "array");
    /// # Ok::<(), nd8_probe::overlay::InvalidOverlay>(())
    /// ```
    pub fn from_overlay(text: &str) -> Result<Assumptions, InvalidOverlay> {
        let file: File = serde_json::from_str(text).map_err(InvalidOverlay::NotJson)?;
        let mut observed = BTreeMap::new();
        for Observation { fact, seen } in file.observations {
            // A renamed fact would silently be compared with the table instead of with the observation.
            if facts::find(&fact).is_none() {
                return Err(InvalidOverlay::UnknownFact(fact));
            }
            observed.insert(fact, seen);
        }
        Ok(Assumptions { observed, text: text.to_owned() })
    }

    /// Returns the text of the overlay.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the expected observation of a fact.
    pub fn expected<'a>(&'a self, fact: &'a crate::Fact) -> &'a str {
        self.observed.get(fact.id).map_or(fact.expected, String::as_str)
    }

    /// Returns whether an earlier run observed the fact.
    pub(crate) fn is_observed(&self, fact: &crate::Fact) -> bool {
        self.observed.contains_key(fact.id)
    }
}
