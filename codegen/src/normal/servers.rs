//! The server that a document states: its address, and the prefix of its paths.

use std::collections::BTreeSet;

use serde_json::Value;

use super::identify::{Identified, below, prefixes};
use crate::document::Tree;
use crate::operation::Place;
use crate::pointer::Pointer;
use crate::profile::Profile;
use crate::report::{Diagnostics, WarningKind};

/// Warns if the document describes another server than the client's: it may describe another API.
pub(super) fn check_servers(
    tree: &Tree,
    identified: &[Identified<'_>],
    prefix: &str,
    profile: &Profile,
    diagnostics: &mut Diagnostics,
) {
    let Some(ours) = profile.server_path.as_deref() else { return };
    let mut check = |servers: Option<&Value>, what: &str, place: Pointer| {
        let bases: Vec<String> = servers
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|server| Some(format!("{}{prefix}", server_url(server)?)))
            .collect();
        let is_unsaid = bases.is_empty() && (prefix.is_empty() || prefix == ours);
        if is_unsaid || bases.iter().any(|base| path_of(base) == ours) {
            return;
        }
        let theirs = bases.first().map_or(prefix, String::as_str);
        let place = if bases.is_empty() { Pointer::root().child("paths") } else { place };
        let message = format!(
            "{what} at `{theirs}`, and the client sends to `{ours}` of its server; set the base URL if the document is right"
        );
        diagnostics.warn(WarningKind::Server, &tree.name, &place, message);
    };
    check(tree.root.get("servers"), "the document's operations are", Pointer::root().child("servers"));
    let mut foreign = Vec::new();
    let usual = hosts(tree.root.get("servers"));
    // An operation, or a path, can have servers of its own.
    for Identified { place, entry, .. } in identified {
        let item = Pointer::root().join(["paths", &place.path]);
        let own = [place.pointer(), item].map(|owner| owner.child("servers"));
        if let Some(at) = own.into_iter().find(|at| tree.root.pointer(at.as_str()).is_some()) {
            let (servers, call) = (tree.root.pointer(at.as_str()), place.call());
            let name = entry.map_or(call.as_str(), |entry| entry.name.as_str());
            check(servers, &format!("{name} is"), at.clone());
            let own = hosts(servers);
            if !own.is_empty() && !usual.is_empty() && own.is_disjoint(&usual) {
                let hosts = own.into_iter().collect::<Vec<_>>().join("`, `");
                foreign.push((
                    at,
                    format!(
                        "{name} is at `{hosts}`, unlike the others; the client sends it to its one server"
                    ),
                ));
            }
        }
    }
    for (at, message) in foreign {
        diagnostics.warn(WarningKind::Server, &tree.name, &at, message);
    }
}

/// Returns the hosts of servers.
fn hosts(servers: Option<&Value>) -> BTreeSet<String> {
    let urls = servers.and_then(Value::as_array).into_iter().flatten().filter_map(server_url);
    urls.filter_map(|url| Some(url.split_once("://")?.1.split('/').next()?.to_ascii_lowercase())).collect()
}

/// Returns a server's address, with its variables filled in.
fn server_url(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in crate::schema::object(server.get("variables")) {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    Some(url.trim_end_matches('/').to_owned())
}

/// Returns the path of an address; one without a server's name is a path.
fn path_of(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => url,
    }
}

/// Reports that operations of the profile are below several prefixes, such as those of two versions.
pub(super) fn check_prefixes(
    tree: &Tree,
    places: &[Place],
    prefix: &str,
    profile: &Profile,
    diagnostics: &mut Diagnostics,
) {
    let found = prefixes(places, profile);
    let Some(used) = found.get(prefix) else { return };
    for (other, count) in &found {
        if other == prefix
            || other.contains('{')
            || below(&format!("{other}/"), prefix).is_some()
            || prefix.starts_with(other.as_str())
        {
            continue;
        }
        let message = format!(
            "{used} of our operations are below `{prefix}` and {count} below `{other}`; those below `{prefix}` are used: if \
             the others are meant, use a document without those"
        );
        diagnostics.warn(WarningKind::Server, &tree.name, &Pointer::root().child("paths"), message);
    }
}

/// Returns the servers of a document, but for those that are not described.
pub(super) fn written(root: &Value) -> Value {
    let servers = root.get("servers").and_then(Value::as_array).into_iter().flatten();
    servers.filter(|server| server.get("url").is_some_and(Value::is_string)).cloned().collect()
}
