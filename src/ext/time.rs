//! The clock and the pauses, wherever the program runs: tokio's, or the browser's timers on `wasm32-unknown-unknown`.

/// The clock of the whole process, which no paused runtime stops.
#[cfg(not(target_family = "wasm"))]
pub(super) use std::time::Instant as ProcessInstant;
#[cfg(not(target_family = "wasm"))]
pub(super) use tokio::time::{Instant, sleep};
#[cfg(target_family = "wasm")]
pub(super) use wasmtimer::std::Instant as ProcessInstant;
#[cfg(target_family = "wasm")]
pub(super) use wasmtimer::{std::Instant, tokio::sleep};

use std::time::{Duration, SystemTime};

/// How long from now until `time`; nothing if it has passed. By jiff, which knows the time in a browser as well.
pub(super) fn until(time: SystemTime) -> Duration {
    let now = jiff::Timestamp::now().as_duration();
    let then = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    then.saturating_sub(now.try_into().unwrap_or_default())
}
