//! Annotations of schemas: deprecation, stability, and words for people.

use super::{K, PairContext, Viewed};
use crate::diff::node::sunset::{Stability, Sunset, moved};
use crate::diff::side::Side;
use crate::rule::{Place, SchemaChange as C};

impl PairContext<'_, '_> {
    /// Compares titles, descriptions, examples, and how XML is written.
    pub(super) fn annotations(&mut self) {
        for (keyword, change, name) in [
            (K::Title, C::TitleChanged, "title"),
            (K::Description, C::DescriptionChanged, "description"),
            (K::ExternalDocs, C::ExternalDocsChanged, "link to further documentation"),
            (K::Xml, C::XmlChanged, "XML form"),
        ] {
            // Words are compared as a whole: a word-by-word difference would be longer than both.
            let (was, is) = self.digests(keyword);
            if was != is {
                self.report(change, keyword, format!("the {name} changed"));
            }
        }
        let keyword = if self.new.facts.has(K::Examples) { K::Examples } else { K::Example };
        if self.digests(K::Example) != (None, None) || self.digests(K::Examples) != (None, None) {
            let (was, is) = (self.digests(K::Example), self.digests(K::Examples));
            if was.0 != was.1 || is.0 != is.1 {
                self.report(C::ExampleChanged, keyword, "the examples changed");
            }
        }
    }

    /// Compares deprecation, its end, and the level of stability.
    pub(super) fn lifecycle(&mut self) {
        // There, the parameter or header that has the schema states it for itself.
        if matches!(self.usage.place, Place::RequestParameter | Place::ResponseHeader) {
            return;
        }
        let deprecated = |side: &Side<'_>, schema: Viewed<'_>| side.flag(schema.facts, K::Deprecated);
        let was = deprecated(self.old_side(), self.old);
        let is = deprecated(self.new_side(), self.new);
        let options = self.walk.options;
        let earliest = options.earliest_end();
        let sunset =
            |side: &Side<'_>, schema: Viewed<'_>| Sunset::read(side.tree, schema.facts.first(K::Sunset));
        match (was, is) {
            (false, true) => {
                let (change, message) = match sunset(self.new_side(), self.new) {
                    Sunset::None if options.notice_days > 0 => {
                        (C::DeprecatedSunsetMissing, "it was deprecated without an end".to_owned())
                    }
                    Sunset::None => (C::Deprecated, "it was deprecated".to_owned()),
                    Sunset::Invalid => {
                        (C::DeprecatedSunsetInvalid, "it was deprecated, and its end is no date".to_owned())
                    }
                    Sunset::On(day) if day < earliest => {
                        (C::SunsetDateTooSmall, format!("it was deprecated, and its end, {day}, is too near"))
                    }
                    Sunset::On(day) => {
                        (C::DeprecatedWithSunset, format!("it was deprecated and ends on {day}"))
                    }
                };
                self.report(change, K::Deprecated, message);
            }
            (true, false) => self.report(C::Reactivated, K::Deprecated, "it is no longer deprecated"),
            (true, true) => {
                let before = sunset(self.old_side(), self.old);
                let after = sunset(self.new_side(), self.new);
                if let Some((rule, what)) = moved(before, after) {
                    self.report_rule(rule, self.places(K::Sunset), format!("it {what}"));
                }
            }
            (false, false) => {}
        }
        if !self.is_property() {
            return;
        }
        let stability = |side: &Side<'_>, schema: Viewed<'_>| {
            Stability::read(side.tree, schema.facts.first(K::Stability))
        };
        let (was, is) = (stability(self.old_side(), self.old), stability(self.new_side(), self.new));
        let (Some(was), Some(is)) = (was, is) else { return };
        if is < was {
            self.report(
                C::StabilityDecreased,
                K::Stability,
                format!("its stability went from {was} to {is}"),
            );
        } else if is > was && !was.is_unstable() {
            self.report(
                C::StabilityIncreased,
                K::Stability,
                format!("its stability went from {was} to {is}"),
            );
        }
    }
}
