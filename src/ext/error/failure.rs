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
    /// A response of success whose body reports a failure.
    Contradictory(Received),
    /// An answer that is larger than allowed.
    TooLarge(Received),
    /// A response of success that is not a page of a list, and why.
    InvalidPage { received: Option<Received>, problem: String },
    /// A page of a list that came before.
    RepeatedPage,
    /// A list that ended before as many items were read as the server counted.
    IncompleteList { read: u64, count: u64 },
    /// An answer other than success.
    Status(Received),
}

#[cfg(not(target_family = "wasm"))]
pub(super) fn never_connected(error: &reqwest::Error) -> bool {
    error.is_connect()
}

/// Whether the server certainly did not process the request: no connection was made, or HTTP/2 reports so. `REFUSED_STREAM` does, and a
/// stream above the last one of a GOAWAY fails with that GOAWAY (RFC 9113, 8.7). A connection that closes proves nothing.
#[cfg(not(target_family = "wasm"))]
pub(super) fn was_not_processed(error: &reqwest::Error) -> bool {
    let is_refused = |error: &h2::Error| {
        let is_reset = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (error.is_go_away() || is_reset)
    };
    let mut cause = Some(error as &(dyn StdError + 'static));
    while let Some(error) = cause {
        if error.downcast_ref().is_some_and(is_refused) {
            return true;
        }
        cause = error.source();
    }
    never_connected(error)
}

/// A browser does not report this, so nothing is certain.
#[cfg(target_family = "wasm")]
pub(super) fn was_not_processed(_: &reqwest::Error) -> bool {
    false
}

/// A browser does not report this, so nothing is certain.
#[cfg(target_family = "wasm")]
pub(super) fn never_connected(_: &reqwest::Error) -> bool {
    false
}

impl Failure {
    pub(super) fn received(&self) -> Option<&Received> {
        match self {
            Self::Status(received) | Self::TooLarge(received) | Self::Contradictory(received) => {
                Some(received)
            }
            Self::Transport { received, .. }
            | Self::Undecodable { received, .. }
            | Self::InvalidPage { received, .. }
            | Self::Unidentified { received } => received.as_ref(),
            Self::Configuration { .. } | Self::Input(_) | Self::Request { .. } | Self::Refused { .. } => None,
            Self::RepeatedPage | Self::IncompleteList { .. } => None,
        }
    }
}
