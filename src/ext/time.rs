//! The clock and the pauses, wherever the program runs: tokio's, or the browser's timers on `wasm32-unknown-unknown`.

/// The clock of the whole process, which no paused runtime stops.
#[cfg(not(target_family = "wasm"))]
pub(super) use std::time::Instant as ProcessInstant;
#[cfg(not(target_family = "wasm"))]
pub(super) use tokio::time::Instant;
#[cfg(target_family = "wasm")]
pub(super) use wasmtimer::std::Instant as ProcessInstant;
#[cfg(target_family = "wasm")]
pub(super) use wasmtimer::std::Instant;

use std::time::{Duration, SystemTime};

/// Waits for so long. The timers of browsers overflow, so a long wait is made of short ones.
pub(super) async fn sleep(time: Duration) {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let mut left = time;
    while !left.is_zero() {
        let part = left.min(DAY);
        #[cfg(not(target_family = "wasm"))]
        tokio::time::sleep(part).await;
        #[cfg(target_family = "wasm")]
        wasmtimer::tokio::sleep(part).await;
        left -= part;
    }
}

/// How long from now until `time`; nothing if it has passed. By jiff, which knows the time in a browser as well.
pub(super) fn until(time: SystemTime) -> Duration {
    let now = jiff::Timestamp::now().as_duration();
    let then = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    then.saturating_sub(now.try_into().unwrap_or_default())
}
