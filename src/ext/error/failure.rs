//! Causes of a failed call, each with the part of the response that was received.

use std::error::Error as StdError;
use std::time::Duration;

use super::FieldError;
use crate::raw::RawResponse;

/// Cause of a failed call, with the part of the response that was received.
pub(in crate::ext) enum Failure {
    /// The client could not be built.
    Configuration { problem: &'static str, source: Option<Box<dyn StdError + Send + Sync>> },
    /// The caller's arguments are invalid, so nothing was sent.
    Input(Vec<FieldError>),
    /// The request could not be built.
    Request { source: Option<reqwest::Error> },
    /// A hook refused the request before it was sent.
    Refused { problem: String },
    /// No time was left for an attempt.
    NoTime,
    /// No response came, or a response of success broke off.
    Transport { source: reqwest::Error, received: Option<RawResponse> },
    /// A response of success that does not match the document.
    Undecodable { received: Option<RawResponse>, line: usize, column: usize },
    /// A response of success without the id of its object.
    Unidentified { received: Option<RawResponse> },
    /// A response of success whose body reports a failure.
    Contradictory(RawResponse),
    /// A response that is larger than allowed.
    TooLarge(RawResponse),
    /// A response of success that is not a page of a list, and why.
    InvalidPage { received: Option<RawResponse>, problem: String },
    /// A page of a list that the server sent before.
    RepeatedPage,
    /// A list that ended before as many items were read as the server counted.
    IncompleteList { read: u64, count: u64 },
    /// A response with a status other than success.
    Status(RawResponse),
}

/// Setting that limited the time of an attempt: that of an attempt, or that of the whole call, which was nearly over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ext) enum Bound {
    Attempt(Duration),
    Call(Duration),
}

/// Facts that the HTTP client reports about a request that failed.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "each platform has one of them, and the tests of the rule have both")]
enum Evidence {
    /// Reports if there was a connection, and if the server refused the request unread.
    Native { is_connected: bool, is_refused: bool },
    /// A browser reports neither, nor distinguishes them from a connection that broke later.
    Browser,
}

impl Evidence {
    #[cfg(not(target_family = "wasm"))]
    fn of(error: &reqwest::Error) -> Self {
        Self::Native { is_connected: !error.is_connect(), is_refused: is_refused(error) }
    }

    #[cfg(target_family = "wasm")]
    fn of(_: &reqwest::Error) -> Self {
        Self::Browser
    }

    /// Returns whether there was certainly no connection.
    fn is_unconnected(self) -> bool {
        matches!(self, Self::Native { is_connected: false, .. })
    }

    /// Returns whether the server certainly did not process the request.
    fn is_unprocessed(self) -> bool {
        self.is_unconnected() || matches!(self, Self::Native { is_refused: true, .. })
    }
}

pub(super) fn never_connected(error: &reqwest::Error) -> bool {
    Evidence::of(error).is_unconnected()
}

/// Returns whether the server certainly did not process the request: no connection was made, or HTTP/2 reports so.
pub(super) fn was_not_processed(error: &reqwest::Error) -> bool {
    Evidence::of(error).is_unprocessed()
}

/// Returns whether the server refused the request unread: by `REFUSED_STREAM`, or by a GOAWAY, with which a stream above its
/// last one fails (RFC 9113, 8.7). A connection that closes proves nothing.
#[cfg(not(target_family = "wasm"))]
fn is_refused(error: &reqwest::Error) -> bool {
    let is_refused = |error: &h2::Error| {
        let is_reset = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (error.is_go_away() || is_reset)
    };
    // reqwest has no predicate for this, so the chain of causes is searched for the error of h2.
    let mut cause = Some(error as &(dyn StdError + 'static));
    while let Some(error) = cause {
        if error.downcast_ref().is_some_and(is_refused) {
            return true;
        }
        cause = error.source();
    }
    false
}

impl Failure {
    pub(super) fn received(&self) -> Option<&RawResponse> {
        match self {
            Self::Status(received) | Self::TooLarge(received) | Self::Contradictory(received) => {
                Some(received)
            }
            Self::Transport { received, .. }
            | Self::Undecodable { received, .. }
            | Self::InvalidPage { received, .. }
            | Self::Unidentified { received } => received.as_ref(),
            Self::Configuration { .. } | Self::Input(_) | Self::Request { .. } | Self::Refused { .. } => None,
            Self::NoTime | Self::RepeatedPage | Self::IncompleteList { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence::{Browser, Native};

    #[test]
    fn nothing_was_sent_only_if_that_is_certain() {
        for (evidence, is_unconnected, is_unprocessed) in [
            (Native { is_connected: false, is_refused: false }, true, true),
            (Native { is_connected: false, is_refused: true }, true, true),
            (Native { is_connected: true, is_refused: true }, false, true),
            (Native { is_connected: true, is_refused: false }, false, false),
            // Fail closed: the request may have been sent, so a refund has to be looked up before another one.
            (Browser, false, false),
        ] {
            let found = (evidence.is_unconnected(), evidence.is_unprocessed());
            assert_eq!(found, (is_unconnected, is_unprocessed), "{evidence:?}");
        }
    }
}
