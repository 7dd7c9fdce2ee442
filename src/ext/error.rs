//! The one error of the crate.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::StatusCode;

use super::drf;
use crate::raw;

/// Why a call failed, and whether money may have moved all the same.
///
/// `Display` tells what failed and names the fields at fault; it never prints what the server wrote, what was sent, or
/// a credential. What the server wrote is had on request, from [`messages`](Self::messages) and [`body`](Self::body):
/// it may repeat what a customer typed, so it is not for logs.
///
/// # Did the money move?
///
/// ND8 documents no idempotency key, so [`outcome`](Self::outcome) is what decides whether a request may be repeated:
///
/// ```
/// # use nd8::{Client, Error, Outcome};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let unused = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
/// let client = Client::builder("key").base_url(format!("http://{unused}/api")).build()?;
/// let error = client.refunds().create("TXabc123", "Customer request").send().await.unwrap_err();
/// match error.outcome() {
///     Outcome::NotSent => {}                    // nothing left this machine: repeat at will
///     Outcome::Rejected => panic!("{error}"),   // the server said no: repeating changes nothing
///     Outcome::Unknown => panic!("look it up"), // it may have happened: never repeat blindly
/// }
/// assert!(error.is_connect());
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    operation: Option<&'static raw::Operation>,
    failure: Failure,
}

/// What is known about the effect of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request never left: it is safe to repeat.
    NotSent,
    /// The server answered that it did not do it: repeating the same request changes nothing.
    Rejected,
    /// It may have happened. Look before anything that moves money is sent again.
    Unknown,
}

/// One complaint of the server about one field.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FieldError {
    /// Where, as a JSON pointer into the request: `/billing_country`, `/products/0/quantity`; empty for the whole.
    pub pointer: String,
    /// What is wrong, for people.
    pub message: String,
    /// What is wrong, for programs, where the server says it.
    pub code: Option<String>,
}

impl FieldError {
    pub(super) fn new(pointer: &str, message: &str, code: Option<&str>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.to_owned(), code: code.map(str::to_owned) }
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("pointer", &self.pointer)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// What went wrong, with as much of it as was had.
pub(super) enum Failure {
    /// The door could not be opened.
    Configuration { problem: &'static str, source: Option<Box<dyn StdError + Send + Sync>> },
    /// The caller's arguments make no request.
    Input { pointer: &'static str, problem: &'static str },
    /// The request could not be built.
    Request { source: Option<reqwest::Error> },
    /// A hook refused the request before it was sent.
    Refused { problem: String },
    /// No answer came.
    Communication { source: reqwest::Error },
    /// An answer of success began and did not end.
    BodyBrokeOff { source: reqwest::Error },
    /// An answer of success that is not what the document describes.
    Undecodable { body: Body, line: usize, column: usize },
    /// An answer other than success.
    Status { status: StatusCode, body: Body },
}

/// A body as it came. Debug shows how long it is.
#[derive(Default)]
pub(super) struct Body(Bytes);

impl Body {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

impl Error {
    pub(super) fn call(operation: &'static str, failure: Failure) -> Self {
        Self(Box::new(Inner { operation: raw::operation(operation), failure }))
    }

    pub(super) fn input(operation: &'static str, pointer: &'static str, problem: &'static str) -> Self {
        Self::call(operation, Failure::Input { pointer, problem })
    }

    pub(super) fn configuration(
        problem: &'static str,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        let failure = Failure::Configuration { problem, source: Some(Box::new(source)) };
        Self(Box::new(Inner { operation: None, failure }))
    }

    pub(super) fn configuration_problem(problem: &'static str) -> Self {
        Self(Box::new(Inner { operation: None, failure: Failure::Configuration { problem, source: None } }))
    }

    /// Whether the request took effect: no, no, or perhaps.
    ///
    /// Inferred from HTTP, since the reference prints no errors: a 4xx is a no, except 408, with which a proxy may give
    /// up on a request that the server went on with; a 301, 307 or 308 says that the request went to the wrong address;
    /// everything else after the request was sent is `Unknown`.
    pub fn outcome(&self) -> Outcome {
        match &self.0.failure {
            Failure::Configuration { .. }
            | Failure::Input { .. }
            | Failure::Request { .. }
            | Failure::Refused { .. } => Outcome::NotSent,
            Failure::Communication { source } if source.is_connect() => Outcome::NotSent,
            Failure::Status { status, .. } => match status.as_u16() {
                408 => Outcome::Unknown,
                301 | 307 | 308 | 400..=499 => Outcome::Rejected,
                _ => Outcome::Unknown,
            },
            Failure::Communication { .. } | Failure::BodyBrokeOff { .. } | Failure::Undecodable { .. } => {
                Outcome::Unknown
            }
        }
    }

    /// The operation that failed, such as `create_refund`; none while a door is being opened.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// The HTTP status, when the server answered with something other than success.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.failure {
            Failure::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the server complained about, field by field, decoded from the forms that Django REST Framework gives its
    /// errors. Empty when there was no such answer. A `detail` has an empty pointer.
    pub fn messages(&self) -> Vec<FieldError> {
        match &self.0.failure {
            Failure::Status { body, .. } => drf::decode(&body.0),
            Failure::Input { pointer, problem } => vec![FieldError::new(pointer, problem, None)],
            _ => Vec::new(),
        }
    }

    /// The body of the answer, as it came. It may hold what a customer typed.
    pub fn body(&self) -> Option<&[u8]> {
        match &self.0.failure {
            Failure::Status { body, .. } | Failure::Undecodable { body, .. } => Some(&body.0),
            _ => None,
        }
    }

    /// Whether a door could not be opened: its base URL, its name or TLS.
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.failure, Failure::Configuration { .. })
    }

    /// Whether the arguments were refused, by this crate or by the server (400).
    pub fn is_invalid_input(&self) -> bool {
        matches!(self.0.failure, Failure::Input { .. }) || self.status() == Some(StatusCode::BAD_REQUEST)
    }

    /// Whether no connection could be made, so that nothing was sent.
    pub fn is_connect(&self) -> bool {
        matches!(&self.0.failure, Failure::Communication { source } if source.is_connect())
    }

    /// Whether the time for the call ran out.
    pub fn is_timeout(&self) -> bool {
        match &self.0.failure {
            Failure::Communication { source } | Failure::BodyBrokeOff { source } => source.is_timeout(),
            _ => false,
        }
    }

    /// Whether the credential was missing or wrong (401).
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether the credential does not allow this (403), such as an API key without the scope.
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// Whether there is no such thing (404).
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether the server answered with a redirect. Redirects are never followed: a POST would silently become a GET.
    pub fn is_redirect(&self) -> bool {
        self.status().is_some_and(|status| status.is_redirection())
    }

    /// Whether an answer of success could not be read: what was asked for has most likely been done.
    pub fn is_decode(&self) -> bool {
        matches!(self.0.failure, Failure::Undecodable { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{}: ", operation.id)?;
        }
        match &self.0.failure {
            Failure::Configuration { problem, .. } => f.write_str(problem),
            Failure::Input { pointer, problem } => write!(f, "{pointer} {problem}; nothing was sent"),
            Failure::Request { .. } => f.write_str("the request could not be built"),
            Failure::Refused { problem } => write!(f, "the request was not sent: {problem}"),
            Failure::Communication { source } if source.is_connect() => {
                f.write_str("no connection could be made")
            }
            Failure::Communication { source } if source.is_timeout() => f.write_str("no answer came in time"),
            Failure::Communication { .. } => f.write_str("no answer came"),
            Failure::BodyBrokeOff { .. } => f.write_str("the answer broke off"),
            Failure::Undecodable { line, column, .. } => {
                write!(f, "the answer is not what the API describes (line {line}, column {column})")
            }
            Failure::Status { status, .. } => {
                write!(f, "the server answered {status}")?;
                let fields: Vec<String> = drf::printable_pointers(&self.messages());
                if fields.is_empty() { Ok(()) } else { write!(f, " because of {}", fields.join(", ")) }
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("message", &self.to_string()).field("outcome", &self.outcome());
        if let Failure::Status { body, .. } | Failure::Undecodable { body, .. } = &self.0.failure {
            debug.field("body", body);
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
            Failure::Communication { source } | Failure::BodyBrokeOff { source } => Some(source),
            _ => None,
        }
    }
}
