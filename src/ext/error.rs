//! The one error of the crate.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;
use serde_json::value::RawValue;

use super::{drf, time};
use crate::raw::{self, Received};

/// Why a call failed, and whether money may have moved all the same.
///
/// `Display` tells what failed and names the fields at fault; it never prints what the server wrote, what was sent, or
/// a credential. What the server wrote is had on request, from [`messages`](Self::messages) and [`body`](Self::body):
/// it may repeat what a customer typed, so it is not for logs.
///
/// # Did the money move?
///
/// ND8 documents no idempotency key, so [`outcome`](Self::outcome) is what decides whether a request may be repeated:
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
///     Outcome::Rejected => panic!("{error}"),   // the server said no: repeating changes nothing
///     Outcome::Done => println!("{:?}", error.made_id()), // the server did it, and its answer could not be read
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
    /// Whether an earlier request for the same thing may have taken effect.
    after_unknown: bool,
    /// Whether it failed before what the caller asked for was sent.
    before_sending: bool,
}

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

/// One complaint of the server about one field.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FieldError {
    /// Where, as a JSON pointer into the request: `/billing_country`, `/products/0/quantity`; empty for the whole.
    pub pointer: String,
    /// What is wrong, for people.
    pub message: String,
    /// What is wrong, for programs, where the server says it.
    pub code: Option<String>,
}

impl FieldError {
    pub(super) fn new(pointer: &str, message: &str, code: Option<&str>) -> Self {
        Self { pointer: pointer.to_owned(), message: message.to_owned(), code: code.map(str::to_owned) }
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("pointer", &self.pointer)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// What went wrong, with as much of it as was had.
pub(super) enum Failure {
    /// The door could not be opened.
    Configuration { problem: &'static str, source: Option<Box<dyn StdError + Send + Sync>> },
    /// The caller's arguments make no request that the server could accept.
    Input(Vec<FieldError>),
    /// The request could not be built.
    Request { source: Option<reqwest::Error> },
    /// A hook refused the request before it was sent.
    Refused { problem: String },
    /// No answer came, or a success broke off.
    Transport { source: reqwest::Error, received: Option<Received> },
    /// An answer of success that is not what the document describes.
    Undecodable { received: Option<Received>, line: usize, column: usize },
    /// An answer that is larger than allowed.
    TooLarge(Received),
    /// A page of a list that came before.
    RepeatedPage,
    /// An answer other than success.
    Status(Received),
}

#[cfg(not(target_family = "wasm"))]
fn never_connected(error: &reqwest::Error) -> bool {
    error.is_connect()
}

/// A browser does not tell, so nothing is certain.
#[cfg(target_family = "wasm")]
fn never_connected(_: &reqwest::Error) -> bool {
    false
}

impl Failure {
    /// Whether an answer of success came that could not be read. A page of HTML is somebody else's, such as a proxy's.
    fn is_done(&self) -> bool {
        let received = match self {
            Self::Undecodable { received: Some(received), .. }
            | Self::Transport { received: Some(received), .. }
            | Self::TooLarge(received) => received,
            _ => return false,
        };
        received.status.is_success() && !received.body.trim_ascii_start().starts_with(b"<")
    }

    fn received(&self) -> Option<&Received> {
        match self {
            Self::Status(received) | Self::TooLarge(received) => Some(received),
            Self::Transport { received, .. } | Self::Undecodable { received, .. } => received.as_ref(),
            Self::Configuration { .. } | Self::Input(_) | Self::Request { .. } | Self::Refused { .. } => None,
            Self::RepeatedPage => None,
        }
    }
}

impl Error {
    fn new(operation: Option<&'static raw::Operation>, failure: Failure) -> Self {
        Self(Box::new(Inner { operation, failure, attempts: 0, after_unknown: false, before_sending: false }))
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

    /// The same error, after so many attempts.
    pub(super) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// The same error, of a request that was only to prepare the one that was asked for.
    pub(super) fn before_sending(mut self) -> Self {
        self.0.before_sending = true;
        self
    }

    /// The same error, where an earlier request for the same thing may have taken effect: whatever the last one met with
    /// says nothing about that.
    pub(super) fn after_unknown(mut self) -> Self {
        self.0.after_unknown = true;
        self
    }

    /// Whether the request took effect: no, no, yes, or perhaps.
    ///
    /// This is about all attempts, not only the last: a deletion whose answer was lost and whose repetition was refused may
    /// have happened.
    ///
    /// Inferred from HTTP, since the reference prints no errors: a 4xx is a no, except 408, with which a proxy may give
    /// up on a request that the server went on with; a 301, 307 or 308 says that the request went to the wrong address;
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
            Failure::Transport { .. } | Failure::Undecodable { .. } | Failure::RepeatedPage => {
                Outcome::Unknown
            }
            Failure::Status(received) | Failure::TooLarge(received) => match received.status.as_u16() {
                408 => Outcome::Unknown,
                301 | 307 | 308 | 400..=499 => Outcome::Rejected,
                _ => Outcome::Unknown,
            },
        }
    }

    /// The operation that failed, such as `create_refund`; none while a door is being opened.
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

    /// How many attempts were made. All of them may have reached the server only if the operation is idempotent.
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

    /// The HTTP status of the last answer, if there was one.
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

    /// The server's name for the exchange (`X-Request-Id` and the like), where it gives one.
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
        super::call::request_id(&self.0.failure.received()?.headers)
    }

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

    /// What is wrong, field by field: what this crate found before sending, or what the server complained about, decoded
    /// from the forms that Django REST Framework gives its errors. A complaint about the whole has an empty pointer.
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
    /// assert!(!error.to_string().contains("Exceeds"), "the server's words are not for logs");
    /// # Ok(())
    /// # }
    /// ```
    pub fn messages(&self) -> Vec<FieldError> {
        match &self.0.failure {
            Failure::Status(received) => drf::decode(&received.body),
            Failure::Input(problems) => problems.clone(),
            _ => Vec::new(),
        }
    }

    /// The body of the answer, as it came, as far as it was read. It may hold what a customer typed.
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

    /// The id of what a request made, from an answer that could not be read as a whole: `refund_public_id` or `refund_id`,
    /// `checkout_id`, `id`. None where the answer does not have one, or broke off.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).body(r#"{"refund_public_id": "RFabc123", "amount": []}"#)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert_eq!(error.outcome(), nd8::Outcome::Done);
    /// assert_eq!(error.made_id().as_deref(), Some("RFabc123"));
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
        names.iter().find_map(|name| {
            let written = body.get(*name)?.get();
            match serde_json::from_str::<String>(written) {
                Ok(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
                Err(_) => written.bytes().all(|byte| byte.is_ascii_digit()).then(|| written.to_owned()),
            }
        })
    }

    /// Whether a door could not be opened: its base URL, its name or TLS.
    ///
    /// ```
    /// let error = nd8::Client::builder("key").base_url("not a URL").build().unwrap_err();
    /// assert!(error.is_configuration());
    /// ```
    pub fn is_configuration(&self) -> bool {
        matches!(self.0.failure, Failure::Configuration { .. })
    }

    /// Whether the arguments were refused, by this crate or by the server (400).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), nd8::Error> {
    /// let client = nd8::Client::builder("key").build()?;
    /// let error = client.payments().get("").send().await.unwrap_err();
    /// assert!(error.is_invalid_input());
    /// assert_eq!(error.messages()[0].pointer, "/id");
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_invalid_input(&self) -> bool {
        matches!(self.0.failure, Failure::Input(_)) || self.is_status(400)
    }

    /// Whether no connection could be made, so that nothing was sent.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let unused = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    /// let client = nd8::Client::builder("key").base_url(format!("http://{unused}/api")).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_connect());
    /// assert_eq!(error.outcome(), nd8::Outcome::NotSent);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_connect(&self) -> bool {
        matches!(&self.0.failure, Failure::Transport { source, .. } if never_connected(source))
    }

    /// Whether the time for the call ran out.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let address = silent.local_addr()?;
    /// let client = nd8::Client::builder("key").base_url(format!("http://{address}/api")).build()?;
    /// let call = client.refunds().create("TXabc123", "Returned").timeout(Duration::from_millis(100));
    /// let error = call.send().await.unwrap_err();
    /// assert!(error.is_timeout() && error.is_transport());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(&self.0.failure, Failure::Transport { source, .. } if source.is_timeout())
    }

    /// Whether the connection failed in any way: none could be made, it broke, or time ran out on it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let address = listener.local_addr()?;
    /// # let server = std::thread::spawn(move || {
    /// #     let (mut connection, _) = listener.accept()?;
    /// #     std::io::Read::read(&mut connection, &mut [0; 4096])
    /// # });
    /// # let client = nd8::Client::builder("key").base_url(format!("http://{address}/api")).build()?;
    /// // The server hangs up in the middle of it.
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_transport() && !error.is_connect());
    /// assert_eq!(error.outcome(), nd8::Outcome::Unknown);
    /// # assert!(server.join().expect("does not panic")? > 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_transport(&self) -> bool {
        matches!(self.0.failure, Failure::Transport { .. })
    }

    /// Whether the server has had too many requests (429).
    ///
    /// ```
    /// use nd8::RetryPolicy;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(429)));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let call = client.payments().get("TXabc123").retry(RetryPolicy::never());
    /// assert!(call.send().await.unwrap_err().is_rate_limited());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_rate_limited(&self) -> bool {
        self.is_status(429)
    }

    /// Whether Django REST Framework itself turned the request away, before any code that acts on it: a 429 with the
    /// `detail` that its throttles write. A proxy in front may write a 429 as well, and nobody knows when.
    pub(super) fn is_throttled(&self) -> bool {
        self.throttled().is_some()
    }

    /// The sentence with which Django REST Framework turned the request away. One that only speaks of throttling is somebody
    /// else's: a refund may have been handed over, and its status asked for too often.
    fn throttled(&self) -> Option<String> {
        let by_drf = |message: &FieldError| {
            message.pointer.is_empty()
                && (message.code.as_deref() == Some("throttled")
                    || message.message.starts_with("Request was throttled."))
        };
        let mut messages = if self.is_rate_limited() { self.messages() } else { Vec::new() }.into_iter();
        messages.find(by_drf).map(|message| message.message)
    }

    fn is_status(&self, status: u16) -> bool {
        matches!(&self.0.failure, Failure::Status(received) if received.status == status)
    }

    /// Whether the credential was missing or wrong (401).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// let client = nd8::Client::builder("no key of theirs").base_url(sandbox.base_url()).build()?;
    /// let error = client.payments().get("TXabc123").send().await.unwrap_err();
    /// assert!(error.is_unauthorized());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_unauthorized(&self) -> bool {
        self.is_status(401)
    }

    /// Whether the credential does not allow this (403), such as an API key without the scope.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// let key = sandbox.create_api_key(&[nd8_sandbox::Scope::CheckoutCreate]);
    /// let client = nd8::Client::builder(key).base_url(sandbox.base_url()).build()?;
    /// let error = client.payments().get("TXabc123").send().await.unwrap_err();
    /// assert!(error.is_forbidden());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_forbidden(&self) -> bool {
        self.is_status(403)
    }

    /// Whether there is no such thing (404).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = nd8_sandbox::Sandbox::start().await?;
    /// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let error = client.refunds().get("RFnone").send().await.unwrap_err();
    /// assert!(error.is_not_found());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.is_status(404)
    }

    /// Whether the server answered with a redirect. Redirects are never followed: a POST would silently become a GET.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(302).header("location", "https://elsewhere.test/")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_redirect());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_redirect(&self) -> bool {
        matches!(&self.0.failure, Failure::Status(received) if received.status.is_redirection())
    }

    /// Whether an answer of success could not be read: what was asked for has most likely been done.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).body("<p>Done.</p>")));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// let error = client.refunds().create("TXabc123", "Returned").send().await.unwrap_err();
    /// assert!(error.is_decode());
    /// assert_eq!(error.outcome(), nd8::Outcome::Unknown);
    /// assert_eq!(error.body(), Some(&b"<p>Done.</p>"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_decode(&self) -> bool {
        matches!(self.0.failure, Failure::Undecodable { .. })
    }

    /// Whether a list went in circles: a page came that had come before.
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let refund = serde_json::json!({"id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
    /// #     "status": "completed", "created_at": "2026-01-31T12:00:00Z"});
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).json_body(serde_json::json!([refund]))));
    /// # let client = nd8::Client::builder("key").base_url(server.base_url()).build()?;
    /// // The server doesn't know about pages, and answers each time with all there is.
    /// let refunds = client.refunds().list().page_size(1).items();
    /// let error = refunds.try_collect::<Vec<_>>().await.unwrap_err();
    /// assert!(error.is_repeated_page());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_repeated_page(&self) -> bool {
        matches!(self.0.failure, Failure::RepeatedPage)
    }

    /// Whether an answer was larger than is read.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = httpmock::MockServer::start_async().await;
    /// # server.mock(|_, then| drop(then.status(200).body("[] and on it goes")));
    /// let client = nd8::Client::builder("key").base_url(server.base_url()).max_body(2).build()?;
    /// let error = client.refunds().list().send().await.unwrap_err();
    /// assert!(error.is_too_large());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_too_large(&self) -> bool {
        matches!(self.0.failure, Failure::TooLarge(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{}: ", operation.id)?;
        }
        match &self.0.failure {
            Failure::Configuration { problem, .. } => f.write_str(problem)?,
            Failure::Input(problems) => {
                f.write_str("nothing was sent:")?;
                for (index, problem) in problems.iter().enumerate() {
                    // These texts are ours, and repeat nothing of what was given.
                    write!(
                        f,
                        "{}{} {}",
                        if index == 0 { " " } else { ", " },
                        problem.pointer,
                        problem.message
                    )?;
                }
            }
            Failure::Request { .. } => f.write_str("the request could not be built")?,
            Failure::Refused { problem } => write!(f, "the request was not sent: {problem}")?,
            Failure::Transport { source, .. } if never_connected(source) => {
                f.write_str("no connection could be made")?
            }
            Failure::Transport { source, .. } if source.is_timeout() => {
                f.write_str("no answer came in time")?
            }
            Failure::Transport { received: None, .. } => f.write_str("no answer came")?,
            Failure::Transport { received: Some(_), .. } => f.write_str("the answer broke off")?,
            Failure::Undecodable { received: Some(received), .. } if received.body.is_empty() => {
                write!(f, "the response ({}) has an empty body", received.status)?;
            }
            Failure::Undecodable { line, column, .. } => {
                write!(f, "the answer is not what the API describes (line {line}, column {column})")?;
            }
            Failure::RepeatedPage => f.write_str("the server gave a page again that it gave before")?,
            Failure::TooLarge(received) => write!(f, "the answer ({}) is too large", received.status)?,
            Failure::Status(received) => {
                write!(f, "the server answered {}", received.status)?;
                let fields = drf::printable_pointers(&self.messages());
                if !fields.is_empty() {
                    write!(f, " because of {}", fields.join(", "))?;
                }
            }
        }
        match self.0.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, " (after {attempts} attempts)"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("message", &self.to_string()).field("outcome", &self.outcome());
        if let Some(received) = self.0.failure.received() {
            debug.field("body", &format_args!("[{} bytes]", received.body.len()));
        }
        if let Some(source) = self.source() {
            debug.field("source", &format_args!("{source}"));
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.failure {
            Failure::Configuration { source, .. } => {
                source.as_deref().map(|source| source as &(dyn StdError + 'static))
            }
            Failure::Request { source } => source.as_ref().map(|source| source as &(dyn StdError + 'static)),
            Failure::Transport { source, .. } => Some(source),
            _ => None,
        }
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
