//! What can go wrong with the inbox itself; what goes wrong in a handler is not here.

use std::fmt;
use std::time::Duration;

use tokio_postgres::error::SqlState;

/// An operation of the inbox failed.
///
/// The cause is its `source`. No message repeats a body, a subject or a password.
///
/// # Example: what to do with it
///
/// ```
/// /// Returns the status to respond with.
/// fn status(error: &nd8_inbox::Error) -> u16 {
///     // ND8 sends it again after either.
///     if error.is_unavailable() { 503 } else { 500 }
/// }
/// ```
#[derive(Debug)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Connect(tokio_postgres::Error),
    #[cfg(feature = "deadpool")]
    Pool(deadpool_postgres::PoolError),
    Query {
        operation: &'static str,
        source: tokio_postgres::Error,
    },
    Timeout {
        operation: &'static str,
        limit: Duration,
    },
    NewerSchema {
        found: i32,
        known: i32,
    },
    OlderSchema {
        found: i32,
        known: i32,
    },
    Payload(serde_json::Error),
}

impl Error {
    pub(crate) fn query(operation: &'static str) -> impl Fn(tokio_postgres::Error) -> Self {
        move |source| Kind::Query { operation, source }.into()
    }

    /// Returns whether the database did not respond: it is down, restarting, cut off, or out of connections. The operation may
    /// have taken effect, and can be repeated.
    pub fn is_unavailable(&self) -> bool {
        match &self.kind {
            Kind::Connect(error) => error.as_db_error().is_none_or(|_| is_outage(error)),
            #[cfg(feature = "deadpool")]
            Kind::Pool(deadpool_postgres::PoolError::Backend(error)) => {
                error.as_db_error().is_none_or(|_| is_outage(error))
            }
            #[cfg(feature = "deadpool")]
            Kind::Pool(error) => matches!(error, deadpool_postgres::PoolError::Timeout(_)),
            Kind::Query { source, .. } => is_outage(source),
            Kind::Timeout { .. } => true,
            Kind::NewerSchema { .. } | Kind::OlderSchema { .. } | Kind::Payload(_) => false,
        }
    }

    /// Returns whether the database has a schema of a newer version of this crate, which this version does not touch.
    pub fn is_newer_schema(&self) -> bool {
        matches!(self.kind, Kind::NewerSchema { .. })
    }

    /// Returns whether [`Inbox::migrate`](crate::Inbox::migrate) has to run first.
    pub fn is_not_migrated(&self) -> bool {
        match &self.kind {
            Kind::OlderSchema { .. } => true,
            Kind::Query { source, .. } => source.code().is_some_and(|code| {
                [SqlState::INVALID_SCHEMA_NAME, SqlState::UNDEFINED_FUNCTION, SqlState::UNDEFINED_TABLE]
                    .contains(code)
            }),
            _ => false,
        }
    }

    /// Returns whether a delivery was not completed because its lease had passed on to another worker.
    pub fn is_lease_lost(&self) -> bool {
        matches!(&self.kind, Kind::Query { source, .. } if source.code().is_some_and(|code| code.code() == LEASE_LOST))
    }

    /// Returns whether the connection cannot be used any more, so that another one may do.
    pub(crate) fn is_disconnected(&self) -> bool {
        matches!(&self.kind, Kind::Query { source, .. } if is_outage(source))
    }

    /// Returns whether the session's isolation level does not fit.
    pub(crate) fn is_isolation(&self) -> bool {
        matches!(&self.kind, Kind::Query { source, .. } if source.code().is_some_and(|code| code.code() == ISOLATION))
    }
}

/// The code of `nd8_inbox.complete` for a lease that has passed on.
const LEASE_LOST: &str = "ND801";
/// The code for a transaction that is not `read committed`.
const ISOLATION: &str = "ND802";

/// Returns whether an error is about the server or the way to it, and not about the statement.
pub(crate) fn is_outage(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        // Connection exceptions, insufficient resources, operator intervention, system errors, and a server that is read-only
        // while another one takes over.
        Some(code) => {
            ["08", "53", "57", "58"].iter().any(|class| code.code().starts_with(class))
                || [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT]
                    .contains(code)
        }
        None => true,
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Connect(_) => f.write_str("cannot connect to the inbox's database"),
            #[cfg(feature = "deadpool")]
            Kind::Pool(_) => f.write_str("cannot get a connection to the inbox's database from the pool"),
            Kind::Query { operation, .. } => write!(f, "cannot {operation}"),
            Kind::Timeout { operation, limit } => {
                write!(f, "cannot {operation}: the database did not respond within {limit:?}")
            }
            Kind::NewerSchema { found, known } => write!(
                f,
                "cannot use the inbox: its schema is version {found} and this program knows up to {known}: update the program"
            ),
            Kind::OlderSchema { found, known } => write!(
                f,
                "cannot use the inbox: its schema is version {found} and this program needs {known}: call `Inbox::migrate`"
            ),
            Kind::Payload(_) => f.write_str("cannot read the payload that was applied last"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Connect(source) | Kind::Query { source, .. } => Some(source),
            #[cfg(feature = "deadpool")]
            Kind::Pool(source) => Some(source),
            Kind::Payload(source) => Some(source),
            Kind::Timeout { .. } | Kind::NewerSchema { .. } | Kind::OlderSchema { .. } => None,
        }
    }
}

/// Prints an error and its sources.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
