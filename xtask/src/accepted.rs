//! `openapi/accepted.toml`: findings that somebody has looked at and lives with, each with a reason and a last day.
//!
//! An entry that matches nothing, or whose day is over, is a violation: the file says what holds today.

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use openapi_drift::{Comparison, Finding, Rule};
use serde::{Deserialize, Serialize};

use crate::repository::root;

/// Where it is, from the top of the repository. It need not be there.
pub(crate) const PATH: &str = "openapi/accepted.toml";

const HEADER: &str = "\
# Findings of `cargo xtask drift` that are accepted, written by `cargo xtask accept`.
# One that matches nothing any more, or is over, fails the check.

";

/// The accepted findings.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    #[serde(default)]
    accepted: Vec<Entry>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    pointer: String,
    reason: String,
    /// The last day on which it holds.
    until: Date,
}

/// The entries as they fit a comparison.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matched {
    valid: Vec<Entry>,
    /// What is wrong with entries.
    pub(crate) violations: Vec<String>,
    /// The entries that match nothing here; they may belong elsewhere.
    pub(crate) unmatched: Accepted,
}

impl Accepted {
    /// Reads the file; without it nothing is accepted.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not of this form.
    pub(crate) fn read() -> Result<Self> {
        match std::fs::read_to_string(root().join(PATH)) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("{PATH} cannot be read")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).context(format!("cannot read {PATH}")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }

    /// Adds a finding, or gives it another reason and day.
    ///
    /// # Errors
    ///
    /// If the id is no rule's, the pointer is none, the reason is empty, or the day is over.
    pub(crate) fn add(
        &mut self,
        id: &str,
        pointer: &str,
        reason: &str,
        until: Date,
        today: Date,
    ) -> Result<()> {
        if Rule::from_id(id).is_none() {
            bail!("there is no rule `{id}`; `cargo xtask diff` prints the ids");
        }
        if !pointer.is_empty() && !pointer.starts_with('/') {
            bail!("`{pointer}` is no JSON pointer; `cargo xtask diff` prints them");
        }
        if reason.trim().is_empty() {
            bail!("the reason is empty");
        }
        if until < today {
            bail!("{until} is over");
        }
        let entry = Entry { id: id.into(), pointer: pointer.into(), reason: reason.trim().into(), until };
        self.accepted.retain(|other| (&other.id, &other.pointer) != (&entry.id, &entry.pointer));
        self.accepted.push(entry);
        self.accepted.sort_by(|a, b| (&a.id, &a.pointer).cmp(&(&b.id, &b.pointer)));
        Ok(())
    }

    /// The text of the file.
    ///
    /// # Errors
    ///
    /// If TOML cannot carry it.
    pub(crate) fn to_toml(&self) -> Result<String> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }

    /// Holds the entries against a comparison.
    pub(crate) fn matched(&self, comparison: &Comparison, today: Date) -> Matched {
        let mut matched = Matched::default();
        for entry in &self.accepted {
            let Entry { id, pointer, until, .. } = entry;
            if !comparison.findings.iter().any(|finding| entry.fits(finding)) {
                matched.violations.push(format!("`{id}` at `{pointer}` matches nothing; remove it"));
                matched.unmatched.accepted.push(entry.clone());
            } else if *until < today {
                matched.violations.push(format!("`{id}` at `{pointer}` was accepted until {until}"));
            } else {
                matched.valid.push(entry.clone());
            }
        }
        matched
    }
}

impl Entry {
    fn fits(&self, finding: &Finding) -> bool {
        let mut places = [&finding.old, &finding.new].into_iter().flatten();
        finding.rule.id() == self.id && places.any(|place| place.pointer == self.pointer)
    }
}

impl Matched {
    /// Why a finding is accepted, if it is.
    pub(crate) fn reason(&self, finding: &Finding) -> Option<&str> {
        self.valid.iter().find(|entry| entry.fits(finding)).map(|entry| entry.reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use openapi_drift::{Document, compare};

    use super::*;

    #[test]
    fn entries_are_checked_replaced_and_sorted() {
        let day = |text: &str| text.parse::<Date>().expect("is a day");
        let today = day("2026-01-10");
        let mut accepted = Accepted::default();
        let mut add = |id: &str, pointer: &str, reason: &str, until: &str| {
            accepted.add(id, pointer, reason, day(until), today).map_err(|error| error.to_string())
        };
        assert_eq!(add("endpoint-added", "/paths/~1b", "one", "2026-01-10"), Ok(()));
        assert_eq!(add("endpoint-added", "/paths/~1a", "two", "2026-01-11"), Ok(()));
        assert_eq!(add("endpoint-added", "/paths/~1b", "three", "2026-01-12"), Ok(()));
        assert!(add("no-such-rule", "/x", "r", "2026-02-01").is_err());
        assert!(add("endpoint-added", "x", "r", "2026-02-01").is_err());
        assert!(add("endpoint-added", "/x", " ", "2026-02-01").is_err());
        assert_eq!(add("endpoint-added", "/x", "r", "2026-01-09"), Err("2026-01-09 is over".to_owned()));
        let text = accepted.to_toml().expect("is TOML");
        assert_eq!(toml::from_str::<Accepted>(&text).expect("is one"), accepted);
        let pointers: Vec<&str> = accepted.accepted.iter().map(|entry| entry.pointer.as_str()).collect();
        assert_eq!(pointers, ["/paths/~1a", "/paths/~1b"]);
        assert!(text.contains("three") && !text.contains("one\""));
    }

    #[test]
    fn what_matches_nothing_is_a_complaint() {
        let text = r#"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}}"#;
        let document = Document::parse("x", text).expect("is a document");
        let comparison = compare(&document, &document);
        let mut accepted = Accepted::default();
        let day = "2026-01-10".parse().expect("is a day");
        accepted.add("endpoint-added", "/paths/~1a", "r", day, day).expect("is sound");
        let matched = accepted.matched(&comparison, day);
        assert_eq!(matched.violations, ["`endpoint-added` at `/paths/~1a` matches nothing; remove it"]);
        assert_eq!(matched.unmatched, accepted);
    }
}
