//! Normal form of a document: its meaning in one notation, with the names of the profile and the knowledge about it.
//!
//! It is a valid OpenAPI 3.0 document: operations with their own parameters, a JSON body and one success response; components that
//! are named by their role; the refusals of the overlay. Written out it is `openapi/merged.json`. Each part is built anew from what
//! was read, so that what follows meets no construct that is not made here.

mod body;
mod credentials;
mod identify;
mod lower;
mod normalizer;
mod operation;
pub(crate) mod overlay;
mod parameters;
mod resolve;
mod schema;
mod servers;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::Tree;
use crate::error::{Error, Problem};
use crate::names::Scope;
use crate::operation::Place;
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::report::{Diagnostics, Warning, WarningKind};
use crate::security::Operation;
use identify::Identified;
use normalizer::{Normalizer, Source};
use overlay::Overlay;

/// More operations than the largest APIs that people write clients for. Each takes some milliseconds and some hundred kilobytes.
const OPERATION_LIMIT: usize = 2_000;

/// A document in the normal form.
pub(crate) struct Normal {
    pub(crate) tree: Tree,
    /// Operation table, ordered by name.
    pub(crate) operations: Vec<Operation>,
    /// Document and place from which each component was read.
    pub(crate) origins: BTreeMap<String, (String, Pointer)>,
}

/// Brings a document, its supplement and the overlay into the normal form.
pub(crate) fn normalize(
    mut main: Tree,
    supplement: Option<Tree>,
    overlay: &Overlay,
    profile: &Profile,
    diagnostics: &mut Diagnostics,
) -> Result<Normal, Error> {
    for tree in std::iter::once(&main).chain(&supplement) {
        for (place, line) in &tree.repeated {
            let message = format!("a key of it comes again in line {line}; only the last one counts");
            diagnostics.warn(WarningKind::LeftOut, &tree.name, place, message);
        }
    }
    without_marks(&mut main.root);
    lower::lower(&mut main, diagnostics);
    resolve_path_items(&mut main, diagnostics)?;
    let supplement = supplement
        .map(|mut tree| {
            lower::lower(&mut tree, diagnostics);
            resolve_path_items(&mut tree, diagnostics)?;
            Ok(tree)
        })
        .transpose()?;
    let count = crate::operation::places(&main.root).len();
    if count > OPERATION_LIMIT {
        let problem = Problem::TooManyOperations { count, limit: OPERATION_LIMIT };
        return Err(main.error(Pointer::root().child("paths"), problem));
    }
    let supplemented: Vec<Identified<'_>> = supplement
        .as_ref()
        .map(|tree| identify::identify(tree, Source::Supplement, &[], profile, diagnostics))
        .unwrap_or_default();
    let names: Vec<String> =
        supplemented.iter().filter_map(|it| it.entry.map(|entry| entry.name.clone())).collect();
    let of_main = identify::identify(&main, Source::Main, &names, profile, diagnostics);
    let mut of_supplement = Vec::new();
    for added in supplemented {
        if !of_main.iter().any(|known| is_same(known, &added)) {
            of_supplement.push(added);
        } else if let Some(tree) = &supplement {
            let message = format!("{} is published now; remove it from the supplement", added.place.call());
            diagnostics.warn(WarningKind::Unneeded, &tree.name, &added.place.pointer(), message);
        }
    }
    let all: Vec<Identified<'_>> = of_main.iter().chain(&of_supplement).cloned().collect();
    identify::report_missing(&main, &all, &of_main, profile, diagnostics);

    let mut types = Scope::of_types();
    let table_names: BTreeSet<String> = profile.type_names().map(str::to_owned).collect();
    // Reserved before anything is read, so that no component of the document takes a name that `ext` uses.
    table_names.iter().for_each(|name| types.reserve(name));
    let mut normalizer = Normalizer {
        tree: &main,
        main_name: main.name.clone(),
        source: Source::Main,
        profile,
        overlay,
        diagnostics,
        components: Map::new(),
        origins: BTreeMap::new(),
        types,
        claims: BTreeMap::new(),
        table_names,
        used_names: BTreeSet::new(),
        places: BTreeMap::new(),
        shapes: BTreeMap::new(),
        shaping: Vec::new(),
        started: BTreeSet::new(),
        unmade: Vec::new(),
        requests: BTreeSet::new(),
        constants: Vec::new(),
        missing: Vec::new(),
        unsendable: BTreeMap::new(),
        failed: BTreeSet::new(),
        values: BTreeMap::new(),
        open: Vec::new(),
        nesting: 0,
        spent: 0,
    };
    let mut paths = Map::new();
    let mut operations = normalizer.document(&of_main, &mut paths)?;
    if let Some(tree) = &supplement {
        normalizer.tree = tree;
        normalizer.source = Source::Supplement;
        // References of the supplement mean its own components, even where both documents have the same key.
        normalizer.places.clear();
        normalizer.shapes.clear();
        operations.extend(normalizer.document(&of_supplement, &mut paths)?);
    }
    if paths.is_empty() {
        normalizer.report_nothing();
    }
    normalizer.values_are_published();
    normalizer.check_needs();
    normalizer.report_readings();
    let info = info(&main, overlay);
    normalizer.report_stale();
    let Normalizer { mut components, origins, .. } = normalizer;
    // Sorted, so that the order in which a document lists its parts does not change the generated code.
    operations.sort();
    components.sort_keys();
    let refusal = json!({
        "description": overlay.wording("ErrorBody").unwrap_or("What the server writes when it refuses a request."),
        "type": "object",
        "additionalProperties": true,
        "x-nd8-provenance": "inferred"
    });
    // Without a refusal the component would be a type that nothing uses.
    let has_refusals = paths.values().any(|item: &Value| item.to_string().contains("/ErrorBody\""));
    if has_refusals {
        overlay.see("ErrorBody");
        components.entry("ErrorBody").or_insert(refusal);
    }
    let root = json!({
        "openapi": "3.0.3",
        "info": info,
        "servers": servers::written(&main.root),
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": credentials::schemes(profile),
        },
    });
    let tree = Tree { name: main.name.clone(), root, version: main.version.clone(), repeated: Vec::new() };
    Ok(Normal { tree, operations, origins })
}

fn info(main: &Tree, overlay: &Overlay) -> Value {
    let text = |key: &str| main.root["info"].get(key).and_then(Value::as_str);
    let mut info = json!({ "title": text("title").unwrap_or("API"), "version": &main.version });
    overlay.see("API");
    if let Some(description) = overlay.wording("API").or_else(|| text("description")) {
        info["description"] = json!(description);
    }
    info
}

/// Removes our own extensions from a published document: from here on they have a meaning.
fn without_marks(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !key.starts_with("x-nd8-") || key.starts_with("x-nd8-provenance"));
            map.values_mut().for_each(without_marks);
        }
        Value::Array(items) => items.iter_mut().for_each(without_marks),
        _ => {}
    }
}

/// Returns whether two documents have one operation.
fn is_same(one: &Identified<'_>, other: &Identified<'_>) -> bool {
    match (one.entry, other.entry) {
        (Some(one), Some(other)) => one.name == other.name,
        _ => {
            one.place.method == other.place.method
                && crate::operation::path_shape(&one.path) == crate::operation::path_shape(&other.path)
        }
    }
}

/// Follows the reference of a path that is described elsewhere.
fn resolve_path_items(tree: &mut Tree, diagnostics: &mut Diagnostics) -> Result<(), Error> {
    let mut found = Vec::new();
    for (path, item) in crate::schema::object(tree.root.get("paths")) {
        let place = Pointer::root().join(["paths", path]);
        if resolve::reference(item).is_some() {
            match resolve::resolve(tree, item, &place) {
                Ok(resolved) => found.push((path.to_owned(), resolved.value.clone())),
                // If one of ours is in there, it is reported as missing.
                Err(error) if error.can_be_left_out() => {
                    let why = error.findings().first().map(|it| it.problem.to_string()).unwrap_or_default();
                    diagnostics.warn(
                        WarningKind::LeftOut,
                        &tree.name,
                        &place,
                        format!("the path is left out: {why}"),
                    );
                    found.push((path.to_owned(), json!({})));
                }
                Err(error) => return Err(error),
            }
        } else if !item.is_object() && !path.starts_with("x-") {
            // If one of ours is in there, it is reported as missing.
            let message = "not valid OpenAPI: a path must be described by an object; it is left out";
            diagnostics.warn(WarningKind::LeftOut, &tree.name, &place, message.to_owned());
        }
    }
    for (path, item) in found {
        tree.root["paths"][path.as_str()] = item;
    }
    Ok(())
}

impl Normalizer<'_> {
    /// Brings the operations of a document into the normal form.
    fn document(
        &mut self,
        found: &[Identified<'_>],
        paths: &mut Map<String, Value>,
    ) -> Result<Vec<Operation>, Error> {
        self.claim_component_names();
        let names = self.operation_names(found);
        let mut credentials = credentials::Credentials::of(self.tree, self.profile, self.diagnostics);
        let mut table = Vec::new();
        // Those of the profile first, so that types that others share with them have our names.
        let mut ordered: Vec<(&Identified<'_>, &String)> = found.iter().zip(&names).collect();
        ordered.sort_by_key(|(operation, _)| operation.entry.is_none());
        for (operation, name) in ordered {
            let (mark, spent) = (self.diagnostics.warnings.len(), self.spent);
            let normal = match self.operation(operation, name) {
                Ok(normal) => normal,
                Err(error) if operation.entry.is_none() && error.can_be_left_out() => {
                    self.diagnostics.warnings.truncate(mark);
                    self.spent = spent;
                    self.open.clear();
                    self.nesting = 0;
                    self.leave_out(error, &operation.place.call());
                    continue;
                }
                Err(error) => {
                    let types = operation.entry.into_iter().flat_map(|it| [&it.request, &it.response]);
                    self.failed.extend(types.flatten().map(|name| name.trim_end_matches("[]").to_owned()));
                    self.diagnostics.absorb(error);
                    // Every later operation would fail with the same error.
                    if self.is_exhausted() {
                        break;
                    }
                    continue;
                }
            };
            if operation.entry.is_none() && !self.profile.operations.is_empty() {
                let message = format!(
                    "{} is not in the profile; it is called `{name}` for now",
                    operation.place.call()
                );
                self.diagnostics.warn(
                    WarningKind::DerivedName,
                    &self.tree.name,
                    &operation.place.pointer(),
                    message,
                );
            }
            let credential = credentials.of_operation(self.tree, operation, name, self.diagnostics);
            let mut normal = normal;
            normal["security"] = credentials::requirement(credential.as_deref(), self.profile);
            let Place { method, .. } = &operation.place;
            let item = paths.entry(operation.path.clone()).or_insert_with(|| json!({}));
            item[method.as_str()] = normal;
            table.push(Operation {
                id: name.clone(),
                method: method.to_uppercase(),
                path: operation.described_path(),
                credential,
            });
        }
        self.make_rest().unwrap_or_else(|error| self.diagnostics.absorb(error));
        Ok(table)
    }

    /// Reports a part that nobody needs and that has no form.
    fn leave_out(&mut self, error: Error, what: &str) {
        for finding in error.into_findings() {
            let message = format!("{what} is left out: {}", finding.problem);
            self.diagnostics.warn(WarningKind::LeftOut, &finding.document, &finding.pointer, message);
        }
    }

    /// Reports a document of which everything was left out: that is not an API without operations.
    fn report_nothing(&mut self) {
        let is_left_out = |warning: &&Warning| warning.kind == WarningKind::LeftOut;
        if let Some(first) = self.diagnostics.warnings.iter().find(is_left_out) {
            let place = Pointer::from_text(&first.pointer);
            let problem = Problem::Unsupported(format!("any of its operations; {}", first.message));
            self.diagnostics.absorb(self.tree.error(place, problem));
        }
    }

    /// Reports entries of the naming tables and of the overlay that match nothing.
    fn report_stale(&mut self) {
        for entry in &self.profile.schemas {
            if !self.used_names.contains(&entry.at) {
                let what = format!(
                    "the name `{}` for the schema `{}` (SCHEMAS in codegen/src/nd8/mod.rs)",
                    entry.name, entry.at
                );
                self.diagnostics.stale(&self.tree.name, Pointer::root(), what);
            }
        }
        for entry in &self.profile.alternatives {
            if !self.components.contains_key(&entry.name) {
                let what = format!(
                    "the name `{}` for an alternative of `{}` (ALTERNATIVES in codegen/src/nd8/mod.rs)",
                    entry.name, entry.of
                );
                self.diagnostics.stale(&self.tree.name, Pointer::root(), what);
            }
        }
        for (place, role) in self.overlay.stale() {
            self.diagnostics.stale(self.overlay.name(), place, format!("the overlay's entry for `{role}`"));
        }
    }
}
