//! Findings as they leave the comparison: with their operations, their severity and their place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use openapi_source::tree::NodeId;

use super::side::Side;
use super::subject;
use super::walk::Walk;
use super::walk::found::{Origin, RawFinding};
use super::walk::reach::Reach;
use crate::finding::{Finding, Section, Subject, SubjectKind};
use crate::rule::{Direction, Rule, Severity};

/// Makes findings of what the comparison found.
pub(crate) struct Finish<'f, 'a> {
    pub(crate) old: &'f Side<'a>,
    pub(crate) new: &'f Side<'a>,
    pub(crate) reach: &'f Reach,
}

impl Finish<'_, '_> {
    pub(crate) fn findings(&self, found: Vec<RawFinding>) -> Vec<Finding> {
        join(found).into_iter().map(|(raw, operations)| self.finding(raw, &operations)).collect()
    }

    fn finding(&self, raw: RawFinding, joined: &[u32]) -> Finding {
        let (section, operations) =
            if joined.is_empty() { self.reach.operations(raw.origin) } else { self.reach.listed(joined) };
        let is_unused = section == Some(Section::Unused);
        Finding {
            rule: raw.rule,
            severity: severity(&raw, is_unused),
            subject: Subject { kind: raw.kind, name: self.name(&raw, joined.len()) },
            old: raw.old.map(|node| self.old.document.location(node)),
            new: raw.new.map(|node| self.new.document.location(node)),
            operations,
            section: match section {
                Some(section) if section > Section::Paths => section,
                _ => raw.section,
            },
            message: message(raw, is_unused),
        }
    }

    /// Returns the name of what a finding is about.
    fn name(&self, raw: &RawFinding, operations: usize) -> String {
        // A part that several operations share is called by its own place.
        let has_own_place =
            matches!(raw.kind, SubjectKind::Document | SubjectKind::Parameter | SubjectKind::SecurityScheme);
        match (&raw.name, raw.old, raw.new) {
            (Some(name), ..) if operations < 2 || has_own_place => name.clone(),
            (_, _, Some(node)) => subject::name(self.new, node),
            (_, Some(node), None) => subject::name(self.old, node),
            (_, None, None) => String::new(),
        }
    }
}

/// Decides how bad a finding is: as its rule, unless a property of this finding makes it less severe.
fn severity(raw: &RawFinding, is_unused: bool) -> Severity {
    let is_defect = matches!(raw.rule, Rule::Api(rule) if rule.is_defect());
    match raw.rule.severity() {
        _ if is_defect && raw.new.is_none() => Severity::Safe,
        _ if is_defect && raw.old.is_some() => Severity::Docs,
        severity if raw.unsent => severity.min(Severity::Safe),
        // Who uses the schema, and how, the document does not say.
        severity if is_unused => severity.min(Severity::Dangerous),
        severity => severity,
    }
}

fn message(raw: RawFinding, is_unused: bool) -> String {
    match raw.rule.direction() {
        _ if is_unused => format!("{} (no operation uses it in both documents)", raw.message),
        Some(Direction::Request) if raw.unsent => format!("{} (read-only: no request has it)", raw.message),
        _ if raw.unsent => format!("{} (write-only: no response has it)", raw.message),
        _ => raw.message,
    }
}

/// Sorts findings, the worst first, then by rule and by place, and drops those that say the same.
pub(crate) fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|one, other| order(one).cmp(&order(other)));
    findings.dedup();
}

/// Returns the worst first, then by rule and by place: whatever the documents' own order.
fn order(finding: &Finding) -> impl Ord + '_ {
    let Finding { rule, severity, message, subject, old, new, operations, section } = finding;
    (std::cmp::Reverse(*severity), rule.id(), subject, new, old, message, operations, section)
}

/// Drops what was found at values that are malformed in one of the documents, as if they were absent. They are findings of
/// their own.
pub(crate) fn drop_malformed<'a>(walk: &mut Walk<'a>) {
    let (old, new) = (walk.old, walk.new);
    let is_within = |side: &Side<'a>, node: Option<NodeId>| {
        node.is_some_and(|node| old.is_within_malformed(side, node) || new.is_within_malformed(side, node))
    };
    walk.found.retain(|raw| !(is_within(old, raw.old) || is_within(new, raw.new)));
}

/// Joins what was found at one part that several operations share, as a parameter by reference: it is one change.
fn join(found: Vec<RawFinding>) -> Vec<(RawFinding, Vec<u32>)> {
    let mut joined: Vec<(RawFinding, Vec<u32>)> = Vec::with_capacity(found.len());
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
