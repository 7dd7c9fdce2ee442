//! Age of an operation: its stability, its deprecation, and its removal.

use openapi_source::tree::NodeId;

use super::parameters;
use crate::diff::node::sunset::{self, Stability, Sunset};
use crate::diff::side::Side;
use crate::diff::walk::matched::{MatchedOperation, OperationRef};
use crate::diff::walk::{Difference, Walk};
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Rule};

/// Reports the removal of an operation, by what was announced of its end.
pub(crate) fn removed(walk: &mut Walk<'_>, number: u32, old: OperationRef<'_>, path_remains: bool) {
    let side = walk.old;
    let unstable = match Stability::of(side.tree, old.node) {
        None => {
            invalid_stability(walk, number, old, (Some(old.node), None));
            return;
        }
        Some(level) => level.is_unstable(),
    };
    // What was announced decides: a removal after its announced end surprises no caller.
    let today = walk.options.today;
    let deprecated = side.is_true(old.node, "deprecated");
    let what = if path_remains { "operation" } else { "path" };
    let (rule, message) = match (deprecated, Sunset::of(side.tree, old.node)) {
        _ if unstable => {
            (A::UnstableRemoved, format!("the {what}, of which nothing was promised, was removed"))
        }
        (false, _) if path_remains => (
            A::RemovedWithoutDeprecation,
            "the operation was removed without having been deprecated".to_owned(),
        ),
        (false, _) => (
            A::PathRemovedWithoutDeprecation,
            "the path was removed without having been deprecated".to_owned(),
        ),
        (true, Sunset::None) if path_remains => {
            (A::RemovedWithDeprecation, "the operation was removed after it had been deprecated".to_owned())
        }
        (true, Sunset::None) => {
            (A::PathRemovedWithDeprecation, "the path was removed after it had been deprecated".to_owned())
        }
        (true, Sunset::Invalid) => {
            (A::PathSunsetParse, format!("the {what} was removed, and its announced end was no date"))
        }
        (true, Sunset::On(day)) if today < day => {
            let rule = if path_remains { A::RemovedBeforeSunset } else { A::PathRemovedBeforeSunset };
            (rule, format!("the {what} was removed before its announced end, {day}"))
        }
        (true, Sunset::On(day)) => {
            (A::RemovedAfterSunset, format!("the {what} was removed after its announced end, {day}"))
        }
    };
    let name = format!("{} {}", old.method.to_uppercase(), old.path);
    walk.report(number, Rule::Api(rule), SubjectKind::Operation, name, (Some(old.node), None), message);
}

fn invalid_stability(
    walk: &mut Walk<'_>,
    number: u32,
    found: OperationRef<'_>,
    nodes: (Option<NodeId>, Option<NodeId>),
) {
    let name = format!("{} {}", found.method.to_uppercase(), found.path);
    let message = "`x-stability-level` is none of draft, alpha, beta and stable";
    walk.report(number, Rule::Api(A::InvalidStabilityLevel), SubjectKind::Operation, name, nodes, message);
}

/// Compares the stability of an operation that both documents have, and its deprecation. Returns whether anything was promised
/// of it: if not, the rest of it is not compared.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, both: MatchedOperation<'a>) -> bool {
    let (old, new) = (walk.old, walk.new);
    let level = |side: &Side<'_>, found: OperationRef<'_>| Stability::of(side.tree, found.node);
    let (was, is) = match (level(old, both.old), level(new, both.new)) {
        (Some(was), Some(is)) => (was, is),
        // It was no level before: nothing new.
        _ if !walk.differs(both.old.node, both.new.node, "x-stability-level") => {
            (Stability::Stable, Stability::Stable)
        }
        // Everything is promised where nobody can know what is: the rest is compared all the same.
        (was, is) => {
            let nodes = (Some(both.old.node), Some(both.new.node));
            invalid_stability(walk, both.number, both.old, nodes);
            let level = was.or(is).filter(|level| !level.is_unstable()).unwrap_or(Stability::Stable);
            (level, level)
        }
    };
    if was.is_unstable() {
        unstable(walk, both);
        return false;
    }
    let message = format!("its stability went from {was} to {is}");
    if is < was {
        both.report(walk, A::StabilityDecreased, ("x-stability-level", "x-stability-level"), message);
    } else if is > was {
        both.report(walk, A::StabilityIncreased, ("x-stability-level", "x-stability-level"), message);
    }
    deprecation(walk, both);
    true
}

/// Of a draft nothing is promised: that it changed is all there is to say.
fn unstable<'a>(walk: &mut Walk<'a>, both: MatchedOperation<'a>) {
    parameters::report_defects(walk.old, both.old);
    parameters::report_defects(walk.new, both.new);
    let (rule, message) = match walk.difference(both.old.node, both.new.node) {
        Difference::None => return,
        Difference::Words => (A::DescriptionChanged, "the operation's description changed"),
        Difference::Meaning => (A::UnstableChanged, "the operation, of which nothing was promised, changed"),
    };
    both.report(walk, rule, ("", ""), message);
}

fn deprecation(walk: &mut Walk<'_>, both: MatchedOperation<'_>) {
    let (old, new) = (walk.old, walk.new);
    let options = walk.options;
    let earliest = options.earliest_end();
    let was = old.is_true(both.old.node, "deprecated");
    let is = new.is_true(both.new.node, "deprecated");
    let (before, after) = (Sunset::of(old.tree, both.old.node), Sunset::of(new.tree, both.new.node));
    let found = match (was, is) {
        (false, true) => Some(match after {
            Sunset::None if options.notice_days > 0 => {
                (A::DeprecatedSunsetMissing, "the operation was deprecated without an end".to_owned())
            }
            Sunset::None => (A::EndpointDeprecated, "the operation was deprecated".to_owned()),
            Sunset::Invalid => {
                (A::DeprecatedSunsetParse, "the operation was deprecated, and its end is no date".to_owned())
            }
            Sunset::On(day) if day < earliest => (
                A::SunsetDateTooSmall,
                format!("the operation was deprecated, and its end, {day}, is too near"),
            ),
            Sunset::On(day) => {
                (A::EndpointDeprecatedWithSunset, format!("the operation was deprecated and ends on {day}"))
            }
        }),
        (true, false) => Some((A::EndpointReactivated, "the operation is no longer deprecated".to_owned())),
        (true, true) => match (before, after) {
            (Sunset::On(_) | Sunset::Invalid, Sunset::None) => {
                Some((A::SunsetDeleted, "the operation's announced end was removed".to_owned()))
            }
            (before, after) if before == after => None,
            (_, Sunset::Invalid) => Some((
                A::DeprecatedSunsetParse,
                "the operation's announced end is no date any more".to_owned(),
            )),
            (Sunset::On(before), Sunset::On(after)) if after < before && after < earliest => Some((
                A::SunsetDateChangedTooSmall,
                format!("the operation's announced end moved from {before} to {after}"),
            )),
            (before, after) => {
                sunset::moved(before, after).map(|(rule, what)| (rule, format!("the operation {what}")))
            }
        },
        (false, false) => None,
    };
    if let Some((rule, message)) = found {
        both.report(walk, rule, ("deprecated", "deprecated"), message);
    }
}
