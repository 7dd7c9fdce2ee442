//! Settings of a sandbox, and its start.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::app::app_state::AppState;
use crate::app::origins::{FormTokens, PublicUrl, origin_of};
use crate::app::persistence;
use crate::app::request_log::RequestLog;
use crate::app::throttle::{RateLimit, Throttle};
use crate::faults::connection::SwitchableListener;
use crate::http::serve::{ConnectionLimits, serve};
use crate::model::api_key::{KeyMode, NewKey};
use crate::model::state::State;
use crate::quirks::quirk::{Quirk, QuirkSet};
use crate::sandbox::Sandbox;
use crate::settings::{ListErrors, ListShape, RefundPolicy, Retention, Settings};
use crate::store::changes::Changes;
use crate::store::content::InitialCredentials;
use crate::store::snapshot::Snapshot;
use crate::store::state_file;
use crate::values::clock::Clock;
use crate::values::money::Fee;
use crate::values::random::Random;
use crate::webhooks::sender;
use crate::webhooks::sender::WebhookSender;
use crate::{restore, server};

/// Configures a [`Sandbox`]; made by [`Sandbox::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    bind: SocketAddr,
    webhook_url: Option<String>,
    refunds: RefundPolicy,
    checkout_lifetime: Duration,
    seed: Option<u64>,
    settings: Settings,
    quirks: Vec<Quirk>,
    rate_limit: Option<RateLimit>,
    state_file: Option<PathBuf>,
    frozen_at: Option<Timestamp>,
    remote_webhooks: bool,
    remote_callers: bool,
    webhook_timeout: Duration,
    public_urls: Vec<String>,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            webhook_url: None,
            refunds: RefundPolicy::default(),
            checkout_lifetime: Duration::from_secs(24 * 60 * 60),
            seed: None,
            settings: Settings::default(),
            quirks: Vec::new(),
            rate_limit: None,
            state_file: None,
            frozen_at: None,
            remote_webhooks: false,
            remote_callers: false,
            webhook_timeout: sender::TIMEOUT,
            public_urls: Vec::new(),
        }
    }

    /// Sends webhooks to this address, which has to be `http` on loopback: to any other, deliveries are
    /// recorded as refused. Without an address no webhook is sent or recorded.
    pub fn webhook_url(mut self, url: impl Into<String>) -> Builder {
        self.webhook_url = Some(url.into());
        self
    }

    /// Lets webhooks go to other machines as well, still over plain `http`: payloads and signatures can be read on the
    /// way.
    pub fn allow_remote_webhooks(mut self) -> Builder {
        self.remote_webhooks = true;
        self
    }

    /// Sets how long a receiver may take to respond, in real time: 15 seconds without this.
    pub fn webhook_timeout(mut self, limit: Duration) -> Builder {
        self.webhook_timeout = limit;
        self
    }

    /// Starts with a clock that is frozen at this time, until it is moved by
    /// [`Sandbox::clock`]. Together with [`Builder::seed`], everything that the sandbox writes is the same each time.
    pub fn frozen_at(mut self, at: Timestamp) -> Builder {
        self.frozen_at = Some(at);
        self
    }

    /// Lets [`Builder::bind`] take an address that other machines reach. Everybody who reaches it can see everything in the
    /// sandbox, credentials included, act as the customer, and have it send requests to the webhook address.
    pub fn allow_remote_callers(mut self) -> Builder {
        self.remote_callers = true;
        self
    }

    /// Listens there instead of on a free port of 127.0.0.1.
    ///
    /// Only a loopback address is taken, unless [`Builder::allow_remote_callers`] is called.
    pub fn bind(mut self, address: SocketAddr) -> Builder {
        self.bind = address;
        self
    }

    /// Adds an address under which browsers reach this sandbox, such as that of a proxy or of a container's published port. The
    /// first one is what [`Sandbox::origin`] and the links of the sandbox begin with.
    ///
    /// Outside of the API, hosts other than `localhost` and the address of the socket are refused unless they are given here:
    /// otherwise a web site could point its own name to this machine and read the dashboard.
    pub fn public_url(mut self, url: impl Into<String>) -> Builder {
        self.public_urls.push(url.into());
        self
    }

    /// Sets how many payments, refunds, deliveries and requests are stored; without this [`Retention::default`].
    pub fn retention(mut self, retention: Retention) -> Builder {
        self.settings.retention = retention;
        self
    }

    /// Charges a fee on each payment: a percentage with at most two decimals, and a fixed part in the currency of the payment.
    /// The `amount` of a payment is what is left, and so is what can be refunded. Without this there is no fee.
    ///
    /// # Panics
    ///
    /// If the percentage is not between 0 and 100, or one of the two has more than two decimals or is negative.
    pub fn fee(mut self, percent: Decimal, fixed: Decimal) -> Builder {
        self.settings.fee = Fee::new(percent, fixed)
            .expect("a fee needs a percentage from 0 to 100 and a fixed amount, with two decimals");
        self
    }

    /// Sets who settles refunds; without this they complete by themselves.
    pub fn refunds(mut self, policy: RefundPolicy) -> Builder {
        self.refunds = policy;
        self
    }

    /// Sets how long a checkout can be paid after its creation: 24 hours without this.
    pub fn checkout_lifetime(mut self, lifetime: Duration) -> Builder {
        self.checkout_lifetime = lifetime;
        self
    }

    /// Repeats ids, keys and tokens each time that the same things are done: for snapshots of what a program
    /// wrote, and to see a failure again. Without a seed they are drawn anew.
    pub fn seed(mut self, seed: u64) -> Builder {
        self.seed = Some(seed);
        self
    }

    /// Sets how errors in a list of objects are reported: by position without this.
    pub fn list_errors(mut self, list_errors: ListErrors) -> Builder {
        self.settings.list_errors = list_errors;
        self
    }

    /// Sets the shape of lists: bare arrays without this.
    pub fn list_shape(mut self, shape: ListShape) -> Builder {
        self.quirks.retain(|quirk| *quirk != Quirk::Envelope);
        match shape {
            ListShape::Bare => self,
            ListShape::Envelope => self.quirk(Quirk::Envelope),
        }
    }

    /// Starts with this quirk switched on; called several times, with each of them. Without any, the server is the
    /// default one.
    pub fn quirk(mut self, quirk: Quirk) -> Builder {
        self.quirks.push(quirk);
        self
    }

    /// Responds with 429 to callers who send more than this: there is no limit without it.
    pub fn rate_limit(mut self, limit: RateLimit) -> Builder {
        self.rate_limit = Some(limit);
        self
    }

    /// Keeps the state in this file, and goes on from there if it has one: with the same credentials, whatever
    /// [`Builder::seed`] is. Every response is held back until the change that it reports is in the file, so nothing that was
    /// acknowledged is lost, however the process ends. Deliveries that were under way are attempted again.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Builder {
        self.state_file = Some(path.into());
        self
    }

    /// Starts the sandbox on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// If the address is not on loopback, or can't be listened on, or the webhook client can't be set up; or if the state
    /// file can't be read or written, has no state of this version, or is another sandbox's.
    pub async fn start(self) -> io::Result<Sandbox> {
        if !self.remote_callers && !self.bind.ip().is_loopback() {
            let message = format!(
                "{} is not on this machine alone, and other machines are not allowed (--allow-remote)",
                self.bind.ip()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let public = self.public_urls.iter().map(|url| PublicUrl::parse(url)).collect::<Result<Vec<_>, _>>();
        let public = public.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        // Before the state file is opened: a taken port must not lock or create a file.
        let listener = TcpListener::bind(self.bind).await?;
        let address = listener.local_addr()?;

        let clock = Clock::starting(self.frozen_at);
        let (state_file, saved) = match &self.state_file {
            Some(path) => {
                state_file::open(path).await.map(|(state_file, saved)| (Some(state_file), saved))?
            }
            None => (None, None),
        };
        let (mut state, own, initial) = match saved {
            Some(saved) => {
                let unservable = |problem| io::Error::new(io::ErrorKind::InvalidData, problem);
                restore::check(&saved.state).map_err(unservable)?;
                let own = InitialCredentials { webhook_secret: saved.signing_secret, ..saved.own };
                (saved.state, own, saved.initial)
            }
            None => self.begin(&clock),
        };
        if let Some(url) = self.webhook_url {
            state.webhook_url = Some(url);
        }

        let webhook_sender = WebhookSender::new(self.remote_webhooks, self.webhook_timeout)?;
        let (settle, to_settle) = mpsc::unbounded_channel();
        let shared = Arc::new(AppState {
            origin: public.first().map_or_else(|| origin_of(address), |url| url.origin.clone()),
            public,
            form_tokens: FormTokens::new(&own.session_token),
            clock,
            checkout_lifetime: self.checkout_lifetime,
            settings: self.settings,
            throttle: Throttle::new(self.rate_limit),
            faults: Arc::default(),
            quirks: Arc::new(QuirkSet::of(&self.quirks)),
            requests: RequestLog::new(self.settings.retention.requests),
            contract: Arc::default(),
            signing_secret: Mutex::new(own.webhook_secret.clone()),
            settling: AtomicUsize::new(0),
            settle: (self.refunds == RefundPolicy::Automatic).then_some(settle),
            initial_credentials: own,
            initial,
            changes: Changes::new(),
            state_file,
            state: Mutex::new(state),
        });
        shared.settle_what_is_processing();

        let (stop, stopped) = oneshot::channel::<()>();
        let router = server::router(Arc::clone(&shared));
        let stopping = async {
            // Both a message and the sender going away mean that it is time to stop.
            let _ = stopped.await;
        };
        let limits = ConnectionLimits::default();
        let serving = tokio::spawn(serve(SwitchableListener(listener), router, limits, stopping));
        let workers = vec![
            tokio::spawn(sender::run(Arc::clone(&shared), webhook_sender)),
            tokio::spawn(AppState::settle_refunds(Arc::clone(&shared), to_settle)),
        ];
        // Not one of those that end with the handle: responses in flight still wait for it.
        tokio::spawn(persistence::write_changes(Arc::downgrade(&shared), shared.changes.subscribe()));
        let sandbox = Sandbox { shared, workers, server: Some((stop, serving)) };
        // So that a restart has the keys that are about to be printed.
        sandbox.saved().await?;
        Ok(sandbox)
    }

    /// Creates the initial state, its credentials, and the snapshot that a reset goes back to.
    fn begin(&self, clock: &Clock) -> (State, InitialCredentials, Box<RawValue>) {
        let mut random = self.seed.map_or_else(Random::from_system, Random::seeded);
        let session_token = format!("nd8_session_{}", random.text(40));
        let webhook_secret = format!("whsec_{}", random.text(40));
        let mut state = State::new(random, &session_token, self.webhook_url.clone());
        let State { credentials, random, .. } = &mut state;
        let new = NewKey { name: "Sandbox", scopes: &[], mode: KeyMode::Sandbox };
        let (_, api_key) = credentials.create_api_key(random, clock.now(), &new);
        let initial = Snapshot::of(&state).into_raw();
        (state, InitialCredentials { api_key, session_token, webhook_secret }, initial)
    }
}
