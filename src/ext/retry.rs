//! Decides whether a failed attempt may be repeated, and how long to wait first.
//!
//! Any request that was not sent may be repeated. A request that was sent and changes something is not repeated, with one
//! exception: one that Django REST Framework throttled (429 with its `detail`) never reached the code that would have made
//! the change. An idempotent request is repeated after transient failures.
//!
//! ND8 documents no idempotency key, so there is nothing that would make a repeated refund or checkout safe.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::{Error, Outcome};

/// Limits how often, and how fast, a call is repeated. The default: four attempts, with random waits between zero and 0.2,
/// 0.4, 0.8 … seconds, at most 5; a `Retry-After` of the server is honored if the deadline of the call allows.
///
/// Repeating is also bounded across calls: all clones of a client share a budget that repeats draw from and successes
/// refill, so that retries do not make an outage worse.
///
/// # Example: a patient client
///
/// ```
/// use std::time::Duration;
/// use nd8::{Client, RetryPolicy};
///
/// let patient = RetryPolicy::default().max_attempts(6).backoff(Duration::from_secs(1), Duration::from_secs(30));
/// assert_eq!(RetryPolicy::never(), RetryPolicy::default().max_attempts(1));
/// let client = Client::builder("an-api-key").retry(patient).build()?;
/// # drop(client);
/// # Ok::<(), nd8::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base: Duration,
    cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 4, base: Duration::from_millis(200), cap: Duration::from_secs(5) }
    }
}

impl RetryPolicy {
    /// Creates a policy of one attempt.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, the first included. Zero counts as one.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the longest wait before the second attempt, which doubles with each further one, and the longest wait of all. The
    /// actual wait is a random time between zero and that (full jitter), so that many clients do not retry at the same time.
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Returns how long to wait after `attempts` failed attempts, or `None` if there is no further one.
    ///
    /// `draw` returns a duration between zero and its argument.
    pub(super) fn wait(
        &self,
        attempts: u32,
        idempotent: bool,
        error: &Error,
        remaining: Duration,
        draw: impl Fn(Duration) -> Duration,
    ) -> Option<Duration> {
        if attempts >= self.max_attempts || !may_repeat(error, idempotent) {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.base.saturating_mul(1 << doublings).min(self.cap);
        // The wait that the server asks for is a minimum: jitter is added to it.
        let wait = error.retry_after().unwrap_or_default().saturating_add(draw(longest));
        // No wait for an attempt that could not begin before the deadline.
        (wait < remaining).then_some(wait)
    }
}

fn may_repeat(error: &Error, idempotent: bool) -> bool {
    if error.outcome() == Outcome::NotSent {
        // Invalid input and refusals of this crate would only be refused again.
        return error.is_transport();
    }
    if !idempotent {
        return error.is_throttled();
    }
    // A truncated body comes with a status, usually 200, so the status alone does not show the failure.
    error.is_transport()
        || error.is_cut_off()
        || error.status().is_some_and(|status| matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504))
}

/// A bucket of tokens that all clones of a client share.
#[derive(Debug)]
pub(super) struct Budget {
    tokens: AtomicU32,
}

/// Enough for a hundred repeats in a row.
const FULL: u32 = 500;
/// Cost of a repeat in tokens; a success adds one token. So in the long run one call in five may be repeated.
const COST: u32 = 5;

impl Budget {
    pub(super) fn new() -> Self {
        Self { tokens: AtomicU32::new(FULL) }
    }

    /// Takes the cost of a repeat, if enough tokens are left.
    pub(super) fn take(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(COST);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// Credits a success.
    pub(super) fn succeeded(&self) {
        let add = |tokens: u32| (tokens < FULL).then_some(tokens + 1);
        // A full bucket stays full.
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// Returns a random time between zero and `longest`.
pub(super) fn jitter(longest: Duration) -> Duration {
    let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(fastrand::u64(..=nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ext::error::Failure;
    use crate::raw::{BodyEnd, RawResponse};

    fn error_response(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Error {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let (parts, body) = response.body(body).expect("is a response").into_parts();
        let received = RawResponse {
            status: parts.status,
            headers: parts.headers,
            body: body.into(),
            end: BodyEnd::Complete,
        };
        Error::call("create_refund", Failure::Status(received))
    }

    const THROTTLED: &str = r#"{"detail":"Request was throttled. Expected available in 3 seconds."}"#;

    #[test]
    fn requests_that_change_something_are_repeated_only_after_a_throttle() {
        let repeats = |error: Error, idempotent| {
            RetryPolicy::default().wait(1, idempotent, &error, Duration::MAX, |longest| longest).is_some()
        };
        for status in [408, 500, 502, 503, 504] {
            assert!(!repeats(error_response(status, &[], ""), false), "{status}");
            assert!(repeats(error_response(status, &[], ""), true), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 405, 409, 415, 422, 501] {
            assert!(!repeats(error_response(status, &[], ""), true), "{status}");
        }
        assert!(repeats(error_response(429, &[], THROTTLED), false));
        assert!(
            !repeats(error_response(429, &[], "<h1>Slow down</h1>"), false),
            "a web page may be of a proxy"
        );
        for relayed in [
            r#"{"detail":"Refund submitted, but the provider throttled our status check."}"#,
            r#"{"detail":"The provider reported: Request was throttled."}"#,
            r#"{"amount":["Request was throttled."]}"#,
            r#"{"detail":"Request was throttled.","refund_id":17}"#,
            r#"{"detail":"Request was throttled.","code":"throttled","data":{"refund_public_id":"RF17"}}"#,
        ] {
            assert!(!repeats(error_response(429, &[], relayed), false), "{relayed}");
        }
        assert!(repeats(error_response(429, &[], r#"{"detail":"Slow down.","code":"throttled"}"#), false));
        assert!(!repeats(error_response(503, &[], THROTTLED), false), "it is the status of a proxy");
        assert!(repeats(error_response(429, &[], "<h1>Slow down</h1>"), true));
        let input = Error::input("create_refund", Vec::new());
        assert!(!repeats(input, true), "it would be refused again");
    }

    #[test]
    fn the_default_is_as_documented() {
        let (base, cap) = (Duration::from_millis(200), Duration::from_secs(5));
        let documented = RetryPolicy { max_attempts: 4, base, cap };
        assert_eq!(RetryPolicy::default(), documented);
        assert_eq!(RetryPolicy::default().backoff(base, cap).max_attempts(4), documented);
        for other in [
            documented.clone().max_attempts(3),
            documented.clone().backoff(cap, cap),
            documented.clone().backoff(base, base),
        ] {
            assert_ne!(other, documented);
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_end_with_the_attempts() {
        let policy =
            RetryPolicy::default().max_attempts(6).backoff(Duration::from_secs(1), Duration::from_secs(5));
        let wait = |attempts| {
            policy
                .wait(attempts, true, &error_response(503, &[], ""), Duration::MAX, |longest| longest)
                .map(|it| it.as_secs())
        };
        let waits: Vec<Option<u64>> = (1..=6).map(wait).collect();
        assert_eq!(waits, [Some(1), Some(2), Some(4), Some(5), Some(5), None]);
        assert_eq!(wait(u32::MAX), None);
    }

    #[test]
    fn retry_after_is_a_least_wait_within_the_deadline() {
        let policy = RetryPolicy::default();
        let wait = |header, remaining| {
            let error = error_response(503, &[("retry-after", header)], "");
            policy.wait(1, true, &error, Duration::from_secs(remaining), |_| Duration::ZERO)
        };
        assert_eq!(wait("3", 10), Some(Duration::from_secs(3)));
        assert_eq!(wait("10", 10), None, "the deadline would be over");
        assert_eq!(wait("never", 10), Some(Duration::ZERO));
        let (now, forever) = (Some(Duration::ZERO), None);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (header, expected) in [
            ("0", now),
            ("007", seconds(7)),
            (" 7 ", seconds(7)),
            ("+7", seconds(7)),
            ("2.001", seconds(3)),
            ("2.000", seconds(2)),
            ("0.0001", seconds(1)),
            ("3.", seconds(3)),
            ("1e3", seconds(1_000)),
            ("1.5E+1", seconds(15)),
            ("1e-3", seconds(1)),
            ("1e-99", seconds(1)),
            ("1e9", forever),
            ("1e99", forever),
            ("1e99999999999999999999", forever),
            ("99999999999999999999", forever),
            ("18446744073709551615.5", forever),
            ("-5", now),
            ("-1e99", now),
            ("Wed, 21 Oct 2015 07:28:00 GMT", now),
            ("Wed, 21 Oct 2015 07:28:00 +0200", now),
            ("2015-10-21T07:28:00Z", now),
            ("Fri, 31 Dec 9999 23:59:59 GMT", forever),
            ("Thu, 31 Dec 9998 23:59:59 +0000", forever),
            ("9998-12-31T23:59:59Z", forever),
            ("5, 10", seconds(10)),
            ("3,1e9", forever),
            // Not readable, so the wait is that of the policy.
            ("3, soon", now),
            ("soon", now),
            ("", now),
            (".5", now),
            ("1e", now),
            ("1-2", now),
            ("1.2.3", now),
            ("0x10", now),
        ] {
            assert_eq!(wait(header, 1_000_000), expected, "{header:?}");
        }
        let both =
            error_response(503, &[("retry-after", "3"), ("retry-after", "7"), ("retry-after", "soon")], "");
        assert_eq!(both.retry_after(), seconds(7));
        let worded = |wait| {
            let body =
                format!(r#"{{"detail":"Request was throttled. Expected available in {wait} seconds."}}"#);
            error_response(429, &[], body.leak()).retry_after()
        };
        assert_eq!(worded("1e9"), seconds(1_000_000_000));
        assert_eq!(worded("2.5"), seconds(3));
        assert_eq!(worded("99999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        assert_eq!(worded("a few"), None);
        let asked = |body| error_response(429, &[], body).retry_after();
        assert_eq!(asked(THROTTLED), Some(Duration::from_secs(3)));
        assert_eq!(asked(r#"{"detail":"Request was throttled."}"#), None);
        assert_eq!(asked(r#"{"detail":"Available in 3 seconds."}"#), None, "not the framework's words");
    }

    #[test]
    fn an_empty_budget_stops_repeats_until_calls_succeed() {
        let budget = Budget::new();
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100);
        (0..4).for_each(|_| budget.succeeded());
        assert!(!budget.take());
        budget.succeeded();
        assert!(budget.take());
        (0..10_000).for_each(|_| budget.succeeded());
        assert_eq!((0..1_000).filter(|_| budget.take()).count(), 100, "it does not overflow");
    }

    #[test]
    fn jitter_stays_within_its_bounds() {
        assert_eq!(jitter(Duration::ZERO), Duration::ZERO);
        let longest = Duration::from_millis(5);
        assert!((0..1_000).all(|_| jitter(longest) <= longest));
    }
}
