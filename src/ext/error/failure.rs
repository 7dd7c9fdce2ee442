//! What went wrong, with as much of it as was received.

use std::error::Error as StdError;

use super::FieldError;
use crate::raw::Received;

/// What went wrong, with as much of it as was had.
pub(in crate::ext) enum Failure {
    /// The client could not be built.
    Configuration { problem: &'static str, source: Option<Box<dyn StdError + Send + Sync>> },
    /// The caller's arguments make no request that the server could accept.
    Input(Vec<FieldError>),
    /// The request could not be built.
    Request { source: Option<reqwest::Error> },
    /// A hook refused the request before it was sent.
    Refused { problem: String },
    /// No answer came, or a success broke off.
    Transport { source: reqwest::Error, received: Option<Received> },
    /// An answer of success that is not what the document describes.
    Undecodable { received: Option<Received>, line: usize, column: usize },
    /// A response of success that does not name what it is about.
    Unidentified { received: Option<Received> },
    /// An answer that is larger than allowed.
    TooLarge(Received),
    /// A page of a list that came before.
    RepeatedPage,
    /// An answer other than success.
    Status(Received),
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn never_connected(error: &reqwest::Error) -> bool {
    error.is_connect()
}

/// A browser does not report this, so nothing is certain.
#[cfg(target_family = "wasm")]
pub(super) fn never_connected(_: &reqwest::Error) -> bool {
    false
}

impl Failure {
    pub(super) fn received(&self) -> Option<&Received> {
        match self {
            Self::Status(received) | Self::TooLarge(received) => Some(received),
            Self::Transport { received, .. }
            | Self::Undecodable { received, .. }
            | Self::Unidentified { received } => received.as_ref(),
            Self::Configuration { .. } | Self::Input(_) | Self::Request { .. } | Self::Refused { .. } => None,
            Self::RepeatedPage => None,
        }
    }
}
