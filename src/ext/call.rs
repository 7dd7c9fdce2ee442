//! Runs a call: its options, its attempts, and the reading of its response. Every call of every client passes here.
//!
//! One generic `Call<R>` serves all requests, rather than a type per operation, so that options, retries and deadlines are
//! written once. The setters of a request are an `impl Call<CreateRefund>` in the file of that request.
//!
//! Retries are above the generated client and not in progenitor's `exec` hook. A hook can return only errors of reqwest,
//! which cannot express that the outcome is unknown; and it sees one attempt, not the deadline that the caller set for all.

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
use crate::raw::{self, AttemptContext, BodyEnd, RawResponse, ResponseValue};

/// A request that a call can send, such as [`CreateRefund`](crate::CreateRefund). Sealed.
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
pub trait Request: sealed::Endpoint<Value = Self::Output> + Send + Sync + 'static {
    /// Value that a successful call returns.
    type Output: From<<Self as sealed::Endpoint>::Decoded> + Send + 'static;
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

    /// Sends one kind of request through the generated client, and interprets its response.
    pub trait Endpoint {
        /// Value that the generated client returns.
        type Decoded: Send;
        /// Value that callers get.
        type Value;
        const OPERATION: &'static str;

        /// Returns errors of fields that the server is certain to refuse. Nothing is sent if there are any.
        fn check(&self) -> Vec<FieldError> {
            Vec::new()
        }

        /// Returns whether repeating the request changes nothing more.
        fn is_idempotent(&self) -> bool {
            raw::operation(Self::OPERATION).is_some_and(|operation| operation.idempotent)
        }

        /// Returns whether the request only reads, so that it does not matter whether it arrived.
        fn is_read(&self) -> bool {
            raw::operation(Self::OPERATION)
                .is_some_and(|operation| matches!(operation.method, "GET" | "HEAD"))
        }

        /// Returns whether a success may have an empty body, because the caller asked for a change and not for data.
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

        /// Returns the error in the use of this request that even an unchecked call must not send.
        fn misuse(&self) -> Option<FieldError> {
            None
        }

        /// Returns whether the server sent this response before, so that reading on would never end.
        fn is_repeated(&self, _decoded: &Self::Decoded) -> bool {
            false
        }

        /// Registers the request before it is sent, if other calls have to take it into account.
        fn register(&self, _server: &str) -> Option<Ticket> {
            None
        }

        /// Returns the ids of the objects that a response reports as created.
        fn made(_value: &Self::Value) -> Vec<String> {
            Vec::new()
        }

        /// Returns whether a response identifies the object that it is about.
        fn is_identified(&self, _decoded: &Self::Decoded) -> bool {
            true
        }

        /// Returns whether a response has the id of its object. A response without it may be in an envelope.
        fn has_id(&self, decoded: &Self::Decoded) -> bool {
            self.is_identified(decoded)
        }

        /// Reads a response from an envelope around it.
        fn open(&self, _body: &[u8]) -> Option<Self::Decoded> {
            None
        }

        /// Sends the request once.
        fn attempt(
            &self,
            raw: &raw::Client,
        ) -> impl Future<Output = Result<ResponseValue<Self::Decoded>, raw::Error<()>>> + MaybeSend;
    }
}

/// A call that is ready to be sent: its request and its options.
///
/// Setters of the request itself are further down, sorted by request. The options that are set here apply to this call only;
/// the defaults are those of the client's [`Builder`](crate::Builder).
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

    /// Returns a call of another request with the same options.
    pub(super) fn with<S>(&self, request: S) -> Call<S> {
        let Self { core, limits, retry, headers, header_problem, checked, request: _ } = self;
        let (core, retry, headers) = (Arc::clone(core), retry.clone(), headers.clone());
        let (limits, header_problem, checked) = (*limits, *header_problem, *checked);
        Call { core, request, limits, retry, headers, header_problem, checked }
    }

    /// Returns the base URL, by which calls to the same server are recognized.
    pub(super) fn server(&self) -> &str {
        &self.core.raw.baseurl
    }

    /// Sets the timeout of the call, including all attempts and the waits between them. A late attempt has only the time that is left.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the timeout of one attempt. More than the [`timeout`](Self::timeout) of the call has no effect.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt_timeout = timeout;
        self
    }

    /// Sets the retry policy, which applies where repeating is safe.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sends one more header, or another value of one.
    ///
    /// The credential and the headers that frame the request or its body cannot be replaced: `Authorization`, `Host`,
    /// `Content-Length`,
    /// `Transfer-Encoding`, `Connection` and the like make the call fail with [`is_invalid_input`](Error::is_invalid_input)
    /// before anything is sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        // Reported when the call is sent, like all other invalid input, so that setters stay chainable.
        match headers::read(name, value) {
            Ok((name, value)) => _ = self.headers.insert(name, value),
            Err(problem) => self.header_problem = Some(problem),
        }
        self
    }

    /// Lowers the timeout to this time, if it is longer.
    pub(super) fn within(mut self, time: Duration) -> Self {
        self.limits.timeout = self.limits.timeout.min(time);
        self
    }

    /// Sends the request even if this crate expects the server to refuse it. The rules of the server may have changed since
    /// this version of the crate.
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }
}

impl<R: Request> Call<R> {
    /// Sends the request, and repeats it where that is safe and may help ([`RetryPolicy`]).
    ///
    /// # Errors
    ///
    /// See [`Error`], and the method that created this call for operation-specific errors.
    pub async fn send(self) -> Result<R::Output, Error> {
        Ok(self.send_with_response().await?.value)
    }

    /// Sends the request as [`send`](Self::send) does, and returns the response together with the value that was read from it.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send).
    pub async fn send_with_response(self) -> Result<Response<R::Output>, Error> {
        // The macro evaluates its fields only if a subscriber is interested, so the lookups cost nothing otherwise.
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
                // The usual case without a subscriber: skip the lookup of the request id.
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
        // A timeout too long for the clock counts as no deadline.
        let deadline = Instant::now().checked_add(self.limits.timeout);
        let remaining =
            || deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        let mut attempts = 0;
        let mut may_have_happened = false;
        let mut last: Option<Error> = None;
        loop {
            let (left, Limits { timeout, attempt_timeout, .. }) = (remaining(), self.limits);
            let (time, bound) = match left < attempt_timeout {
                true => (left, Bound::Call(timeout)),
                false => (attempt_timeout, Bound::Attempt(attempt_timeout)),
            };
            // Without time a request may leave all the same, and nobody would wait for what becomes of it.
            if time.is_zero() {
                let error = last.unwrap_or_else(|| Error::call(R::OPERATION, Failure::NoTime).within(bound));
                if let Some(ticket) = ticket {
                    ticket.failed(&error);
                }
                return Err(error);
            }
            attempts += 1;
            let span = tracing::debug_span!("nd8.attempt", attempt = attempts);
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
            // One attempt that may have arrived makes the outcome of the whole call unknown, whatever later ones report.
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
            last = Some(error);
        }
    }

    fn check(&self) -> Result<(), Error> {
        let mut problems = if self.checked { self.request.check() } else { Vec::new() };
        problems.extend(self.request.misuse());
        // Not skipped by `unchecked`: a simulated outcome must never reach production.
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
        let context = Arc::new(AttemptContext::new(
            self.headers.clone(),
            self.request.query(),
            timeout,
            self.limits.max_body,
        ));
        let raw = raw::Client {
            baseurl: self.core.raw.baseurl.clone(),
            client: self.core.http.current(),
            inner: self.core.raw.inner.with_attempt(Arc::clone(&context)),
        };
        let result = self.request.attempt(&raw).await;
        drop(raw);
        // The clone in `raw` is dropped, so this is the last owner and the received response can be moved out.
        let received = Arc::into_inner(context).and_then(AttemptContext::into_received);
        let failure = match (result, received) {
            (_, Some(received)) if received.end == BodyEnd::TooLarge => Failure::TooLarge(received),
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
                (Some((status, decoded)), _) => return Ok(respond(status, decoded, received)),
                (None, Ok(response)) if self.request.is_identified(&response) => {
                    return Ok(respond(response.status(), response.into_inner(), received));
                }
                (None, Ok(_)) => Failure::Unidentified { received },
                (None, Err(error)) => failure(error, received),
            },
        };
        Err(Error::call(R::OPERATION, failure))
    }

    /// Returns the object inside an envelope, if the body is one. Cold: documented responses never need it.
    #[cold]
    fn opened(&self, received: Option<&RawResponse>) -> Option<(StatusCode, R::Decoded)> {
        let received = received.filter(|it| it.status.is_success() && it.end == BodyEnd::Complete)?;
        let decoded =
            self.request.open(&received.body).filter(|decoded| self.request.is_identified(decoded))?;
        Some((received.status, decoded))
    }
}

/// Returns whether a response of success reports a failure.
#[cold]
fn reports_failure(operation: &str, received: &RawResponse) -> bool {
    let is_success = received.status.is_success() && received.end == BodyEnd::Complete;
    is_success && envelope::reports_failure(operation, &received.body)
}

/// Builds a response from its value and the received bytes.
#[inline(always)]
fn respond<A, T: From<A>>(status: StatusCode, decoded: A, received: Option<RawResponse>) -> Response<T> {
    let (headers, body) = received.map(|it| (it.headers, it.body)).unwrap_or_default();
    Response { status, headers, body, attempts: 0, value: decoded.into() }
}

impl<R: Clone> Clone for Call<R> {
    fn clone(&self) -> Self {
        self.with(self.request.clone())
    }
}

impl<R: fmt::Debug> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers of the caller may hold secrets.
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

/// Converts an error of the generated client. The document describes responses of success only; every other response is
/// complete in `received`, so the status decides before the variant of the error does.
fn failure(error: raw::Error<()>, received: Option<RawResponse>) -> Failure {
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
        // An error of serde_json about a body has a line number; an error made by this crate has none.
        raw::Error::InvalidResponsePayload(_, error) if error.line() == 0 => {
            Failure::InvalidPage { received, problem: error.to_string() }
        }
        raw::Error::InvalidResponsePayload(_, error) => {
            Failure::Undecodable { received, line: error.line(), column: error.column() }
        }
        // Only a raw client without an context returns these variants.
        raw::Error::UnexpectedResponse(_) | raw::Error::ErrorResponse(_) => Failure::Request { source: None },
    }
}
