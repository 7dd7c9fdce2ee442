//! The body of a request, and what bodies are made of: media types with their schemas.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::{Kind, NodeId};

use super::operations::Both;
use super::side::{Reading, Side};
use super::value::{Print, shorten};
use super::walk::{Difference, Use, Walk};
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Direction, Place, Rule, SchemaChange as C};

/// Compares the request's body. The server sends it where it is the one that calls.
pub(super) fn request(walk: &mut Walk<'_>, both: Both<'_>) {
    let direction = if both.reversed { Direction::Response } else { Direction::Request };
    let ours = walk.old.get_resolved(both.old.node, "requestBody");
    let theirs = walk.new.get_resolved(both.new.node, "requestBody");
    let note = |walk: &mut Walk<'_>, change: C, message: &str| {
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
        walk.note(both.number, rule, SubjectKind::RequestBody, both.name(), nodes, message);
    };
    let (was, is) = match (ours, theirs) {
        (None, None) => return,
        (None, Some(is)) => {
            if walk.new.is_true(is, "required") {
                note(walk, C::AddedRequired, "a required request body was added");
            } else {
                note(walk, C::AddedOptional, "an optional request body was added");
            }
            return;
        }
        (Some(_), None) => return note(walk, C::Removed, "the request body was removed"),
        (Some(was), Some(is)) => (was, is),
    };
    match (walk.old.is_true(was, "required"), walk.new.is_true(is, "required")) {
        (false, true) => note(walk, C::BecameRequired, "the request body became required"),
        (true, false) => note(walk, C::BecameOptional, "the request body became optional"),
        _ => {}
    }
    if walk.differs(was, is, "description") {
        let rule = Rule::Api(A::DescriptionChanged);
        let message = "the request body's description changed";
        let nodes = (Some(was), Some(is));
        walk.note(both.number, rule, SubjectKind::RequestBody, both.name(), nodes, message);
    }
    let body = Body { both, direction, kind: SubjectKind::RequestBody, name: both.name() };
    body.content(walk, was, is);
}

/// Up to how many media types are held against each other to find those that became one another.
const RELATED: usize = 10_000;

/// A body of both documents.
pub(super) struct Body<'a> {
    pub(super) both: Both<'a>,
    pub(super) direction: Direction,
    pub(super) kind: SubjectKind,
    pub(super) name: String,
}

impl Body<'_> {
    /// Compares the media types below `content`.
    pub(super) fn content(&self, walk: &mut Walk<'_>, old: NodeId, new: NodeId) {
        let ours = media_types(walk.old, old);
        let theirs = media_types(walk.new, new);
        let mut gone: BTreeSet<&String> = ours.keys().filter(|name| !theirs.contains_key(*name)).collect();
        let mut come: BTreeSet<&String> = theirs.keys().filter(|name| !ours.contains_key(*name)).collect();
        for (name, was) in &ours {
            if let Some(is) = theirs.get(name) {
                self.media_type(walk, name, *was, *is);
            }
        }
        if gone.len() * come.len() <= RELATED {
            for was in gone.clone() {
                let related = |is: &&String| relation(was, is, self.direction).is_some();
                let Some(is) = come.iter().copied().find(related) else { continue };
                let Some(rule) = relation(was, is, self.direction) else { continue };
                let nodes = (Some(ours[was]), Some(theirs[is]));
                self.note(
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
            self.note(walk, removed, (Some(ours[name]), Some(new)), message);
        }
        for name in come {
            let message = format!("the media type `{}` was added", shorten(name, 80));
            self.note(walk, added, (Some(old), Some(theirs[name])), message);
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
                walk.begin(self.both.number, was, is, Use::body(self.direction, !is_typed(name)));
            }
            (None, Some(_)) => {
                let message = format!("`{name}` got a schema");
                self.note(walk, Rule::Schema(place, C::MediaTypeSchemaAdded), nodes, message);
            }
            (Some(_), None) => {
                let message = format!("`{name}` lost its schema");
                self.note(walk, Rule::Schema(place, C::MediaTypeSchemaRemoved), nodes, message);
            }
            (None, None) => {}
        }
        self.item_schema(walk, name, place, (was_type, is_type));
        if walk.old.examples(was_type) != walk.new.examples(is_type) {
            let message = format!("the examples of `{name}` changed");
            self.note(walk, Rule::Schema(place, C::ExampleChanged), nodes, message);
        }
        for (part, difference) in encodings(walk, was_type, is_type) {
            let part = shorten(part, 80);
            if difference == Difference::Words {
                let message =
                    format!("the description of the encoding of the part `{part}` of `{name}` changed");
                self.note(walk, Rule::Api(A::DescriptionChanged), nodes, message);
                continue;
            }
            let message = format!("the encoding of the part `{part}` of `{name}` changed");
            self.note(walk, Rule::Schema(place, C::EncodingChanged), nodes, message);
        }
    }

    /// Compares the schemas of the items of a sequence, as of events or lines of JSON, and how its parts are written.
    fn item_schema(&self, walk: &mut Walk<'_>, name: &str, place: Place, types: (NodeId, NodeId)) {
        let nodes = (Some(types.0), Some(types.1));
        match (walk.old.get(types.0, "itemSchema"), walk.new.get(types.1, "itemSchema")) {
            (Some(was), Some(is)) => {
                let usage = Use::body(self.direction, !is_typed(name)).below();
                walk.begin(self.both.number, was, is, usage);
            }
            (None, Some(_)) => {
                let message = format!("the items of `{name}` got a schema");
                self.note(walk, Rule::Schema(place, C::MediaTypeSchemaAdded), nodes, message);
            }
            (Some(_), None) => {
                let message = format!("the items of `{name}` lost their schema");
                self.note(walk, Rule::Schema(place, C::MediaTypeSchemaRemoved), nodes, message);
            }
            (None, None) => {}
        }
        for key in ["prefixEncoding", "itemEncoding"] {
            if walk.differs(types.0, types.1, key) {
                let message = format!("the `{key}` of `{name}` changed");
                self.note(walk, Rule::Schema(place, C::EncodingChanged), nodes, message);
            }
        }
    }

    fn note(
        &self,
        walk: &mut Walk<'_>,
        rule: Rule,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: String,
    ) {
        walk.note(self.both.number, rule, self.kind, self.name.clone(), nodes, message);
    }
}

/// Parts of a form that are written differently. Of a part that came or went, its schema tells.
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
    let read = |side: &Side<'_>, node: NodeId, reading: Reading| -> Vec<(String, Print)> {
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

/// Whether values of a media type are written with their types.
fn is_typed(name: &str) -> bool {
    let base = name.split(';').next().unwrap_or_default();
    base.contains("json") || base.contains("yaml") || base.contains("cbor") || base == "*/*"
}

/// Returns whether a value in one media type is the same in another, as in `text/plain` and `text/plain; charset=UTF-8`.
pub(super) fn is_same_media_type(was: &str, is: &str) -> bool {
    let [was, is] = [was, is].map(|name| name.to_lowercase().replace(' ', ""));
    was == is || relation(&was, &is, Direction::Request) == Some(A::RequestMediaTypeNameChanged)
}

/// What a media type is to another that it may have become.
fn relation(was: &str, is: &str, direction: Direction) -> Option<A> {
    let split = |name: &str| -> (String, String) {
        let (base, parameters) = name.split_once(';').unwrap_or((name, ""));
        (base.to_owned(), parameters.to_owned())
    };
    let ((was, was_parameters), (is, is_parameters)) = (split(was), split(is));
    let charsets = (charset(&was_parameters), charset(&is_parameters));
    if direction == Direction::Request {
        // The server may refuse any type that it does not name; only how the text is encoded has a default.
        let others = |parameters: &str| -> Vec<String> {
            let all = parameters.split(';').filter(|one| !one.is_empty() && !one.starts_with("charset="));
            all.map(str::to_owned).collect()
        };
        return match was == is && others(&was_parameters) == others(&is_parameters) {
            false => None,
            true if reads(&charsets.1, &charsets.0) => Some(A::RequestMediaTypeNameChanged),
            true => Some(A::MediaTypeCharsetChanged),
        };
    }
    let same_parameters = was_parameters == is_parameters;
    if (narrows(&was, &is) || narrows(&is, &was)) && !reads(&charsets.0, &charsets.1) {
        return Some(A::MediaTypeCharsetChanged);
    }
    match (narrows(&was, &is), narrows(&is, &was)) {
        (true, true) => Some(A::ResponseMediaTypeNameChanged),
        (true, false) | (false, true) if !same_parameters => Some(A::ResponseMediaTypeNameChanged),
        (true, false) => Some(A::ResponseMediaTypeNameSpecialized),
        (false, true) => Some(A::ResponseMediaTypeNameGeneralized),
        (false, false) => None,
    }
}

/// Returns the charset among the parameters of a media type. UTF-8 is what comes without one nowadays.
fn charset(parameters: &str) -> String {
    let named = parameters.split(';').find_map(|parameter| parameter.strip_prefix("charset="));
    match named.map(|name| name.trim_matches(['"', '\''])) {
        None | Some("utf-8" | "utf8") => "utf-8",
        Some("us-ascii" | "ascii") => "us-ascii",
        Some("iso-8859-1" | "latin1" | "iso_8859-1") => "iso-8859-1",
        Some(other) => other,
    }
    .to_owned()
}

/// Returns whether who expects one charset reads the other. ASCII is a part of most that are not UTF-16 or UTF-32.
fn reads(expected: &str, sent: &str) -> bool {
    expected == sent
        || (sent == "us-ascii" && !expected.starts_with("utf-16") && !expected.starts_with("utf-32"))
}

/// Whether everything of one media type is of the other: `problem+json` is `json`, and everything is `*/*`.
fn narrows(general: &str, special: &str) -> bool {
    if general == special || general == "*/*" {
        return true;
    }
    let (Some((general_kind, general)), Some((special_kind, special))) =
        (general.split_once('/'), special.split_once('/'))
    else {
        return false;
    };
    let suffix = special.rsplit_once('+').map(|(_, suffix)| suffix);
    general_kind == special_kind && (general == "*" || suffix == Some(general))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_that_belong_together() {
        let relations = [
            ("application/json", "application/problem+json", Some(A::ResponseMediaTypeNameSpecialized)),
            ("application/problem+json", "application/json", Some(A::ResponseMediaTypeNameGeneralized)),
            ("application/json", "application/problem+json;q=1", Some(A::ResponseMediaTypeNameChanged)),
            ("text/plain;charset=utf-8", "text/plain", Some(A::ResponseMediaTypeNameChanged)),
            ("*/*", "text/plain", Some(A::ResponseMediaTypeNameSpecialized)),
            ("application/json", "application/xml", None),
            ("text/plain;charset=utf-8", "text/plain;charset=utf-16", Some(A::MediaTypeCharsetChanged)),
            ("text/plain", "text/plain;charset=iso-8859-1", Some(A::MediaTypeCharsetChanged)),
            (
                "text/plain;charset=\"utf-8\"",
                "text/plain;charset=us-ascii",
                Some(A::ResponseMediaTypeNameChanged),
            ),
            (
                "application/json;charset=utf-8",
                "application/problem+json;charset=utf-16",
                Some(A::MediaTypeCharsetChanged),
            ),
        ];
        for (was, is, expected) in relations {
            assert_eq!(relation(was, is, Direction::Response), expected, "{was} {is}");
        }
        let relations = [
            ("application/json", "application/json;charset=utf-8", Some(A::RequestMediaTypeNameChanged)),
            ("text/plain;charset=us-ascii", "text/plain", Some(A::RequestMediaTypeNameChanged)),
            ("text/plain", "text/plain;charset=us-ascii", Some(A::MediaTypeCharsetChanged)),
            ("application/json;version=1", "application/json;version=2", None),
            ("application/json", "application/problem+json", None),
        ];
        for (was, is, expected) in relations {
            assert_eq!(relation(was, is, Direction::Request), expected, "{was} {is}");
        }
    }
}
