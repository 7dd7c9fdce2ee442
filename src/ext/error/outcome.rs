//! What is known about the effect of a call that failed.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::Error;
use super::failure::{Failure, never_connected};

/// What is known about the effect of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request never left: it is safe to repeat.
    NotSent,
    /// The server answered that it did not do it: repeating the same request changes nothing.
    Rejected,
    /// The server answered that it did it (2xx), and the answer could not be read: it broke off, is too large, or has another form.
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
    /// Inferred from HTTP, since the reference prints no errors: a 4xx is a no, except 408, with which a proxy may give
    /// up on a request that the server went on with, and a 429 that is not Django REST Framework's own, which may be about what came
    /// after the request was accepted; a 301, 307 or 308 says that the request went to the wrong address;
    /// everything else after the request was sent is `Unknown`.
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
        if self.0.failure.is_done() {
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
            Failure::Transport { source, .. } if never_connected(source) => Outcome::NotSent,
            Failure::Transport { .. }
            | Failure::Undecodable { .. }
            | Failure::Unidentified { .. }
            | Failure::RepeatedPage => Outcome::Unknown,
            Failure::Status(received) | Failure::TooLarge(received) => match received.status.as_u16() {
                408 => Outcome::Unknown,
                429 if !self.is_throttled() => Outcome::Unknown,
                301 | 307 | 308 | 400..=499 => Outcome::Rejected,
                _ => Outcome::Unknown,
            },
        }
    }

    /// The id of what a request made, from an answer that could not be read as a whole: `refund_public_id` or `refund_id`,
    /// `checkout_id`, `id`. None where the answer does not have one, or broke off.
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
        let body: HashMap<String, &RawValue> = serde_json::from_slice(self.body()?).ok()?;
        let names: &[&str] = match self.operation() {
            Some("create_refund") => &["refund_public_id", "refund_id"],
            Some("create_checkout" | "start_payment_link_checkout") => &["checkout_id"],
            _ => &["id"],
        };
        // Of a name that comes twice, it is not known which one is right.
        let text = String::from_utf8_lossy(self.body()?);
        let once = names.iter().filter(|name| text.matches(&format!("\"{name}\"")).count() == 1);
        once.into_iter().find_map(|name| {
            let written = body.get(*name)?.get();
            match serde_json::from_str::<String>(written) {
                Ok(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
                Err(_) => written.bytes().all(|byte| byte.is_ascii_digit()).then(|| written.to_owned()),
            }
        })
    }
}

impl Failure {
    /// Whether an answer of success came that could not be read. A page of HTML is somebody else's, such as a proxy's.
    fn is_done(&self) -> bool {
        let received = match self {
            Self::Undecodable { received: Some(received), .. }
            | Self::Unidentified { received: Some(received) }
            | Self::Transport { received: Some(received), .. }
            | Self::TooLarge(received) => received,
            _ => return false,
        };
        received.status.is_success() && !received.body.trim_ascii_start().starts_with(b"<")
    }
}
