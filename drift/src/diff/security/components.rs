//! Descriptions of credentials, in `components`.

use std::rc::Rc;

use openapi_source::tree::NodeId;

use crate::diff::node::value::{quoted, shorten};
use crate::diff::side::Side;
use crate::diff::walk::Walk;
use crate::finding::{Section, SubjectKind};
use crate::rule::ApiRule as A;

/// Compares the security schemes of two documents.
pub(super) fn compare(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    let schemes = Rc::clone(&walk.schemes);
    let ours = old.entries(old.path(&["components", "securitySchemes"]));
    let theirs = new.entries(new.path(&["components", "securitySchemes"]));
    for (name, was) in &ours {
        let key = schemes.new_key(name);
        let Some(is) = theirs.get(key) else {
            let nodes = (Some(*was), None);
            report(walk, A::SecurityComponentRemoved, name, nodes, "the security scheme was removed");
            let candidates = schemes.candidates(name);
            if !candidates.is_empty() {
                let message = format!(
                    "could not be matched: removed or renamed; now sent in the same way: {}",
                    quoted(candidates)
                );
                report(walk, A::SecurityComponentUnmatched, name, nodes, message);
            }
            continue;
        };
        if key != *name {
            let message = format!("the security scheme was renamed to `{}`", shorten(key, 80));
            report(walk, A::SecurityComponentRenamed, name, (Some(*was), Some(*is)), message);
        }
        scheme(walk, key, *was, *is);
    }
    let is_new = |key: &str| !ours.contains_key(schemes.old_key(key));
    for (name, is) in theirs.iter().filter(|(name, _)| is_new(name)) {
        report(walk, A::SecurityComponentAdded, name, (None, Some(*is)), "the security scheme was added");
    }
}

fn report(
    walk: &mut Walk<'_>,
    rule: A,
    name: &str,
    nodes: (Option<NodeId>, Option<NodeId>),
    message: impl Into<String>,
) {
    let name = shorten(name, 80);
    walk.report_global(rule, Section::Components, SubjectKind::SecurityScheme, name, nodes, message);
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
    // Of another type, no field means what it meant: to list them all would hide that.
    if let Some(message) = changed("type") {
        return report(walk, A::SecurityComponentTypeChanged, name, nodes, message);
    }
    // Fields that belong to another type say nothing.
    let kind = old.string(was, "type");
    let lower = |side: &Side<'_>, node, key| side.string(node, key).map(str::to_lowercase);
    // Names of headers have no case.
    let is_header = old.string(was, "in") == Some("header") && new.string(is, "in") == Some("header");
    let is_same_header = is_header && lower(old, was, "name") == lower(new, is, "name");
    for (key, of, rule) in [
        ("in", "apiKey", A::SecurityComponentPlaceChanged),
        ("name", "apiKey", A::SecurityComponentPlaceChanged),
        ("openIdConnectUrl", "openIdConnect", A::SecurityComponentOpenIdUrlChanged),
        ("oauth2MetadataUrl", "oauth2", A::SecurityComponentOpenIdUrlChanged),
    ] {
        if kind == Some(of)
            && !(key == "name" && is_same_header)
            && let Some(message) = changed(key)
        {
            report(walk, rule, name, nodes, message);
        }
    }
    for key in ["description", "bearerFormat", "deprecated"] {
        if walk.differs(was, is, key) {
            let nodes = (old.get(was, key).or(nodes.0), new.get(is, key).or(nodes.1));
            let message = format!("its `{key}` changed");
            report(walk, A::SecurityComponentDescriptionChanged, name, nodes, message);
        }
    }
    if kind == Some("http")
        && lower(old, was, "scheme") != lower(new, is, "scheme")
        && let Some(message) = changed("scheme")
    {
        report(walk, A::SecurityComponentSchemeChanged, name, nodes, message);
    }
    if kind != Some("oauth2") {
        return;
    }
    let ours = old.entries(old.get(was, "flows"));
    let theirs = new.entries(new.get(is, "flows"));
    for (flow, was) in &ours {
        match theirs.get(flow) {
            Some(is) => oauth_flow(walk, name, flow, *was, *is),
            None => {
                let message = format!("the flow `{}` was removed", shorten(flow, 80));
                report(walk, A::SecurityComponentFlowRemoved, name, (Some(*was), Some(is)), message);
            }
        }
    }
    for (flow, is) in theirs.iter().filter(|(flow, _)| !ours.contains_key(*flow)) {
        let message = format!("the flow `{}` was added", shorten(flow, 80));
        report(walk, A::SecurityComponentFlowAdded, name, (Some(was), Some(*is)), message);
    }
}

fn oauth_flow(walk: &mut Walk<'_>, name: &str, flow: &str, was: NodeId, is: NodeId) {
    let (old, new) = (walk.old, walk.new);
    for (key, rule) in [
        ("authorizationUrl", A::SecurityComponentUrlChanged),
        ("deviceAuthorizationUrl", A::SecurityComponentUrlChanged),
        ("tokenUrl", A::SecurityComponentTokenUrlChanged),
        ("refreshUrl", A::SecurityComponentRefreshUrlChanged),
    ] {
        if old.string(was, key) != new.string(is, key) {
            let nodes = (old.get(was, key).or(Some(was)), new.get(is, key).or(Some(is)));
            report(walk, rule, name, nodes, format!("`{key}` of the flow `{flow}` changed"));
        }
    }
    let ours = old.entries(old.get(was, "scopes"));
    let theirs = new.entries(new.get(is, "scopes"));
    for (scope, node) in &ours {
        let shown = shorten(scope, 80);
        match theirs.get(scope) {
            None => {
                let message = format!("the scope `{shown}` was removed");
                report(walk, A::SecurityComponentScopeRemoved, name, (Some(*node), Some(is)), message);
            }
            Some(other) if old.digest(*node) != new.digest(*other) => {
                let message = format!("the scope `{shown}` is described differently");
                report(walk, A::SecurityComponentScopeChanged, name, (Some(*node), Some(*other)), message);
            }
            Some(_) => {}
        }
    }
    for (scope, node) in theirs.iter().filter(|(scope, _)| !ours.contains_key(*scope)) {
        let message = format!("the scope `{}` was added", shorten(scope, 80));
        report(walk, A::SecurityComponentScopeAdded, name, (Some(was), Some(*node)), message);
    }
}
