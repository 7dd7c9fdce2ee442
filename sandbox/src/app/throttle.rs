//! Request rate of each caller, limited where a test asks for it: sliding windows, as in the framework.
//!
//! Requests are counted on the sandbox's clock, per credential, and together for callers without one.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::values::time::SandboxTime;

/// Limits the requests of one caller in a span of time; see [`Builder::rate_limit`](crate::Builder::rate_limit).
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    requests: usize,
    per: Duration,
    retry_after: bool,
}

impl RateLimit {
    /// Allows that many requests in each span of that length.
    pub fn new(requests: usize, per: Duration) -> RateLimit {
        RateLimit { requests, per, retry_after: true }
    }

    /// Leaves `Retry-After` out of the refusals, as gateways in front of an API do. Their sentence still has the wait.
    #[must_use]
    pub fn without_retry_after(self) -> RateLimit {
        RateLimit { retry_after: false, ..self }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Caller {
    /// An API key, by its id.
    Key(u64),
    /// Dashboard.
    Session,
    /// Those who send no credential.
    Anonymous,
}

/// A request beyond the limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throttled {
    /// After so many seconds the next request is accepted.
    pub(crate) seconds: i128,
    /// True if the response has a `Retry-After` header.
    pub(crate) retry_after: bool,
}

/// Time when each caller's latest requests were admitted.
#[derive(Debug)]
pub(crate) struct Throttle {
    limit: Option<RateLimit>,
    admitted: Mutex<HashMap<Caller, VecDeque<SandboxTime>>>,
}

impl Throttle {
    pub(crate) fn new(limit: Option<RateLimit>) -> Throttle {
        Throttle { limit, admitted: Mutex::new(HashMap::new()) }
    }

    /// Forgets all requests.
    pub(crate) fn forget(&self) {
        self.admitted.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Counts a request, or refuses it. A refused request does not count.
    pub(crate) fn admit(&self, caller: Caller, now: SandboxTime) -> Result<(), Throttled> {
        let Some(limit) = self.limit else { return Ok(()) };
        let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        let window = admitted.entry(caller).or_default();
        while window.front().is_some_and(|oldest| oldest.after(limit.per) <= now) {
            window.pop_front();
        }
        if window.len() < limit.requests {
            window.push_back(now);
            return Ok(());
        }
        let free_at = window.front().map_or_else(|| now.after(limit.per), |oldest| oldest.after(limit.per));
        let wait = free_at.timestamp().duration_since(now.timestamp());
        let seconds = wait.as_millis().div_euclid(1000) + i128::from(wait.as_millis().rem_euclid(1000) > 0);
        Err(Throttled { seconds, retry_after: limit.retry_after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_slides_and_each_caller_has_one() {
        let start = SandboxTime::from(jiff::Timestamp::UNIX_EPOCH);
        let at = |millis| start.after(Duration::from_millis(millis));
        let throttle = Throttle::new(Some(RateLimit::new(2, Duration::from_secs(10))));
        let wait = |caller, now| match throttle.admit(caller, now) {
            Err(Throttled { seconds, retry_after: true }) => seconds,
            other => panic!("{other:?}"),
        };

        assert!(throttle.admit(Caller::Key(1), at(0)).is_ok());
        assert!(throttle.admit(Caller::Key(1), at(4_000)).is_ok());
        assert_eq!(wait(Caller::Key(1), at(4_001)), 6);
        assert!(throttle.admit(Caller::Key(2), at(4_001)).is_ok(), "another caller");
        assert_eq!(wait(Caller::Key(1), at(9_999)), 1);
        assert!(throttle.admit(Caller::Key(1), at(10_000)).is_ok(), "refusals were not counted");
        assert_eq!(wait(Caller::Key(1), at(10_000)), 4);
    }

    #[test]
    fn without_a_limit_everything_is_admitted() {
        let throttle = Throttle::new(None);
        let now = SandboxTime::from(jiff::Timestamp::UNIX_EPOCH);
        assert!((0..10_000).all(|_| throttle.admit(Caller::Anonymous, now).is_ok()));
    }
}
