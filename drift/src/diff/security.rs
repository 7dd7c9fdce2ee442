//! Which credentials operations ask for, and how credentials are described.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use super::operations::Both;
use super::side::Side;
use super::value::{quoted, shorten};
use super::walk::Walk;
use crate::finding::{Section, SubjectKind};
use crate::rule::ApiRule as A;

/// Schemes that are asked for together, with the scopes of each.
type Asked<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Alternatives, by the names of their schemes. Those names come again where other scopes do as well.
type Alternatives<'a> = BTreeMap<Vec<&'a str>, BTreeSet<Asked<'a>>>;

fn alternatives<'a>(side: &Side<'a>, node: Option<NodeId>) -> Alternatives<'a> {
    let mut alternatives = Alternatives::new();
    for requirement in side.items(node) {
        let asked: Asked<'a> = side
            .entries(Some(*requirement))
            .into_iter()
            .map(|(scheme, scopes)| (scheme, side.strings(Some(scopes))))
            .collect();
        alternatives.entry(asked.keys().copied().collect()).or_default().insert(asked);
    }
    alternatives
}

/// Whether anybody may call.
fn is_open(alternatives: &Alternatives<'_>) -> bool {
    alternatives.is_empty() || alternatives.contains_key::<[&str]>(&[])
}

/// Schemes in words.
fn credential(schemes: &[&str]) -> String {
    let names: Vec<String> = schemes.iter().map(|name| shorten(name, 80)).collect();
    format!("the credential `{}`", names.join(" and "))
}

/// Schemes in words, with their scopes.
fn with_scopes(asked: &Asked<'_>) -> String {
    let names: Vec<&str> = asked.keys().copied().collect();
    let scopes: BTreeSet<&str> = asked.values().flatten().copied().collect();
    if scopes.is_empty() {
        format!("{} without a scope", credential(&names))
    } else {
        format!("{} with {}", credential(&names), quoted(scopes))
    }
}

/// One difference between two sets of alternatives.
struct Difference {
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Added,
    Removed,
    ScopeAdded,
    ScopeRemoved,
    Required,
    Dropped,
}

fn differences(ours: &Alternatives<'_>, theirs: &Alternatives<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut push = |kind, message| found.push(Difference { kind, message });
    for names in theirs.keys().filter(|names| !ours.contains_key(*names) && !names.is_empty()) {
        push(Kind::Added, format!("{} was added", credential(names)));
    }
    for (names, was) in ours.iter().filter(|(names, _)| !names.is_empty()) {
        let Some(is) = theirs.get(names) else {
            push(Kind::Removed, format!("{} was removed", credential(names)));
            continue;
        };
        if was.len() == 1 && is.len() == 1 {
            for (was, is) in was.iter().zip(is) {
                scopes(was, is, &mut push);
            }
            continue;
        }
        // With several sets of scopes, each is an alternative of its own.
        for asked in is.difference(was) {
            push(Kind::Added, format!("{} was added", with_scopes(asked)));
        }
        for asked in was.difference(is) {
            push(Kind::Removed, format!("{} was removed", with_scopes(asked)));
        }
    }
    match (is_open(ours), is_open(theirs)) {
        (true, false) => push(Kind::Required, "a credential became required".to_owned()),
        (false, true) => push(Kind::Dropped, "a credential is no longer required".to_owned()),
        _ => {}
    }
    found
}

fn scopes(was: &Asked<'_>, is: &Asked<'_>, push: &mut impl FnMut(Kind, String)) {
    for ((scheme, was), is) in was.iter().zip(is.values()) {
        let scheme = shorten(scheme, 80);
        for scope in is.difference(was) {
            push(Kind::ScopeAdded, format!("`{scheme}` asks for the scope `{}`", shorten(scope, 80)));
        }
        for scope in was.difference(is) {
            let message = format!("`{scheme}` no longer asks for the scope `{}`", shorten(scope, 80));
            push(Kind::ScopeRemoved, message);
        }
    }
}

/// Compares what an operation asks for, unless both documents leave that to their defaults.
pub(super) fn operation(walk: &mut Walk<'_>, both: Both<'_>) {
    let (ours, theirs) = (walk.old.get(both.old.node, "security"), walk.new.get(both.new.node, "security"));
    if both.reversed || (ours.is_none() && theirs.is_none()) {
        return;
    }
    let ours = alternatives(walk.old, ours.or_else(|| walk.old.path(&["security"])));
    let theirs = alternatives(walk.new, theirs.or_else(|| walk.new.path(&["security"])));
    for Difference { kind, message } in differences(&ours, &theirs) {
        let rule = match kind {
            Kind::Added => A::SecurityAdded,
            Kind::Removed => A::SecurityRemoved,
            Kind::ScopeAdded => A::SecurityScopeAdded,
            Kind::ScopeRemoved => A::SecurityScopeRemoved,
            Kind::Required => A::SecurityRequired,
            Kind::Dropped => A::SecurityDropped,
        };
        both.note(walk, rule, ("security", "security"), message);
    }
}

/// Compares the defaults of the whole document, and the descriptions of credentials.
pub(super) fn document(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    let nodes = (old.path(&["security"]), new.path(&["security"]));
    for Difference { kind, message } in differences(&alternatives(old, nodes.0), &alternatives(new, nodes.1))
    {
        let rule = match kind {
            Kind::Added => A::GlobalSecurityAdded,
            Kind::Removed => A::GlobalSecurityRemoved,
            Kind::ScopeAdded => A::GlobalSecurityScopeAdded,
            Kind::ScopeRemoved => A::GlobalSecurityScopeRemoved,
            Kind::Required => A::SecurityRequired,
            Kind::Dropped => A::SecurityDropped,
        };
        walk.note_apart(rule, Section::Security, SubjectKind::Document, "security", nodes, message);
    }
    let ours = old.entries(old.path(&["components", "securitySchemes"]));
    let theirs = new.entries(new.path(&["components", "securitySchemes"]));
    for (name, was) in &ours {
        match theirs.get(name) {
            Some(is) => scheme(walk, name, *was, *is),
            None => {
                let message = "the security scheme was removed";
                note(walk, A::SecurityComponentRemoved, name, (Some(*was), None), message);
            }
        }
    }
    for (name, is) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
        note(walk, A::SecurityComponentAdded, name, (None, Some(*is)), "the security scheme was added");
    }
}

fn note(
    walk: &mut Walk<'_>,
    rule: A,
    name: &str,
    nodes: (Option<NodeId>, Option<NodeId>),
    message: impl Into<String>,
) {
    let name = shorten(name, 80);
    walk.note_apart(rule, Section::Components, SubjectKind::SecurityScheme, name, nodes, message);
}

fn scheme(walk: &mut Walk<'_>, name: &str, was: NodeId, is: NodeId) {
    let (old, new) = (walk.old, walk.new);
    let (Some(was), Some(is)) = (old.resolve(was), new.resolve(is)) else { return };
    let nodes = (Some(was), Some(is));
    let text = |side: &Side<'_>, node: NodeId, key: &str| side.string(node, key).map(str::to_owned);
    let changed = |key: &str| {
        let (was, is) = (text(old, was, key), text(new, is, key));
        (was != is).then(|| {
            let show =
                |value: Option<String>| value.map_or_else(|| "none".to_owned(), |value| shorten(&value, 80));
            format!("`{key}` changed from {} to {}", show(was), show(is))
        })
    };
    if let Some(message) = changed("type") {
        return note(walk, A::SecurityComponentTypeChanged, name, nodes, message);
    }
    let lower = |side: &Side<'_>, node, key| side.string(node, key).map(str::to_lowercase);
    // Names of headers have no case.
    let is_header = old.string(was, "in") == Some("header") && new.string(is, "in") == Some("header");
    let is_same_header = is_header && lower(old, was, "name") == lower(new, is, "name");
    for (key, rule) in [
        ("in", A::SecurityComponentPlaceChanged),
        ("name", A::SecurityComponentPlaceChanged),
        ("openIdConnectUrl", A::SecurityComponentOpenIdUrlChanged),
    ] {
        if !(key == "name" && is_same_header)
            && let Some(message) = changed(key)
        {
            note(walk, rule, name, nodes, message);
        }
    }
    for key in ["description", "bearerFormat"] {
        if walk.differs(was, is, key) {
            let nodes = (old.get(was, key).or(nodes.0), new.get(is, key).or(nodes.1));
            let message = format!("its `{key}` changed");
            note(walk, A::SecurityComponentDescriptionChanged, name, nodes, message);
        }
    }
    if lower(old, was, "scheme") != lower(new, is, "scheme")
        && let Some(message) = changed("scheme")
    {
        note(walk, A::SecurityComponentSchemeChanged, name, nodes, message);
    }
    let ours = old.entries(old.get(was, "flows"));
    let theirs = new.entries(new.get(is, "flows"));
    for (flow, was) in &ours {
        match theirs.get(flow) {
            Some(is) => oauth_flow(walk, name, flow, *was, *is),
            None => {
                let message = format!("the flow `{}` was removed", shorten(flow, 80));
                note(walk, A::SecurityComponentFlowRemoved, name, (Some(*was), Some(is)), message);
            }
        }
    }
    for (flow, is) in theirs.iter().filter(|(flow, _)| !ours.contains_key(*flow)) {
        let message = format!("the flow `{}` was added", shorten(flow, 80));
        note(walk, A::SecurityComponentFlowAdded, name, (Some(was), Some(*is)), message);
    }
}

fn oauth_flow(walk: &mut Walk<'_>, name: &str, flow: &str, was: NodeId, is: NodeId) {
    let (old, new) = (walk.old, walk.new);
    for (key, rule) in [
        ("authorizationUrl", A::SecurityComponentUrlChanged),
        ("tokenUrl", A::SecurityComponentTokenUrlChanged),
        ("refreshUrl", A::SecurityComponentRefreshUrlChanged),
    ] {
        if old.string(was, key) != new.string(is, key) {
            let nodes = (old.get(was, key).or(Some(was)), new.get(is, key).or(Some(is)));
            note(walk, rule, name, nodes, format!("`{key}` of the flow `{flow}` changed"));
        }
    }
    let ours = old.entries(old.get(was, "scopes"));
    let theirs = new.entries(new.get(is, "scopes"));
    for (scope, node) in &ours {
        let shown = shorten(scope, 80);
        match theirs.get(scope) {
            None => {
                let message = format!("the scope `{shown}` was removed");
                note(walk, A::SecurityComponentScopeRemoved, name, (Some(*node), Some(is)), message);
            }
            Some(other) if old.print(*node) != new.print(*other) => {
                let message = format!("the scope `{shown}` is described differently");
                note(walk, A::SecurityComponentScopeChanged, name, (Some(*node), Some(*other)), message);
            }
            Some(_) => {}
        }
    }
    for (scope, node) in theirs.iter().filter(|(scope, _)| !ours.contains_key(*scope)) {
        let message = format!("the scope `{}` was added", shorten(scope, 80));
        note(walk, A::SecurityComponentScopeAdded, name, (Some(was), Some(*node)), message);
    }
}
