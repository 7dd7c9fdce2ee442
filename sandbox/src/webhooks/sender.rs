//! Sends webhooks that are due: a bounded number at once, without TLS, proxies or redirects.
//!
//! Not here: what is due (`outbox::queue`), and which addresses may be contacted (`target`).

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use tokio::task::JoinSet;

use crate::app::app_state::AppState;
use crate::outbox::delivery::DeliveryOutcome;
use crate::outbox::delivery_fault::{DeliveryFault, LATE};
use crate::outbox::queue::{AttemptResult, Job};
use crate::values::mac::MacKey;
use crate::values::time::SandboxTime;
use crate::webhooks::target::{Lookup, NOT_LOOPBACK, NotLoopback, Resolver, ask_the_system, receiver};

/// Time that a receiver may take to respond.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(15);

/// Number of receivers that are contacted at once, to keep a backlog from using up all sockets.
const CONCURRENCY: usize = 64;

/// Number of bytes of a response body that are stored.
const KEPT: usize = 1024;

/// Sends what is due, until it is aborted.
pub(crate) async fn run(sandbox: Arc<AppState>, sender: WebhookSender) {
    let sender = Arc::new(sender);
    let (mut changes, mut clock) = (sandbox.changes.subscribe(), sandbox.clock.subscribe());
    let mut on_their_way = JoinSet::new();
    loop {
        while on_their_way.len() < CONCURRENCY {
            let Some((job, change)) = sandbox.take_due() else { break };
            on_their_way.spawn(deliver(Arc::clone(&sandbox), Arc::clone(&sender), job, change));
        }
        let full = on_their_way.len() >= CONCURRENCY;
        let next = if full { None } else { sandbox.state().deliveries.next_due() };
        tokio::select! {
            // The senders are part of the sandbox, which this holds.
            _ = changes.changed() => {}
            _ = clock.changed() => {}
            Some(_) = on_their_way.join_next() => {}
            () = sandbox.clock.comes(next) => {}
        }
    }
}

impl AppState {
    /// Takes the delivery that is due, with the count of the change that it was taken by.
    fn take_due(&self) -> Option<(Job, u64)> {
        let now = self.clock.now();
        let mut state = self.state();
        // Looked at first, because asking for a change counts as one.
        if state.deliveries.next_due().is_none_or(|due| due > now) {
            return None;
        }
        let job = state.deliveries.take(now)?;
        drop(state);
        Some((job, self.changes.count()))
    }
}

async fn deliver(sandbox: Arc<AppState>, sender: Arc<WebhookSender>, job: Job, change: u64) {
    // A receiver must not learn of a change that is undone because it cannot be saved. The delivery is undone with it.
    if !sandbox.is_saved(change).await {
        return;
    }
    let at = sandbox.clock.now();
    // At each attempt, so that a retry after a rotation is signed with the new secret, as by a sender that stores one secret.
    let secret = sandbox.signing_secret.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (outcome, retry_after) = sender.attempt(&job, at, &MacKey::new(secret.as_bytes())).await;
    tracing::debug!(event = job.event, id = %job.id, ?outcome, "webhook attempted");
    let now = sandbox.clock.now();
    let mut state = sandbox.state();
    let random = state.random.clone();
    state.deliveries.end(job.id, AttemptResult { at, outcome, retry_after }, now, &random);
}

/// Knows how to send one webhook.
pub(crate) struct WebhookSender {
    client: reqwest::Client,
    anywhere: bool,
}

impl WebhookSender {
    pub(crate) fn new(anywhere: bool, timeout: Duration) -> io::Result<WebhookSender> {
        WebhookSender::looking_up_with(ask_the_system, anywhere, timeout)
    }

    fn looking_up_with(lookup: Lookup, anywhere: bool, timeout: Duration) -> io::Result<WebhookSender> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_without_roots().map_err(io::Error::other)?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(timeout)
            .dns_resolver(Arc::new(Resolver { lookup, anywhere }))
            .build()
            .map_err(io::Error::other)?;
        Ok(WebhookSender { client, anywhere })
    }

    async fn attempt(
        &self,
        job: &Job,
        at: SandboxTime,
        secret: &MacKey,
    ) -> (DeliveryOutcome, Option<Duration>) {
        let url = match receiver(&job.url, self.anywhere) {
            Ok(url) => url,
            Err(reason) => return (DeliveryOutcome::Refused { reason: reason.to_owned() }, None),
        };
        let (mut timestamp, mut signed) = (at, signature(secret, job.payload.as_bytes()));
        match job.fault {
            Some(DeliveryFault::LateTimestamp) => timestamp = at.before(LATE),
            Some(DeliveryFault::WrongSignature) => {
                signed = signature(secret, format!("{} ", job.payload).as_bytes());
            }
            Some(DeliveryFault::RotatedSecret) => {
                let unknown = MacKey::new(format!("whsec_{}", job.id).as_bytes());
                signed = signature(&unknown, job.payload.as_bytes());
            }
            _ => {}
        }
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("X-Webhook-Event", &job.event)
            .header("X-Webhook-Delivery-Id", job.id.to_string())
            .header("X-Webhook-Timestamp", timestamp.unix_seconds().to_string())
            .header("X-Webhook-Signature", signed)
            .body(job.payload.clone());
        match request.send().await {
            Ok(response) => {
                let retry_after = retry_after(response.headers(), at);
                let status = response.status().as_u16();
                (DeliveryOutcome::Responded { status, body: beginning(response).await }, retry_after)
            }
            Err(error) => match refused_by_resolver(&error) {
                Some(reason) => (DeliveryOutcome::Refused { reason: reason.to_owned() }, None),
                None => (DeliveryOutcome::Failed { message: chain(&error.without_url()) }, None),
            },
        }
    }
}

/// Reads the beginning of a response body. The status is what counts, so a body that breaks off is no failure.
async fn beginning(mut response: reqwest::Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk[..chunk.len().min(KEPT - body.len())]);
        if body.len() == KEPT {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// Reads `Retry-After`, in seconds or as a date, which the receiver takes from the real clock or the sandbox's:
/// it is counted from the `Date` of the response, if there is one.
fn retry_after(headers: &HeaderMap, now: SandboxTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let server_time =
        headers.get("date").and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let from = server_time.unwrap_or_else(|| SystemTime::from(now.timestamp()));
    Some(date.duration_since(from).unwrap_or_default())
}

/// Returns a TLS configuration that trusts no server, which is enough for plain HTTP. Without one, reqwest would look for a provider of
/// the process, and panic where there is none.
fn tls_without_roots() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

fn refused_by_resolver(error: &reqwest::Error) -> Option<&'static str> {
    causes(error).any(|cause| cause.is::<NotLoopback>()).then_some(NOT_LOOPBACK)
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// Writes an error and its causes in a line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Returns the value of `X-Webhook-Signature`. The timestamp header is not part of what is signed.
pub(crate) fn signature(secret: &MacKey, payload: &[u8]) -> String {
    format!("sha256={}", secret.tag(payload).hex())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::target::Looking;

    /// A network on which two names lead elsewhere, the second here as well.
    fn pretended(name: &str) -> Looking {
        let elsewhere = ["10.0.0.1:0", "[2001:db8::1]:0"].map(|address| address.parse().unwrap());
        let mut found = elsewhere.to_vec();
        if name == "both.test" {
            found.push("127.0.0.1:0".parse().unwrap());
        }
        Box::pin(async { Ok(found) })
    }

    #[tokio::test]
    async fn a_name_that_leads_elsewhere_is_not_contacted() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = axum::Router::new().fallback(async || "here");
        tokio::spawn(async { axum::serve(listener, router).await });
        let sender = WebhookSender::looking_up_with(pretended, false, TIMEOUT).unwrap();
        let now = SandboxTime::from("2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
        let attempt = async |host: &str| {
            let job = Job {
                id: uuid::Uuid::nil(),
                event: "webhook.test".to_owned(),
                url: format!("http://{host}:{port}/hook"),
                payload: "{}".to_owned(),
                fault: None,
            };
            sender.attempt(&job, now, &MacKey::new(b"x")).await.0
        };

        let refused = DeliveryOutcome::Refused { reason: NOT_LOOPBACK.to_owned() };
        assert_eq!(attempt("elsewhere.test").await, refused);
        // Where a name leads both ways, only the address here is connected to.
        let here = DeliveryOutcome::Responded { status: 200, body: "here".to_owned() };
        assert_eq!(attempt("both.test").await, here);
        assert_eq!(attempt("localhost").await, here, "no lookup is made for it");
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SandboxTime::from("2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
        let read = |text: &str| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]), now)
                .map(|after| after.as_secs())
        };
        assert_eq!(read("120"), Some(120));
        assert_eq!(read("Thu, 01 Jan 2026 00:01:00 GMT"), Some(60));
        assert_eq!(read("Wed, 31 Dec 2025 00:01:00 GMT"), Some(0));
        assert_eq!(read("soon"), None);
    }
}
