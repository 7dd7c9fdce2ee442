//! Responses of an operation: statuses, headers, bodies, links.

use std::collections::BTreeMap;

use openapi_source::tree::NodeId;

use super::bodies::Body;
use super::headers;
use crate::diff::node::value::shorten;
use crate::diff::side::Side;
use crate::diff::walk::matched::MatchedOperation;
use crate::diff::walk::{Difference, Walk};
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Direction, Rule};

/// Compares the responses. The client gives them where it is the one that is called.
pub(crate) fn compare(walk: &mut Walk<'_>, both: MatchedOperation<'_>) {
    // By status in capitals: `2xx` and `2XX` are one.
    let ours = statuses(walk.old, both.old.node);
    let theirs = statuses(walk.new, both.new.node);
    for (status, was) in &ours {
        let shown = &shorten(status, 20);
        match theirs.get(status) {
            Some(is) => response(walk, both, shown, *was, *is),
            None => {
                let rule = by_status(
                    status,
                    [
                        A::ResponseSuccessStatusRemoved,
                        A::ResponseNonSuccessStatusRemoved,
                        A::ResponseDefaultRemoved,
                    ],
                );
                let nodes = (Some(*was), Some(both.new.node));
                report(walk, both, shown, Rule::Api(rule), nodes, format!("the status {shown} was removed"));
            }
        }
    }
    for (status, is) in &theirs {
        if !ours.contains_key(status) {
            let rule = by_status(
                status,
                [A::ResponseSuccessStatusAdded, A::ResponseNonSuccessStatusAdded, A::ResponseDefaultAdded],
            );
            let nodes = (Some(both.old.node), Some(*is));
            let shown = &shorten(status, 20);
            report(walk, both, shown, Rule::Api(rule), nodes, format!("the status {shown} was added"));
        }
    }
}

fn statuses(side: &Side<'_>, node: NodeId) -> BTreeMap<String, NodeId> {
    let entries = side.entries(side.parts(node, "responses")).into_iter();
    let entries = entries.filter(|(status, _)| !status.starts_with("x-"));
    entries.map(|(status, node)| (status.to_uppercase(), node)).collect()
}

fn by_status(status: &str, [success, failure, default]: [A; 3]) -> A {
    match status {
        "DEFAULT" => default,
        _ if status.starts_with('2') => success,
        _ => failure,
    }
}

fn report(
    walk: &mut Walk<'_>,
    both: MatchedOperation<'_>,
    status: &str,
    rule: Rule,
    nodes: (Option<NodeId>, Option<NodeId>),
    message: String,
) {
    walk.report(both.number, rule, SubjectKind::Response, name(both, status), nodes, message);
}

fn name(both: MatchedOperation<'_>, status: &str) -> String {
    format!("{} {status}", both.name())
}

fn response(walk: &mut Walk<'_>, both: MatchedOperation<'_>, status: &str, was: NodeId, is: NodeId) {
    let (Some(was), Some(is)) = (walk.old.resolve(was), walk.new.resolve(is)) else { return };
    for (key, rule) in [("description", A::DescriptionChanged), ("summary", A::SummaryChanged)] {
        if walk.differs(was, is, key) {
            let message = format!("the {key} of the status {status} changed");
            report(walk, both, status, Rule::Api(rule), (Some(was), Some(is)), message);
        }
    }
    // Where the client responds, what is a response in the document is a request to the server.
    headers::compare(walk, both, &name(both, status), (was, is));
    links(walk, both, status, was, is);
    let direction = if both.reversed { Direction::Request } else { Direction::Response };
    let body = Body { both, direction, kind: SubjectKind::Response, name: name(both, status) };
    body.content(walk, was, is);
}

fn links(walk: &mut Walk<'_>, both: MatchedOperation<'_>, status: &str, was: NodeId, is: NodeId) {
    let ours = walk.old.entries(walk.old.parts(was, "links"));
    let theirs = walk.new.entries(walk.new.parts(is, "links"));
    for (link, old) in &ours {
        let shown = shorten(link, 80);
        match theirs.get(link) {
            None => {
                let nodes = (Some(*old), Some(is));
                report(
                    walk,
                    both,
                    status,
                    Rule::Api(A::LinkRemoved),
                    nodes,
                    format!("the link `{shown}` was removed"),
                );
            }
            Some(new) => {
                let (Some(was), Some(is)) = (walk.old.resolve(*old), walk.new.resolve(*new)) else {
                    continue;
                };
                let (rule, message) = match walk.difference(was, is) {
                    Difference::None => continue,
                    Difference::Words => (A::DescriptionChanged, "the description of the link changed"),
                    Difference::Meaning => (A::LinkChanged, "the link changed"),
                };
                let message = message.replace("the link", &format!("the link `{shown}`"));
                report(walk, both, status, Rule::Api(rule), (Some(*old), Some(*new)), message);
            }
        }
    }
    for (link, new) in theirs.iter().filter(|(link, _)| !ours.contains_key(*link)) {
        let message = format!("the link `{}` was added", shorten(link, 80));
        report(walk, both, status, Rule::Api(A::LinkAdded), (Some(was), Some(*new)), message);
    }
}
