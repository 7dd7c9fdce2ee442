//! Wait before the next attempt that the server asks for.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use jiff::fmt::rfc2822::DateTimeParser;
use rust_decimal::prelude::ToPrimitive as _;

use super::Error;
use crate::Decimal;
use crate::ext::{envelope, time};

impl Error {
    /// Returns how long the server asked to wait before the next attempt: `Retry-After`, in seconds or as a date, or without it the
    /// "available in N seconds" of Django REST Framework. Fractions are rounded up. Of several headers, the longest wait counts.
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
        let headers = self.0.failure.received()?.headers.get_all(RETRY_AFTER);
        // A proxy may add its own header to the server's: the longer wait satisfies both.
        let asked = headers.iter().filter_map(|value| wait(value.to_str().ok()?.trim())).max();
        asked.or_else(|| {
            let (_, wait) = self.throttled()?.split_once("available in ")?;
            seconds(wait.split_ascii_whitespace().next()?)
        })
    }

    /// Returns whether Django REST Framework itself turned the request away, before any code that acts on it: a 429 with the
    /// `detail` that its throttles write. A proxy may also send a 429, possibly after the request had an effect.
    pub(in crate::ext) fn is_throttled(&self) -> bool {
        self.throttled().is_some()
    }

    fn throttled(&self) -> Option<&str> {
        // With another status the text is not of a throttle; with the id of a created object the request had an effect.
        let made = || envelope::made_id(self.operation().unwrap_or_default(), self.body()?);
        (self.is_rate_limited() && made().is_none()).then(|| self.error_body().throttled.as_deref()).flatten()
    }
}

/// Reads seconds, an HTTP date, or a date in another common format. A time that has passed asks for no wait.
fn wait(value: &str) -> Option<Duration> {
    let date = || {
        let of_mail = || DateTimeParser::new().parse_timestamp(value).ok();
        let of_iso = || value.parse::<jiff::Timestamp>().ok();
        httpdate::parse_http_date(value).ok().or_else(|| of_mail().or_else(of_iso).map(SystemTime::from))
    };
    // A proxy may have joined two headers to one with a comma.
    let joined =
        || value.split(',').map(|value| seconds(value.trim())).collect::<Option<Vec<_>>>()?.into_iter().max();
    seconds(value).or_else(|| date().map(time::until)).or_else(joined)
}

/// Reads a number of seconds, fractions rounded up. A number too large is an endless wait rather than none, since the server
/// asks for a longer wait; a negative one is no wait.
fn seconds(text: &str) -> Option<Duration> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = |text: &'_ str| text.strip_prefix(['+', '-']).unwrap_or(text).to_owned();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (number, power) = (unsigned(mantissa), unsigned(exponent));
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || power.is_empty() || ![whole, fraction, &power].into_iter().all(is_digits) {
        return None;
    }
    if mantissa.starts_with('-') {
        return Some(Duration::ZERO);
    }
    let number = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(text));
    // A number that a decimal cannot hold is less than a second, or longer than any call.
    let most = if exponent.starts_with('-') { 1 } else { u64::MAX };
    Some(Duration::from_secs(number.ok().and_then(|number| number.ceil().to_u64()).unwrap_or(most)))
}
