//! Types, formats, and whether `null` is a value.

use super::equivalence::equivalent;
use super::reading::{Types, contains, has_members, is_nullable, members, named, own_types, types_of_both};
use super::{K, PairContext};
use crate::diff::node::value::quoted;
use crate::diff::side::Side;
use crate::diff::side::view::{Facts, View};
use crate::rule::{Direction, Place, SchemaChange as C};

impl<'a> PairContext<'_, 'a> {
    /// Compares types and formats, `null`, and alternatives, which may be lists of types.
    pub(super) fn types(&mut self) {
        let (old, new) = (self.old_side(), self.new_side());
        let (ours, theirs) = types_of_both(old, self.old.facts, new, self.new.facts);
        let untyped = ours.is_empty() != theirs.is_empty();
        // The alternatives are a list of values, and compared as such.
        let is_list = self.values_of_alternatives().is_some();
        self.null(untyped && !is_list);
        if is_list {
            return;
        }
        if let Some((ours, theirs)) = self.lists_of_types() {
            return self.list_of_types(&ours, &theirs);
        }
        let composed = |facts: Facts<'_>| [K::OneOf, K::AnyOf].into_iter().any(|keyword| facts.has(keyword));
        // What alternatives say about the type is compared with the alternatives.
        let hidden = (ours.is_empty() && has_members(old, self.old.facts) && composed(self.old.facts))
            || (theirs.is_empty() && has_members(new, self.new.facts) && composed(self.new.facts));
        if !(untyped && hidden) {
            self.type_and_format(&ours, &theirs);
        }
        self.alternatives(K::OneOf, C::OneOfAdded, C::OneOfRemoved);
        self.alternatives(K::AnyOf, C::AnyOfAdded, C::AnyOfRemoved);
    }

    /// Compares whether `null` is a value. A schema that got a type, or lost it, is reported as that.
    fn null(&mut self, untyped: bool) {
        let (old, new) = (self.old_side(), self.new_side());
        let was = is_nullable(old, self.old.view, self.old.facts);
        let is = is_nullable(new, self.new.view, self.new.facts);
        let rewrapped = self.old.view.wrapped_null != self.new.view.wrapped_null;
        if was == is || (untyped && !rewrapped) {
            return;
        }
        let plain = |side: &Side<'a>, view: View<'_>| side.intern(View { wrapped_null: false, ..view });
        let with_other_changes = rewrapped
            && self.usage.place != Place::ResponseHeader
            && !equivalent(old, new, plain(old, self.old.view), plain(new, self.new.view))
            && equivalent_but_null(self.old.view, self.new.view);
        let (change, message) = match (is, with_other_changes) {
            (true, false) => (C::BecameNullable, "`null` became a value"),
            (false, false) => (C::BecameNotNullable, "`null` is no longer a value"),
            (true, true) => (C::ListOfTypesWidened, "`null` became an alternative"),
            (false, true) => (C::ListOfTypesNarrowed, "`null` is no longer an alternative"),
        };
        let keyword = if self.new.facts.has(K::Nullable) || self.old.facts.has(K::Nullable) {
            K::Nullable
        } else {
            K::Type
        };
        self.report(change, keyword, message);
    }

    /// Returns what both sides list, if both are lists of types, at least one of them by `oneOf` or `anyOf`.
    pub(super) fn lists_of_types(&self) -> Option<(Types<'a>, Types<'a>)> {
        let (old, new) = (self.old_side(), self.new_side());
        // Most schemas have no alternatives.
        if !(has_members(old, self.old.facts) || has_members(new, self.new.facts)) {
            return None;
        }
        let same_keyword = [K::OneOf, K::AnyOf].into_iter().any(|keyword| {
            !members(old, self.old.facts, keyword).is_empty()
                && !members(new, self.new.facts, keyword).is_empty()
        });
        let ours = listed_types(old, self.old.facts)?;
        let theirs = listed_types(new, self.new.facts)?;
        (!(same_keyword && ours == theirs)).then_some((ours, theirs))
    }

    fn list_of_types(&mut self, ours: &Types<'a>, theirs: &Types<'a>) {
        let removed: Vec<_> = ours.iter().filter(|one| !contains(theirs, one, false)).copied().collect();
        let added: Vec<_> = theirs.iter().filter(|one| !contains(ours, one, false)).copied().collect();
        if !removed.is_empty() {
            let message = format!("{} removed from the list of types", quoted(removed));
            self.report(C::ListOfTypesNarrowed, K::Type, message);
        }
        if !added.is_empty() {
            let message = format!("{} added to the list of types", quoted(added));
            self.report(C::ListOfTypesWidened, K::Type, message);
        }
    }

    fn type_and_format(&mut self, ours: &Types<'a>, theirs: &Types<'a>) {
        let formats = self.digests(K::Format);
        if ours == theirs && formats.0 == formats.1 {
            return;
        }
        let change = match self.direction() {
            Direction::Request => self.request_type(ours, theirs),
            Direction::Response => self.response_type(ours, theirs),
        };
        let describe = |types: &Types<'_>, side: &Side<'_>, facts: Facts<'_>| {
            let format = facts.first(K::Format).and_then(|node| side.tree.string(node));
            let types = if types.is_empty() { "any type".to_owned() } else { quoted(types) };
            format.map_or_else(
                || types.clone(),
                |format| format!("{types} ({})", crate::diff::node::value::shorten(format, 40)),
            )
        };
        let was = describe(ours, self.old_side(), self.old.facts);
        let is = describe(theirs, self.new_side(), self.new.facts);
        let keyword = if ours == theirs { K::Format } else { K::Type };
        self.report(change, keyword, format!("the type changed from {was} to {is}"));
    }

    fn request_type(&self, ours: &Types<'a>, theirs: &Types<'a>) -> C {
        let (wider, narrower) = (fits(ours, theirs, false), fits(theirs, ours, false));
        // A type that takes more values is no change for requests, as long as the format takes them, too.
        let format_fits = self.format_fits(true, theirs);
        let loosely = self.usage.loose && fits(ours, theirs, true);
        match self.usage.place {
            Place::RequestParameter if self.became_list(ours, theirs) => C::TypeGeneralized,
            // A list or an object under a name for each of its values is no text, though each value is.
            Place::RequestParameter if self.usage.repeats && is_composite(ours) && !is_composite(theirs) => {
                C::TypeChanged
            }
            Place::RequestParameter if (wider || loosely) && format_fits => C::TypeGeneralized,
            Place::RequestParameterProperty | Place::RequestHeaderProperty => {
                let narrower = narrower || fits(theirs, ours, true);
                match (wider && format_fits, narrower && !wider) {
                    (true, _) => C::TypeGeneralized,
                    (false, true) => C::TypeSpecialized,
                    (false, false) => C::TypeChanged,
                }
            }
            _ if wider && format_fits => C::TypeGeneralized,
            Place::RequestBody | Place::RequestProperty if loosely && format_fits => C::TypeCompatible,
            _ => C::TypeChanged,
        }
    }

    fn response_type(&self, ours: &Types<'a>, theirs: &Types<'a>) -> C {
        let (wider, narrower) = (fits(ours, theirs, false), fits(theirs, ours, false));
        let format_fits = self.format_fits(false, ours);
        let loosely = self.usage.loose && fits(theirs, ours, true);
        match () {
            () if narrower && format_fits => C::TypeSpecialized,
            () if loosely && format_fits => C::TypeCompatible,
            () if wider && ours != theirs && self.format_fits(true, theirs) => C::TypeGeneralized,
            () => C::TypeChanged,
        }
    }

    /// Returns whether every value of one side's format is one of the other's.
    fn format_fits(&self, forward: bool, into: &Types<'a>) -> bool {
        let (old, new) = (self.old_side(), self.new_side());
        let ours = self.old.facts.first(K::Format).and_then(|node| old.tree.string(node));
        let theirs = self.new.facts.first(K::Format).and_then(|node| new.tree.string(node));
        let (from, to) = if forward { (ours, theirs) } else { (theirs, ours) };
        match (from, to) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(from), Some(to)) => {
                from == to
                    || (matches!((from, to), ("int32", "int64")) && !into.contains("string"))
                    || matches!((from, to), ("float", "double"))
            }
        }
    }

    /// Returns whether a parameter that was one value is a list now whose items take the same, written so that one value is a
    /// list of one.
    fn became_list(&self, ours: &Types<'a>, theirs: &Types<'a>) -> bool {
        let new = self.new_side();
        if !self.usage.repeats || ours.contains("array") || !(theirs.len() == 1 && theirs.contains("array")) {
            return false;
        }
        let mins = self.new.facts.first(K::MinItems).and_then(|node| new.number(node));
        let one = crate::diff::node::decimal::Decimal::parse("1");
        if mins.is_some_and(|least| one.is_some_and(|one| least > one)) {
            return false;
        }
        let Some(items) = self.new.facts.first(K::Items) else { return true };
        let schema = new.viewed(new.view_of(&[items]));
        let items = schema.facts;
        let types = own_types(new, items);
        let types_fit = fits(ours, &types, true);
        // Whatever restricts an item has to have restricted the value.
        types_fit
            && items.keywords().filter(|keyword| keyword.constrains() && *keyword != K::Type).all(|keyword| {
                new.digest_of(items, keyword) == self.old_side().digest_of(self.old.facts, keyword)
            })
    }
}

/// Returns the wrapped side's other half is not a schema of its own that merely lost its alternatives.
fn equivalent_but_null(old: View<'_>, new: View<'_>) -> bool {
    !(old.parts.is_empty() || new.parts.is_empty())
}

fn is_composite(types: &Types<'_>) -> bool {
    types.contains("array") || types.contains("object")
}

/// Returns whether all types of one set are among those of another. Written without types, everything is a string.
fn fits(from: &Types<'_>, into: &Types<'_>, loosely: bool) -> bool {
    if into.is_empty() {
        return true;
    }
    !from.is_empty() && from.iter().all(|one| contains(into, one, loosely))
}

/// Returns the types of a schema that restricts nothing but types: by `type`, or by alternatives that restrict nothing but types.
fn listed_types<'a>(side: &Side<'a>, facts: Facts<'_>) -> Option<Types<'a>> {
    let lists = [K::OneOf, K::AnyOf].map(|keyword| members(side, facts, keyword));
    let list = if lists[0].is_empty() { &lists[1] } else { &lists[0] };
    let own = own_types(side, facts);
    if list.is_empty() {
        return (!own.is_empty() && !facts.has(K::Properties) && !facts.has(K::AllOf)).then_some(own);
    }
    if !own.is_empty() {
        return None;
    }
    let mut types = Types::new();
    for member in list {
        let schema = side.viewed(side.view_of(&[*member]));
        let member = schema.facts;
        let plain = member.keywords().all(|keyword| {
            !keyword.constrains() || matches!(keyword, K::Type | K::Format | K::Nullable | K::Enum)
        });
        let named = member.all(K::Type).flat_map(|node| named(side, node)).count();
        if !plain || named == 0 {
            return None;
        }
        types.extend(own_types(side, member));
    }
    (!types.is_empty()).then_some(types)
}
