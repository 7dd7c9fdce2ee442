//! Error type of the crate: opaque, with predicates, so that new causes do not break callers.

mod body;
mod display;
mod failure;
mod field;
mod kind;
mod outcome;
mod retry_after;
// Its clients are built as those of programs are, so they need TLS as soon as another crate of the graph turns rustls on.
#[cfg(all(test, any(feature = "native-tls", feature = "rustls-aws-lc", feature = "rustls-ring")))]
mod tests;

use std::error::Error as StdError;
use std::sync::OnceLock;

use http::StatusCode;

use self::body::ErrorBody;
pub(super) use self::failure::{Bound, Failure};
pub use self::field::FieldError;
pub use self::outcome::Outcome;
use crate::raw;

/// Reason why a call failed, and whether money may have moved nevertheless.
///
/// `Display` prints what failed and names the fields at fault; it never prints what the server wrote, what was sent, or
/// a credential. The server's text is available from [`messages`](Self::messages) and [`body`](Self::body): it
/// may repeat personal data of a customer, so it must not be logged.
///
/// # Did the money move?
///
/// ND8 documents no idempotency key, so [`outcome`](Self::outcome) decides whether a request may be repeated:
///
/// ```
/// # use nd8::{Client, Error, Outcome};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let unused = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
/// let client = Client::builder("key").base_url(format!("http://{unused}/api")).build()?;
/// let error = client.refunds().create("TXabc123", "Customer request").send().await.unwrap_err();
/// match error.outcome() {
///     Outcome::NotSent => {}                    // nothing left this machine: repeat at will
///     Outcome::Rejected => panic!("{error}"),   // the server refused: repeating changes nothing
///     Outcome::Done => println!("{:?}", error.made_id()), // done, but the response could not be read
///     Outcome::Unknown => panic!("look it up"), // it may have happened: never repeat blindly
/// }
/// assert!(error.is_connect());
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    operation: Option<&'static raw::Operation>,
    failure: Failure,
    attempts: u32,
    /// Setting that limited the last attempt.
    bound: Option<Bound>,
    /// Is true if an earlier request for the same thing may have taken effect.
    after_unknown: bool,
    /// Is true if a preparing request failed, before the request of the caller was sent.
    before_sending: bool,
    /// Parsed body. Parsed on first use: most callers need only the status.
    error_body: OnceLock<ErrorBody>,
}

impl Error {
    fn new(operation: Option<&'static raw::Operation>, failure: Failure) -> Self {
        let (after_unknown, before_sending) = (false, false);
        let (bound, error_body) = (None, OnceLock::new());
        let attempts = 0;
        Self(Box::new(Inner {
            operation,
            failure,
            attempts,
            bound,
            after_unknown,
            before_sending,
            error_body,
        }))
    }

    pub(super) fn call(operation: &'static str, failure: Failure) -> Self {
        Self::new(raw::operation(operation), failure)
    }

    pub(super) fn input(operation: &'static str, problems: Vec<FieldError>) -> Self {
        Self::call(operation, Failure::Input(problems))
    }

    pub(super) fn configuration(
        problem: &'static str,
        source: impl StdError + Send + Sync + 'static,
    ) -> Self {
        let failure = Failure::Configuration { problem, source: Some(Box::new(source)) };
        Self::new(None, failure)
    }

    pub(super) fn configuration_problem(problem: &'static str) -> Self {
        let failure = Failure::Configuration { problem, source: None };
        Self::new(None, failure)
    }

    /// Sets the number of attempts.
    pub(super) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Records the setting that limited the last attempt.
    pub(super) fn within(mut self, bound: Bound) -> Self {
        self.0.bound = Some(bound);
        self
    }

    /// Marks the error as that of a preparing request: the request of the caller was not sent.
    pub(super) fn before_sending(mut self) -> Self {
        self.0.before_sending = true;
        self
    }

    /// Marks the error as following a request that may have taken effect. The failure of the last request does not change that.
    pub(super) fn after_unknown(mut self) -> Self {
        self.0.after_unknown = true;
        self
    }

    /// Returns the operation that failed, such as `create_refund`; `None` for an error of building a client.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = nd8::Client::builder("key").build()?;
    /// let error = client.payments().get("").send().await.unwrap_err();
    /// assert_eq!(error.operation(), Some("get_payment"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation.map(|operation| operation.id)
    }

    /// Returns the number of attempts. More than one can have taken effect only if the operation is idempotent.
    ///
    /// ```
    /// use std::time::Duration;
    /// use nd8::RetryPolicy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(503)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let hasty = RetryPolicy::default().max_attempts(3).backoff(Duration::ZERO, Duration::ZERO);
    /// let error = client.payments().get("TXabc123").retry(hasty.clone()).send().await.unwrap_err();
    /// assert_eq!(error.attempts(), 3);
    /// let error = client.refunds().create("TXabc123", "Returned").retry(hasty).send().await.unwrap_err();
    /// assert_eq!(error.attempts(), 1, "it may have been made");
    /// # Ok(())
    /// # }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns the HTTP status of the last response, if there was one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(409)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().get("RFabc123").send().await.unwrap_err();
    /// assert_eq!(error.status().map(|status| status.as_u16()), Some(409));
    /// # Ok(())
    /// # }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        self.0.failure.received().map(|received| received.status)
    }

    /// Returns the server's id of the request (`X-Request-Id` and similar), if it sent one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(404).header("x-request-id", "5f2c")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().get("RFabc123").send().await.unwrap_err();
    /// assert_eq!(error.request_id(), Some("5f2c"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        crate::ext::response::request_id(&self.0.failure.received()?.headers)
    }

    /// Returns the error of each field: those that this crate found before sending, or those that the server reported.
    ///
    /// Reads the forms that Django REST Framework and its extensions give their errors, and those of JSON:API, RFC 9457,
    /// FastAPI, Laravel, Spring, Rails and others; pointers lead into the request, whatever envelopes are around the errors.
    /// An error of the whole request, or of a header, has an empty pointer. Members that describe the response, and fields
    /// of an object such as a refund, are no errors. A body that is not JSON or is larger than 1 MiB yields none, and at
    /// most 100 errors are returned; [`body`](Self::body) has the rest. The body is parsed once.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(400).body(r#"{"amount":["Exceeds what is left."]}"#)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// let messages = error.messages();
    /// assert_eq!(messages[0].pointer, "/amount");
    /// assert_eq!(messages[0].message, "Exceeds what is left.");
    /// assert!(!error.to_string().contains("Exceeds"), "the server's text must not be logged");
    /// # Ok(())
    /// # }
    /// ```
    pub fn messages(&self) -> Vec<FieldError> {
        self.violations().to_vec()
    }

    fn violations(&self) -> &[FieldError] {
        match &self.0.failure {
            Failure::Input(problems) => problems,
            _ => &self.error_body().violations,
        }
    }

    /// Returns the parsed body of a response other than success.
    fn error_body(&self) -> &ErrorBody {
        self.0.error_body.get_or_init(|| match &self.0.failure {
            Failure::Status(received) => ErrorBody::read(&received.body),
            _ => ErrorBody::default(),
        })
    }

    /// Returns the bytes of the body, as far as they were read. They may hold personal data of a customer.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(502).body("<h1>Bad gateway</h1>")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert_eq!(error.body(), Some(&b"<h1>Bad gateway</h1>"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn body(&self) -> Option<&[u8]> {
        self.0.failure.received().map(|received| &received.body[..])
    }
}
