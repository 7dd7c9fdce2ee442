//! Names of changes, how bad each is on the wire, and what to do about it.
//!
//! [`Rule`] is made of two tables: [`ApiRule`] for what surrounds schemas, and [`Place`] × [`SchemaChange`] for what
//! happens inside them. Ids are those of oasdiff where the meaning is the same; [`Rule::is_extension`] marks those that are
//! ours.

mod api;
mod known;
mod place;
mod schema;
mod severity;

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

pub use api::ApiRule;
pub use place::{Direction, Place};
pub use schema::SchemaChange;
pub use severity::Severity;

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// About paths, operations, parameters, bodies, headers, security, or a document as a whole.
    Api(ApiRule),
    /// About a schema, by where it is used.
    Schema(Place, SchemaChange),
}

static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let schema = Place::ALL.iter().flat_map(|place| {
        let fitting = SchemaChange::ALL.iter().filter(|change| change.is_at(*place));
        fitting.map(|change| Rule::Schema(*place, *change))
    });
    let mut all: Vec<Rule> = ApiRule::ALL.iter().copied().map(Rule::Api).chain(schema).collect();
    all.sort_by_key(|rule| rule.id());
    all
});

impl Rule {
    /// Every rule, ordered by id.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// Returns the id, as in `request-property-max-decreased`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Api(rule) => rule.id(),
            Self::Schema(place, change) => change.id(place),
        }
    }

    /// Returns the rule with an id.
    ///
    /// ```
    /// use openapi_drift::Rule;
    ///
    /// let rule = Rule::from_id("request-property-max-decreased").unwrap();
    /// assert_eq!(rule.severity(), openapi_drift::Severity::Breaking);
    /// ```
    pub fn from_id(id: &str) -> Option<Self> {
        let at = ALL.binary_search_by(|rule| rule.id().cmp(id)).ok()?;
        ALL.get(at).copied()
    }

    /// Returns what the change does on the wire.
    pub fn severity(self) -> Severity {
        match self {
            Self::Api(rule) => rule.severity(),
            Self::Schema(place, change) => change.severity(place),
        }
    }

    /// Returns who sends what changed, if it is a schema.
    pub(crate) fn direction(self) -> Option<Direction> {
        match self {
            Self::Api(_) => None,
            Self::Schema(place, _) => Some(place.direction()),
        }
    }

    /// Why it matters, and what to do.
    pub fn explanation(self) -> Cow<'static, str> {
        match self {
            Self::Api(rule) => Cow::Borrowed(rule.explanation()),
            Self::Schema(place, change) => Cow::Owned(change.explanation(place)),
        }
    }

    /// Returns whether it is about the document's own version: how the document is published, not what crosses the wire.
    ///
    /// ```
    /// use openapi_drift::Rule;
    ///
    /// assert!(Rule::from_id("api-version-unchanged").unwrap().is_process());
    /// assert!(!Rule::from_id("server-changed").unwrap().is_process());
    /// ```
    pub fn is_process(self) -> bool {
        matches!(self, Self::Api(rule) if rule.is_process())
    }

    /// Returns whether oasdiff has no rule of this id.
    pub fn is_extension(self) -> bool {
        !known::is_known(self.id())
    }
}

impl SchemaChange {
    /// Returns the rule of the change at a place, if it has one.
    pub(crate) fn at(self, place: Place) -> Option<Rule> {
        self.is_at(place).then_some(Rule::Schema(place, self))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.id())
    }
}

impl serde::Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_lead_back_to_their_rules() {
        let ids: HashSet<&str> = Rule::all().iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::all().len());
        for rule in Rule::all() {
            assert_eq!(Rule::from_id(rule.id()), Some(*rule));
        }
    }

    #[test]
    fn every_rule_of_oasdiff_is_a_rule_of_ours() {
        let missing: Vec<_> = known::IDS.lines().filter(|id| Rule::from_id(id).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn every_rule_is_explained() {
        for rule in Rule::all() {
            assert!(rule.explanation().len() > 40 && rule.explanation().ends_with('.'), "{rule}");
        }
    }
}
