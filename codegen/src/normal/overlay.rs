//! The overlay file: knowledge about the document, and how an entry is compared with it.
//!
//! An entry is addressed by role: an operation's name (`get_payment`), a type's (`Payment`), or a part of a type
//! (`Payment.amount`, `Payment.products[]`, `list_refunds?status`). Upstream's own names and paths do not occur, so they may
//! change. Each keyword of an entry is compared with the document's: absent there, it is applied; equal, the entry is
//! *unneeded*; different, it is *overruled*. An entry whose role nothing has is *stale*.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::document::{Document, Tree};
use crate::error::{Error, Problem};
use crate::pointer::Pointer;
use crate::report::{Diagnostics, WarningKind};

/// Overlay file.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    name: String,
    file: File,
    by_role: BTreeMap<String, Vec<usize>>,
    /// Roles that the document has, and so the entries that match something.
    seen: RefCell<BTreeSet<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// For readers of the file.
    #[serde(default, rename = "about")]
    _about: Vec<String>,
    /// Shapes of schemas.
    #[serde(default)]
    shapes: Vec<Shape>,
    /// Parts of operations that are printed nowhere or only in the guides: their path, their success response.
    #[serde(default)]
    operations: Vec<Part>,
    /// Refusals of operations.
    #[serde(default)]
    refusals: Vec<Refusal>,
    /// Observed behavior of servers. Only the probe reads it: behavior yields no code.
    #[serde(default, rename = "observations")]
    _observations: Vec<serde::de::IgnoredAny>,
    /// Project's own words, which go into the documentation whatever the document's are.
    #[serde(default)]
    wording: BTreeMap<String, Wording>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// Only the product guides state it.
    Guide,
    /// It is printed nowhere: an assumption of this project.
    Inferred,
    /// It is printed nowhere, and a server was seen to do so on a day.
    Observed,
}

impl Source {
    fn mark(self) -> Value {
        Value::from(match self {
            Self::Guide => "guide",
            Self::Inferred => "inferred",
            Self::Observed => "observed",
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    role: String,
    source: Source,
    day: Option<String>,
    #[serde(rename = "server")]
    _server: Option<String>,
    schema: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    role: String,
    source: Source,
    day: Option<String>,
    #[serde(rename = "server")]
    _server: Option<String>,
    part: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    status: String,
    source: Source,
    day: Option<String>,
    #[serde(rename = "server")]
    _server: Option<String>,
    description: String,
    roles: Vec<String>,
}

/// A description, or of an operation a summary and a description.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Wording {
    Schema(String),
    Operation { summary: String, description: String },
}

impl File {
    /// Returns the first entry that was observed on no day, or has the day of something that was not observed.
    fn undated(&self) -> Option<(Pointer, &'static str)> {
        let shapes = self.shapes.iter().map(|entry| (entry.source, &entry.day)).enumerate();
        let parts = self.operations.iter().map(|entry| (entry.source, &entry.day)).enumerate();
        let refusals = self.refusals.iter().map(|entry| (entry.source, &entry.day)).enumerate();
        let shapes = shapes.map(|entry| ("shapes", entry));
        let all = shapes
            .chain(parts.map(|entry| ("operations", entry)))
            .chain(refusals.map(|entry| ("refusals", entry)));
        for (section, (index, (source, day))) in all {
            let message = match (source, day) {
                (Source::Observed, None) => "`observed` needs the `day` on which it was",
                (Source::Guide | Source::Inferred, Some(_)) => "a `day` belongs to what was `observed`",
                _ => continue,
            };
            return Some((Pointer::root().child(section).child(index), message));
        }
        None
    }
}

impl Overlay {
    /// Reads the file.
    pub(crate) fn parse(document: Document<'_>) -> Result<Self, Error> {
        let tree = Tree::read(document)?;
        let file: File = serde_path_to_error::deserialize(&tree.root).map_err(|error| {
            let place = crate::document::pointer_of(error.path());
            tree.error(place, Problem::Overlay(error.into_inner().to_string()))
        })?;
        if let Some((place, message)) = file.undated() {
            return Err(tree.error(place, Problem::Overlay(message.to_owned())));
        }
        let mut by_role: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, shape) in file.shapes.iter().enumerate() {
            by_role.entry(shape.role.clone()).or_default().push(index);
        }
        Ok(Self { name: tree.name, file, by_role, seen: RefCell::default() })
    }

    /// Notes that the document has a role.
    pub(crate) fn see(&self, role: &str) {
        self.seen.borrow_mut().insert(role.to_owned());
    }

    /// Returns the names of the properties that entries give to a type.
    pub(crate) fn properties(&self, owner: &str) -> Vec<String> {
        let roles = self
            .by_role
            .iter()
            .filter(|(_, entries)| entries.iter().any(|index| adds(&self.file.shapes[*index].schema)));
        let names = roles.filter_map(|(role, _)| role.strip_prefix(owner)?.strip_prefix('.'));
        // `Payment.products[]` is about the items of a property, not another property.
        let names = names.filter(|name| !name.ends_with("[]"));
        names.map(str::to_owned).collect()
    }

    /// Lays the entries of a role over a schema of the document. `written` is the schema in the document, if it has one.
    pub(crate) fn refine(
        &self,
        role: &str,
        schema: &mut Map<String, Value>,
        source: super::Source,
        document: &str,
        place: &Pointer,
        diagnostics: &mut Diagnostics,
    ) {
        let is_written = !schema.is_empty();
        // The supplement is ours as well: so a statement of both is no evidence.
        let is_published = source == super::Source::Main;
        for index in self.by_role.get(role).into_iter().flatten() {
            let shape = &self.file.shapes[*index];
            let entry = Pointer::root().child("shapes").child(index);
            let (mut equal, mut applied) = (Vec::new(), 0);
            for (keyword, value) in &shape.schema {
                // A set of texts, or a format of one, does not restrict other values.
                let other_type = schema.get("type").filter(|known| {
                    matches!(keyword.as_str(), "enum" | "format")
                        && !shape.schema.contains_key("type")
                        && known.as_str().is_some_and(|known| known != "string" && known != "number")
                });
                let (states, known) = match (schema.get(keyword), other_type) {
                    (None, Some(known)) if is_published => ("type", known),
                    (None, _) => {
                        schema.insert(keyword.clone(), value.clone());
                        if keyword == "enum" {
                            schema.insert(INFERRED_VALUES.to_owned(), Value::Bool(true));
                        }
                        applied += 1;
                        continue;
                    }
                    (Some(known), _) if same(keyword, known, value) => {
                        equal.push(keyword.as_str());
                        continue;
                    }
                    (Some(_), _) if !is_published => continue,
                    (Some(known), _) => (keyword.as_str(), known),
                };
                // In Rust the contract decides what is required; the merged document states what the document does.
                let of_rust = match keyword.as_str() {
                    "required" => " in the merged document (the Rust types keep what the contract has)",
                    _ => "",
                };
                let message = format!(
                    "{document}{} has `{states}: {known}` for {role}, so the overlay's `{keyword}: {value}` is \
                     overruled{of_rust}; correct or remove it",
                    at(place)
                );
                let place = entry.join(["schema", keyword]);
                diagnostics.warn(WarningKind::Overruled, &self.name, &place, message);
                applied += 1;
            }
            let repeated = equal.iter().any(|keyword| *keyword != "type" || shape.schema.len() == 1);
            if is_published && is_written && applied == 0 && repeated {
                let message = format!("{document} states the same for {role} now; the entry can be removed");
                diagnostics.unneeded(&self.name, &entry, role, message);
            }
            if !is_written {
                schema.insert("x-nd8-provenance".to_owned(), shape.source.mark());
            }
        }
    }

    /// Returns the project's own description of a type or a part of one.
    pub(crate) fn wording(&self, role: &str) -> Option<&str> {
        match self.file.wording.get(role)? {
            Wording::Schema(text) => Some(text),
            Wording::Operation { .. } => None,
        }
    }

    /// Returns the project's own summary and description of an operation.
    pub(crate) fn operation_wording(&self, role: &str) -> Option<(&str, &str)> {
        match self.file.wording.get(role)? {
            Wording::Operation { summary, description } => Some((summary, description)),
            Wording::Schema(_) => None,
        }
    }

    /// Returns which parts of an operation come from where.
    pub(crate) fn operation_parts(&self, role: &str) -> Map<String, Value> {
        let parts = self.file.operations.iter().filter(|part| part.role == role);
        parts.map(|part| (part.part.clone(), part.source.mark())).collect()
    }

    /// Returns the refusals of an operation: status, description and source.
    pub(crate) fn refusals(&self, role: &str) -> impl Iterator<Item = (&str, &str, Value)> {
        // What they all are made of.
        self.see("ErrorBody");
        let refusals = self.file.refusals.iter();
        refusals
            .filter(move |refusal| refusal.roles.iter().any(|known| known == role))
            .map(|refusal| (refusal.status.as_str(), refusal.description.as_str(), refusal.source.mark()))
    }

    /// Returns each entry that no role of the document matches, with its place.
    pub(crate) fn stale(&self) -> Vec<(Pointer, String)> {
        let seen = self.seen.borrow();
        let mut stale = Vec::new();
        let top = Pointer::root();
        for (index, shape) in self.file.shapes.iter().enumerate() {
            if !seen.contains(&shape.role) {
                stale.push((top.child("shapes").child(index), shape.role.clone()));
            }
        }
        for (index, part) in self.file.operations.iter().enumerate() {
            if !seen.contains(&part.role) {
                stale.push((top.child("operations").child(index), part.role.clone()));
            }
        }
        for (index, refusal) in self.file.refusals.iter().enumerate() {
            for (at, role) in refusal.roles.iter().enumerate().filter(|(_, role)| !seen.contains(*role)) {
                let place = top.child("refusals").child(index).child("roles").child(at);
                stale.push((place, role.clone()));
            }
        }
        for role in self.file.wording.keys().filter(|role| !seen.contains(*role)) {
            stale.push((top.child("wording").child(role), role.clone()));
        }
        stale
    }

    /// Returns the name that the caller gave the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Marks a set of texts whose values are not the document's.
pub(super) const INFERRED_VALUES: &str = "x-nd8-inferred-values";

/// Returns whether an entry is complete by itself. One that only refines needs the document to have the part.
fn adds(schema: &Map<String, Value>) -> bool {
    ["type", "oneOf"].iter().any(|keyword| schema.contains_key(*keyword))
        // Any JSON value, in so many words.
        || schema.get("x-nd8-any") == Some(&Value::Bool(true))
}

/// Returns whether two values of a keyword mean the same. The order of sets does not count.
fn same(keyword: &str, left: &Value, right: &Value) -> bool {
    match (keyword, left, right) {
        ("enum" | "required", Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().all(|value| right.contains(value))
        }
        _ => left == right,
    }
}

fn at(place: &Pointer) -> String {
    match place.as_str() {
        "" => String::new(),
        pointer => format!("#{pointer}"),
    }
}
