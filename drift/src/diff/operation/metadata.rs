//! Metadata of an operation: its id, tags, words and servers.

use std::collections::BTreeSet;

use openapi_source::tree::NodeId;

use crate::diff::node::value::shorten;
use crate::diff::side::{Reading, Side};
use crate::diff::walk::Walk;
use crate::diff::walk::matched::{MatchedOperation, OperationRef};
use crate::rule::ApiRule as A;

/// Compares what is not the interface.
pub(crate) fn compare(walk: &mut Walk<'_>, both: MatchedOperation<'_>) {
    let (old, new) = (walk.old, walk.new);
    let was = old.string(both.old.node, "operationId");
    let is = new.string(both.new.node, "operationId");
    let key = ("operationId", "operationId");
    match (was, is) {
        (None, Some(is)) => {
            let message = format!("the operation got the id `{}`", shorten(is, 80));
            both.report(walk, A::OperationIdAdded, key, message);
        }
        (Some(was), None) => {
            both.report(
                walk,
                A::OperationIdRemoved,
                key,
                format!("the operation lost the id `{}`", shorten(was, 80)),
            );
        }
        (Some(was), Some(is)) if was != is => {
            let message =
                format!("the operation's id changed from `{}` to `{}`", shorten(was, 80), shorten(is, 80));
            both.report(walk, A::OperationIdRemoved, key, message);
        }
        _ => {}
    }
    // Tags are a set: code generators group by them, in no order.
    let ours = old.strings(old.get(both.old.node, "tags"));
    let theirs = new.strings(new.get(both.new.node, "tags"));
    for tag in theirs.difference(&ours) {
        both.report(walk, A::TagAdded, ("tags", "tags"), format!("the tag `{}` was added", shorten(tag, 80)));
    }
    for tag in ours.difference(&theirs) {
        both.report(
            walk,
            A::TagRemoved,
            ("tags", "tags"),
            format!("the tag `{}` was removed", shorten(tag, 80)),
        );
    }
    for (key, rule) in [
        ("summary", A::SummaryChanged),
        ("description", A::DescriptionChanged),
        ("externalDocs", A::ExternalDocsChanged),
    ] {
        if walk.differs(both.old.node, both.new.node, key) {
            both.report(walk, rule, (key, key), format!("the operation's {key} changed"));
        }
    }
    // Metadata that a path gives all its operations.
    for (key, rule) in [("summary", A::SummaryChanged), ("description", A::DescriptionChanged)] {
        let (was, is) = (both.old.item, both.new.item);
        if walk.differs(was, is, key) {
            let nodes = (old.get(was, key).or(Some(was)), new.get(is, key).or(Some(is)));
            both.report_at(walk, rule, nodes, format!("the path's {key} changed"));
        }
    }
    servers(walk, both);
}

fn servers(walk: &mut Walk<'_>, both: MatchedOperation<'_>) {
    // Neither their order nor a slash at the end makes a difference.
    let servers = |side: &Side<'_>, found: OperationRef<'_>, reading: Reading| {
        let own = side.get(found.node, "servers").filter(|node| !side.items(Some(*node)).is_empty());
        let servers = side.items(own.or_else(|| side.get(found.item, "servers"))).iter();
        let say = |node: &NodeId| {
            let url = side.string(*node, "url").unwrap_or_default().trim_end_matches('/').to_owned();
            let parts = ["variables", "name", "description"]
                .map(|key| Some(side.part(side.get(*node, key)?, reading)));
            let count = if reading == Reading::Meaning { 1 } else { 3 };
            (url, parts[..count].to_vec())
        };
        servers.map(say).collect::<BTreeSet<_>>()
    };
    let differ = |reading| servers(walk.old, both.old, reading) != servers(walk.new, both.new, reading);
    let keys = ("servers", "servers");
    if differ(Reading::Meaning) {
        both.report(walk, A::OperationServersChanged, keys, "the operation's servers changed");
    } else if differ(Reading::Contents) {
        let message = "the description of the operation's servers changed";
        both.report(walk, A::ServerDescriptionChanged, keys, message);
    }
}
