//! Usage of a schema, which decides what a change of it means.

use crate::rule::{Direction, Place};

/// Usage of a schema, as far as what is found there depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Usage {
    pub(crate) place: Place,
    /// Values are written without their types, as in a query or in XML.
    pub(crate) loose: bool,
    /// A list is written as its items, each under the same name: one value is a list of one.
    pub(crate) repeats: bool,
    /// Set for a header parameter.
    pub(crate) header: bool,
    /// Set for a required parameter, so that no default ever applies.
    pub(crate) required: bool,
    /// Nobody sends such values: read-only in a request, write-only in a response.
    pub(crate) unsent: bool,
}

impl Usage {
    pub(crate) fn body(direction: Direction, loose: bool) -> Self {
        let place = match direction {
            Direction::Request => Place::RequestBody,
            Direction::Response => Place::ResponseBody,
        };
        Self { loose, ..Self::of(place) }
    }

    /// Returns the plain use at a spot.
    pub(crate) fn of(place: Place) -> Self {
        Self { place, loose: false, repeats: false, header: false, required: false, unsent: false }
    }

    /// Returns the use of what is inside such a schema.
    pub(crate) fn below(self) -> Self {
        let place = match self.place {
            Place::RequestBody => Place::RequestProperty,
            Place::RequestParameter if self.header => Place::RequestHeaderProperty,
            Place::RequestParameter => Place::RequestParameterProperty,
            Place::ResponseBody => Place::ResponseProperty,
            Place::ResponseHeader => Place::ResponseHeaderProperty,
            below => below,
        };
        Self { place, repeats: false, header: false, required: false, ..self }
    }
}
