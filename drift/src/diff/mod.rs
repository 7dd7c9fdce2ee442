//! The structural comparison.
//!
//! [`operations`] pairs what operations consist of and hands pairs of schemas to the [`walk`], which compares each once
//! for each use ([`schema`]); [`reach`] then tells which operations lead there.

mod bodies;
mod carried;
mod decimal;
mod document;
mod grammar;
mod headers;
mod keyword;
mod named;
mod operation;
mod operations;
mod parameters;
mod reach;
mod responses;
mod schema;
mod security;
mod side;
mod subject;
mod sunset;
mod value;
mod view;
mod walk;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bumpalo::Bump;
use openapi_source::tree::NodeId;

use crate::Document;
use crate::comparison::{Comparison, Incomplete, Options, Which};
use crate::finding::{Finding, Section, Subject, SubjectKind};
use crate::rule::{Direction, Rule, Severity};

use reach::Reach;
use side::Side;
use walk::{Origin, Raw, Walk};

/// Compares two documents.
pub(crate) fn run(old: &Document, new: &Document, options: &Options) -> Comparison {
    let same_version = old.version() == new.version();
    let arena = Bump::new();
    let (old, new) = (Side::new(old, &arena), Side::new(new, &arena));
    let mut walk = Walk::new(&old, &new, options);
    let known = operations::compare(&mut walk);
    walk.run();
    named::compare(&mut walk);
    security::document(&mut walk);
    document::compare(&mut walk);
    drop_malformed(&mut walk);
    document::defects(&mut walk);
    document::version(&mut walk);
    let reach = Reach::new(&walk, &known);
    let found = join(std::mem::take(&mut walk.found));
    let mut findings: Vec<Finding> =
        found.into_iter().map(|(raw, operations)| finding(&old, &new, &reach, raw, &operations)).collect();
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    findings.dedup();
    let same_version = same_version && !findings.is_empty();
    let incomplete = [(Which::Old, &old), (Which::New, &new)].into_iter().flat_map(incomplete).collect();
    Comparison { findings, same_version, incomplete }
}

/// Returns what of a document could not be compared.
fn incomplete((which, side): (Which, &Side<'_>)) -> Vec<Incomplete> {
    let mut parts: Vec<_> =
        side.defects().into_iter().filter(|((rule, _), _)| rule.is_incomplete()).collect();
    parts.sort_by_key(|((rule, node), _)| (*node, *rule));
    let part = |((_, node), reason)| Incomplete { which, location: side.document.location(node), reason };
    parts.into_iter().map(part).collect()
}

/// Drops what was found at values that are malformed in one of the documents, as if they were absent. They are findings of
/// their own.
fn drop_malformed<'a>(walk: &mut Walk<'a>) {
    let (old, new) = (walk.old, walk.new);
    let is_within = |side: &Side<'a>, node: Option<NodeId>| {
        node.is_some_and(|node| old.is_within_malformed(side, node) || new.is_within_malformed(side, node))
    };
    walk.found.retain(|raw| !(is_within(old, raw.old) || is_within(new, raw.new)));
}

/// Joins what was found at one part that several operations share, as a parameter by reference: it is one change.
fn join(found: Vec<Raw>) -> Vec<(Raw, Vec<u32>)> {
    let mut joined: Vec<(Raw, Vec<u32>)> = Vec::with_capacity(found.len());
    let mut known: HashMap<(Rule, NodeId, NodeId, String), usize> = HashMap::new();
    for raw in found {
        if let (Origin::Operation(number), Some(old), Some(new)) = (raw.origin, raw.old, raw.new) {
            match known.entry((raw.rule, old, new, raw.message.clone())) {
                Entry::Occupied(first) => joined[*first.get()].1.push(number),
                Entry::Vacant(vacant) => {
                    vacant.insert(joined.len());
                    joined.push((raw, vec![number]));
                }
            }
        } else {
            joined.push((raw, Vec::new()));
        }
    }
    joined
}

/// The worst first, then by rule and by place: whatever the documents' own order.
fn order(finding: &Finding) -> impl Ord + '_ {
    let Finding { rule, severity, message, subject, old, new, operations, section } = finding;
    (std::cmp::Reverse(*severity), rule.id(), subject, new, old, message, operations, section)
}

fn finding(old: &Side<'_>, new: &Side<'_>, reach: &Reach, raw: Raw, joined: &[u32]) -> Finding {
    let (section, operations) =
        if joined.is_empty() { reach.operations(raw.origin) } else { reach.listed(joined) };
    // A part that several operations share is called by its own place.
    let has_own_place =
        matches!(raw.kind, SubjectKind::Document | SubjectKind::Parameter | SubjectKind::SecurityScheme);
    let own_name = raw.name.filter(|_| joined.len() < 2 || has_own_place);
    let name = own_name.unwrap_or_else(|| match (raw.old, raw.new) {
        (_, Some(node)) => subject::name(new, node),
        (Some(node), None) => subject::name(old, node),
        (None, None) => String::new(),
    });
    let is_defect = matches!(raw.rule, Rule::Api(rule) if rule.is_defect());
    let is_unused = section == Some(Section::Unused);
    let severity = match raw.rule.severity() {
        _ if is_defect && raw.new.is_none() => Severity::Safe,
        _ if is_defect && raw.old.is_some() => Severity::Docs,
        severity if raw.unsent => severity.min(Severity::Safe),
        // Who uses the schema, and how, the document does not say.
        severity if is_unused => severity.min(Severity::Dangerous),
        severity => severity,
    };
    let message = match raw.rule.direction() {
        _ if is_unused => format!("{} (no operation uses it in both documents)", raw.message),
        Some(Direction::Request) if raw.unsent => format!("{} (read-only: no request has it)", raw.message),
        _ if raw.unsent => format!("{} (write-only: no response has it)", raw.message),
        _ => raw.message,
    };
    Finding {
        rule: raw.rule,
        severity,
        message,
        subject: Subject { kind: raw.kind, name },
        old: raw.old.map(|node| old.document.location(node)),
        new: raw.new.map(|node| new.document.location(node)),
        operations,
        section: match section {
            Some(section) if section > Section::Paths => section,
            _ => raw.section,
        },
    }
}
