//! Prints an error without the request, the server's text, or a credential, so that it can be logged.

use std::error::Error as StdError;
use std::fmt;

use super::failure::{Bound, Failure, never_connected};
use super::{Error, body};

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{}: ", operation.id)?;
        }
        match &self.0.failure {
            Failure::Configuration { problem, .. } => f.write_str(problem)?,
            Failure::Input(problems) => {
                f.write_str("nothing was sent:")?;
                for (index, problem) in problems.iter().enumerate() {
                    // These texts are constants of this crate and quote no input.
                    write!(
                        f,
                        "{}{} {}",
                        if index == 0 { " " } else { ", " },
                        problem.pointer,
                        problem.message
                    )?;
                }
            }
            Failure::Request { .. } => f.write_str("the request could not be built")?,
            Failure::Refused { problem } => write!(f, "the request was not sent: {problem}")?,
            Failure::NoTime => match self.0.bound {
                Some(Bound::Attempt(_)) => f.write_str("nothing was sent: the `attempt_timeout` is zero")?,
                Some(Bound::Call(time)) => {
                    write!(f, "nothing was sent: the `timeout` of the call, {time:?}, leaves no time")?;
                }
                None => f.write_str("nothing was sent: no time is left")?,
            },
            Failure::Transport { source, .. } if never_connected(source) => {
                f.write_str("no connection could be made")?
            }
            Failure::Transport { source, .. } if source.is_timeout() => match self.0.bound {
                Some(Bound::Attempt(time)) => {
                    write!(f, "no response came within {time:?}, which is the `attempt_timeout`")?;
                }
                Some(Bound::Call(time)) => {
                    write!(f, "no response came within {time:?}, which is the `timeout` of the whole call")?;
                }
                None => f.write_str("no response came in time")?,
            },
            Failure::Transport { received: None, .. } => f.write_str("no response came")?,
            Failure::Transport { received: Some(_), .. } => f.write_str("the response broke off")?,
            Failure::Undecodable { received: Some(received), .. }
            | Failure::Unidentified { received: Some(received) }
                if received.is_blank() =>
            {
                write!(f, "the response ({}) has an empty body", received.status)?;
            }
            Failure::Undecodable { line, column, .. } => {
                write!(f, "the response is not what the API describes (line {line}, column {column})")?;
            }
            Failure::Unidentified { .. } => f.write_str("the response has no id of what was made")?,
            Failure::Contradictory(received) => {
                write!(f, "the response ({}) has a body that reports a failure", received.status)?;
            }
            // These texts are constants of this crate and quote nothing of the body.
            Failure::InvalidPage { problem, .. } => {
                write!(f, "the response is no page of the list: {problem}")?;
            }
            Failure::RepeatedPage => f.write_str(
                "the server sent a page again that it sent before, so the list has no end that can be proved",
            )?,
            Failure::IncompleteList { read, count } => write!(
                f,
                "the list ended after {read} of {count} items, because it changed or the server left some out; list again"
            )?,
            Failure::TooLarge(received) => write!(f, "the response ({}) is too large", received.status)?,
            Failure::Status(received) => {
                write!(f, "the server responded {}", received.status)?;
                let fields = body::printable_pointers(self.violations());
                if !fields.is_empty() {
                    write!(f, " because of {}", fields.join(", "))?;
                }
            }
        }
        match self.0.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, " (after {attempts} attempts)"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("message", &self.to_string()).field("outcome", &self.outcome());
        if let Some(received) = self.0.failure.received() {
            debug.field("body", &format_args!("[{} bytes]", received.body.len()));
        }
        if let Some(source) = self.source() {
            debug.field("source", &format_args!("{source}"));
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.failure {
            Failure::Configuration { source, .. } => {
                source.as_deref().map(|source| source as &(dyn StdError + 'static))
            }
            Failure::Request { source } => source.as_ref().map(|source| source as &(dyn StdError + 'static)),
            Failure::Transport { source, .. } => Some(source),
            _ => None,
        }
    }
}
