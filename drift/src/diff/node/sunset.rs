//! When something ends (`x-sunset`), and what is promised until then (`x-stability-level`).

use std::fmt;

use jiff::civil::Date;
use openapi_source::tree::{Kind, NodeId, Tree};

use crate::rule::ApiRule as A;

/// End of something deprecated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sunset {
    None,
    Invalid,
    On(Date),
}

impl Sunset {
    /// Reads a date, with or without a time behind it.
    pub(crate) fn read(tree: &Tree, node: Option<NodeId>) -> Self {
        let Some(node) = node else { return Self::None };
        date(tree, node).map_or(Self::Invalid, Self::On)
    }

    /// Reads the end of what a node describes.
    pub(crate) fn of(tree: &Tree, node: NodeId) -> Self {
        Self::read(tree, tree.get(node, "x-sunset"))
    }
}

fn date(tree: &Tree, node: NodeId) -> Option<Date> {
    let text = tree.string(node)?;
    // A time of the day is allowed, and ignored: policies count days.
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    match rest {
        "" => date.parse().ok(),
        _ => text.parse::<jiff::Timestamp>().ok().and(date.parse().ok()),
    }
}

/// Returns whether a value is a date.
pub(crate) fn is_date(tree: &Tree, node: NodeId) -> bool {
    date(tree, node).is_some()
}

/// Returns whether a value is a level of stability, or none.
pub(crate) fn is_level(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::Null)
        || matches!(tree.string(node), Some("draft" | "alpha" | "beta" | "stable" | ""))
}

/// Returns what the end of something that was deprecated before is now, where no rule of another name reports it: in words
/// that follow its name.
pub(crate) fn moved(before: Sunset, after: Sunset) -> Option<(A, String)> {
    match (before, after) {
        (Sunset::None, Sunset::On(day)) => Some((A::SunsetNearer, format!("ends on {day}"))),
        (Sunset::On(day), Sunset::None) => {
            Some((A::SunsetNearer, format!("no longer ends on {day}: no day is announced")))
        }
        (Sunset::On(before), Sunset::On(after)) if after < before => {
            Some((A::SunsetNearer, format!("ends on {after}, before on {before}")))
        }
        (Sunset::On(before), Sunset::On(after)) if after > before => {
            Some((A::SunsetFurther, format!("ends on {after}, before on {before}")))
        }
        (Sunset::Invalid, Sunset::On(day)) => {
            Some((A::SunsetRepaired, format!("ends on {day}; what was announced before was no date")))
        }
        _ => None,
    }
}

/// Stability that is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stability {
    Draft,
    Alpha,
    Beta,
    Stable,
}

impl Stability {
    /// Reads a level. Where there is none, or what is no level, everything is promised.
    pub(crate) fn read(tree: &Tree, node: Option<NodeId>) -> Option<Self> {
        let Some(node) = node else { return Some(Self::Stable) };
        match tree.string(node) {
            Some("draft") => Some(Self::Draft),
            Some("alpha") => Some(Self::Alpha),
            Some("beta") => Some(Self::Beta),
            Some("stable" | "") => Some(Self::Stable),
            Some(_) => None,
            None if matches!(tree.kind(node), Kind::Null) => Some(Self::Stable),
            None => None,
        }
    }

    /// Reads the level of what a node describes.
    pub(crate) fn of(tree: &Tree, node: NodeId) -> Option<Self> {
        Self::read(tree, tree.get(node, "x-stability-level"))
    }

    /// Returns whether nothing is promised.
    pub(crate) fn is_unstable(self) -> bool {
        self <= Self::Alpha
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Draft => "draft",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Stable => "stable",
        })
    }
}
