//! One call, from its options to its answer: every call of every door passes here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::claims::Ticket;
use super::core::{Core, Limits};
use super::error::{Bound, Failure};
use super::time::{Instant, sleep};
use super::{Error, FieldError, Outcome, Response, RetryPolicy, envelope, headers, retry};
use crate::raw::{self, End, Exchange, Received, ResponseValue};

/// What a call asks for: [`CreateRefund`](crate::CreateRefund) and its like. Sealed.
///
/// A call of any request can be sent from a task of its own, also in generic code:
///
/// ```
/// use nd8::{Call, Error, Request};
/// use tokio::task::JoinHandle;
///
/// fn spawn<R: Request>(call: Call<R>) -> JoinHandle<Result<R::Output, Error>> {
///     tokio::spawn(call.send())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// let error = spawn(client.payments().get("TXnone")).await?.unwrap_err();
/// assert!(error.is_not_found());
/// # Ok(())
/// # }
/// ```
pub trait Request: sealed::Attempt<Value = Self::Output> + Send + Sync + 'static {
    /// What a success gives.
    type Output: From<<Self as sealed::Attempt>::Answer> + Send + 'static;
}

pub(super) mod sealed {
    use super::{FieldError, ResponseValue, Ticket, raw};

    /// `Send`, except in a browser, where no future of a request is.
    #[cfg(not(target_family = "wasm"))]
    pub trait MaybeSend: Send {}
    #[cfg(not(target_family = "wasm"))]
    impl<T: Send> MaybeSend for T {}
    #[cfg(target_family = "wasm")]
    pub trait MaybeSend {}
    #[cfg(target_family = "wasm")]
    impl<T> MaybeSend for T {}

    /// How a request is made through the generated client.
    pub trait Attempt {
        /// What the generated client gives.
        type Answer: Send;
        /// What callers get.
        type Value;
        const OPERATION: &'static str;

        /// What the server would surely refuse. Nothing is sent if there is anything.
        fn check(&self) -> Vec<FieldError> {
            Vec::new()
        }

        /// Whether repeating the request changes nothing more.
        fn is_idempotent(&self) -> bool {
            raw::operation(Self::OPERATION).is_some_and(|operation| operation.idempotent)
        }

        /// Whether the request only reads, so that it does not matter whether it arrived.
        fn is_read(&self) -> bool {
            raw::operation(Self::OPERATION)
                .is_some_and(|operation| matches!(operation.method, "GET" | "HEAD"))
        }

        /// Whether a success without a body is a response: something was changed, and nothing is missing that was asked for.
        fn accepts_empty(&self) -> bool {
            false
        }

        /// The field that only a sandbox may see, if it is set.
        fn for_sandboxes(&self) -> Option<&'static str> {
            None
        }

        /// The query that takes the place of the request's own.
        fn query(&self) -> Option<String> {
            None
        }

        /// What is wrong with the use of this request, whatever the server would do with it.
        fn misuse(&self) -> Option<FieldError> {
            None
        }

        /// Whether a response came before, so that going on from it would never end.
        fn is_repeated(&self, _answer: &Self::Answer) -> bool {
            false
        }

        /// Registers the request before it is sent, if other calls have to know of it.
        fn register(&self, _server: &str) -> Option<Ticket> {
            None
        }

        /// The names of what a response says was made.
        fn made(_value: &Self::Value) -> Vec<String> {
            Vec::new()
        }

        /// Whether a response names the thing that it is about.
        fn is_identified(&self, _answer: &Self::Answer) -> bool {
            true
        }

        /// Whether a response has the id of what it is about. One that has not may be in an envelope.
        fn has_id(&self, answer: &Self::Answer) -> bool {
            self.is_identified(answer)
        }

        /// Reads a response from an envelope around it.
        fn open(&self, _body: &[u8]) -> Option<Self::Answer> {
            None
        }

        /// Sends the request once.
        fn attempt(
            &self,
            raw: &raw::Client,
        ) -> impl Future<Output = Result<ResponseValue<Self::Answer>, raw::Error<()>>> + MaybeSend;
    }
}

/// A call that is ready to be sent: its request, and how to send it.
///
/// Setters of the request itself stand further down, sorted by request. What is set here holds for this call only; the
/// defaults are those of the door's [`Builder`](crate::Builder).
///
/// # Example: options for one call
///
/// ```
/// use std::time::Duration;
/// use nd8::RetryPolicy;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let client = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
/// let response = client
///     .refunds()
///     .list()
///     .page_size(10)
///     .timeout(Duration::from_secs(5))
///     .retry(RetryPolicy::never())
///     .header("x-trace", "4711")
///     .send_with_response()
///     .await?;
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.body(), b"[]");
/// assert!(response.value().is_empty());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until `send` is called"]
pub struct Call<R> {
    core: Arc<Core>,
    pub(super) request: R,
    limits: Limits,
    retry: Option<RetryPolicy>,
    headers: HeaderMap,
    header_problem: Option<&'static str>,
    checked: bool,
}

impl<R> Call<R> {
    pub(super) fn new(core: &Arc<Core>, request: R) -> Self {
        Self {
            core: Arc::clone(core),
            request,
            limits: core.limits,
            retry: None,
            headers: HeaderMap::new(),
            header_problem: None,
            checked: true,
        }
    }

    /// Another request, with the same options.
    pub(super) fn with<S>(&self, request: S) -> Call<S> {
        let Self { core, limits, retry, headers, header_problem, checked, request: _ } = self;
        let (core, retry, headers) = (Arc::clone(core), retry.clone(), headers.clone());
        let (limits, header_problem, checked) = (*limits, *header_problem, *checked);
        Call { core, request, limits, retry, headers, header_problem, checked }
    }

    /// The base URL, by which calls to the same server are known.
    pub(super) fn server(&self) -> &str {
        &self.core.raw.baseurl
    }

    /// How long the call may take, with all its attempts and the waits between them. An attempt that begins late has what is left.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long one attempt may take. More than the [`timeout`](Self::timeout) of the call has no effect.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt_timeout = timeout;
        self
    }

    /// How often a failed attempt is repeated, where repeating is safe.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sends one more header, or another value of one.
    ///
    /// The credential cannot be replaced, nor what frames the request or its body: `Authorization`, `Host`, `Content-Length`,
    /// `Transfer-Encoding`, `Connection` and the like make the call fail with [`is_invalid_input`](Error::is_invalid_input) before anything
    /// is sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        // Reported when the call is sent, like everything else that is wrong with it.
        match headers::read(name, value) {
            Ok((name, value)) => _ = self.headers.insert(name, value),
            Err(problem) => self.header_problem = Some(problem),
        }
        self
    }

    /// Takes at most this long, whatever the timeout.
    pub(super) fn within(mut self, time: Duration) -> Self {
        self.limits.timeout = self.limits.timeout.min(time);
        self
    }

    /// Sends the request even if this crate is sure that the server will refuse it: the server has the last word, and may
    /// have changed its mind.
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }
}

impl<R: Request> Call<R> {
    /// Sends the request, and repeats it where that is safe and promising ([`RetryPolicy`]).
    ///
    /// # Errors
    ///
    /// See [`Error`]; the method that made this call tells what is particular to it.
    pub async fn send(self) -> Result<R::Output, Error> {
        Ok(self.send_with_response().await?.value)
    }

    /// Like [`send`](Self::send), and keeps the answer that the value was read from.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    pub async fn send_with_response(self) -> Result<Response<R::Output>, Error> {
        // Looked up only for those who listen.
        let span = tracing::debug_span!(
            "nd8.call",
            operation = R::OPERATION,
            method = raw::operation(R::OPERATION).map(|operation| operation.method),
            path = raw::operation(R::OPERATION).map(|operation| operation.path),
            attempts = Empty,
            status = Empty,
            request_id = Empty,
        );
        let call = async {
            let result = self.attempts().await;
            let span = tracing::Span::current();
            match &result {
                // Nobody listens, as a rule.
                Ok(_) if span.is_disabled() => {}
                Ok(response) => {
                    record(&span, response.attempts, Some(response.status), response.request_id())
                }
                Err(error) => {
                    record(&span, error.attempts(), error.status(), error.request_id());
                    tracing::debug!(outcome = ?error.outcome(), "the call failed");
                }
            }
            result
        };
        call.instrument(span).await
    }

    async fn attempts(self) -> Result<Response<R::Output>, Error> {
        self.check()?;
        let ticket = self.request.register(self.server());
        let policy = self.retry.as_ref().unwrap_or(&self.core.retry);
        // A deadline that no clock reaches is none.
        let deadline = Instant::now().checked_add(self.limits.timeout);
        let remaining =
            || deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let mut attempts = 0;
        let mut may_have_happened = false;
        loop {
            attempts += 1;
            let span = tracing::debug_span!("nd8.attempt", attempt = attempts);
            let (left, Limits { timeout, attempt_timeout, .. }) = (remaining(), self.limits);
            let (time, bound) = match left < attempt_timeout {
                true => (left, Bound::Call(timeout)),
                false => (attempt_timeout, Bound::Attempt(attempt_timeout)),
            };
            let mut error = match self.attempt(time).instrument(span).await {
                Ok(mut response) => {
                    self.core.budget.succeeded();
                    response.attempts = attempts;
                    if let Some(ticket) = ticket {
                        ticket.made(&R::made(&response.value));
                    }
                    return Ok(response);
                }
                Err(error) => error.after(attempts).within(bound),
            };
            may_have_happened |=
                matches!(error.outcome(), Outcome::Unknown | Outcome::Done) && !self.request.is_read();
            if may_have_happened {
                error = error.after_unknown();
            }
            // A write that the server confirmed is never repeated; a read is, because its data is still missing.
            let is_done = error.outcome() == Outcome::Done && !self.request.is_read();
            let may_repeat = self.request.is_idempotent() && !is_done;
            let wait = policy.wait(attempts, may_repeat, &error, remaining(), retry::jitter);
            let Some(wait) = wait.filter(|_| self.core.budget.take()) else {
                if let Some(ticket) = ticket {
                    ticket.failed(&error);
                }
                return Err(error);
            };
            tracing::debug!(attempt = attempts, wait = ?wait, status = error.status().map(|it| it.as_u16()), "repeating");
            sleep(wait).await;
        }
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems = if self.checked { self.request.check() } else { Vec::new() };
        problems.extend(self.request.misuse());
        // Not a matter of `unchecked`: in production, nothing is to be simulated.
        if let Some(pointer) = self.request.for_sandboxes().filter(|_| !self.core.is_sandbox()) {
            problems.push(FieldError::new(
                pointer,
                "is for sandboxes, and the base URL is not known to be one",
                None,
            ));
        }
        if let Some(problem) = self.header_problem {
            problems.push(FieldError::new("", problem, None));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::input(R::OPERATION, problems)) }
    }

    async fn attempt(&self, timeout: Duration) -> Result<Response<R::Output>, Error> {
        let exchange = Arc::new(Exchange::new(
            self.headers.clone(),
            self.request.query(),
            timeout,
            self.limits.max_body,
        ));
        let raw = raw::Client {
            baseurl: self.core.raw.baseurl.clone(),
            client: self.core.http.current(),
            inner: self.core.raw.inner.with_exchange(Arc::clone(&exchange)),
        };
        let result = self.request.attempt(&raw).await;
        drop(raw);
        // The last of its owners: what came back can be taken out of it.
        let received = Arc::into_inner(exchange).and_then(Exchange::into_received);
        let failure = match (result, received) {
            (_, Some(received)) if received.end == End::TooLarge => Failure::TooLarge(received),
            (Ok(response), _) if self.request.is_repeated(&response) => Failure::RepeatedPage,
            (Ok(_), Some(received)) if received.is_blank() && !self.request.accepts_empty() => {
                Failure::Undecodable { received: Some(received), line: 1, column: 0 }
            }
            (Ok(response), received) if self.request.has_id(&response) => {
                return Ok(respond(response.status(), response.into_inner(), received));
            }
            (_, Some(received)) if reports_failure(R::OPERATION, &received) => {
                Failure::Contradictory(received)
            }
            (result, received) => match (self.opened(received.as_ref()), result) {
                (Some((status, answer)), _) => return Ok(respond(status, answer, received)),
                (None, Ok(response)) if self.request.is_identified(&response) => {
                    return Ok(respond(response.status(), response.into_inner(), received));
                }
                (None, Ok(_)) => Failure::Unidentified { received },
                (None, Err(error)) => failure(error, received),
            },
        };
        Err(Error::call(R::OPERATION, failure))
    }

    /// Returns the response in an envelope, if there is one.
    #[cold]
    fn opened(&self, received: Option<&Received>) -> Option<(StatusCode, R::Answer)> {
        let received = received.filter(|it| it.status.is_success() && it.end == End::Complete)?;
        let answer = self.request.open(&received.body).filter(|answer| self.request.is_identified(answer))?;
        Some((received.status, answer))
    }
}

/// Returns whether a response of success reports a failure.
#[cold]
fn reports_failure(operation: &str, received: &Received) -> bool {
    let is_success = received.status.is_success() && received.end == End::Complete;
    is_success && envelope::reports_failure(operation, &received.body)
}

/// Makes a response of its value and what came.
#[inline(always)]
fn respond<A, T: From<A>>(status: StatusCode, answer: A, received: Option<Received>) -> Response<T> {
    let (headers, body) = received.map(|it| (it.headers, it.body)).unwrap_or_default();
    Response { status, headers, body, attempts: 0, value: answer.into() }
}

impl<R: Clone> Clone for Call<R> {
    fn clone(&self) -> Self {
        self.with(self.request.clone())
    }
}

impl<R: fmt::Debug> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Extra headers may hold anything.
        f.debug_struct("Call")
            .field("request", &self.request)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn record(span: &tracing::Span, attempts: u32, status: Option<StatusCode>, request_id: Option<&str>) {
    span.record("attempts", attempts);
    if let Some(status) = status {
        span.record("status", status.as_u16());
    }
    if let Some(request_id) = request_id {
        span.record("request_id", request_id);
    }
}

/// Makes ours of what the generated client reports. It describes no answers but those of success; every other one is in the
/// exchange, whole.
fn failure(error: raw::Error<()>, received: Option<Received>) -> Failure {
    let received = match received {
        Some(received) if !received.status.is_success() => return Failure::Status(received),
        received => received,
    };
    match error {
        raw::Error::Custom(problem) => Failure::Refused { problem },
        raw::Error::InvalidRequest(_) => Failure::Request { source: None },
        raw::Error::CommunicationError(error) if error.is_builder() => {
            Failure::Request { source: Some(error.without_url()) }
        }
        raw::Error::CommunicationError(error)
        | raw::Error::ResponseBodyError(error)
        | raw::Error::InvalidUpgrade(error) => Failure::Transport { source: error.without_url(), received },
        // An error of serde_json about a body has a line, and one of ours has not.
        raw::Error::InvalidResponsePayload(_, error) if error.line() == 0 => {
            Failure::InvalidPage { received, problem: error.to_string() }
        }
        raw::Error::InvalidResponsePayload(_, error) => {
            Failure::Undecodable { received, line: error.line(), column: error.column() }
        }
        // Only the raw client by itself, which has no exchange, hands an answer on.
        raw::Error::UnexpectedResponse(_) | raw::Error::ErrorResponse(_) => Failure::Request { source: None },
    }
}
