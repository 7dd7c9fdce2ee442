//! Parameters of an operation.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use super::headers::Headers;
use super::parameter_value::{ParameterValue, Writing};
use crate::diff::node::sunset::{self, Sunset};
use crate::diff::node::value::shorten;
use crate::diff::side::Side;
use crate::diff::walk::Walk;
use crate::diff::walk::matched::{MatchedOperation, OperationRef, template};
use crate::diff::walk::usage::Usage;
use crate::finding::SubjectKind;
use crate::rule::{ApiRule as A, Direction, Place, Rule, SchemaChange as C};

/// A parameter of one document's operation.
#[derive(Clone, Copy, Debug)]
struct Parameter<'a> {
    node: NodeId,
    name: &'a str,
    place: &'a str,
    /// True if it is declared for all operations of the path.
    shared: bool,
}

/// Identifies parameters across two documents: in a path by position, elsewhere by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Position(usize),
    Name(String, String),
}

/// Compares the parameters.
pub(crate) fn compare<'a>(walk: &mut Walk<'a>, both: MatchedOperation<'a>) {
    let ours = collect(walk.old, both.old);
    let theirs = collect(walk.new, both.new);
    if both.reversed {
        return sent(walk, both, &ours, &theirs);
    }
    let mut come: BTreeMap<&Key, &Parameter<'a>> =
        theirs.iter().filter(|(key, _)| !ours.contains_key(*key)).collect();
    for (key, old) in &ours {
        if let Some(new) = theirs.get(key) {
            Pair { both, old: *old, new: *new }.compare(walk);
            continue;
        }
        // The same name in another place: requests with the old one are without it. Names of headers have no case.
        let is_same = |new: &Parameter<'_>| new.name.eq_ignore_ascii_case(old.name) && new.place != old.place;
        match come.iter().find(|(_, new)| is_same(new)).map(|(key, new)| (*key, **new)) {
            Some((key, new)) => {
                come.remove(key);
                moved(walk, both, *old, new);
            }
            None => removed(walk, both, *old),
        }
    }
    for new in come.into_values() {
        added(walk, both, *new);
    }
}

/// Compares the parameters of a webhook or a callback, which the server sends.
fn sent<'a>(
    walk: &mut Walk<'a>,
    both: MatchedOperation<'a>,
    ours: &BTreeMap<Key, Parameter<'a>>,
    theirs: &BTreeMap<Key, Parameter<'a>>,
) {
    let by_name = |all: &BTreeMap<Key, Parameter<'a>>| -> BTreeMap<String, NodeId> {
        all.values().map(|parameter| (parameter.describe(), parameter.node)).collect()
    };
    let (kind, what, holders) = (SubjectKind::Parameter, "parameter", (both.old.node, both.new.node));
    Headers { both, direction: Direction::Response, kind, what, holders }.compare(
        walk,
        &by_name(ours),
        &by_name(theirs),
        &str::to_owned,
    );
}

/// Reports defects of the parameters of an operation, whether the other document has it or not.
pub(crate) fn report_defects<'a>(side: &Side<'a>, found: OperationRef<'a>) {
    collect(side, found);
}

fn collect<'a>(side: &Side<'a>, found: OperationRef<'a>) -> BTreeMap<Key, Parameter<'a>> {
    // The path of a callback is an expression, which the server fills in.
    let names: Vec<&str> = template(found.path).into_iter().filter(|name| !name.starts_with('$')).collect();
    let mut parameters = BTreeMap::new();
    let declared: BTreeSet<&str> = [found.node, found.item]
        .into_iter()
        .flat_map(|owner| side.items(side.parts(owner, "parameters")))
        .filter_map(|node| side.string(side.resolve(*node)?, "name"))
        .collect();
    // A parameter that the path does not name can only mean one that nobody declares.
    let mut unclaimed =
        names.iter().enumerate().filter(|(_, name)| !declared.contains(*name)).map(|(at, _)| at);
    for (owner, shared) in [(found.node, false), (found.item, true)] {
        let mut own = BTreeSet::new();
        for node in side.items(side.parts(owner, "parameters")) {
            let Some(node) = side.resolve(*node) else { continue };
            let (Some(name), Some(place)) = (side.string(node, "name"), side.string(node, "in")) else {
                side.defect(A::Malformed, node, "a parameter has a `name` and an `in`".to_owned());
                continue;
            };
            if !matches!(place, "query" | "header" | "path" | "cookie" | "querystring") {
                let place = shorten(place, 40);
                let message = format!("`in: {place}` is no place of a parameter in OpenAPI 3");
                side.defect(A::ParameterLocationUnknown, node, message);
                continue;
            }
            if is_ignored(name, place) {
                continue;
            }
            let position = (place == "path").then(|| names.iter().position(|one| *one == name)).flatten();
            let position = position.or_else(|| (place == "path").then(|| unclaimed.next()).flatten());
            let by_name = || {
                let name = match place {
                    "header" => name.to_lowercase(),
                    // It is the whole query: its name is not sent.
                    "querystring" => String::new(),
                    _ => name.to_owned(),
                };
                Key::Name(place.to_owned(), name)
            };
            let key = position.map_or_else(by_name, Key::Position);
            if !own.insert(key.clone()) {
                let name = shorten(name, 80);
                side.defect(A::ParameterDuplicate, node, format!("the parameter `{name}` comes twice"));
            }
            // The operation's own come first, and win.
            parameters.entry(key).or_insert(Parameter { node, name, place, shared });
        }
    }
    for (at, name) in names.iter().enumerate() {
        if !parameters.contains_key(&Key::Position(at)) {
            let message = format!("`{}` is in the path, and no parameter", shorten(name, 80));
            side.defect(A::PathParameterUndeclared, found.node, message);
        }
    }
    parameters
}

/// Returns whether OpenAPI states that a parameter of this name is ignored: media types and security describe those headers.
fn is_ignored(name: &str, place: &str) -> bool {
    let names = ["accept", "content-type", "authorization"];
    place == "header" && names.iter().any(|ignored| name.eq_ignore_ascii_case(ignored))
}

fn moved<'a>(walk: &mut Walk<'a>, both: MatchedOperation<'a>, old: Parameter<'a>, new: Parameter<'a>) {
    let nodes = (Some(old.node), Some(new.node));
    let message = format!("the parameter moved from `in: {}` to `in: {}`", old.place, new.place);
    let rule = Rule::Api(A::ParameterMoved);
    walk.report(both.number, rule, SubjectKind::Parameter, old.describe(), nodes, message);
    Pair { both, old, new }.compare(walk);
}

fn removed(walk: &mut Walk<'_>, both: MatchedOperation<'_>, old: Parameter<'_>) {
    let side = walk.old;
    let deprecated = side.is_true(old.node, "deprecated");
    let place = Place::RequestParameter;
    let (rule, message) = match (deprecated, Sunset::of(side.tree, old.node)) {
        (false, _) => (Rule::Schema(place, C::Removed), "the parameter was removed".to_owned()),
        (true, Sunset::None) => (
            Rule::Schema(place, C::RemovedWithDeprecation),
            "the parameter was removed after it had been deprecated".to_owned(),
        ),
        (true, Sunset::Invalid) => (
            Rule::Schema(place, C::SunsetParse),
            "the parameter was removed, and its announced end was no date".to_owned(),
        ),
        (true, Sunset::On(day)) if walk.options.today < day => (
            Rule::Schema(place, C::RemovedBeforeSunset),
            format!("the parameter was removed before its announced end, {day}"),
        ),
        (true, Sunset::On(day)) => (
            Rule::Api(A::ParameterRemovedAfterSunset),
            format!("the parameter was removed after its announced end, {day}"),
        ),
    };
    let nodes = (Some(old.node), Some(both.new.node));
    walk.report(both.number, rule, SubjectKind::Parameter, old.describe(), nodes, message);
}

fn added(walk: &mut Walk<'_>, both: MatchedOperation<'_>, new: Parameter<'_>) {
    let required = walk.new.is_true(new.node, "required");
    let rule = match (new.place, new.shared, required) {
        ("path", _, _) => A::NewPathParameter,
        (_, true, true) => A::NewRequiredDefaultParameter,
        (_, true, false) => A::NewOptionalDefaultParameter,
        (_, false, true) => A::NewRequiredParameter,
        (_, false, false) => A::NewOptionalParameter,
    };
    let kind = if required { "required" } else { "optional" };
    let nodes = (Some(both.old.node), Some(new.node));
    let message = format!("the {kind} parameter was added");
    walk.report(both.number, Rule::Api(rule), SubjectKind::Parameter, new.describe(), nodes, message);
}

impl Parameter<'_> {
    fn describe(&self) -> String {
        format!("{} ({})", shorten(self.name, 80), self.place)
    }
}

/// A parameter of both documents.
#[derive(Clone, Copy)]
struct Pair<'a> {
    both: MatchedOperation<'a>,
    old: Parameter<'a>,
    new: Parameter<'a>,
}

impl<'a> Pair<'a> {
    fn compare(self, walk: &mut Walk<'a>) {
        let stays = self.old.place == self.new.place;
        if stays && self.old.place == "path" && self.old.name != self.new.name {
            let nodes = (Some(self.old.node), Some(self.new.node));
            let rule = Rule::Api(A::PathParameterRenamed);
            let message = format!(
                "the parameter `{}` is called `{}`",
                shorten(self.old.name, 80),
                shorten(self.new.name, 80)
            );
            walk.report(self.both.number, rule, SubjectKind::Parameter, self.old.describe(), nodes, message);
        }
        let was = walk.old.is_true(self.old.node, "required");
        let is = walk.new.is_true(self.new.node, "required");
        match (was, is) {
            (false, true) => {
                self.report(walk, C::BecameRequired, "required", "the parameter became required")
            }
            (true, false) => {
                self.report(walk, C::BecameOptional, "required", "the parameter became optional")
            }
            _ => {}
        }
        self.lifecycle(walk);
        self.words(walk);
        // Every place has its own way of writing.
        if stays {
            self.writing(walk);
        }
        self.schemas(walk);
    }

    fn report(self, walk: &mut Walk<'a>, change: C, key: &str, message: impl Into<String>) {
        let old = walk.old.get(self.old.node, key).unwrap_or(self.old.node);
        let new = walk.new.get(self.new.node, key).unwrap_or(self.new.node);
        if let Some(rule) = change.at(Place::RequestParameter) {
            let nodes = (Some(old), Some(new));
            walk.report(self.both.number, rule, SubjectKind::Parameter, self.old.describe(), nodes, message);
        }
    }

    fn lifecycle(self, walk: &mut Walk<'a>) {
        let options = walk.options;
        let earliest = options.earliest_end();
        let was = walk.old.is_true(self.old.node, "deprecated");
        let is = walk.new.is_true(self.new.node, "deprecated");
        let (before, after) =
            (Sunset::of(walk.old.tree, self.old.node), Sunset::of(walk.new.tree, self.new.node));
        let (change, message) = match (was, is) {
            (false, false) => return,
            (false, true) => match after {
                Sunset::None if options.notice_days > 0 => {
                    (C::DeprecatedSunsetMissing, "the parameter was deprecated without an end".to_owned())
                }
                Sunset::None => (C::Deprecated, "the parameter was deprecated".to_owned()),
                Sunset::Invalid => {
                    (C::SunsetParse, "the parameter was deprecated, and its end is no date".to_owned())
                }
                Sunset::On(day) if day < earliest => (
                    C::SunsetDateTooSmall,
                    format!("the parameter was deprecated, and its end, {day}, is too near"),
                ),
                Sunset::On(day) => (C::Deprecated, format!("the parameter was deprecated and ends on {day}")),
            },
            (true, false) => (C::Reactivated, "the parameter is no longer deprecated".to_owned()),
            (true, true) => match (before, after) {
                (Sunset::On(_) | Sunset::Invalid, Sunset::None) => {
                    (C::SunsetDeleted, "the parameter's announced end was removed".to_owned())
                }
                (before, after) if before == after => return,
                (_, Sunset::Invalid) => {
                    (C::SunsetParse, "the parameter's announced end is no date any more".to_owned())
                }
                (Sunset::On(before), Sunset::On(after)) if after < before && after < earliest => (
                    C::SunsetDateChangedTooSmall,
                    format!("the parameter's announced end moved from {before} to {after}"),
                ),
                (before, after) => {
                    let Some((rule, what)) = sunset::moved(before, after) else { return };
                    let (number, kind) = (self.both.number, SubjectKind::Parameter);
                    let nodes = (Some(self.old.node), Some(self.new.node));
                    let message = format!("the parameter {what}");
                    return walk.report(number, Rule::Api(rule), kind, self.old.describe(), nodes, message);
                }
            },
        };
        self.report(walk, change, "deprecated", message);
    }

    fn words(self, walk: &mut Walk<'a>) {
        if walk.differs(self.old.node, self.new.node, "description") {
            self.report(walk, C::DescriptionChanged, "description", "the parameter's description changed");
        }
        if walk.old.examples(self.old.node) != walk.new.examples(self.new.node) {
            let key = if walk.new.get(self.new.node, "examples").is_some() { "examples" } else { "example" };
            self.report(walk, C::ExampleChanged, key, "the parameter's examples changed");
        }
    }

    /// Compares how the value is written.
    fn writing(self, walk: &mut Walk<'a>) {
        let was = Writing::of(walk.old, self.old.node, self.old.place);
        let is = Writing::of(walk.new, self.new.node, self.new.place);
        if was.style != is.style {
            let message = format!("`style` changed from `{}` to `{}`", was.style, is.style);
            self.report(walk, C::StyleChanged, "style", message);
        } else if was.explode != is.explode && (was.matters || is.matters) {
            let message = format!("`explode` changed from {} to {}", was.explode, is.explode);
            self.report(walk, C::ExplodeChanged, "explode", message);
        }
        if was.reserved != is.reserved {
            self.report(walk, C::AllowReservedChanged, "allowReserved", "`allowReserved` changed");
        }
        match (was.empty, is.empty) {
            (true, false) => {
                self.report(
                    walk,
                    C::AllowEmptyValueRemoved,
                    "allowEmptyValue",
                    "the value may no longer be empty",
                );
            }
            (false, true) => {
                self.report(walk, C::AllowEmptyValueAdded, "allowEmptyValue", "the value may be empty");
            }
            _ => {}
        }
    }

    fn schemas(self, walk: &mut Walk<'a>) {
        let mut usage = Usage {
            loose: true,
            repeats: Writing::of(walk.new, self.new.node, self.new.place).repeats,
            header: self.old.place == "header",
            required: walk.old.is_true(self.old.node, "required")
                || walk.new.is_true(self.new.node, "required"),
            ..Usage::of(Place::RequestParameter)
        };
        // It has a media type, and is read as a body is.
        if self.new.place == "querystring" {
            usage = Usage::body(Direction::Request, false);
        }
        let carried =
            ParameterValue { operation: self.both.number, old: self.old.node, new: self.new.node, usage };
        carried.compare(walk, |walk, change, key, message| self.report(walk, change, key, message));
    }
}
