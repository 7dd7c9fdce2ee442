//! Which credentials operations require, and how credentials are described.

mod alternatives;
mod components;

use std::rc::Rc;

use openapi_source::tree::NodeId;

use crate::diff::node::value::{quoted, shorten};
use crate::diff::walk::Walk;
use crate::diff::walk::matched::MatchedOperation;
use crate::finding::{Section, SubjectKind};
use crate::rule::{ApiRule as A, Rule};
use alternatives::{Alternatives, Difference, Kind, Lost};

/// Number of credentials that a message lists.
const SHOWN: usize = 8;

/// Compares what an operation requires. Of what both documents leave to their defaults, only what callers lose is noted
/// here: the rest belongs to the defaults.
pub(super) fn operation(walk: &mut Walk<'_>, both: MatchedOperation<'_>) {
    if both.reversed {
        return;
    }
    // An empty list is a statement, no list is not: then the default of the document applies.
    let own = (walk.old.get(both.old.node, "security"), walk.new.get(both.new.node, "security"));
    let defaults = (walk.old.path(&["security"]), walk.new.path(&["security"]));
    let nodes = (own.0.or(defaults.0), own.1.or(defaults.1));
    let is_default = own == (None, None);
    if is_default && nodes == (None, None) {
        return;
    }
    if !walk.old.spend(walk.old.items(nodes.0).len()) || !walk.new.spend(walk.new.items(nodes.1).len()) {
        return;
    }
    let schemes = Rc::clone(&walk.schemes);
    let ours = Alternatives::read(walk.old, nodes.0).renamed(&schemes);
    let theirs = Alternatives::read(walk.new, nodes.1);
    let lost = alternatives::lost(&ours, &theirs, &schemes, walk.new);
    if is_default {
        walk.defaults_apply = true;
        return report_lost(walk, both, &lost, SubjectKind::Document, nodes);
    }
    for Difference { kind, message } in alternatives::differences(&ours, &theirs, &schemes) {
        let rule = match kind {
            Kind::Added => A::SecurityAdded,
            Kind::Removed => A::SecurityRemoved,
            Kind::ScopeAdded => A::SecurityScopeAdded,
            Kind::ScopeRemoved => A::SecurityScopeRemoved,
            Kind::Required => A::SecurityRequired,
            Kind::Optional => A::SecurityOptional,
            Kind::Dropped => A::SecurityDropped,
        };
        both.report(walk, rule, ("security", "security"), message);
    }
    let nodes = (own.0.or(Some(both.old.node)), own.1.or(Some(both.new.node)));
    report_lost(walk, both, &lost, SubjectKind::Operation, nodes);
}

/// Notes what callers of an operation lose. What several operations lose at one place becomes one finding.
fn report_lost(
    walk: &mut Walk<'_>,
    both: MatchedOperation<'_>,
    lost: &Lost<'_>,
    kind: SubjectKind,
    nodes: (Option<NodeId>, Option<NodeId>),
) {
    let name = if kind == SubjectKind::Operation { both.name() } else { "security".to_owned() };
    let changed = Rule::Api(A::SecurityCredentialChanged);
    if !lost.refused.is_empty() {
        let more = lost.refused.len().saturating_sub(SHOWN);
        let mut message: Vec<&str> = lost.refused.iter().take(SHOWN).map(String::as_str).collect();
        let rest = format!("{more} more");
        if more > 0 {
            message.push(&rest);
        }
        let message = format!("no longer enough: {}", message.join(", "));
        walk.report(both.number, changed, kind, name.clone(), nodes, message);
    }
    let schemes = Rc::clone(&walk.schemes);
    for key in &lost.altered {
        let Some(altered) = schemes.altered(key) else { continue };
        let message = format!("an operation requires it, and {} changed", altered.what);
        let nodes = (Some(altered.old), Some(altered.new));
        walk.report(both.number, changed, SubjectKind::SecurityScheme, shorten(key, 80), nodes, message);
    }
    if !lost.unmatched.is_empty() {
        let pairs = lost.unmatched.iter();
        let pairs = pairs.map(|(was, is)| format!("{} → {}", shorten(was, 60), shorten(is, 60)));
        let message = format!(
            "could not be matched: renamed or replaced by another credential that is sent in the same way: {}",
            quoted(pairs)
        );
        walk.report(both.number, Rule::Api(A::SecurityCredentialUnmatched), kind, name, nodes, message);
    }
}

/// Compares the defaults of the whole document, and the descriptions of credentials.
pub(super) fn document(walk: &mut Walk<'_>) {
    let nodes = (walk.old.path(&["security"]), walk.new.path(&["security"]));
    let schemes = Rc::clone(&walk.schemes);
    let ours = Alternatives::read(walk.old, nodes.0).renamed(&schemes);
    let theirs = Alternatives::read(walk.new, nodes.1);
    for Difference { kind, message } in alternatives::differences(&ours, &theirs, &schemes) {
        let rule = match kind {
            // With a credential of its own, no operation cares.
            Kind::Required if !walk.defaults_apply => continue,
            Kind::Added => A::GlobalSecurityAdded,
            Kind::Removed => A::GlobalSecurityRemoved,
            Kind::ScopeAdded => A::GlobalSecurityScopeAdded,
            Kind::ScopeRemoved => A::GlobalSecurityScopeRemoved,
            Kind::Required => A::SecurityRequired,
            Kind::Optional => A::SecurityOptional,
            Kind::Dropped => A::SecurityDropped,
        };
        walk.report_global(rule, Section::Security, SubjectKind::Document, "security", nodes, message);
    }
    components::compare(walk);
}
