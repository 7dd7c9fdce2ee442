//! `openapi-drift.toml`: what a project decides about findings.
//!
//! ```toml
//! ignored-paths = ["/internal/**"]
//!
//! [severities]
//! response-property-became-nullable = "dangerous"
//!
//! [[accepted]]
//! fingerprint = "a036013dc16df19a"
//! rule = "response-property-became-nullable"
//! reason = "the server does not send it yet"
//! until = "2027-01-31"
//! ```
//!
//! The file describes what holds today: a rule that does not exist is an error, and so are accepted findings that are not found any more or
//! whose day is over, and paths that no document has.

mod check;
mod edit;
mod pattern;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

pub use self::check::Check;
pub use self::edit::{accept, without};
use self::pattern::Pattern;
use crate::{Fingerprint, Rule, Severity};

/// Where the file is, from the working directory.
pub const PATH: &str = "openapi-drift.toml";

/// Decisions of a project.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    ignored_paths: Vec<Pattern>,
    severities: BTreeMap<Known, Level>,
    accepted: Vec<Accepted>,
}

/// A finding that is accepted until a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Finding. Reports print it next to the rule.
    #[serde(deserialize_with = "parsed")]
    pub fingerprint: Fingerprint,
    #[serde(deserialize_with = "known")]
    /// Its rule.
    pub rule: Rule,
    /// Why it is accepted.
    #[serde(deserialize_with = "not_blank")]
    pub reason: String,
    /// Last day on which it is accepted.
    pub until: Date,
}

impl Config {
    /// Reads the file's content.
    ///
    /// # Errors
    ///
    /// If it is not of this form, or names a rule, a severity or a fingerprint that does not exist. The message names the line.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        toml_edit::de::from_str(text).with_context(|| format!("cannot read {name}"))
    }

    /// Returns whether nothing is accepted.
    pub fn accepts_nothing(&self) -> bool {
        self.accepted.is_empty()
    }

    /// Begins to apply the decisions to one comparison, or to several.
    pub fn check(&self, today: Date) -> Check<'_> {
        Check::new(self, today)
    }
}

/// Finds a rule by its id.
///
/// # Errors
///
/// If there is none. The message names rules with similar ids.
pub fn rule(id: &str) -> Result<Rule, String> {
    Rule::from_id(id).ok_or_else(|| {
        let ids: Vec<&str> = Rule::all().iter().map(|rule| rule.id()).collect();
        let near = similar::get_close_matches(id, &ids, 3, 0.7);
        let near: String = near.iter().map(|near| format!("\n  did you mean `{near}`?")).collect();
        format!("there is no rule `{id}`{near}")
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known(Rule);

impl<'de> Deserialize<'de> for Known {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        known(deserializer).map(Self)
    }
}

/// A severity as the file writes it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Breaking,
    Dangerous,
    Safe,
    Docs,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Breaking => Self::Breaking,
            Level::Dangerous => Self::Dangerous,
            Level::Safe => Self::Safe,
            Level::Docs => Self::Docs,
        }
    }
}

fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
    rule(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn parsed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn not_blank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let reason = String::deserialize(deserializer)?;
    if reason.trim().is_empty() { Err(D::Error::custom("the reason is empty")) } else { Ok(reason) }
}

#[cfg(test)]
mod tests;
