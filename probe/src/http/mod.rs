//! Plain HTTP within the limits of a run: requests, responses, and what ends a run.
//!
//! Not here: the choice of requests (`facts/`), and conclusions from responses.

mod ask;
mod live;
mod reply;

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, timeout};
use url::Url;

pub(crate) use self::ask::{Ask, Auth};
pub(crate) use self::live::sign_in as live_sign;
pub(crate) use self::reply::{Content, Reply};
use crate::options::{Limits, Target};

/// Keys that no server knows.
const UNKNOWN_KEY: &str = "nd8-probe-unknown-key";
/// Longest `Retry-After` that is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
const DENIED: &str = "the server denies this to the credential: the key may lack the scope";
/// Attempts to restore a setting, and the longest `Retry-After` between two of them.
const LAST_ATTEMPTS: usize = 3;
const LONGEST_LAST_WAIT: Duration = Duration::from_secs(60);
/// Failures in a row after which the server counts as gone.
const FAILURES: usize = 3;

/// Reason why a fact was not observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// This fact only.
    Unseen(&'static str),
    /// Nothing more may be sent.
    Stop(Stop),
}

/// Reason why a run ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A sign that the key or the server is production's.
    Live(&'static str),
    /// Limit of requests.
    Requests,
    /// Limit of time.
    Time,
    /// Server failed several times in a row.
    Gone,
    /// A request that was to be refused succeeded.
    Accepted,
    /// Ctrl-C.
    Interrupted,
}

impl Stop {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Stop::Live(sign) => sign,
            Stop::Requests => "the limit of requests was reached (--max-requests)",
            Stop::Time => "the limit of time was reached (--max-seconds)",
            Stop::Accepted => {
                "the server accepted a request that was to be refused: it may have created something that was not announced"
            }
            Stop::Interrupted => "it was interrupted",
            Stop::Gone => "the server failed several times in a row",
        }
    }
}

/// Sends requests and counts them.
pub(crate) struct Http {
    client: reqwest::Client,
    target: Target,
    limits: Limits,
    deadline: Instant,
    sent: usize,
    failures: usize,
    /// First response with the status 429.
    pub(crate) throttled: Option<Reply>,
    /// First response with the status 403 to the API key.
    pub(crate) denied: Option<Reply>,
    stopped: Option<Stop>,
}

impl Http {
    /// Creates the client. Redirects are not followed: a credential goes to the target only.
    pub(crate) fn new(target: Target, limits: Limits) -> Option<Http> {
        use std::sync::Arc;

        use rustls_platform_verifier::BuilderVerifierExt as _;

        // Passed explicitly: reqwest would look for a process-wide provider, which a library must not install.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_platform_verifier())
            .ok()?
            .with_no_client_auth();
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("nd8-probe/", env!("CARGO_PKG_VERSION")));
        // A proxy of the environment would see the key, and has nothing to do with a server on this machine.
        if target.server == crate::options::Server::Loopback {
            client = client.no_proxy();
        }
        Some(Http {
            client: client.build().ok()?,
            target,
            limits,
            deadline: Instant::now() + limits.time,
            sent: 0,
            failures: 0,
            throttled: None,
            denied: None,
            stopped: None,
        })
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Sends a request. A read that was throttled is repeated once, after the wait; a change never is.
    pub(crate) async fn send(&mut self, ask: &Ask) -> Result<Reply, Miss> {
        let reply = self.send_once(ask).await?;
        if is_denied(ask, &reply) {
            return Err(Miss::Unseen(DENIED));
        }
        if reply.status != 429 {
            return Ok(reply);
        }
        // A throttled change has probably not taken effect, but "probably" is not enough to repeat it.
        if ask.method != reqwest::Method::GET {
            return Err(Miss::Unseen("the server throttled the request"));
        }
        // Servers throttle by the second, minute or hour; the default suits the first, and the others state their wait.
        let wait = reply.retry_after.unwrap_or(Duration::from_secs(1));
        if wait > LONGEST_WAIT.min(self.time_left()) {
            return Err(Miss::Unseen("the server throttled the request for longer than the probe waits"));
        }
        tokio::time::sleep(wait).await;
        match self.send_once(ask).await? {
            reply if reply.status == 429 => Err(Miss::Unseen("the server throttled the request twice")),
            reply => Ok(reply),
        }
    }

    /// Sends a request, and takes any response.
    pub(crate) async fn send_once(&mut self, ask: &Ask) -> Result<Reply, Miss> {
        if let Some(stop) = self.stopped {
            return Err(Miss::Stop(stop));
        }
        if self.sent >= self.limits.requests {
            return self.stop(Stop::Requests);
        }
        if self.time_left().is_zero() {
            return self.stop(Stop::Time);
        }
        // Counted before it is sent: a request whose response is lost may have reached the server.
        self.sent += 1;
        let limit = self.limits.request_time.min(self.time_left());
        let exchange = exchange(&self.client, &self.target, ask, self.limits.body);
        let reply = timeout(limit, exchange).await.unwrap_or(Err("the response did not come in time"));
        // Before an outage is set aside: a failure of production is a sign of production as well.
        if let Some(sign) = reply.as_ref().ok().and_then(live::sign) {
            return self.stop(Stop::Live(sign));
        }
        let reply = match reply {
            // An outage shows nothing of how the API is.
            Ok(reply) if reply.status >= 500 => Err("the server failed (a status of 500 or more)"),
            other => other,
        };
        let reply = match reply {
            Ok(reply) => reply,
            Err(reason) => {
                self.failures += 1;
                if self.failures >= FAILURES {
                    return self.stop(Stop::Gone);
                }
                return Err(Miss::Unseen(reason));
            }
        };
        self.failures = 0;
        // What was created is not known to the plan that the user agreed to, so nothing more may follow it.
        if reply.is_success() && ask.must_be_refused() {
            return self.stop(Stop::Accepted);
        }
        if reply.status == 429 && self.throttled.is_none() {
            self.throttled = Some(reply.clone());
        }
        if reply.status == 403 && ask.auth == Auth::Key && is_denied(ask, &reply) && self.denied.is_none() {
            self.denied = Some(reply.clone());
        }
        Ok(reply)
    }

    /// Sends a request beyond the limits, to restore what the probe changed, and returns whether it succeeded. It can be repeated, and
    /// is, a few times: the server may fail or throttle, and a changed endpoint does harm for longer than a run takes.
    pub(crate) async fn send_last(&mut self, ask: &Ask) -> bool {
        for _ in 0..LAST_ATTEMPTS {
            self.sent += 1;
            // Outside of the limits of the run, which may be the reason why it ends.
            let exchange = exchange(&self.client, &self.target, ask, self.limits.body);
            let reply = timeout(self.limits.request_time, exchange).await;
            let wait = match reply {
                Ok(Ok(reply)) if reply.is_success() => return true,
                Ok(Ok(reply)) if reply.status == 429 || reply.status >= 500 => reply.retry_after,
                // Refused: it would be again.
                Ok(Ok(_)) => return false,
                _ => None,
            };
            tokio::time::sleep(wait.unwrap_or(Duration::from_millis(500)).min(LONGEST_LAST_WAIT)).await;
        }
        false
    }

    /// Ends the run: every later request fails the same way.
    pub(crate) fn stop<T>(&mut self, stop: Stop) -> Result<T, Miss> {
        // The first reason counts: those after it are its consequences.
        let stop = *self.stopped.get_or_insert(stop);
        Err(Miss::Stop(stop))
    }
}

/// Returns whether the key or the session may not do this, which shows nothing of the operation itself. A response that mentions the sandbox is
/// not ignored, since it may be a sign of production.
fn is_denied(ask: &Ask, reply: &Reply) -> bool {
    let is_ours = matches!(ask.auth, Auth::Key | Auth::Session);
    is_ours && matches!(reply.status, 401 | 403) && !ask.expects_denial && !reply.mentions_sandbox
}

async fn exchange(
    client: &reqwest::Client,
    target: &Target,
    ask: &Ask,
    most: usize,
) -> Result<Reply, &'static str> {
    let mut request = client.request(ask.method.clone(), address(target, ask)?);
    if let Some((name, value)) = credential(target, ask.auth) {
        let mut value =
            HeaderValue::from_str(&value).map_err(|_| "the credential does not fit into a header")?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    request = request.header(ACCEPT, ask.accept);
    if let Some((media_type, body)) = &ask.body {
        request = request.header(CONTENT_TYPE, *media_type).body(body.clone());
    }
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() { "the server could not be reached" } else { "the connection broke" }
    })?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| "the response broke off")? {
        if body.len() + chunk.len() > most {
            return Err("the response is longer than the probe reads");
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply::read(response.status().as_u16(), response.headers(), &body))
}

/// Returns the address of a request: paths are texts of this program and ids, which are encoded.
fn address(target: &Target, ask: &Ask) -> Result<Url, &'static str> {
    const UNFIT: &str = "the server has no such address";
    let base = match ask.sandbox_prefix {
        true => target.sandbox_prefix().ok_or(UNFIT)?,
        false => target.base.clone(),
    };
    let mut url = base;
    url.path_segments_mut().map_err(|()| UNFIT)?.pop_if_empty().extend(&ask.path);
    if !ask.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&ask.query);
    }
    Ok(url)
}

fn credential(target: &Target, auth: Auth) -> Option<(reqwest::header::HeaderName, String)> {
    let key = || target.key.expose_secret();
    Some(match auth {
        Auth::None => return None,
        Auth::Key => (AUTHORIZATION, format!("Api-Key {}", key())),
        Auth::KeyHeader => (reqwest::header::HeaderName::from_static("api-key"), key().to_owned()),
        Auth::UnknownKey => (AUTHORIZATION, format!("Api-Key {UNKNOWN_KEY}")),
        Auth::Session => (AUTHORIZATION, format!("Token {}", target.session.as_ref()?.expose_secret())),
        Auth::UnknownSession => (AUTHORIZATION, format!("Token {UNKNOWN_KEY}")),
    })
}
