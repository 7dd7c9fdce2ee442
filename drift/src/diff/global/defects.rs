//! Defects of the documents themselves.

use std::collections::BTreeMap;

use openapi_source::tree::NodeId;

use crate::diff::side::{Defects, Side};
use crate::diff::walk::Walk;
use crate::diff::walk::found::{Origin, RawFinding};
use crate::finding::{Section, SubjectKind};
use crate::rule::{ApiRule as A, Rule};

/// Notes the defects of both documents, if anything differs at all. One that the old document had as well is nothing new;
/// of malformed values those that are gone are noted, too: what the value means now could not be compared.
pub(crate) fn report(walk: &mut Walk<'_>) {
    for side in [walk.old, walk.new] {
        for (node, start) in side.tree.duplicates() {
            let at = side.document.position(*start);
            let message = format!("a key of it comes again in line {}, column {}", at.0, at.1);
            side.defect(A::KeyDuplicate, *node, message);
        }
        // Also of those references that no comparison came by.
        for holder in side.references() {
            side.resolve(holder);
        }
    }
    let (ours, theirs) = (walk.old.defects(), walk.new.defects());
    let known = |side: &Side<'_>, defects: &Defects| -> BTreeMap<(A, String), NodeId> {
        // Of those that come again, the first by place.
        let places = defects.keys().rev();
        places.map(|(rule, node)| ((*rule, identity(side, *rule, *node)), *node)).collect()
    };
    let (before, after) = (known(walk.old, &ours), known(walk.new, &theirs));
    // Where the work budget ran out, nobody knows whether the rest is the same.
    let ran_out = |(rule, place): &(A, String)| *rule == A::Entangled && place == "#";
    let is_whole = !before.keys().chain(after.keys()).any(ran_out);
    if walk.found.is_empty() && before.keys().eq(after.keys()) && is_whole {
        return;
    }
    for ((rule, node), message) in &ours {
        if *rule == A::Malformed && !after.contains_key(&(*rule, identity(walk.old, *rule, *node))) {
            report_defect(walk, *rule, format!("no longer: {message}"), Some(*node), None);
        }
    }
    for ((rule, node), message) in theirs {
        // A value that is malformed in another way is another value.
        let same_place = walk.old.twin(walk.new, node).filter(|_| rule != A::Malformed);
        let old = same_place
            .filter(|old| ours.contains_key(&(rule, *old)))
            .or_else(|| before.get(&(rule, identity(walk.new, rule, node))).copied());
        report_defect(walk, rule, message, old, Some(node));
    }
}

fn report_defect(walk: &mut Walk<'_>, rule: A, message: String, old: Option<NodeId>, new: Option<NodeId>) {
    walk.found.push(RawFinding {
        rule: Rule::Api(rule),
        message,
        kind: SubjectKind::Document,
        name: None,
        old,
        new,
        origin: Origin::Nothing,
        section: Section::Document,
        unsent: false,
    });
}

/// Returns what makes a defect the same in both documents: its place, and for a reference where it ought to lead, since that is
/// broken once, however many parts refer to it.
fn identity(side: &Side<'_>, rule: A, node: NodeId) -> String {
    match rule {
        A::DanglingReference | A::ExternalReference => side.reference(node).unwrap_or_default().to_owned(),
        A::Malformed => format!("{} {}", side.place(node), side.digest(node)),
        _ => side.place(node),
    }
}
