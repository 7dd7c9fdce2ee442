//! Classifies the effect of a failed call: a caller that moves money has to know it before anything else.

use super::Error;
use super::failure::{Failure, was_not_processed};
use crate::ext::envelope;
use crate::raw::RawResponse;

/// Effect of a failed call, where known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request was never sent, or the server refused its HTTP/2 stream unread: it is safe to repeat.
    NotSent,
    /// The response reports that nothing was done: repeating the same request changes nothing.
    Rejected,
    /// The server reported success (2xx), and the response could not be read: it broke off, is too large, or has another form.
    /// A body that cannot be the API's, such as HTML or plain text, may be a proxy's, and is `Unknown`; so is one that
    /// reports a failure, such as `"success": false`.
    /// [`Error::body`] returns the received bytes, and [`Error::made_id`] the id of the created object, if it can be found.
    Done,
    /// The request may have taken effect. Look it up before anything that moves money is sent again.
    Unknown,
}

impl Error {
    /// Returns whether the request took effect, where known.
    ///
    /// This covers all attempts, not only the last: a deletion whose response was lost and whose repetition was refused may
    /// have been carried out.
    ///
    /// Inferred from HTTP, since the reference documents no errors. A 4xx is `Rejected`, except 408 and codes of no standard (such as
    /// 460 and 499), with which a proxy may abandon a request that the server still processes, and except a 429 that is not
    /// Django REST Framework's own, which may concern a later step of an accepted request. A 301, 307 or 308 is `Rejected`:
    /// the request went to the wrong address. Everything else after the request was sent is `Unknown`.
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
            | Failure::Refused { .. }
            | Failure::NoTime => Outcome::NotSent,
            Failure::Transport { source, received: None } if was_not_processed(source) => Outcome::NotSent,
            Failure::Transport { .. }
            | Failure::Undecodable { .. }
            | Failure::Unidentified { .. }
            | Failure::Contradictory(_)
            | Failure::InvalidPage { .. }
            | Failure::RepeatedPage
            | Failure::IncompleteList { .. } => Outcome::Unknown,
            Failure::Status(received) | Failure::TooLarge(received) => match received.status.as_u16() {
                // A proxy may send a 408 for a request that it has already passed on.
                408 => Outcome::Unknown,
                429 if !self.is_throttled() => Outcome::Unknown,
                405 if self.is_of_another_method(received) => Outcome::Unknown,
                // A 302 or 303 is the usual response to a POST that has taken effect, so only the other redirects are refusals.
                301 | 307 | 308 | 400..=431 | 451 => Outcome::Rejected,
                _ => Outcome::Unknown,
            },
        }
    }

    /// Returns whether a 405 allows the method of this operation. Then an HTTP client of the caller followed a redirect to
    /// the same address with a GET, and the outcome of the request itself is unknown.
    fn is_of_another_method(&self, received: &RawResponse) -> bool {
        let method = self.0.operation.map_or("", |operation| operation.method);
        let allowed =
            received.headers.get_all(http::header::ALLOW).iter().filter_map(|allowed| allowed.to_str().ok());
        allowed.flat_map(|allowed| allowed.split(',')).any(|allowed| allowed.trim() == method)
    }

    /// Returns the id of the object that a request created, from a response that could not be read as a whole:
    /// `refund_public_id` or `refund_id`,
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
        // Without a reported success, an id in the body may be that of an object that was not created.
        if self.outcome() != Outcome::Done {
            return None;
        }
        envelope::made_id(self.operation().unwrap_or_default(), self.body()?)
    }
}

impl Failure {
    /// Returns whether a response of success came that could not be read, and whose readable part reports no failure.
    fn is_done(&self, operation: &str) -> bool {
        let received = match self {
            Self::Undecodable { received: Some(received), .. }
            | Self::InvalidPage { received: Some(received), .. }
            | Self::Unidentified { received: Some(received) }
            | Self::Transport { received: Some(received), .. }
            | Self::TooLarge(received) => received,
            _ => return false,
        };
        // A proxy may send a web page with a 200, so the status alone proves no success.
        received.status.is_success()
            && !received.is_foreign()
            && !envelope::reports_failure(operation, &received.body)
    }
}
