//! Waiting until a payment or a refund has come to its end, by asking again and again.
//!
//! Webhooks are the better way to hear of it; this is for programs that have no address.

use std::fmt;
use std::time::Duration;

use super::time::{Instant, sleep};
use super::{Call, Error, GetPayment, GetRefund, Payment, PaymentStatus, Refund, RefundStatus, Request};

/// How often to ask, and for how long. The pause between two questions begins at one second and grows by half, up to
/// ten seconds.
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
/// let poll = Poll::within(Duration::from_millis(50)).every(Duration::from_millis(10), Duration::from_millis(20));
/// let not_final = client.payments().get("TX1").until_final(poll).await.unwrap_err();
/// assert!(not_final.error.is_none(), "asking went well");
/// assert_eq!(not_final.last.unwrap().status, Some(PaymentStatus::Processing));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    within: Duration,
    first: Duration,
    longest: Duration,
}

impl Poll {
    /// Asks for so long.
    pub fn within(time: Duration) -> Self {
        Self { within: time, first: Duration::from_secs(1), longest: Duration::from_secs(10) }
    }

    /// Pauses so long at first, and never longer than that.
    pub fn every(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }
}

/// The end did not come, or could not be seen.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotFinal<T> {
    /// What was seen last, if anything was.
    pub last: Option<Box<T>>,
    /// Why asking failed; none if time ran out.
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
    /// Asks until the payment is paid, failed, refunded or canceled. A customer whose payment failed may still try again,
    /// so `failed` is the end of an attempt rather than of the checkout. States that this crate does not know are
    /// not taken for an end.
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
    /// [`NotFinal`] with the payment as it was seen last, when time runs out or asking fails.
    pub async fn until_final(self, poll: Poll) -> Result<Payment, NotFinal<Payment>> {
        until(self, poll, |payment| {
            use PaymentStatus::{Canceled, Failed, Paid, Refunded};
            matches!(payment.status, Some(Paid | Failed | Refunded | Canceled))
        })
        .await
    }
}

impl Call<GetRefund> {
    /// Asks until the refund is completed, failed or rejected. States that this crate does not know are not taken for
    /// an end.
    ///
    /// # Errors
    ///
    /// [`NotFinal`] with the refund as it was seen last, when time runs out or asking fails.
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
    // A deadline that no clock reaches is none.
    let deadline = Instant::now().checked_add(poll.within);
    let mut pause = poll.first;
    let mut last = None;
    loop {
        match call.clone().send().await {
            Ok(value) if is_final(&value) => return Ok(value),
            Ok(value) => last = Some(Box::new(value)),
            Err(error) => return Err(NotFinal { last, error: Some(error) }),
        }
        if deadline.is_some_and(|deadline| Instant::now() + pause >= deadline) {
            return Err(NotFinal { last, error: None });
        }
        sleep(pause).await;
        pause = (pause + pause / 2).min(poll.longest);
    }
}
