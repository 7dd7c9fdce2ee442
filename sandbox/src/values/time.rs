//! A point in time with the precision that the API shows, which is milliseconds.

use std::fmt;
use std::time::Duration;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize, Serializer};

/// A point in time with the precision that the API shows, which is milliseconds.
///
/// Nothing finer is kept: otherwise a filter by the `created_at` that a caller was given could miss the very
/// object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "Timestamp")]
pub(crate) struct SandboxTime(Timestamp);

impl SandboxTime {
    /// Counts whole seconds since 1970.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// Moves forward; a moment past the end of time stays where it was.
    pub(crate) fn after(self, span: Duration) -> SandboxTime {
        self.0.checked_add(span).map_or(self, SandboxTime::from)
    }

    /// Moves back, as far as there is time.
    pub(crate) fn before(self, span: Duration) -> SandboxTime {
        self.0.checked_sub(span).map_or(self, SandboxTime::from)
    }

    /// Returns how long it is until a later moment; nothing, if it is not later.
    pub(crate) fn until(self, later: SandboxTime) -> Duration {
        Duration::try_from(later.0.duration_since(self.0)).unwrap_or_default()
    }

    /// Exact instant, for comparing with what a caller sent.
    pub(crate) fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for SandboxTime {
    fn from(timestamp: Timestamp) -> SandboxTime {
        let cut = TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Trunc);
        // Only a rounding up past the end of time could fail, and this one never goes up.
        SandboxTime(timestamp.round(cut).unwrap_or(timestamp))
    }
}

impl fmt::Display for SandboxTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for SandboxTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_with_exactly_three_decimals() {
        let written = |text: &str| SandboxTime::from(text.parse::<Timestamp>().unwrap()).to_string();

        assert_eq!(written("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000Z");
        assert_eq!(written("2026-01-02T03:04:05.6789Z"), "2026-01-02T03:04:05.678Z");
    }
}
