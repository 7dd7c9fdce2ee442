//! Clock and the timers: those of tokio, or those of the browser on `wasm32-unknown-unknown`.

/// The clock of the whole process, which `tokio::time::pause` does not stop.
#[cfg(not(target_family = "wasm"))]
pub(super) use std::time::Instant as ProcessInstant;
#[cfg(not(target_family = "wasm"))]
pub(super) use tokio::time::Instant;
#[cfg(target_family = "wasm")]
pub(super) use wasmtimer::std::Instant as ProcessInstant;
#[cfg(target_family = "wasm")]
pub(super) use wasmtimer::std::Instant;

use std::time::{Duration, SystemTime};

/// Waits for this time. The timers of browsers overflow after 24 days, so a long wait consists of shorter ones.
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

/// Returns the time from now until `time`, or zero if it has passed. Uses jiff, since `SystemTime::now` panics in a browser.
pub(super) fn until(time: SystemTime) -> Duration {
    let now = jiff::Timestamp::now().as_duration();
    let then = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    then.saturating_sub(now.try_into().unwrap_or_default())
}
