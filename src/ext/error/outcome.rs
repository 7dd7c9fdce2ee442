//! What is known about the effect of a call that failed.

use super::Error;
use super::failure::{Failure, was_not_processed};
use crate::ext::envelope;
use crate::raw::Received;

/// What is known about the effect of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request never left, or the server refused its HTTP/2 stream unread: it is safe to repeat.
    NotSent,
    /// The server answered that it did not do it: repeating the same request changes nothing.
    Rejected,
    /// The server answered that it did it (2xx), and the answer could not be read: it broke off, is too large, or has another form.
    /// A body that cannot be the API's, such as HTML or plain text, may be a proxy's, and is `Unknown`; so is one that reports a failure,
    /// such as `"success": false`.
    /// [`Error::body`] has what came, and [`Error::made_id`] the id of what was made, where it can be found.
    Done,
    /// It may have happened. Look before anything that moves money is sent again.
    Unknown,
}

impl Error {
    /// Whether the request took effect: no, no, yes, or perhaps.
    ///
    /// This is about all attempts, not only the last: a deletion whose answer was lost and whose repetition was refused may
    /// have happened.
    ///
    /// Inferred from HTTP, since the reference prints no errors: a 4xx is a no, except 408 and what is in no standard (such as 460 and
    /// 499), with which a proxy may give up on a request that the server went on with, and a 429 that is not Django REST Framework's
    /// own, which may be about what came after the request was accepted; a 301, 307 or 308 says that the request went to the wrong
    /// address; everything else after the request was sent is `Unknown`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(400)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert_eq!(error.outcome(), nd8::Outcome::Rejected);
    /// let error = client.payments().get("").send().await.unwrap_err();
    /// assert_eq!(error.outcome(), nd8::Outcome::NotSent);
    /// # Ok(())
    /// # }
    /// ```
    pub fn outcome(&self) -> Outcome {
        if self.0.before_sending {
            return Outcome::NotSent;
        }
        if self.0.failure.is_done(self.operation().unwrap_or_default()) {
            return Outcome::Done;
        }
        if self.0.after_unknown {
            return Outcome::Unknown;
        }
        match &self.0.failure {
            Failure::Configuration { .. }
            | Failure::Input(_)
            | Failure::Request { .. }
            | Failure::Refused { .. } => Outcome::NotSent,
            Failure::Transport { source, received: None } if was_not_processed(source) => Outcome::NotSent,
            Failure::Transport { .. }
            | Failure::Undecodable { .. }
            | Failure::Unidentified { .. }
            | Failure::Contradictory(_)
            | Failure::InvalidPage { .. }
            | Failure::RepeatedPage
            | Failure::IncompleteList { .. } => Outcome::Unknown,
            Failure::Status(received) | Failure::TooLarge(received) => match received.status.as_u16() {
                408 => Outcome::Unknown,
                429 if !self.is_throttled() => Outcome::Unknown,
                405 if self.is_of_another_method(received) => Outcome::Unknown,
                301 | 307 | 308 | 400..=431 | 451 => Outcome::Rejected,
                _ => Outcome::Unknown,
            },
        }
    }

    /// Whether a 405 allows the method of this operation: an HTTP client of the caller's followed a redirect to the same address with a
    /// GET, and what became of the request itself is not known.
    fn is_of_another_method(&self, received: &Received) -> bool {
        let method = self.0.operation.map_or("", |operation| operation.method);
        let allowed =
            received.headers.get_all(http::header::ALLOW).iter().filter_map(|allowed| allowed.to_str().ok());
        allowed.flat_map(|allowed| allowed.split(',')).any(|allowed| allowed.trim() == method)
    }

    /// Returns the id of what a request made, from a response that could not be read as a whole: `refund_public_id` or `refund_id`,
    /// `checkout_id`, `id`, also in an envelope such as `{"data": {…}}`. Of a response that broke off, what comes before is read.
    /// None where there is no such id, or more than one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).body(r#"{"checkout_id": "org1-1-a", "checkout_url": null}"#)));
    /// # let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    /// # let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(60_00, 2));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// // The page to send the customer to is missing.
    /// let error = client.checkouts().create(billing, [mug]).send().await.unwrap_err();
    /// assert_eq!(error.outcome(), nd8::Outcome::Done);
    /// assert_eq!(error.made_id().as_deref(), Some("org1-1-a"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn made_id(&self) -> Option<String> {
        if self.outcome() != Outcome::Done {
            return None;
        }
        envelope::made_id(self.operation().unwrap_or_default(), self.body()?)
    }
}

impl Failure {
    /// Whether a response of success came that could not be read, and that reports no failure as far as it goes.
    fn is_done(&self, operation: &str) -> bool {
        let received = match self {
            Self::Undecodable { received: Some(received), .. }
            | Self::InvalidPage { received: Some(received), .. }
            | Self::Unidentified { received: Some(received) }
            | Self::Transport { received: Some(received), .. }
            | Self::TooLarge(received) => received,
            _ => return false,
        };
        received.status.is_success()
            && !received.is_foreign()
            && !envelope::reports_failure(operation, &received.body)
    }
}
