//! Why a change matters. How much follows from the reason, in one place.

use std::fmt;

use serde::{Serialize, Serializer};

/// Release that a change asks for, by Cargo's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bump {
    /// Nothing that compiled stops compiling, and nothing new can be named.
    Patch,
    /// Callers can name something that was not there.
    Minor,
    /// Some caller that compiled does not any more, or compiles into another meaning.
    Major,
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// Kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Item is new.
    Added,
    /// Item is gone.
    Removed,
    /// Item is another one under the same name.
    Changed,
    /// Item looks the same and does something else.
    Behaviour,
    /// Only what people read is different.
    Documentation,
}

impl ChangeKind {
    /// Returns whether the declaration of the item is another one, or there is one on one side only.
    pub(super) fn is_of_declarations(self) -> bool {
        match self {
            Self::Added | Self::Removed | Self::Changed => true,
            Self::Behaviour | Self::Documentation => false,
        }
    }
}

/// A sort of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// A module.
    Module,
    /// A struct.
    Struct,
    /// An enum.
    Enum,
    /// A constant.
    Constant,
    /// A static.
    Static,
    /// A re-exported name.
    Reexport,
    /// A field of a struct.
    Field,
    /// A variant of an enum.
    Variant,
    /// A method.
    Method,
    /// An implementation of a trait, derived or written out.
    Implementation,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Module => "module",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Constant => "constant",
            Self::Static => "static",
            Self::Reexport => "re-export",
            Self::Field => "field",
            Self::Variant => "variant",
            Self::Method => "method",
            Self::Implementation => "implementation",
        })
    }
}

/// Change of an item. `Display` is a sentence for the person who decides about the release.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is gone.
    Removed(What),
    /// It is new, and nobody has to know of it.
    Added(What),
    /// A field that is new in a struct of which callers write literals.
    AddedToLiteral,
    /// A variant that is new in an enum of which callers write matches without a wildcard.
    AddedToMatch,
    /// Name means another sort of item.
    AnotherKind {
        /// Old form.
        from: What,
        /// New form.
        to: What,
    },
    /// It has another type.
    AnotherType {
        /// Type it had.
        from: String,
        /// Type it has.
        to: String,
    },
    /// It may be absent.
    BecameOptional {
        /// Type it had.
        from: String,
    },
    /// It cannot be absent any more.
    BecameRequired {
        /// Type it has.
        to: String,
    },
    /// Callers can write literals, or matches without a wildcard, no more.
    BecameOpen,
    /// Callers can write literals, or matches without a wildcard.
    BecameClosed,
    /// Its fields are named where they had numbers, or the other way round.
    AnotherForm,
    /// Method takes another argument.
    ArgumentAdded {
        /// Its name.
        name: String,
        /// Its type.
        ty: String,
    },
    /// Method does not take an argument any more.
    ArgumentRemoved {
        /// Its name.
        name: String,
    },
    /// An argument has another type.
    ArgumentType {
        /// Its name.
        name: String,
        /// Type it had.
        from: String,
        /// Type it has.
        to: String,
    },
    /// An argument can be left out no more.
    ArgumentRequired {
        /// Its name.
        name: String,
    },
    /// An argument can be left out, which is written differently.
    ArgumentOptional {
        /// Its name.
        name: String,
    },
    /// Arguments are in another order, and the compiler sees it.
    ArgumentsReordered,
    /// Arguments are in another order, and the compiler does not see it.
    ArgumentsSwapped,
    /// An argument has another name, at the same place and of the same type.
    ArgumentRenamed {
        /// Name it had.
        from: String,
        /// Name it has.
        to: String,
    },
    /// Method returns another type.
    AnotherReturnType {
        /// Type it had.
        from: String,
        /// Type it has.
        to: String,
    },
    /// It is called in another way: with another receiver, or awaited.
    AnotherReceiver,
    /// A type that an implementation chooses.
    AnotherAssociatedType {
        /// Its name.
        name: String,
        /// Old form.
        from: String,
        /// New form.
        to: String,
    },
    /// Constant has another value.
    AnotherValue {
        /// Value it had.
        from: String,
        /// Value it has.
        to: String,
    },
    /// Method calls another path, or by another HTTP method.
    AnotherCall {
        /// Old call.
        from: String,
        /// New call.
        to: String,
    },
    /// Operation takes another credential.
    AnotherCredential {
        /// One it took.
        from: String,
        /// One it takes.
        to: String,
    },
    /// Method sends something else, or reads the response in another way.
    AnotherExchange,
    /// A field or variant has another form on the wire.
    AnotherWireForm,
    /// Variants are in another order.
    VariantsReordered,
    /// `Debug` shows a field that it redacted.
    DebugShows,
    /// `Debug` redacts a field that it showed.
    DebugRedacts,
    /// Document that the crate is built from has another content.
    AnotherRevision,
    /// Documentation is another.
    Documentation,
}

impl Reason {
    /// Returns the release that it asks for.
    pub fn bump(&self) -> Bump {
        match self {
            Self::Removed(_)
            | Self::AddedToLiteral
            | Self::AddedToMatch
            | Self::AnotherKind { .. }
            | Self::AnotherType { .. }
            | Self::BecameOptional { .. }
            | Self::BecameRequired { .. }
            | Self::BecameOpen
            | Self::AnotherForm
            | Self::ArgumentAdded { .. }
            | Self::ArgumentRemoved { .. }
            | Self::ArgumentType { .. }
            | Self::ArgumentRequired { .. }
            | Self::ArgumentOptional { .. }
            | Self::ArgumentsReordered
            | Self::ArgumentsSwapped
            | Self::AnotherReturnType { .. }
            | Self::AnotherReceiver
            | Self::AnotherAssociatedType { .. }
            // Callers with the old credential compile, and are refused.
            | Self::AnotherCredential { .. } => Bump::Major,
            Self::Added(_) | Self::BecameClosed => Bump::Minor,
            Self::ArgumentRenamed { .. }
            | Self::AnotherValue { .. }
            | Self::AnotherCall { .. }
            | Self::AnotherExchange
            | Self::AnotherWireForm
            | Self::VariantsReordered
            | Self::DebugShows
            | Self::DebugRedacts
            | Self::AnotherRevision
            | Self::Documentation => Bump::Patch,
        }
    }

    /// Returns the kind of change.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Removed(_) => ChangeKind::Removed,
            Self::Added(_) | Self::AddedToLiteral | Self::AddedToMatch => ChangeKind::Added,
            Self::AnotherKind { .. }
            | Self::AnotherType { .. }
            | Self::BecameOptional { .. }
            | Self::BecameRequired { .. }
            | Self::BecameOpen
            | Self::BecameClosed
            | Self::AnotherForm
            | Self::ArgumentAdded { .. }
            | Self::ArgumentRemoved { .. }
            | Self::ArgumentType { .. }
            | Self::ArgumentRequired { .. }
            | Self::ArgumentOptional { .. }
            | Self::ArgumentsReordered
            | Self::ArgumentsSwapped
            | Self::ArgumentRenamed { .. }
            | Self::AnotherReturnType { .. }
            | Self::AnotherReceiver
            | Self::AnotherAssociatedType { .. } => ChangeKind::Changed,
            Self::AnotherValue { .. }
            | Self::AnotherCall { .. }
            | Self::AnotherCredential { .. }
            | Self::AnotherExchange
            | Self::AnotherWireForm
            | Self::VariantsReordered
            | Self::DebugShows
            | Self::DebugRedacts
            | Self::AnotherRevision => ChangeKind::Behaviour,
            Self::Documentation => ChangeKind::Documentation,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed(what) => write!(f, "the {what} is gone"),
            Self::Added(what) => write!(f, "the {what} is new"),
            Self::AddedToLiteral => f.write_str("a new field: callers build this struct by a literal, which must name it"),
            Self::AddedToMatch => f.write_str("a new variant: callers may match this enum without a wildcard"),
            Self::AnotherKind { from, to } => write!(f, "was {} {from}, is {} {to}", article(*from), article(*to)),
            Self::AnotherType { from, to } => write!(f, "was of type `{from}`, is of type `{to}`"),
            Self::BecameOptional { from } if from.starts_with("Option<") => {
                write!(f, "can be set to null now, not only left out: `{from}` became an `Option` of it")
            }
            Self::BecameOptional { from } => write!(f, "can be absent now: `{from}` became an `Option`"),
            Self::BecameRequired { to } => write!(f, "cannot be absent any more: `Option<{to}>` became `{to}`"),
            Self::BecameOpen => f.write_str("is `#[non_exhaustive]` now: neither literals nor full matches compile"),
            Self::BecameClosed => f.write_str("is not `#[non_exhaustive]` any more"),
            Self::AnotherForm => f.write_str("has named fields where it had numbered ones, or the other way round"),
            Self::ArgumentAdded { name, ty } => write!(f, "takes another argument, `{name}: {ty}`"),
            Self::ArgumentRemoved { name } => write!(f, "does not take `{name}` any more"),
            Self::ArgumentType { name, from, to } => write!(f, "takes `{name}` as `{to}`, was `{from}`"),
            Self::ArgumentRequired { name } => write!(f, "`{name}` is required now: an argument, no setter and no `Option`"),
            Self::ArgumentOptional { name } => write!(f, "`{name}` is optional now: a setter or an `Option`"),
            Self::ArgumentsReordered => f.write_str("takes its arguments in another order"),
            Self::ArgumentsSwapped => {
                f.write_str("takes its arguments in another order of the same types: calls compile and mean something else")
            }
            Self::ArgumentRenamed { from, to } => {
                write!(f, "calls `{from}` now `{to}`; a call compiles as before, and sends it under the new name")
            }
            Self::AnotherReturnType { from, to } => write!(f, "returns `{to}`, was `{from}`"),
            Self::AnotherReceiver => f.write_str("is called in another way"),
            Self::AnotherAssociatedType { name, from, to } => write!(f, "its `{name}` is `{to}`, was `{from}`"),
            Self::AnotherValue { from, to } => write!(f, "was {from}, is {to}"),
            Self::AnotherCall { from, to } => write!(f, "calls `{to}`, was `{from}`"),
            Self::AnotherCredential { from, to } => write!(f, "takes the credential `{to}`, was `{from}`"),
            Self::AnotherExchange => f.write_str("sends its arguments, or reads the response, in another way"),
            Self::AnotherWireForm => f.write_str("has another form on the wire"),
            Self::VariantsReordered => f.write_str("its variants are, and so sort, in another order"),
            Self::DebugShows => f.write_str("`Debug` shows it, and redacted it before"),
            Self::DebugRedacts => f.write_str("`Debug` redacts it, and showed it before"),
            Self::AnotherRevision => f.write_str("the document has another content"),
            Self::Documentation => f.write_str("its documentation changed"),
        }
    }
}

/// As its sentence.
impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn article(what: What) -> &'static str {
    match what {
        What::Enum | What::Implementation => "an",
        _ => "a",
    }
}
