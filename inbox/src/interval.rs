//! Durations as PostgreSQL takes them.

use std::time::Duration;

use jiff::SignedDuration;

/// Returns an interval of PostgreSQL in microseconds.
pub(crate) fn micros(duration: Duration) -> i64 {
    SignedDuration::try_from(duration)
        .map_or(i64::MAX, |duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}
