//! Properties: which there are, which must be, who may send them.

use std::collections::{BTreeMap, BTreeSet};

use openapi_source::tree::NodeId;

use super::reading::{map, strings};
use super::{K, PairContext};
use crate::diff::node::value::shorten;
use crate::diff::side::Side;
use crate::diff::side::view::{Facts, View};
use crate::rule::{ApiRule as A, Direction, Place, SchemaChange as C};

type Properties<'a> = BTreeMap<&'a str, Vec<NodeId>>;

/// Traits of a property in addition to its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Traits {
    required: bool,
    read_only: bool,
    write_only: bool,
    default: bool,
}

impl<'a> PairContext<'_, 'a> {
    /// Compares the properties.
    pub(super) fn object(&mut self) {
        let (old, new) = (self.old_side(), self.new_side());
        // Properties of all parts together: where a schema is put together of several, each may describe
        // one.
        let ours = map(old, self.old.facts, K::Properties);
        let theirs = map(new, self.new.facts, K::Properties);
        let (mut was_required, mut is_required) =
            (strings(old, self.old.facts, K::Required), strings(new, self.new.facts, K::Required));
        // What one document does not say in a way that can be read is not compared.
        if self.is_malformed(K::Required) {
            was_required.extend(is_required.iter().copied());
            is_required.clone_from(&was_required);
        }
        for (name, nodes) in &ours {
            let others = theirs.get(name);
            let (was, is) = (was_required.contains(name), is_required.contains(name));
            if let ([one], Some([other])) = (&**nodes, others.map(|others| &**others))
                && self.walk.is_same(*one, *other)
                && was == is
            {
                continue;
            }
            let was = traits(old, nodes, was);
            match others {
                None => self.property_removed(name, nodes[0], was),
                Some(others) => {
                    let mut is = traits(new, others, is);
                    let malformed =
                        |flag| has_malformed(old, nodes, flag) || has_malformed(new, others, flag);
                    if was.read_only != is.read_only && malformed(K::ReadOnly) {
                        is.read_only = was.read_only;
                    }
                    if was.write_only != is.write_only && malformed(K::WriteOnly) {
                        is.write_only = was.write_only;
                    }
                    self.property_changed(name, (nodes[0], others[0]), was, is);
                    // Of what one side does not send, no program of today depends on the values.
                    let unsent = match self.direction() {
                        Direction::Request => was.read_only || is.read_only,
                        Direction::Response => was.write_only || is.write_only,
                    };
                    let unsent = unsent && self.is_in_body();
                    self.walk.enter_property(self.pair, nodes, others, unsent);
                }
            }
        }
        for (name, nodes) in &theirs {
            if !ours.contains_key(name) {
                let is = traits(new, nodes, is_required.contains(name));
                self.property_added(name, nodes[0], is);
            }
        }
        self.required_elsewhere(&ours, &theirs, &was_required, &is_required);
    }

    /// `required` may name properties of members of `allOf`, or of nothing.
    fn required_elsewhere(
        &mut self,
        ours: &Properties<'a>,
        theirs: &Properties<'a>,
        was: &BTreeSet<&'a str>,
        is: &BTreeSet<&'a str>,
    ) {
        if was == is {
            return;
        }
        let inner = |side: &Side<'a>, view: View<'_>| {
            let keywords = side.keywords(side.flatten(view).view());
            let facts = Facts::new(&keywords);
            (map(side, facts, K::Properties), strings(side, facts, K::Required))
        };
        let (old_inner, all_was) = inner(self.old_side(), self.old.view);
        let (new_inner, all_is) = inner(self.new_side(), self.new.view);
        for name in was.symmetric_difference(is) {
            let (required, unlisted) = match (all_was.contains(name), all_is.contains(name)) {
                (false, true) => ("required", C::UnlistedBecameRequired),
                (true, false) => ("optional", C::UnlistedBecameOptional),
                _ => continue,
            };
            if !(old_inner.contains_key(name) || new_inner.contains_key(name)) {
                let message = format!("the property `{}` became {required}", shorten(name, 80));
                self.report(unlisted, K::Required, message);
            }
        }
        if !(self.old.facts.has(K::AllOf) && self.new.facts.has(K::AllOf)) {
            return;
        }
        let (was, is) = (all_was, all_is);
        for (name, nodes) in &old_inner {
            let Some(others) = new_inner.get(name) else { continue };
            if ours.contains_key(name) || theirs.contains_key(name) {
                continue;
            }
            let was = traits(self.old_side(), nodes, was.contains(name));
            let is = traits(self.new_side(), others, is.contains(name));
            if was.required != is.required {
                let only_required = Traits { required: is.required, default: is.default, ..was };
                self.property_changed(name, (nodes[0], others[0]), was, only_required);
            }
        }
    }

    fn property_removed(&mut self, name: &str, node: NodeId, was: Traits) {
        let message = format!("the property `{}` was removed", shorten(name, 80));
        let nodes = (Some(node), self.new.node());
        match self.usage.place {
            Place::RequestBody | Place::RequestProperty if was.read_only => {}
            Place::RequestBody | Place::RequestProperty | Place::RequestReadOnlyProperty => {
                self.report_place(Place::RequestProperty, C::Removed, nodes, message);
            }
            Place::ResponseBody
            | Place::ResponseMediaType
            | Place::ResponseProperty
            | Place::ResponseWriteOnlyProperty => {
                let rule = match (was.write_only, was.required) {
                    (false, true) => A::ResponseRequiredRemoved,
                    (false, false) => A::ResponseOptionalRemoved,
                    (true, true) => A::ResponseRequiredWriteOnlyRemoved,
                    (true, false) => A::ResponseOptionalWriteOnlyRemoved,
                };
                self.report_rule(rule, nodes, message);
            }
            Place::RequestParameter | Place::RequestParameterProperty | Place::RequestHeaderProperty => {
                self.report_place(Place::RequestParameterProperty, C::Removed, nodes, message);
            }
            Place::ResponseHeader | Place::ResponseHeaderProperty => {
                self.report_place(Place::ResponseHeaderProperty, C::Removed, nodes, message);
            }
        }
    }

    fn property_added(&mut self, name: &str, node: NodeId, is: Traits) {
        let kind = if is.required { "required" } else { "optional" };
        let message = format!("the {kind} property `{}` was added", shorten(name, 80));
        let nodes = (self.old.node(), Some(node));
        match self.usage.place {
            Place::RequestBody | Place::RequestProperty if is.read_only => {}
            Place::RequestBody | Place::RequestProperty | Place::RequestReadOnlyProperty => {
                let rule = match (is.required, is.default) {
                    (true, true) => A::NewRequiredRequestPropertyWithDefault,
                    (true, false) => A::NewRequiredRequestProperty,
                    (false, _) => A::NewOptionalRequestProperty,
                };
                self.report_rule(rule, nodes, message);
            }
            Place::ResponseBody
            | Place::ResponseMediaType
            | Place::ResponseProperty
            | Place::ResponseWriteOnlyProperty => {
                let rule = match (is.write_only, is.required) {
                    (false, true) => A::ResponseRequiredAdded,
                    (false, false) => A::ResponseOptionalAdded,
                    (true, true) => A::ResponseRequiredWriteOnlyAdded,
                    (true, false) => A::ResponseOptionalWriteOnlyAdded,
                };
                self.report_rule(rule, nodes, message);
            }
            Place::RequestParameter | Place::RequestHeaderProperty
                if is.required && (self.usage.header || self.usage.place == Place::RequestHeaderProperty) =>
            {
                self.report_rule(A::NewRequiredHeaderProperty, nodes, message);
            }
            Place::RequestParameter | Place::RequestParameterProperty | Place::RequestHeaderProperty => {
                let change = if is.required { C::AddedRequired } else { C::AddedOptional };
                self.report_place(Place::RequestParameterProperty, change, nodes, message);
            }
            Place::ResponseHeader | Place::ResponseHeaderProperty => {
                self.report_place(Place::ResponseHeaderProperty, C::Added, nodes, message);
            }
        }
    }

    fn property_changed(&mut self, name: &str, (ours, theirs): (NodeId, NodeId), was: Traits, is: Traits) {
        let nodes = (Some(ours), Some(theirs));
        let name = shorten(name, 80);
        let below = self.usage.below().place;
        let unsent = match self.direction() {
            Direction::Request => is.read_only,
            Direction::Response => is.write_only,
        };
        if was.required != is.required {
            let (change, word) =
                if is.required { (C::BecameRequired, "required") } else { (C::BecameOptional, "optional") };
            let (place, change) = match (below, unsent) {
                // Nobody sends it.
                (Place::RequestProperty, true) => (None, change),
                (Place::RequestProperty, false) if is.required && is.default => {
                    (Some(Place::RequestProperty), C::BecameRequiredWithDefault)
                }
                (Place::ResponseProperty, true) => (Some(Place::ResponseWriteOnlyProperty), change),
                (Place::RequestHeaderProperty, _) if is.required => {
                    (Some(Place::RequestHeaderProperty), change)
                }
                (below, _) => (Some(below.general()), change),
            };
            if let Some(place) = place {
                self.report_place(place, change, nodes, format!("the property `{name}` became {word}"));
            }
        }
        let required = is.required;
        let direction = self.direction();
        if matches!(below, Place::RequestProperty | Place::ResponseProperty) {
            self.sending_changed(&name, nodes, was, is);
            if was.read_only != is.read_only {
                let rule = read_only_rule(direction, required, is.read_only);
                let not = if is.read_only { "" } else { "not " };
                self.report_rule(rule, nodes, format!("the property `{name}` became {not}read-only"));
            }
            if was.write_only != is.write_only {
                let rule = write_only_rule(direction, required, is.write_only);
                let not = if is.write_only { "" } else { "not " };
                self.report_rule(rule, nodes, format!("the property `{name}` became {not}write-only"));
            }
        }
    }

    /// Reports what senders or receivers lose where a property comes to be sent, or no longer is.
    fn sending_changed(
        &mut self,
        name: &str,
        nodes: (Option<NodeId>, Option<NodeId>),
        was: Traits,
        is: Traits,
    ) {
        let (rule, what) = match self.direction() {
            Direction::Request if was.read_only && !is.read_only && was.required && is.required => {
                (A::RequestRequiredMustBeSent, "is required and no longer read-only: requests must have it")
            }
            Direction::Response if !was.write_only && is.write_only && was.required => {
                (A::ResponseRequiredNoLongerSent, "became write-only: responses no longer have it")
            }
            Direction::Response if !was.write_only && is.write_only => {
                (A::ResponseOptionalNoLongerSent, "became write-only: responses no longer have it")
            }
            _ => return,
        };
        self.report_rule(rule, nodes, format!("the property `{name}` {what}"));
    }

    /// Returns whether the properties are those of a body, where `readOnly` and `writeOnly` say who sends them.
    pub(super) fn is_in_body(&self) -> bool {
        matches!(
            self.usage.place,
            Place::RequestBody | Place::RequestProperty | Place::ResponseBody | Place::ResponseProperty
        )
    }

    fn report_place(
        &mut self,
        place: Place,
        change: C,
        nodes: (Option<NodeId>, Option<NodeId>),
        message: String,
    ) {
        if let Some(rule) = change.at(place) {
            self.walk.report_schema(self.pair, rule, nodes, message);
        }
    }
}

impl PairContext<'_, '_> {
    /// Compares the schemas of values inside, as of the items of a list. Like properties, they may be values that nobody sends.
    pub(super) fn enter_values(&mut self, ours: &[NodeId], theirs: &[NodeId]) {
        let (was, is) = (traits(self.old_side(), ours, false), traits(self.new_side(), theirs, false));
        let unsent = match self.direction() {
            Direction::Request => was.read_only && is.read_only,
            Direction::Response => was.write_only && is.write_only,
        };
        let unsent = unsent && self.is_in_body();
        self.walk.enter_property(self.pair, ours, theirs, unsent);
    }
}

/// Returns whether the value of a keyword of a property is malformed.
fn has_malformed(side: &Side<'_>, nodes: &[NodeId], keyword: K) -> bool {
    let facts = side.viewed(side.view_of(nodes)).facts;
    facts.all(keyword).any(|node| side.is_malformed(node))
}

fn traits(side: &Side<'_>, nodes: &[NodeId], required: bool) -> Traits {
    let schema = side.viewed(side.view_of(nodes));
    let of = |facts: Facts<'_>| Traits {
        required,
        read_only: side.flag(facts, K::ReadOnly),
        write_only: side.flag(facts, K::WriteOnly),
        default: facts.has(K::Default),
    };
    if !schema.facts.has(K::AllOf) {
        return of(schema.facts);
    }
    // In OpenAPI 3.0 a reference is wrapped in `allOf`, and the schema that it leads to may say it.
    of(Facts::new(&side.keywords(side.flatten(schema.view).view())))
}

fn read_only_rule(direction: Direction, required: bool, became: bool) -> A {
    match (direction, required, became) {
        (Direction::Request, true, true) => A::RequestRequiredBecameReadOnly,
        (Direction::Request, true, false) => A::RequestRequiredBecameNotReadOnly,
        (Direction::Request, false, true) => A::RequestOptionalBecameReadOnly,
        (Direction::Request, false, false) => A::RequestOptionalBecameNotReadOnly,
        (Direction::Response, true, true) => A::ResponseRequiredBecameReadOnly,
        (Direction::Response, true, false) => A::ResponseRequiredBecameNotReadOnly,
        (Direction::Response, false, true) => A::ResponseOptionalBecameReadOnly,
        (Direction::Response, false, false) => A::ResponseOptionalBecameNotReadOnly,
    }
}

fn write_only_rule(direction: Direction, required: bool, became: bool) -> A {
    match (direction, required, became) {
        (Direction::Request, true, true) => A::RequestRequiredBecameWriteOnly,
        (Direction::Request, true, false) => A::RequestRequiredBecameNotWriteOnly,
        (Direction::Request, false, true) => A::RequestOptionalBecameWriteOnly,
        (Direction::Request, false, false) => A::RequestOptionalBecameNotWriteOnly,
        (Direction::Response, true, true) => A::ResponseRequiredBecameWriteOnly,
        (Direction::Response, true, false) => A::ResponseRequiredBecameNotWriteOnly,
        (Direction::Response, false, true) => A::ResponseOptionalBecameWriteOnly,
        (Direction::Response, false, false) => A::ResponseOptionalBecameNotWriteOnly,
    }
}
