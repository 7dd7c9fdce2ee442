//! Findings about the whole document: its servers, its title, its tags, its version, its defects, and schemas that no operation uses.

mod by_name;
pub(crate) mod defects;
mod servers;
pub(crate) mod unused;
pub(crate) mod version;

use openapi_source::tree::NodeId;

use self::by_name::{ByName, by_name};
use super::node::value::{Digest, shorten};
use super::side::Side;
use super::walk::Walk;
use crate::finding::{Section, SubjectKind};
use crate::rule::ApiRule as A;

/// Compares servers, tags, and the metadata of the whole document.
pub(crate) fn compare(walk: &mut Walk<'_>) {
    servers::compare(walk);
    info(walk);
    tags(walk);
}

fn info(walk: &mut Walk<'_>) {
    let (old, new) = (walk.old, walk.new);
    let (ours, theirs) = (old.path(&["info"]), new.path(&["info"]));
    for key in ["title", "summary", "description", "termsOfService", "contact", "license"] {
        let (was, is) =
            (ours.and_then(|node| old.get(node, key)), theirs.and_then(|node| new.get(node, key)));
        if was.map(|node| old.digest(node)) != is.map(|node| new.digest(node)) {
            let nodes = (was.or(ours), is.or(theirs));
            let message = format!("`info.{key}` changed");
            walk.report_global(A::InfoChanged, Section::Info, SubjectKind::Document, "info", nodes, message);
        }
    }
    if walk.differs(NodeId::ROOT, NodeId::ROOT, "externalDocs") {
        let nodes = (old.path(&["externalDocs"]), new.path(&["externalDocs"]));
        let message = "the link to further documentation changed";
        walk.report_global(A::InfoChanged, Section::Info, SubjectKind::Document, "info", nodes, message);
    }
    let (rule, kind) = (A::OpenApiVersionChanged, SubjectKind::Document);
    if walk.differs(NodeId::ROOT, NodeId::ROOT, "jsonSchemaDialect") {
        let nodes = (old.path(&["jsonSchemaDialect"]), new.path(&["jsonSchemaDialect"]));
        let message = "`jsonSchemaDialect` changed: schemas are read by other rules";
        walk.report_global(rule, Section::Document, kind, "openapi", nodes, message);
    }
    // A patch version of OpenAPI changes nothing in how a document is read.
    let minor = |side: &Side<'_>| side.document.openapi().get(..3).unwrap_or_default().to_owned();
    if minor(old) != minor(new) {
        let nodes = (old.path(&["openapi"]), new.path(&["openapi"]));
        let message =
            format!("written in OpenAPI {}, before in {}", new.document.openapi(), old.document.openapi());
        walk.report_global(rule, Section::Document, kind, "openapi", nodes, message);
    }
}

fn tags(walk: &mut Walk<'_>) {
    fn list<'a>(side: &Side<'a>) -> ByName<'a, Digest> {
        by_name(side, "tags", |node| side.string(node, "name"), |node| side.digest(node))
    }
    let (ours, theirs) = (list(walk.old), list(walk.new));
    let report = |walk: &mut Walk<'_>, nodes, message: String| {
        let (rule, kind) = (A::TagDescriptionChanged, SubjectKind::Document);
        walk.report_global(rule, Section::Document, kind, "tags", nodes, message);
    };
    for (name, (was, described)) in &ours {
        let tag = shorten(name, 80);
        match theirs.get(name) {
            Some((is, others)) if described != others => {
                let nodes = (Some(*was), Some(*is));
                report(walk, nodes, format!("the description of the tag `{tag}` changed"));
            }
            Some(_) => {}
            None => report(walk, (Some(*was), None), format!("the tag `{tag}` is no longer described")),
        }
    }
    for (name, (is, _)) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
        report(walk, (None, Some(*is)), format!("the tag `{}` is described now", shorten(name, 80)));
    }
}
