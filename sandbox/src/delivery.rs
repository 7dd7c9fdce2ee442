//! Webhooks on their way: a queue, one attempt each, and the log of what came of it.
//!
//! Deliveries about one payment go out one after the other; those about different payments don't wait for
//! each other. A delivery is attempted once: a schedule of retries will come with a clock that tests can
//! move. Only receivers on loopback are contacted, without TLS, proxies or redirects.
//!
//! Not here: what a webhook says (`webhook`).

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::clock::Clock;
use crate::mac::MacKey;
use crate::webhook::{Event, signature};

/// How long a receiver may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How many receivers are talked to at once, to keep a backlog from using up all sockets.
const CONCURRENCY: usize = 64;

/// A webhook that was attempted.
#[derive(Clone, Debug)]
pub struct Delivery {
    job: Job,
    outcome: DeliveryOutcome,
}

impl Delivery {
    /// Gives the id that the delivery bore in `X-Webhook-Delivery-Id`.
    pub fn id(&self) -> Uuid {
        self.job.id
    }

    /// Gives the event's name, such as `transaction.status_changed`.
    pub fn event(&self) -> &str {
        self.job.event.name()
    }

    /// Gives the public id of the payment that the event is about; for a refund, the payment it belongs to.
    pub fn payment_id(&self) -> &str {
        &self.job.payment_id
    }

    /// Gives the address it was meant for.
    pub fn url(&self) -> &str {
        &self.job.url
    }

    /// Gives the bytes that were sent and signed.
    pub fn payload(&self) -> &[u8] {
        &self.job.payload
    }

    /// Says what came of it.
    pub fn outcome(&self) -> &DeliveryOutcome {
        &self.outcome
    }

    /// Says whether the receiver answered with a 2xx.
    pub fn is_acknowledged(&self) -> bool {
        matches!(self.outcome, DeliveryOutcome::Answered { status: 200..=299 })
    }
}

/// What came of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// The receiver answered.
    Answered {
        /// The HTTP status, whatever it was.
        status: u16,
    },
    /// The address is not one that the sandbox contacts, so nothing was sent.
    Refused {
        /// What is wrong with the address.
        reason: &'static str,
    },
    /// No answer came.
    Failed {
        /// What went wrong, with its causes.
        message: String,
    },
}

/// The delivery that was waited for did not come in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such delivery within {limit:?}; attempted so far: {attempted:?}")]
#[non_exhaustive]
pub struct NoDelivery {
    /// How long was waited.
    pub limit: Duration,
    /// The events of all deliveries that were attempted until then, oldest first.
    pub attempted: Vec<&'static str>,
}

/// A webhook that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    pub(crate) event: Event,
    pub(crate) payment_id: String,
    pub(crate) url: String,
    pub(crate) payload: Bytes,
}

/// Deliveries in the order in which their attempts ended.
pub(crate) struct Log {
    entries: Mutex<Vec<Delivery>>,
    grown: watch::Sender<()>,
}

impl Log {
    pub(crate) fn new() -> Log {
        Log { entries: Mutex::new(Vec::new()), grown: watch::Sender::new(()) }
    }

    pub(crate) fn all(&self) -> Vec<Delivery> {
        self.entries().clone()
    }

    /// Waits until the log has a delivery like this.
    pub(crate) async fn wait_for(
        &self,
        limit: Duration,
        wanted: impl Fn(&Delivery) -> bool,
    ) -> Result<Delivery, NoDelivery> {
        let mut grown = self.grown.subscribe();
        let found = async {
            loop {
                if let Some(delivery) = self.entries().iter().find(|delivery| wanted(delivery)) {
                    return delivery.clone();
                }
                if grown.changed().await.is_err() {
                    // The sender is a field of `self`, so it cannot go away while this waits.
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::time::timeout(limit, found).await.map_err(|_| NoDelivery {
            limit,
            attempted: self.entries().iter().map(|delivery| delivery.job.event.name()).collect(),
        })
    }

    fn add(&self, delivery: Delivery) {
        self.entries().push(delivery);
        self.grown.send_replace(());
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Delivery>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends what is queued, until it is aborted.
pub(crate) async fn run(mut queue: UnboundedReceiver<Job>, sender: Sender) {
    let sender = Arc::new(sender);
    // A payment has a lane as long as one of its deliveries is on its way; the others wait in it.
    let mut lanes: HashMap<String, VecDeque<Job>> = HashMap::new();
    let mut on_their_way = JoinSet::new();
    loop {
        tokio::select! {
            job = queue.recv() => {
                let Some(job) = job else { return };
                match lanes.get_mut(&job.payment_id) {
                    Some(lane) => lane.push_back(job),
                    None => {
                        lanes.insert(job.payment_id.clone(), VecDeque::new());
                        on_their_way.spawn(Arc::clone(&sender).deliver(job));
                    }
                }
            }
            Some(done) = on_their_way.join_next() => {
                let Ok(payment_id) = done else { continue };
                match lanes.get_mut(&payment_id).and_then(VecDeque::pop_front) {
                    Some(next) => {
                        on_their_way.spawn(Arc::clone(&sender).deliver(next));
                    }
                    None => {
                        lanes.remove(&payment_id);
                    }
                }
            }
        }
    }
}

/// Knows how to send one webhook.
pub(crate) struct Sender {
    client: reqwest::Client,
    secret: MacKey,
    clock: Clock,
    log: Arc<Log>,
    permits: Semaphore,
}

impl Sender {
    pub(crate) fn new(secret: MacKey, clock: Clock, log: Arc<Log>) -> io::Result<Sender> {
        // Port 0 stands for the port of the address. Nobody is asked where localhost is.
        let localhost = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(trusts_nobody().map_err(io::Error::other)?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(TIMEOUT)
            .resolve_to_addrs("localhost", &localhost.map(|ip| SocketAddr::new(ip, 0)))
            .build()
            .map_err(io::Error::other)?;
        Ok(Sender { client, secret, clock, log, permits: Semaphore::new(CONCURRENCY) })
    }

    /// Attempts a delivery and logs it. Gives back the payment whose lane is free now.
    async fn deliver(self: Arc<Self>, job: Job) -> String {
        // The semaphore is never closed, so there is always a permit in the end.
        let _permit = self.permits.acquire().await;
        let outcome = self.attempt(&job).await;
        tracing::debug!(event = job.event.name(), id = %job.id, ?outcome, "webhook attempted");
        let payment_id = job.payment_id.clone();
        self.log.add(Delivery { job, outcome });
        payment_id
    }

    async fn attempt(&self, job: &Job) -> DeliveryOutcome {
        let url = match receiver(&job.url) {
            Ok(url) => url,
            Err(reason) => return DeliveryOutcome::Refused { reason },
        };
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("X-Webhook-Event", job.event.name())
            .header("X-Webhook-Delivery-Id", job.id.to_string())
            .header("X-Webhook-Timestamp", self.clock.now().unix_seconds().to_string())
            .header("X-Webhook-Signature", signature(&self.secret, &job.payload))
            .body(job.payload.clone());
        match request.send().await {
            Ok(response) => DeliveryOutcome::Answered { status: response.status().as_u16() },
            Err(error) => DeliveryOutcome::Failed { message: chain(&error.without_url()) },
        }
    }
}

/// TLS that reaches no one, which is as much as plain HTTP needs. Left unsaid, reqwest would look for a provider of the
/// process, and panic without one.
fn trusts_nobody() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

/// Checks that an address is one on this machine.
fn receiver(url: &str) -> Result<reqwest::Url, &'static str> {
    let url = reqwest::Url::parse(url).map_err(|_| "the webhook address is not an absolute URL")?;
    if url.scheme() != "http" {
        return Err("the sandbox delivers webhooks over plain http only");
    }
    let host = url.host_str().unwrap_or_default();
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    if host == "localhost" || ip.is_some_and(|ip| ip.is_loopback()) {
        Ok(url)
    } else {
        Err("the sandbox delivers webhooks to loopback addresses only")
    }
}

/// Writes an error and its causes in a line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_receivers_on_this_machine_are_contacted() {
        for near in ["http://127.0.0.1:80/x", "http://localhost/x?y=1", "http://[::1]:9/", "http://127.9.9.9"]
        {
            assert!(receiver(near).is_ok(), "{near}");
        }
        for far in [
            "https://127.0.0.1/",
            "http://example.com/",
            "http://10.0.0.1/",
            "http://localhost.example.com/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://0.0.0.0/",
            "ftp://127.0.0.1/",
            "/hook",
            "",
        ] {
            assert!(receiver(far).is_err(), "{far}");
        }
    }
}
