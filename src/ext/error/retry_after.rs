//! How long to wait before the next attempt, as the server asks for it.

use std::time::Duration;

use http::header::RETRY_AFTER;

use super::Error;
use crate::ext::time;

impl Error {
    /// How long the server asked to wait before the next attempt: `Retry-After`, in seconds or as a date, or without it the
    /// "available in N seconds" of Django REST Framework. Fractions are rounded up.
    ///
    /// ```
    /// use std::time::Duration;
    /// use nd8::RetryPolicy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(429).header("retry-after", "30")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let call = client.payments().get("TXabc123").retry(RetryPolicy::never());
    /// let error = call.send().await.unwrap_err();
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        let header = self.0.failure.received()?.headers.get(RETRY_AFTER);
        let Some(value) = header.and_then(|value| value.to_str().ok()).map(str::trim) else {
            return self.throttled().and_then(|sentence| {
                let (_, wait) = sentence.split_once("available in ")?;
                seconds(wait.split(' ').next()?)
            });
        };
        // A date that has passed asks for no wait.
        seconds(value).or_else(|| httpdate::parse_http_date(value).ok().map(time::until))
    }

    /// Whether Django REST Framework itself turned the request away, before any code that acts on it: a 429 with the
    /// `detail` that its throttles write. A proxy in front may write a 429 as well, and nobody knows when.
    pub(in crate::ext) fn is_throttled(&self) -> bool {
        self.throttled().is_some()
    }

    fn throttled(&self) -> Option<&str> {
        // Of any other status it is somebody else's.
        self.is_rate_limited().then(|| self.error_body().throttled.as_deref()).flatten()
    }
}

/// Reads a number of seconds, fractions rounded up. One beyond what can be counted is a wait without end, and not none.
fn seconds(text: &str) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let begun = u64::from(fraction.bytes().any(|byte| byte != b'0'));
    Some(Duration::from_secs(whole.parse::<u64>().map_or(u64::MAX, |whole| whole.saturating_add(begun))))
}
