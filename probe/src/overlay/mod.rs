//! From findings to entries of `openapi/overlay.json`, with the provenance `observed`, the day and the server.
//!
//! A confirmed assumption turns an inferred entry into an observed one. A refuted one becomes entries that state the
//! observation, if the overlay can express it. Both are recorded under `observations`, which later runs expect. The file is
//! edited line by line, so a diff shows what changed and nothing else.

mod edit;
mod file;
mod line;

use jiff::civil::Date;
use serde_json::{Value, json};

pub(crate) use self::edit::Edit;
use self::file::File;
use crate::fact::{Fact, Remedy};
use crate::finding::{Finding, Verdict};
use crate::options::Server;

/// Reports an overlay file that cannot be read or edited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOverlay {
    /// It is not JSON.
    #[error("the overlay is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// It has an observation of an unknown fact.
    #[error("the overlay has an observation of the unknown fact `{0}`: correct or remove it")]
    UnknownFact(String),
    /// Its entries are not on one line each.
    #[error("cannot edit the overlay: expected `{0}` with one entry a line")]
    Layout(&'static str),
}

/// An overlay with the changes of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Whole file.
    pub text: String,
    /// Each entry that is new or another: the fact, the section, and the line.
    pub entries: Vec<(&'static str, &'static str, String)>,
}

/// Server and day of an observation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) day: Date,
    pub(crate) server: Server,
}

impl Stamp {
    fn mark(self, mut entry: Value) -> Value {
        entry["source"] = json!("observed");
        entry["day"] = json!(self.day.to_string());
        entry["server"] = json!(self.server.name());
        entry
    }
}

/// Applies findings to the text of an overlay.
pub(crate) fn apply(text: &str, findings: &[Finding], stamp: Stamp) -> Result<Applied, InvalidOverlay> {
    let mut file = File::parse(text)?;
    for finding in findings {
        for edit in edits(finding) {
            file.edit(finding.fact.id, &edit, stamp);
        }
    }
    Ok(file.finish())
}

/// Returns the changes that a finding needs.
fn edits(finding: &Finding) -> Vec<Edit> {
    let Fact { id, expected, settles, remedy, .. } = finding.fact;
    let (Verdict::AsAssumed(seen) | Verdict::Otherwise(seen)) = &finding.verdict else { return Vec::new() };
    let mut edits = vec![Edit::Observation { fact: id, seen: seen.to_string() }];
    // An earlier observation is in the overlay, so that is what changes.
    if let Remedy::Refusal { role } = remedy
        && let (Some(from), Some(to @ 400..500)) = (status(&finding.expected), status(seen.as_str()))
        && from != to
    {
        edits.push(Edit::Refusal { role, from, to });
    }
    if seen.as_str() == *expected {
        edits.extend(settles.iter().map(|key| Edit::Confirm(key)));
    }
    if let Remedy::Fields { .. } = remedy {
        edits.extend(seen.edits().iter().cloned());
    }
    edits
}

/// Returns why generation cannot use an observation, if it cannot.
pub(crate) fn not_expressible(finding: &Finding) -> Option<&'static str> {
    let Verdict::Otherwise(seen) = &finding.verdict else { return None };
    let is_stated = edits(finding).len() > 1;
    match finding.fact.remedy {
        Remedy::None(reason) => Some(reason),
        _ if is_stated => None,
        Remedy::Fields { .. } if seen.as_str().starts_with("absent:") => {
            Some("nothing has to change: the overlay does not require these fields")
        }
        Remedy::Fields { .. } => Some("it is not about required fields or null"),
        Remedy::Refusal { .. } if status(seen.as_str()) == status(&finding.expected) => {
            Some("the status is as assumed, and the overlay has no form of a refusal's body")
        }
        Remedy::Refusal { .. } => Some("it was no refusal, or one that is no 4xx"),
    }
}

fn status(seen: &str) -> Option<u16> {
    seen.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const OVERLAY: &str = r#"{
  "about": ["Text with \"refusals\": [ in it."],
  "shapes": [
    {"role": "A", "source": "inferred", "schema": {"required": ["id", "name"]}},
    {"role": "A.name", "source": "guide", "schema": {"type": "string"}}
  ],
  "operations": [
    {"role": "get_a", "source": "inferred", "part": "path"}
  ],
  "refusals": [
    {"status": "401", "source": "inferred", "description": "No key.", "roles": ["get_a", "list_a"]},
    {"status": "403", "source": "inferred", "description": "No scope.", "roles": ["list_a"]}
  ],
  "wording": {
    "A": "A thing."
  }
}
"#;

    fn edited(edits: &[Edit]) -> Applied {
        let stamp = Stamp { day: date(2026, 12, 1), server: Server::Nd8Sandbox };
        let mut file = File::parse(OVERLAY).unwrap();
        edits.iter().for_each(|edit| file.edit("a.fact", edit, stamp));
        file.finish()
    }

    const STAMP: &str = r#""source": "observed", "day": "2026-12-01", "server": "nd8-sandbox-api""#;

    #[test]
    fn each_edit_changes_its_entry_and_no_other_line() {
        let cases: [(Edit, Vec<String>, &[&str]); 8] = [
            (
                Edit::Confirm("shape A"),
                vec![format!(r#"{{"role": "A", {STAMP}, "schema": {{"required": ["id", "name"]}}}}"#)],
                &[r#"{"role": "A", "source": "inferred", "schema": {"required": ["id", "name"]}}"#],
            ),
            (
                Edit::Confirm("operation get_a path"),
                vec![format!(r#"{{"role": "get_a", {STAMP}, "part": "path"}}"#)],
                &[r#"{"role": "get_a", "source": "inferred", "part": "path"}"#],
            ),
            (
                Edit::Confirm("refusal 401 get_a"),
                vec![
                    r#"{"status": "401", "source": "inferred", "description": "No key.", "roles": ["list_a"]}"#.into(),
                    format!(r#"{{"status": "401", {STAMP}, "description": "No key.", "roles": ["get_a"]}}"#),
                ],
                &[r#"{"status": "401", "source": "inferred", "description": "No key.", "roles": ["get_a", "list_a"]}"#],
            ),
            (
                Edit::Required { role: "A", fields: vec!["id"] },
                vec![format!(r#"{{"role": "A", {STAMP}, "schema": {{"required": ["id"]}}}}"#)],
                &[r#"{"role": "A", "source": "inferred", "schema": {"required": ["id", "name"]}}"#],
            ),
            (
                Edit::Nullable { role: "A", field: "name" },
                vec![format!(r#"{{"role": "A.name", {STAMP}, "schema": {{"nullable": true}}}}"#)],
                &[],
            ),
            (
                Edit::Refusal { role: "get_a", from: 401, to: 403 },
                vec![
                    r#"{"status": "401", "source": "inferred", "description": "No key.", "roles": ["list_a"]}"#.into(),
                    format!(r#"{{"status": "403", {STAMP}, "description": "No key.", "roles": ["get_a"]}}"#),
                ],
                &[r#"{"status": "401", "source": "inferred", "description": "No key.", "roles": ["get_a", "list_a"]}"#],
            ),
            (
                // The operation has a refusal with that status.
                Edit::Refusal { role: "list_a", from: 401, to: 403 },
                vec![r#"{"status": "401", "source": "inferred", "description": "No key.", "roles": ["get_a"]}"#.into()],
                &[r#"{"status": "401", "source": "inferred", "description": "No key.", "roles": ["get_a", "list_a"]}"#],
            ),
            (
                Edit::Observation { fact: "a.fact", seen: "so".to_owned() },
                vec![
                    r#""observations": ["#.into(),
                    format!(r#"{{"fact": "a.fact", "seen": "so", {STAMP}}}"#),
                    "]".into(),
                ],
                &[],
            ),
        ];
        for (edit, added, removed) in cases {
            let lines = |text: &str| -> Vec<String> {
                text.lines().map(|line| line.trim().trim_end_matches(',').to_owned()).collect()
            };
            let applied = edited(std::slice::from_ref(&edit));
            serde_json::from_str::<Value>(&applied.text).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
            let (mut before, after) = (lines(OVERLAY), lines(&applied.text));
            before.retain(|line| !removed.contains(&line.as_str()));
            before.extend(added);
            let sorted = |mut lines: Vec<String>| {
                // Of a new section, and of the file without one.
                lines.retain(|line| line != "\"observations\": [" && line != "]");
                lines.sort();
                lines
            };
            assert_eq!(sorted(after), sorted(before), "{edit:?}");
        }
    }

    #[test]
    fn an_edit_is_idempotent() {
        for edit in [
            Edit::Confirm("shape A"),
            Edit::Confirm("refusal 401 get_a"),
            Edit::Nullable { role: "A", field: "name" },
            Edit::Refusal { role: "get_a", from: 401, to: 403 },
            Edit::Observation { fact: "a.fact", seen: "so".to_owned() },
        ] {
            let once = edited(std::slice::from_ref(&edit));
            assert!(!once.entries.is_empty(), "{edit:?}");
            assert_eq!(edited(&[edit.clone(), edit]), once);
        }
        assert!(edited(&[Edit::Confirm("shape B")]).entries.is_empty());
        assert!(edited(&[Edit::Required { role: "A", fields: vec!["id", "name"] }]).entries.is_empty());
    }

    #[test]
    fn another_layout_is_an_error() {
        let pretty = OVERLAY.replace(r#"{"role": "A", "#, "{\n      \"role\": \"A\", ");
        assert!(matches!(File::parse(&pretty), Err(InvalidOverlay::Layout("shapes"))));
        let value: Value = serde_json::from_str(OVERLAY).unwrap();
        assert!(matches!(File::parse(&value.to_string()), Err(InvalidOverlay::Layout("shapes"))));
        assert!(matches!(File::parse("{"), Err(InvalidOverlay::NotJson(_))));
    }
}
