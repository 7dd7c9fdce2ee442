//! The sandbox's time: one place that asks what time it is, and how a moment is written on the wire.
//!
//! Not here: timeouts of the network, which are real time whatever this clock says.

use std::fmt;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize, Serializer};

/// Where the sandbox takes its time from.
#[derive(Clone, Debug)]
pub(crate) struct Clock;

impl Clock {
    /// Says what time it is.
    pub(crate) fn now(&self) -> Moment {
        Moment::from(Timestamp::now())
    }
}

/// A point in time with the precision that the API shows, which is milliseconds.
///
/// Nothing finer is kept: otherwise a filter by the `created_at` that a caller was given could miss the very
/// object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "Timestamp")]
pub(crate) struct Moment(Timestamp);

impl Moment {
    /// Counts whole seconds since 1970.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Moves forward; a moment past the end of time stays where it was.
    pub(crate) fn after(self, span: std::time::Duration) -> Moment {
        self.0.checked_add(span).map_or(self, Moment::from)
    }

    /// The exact instant, for comparing with what a caller sent.
    pub(crate) fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Moment {
        let cut = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
        // Only a rounding up past the end of time could fail, and this one never goes up.
        Moment(timestamp.round(cut).unwrap_or(timestamp))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_exactly_three_decimals() {
        let written = |text: &str| Moment::from(text.parse::<Timestamp>().unwrap()).to_string();

        assert_eq!(written("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000Z");
        assert_eq!(written("2026-01-02T03:04:05.6789Z"), "2026-01-02T03:04:05.678Z");
    }
}
