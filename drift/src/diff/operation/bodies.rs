//! Body of a request, and what bodies are made of: media types with their schemas.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::{Kind, NodeId};

use super::media_types::{is_typed, relation};
use crate::diff::node::value::{Digest, shorten};
use crate::diff::side::{Reading, Side};
use crate::diff::walk::matched::MatchedOperation;
use crate::diff::walk::usage::Usage;
use crate::diff::walk::{Difference, Walk};
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Direction, Place, Rule, SchemaChange as C};

/// Compares the request's body. The server sends it where it is the one that calls.
pub(crate) fn compare(walk: &mut Walk<'_>, both: MatchedOperation<'_>) {
    let direction = if both.reversed { Direction::Response } else { Direction::Request };
    let ours = walk.old.get_resolved(both.old.node, "requestBody");
    let theirs = walk.new.get_resolved(both.new.node, "requestBody");
    let report = |walk: &mut Walk<'_>, change: C, message: &str| {
        let place = |side: &Side<'_>, body: Option<NodeId>, operation: NodeId| {
            let required = body.and_then(|body| side.get(body, "required"));
            let is_named = matches!(change, C::BecameOptional | C::BecameRequired);
            required.filter(|_| is_named).or(body).or(Some(operation))
        };
        let nodes = (place(walk.old, ours, both.old.node), place(walk.new, theirs, both.new.node));
        let rule = match change {
            C::AddedRequired | C::AddedOptional if both.reversed => Rule::Api(A::SentBodyAdded),
            C::Removed if both.reversed => Rule::Api(A::SentBodyRemoved),
            C::BecameOptional if both.reversed => Rule::Api(A::SentBodyBecameOptional),
            C::BecameRequired if both.reversed => Rule::Api(A::SentBodyBecameRequired),
            change => Rule::Schema(Place::RequestBody, change),
        };
        walk.report(both.number, rule, SubjectKind::RequestBody, both.name(), nodes, message);
    };
    let (was, is) = match (ours, theirs) {
        (None, None) => return,
        (None, Some(is)) => {
            if walk.new.is_true(is, "required") {
                report(walk, C::AddedRequired, "a required request body was added");
            } else {
                report(walk, C::AddedOptional, "an optional request body was added");
            }
            return;
        }
        (Some(_), None) => return report(walk, C::Removed, "the request body was removed"),
        (Some(was), Some(is)) => (was, is),
    };
    match (walk.old.is_true(was, "required"), walk.new.is_true(is, "required")) {
        (false, true) => report(walk, C::BecameRequired, "the request body became required"),
        (true, false) => report(walk, C::BecameOptional, "the request body became optional"),
        _ => {}
    }
    if walk.differs(was, is, "description") {
        let rule = Rule::Api(A::DescriptionChanged);
        let message = "the request body's description changed";
        let nodes = (Some(was), Some(is));
        walk.report(both.number, rule, SubjectKind::RequestBody, both.name(), nodes, message);
    }
    let body = Body { both, direction, kind: SubjectKind::RequestBody, name: both.name() };
    body.content(walk, was, is);
}

/// Up to how many media types are held against each other to find those that became one another.
const RELATED: usize = 10_000;

/// A body of both documents.
pub(crate) struct Body<'a> {
    pub(crate) both: MatchedOperation<'a>,
    pub(crate) direction: Direction,
    pub(crate) kind: SubjectKind,
    pub(crate) name: String,
}

impl Body<'_> {
    /// Compares the media types below `content`.
    pub(crate) fn content(&self, walk: &mut Walk<'_>, old: NodeId, new: NodeId) {
        // Names without regard to case and spaces: `Application/JSON` is no other type than
        // `application/json`.
        let ours = media_types(walk.old, old);
        let theirs = media_types(walk.new, new);
        let mut gone: BTreeSet<&String> = ours.keys().filter(|name| !theirs.contains_key(*name)).collect();
        let mut come: BTreeSet<&String> = theirs.keys().filter(|name| !ours.contains_key(*name)).collect();
        for (name, was) in &ours {
            if let Some(is) = theirs.get(name) {
                self.media_type(walk, name, *was, *is);
            }
        }
        // Each is compared with each, so that many types would take quadratic time.
        if gone.len() * come.len() <= RELATED {
            for was in gone.clone() {
                let related = |is: &&String| relation(was, is, self.direction).is_some();
                let Some(is) = come.iter().copied().find(related) else { continue };
                let Some(rule) = relation(was, is, self.direction) else { continue };
                let nodes = (Some(ours[was]), Some(theirs[is]));
                self.report(
                    walk,
                    Rule::Api(rule),
                    nodes,
                    format!("the media type changed from `{was}` to `{is}`"),
                );
                self.media_type(walk, is, ours[was], theirs[is]);
                gone.remove(was);
                come.remove(is);
            }
        }
        let (removed, added) = match self.direction {
            Direction::Request => (
                Rule::Schema(Place::RequestBody, C::MediaTypeRemoved),
                Rule::Schema(Place::RequestBody, C::MediaTypeAdded),
            ),
            Direction::Response => {
                (Rule::Api(A::ResponseMediaTypeRemoved), Rule::Api(A::ResponseMediaTypeAdded))
            }
        };
        for name in gone {
            let message = format!("the media type `{}` was removed", shorten(name, 80));
            self.report(walk, removed, (Some(ours[name]), Some(new)), message);
        }
        for name in come {
            let message = format!("the media type `{}` was added", shorten(name, 80));
            self.report(walk, added, (Some(old), Some(theirs[name])), message);
        }
    }

    fn media_type(&self, walk: &mut Walk<'_>, name: &str, was_type: NodeId, is_type: NodeId) {
        let place = match self.direction {
            Direction::Request => Place::RequestBody,
            Direction::Response => Place::ResponseBody,
        };
        let nodes = (Some(was_type), Some(is_type));
        match (walk.old.get(was_type, "schema"), walk.new.get(is_type, "schema")) {
            (Some(was), Some(is)) => {
                walk.enqueue(self.both.number, was, is, Usage::body(self.direction, !is_typed(name)));
            }
            (None, Some(_)) => {
                let message = format!("`{name}` got a schema");
                self.report(walk, Rule::Schema(place, C::MediaTypeSchemaAdded), nodes, message);
            }
            (Some(_), None) => {
                let message = format!("`{name}` lost its schema");
                self.report(walk, Rule::Schema(place, C::MediaTypeSchemaRemoved), nodes, message);
            }
            (None, None) => {}
        }
        self.item_schema(walk, name, place, (was_type, is_type));
        if walk.old.examples(was_type) != walk.new.examples(is_type) {
            let message = format!("the examples of `{name}` changed");
            self.report(walk, Rule::Schema(place, C::ExampleChanged), nodes, message);
        }
        for (part, difference) in encodings(walk, was_type, is_type) {
            let part = shorten(part, 80);
            if difference == Difference::Words {
                let message =
                    format!("the description of the encoding of the part `{part}` of `{name}` changed");
                self.report(walk, Rule::Api(A::DescriptionChanged), nodes, message);
                continue;
            }
            let message = format!("the encoding of the part `{part}` of `{name}` changed");
            self.report(walk, Rule::Schema(place, C::EncodingChanged), nodes, message);
        }
    }

    /// Compares the schemas of the items of a sequence, as of events or lines of JSON, and how its parts are written.
    fn item_schema(&self, walk: &mut Walk<'_>, name: &str, place: Place, types: (NodeId, NodeId)) {
        let nodes = (Some(types.0), Some(types.1));
        match (walk.old.get(types.0, "itemSchema"), walk.new.get(types.1, "itemSchema")) {
            (Some(was), Some(is)) => {
                let usage = Usage::body(self.direction, !is_typed(name)).below();
                walk.enqueue(self.both.number, was, is, usage);
            }
            (None, Some(_)) => {
                let message = format!("the items of `{name}` got a schema");
                self.report(walk, Rule::Schema(place, C::MediaTypeSchemaAdded), nodes, message);
            }
            (Some(_), None) => {
                let message = format!("the items of `{name}` lost their schema");
                self.report(walk, Rule::Schema(place, C::MediaTypeSchemaRemoved), nodes, message);
            }
            (None, None) => {}
        }
        for key in ["prefixEncoding", "itemEncoding"] {
            if walk.differs(types.0, types.1, key) {
                let message = format!("the `{key}` of `{name}` changed");
                self.report(walk, Rule::Schema(place, C::EncodingChanged), nodes, message);
            }
        }
    }

    fn report(
        &self,
        walk: &mut Walk<'_>,
        rule: Rule,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: String,
    ) {
        walk.report(self.both.number, rule, self.kind, self.name.clone(), nodes, message);
    }
}

/// Parts of a form that are written differently. A part that came or went is reported with its schema.
fn encodings<'a>(walk: &Walk<'a>, was: NodeId, is: NodeId) -> Vec<(&'a str, Difference)> {
    let (old, new) = (walk.old, walk.new);
    let has = |side: &Side<'_>, media_type: NodeId, part: &str| {
        let schema = side.get_resolved(media_type, "schema");
        schema.and_then(|schema| side.get(side.get(schema, "properties")?, part)).is_some()
    };
    let ours = old.entries(old.get(was, "encoding"));
    let theirs = new.entries(new.get(is, "encoding"));
    let parts: BTreeSet<&'a str> = ours.keys().chain(theirs.keys()).copied().collect();
    let differs = |is_one: bool| if is_one { Difference::Meaning } else { Difference::None };
    let changed = |part: &'a str| match (ours.get(part), theirs.get(part)) {
        (Some(was), Some(is)) => encoding(walk, *was, *is),
        (Some(_), None) => differs(has(new, is, part) || !has(old, was, part)),
        (None, _) => differs(has(old, was, part) || !has(new, is, part)),
    };
    let parts = parts.into_iter().map(|part| (part, changed(part)));
    parts.filter(|(_, difference)| *difference != Difference::None).collect()
}

/// Compares how a part of a form is written. `contentType` describes the header of that name.
fn encoding(walk: &Walk<'_>, was: NodeId, is: NodeId) -> Difference {
    let read = |side: &Side<'_>, node: NodeId, reading: Reading| -> Vec<(String, Digest)> {
        let header = |(name, node): (&str, NodeId)| {
            (name.to_lowercase(), side.part(side.resolve(node).unwrap_or(node), reading))
        };
        let headers = side.entries(side.get(node, "headers")).into_iter().map(header);
        let headers = headers.filter(|(name, _)| name != "content-type");
        let others = side
            .entries(Some(node))
            .into_iter()
            .filter(|(key, _)| *key != "headers" && !key.starts_with("x-"));
        headers.chain(others.map(|(key, node)| (format!("{key}:"), side.part(node, reading)))).collect()
    };
    let differs = |reading| read(walk.old, was, reading) != read(walk.new, is, reading);
    match (differs(Reading::Meaning), differs(Reading::Contents)) {
        (true, _) => Difference::Meaning,
        (false, true) => Difference::Words,
        (false, false) => Difference::None,
    }
}

/// Media types by name, without regard to case and spaces.
fn media_types(side: &Side<'_>, node: NodeId) -> BTreeMap<String, NodeId> {
    let mut types = BTreeMap::new();
    for (name, node) in side.entries(side.parts(node, "content")) {
        let Some(node) = side.resolve(node) else { continue };
        if !side.tree.is_mapping(node) && !matches!(side.tree.kind(node), Kind::Null) {
            side.defect(A::Malformed, node, "a media type is an object".to_owned());
            continue;
        }
        types.insert(name.to_lowercase().replace(' ', ""), node);
    }
    types
}
