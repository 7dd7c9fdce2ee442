//! Headers of responses, and what the server sends next to the body to webhooks and callbacks: parameters are to their
//! receiver what headers of a response are to a client.

use std::collections::BTreeMap;

use openapi_source::tree::NodeId;

use super::parameter_value::{ParameterValue, Writing};
use crate::diff::node::value::shorten;
use crate::diff::side::Side;
use crate::diff::walk::Walk;
use crate::diff::walk::matched::MatchedOperation;
use crate::diff::walk::usage::Usage;
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Direction, Place, Rule, SchemaChange as C};

/// Compares the headers of a response. Where the server is the one that calls, the client sends them.
pub(crate) fn compare(
    walk: &mut Walk<'_>,
    both: MatchedOperation<'_>,
    response: &str,
    nodes: (NodeId, NodeId),
) {
    let direction = if both.reversed { Direction::Request } else { Direction::Response };
    let ours = header_map(walk.old, nodes.0);
    let theirs = header_map(walk.new, nodes.1);
    let subject = |header: &str| format!("{header} of {response}");
    Headers { both, direction, kind: SubjectKind::Header, what: "header", holders: nodes }
        .compare(walk, &ours, &theirs, &subject);
}

/// Headers of either document by name, without regard to case. `Content-Type` is described by the media types.
fn header_map(side: &Side<'_>, node: NodeId) -> BTreeMap<String, NodeId> {
    let mut headers = BTreeMap::new();
    for (name, node) in side.entries(side.parts(node, "headers")) {
        let name = name.to_lowercase();
        if let (Some(node), true) = (side.resolve(node), name != "content-type") {
            headers.insert(name, node);
        }
    }
    headers
}

/// Headers or other values that are sent by name next to a body.
pub(crate) struct Headers<'a> {
    pub(crate) both: MatchedOperation<'a>,
    /// Direction: sent by the client, or received by it.
    pub(crate) direction: Direction,
    pub(crate) kind: SubjectKind,
    /// Noun for one of them in messages.
    pub(crate) what: &'static str,
    /// Nodes that hold them in either document.
    pub(crate) holders: (NodeId, NodeId),
}

impl<'a> Headers<'a> {
    /// Compares what both documents name, and reports what only one does.
    pub(crate) fn compare(
        &self,
        walk: &mut Walk<'_>,
        ours: &BTreeMap<String, NodeId>,
        theirs: &BTreeMap<String, NodeId>,
        subject: &dyn Fn(&str) -> String,
    ) {
        let (what, number) = (self.what, self.both.number);
        for (name, old) in ours {
            let header = &shorten(name, 80);
            let subject = subject(header);
            match theirs.get(name) {
                Some(new) => Header { headers: self, subject, old: *old, new: *new }.compare(walk),
                None => {
                    let rule = self.removed(walk.old.is_true(*old, "required"));
                    let nodes = (Some(*old), Some(self.holders.1));
                    let message = format!("the {what} `{header}` was removed");
                    walk.report(number, rule, self.kind, subject, nodes, message);
                }
            }
        }
        for (name, new) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
            let header = shorten(name, 80);
            let rule = self.added(walk.new.is_true(*new, "required"));
            let nodes = (Some(self.holders.0), Some(*new));
            let message = format!("the {what} `{header}` was added");
            walk.report(number, rule, self.kind, subject(&header), nodes, message);
        }
    }

    fn removed(&self, required: bool) -> Rule {
        match (self.direction, required) {
            (Direction::Request, _) => Rule::Schema(Place::RequestParameter, C::Removed),
            (Direction::Response, true) => Rule::Api(A::RequiredResponseHeaderRemoved),
            (Direction::Response, false) => Rule::Api(A::OptionalResponseHeaderRemoved),
        }
    }

    fn added(&self, required: bool) -> Rule {
        match (self.direction, required) {
            (Direction::Request, true) => Rule::Api(A::NewRequiredParameter),
            (Direction::Request, false) => Rule::Api(A::NewOptionalParameter),
            (Direction::Response, _) => Rule::Schema(Place::ResponseHeader, C::Added),
        }
    }
}

/// One header of both documents.
struct Header<'h, 'a> {
    headers: &'h Headers<'a>,
    subject: String,
    old: NodeId,
    new: NodeId,
}

impl Header<'_, '_> {
    fn compare(&self, walk: &mut Walk<'_>) {
        let what = self.headers.what;
        match (walk.old.is_true(self.old, "required"), walk.new.is_true(self.new, "required")) {
            (true, false) => {
                self.report(walk, C::BecameOptional, "required", &format!("the {what} may be absent"))
            }
            (false, true) => {
                self.report(walk, C::BecameRequired, "required", &format!("the {what} is always there"))
            }
            _ => {}
        }
        match (walk.old.is_true(self.old, "deprecated"), walk.new.is_true(self.new, "deprecated")) {
            (false, true) => {
                self.report(walk, C::Deprecated, "deprecated", &format!("the {what} was deprecated"))
            }
            (true, false) => self.report(
                walk,
                C::Reactivated,
                "deprecated",
                &format!("the {what} is no longer deprecated"),
            ),
            _ => {}
        }
        if walk.differs(self.old, self.new, "description") {
            let message = format!("the `description` of the {what} changed");
            self.report(walk, C::DescriptionChanged, "description", &message);
        }
        // Defaults depend on the place; of what the server sends to a webhook, that may be a query as well.
        let writing = |side: &Side<'_>, node| {
            let writing = Writing::of(side, node, side.string(node, "in").unwrap_or("header"));
            (writing.style.to_owned(), writing.explode, writing.matters)
        };
        let (was, is) = (writing(walk.old, self.old), writing(walk.new, self.new));
        if was.0 != is.0 {
            self.report(walk, C::StyleChanged, "style", &format!("the `style` of the {what} changed"));
        }
        if was.1 != is.1 && (was.2 || is.2) {
            self.report(walk, C::ExplodeChanged, "explode", &format!("the `explode` of the {what} changed"));
        }
        if walk.old.examples(self.old) != walk.new.examples(self.new) {
            self.report(walk, C::ExampleChanged, "example", &format!("the examples of the {what} changed"));
        }
        let spot = match self.headers.direction {
            Direction::Request => Place::RequestParameter,
            Direction::Response => Place::ResponseHeader,
        };
        // Values of headers are texts without types, as those of a query.
        let usage = Usage { loose: true, header: spot == Place::RequestParameter, ..Usage::of(spot) };
        let carried =
            ParameterValue { operation: self.headers.both.number, old: self.old, new: self.new, usage };
        carried.compare(walk, |walk, change, key, message| self.report(walk, change, key, &message));
    }

    fn report(&self, walk: &mut Walk<'_>, change: C, key: &str, message: &str) {
        let place = match self.headers.direction {
            Direction::Request => Place::RequestParameter,
            Direction::Response => Place::ResponseHeader,
        };
        let old = walk.old.get(self.old, key).unwrap_or(self.old);
        let new = walk.new.get(self.new, key).unwrap_or(self.new);
        let nodes = (Some(old), Some(new));
        if let Some(rule) = change.at(place) {
            let (number, kind) = (self.headers.both.number, self.headers.kind);
            walk.report(number, rule, kind, self.subject.clone(), nodes, message);
        }
    }
}
