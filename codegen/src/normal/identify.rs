//! Matches operations of the document with those of the profile.
//!
//! A common path prefix, the last slash, the names of path parameters and the `operationId` do not identify an operation. Only
//! identification ignores them: what is sent is the path below the prefix, with the slash as the document writes it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Source;
use super::body::{request_fields, response_fields};
use super::servers;
use crate::document::Tree;
use crate::error::Problem;
use crate::operation::{Place, is_plain_template, path_parameters, path_shape, places};
use crate::pointer::Pointer;
use crate::profile::{OperationEntry, Profile};
use crate::report::{Diagnostics, WarningKind};

/// An operation of a document, and what the profile has on it.
#[derive(Clone, Debug)]
pub(super) struct Identified<'p> {
    pub(super) place: Place,
    /// Path that is sent, below the address of the server.
    pub(super) path: String,
    pub(super) entry: Option<&'p OperationEntry>,
}

impl Identified<'_> {
    /// Returns the path with the names that its parameters have in the profile, whatever the document calls them.
    pub(super) fn described_path(&self) -> String {
        let Some((_, ours)) = self.entry.and_then(|entry| entry.call.split_once(' ')) else {
            return self.path.clone();
        };
        let names = path_parameters(ours);
        if names.len() != path_parameters(&self.path).len() {
            return self.path.clone();
        }
        let mut names = names.into_iter();
        let segments = self.path.split('/').map(|segment| match path_parameters(segment).as_slice() {
            [_] => format!("{{{}}}", names.next().unwrap_or_default()),
            _ => segment.to_owned(),
        });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// Identifies the operations of a document.
///
/// `supplemented` are the names of those that the supplement has, and that so have not moved.
pub(super) fn identify<'p>(
    tree: &Tree,
    source: Source,
    supplemented: &[String],
    profile: &'p Profile,
    diagnostics: &mut Diagnostics,
) -> Vec<Identified<'p>> {
    let written = places(&tree.root);
    let prefix = common_prefix(&written, profile);
    let mut identified: Vec<Identified<'p>> = Vec::new();
    for place in written.clone() {
        let Some(path) = below(&place.path, &prefix) else {
            let message =
                format!("{} is not below {prefix}, as the others are; it is left out", place.call());
            diagnostics.warn(WarningKind::LeftOut, &tree.name, &place.pointer(), message);
            continue;
        };
        let path = path.to_owned();
        let entry = entry_of(&place, &path, profile);
        let taken = entry.and_then(|entry| {
            identified.iter().position(|other| other.entry.is_some_and(|known| known.name == entry.name))
        });
        match (entry, taken) {
            (Some(entry), Some(other)) => {
                let (twin, is_exact) = (&identified[other], is_written(entry, &path));
                let message = format!(
                    "{} and {} are one operation but for the last slash or the names of parameters; {} is used for {}",
                    twin.place.call(),
                    place.call(),
                    if is_exact { place.call() } else { twin.place.call() },
                    entry.name
                );
                diagnostics.warn(WarningKind::ReadAs, &tree.name, &place.pointer(), message);
                // The spelling of the profile is the one that the guides document, so it goes before its twin.
                if is_exact {
                    identified[other].entry = None;
                }
                identified.push(Identified { place, path, entry: is_exact.then_some(entry) });
            }
            _ => identified.push(Identified { place, path, entry }),
        }
    }
    // The supplement is ours: its operations are where we wrote them, and it states no server.
    if source == Source::Main {
        servers::check_servers(tree, &identified, &prefix, profile, diagnostics);
        servers::check_prefixes(tree, &written, &prefix, profile, diagnostics);
        find_moved(tree, &mut identified, supplemented, profile, diagnostics);
    }
    identified
}

/// Returns the entry whose path this is, or to which it moved by the profile.
fn entry_of<'p>(place: &Place, path: &str, profile: &'p Profile) -> Option<&'p OperationEntry> {
    let is_at = |call: &str| is_call(call, &place.method, path);
    if let Some(moved) = profile.moved.iter().find(|moved| is_at(&moved.to)) {
        return profile.operations.iter().find(|entry| entry.name == moved.operation);
    }
    profile.operations.iter().find(|entry| is_at(&entry.call))
}

fn is_call(call: &str, method: &str, path: &str) -> bool {
    call.split_once(' ')
        .is_some_and(|(ours, at)| ours.eq_ignore_ascii_case(method) && path_shape(at) == path_shape(path))
}

/// Returns whether a path is the entry's own, slash and all.
fn is_written(entry: &OperationEntry, path: &str) -> bool {
    let ours = entry.call.split_once(' ').map_or("", |(_, path)| path);
    ours.ends_with('/') == path.ends_with('/')
}

/// Returns a path without its last segments, unchanged: `/api/{version}/refunds/` without one is `/api/{version}`.
fn without_last(path: &str, segments: usize) -> Option<&str> {
    let mut slashes = path.trim_end_matches('/').rmatch_indices('/');
    slashes.nth(segments.checked_sub(1)?).map(|(at, _)| &path[..at])
}

/// Returns the path prefix with which most entries of the profile are found; of several, the shortest.
fn common_prefix(places: &[Place], profile: &Profile) -> String {
    let mut found = prefixes(places, profile);
    // `/shops/{id}/refunds/` is another operation than `/refunds/`, but where most are below `/api/{version}`, that is their prefix.
    found.retain(|prefix, count| !prefix.contains('{') || *count * 2 > profile.operations.len());
    let best = found.iter().max_by_key(|(prefix, count)| (**count, std::cmp::Reverse(prefix.len())));
    best.map(|(prefix, _)| prefix.clone()).unwrap_or_default()
}

/// Returns the prefixes with which entries of the profile are found, and how many with each.
pub(super) fn prefixes(places: &[Place], profile: &Profile) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let shapes: Vec<(&Place, String)> = places.iter().map(|place| (place, path_shape(&place.path))).collect();
    for entry in &profile.operations {
        let Some((method, ours)) = entry.call.split_once(' ') else { continue };
        let ours = path_shape(ours);
        for (place, theirs) in shapes.iter().filter(|(place, _)| place.method.eq_ignore_ascii_case(method)) {
            if theirs.ends_with(ours.as_str())
                && let Some(prefix) = without_last(&place.path, ours.matches('/').count())
            {
                *found.entry(prefix.to_owned()).or_default() += 1;
            }
        }
    }
    found
}

pub(super) fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.starts_with('/'))
}

/// Looks for operations of the profile that are not at their path any more: one is found if exactly one unassigned operation
/// could be it, and that one could be no other. One that changes something needs a line of the profile.
fn find_moved<'p>(
    tree: &Tree,
    identified: &mut [Identified<'p>],
    supplemented: &[String],
    profile: &'p Profile,
    diagnostics: &mut Diagnostics,
) {
    let is_found = |entry: &OperationEntry| {
        supplemented.contains(&entry.name)
            || identified.iter().any(|known| known.entry.is_some_and(|known| known.name == entry.name))
    };
    let missing: Vec<&OperationEntry> = profile
        .operations
        .iter()
        .filter(|entry| entry.call.starts_with("GET ") || entry.call.starts_with("HEAD "))
        .filter(|entry| !is_found(entry))
        .collect();
    let mut claims: Vec<(usize, &OperationEntry)> = Vec::new();
    for entry in missing {
        let fitting: Vec<usize> = (0..identified.len())
            .filter(|index| identified[*index].entry.is_none())
            .filter(|index| reads_the_same(tree, &identified[*index], entry, profile))
            .collect();
        // Of several, the one that is called the same.
        let alike: Vec<usize> =
            fitting.iter().copied().filter(|index| has_last_word(&identified[*index].path, entry)).collect();
        if let [only] = if alike.len() == 1 { alike } else { fitting }.as_slice() {
            claims.push((*only, entry));
        }
    }
    for (index, entry) in &claims {
        if claims.iter().filter(|(other, _)| other == index).count() > 1 {
            continue;
        }
        let found = &mut identified[*index];
        let message = format!("{} is taken for {} ({})", found.place.call(), entry.name, entry.call);
        diagnostics.warn(WarningKind::Moved, &tree.name, &found.place.pointer(), message);
        found.entry = Some(entry);
    }
}

/// Returns whether an operation that only reads could be the one of an entry: it takes what that takes, and yields all that is needed of
/// it. Where the document does not describe what it yields, it has to be called the same.
fn reads_the_same(tree: &Tree, found: &Identified<'_>, entry: &OperationEntry, profile: &Profile) -> bool {
    if !could_be(tree, found, entry, profile) {
        return false;
    }
    let operation = found.place.get(&tree.root);
    let item = entry.response.as_deref().unwrap_or_default().trim_end_matches("[]");
    let needs = profile.needs(item).map(|needs| needs.fields.as_slice()).unwrap_or_default();
    let is_yielded = match response_fields(tree, operation, &found.place.pointer()) {
        Some(fields) if !needs.is_empty() => needs.iter().all(|need| fields.known.contains(&need.name)),
        _ => has_last_word(&found.path, entry),
    };
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let takes = |name: &str| {
        parameters.into_iter().flatten().any(|parameter| {
            let resolved = super::resolve::resolve(tree, parameter, &Pointer::root());
            resolved.is_ok_and(|found| found.value.get("name").is_some_and(|it| it == name))
        })
    };
    is_yielded && entry.parameters.iter().filter(|need| !need.required).all(|need| takes(&need.name))
}

fn has_last_word(path: &str, entry: &OperationEntry) -> bool {
    let last_word = |path: &str| {
        let mut words = path.split('/').rev().filter(|segment| !segment.is_empty() && !segment.contains('{'));
        words.next().map(str::to_owned)
    };
    entry.call.split_once(' ').is_some_and(|(_, ours)| last_word(ours) == last_word(path))
}

/// Returns whether an operation could be the one of an entry at another place, by method, number of path parameters and required request
/// fields.
fn could_be(tree: &Tree, found: &Identified<'_>, entry: &OperationEntry, profile: &Profile) -> bool {
    let ours = entry.call.split_once(' ').map_or("", |(_, path)| path);
    path_parameters(&found.path).len() == path_parameters(ours).len()
        && takes_the_same(tree, found, entry, profile)
}

/// Returns whether an operation has the method and the required request fields of an entry.
fn takes_the_same(tree: &Tree, found: &Identified<'_>, entry: &OperationEntry, profile: &Profile) -> bool {
    let method = entry.call.split_once(' ').map_or("", |(method, _)| method);
    let theirs = request_fields(tree, found.place.get(&tree.root), &found.place.pointer());
    found.place.method.eq_ignore_ascii_case(method)
        && theirs.is_some_and(|theirs| theirs.required == needed_fields(entry, profile))
}

/// Returns the request fields that an entry always sends.
fn needed_fields(entry: &OperationEntry, profile: &Profile) -> BTreeSet<String> {
    let needs = entry.request.as_deref().and_then(|name| profile.needs(name));
    let required = needs.into_iter().flat_map(|needs| &needs.fields).filter(|field| field.required);
    required.map(|field| field.name.clone()).collect()
}

/// As many candidates as an error lists.
const HINT_LIMIT: usize = 4;

/// Reports the operations of the profile that neither document has.
pub(super) fn report_missing(
    tree: &Tree,
    found: &[Identified<'_>],
    published: &[Identified<'_>],
    profile: &Profile,
    diagnostics: &mut Diagnostics,
) {
    let needed = profile.operations.iter().filter(|entry| entry.used_by.is_some()).count();
    if needed > 1 && !published.iter().any(|known| known.entry.is_some()) {
        diagnostics.need(&tree.name, Pointer::root().child("paths"), Problem::AnotherApi(needed));
        return;
    }
    for entry in &profile.operations {
        if found.iter().any(|known| known.entry.is_some_and(|known| known.name == entry.name)) {
            continue;
        }
        let place = Pointer::root().child("paths");
        let Some(used_by) = &entry.used_by else {
            diagnostics.stale(
                &tree.name,
                place,
                format!("the operation `{}` (codegen/src/nd8/operations.rs)", entry.call),
            );
            continue;
        };
        // Worth a hint, no more: what takes the same fields, or where none is required, what is called the same.
        let is_described = |candidate: &&Identified<'_>| {
            !needed_fields(entry, profile).is_empty() || has_last_word(&candidate.path, entry)
        };
        let unknown: Vec<&Identified<'_>> =
            published.iter().filter(|known| known.entry.is_none()).filter(is_described).collect();
        let fitting = |fits: fn(&Tree, &Identified<'_>, &OperationEntry, &Profile) -> bool| {
            unknown.iter().copied().filter(move |it| fits(tree, it, entry, profile))
        };
        let mut candidates: Vec<&Identified<'_>> = fitting(could_be).take(HINT_LIMIT).collect();
        if candidates.is_empty() {
            candidates = fitting(takes_the_same).take(HINT_LIMIT).collect();
        }
        let line = |to: &str| format!("(\"{}\", \"{to}\")", entry.name);
        let line_of = |it: &Identified<'_>| line(&format!("{} {}", it.place.method.to_uppercase(), it.path));
        let hint = match candidates.as_slice() {
            [] => match outside(tree, entry, profile) {
                Some(elsewhere) => format!(
                    "; {elsewhere} is it by name, but is not below `{}`, where the others are and where the client sends to",
                    common_prefix(&places(&tree.root), profile)
                ),
                None => format!(
                    "; if it has moved, add {} to MOVED in codegen/src/nd8/mod.rs",
                    line("<METHOD> <path>")
                ),
            },
            // A line of the profile would not help: the method of the client takes other arguments.
            [only] if !could_be(tree, only, entry, profile) => format!(
                "; {} takes the same fields, but has another number of path parameters, so the method and \
                 codegen/src/nd8/operations.rs have to change",
                only.place.call()
            ),
            [only] => format!(
                "; {} looks like it, and is not taken without a line of the profile: add {} to MOVED in \
                 codegen/src/nd8/mod.rs if it is the same",
                only.place.call(),
                line_of(only)
            ),
            several => format!(
                "; several look like it, and none is taken without a line of the profile: add the right one of {} to MOVED in \
                 codegen/src/nd8/mod.rs",
                several.iter().map(|it| line_of(it)).collect::<Vec<_>>().join(", ")
            ),
        };
        let problem = Problem::MissingOperation { used_by: used_by.clone(), call: entry.call.clone(), hint };
        diagnostics.need(&tree.name, place, problem);
    }
}

/// Returns the operation of an entry below another prefix than that of the others.
fn outside(tree: &Tree, entry: &OperationEntry, profile: &Profile) -> Option<String> {
    let (method, ours) = entry.call.split_once(' ')?;
    let (places, ours) = (places(&tree.root), path_shape(ours));
    let prefix = common_prefix(&places, profile);
    let mut others = places.iter().filter(|place| {
        place.method.eq_ignore_ascii_case(method)
            && below(&place.path, &prefix).is_none_or(|path| path_shape(path) != ours)
            && path_shape(&place.path).ends_with(&ours)
    });
    others.next().map(Place::call)
}

/// Returns whether a path is one that requests can be made for: each parameter a whole segment.
pub(super) fn unfit_path(path: &str) -> Option<&'static str> {
    if !is_plain_template(path) {
        return Some("a path template with a parameter that is not a whole segment");
    }
    let mut parameters = path_parameters(path);
    parameters.sort_unstable();
    if parameters.windows(2).any(|pair| pair[0] == pair[1]) {
        return Some("a path template with one parameter at two places");
    }
    path.contains(['?', '#']).then_some("a path with a query or a fragment")
}
