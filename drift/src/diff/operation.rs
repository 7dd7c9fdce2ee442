//! One operation: its removal, its age, its names, and the parts that have modules of their own.

use std::collections::BTreeSet;

use openapi_source::tree::NodeId;

use super::operations::{Both, Found, Known, callbacks};
use super::side::{Reading, Side};
use super::sunset::{self, Stability, Sunset};
use super::value::shorten;
use super::walk::{Difference, Walk};
use super::{bodies, parameters, responses, security};
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Rule};

/// What an operation's removal is, by what was said of its end.
pub(super) fn removed(walk: &mut Walk<'_>, number: u32, old: Found<'_>, path_remains: bool) {
    let side = walk.old;
    let unstable = match Stability::of(side, old.node) {
        None => {
            invalid_stability(walk, number, old, (Some(old.node), None));
            return;
        }
        Some(level) => level.is_unstable(),
    };
    let today = walk.options.today;
    let deprecated = side.is_true(old.node, "deprecated");
    let what = if path_remains { "operation" } else { "path" };
    let (rule, message) = match (deprecated, Sunset::of(side, old.node)) {
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
    walk.note(number, Rule::Api(rule), SubjectKind::Operation, name, (Some(old.node), None), message);
}

fn invalid_stability(
    walk: &mut Walk<'_>,
    number: u32,
    found: Found<'_>,
    nodes: (Option<NodeId>, Option<NodeId>),
) {
    let name = format!("{} {}", found.method.to_uppercase(), found.path);
    let message = "`x-stability-level` is none of draft, alpha, beta and stable";
    walk.note(number, Rule::Api(A::InvalidStabilityLevel), SubjectKind::Operation, name, nodes, message);
}

/// Compares an operation that both documents have.
pub(super) fn compare<'a>(walk: &mut Walk<'a>, known: &mut Vec<Known>, both: Both<'a>) {
    let (old, new) = (walk.old, walk.new);
    let level = |side: &Side<'_>, found: Found<'_>| Stability::of(side, found.node);
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
        return;
    }
    let message = format!("its stability went from {was} to {is}");
    if is < was {
        both.note(walk, A::StabilityDecreased, ("x-stability-level", "x-stability-level"), message);
    } else if is > was {
        both.note(walk, A::StabilityIncreased, ("x-stability-level", "x-stability-level"), message);
    }
    lifecycle(walk, both);
    names(walk, both);
    security::operation(walk, both);
    parameters::compare(walk, both);
    bodies::request(walk, both);
    responses::compare(walk, both);
    callbacks(walk, known, both);
}

/// Of a draft nothing is promised: that it changed is all there is to say.
fn unstable<'a>(walk: &mut Walk<'a>, both: Both<'a>) {
    parameters::note_defects(walk.old, both.old);
    parameters::note_defects(walk.new, both.new);
    let (rule, message) = match walk.difference(both.old.node, both.new.node) {
        Difference::None => return,
        Difference::Words => (A::DescriptionChanged, "the operation's description changed"),
        Difference::Meaning => (A::UnstableChanged, "the operation, of which nothing was promised, changed"),
    };
    both.note(walk, rule, ("", ""), message);
}

fn lifecycle(walk: &mut Walk<'_>, both: Both<'_>) {
    let (old, new) = (walk.old, walk.new);
    let options = walk.options;
    let earliest = options.earliest_end();
    let was = old.is_true(both.old.node, "deprecated");
    let is = new.is_true(both.new.node, "deprecated");
    let (before, after) = (Sunset::of(old, both.old.node), Sunset::of(new, both.new.node));
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
        both.note(walk, rule, ("deprecated", "deprecated"), message);
    }
}

fn names(walk: &mut Walk<'_>, both: Both<'_>) {
    let (old, new) = (walk.old, walk.new);
    let was = old.string(both.old.node, "operationId");
    let is = new.string(both.new.node, "operationId");
    let key = ("operationId", "operationId");
    match (was, is) {
        (None, Some(is)) => {
            let message = format!("the operation got the id `{}`", shorten(is, 80));
            both.note(walk, A::OperationIdAdded, key, message);
        }
        (Some(was), None) => {
            both.note(
                walk,
                A::OperationIdRemoved,
                key,
                format!("the operation lost the id `{}`", shorten(was, 80)),
            );
        }
        (Some(was), Some(is)) if was != is => {
            let message =
                format!("the operation's id changed from `{}` to `{}`", shorten(was, 80), shorten(is, 80));
            both.note(walk, A::OperationIdRemoved, key, message);
        }
        _ => {}
    }
    let ours = old.strings(old.get(both.old.node, "tags"));
    let theirs = new.strings(new.get(both.new.node, "tags"));
    for tag in theirs.difference(&ours) {
        both.note(walk, A::TagAdded, ("tags", "tags"), format!("the tag `{}` was added", shorten(tag, 80)));
    }
    for tag in ours.difference(&theirs) {
        both.note(
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
            both.note(walk, rule, (key, key), format!("the operation's {key} changed"));
        }
    }
    // What a path says of all its operations.
    for (key, rule) in [("summary", A::SummaryChanged), ("description", A::DescriptionChanged)] {
        let (was, is) = (both.old.item, both.new.item);
        if walk.differs(was, is, key) {
            let nodes = (old.get(was, key).or(Some(was)), new.get(is, key).or(Some(is)));
            both.note_nodes(walk, rule, nodes, format!("the path's {key} changed"));
        }
    }
    servers(walk, both);
}

fn servers(walk: &mut Walk<'_>, both: Both<'_>) {
    // Which of them comes first says nothing, nor does a slash at the end.
    let servers = |side: &Side<'_>, found: Found<'_>, reading: Reading| {
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
        both.note(walk, A::OperationServersChanged, keys, "the operation's servers changed");
    } else if differ(Reading::Contents) {
        let message = "the description of the operation's servers changed";
        both.note(walk, A::ServerDescriptionChanged, keys, message);
    }
}

impl Both<'_> {
    /// The operation as findings name it.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.old.method.to_uppercase(), self.old.path)
    }

    /// Notes a change under keys of the operation.
    pub(super) fn note(
        &self,
        walk: &mut Walk<'_>,
        rule: A,
        (old_key, new_key): (&str, &str),
        message: impl Into<String>,
    ) {
        let old = walk.old.get(self.old.node, old_key).unwrap_or(self.old.node);
        let new = walk.new.get(self.new.node, new_key).unwrap_or(self.new.node);
        self.note_nodes(walk, rule, (Some(old), Some(new)), message);
    }

    pub(super) fn note_nodes(
        &self,
        walk: &mut Walk<'_>,
        rule: A,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: impl Into<String>,
    ) {
        walk.note(self.number, Rule::Api(rule), SubjectKind::Operation, self.name(), nodes, message);
    }
}
