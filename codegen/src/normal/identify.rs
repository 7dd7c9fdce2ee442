//! Which operation of the document is which of the profile.
//!
//! A common path prefix, the last slash, the names of path parameters and the `operationId` do not identify an operation. Only
//! identification ignores them: what is sent is the path below the prefix, with the slash as the document writes it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Source;
use super::body::required_fields;
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
    /// The path that is sent, below the address of the server.
    pub(super) path: String,
    pub(super) entry: Option<&'p OperationEntry>,
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
    let places = places(&tree.root);
    let prefix = common_prefix(&places, profile);
    if source == Source::Main {
        check_server(tree, &prefix, profile, diagnostics);
    }
    let mut identified: Vec<Identified<'p>> = Vec::new();
    for place in places {
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
                if is_exact {
                    identified[other].entry = None;
                }
                identified.push(Identified { place, path, entry: is_exact.then_some(entry) });
            }
            _ => identified.push(Identified { place, path, entry }),
        }
    }
    if source == Source::Main {
        find_moved(tree, &mut identified, supplemented, profile, diagnostics);
    }
    identified
}

/// The entry whose path this is, or to which the profile says that it moved.
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

/// Whether a path is the entry's own, slash and all.
fn is_written(entry: &OperationEntry, path: &str) -> bool {
    let ours = entry.call.split_once(' ').map_or("", |(_, path)| path);
    ours.ends_with('/') == path.ends_with('/')
}

/// The path prefix with which most entries of the profile are found; of several, the shortest.
fn common_prefix(places: &[Place], profile: &Profile) -> String {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &profile.operations {
        let Some((method, ours)) = entry.call.split_once(' ') else { continue };
        let ours = path_shape(ours);
        for place in places.iter().filter(|place| place.method.eq_ignore_ascii_case(method)) {
            let theirs = path_shape(&place.path);
            if let Some(prefix) = theirs.strip_suffix(ours.as_str())
                && !prefix.contains('{')
            {
                *found.entry(prefix.to_owned()).or_default() += 1;
            }
        }
    }
    let best = found.iter().max_by_key(|(prefix, count)| (**count, std::cmp::Reverse(prefix.len())));
    best.map(|(prefix, _)| prefix.clone()).unwrap_or_default()
}

fn below<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.starts_with('/'))
}

/// The client sends to an address of its own. A document that describes another one may describe another API.
fn check_server(tree: &Tree, prefix: &str, profile: &Profile, diagnostics: &mut Diagnostics) {
    let Some(ours) = profile.server_path.as_deref() else { return };
    let urls: Vec<&str> = tree
        .root
        .get("servers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|server| server.get("url")?.as_str())
        .collect();
    let path = |url: &str| {
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = match url.contains("://") {
            true => after_scheme.find('/').map_or("", |start| &after_scheme[start..]),
            false => url,
        };
        format!("{}{prefix}", path.trim_end_matches('/'))
    };
    if urls.is_empty() && prefix.is_empty() || urls.iter().any(|url| path(url) == ours) {
        return;
    }
    let theirs = urls.first().map_or_else(|| prefix.to_owned(), |url| path(url));
    let message = format!(
        "the document's operations are at `{theirs}` of the server, and the client sends to `{ours}`; set the base URL if \
         the document is right"
    );
    let place = Pointer::root().child(if urls.is_empty() { "paths" } else { "servers" });
    diagnostics.warn(WarningKind::Server, &tree.name, &place, message);
}

/// Looks for operations of the profile that are not at their path any more.
fn find_moved<'p>(
    tree: &Tree,
    identified: &mut [Identified<'p>],
    supplemented: &[String],
    profile: &'p Profile,
    diagnostics: &mut Diagnostics,
) {
    for entry in &profile.operations {
        if supplemented.contains(&entry.name) {
            continue;
        }
        if identified.iter().any(|known| known.entry.is_some_and(|known| known.name == entry.name)) {
            continue;
        }
        let candidates: Vec<usize> = (0..identified.len())
            .filter(|index| identified[*index].entry.is_none())
            .filter(|index| could_be(tree, &identified[*index], entry, profile))
            .collect();
        let Some((method, _)) = entry.call.split_once(' ') else { continue };
        let [only] = candidates.as_slice() else { continue };
        let found = &mut identified[*only];
        if matches!(method, "GET" | "HEAD") {
            let message = format!("{} is taken for {} ({})", found.place.call(), entry.name, entry.call);
            diagnostics.warn(WarningKind::Moved, &tree.name, &found.place.pointer(), message);
            found.entry = Some(entry);
        }
    }
}

/// Whether an operation could be the one of an entry at another place: by method, number of path parameters and required
/// request fields; and where none is required, by the last word of the path, for then the fields say nothing.
fn could_be(tree: &Tree, found: &Identified<'_>, entry: &OperationEntry, profile: &Profile) -> bool {
    let Some((method, ours)) = entry.call.split_once(' ') else { return false };
    let is_alike = found.place.method.eq_ignore_ascii_case(method)
        && path_parameters(&found.path).len() == path_parameters(ours).len();
    if !is_alike {
        return false;
    }
    let mut needed = needed_fields(entry, profile);
    let operation = found.place.get(&tree.root);
    let Some(mut theirs) = required_fields(tree, operation, &found.place.pointer()) else { return false };
    theirs.sort();
    needed.sort();
    let last_word = |path: &str| {
        let mut words = path.split('/').rev().filter(|segment| !segment.is_empty() && !segment.contains('{'));
        words.next().map(str::to_owned)
    };
    theirs == needed && (!needed.is_empty() || last_word(ours) == last_word(&found.path))
}

/// Whether an operation changes something by the same required fields, with other path parameters: worth a hint, no more.
fn has_same_fields(tree: &Tree, found: &Identified<'_>, entry: &OperationEntry, profile: &Profile) -> bool {
    let Some((method, _)) = entry.call.split_once(' ') else { return false };
    let mut needed = needed_fields(entry, profile);
    let theirs = required_fields(tree, found.place.get(&tree.root), &found.place.pointer());
    needed.sort();
    let is_equal = theirs.is_some_and(|mut theirs| {
        theirs.sort();
        theirs == needed
    });
    found.place.method.eq_ignore_ascii_case(method) && !needed.is_empty() && is_equal
}

/// The request fields that an entry always sends.
fn needed_fields(entry: &OperationEntry, profile: &Profile) -> Vec<String> {
    let needs = entry.request.as_deref().and_then(|name| profile.needs(name));
    let required = needs.into_iter().flat_map(|needs| &needs.fields).filter(|field| field.required);
    required.map(|field| field.name.clone()).collect()
}

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
        let mut unknown = published.iter().filter(|known| known.entry.is_none());
        let candidate = unknown
            .clone()
            .find(|candidate| could_be(tree, candidate, entry, profile))
            .or_else(|| unknown.find(|candidate| has_same_fields(tree, candidate, entry, profile)));
        let to = candidate.map_or_else(
            || "<METHOD> <path>".to_owned(),
            |it| format!("{} {}", it.place.method.to_uppercase(), it.path),
        );
        let line = format!("(\"{}\", \"{to}\")", entry.name);
        let hint = match candidate {
            Some(candidate) => format!(
                "; {} looks like it, and is not taken without a line of the profile: add {line} to MOVED in \
                 codegen/src/nd8/mod.rs if it is the same",
                candidate.place.call()
            ),
            None => format!("; if it has moved, add {line} to MOVED in codegen/src/nd8/mod.rs"),
        };
        let problem = Problem::MissingOperation { used_by: used_by.clone(), call: entry.call.clone(), hint };
        diagnostics.need(&tree.name, place, problem);
    }
}

/// Whether a path is one that requests can be made for: each parameter a whole segment.
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
