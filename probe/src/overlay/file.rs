//! The overlay as lines: entries that can be changed, and everything else unchanged.

use serde_json::{Value, json};

use super::line::render;
use super::{Applied, Edit, InvalidOverlay, Stamp};

/// Sections with one entry a line.
const SECTIONS: [&str; 4] = ["shapes", "operations", "refusals", "observations"];
const OBSERVATIONS: &str = "observations";
/// Section before which observations begin in a file that has none.
const LAST: &str = "  \"wording\": {";

#[derive(Clone, Debug)]
struct Entry {
    value: Value,
    /// Line in the file.
    line: Option<String>,
    /// Facts that changed it.
    changed: Vec<&'static str>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Section(&'static str, Vec<Entry>),
}

pub(super) struct File {
    parts: Vec<Part>,
    /// Entries that are left to nothing, with the fact.
    removed: Vec<(&'static str, String)>,
}

impl File {
    pub(super) fn parse(text: &str) -> Result<File, InvalidOverlay> {
        // Parsed as a whole first, since lines are only compared with what the JSON has.
        let whole: Value = serde_json::from_str(text).map_err(InvalidOverlay::NotJson)?;
        let mut parts = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let opened = SECTIONS.into_iter().find(|name| line == format!("  \"{name}\": ["));
            if line == LAST && whole.get(OBSERVATIONS).is_none() {
                parts.push(Part::Text(format!("  \"{OBSERVATIONS}\": [")));
                parts.push(Part::Section(OBSERVATIONS, Vec::new()));
                parts.push(Part::Text("  ],".to_owned()));
            }
            parts.push(Part::Text(line.to_owned()));
            let Some(name) = opened else { continue };
            let mut entries = Vec::new();
            for line in lines.by_ref() {
                if line.trim_start().starts_with(']') {
                    parts.push(Part::Section(name, entries));
                    parts.push(Part::Text(line.to_owned()));
                    break;
                }
                let written = line.trim().trim_end_matches(',');
                let value = serde_json::from_str(written).map_err(|_| InvalidOverlay::Layout(name))?;
                entries.push(Entry { value, line: Some(written.to_owned()), changed: Vec::new() });
            }
        }
        let file = File { parts, removed: Vec::new() };
        // A line that was overlooked would be lost or contradicted, so the entries are counted against the JSON.
        for name in SECTIONS {
            let written = whole.get(name).and_then(Value::as_array).map_or(0, Vec::len);
            if file.section(name).map(<[Entry]>::len) != Some(written) {
                return Err(InvalidOverlay::Layout(name));
            }
        }
        Ok(file)
    }

    fn section(&self, name: &str) -> Option<&[Entry]> {
        self.parts.iter().find_map(|part| match part {
            Part::Section(section, entries) if *section == name => Some(entries.as_slice()),
            _ => None,
        })
    }

    fn entries(&mut self, name: &str) -> &mut Vec<Entry> {
        let found = self.parts.iter_mut().find_map(|part| match part {
            Part::Section(section, entries) if *section == name => Some(entries),
            _ => None,
        });
        found.expect("`parse` has found every section")
    }

    pub(super) fn edit(&mut self, fact: &'static str, edit: &Edit, stamp: Stamp) {
        match edit {
            Edit::Observation { fact: id, seen } => self.observe(id, seen, stamp),
            Edit::Confirm(key) => self.confirm(fact, key, stamp),
            Edit::Required { role, fields } => {
                self.shape(fact, role, "required", json!(fields), stamp);
            }
            Edit::Nullable { role, field } => {
                self.shape(fact, &format!("{role}.{field}"), "nullable", json!(true), stamp);
            }
            Edit::Refusal { role, from, to } => self.refusal(fact, role, *from, *to, stamp),
        }
    }

    fn observe(&mut self, fact: &'static str, seen: &str, stamp: Stamp) {
        let entries = self.entries(OBSERVATIONS);
        let old = entries.iter_mut().find(|entry| entry.value["fact"] == fact);
        let value = stamp.mark(json!({ "fact": fact, "seen": seen }));
        match old {
            // The day on which it was first seen.
            Some(entry) if entry.value["seen"] == seen => {}
            Some(entry) => *entry = Entry { value, line: None, changed: vec![fact] },
            None => entries.push(Entry { value, line: None, changed: vec![fact] }),
        }
    }

    fn confirm(&mut self, fact: &'static str, key: &str, stamp: Stamp) {
        let is_inferred = |entry: &Entry| entry.value["source"] == "inferred";
        let observed = |entry: &mut Entry| {
            entry.value = stamp.mark(entry.value.take());
            entry.line = None;
            entry.changed.push(fact);
        };
        match key.split(' ').collect::<Vec<_>>().as_slice() {
            ["shape", role] => {
                let shapes = self.entries("shapes").iter_mut();
                shapes.filter(|entry| entry.value["role"] == *role && is_inferred(entry)).for_each(observed);
            }
            ["operation", role, part] => {
                let parts = self.entries("operations").iter_mut();
                let is_it = |entry: &Entry| entry.value["role"] == *role && entry.value["part"] == *part;
                parts.filter(|entry| is_it(entry) && is_inferred(entry)).for_each(observed);
            }
            ["refusal", status, role] => {
                let entries = self.entries("refusals");
                let is_it = |entry: &Entry| entry.value["status"] == *status && is_inferred(entry);
                if let Some(at) = entries.iter().position(|entry| is_it(entry) && has(entry, role)) {
                    let description = entries[at].value["description"].clone();
                    leave(entries, at, role);
                    join(entries, fact, status, &description, role, stamp);
                }
            }
            // The supplement is read by people, and states its sources in prose.
            _ => {}
        }
    }

    /// States a keyword of a shape, in the entry that has it or in one of its own.
    fn shape(&mut self, fact: &'static str, role: &str, keyword: &str, value: Value, stamp: Stamp) {
        let shapes = self.entries("shapes");
        let has = |entry: &Entry| entry.value["role"] == role && entry.value["schema"].get(keyword).is_some();
        match shapes.iter_mut().find(|entry| has(entry)) {
            // Unchanged entries keep their line, so that a diff shows only what the run found.
            Some(entry) if entry.value["schema"][keyword] == value => {}
            Some(entry) => {
                entry.value = stamp.mark(entry.value.take());
                entry.value["schema"][keyword] = value;
                entry.line = None;
                entry.changed.push(fact);
            }
            None => {
                let value = stamp.mark(json!({ "role": role, "schema": { keyword: value } }));
                shapes.push(Entry { value, line: None, changed: vec![fact] });
            }
        }
    }

    fn refusal(&mut self, fact: &'static str, role: &str, from: u16, to: u16, stamp: Stamp) {
        let (from, to) = (from.to_string(), to.to_string());
        let mut removed = None;
        let entries = self.entries("refusals");
        let old = entries.iter().position(|entry| entry.value["status"] == from.as_str() && has(entry, role));
        let mut description = json!("The request was refused.");
        if let Some(at) = old {
            description = entries[at].value["description"].clone();
            match leave(entries, at, role) {
                Some(line) => removed = Some((fact, line)),
                None => entries[at].changed.push(fact),
            }
        }
        // One refusal for each status: of two, generation would take the later.
        let is_there = entries.iter().any(|entry| entry.value["status"] == to.as_str() && has(entry, role));
        if !is_there {
            join(entries, fact, &to, &description, role, stamp);
        }
        self.removed.extend(removed);
    }

    pub(super) fn finish(self) -> Applied {
        let mut applied = Applied { text: String::new(), entries: Vec::new() };
        for part in self.parts {
            let (section, entries) = match part {
                Part::Text(line) => {
                    applied.text.push_str(&line);
                    applied.text.push('\n');
                    continue;
                }
                Part::Section(section, entries) => (section, entries),
            };
            let last = entries.len();
            for (index, entry) in entries.into_iter().enumerate() {
                let line = entry.line.unwrap_or_else(|| render(&entry.value));
                let comma = if index + 1 < last { "," } else { "" };
                applied.text.push_str(&format!("    {line}{comma}\n"));
                let facts = entry.changed.into_iter();
                applied.entries.extend(facts.map(|fact| (fact, section, line.clone())));
            }
        }
        let removed = self.removed.into_iter();
        applied.entries.extend(removed.map(|(fact, line)| (fact, "removed", line)));
        applied
    }
}

fn has(entry: &Entry, role: &str) -> bool {
    entry.value["roles"].as_array().is_some_and(|roles| roles.iter().any(|known| known == role))
}

/// Takes an operation out of a refusal. Removes and returns a refusal that has no other.
fn leave(entries: &mut Vec<Entry>, at: usize, role: &str) -> Option<String> {
    let entry = &mut entries[at];
    let before = entry.line.take().unwrap_or_else(|| render(&entry.value));
    let roles = entry.value["roles"].as_array_mut()?;
    roles.retain(|known| known != role);
    if !roles.is_empty() {
        return None;
    }
    entries.remove(at);
    Some(before)
}

/// Puts an operation into the observed refusal with this status and description.
fn join(
    entries: &mut Vec<Entry>,
    fact: &'static str,
    status: &str,
    description: &Value,
    role: &str,
    stamp: Stamp,
) {
    let is_it = |entry: &&mut Entry| {
        entry.value["source"] == "observed"
            && entry.value["status"] == status
            && entry.value["description"] == *description
    };
    if let Some(entry) = entries.iter_mut().find(is_it) {
        if let Some(roles) = entry.value["roles"].as_array_mut() {
            roles.push(json!(role));
        }
        entry.line = None;
        entry.changed.push(fact);
        return;
    }
    let value = stamp.mark(json!({ "status": status, "description": description, "roles": [role] }));
    entries.push(Entry { value, line: None, changed: vec![fact] });
}
