//! Findings by what they are about: an operation, a component, or the document.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::report::parts::contents::Report;
use crate::report::parts::entry::Entry;
use crate::rule::Severity;

/// Kind of part that the findings of a group are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Document,
    Operation,
    Component,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Operation, Self::Component, Self::Document];

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Operation => "operations",
            Self::Component => "schemas",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Document => "The document",
            Self::Operation => "By operation",
            Self::Component => "By schema",
        }
    }
}

/// Findings about one thing.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// New document.
    pub(super) file: &'a str,
    pub(super) id: String,
    /// Worst first.
    pub(super) entries: Vec<Entry<'a>>,
    /// Of an operation, the groups of components whose changes reach it; the worst first.
    pub(super) reached_by: Vec<usize>,
}

impl Group<'_> {
    /// A bit for each severity that a finding has. An operation that only components change is always shown.
    pub(super) fn mask(&self) -> usize {
        let bits = self.entries.iter().fold(0, |bits, entry| bits | 1 << entry.finding.severity as usize);
        if bits == 0 { (1 << Severity::ALL.len()) - 1 } else { bits }
    }

    fn worst(&self) -> Option<Severity> {
        self.entries.iter().map(|entry| entry.finding.severity).max()
    }
}

/// All groups, the worst of each kind first.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    pub(super) list: Vec<Group<'a>>,
}

type Key = (usize, Kind, String);

impl<'a> Groups<'a> {
    pub(super) fn of(report: &Report<'a>) -> Self {
        let mut found: BTreeMap<Key, Vec<Entry<'a>>> = BTreeMap::new();
        let mut reached: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
        // Findings, not entries: here operations are named in any case.
        for entry in report.findings() {
            let key = key(&entry);
            for operation in entry.operations.iter().filter(|_| key.1 == Kind::Component) {
                let operation = (entry.number, Kind::Operation, operation.to_string());
                reached.entry(operation).or_default().insert(key.clone());
            }
            found.entry(key).or_default().push(entry);
        }
        for operation in reached.keys() {
            found.entry(operation.clone()).or_default();
        }
        let files: Vec<&'a str> = report.pairs.iter().map(|pair| pair.new.name()).collect();
        let mut list: Vec<(Key, Group<'a>)> = found
            .into_iter()
            .map(|(key, mut entries)| {
                entries.sort_by_key(|entry| std::cmp::Reverse(entry.finding.severity));
                let (number, kind, name) = key.clone();
                let file = files.get(number).copied().unwrap_or_default();
                (key, Group { kind, name, file, id: String::new(), entries, reached_by: Vec::new() })
            })
            .collect();
        list.sort_by_key(|(_, group)| std::cmp::Reverse(group.worst()));
        let numbers: HashMap<Key, usize> =
            list.iter().enumerate().map(|(number, (key, _))| (key.clone(), number)).collect();
        let mut ids = super::Written::default();
        let list = list.into_iter().map(|(key, mut group)| {
            group.id = ids.id(&slug(group.kind, &group.name));
            if let Some(others) = reached.get(&key) {
                group.reached_by = others.iter().filter_map(|key| numbers.get(key).copied()).collect();
                group.reached_by.sort_unstable();
            }
            group
        });
        Self { list: list.collect() }
    }
}

/// Returns what a finding is about, by its place.
fn key(entry: &Entry<'_>) -> Key {
    let pointer = entry.place().map_or("", |(_, location)| location.pointer.as_str());
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let plain = |step: &str| step.replace("~1", "/").replace("~0", "~");
    let only = (entry.operations.len() == 1).then(|| entry.operations.iter().next()).flatten();
    let (kind, name) = match (&steps[..], only) {
        (["components", "schemas", name, ..], _) => (Kind::Component, plain(name)),
        (["components", kind, name, ..], _) if *kind != "securitySchemes" => {
            (Kind::Component, format!("{} ({kind})", plain(name)))
        }
        (["paths", ..], Some(operation)) => (Kind::Operation, operation.to_string()),
        (["paths", path, method, ..], None) if *method != "parameters" => {
            (Kind::Operation, format!("{} {}", method.to_uppercase(), plain(path)))
        }
        (["paths", path, ..], None) => (Kind::Operation, plain(path)),
        (["webhooks", name, ..], _) => (Kind::Operation, format!("webhook {}", plain(name))),
        _ => (Kind::Document, "Document".to_owned()),
    };
    (entry.number, kind, name)
}

/// Id that describes what it identifies, for links that people pass on.
fn slug(kind: Kind, name: &str) -> String {
    const MOST: usize = 80;
    let kind = match kind {
        Kind::Document => "all",
        Kind::Operation => "operation",
        Kind::Component => "schema",
    };
    let letters =
        name.chars().take(MOST).map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' });
    format!("{kind}-{}", letters.collect::<String>().trim_matches('-'))
}
