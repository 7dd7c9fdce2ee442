//! Polls a payment or a refund until it reaches a final state.
//!
//! Webhooks report the final state sooner and at less cost; use this when you cannot receive webhooks.

use std::fmt;
use std::time::Duration;

use super::time::{Instant, sleep};
use super::{Call, Error, GetPayment, GetRefund, Payment, PaymentStatus, Refund, RefundStatus, Request};

/// Configures how often to poll, and for how long. The pause between two requests begins at one second and grows by half, up
/// to ten seconds; the last request is sent shortly before the time is over.
///
/// The time bounds everything: the pauses, and also a request in flight with its retries. At least one request is sent: with
/// less than a millisecond, it may take up to 5 seconds.
///
/// # Example: when it never ends
///
/// ```
/// use std::time::Duration;
/// use nd8::{PaymentStatus, Poll};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = httpmock::MockServer::start_async().await;
/// # let payment = r#"{"id":"TX1","amount":"9","status":"processing","currency":"USD","depositAttempts":[]}"#;
/// # server.mock_async(|_, then| { then.status(200).body(payment); }).await;
/// # let client = nd8::Client::builder("a key").base_url(server.base_url()).build()?;
/// let poll = Poll::within(Duration::from_secs(1)).every(Duration::from_millis(200), Duration::from_millis(400));
/// let not_final = client.payments().get("TX1").until_final(poll).await.unwrap_err();
/// assert!(not_final.error.is_none(), "asking went well");
/// assert_eq!(not_final.last.unwrap().status, Some(PaymentStatus::Processing));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poll {
    within: Duration,
    first: Duration,
    longest: Duration,
}

/// Shortest pause. Less would be a load for the server and show nothing sooner.
const SHORTEST: Duration = Duration::from_millis(100);
/// Time that is reserved for the last request, unless half of the remaining time is less.
const RESERVE: Duration = Duration::from_secs(2);
/// Time below which no request is sent.
const MOMENT: Duration = Duration::from_millis(1);
/// Timeout of the only request if the caller gives no time.
const ONE_LOOK: Duration = Duration::from_secs(5);

impl Poll {
    /// Polls for this time.
    pub fn within(time: Duration) -> Self {
        Self { within: time, first: Duration::from_secs(1), longest: Duration::from_secs(10) }
    }

    /// Sets the first and the longest pause. Less than 100 milliseconds count as 100.
    pub fn every(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Returns the first pause.
    fn first(&self) -> Duration {
        self.first.min(self.longest).max(SHORTEST)
    }

    /// Returns the pause after one of this length.
    fn after(&self, pause: Duration) -> Duration {
        pause.saturating_add(pause / 2).min(self.longest).max(SHORTEST)
    }
}

/// Returns the pause before the next request, and whether that request is the last; `None` if there is no time for one.
fn next(pause: Duration, left: Duration) -> Option<(Duration, bool)> {
    if left < MOMENT {
        return None;
    }
    let longest = left - RESERVE.min(left / 2);
    Some((pause.min(longest), pause > longest))
}

/// An error: the final state was not reached in time, or a request failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotFinal<T> {
    /// Last state that was received, if any.
    pub last: Option<Box<T>>,
    /// Error of the failed request; `None` if time ran out.
    pub error: Option<Error>,
}

impl<T> fmt::Display for NotFinal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.error {
            Some(_) => "asking for the final state failed",
            None => "the final state was not reached in time",
        })
    }
}

impl<T: fmt::Debug> std::error::Error for NotFinal<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.as_ref().map(|error| error as _)
    }
}

impl Call<GetPayment> {
    /// Polls until the payment is paid, failed, refunded or canceled. A customer whose payment failed may still try again,
    /// so `failed` is the end of an attempt rather than of the checkout. States that this crate does not know are not final.
    ///
    /// # Example: a minute at most
    ///
    /// ```
    /// use std::time::Duration;
    /// use nd8::{PaymentStatus, Poll};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(60_00, 2));
    /// # let checkout = client.checkouts().create(billing, [mug]).send().await?;
    /// # let payment_id = sandbox.customer(&checkout.checkout_id).pay().await?;
    /// let payment = client.payments().get(&payment_id).until_final(Poll::within(Duration::from_secs(60))).await?;
    /// assert_eq!(payment.status, Some(PaymentStatus::Paid));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`NotFinal`] with the last payment that was received, if time runs out or a request fails.
    pub async fn until_final(self, poll: Poll) -> Result<Payment, NotFinal<Payment>> {
        until(self, poll, |payment| {
            use PaymentStatus::{Canceled, Failed, Paid, Refunded};
            matches!(payment.status, Some(Paid | Failed | Refunded | Canceled))
        })
        .await
    }
}

impl Call<GetRefund> {
    /// Polls until the refund is completed, failed or rejected. States that this crate does not know are not final.
    ///
    /// # Errors
    ///
    /// [`NotFinal`] with the last refund that was received, if time runs out or a request fails.
    pub async fn until_final(self, poll: Poll) -> Result<Refund, NotFinal<Refund>> {
        until(self, poll, |refund| {
            use RefundStatus::{Completed, Failed, Rejected};
            matches!(refund.status, Some(Completed | Failed | Rejected))
        })
        .await
    }
}

async fn until<R: Request + Clone>(
    call: Call<R>,
    poll: Poll,
    is_final: impl Fn(&R::Output) -> bool,
) -> Result<R::Output, NotFinal<R::Output>> {
    // A timeout too long for the clock counts as no deadline.
    let deadline = Instant::now().checked_add(poll.within);
    let left =
        || deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
    let mut time = if poll.within < MOMENT { ONE_LOOK } else { poll.within };
    let (mut last, mut is_last) = (None, false);
    let mut pause = poll.first();
    loop {
        // The call's own retries run within the time of the poll, so that an outage does not extend it.
        match call.clone().within(time).send().await {
            Ok(value) if is_final(&value) => return Ok(value),
            Ok(value) => last = Some(Box::new(value)),
            // The request was cut off by the time of this poll, not by a failure of the server.
            Err(error) if error.is_timeout() && left().is_zero() => {
                return Err(NotFinal { last, error: None });
            }
            Err(error) => return Err(NotFinal { last, error: Some(error) }),
        }
        let Some((step, is_last_step)) = next(pause, left()).filter(|_| !is_last) else {
            return Err(NotFinal { last, error: None });
        };
        sleep(step).await;
        pause = poll.after(pause);
        (time, is_last) = (left(), is_last_step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::MAX;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn the_default_is_as_documented() {
        let poll = Poll::within(ms(60_000));
        assert_eq!(poll, Poll::within(ms(60_000)).every(ms(1_000), ms(10_000)));
        assert_ne!(poll, Poll::within(ms(60_001)));
        assert_ne!(poll, poll.every(ms(999), ms(10_000)));
        assert_ne!(poll, poll.every(ms(1_000), ms(9_999)));
    }

    #[test]
    fn pauses_grow_by_half_between_their_bounds() {
        for (first, longest, expected) in [
            (ms(1_000), ms(10_000), [ms(1_000), ms(1_500), ms(2_250), ms(3_375)]),
            (ms(1_000), ms(1_600), [ms(1_000), ms(1_500), ms(1_600), ms(1_600)]),
            (ms(5_000), ms(1_000), [ms(1_000); 4]),
            (Duration::ZERO, Duration::ZERO, [ms(100); 4]),
            (Duration::from_nanos(1), MAX, [ms(100), ms(150), ms(225), Duration::from_micros(337_500)]),
            (MAX, MAX, [MAX; 4]),
            (MAX, Duration::ZERO, [ms(100); 4]),
        ] {
            let poll = Poll::within(MAX).every(first, longest);
            let mut pause = poll.first();
            for expected in expected {
                assert_eq!(pause, expected, "{poll:?}");
                pause = poll.after(pause);
            }
        }
    }

    #[test]
    fn the_last_request_comes_before_the_time_is_over() {
        for (pause, left, expected) in [
            (ms(1_000), MAX, Some((ms(1_000), false))),
            (MAX, MAX, Some((MAX - RESERVE, true))),
            (ms(10_000), ms(60_000), Some((ms(10_000), false))),
            (ms(10_000), ms(12_000), Some((ms(10_000), false))),
            (ms(10_000), ms(11_999), Some((ms(9_999), true))),
            (ms(10_000), ms(4_000), Some((ms(2_000), true))),
            (ms(1_000), ms(500), Some((ms(250), true))),
            (ms(100), ms(200), Some((ms(100), false))),
            (ms(100), ms(1), Some((Duration::from_micros(500), true))),
            (ms(100), Duration::from_nanos(1), None),
            (ms(100), Duration::ZERO, None),
        ] {
            assert_eq!(next(pause, left), expected, "{pause:?} of {left:?}");
        }
    }
}
