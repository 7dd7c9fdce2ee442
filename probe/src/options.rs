//! What a run is given: the server, the credentials, what it may do, and its limits.
//!
//! A target that could be production is refused here, before anything is sent; `guard` asks the server itself.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

/// Address of ND8's sandbox.
const SANDBOX: &str = "https://api.sandbox.nd8.com/api";

/// Server of a run, as reports name it. Its address is not printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Server {
    /// ND8's own sandbox.
    Nd8Sandbox,
    /// A server on this machine, such as `nd8-sandbox`, which confirms what this project assumes.
    Loopback,
}

impl Server {
    /// Returns the name in reports and in the overlay.
    pub fn name(self) -> &'static str {
        match self {
            Server::Nd8Sandbox => "nd8-sandbox-api",
            Server::Loopback => "loopback",
        }
    }
}

/// Reports a target that a probe refuses before it sends anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// API key is missing.
    #[error("there is no API key: set ND8_API_KEY to a sandbox key")]
    NoKey,
    /// API key cannot be sent in a header.
    #[error("the API key or session token has characters that a header cannot have")]
    InvalidCredential,
    /// API key names production.
    #[error("the API key is one of production by its name: set ND8_API_KEY to a sandbox key")]
    LiveKey,
    /// Base URL is no absolute URL, or has a user, a query or a fragment.
    #[error(
        "the base URL is invalid: expected an absolute http or https URL without user, query and fragment"
    )]
    InvalidUrl,
    /// Base URL is not known to be that of a sandbox.
    #[error(
        "the base URL is not known to be a sandbox's: expected https://api.sandbox.nd8.com/api, \
         https://api.nd8.com/sandbox/api, or a server on this machine"
    )]
    NotASandbox,
}

/// A server with the credentials for it, which has passed what can be validated without a request.
#[derive(Clone)]
pub struct Target {
    pub(crate) base: Url,
    pub(crate) server: Server,
    pub(crate) key: SecretString,
    pub(crate) session: Option<SecretString>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Target {
    /// Validates a server and the credentials for it. Without a base URL it is ND8's sandbox.
    ///
    /// # Errors
    ///
    /// Fails if the key or the address could be production's.
    ///
    /// ```
    /// use nd8_probe::{InvalidTarget, Target};
    ///
    /// assert!(Target::new("nd8_key", None, None).is_ok());
    /// let production = Target::new("nd8_key", None, Some("https://api.nd8.com/api"));
    /// assert_eq!(production.err(), Some(InvalidTarget::NotASandbox));
    /// ```
    pub fn new(key: &str, session: Option<&str>, base_url: Option<&str>) -> Result<Target, InvalidTarget> {
        let session = session.filter(|token| !token.is_empty());
        if key.is_empty() {
            return Err(InvalidTarget::NoKey);
        }
        for credential in [Some(key), session].into_iter().flatten() {
            if !credential.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(InvalidTarget::InvalidCredential);
            }
            if names_production(credential) {
                return Err(InvalidTarget::LiveKey);
            }
        }
        let base_url = base_url.filter(|url| !url.is_empty()).unwrap_or(SANDBOX);
        let mut base = Url::parse(base_url).map_err(|_| InvalidTarget::InvalidUrl)?;
        let is_plain = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none()
            && matches!(base.scheme(), "http" | "https");
        if !is_plain {
            return Err(InvalidTarget::InvalidUrl);
        }
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        let server = server(&base, &path).ok_or(InvalidTarget::NotASandbox)?;
        let session = session.map(SecretString::from);
        Ok(Target { base, server, key: SecretString::from(key), session })
    }

    /// Returns which server it is.
    pub fn server(&self) -> Server {
        self.server
    }

    /// Returns the base URL under which keys of production are refused, if this server has one.
    pub(crate) fn sandbox_prefix(&self) -> Option<Url> {
        let mut url = self.base.clone();
        match url.path() {
            "/api" | "/sandbox/api" => url.set_path("/sandbox/api"),
            _ => return None,
        }
        Some(url)
    }
}

fn server(base: &Url, path: &str) -> Option<Server> {
    let is_loopback = match base.host()? {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    if is_loopback {
        return Some(Server::Loopback);
    }
    let is_api = match base.host_str()? {
        "api.sandbox.nd8.com" => matches!(path, "/api" | "/sandbox/api"),
        // By the guides, a path of sandbox keys alone.
        "api.nd8.com" => path == "/sandbox/api",
        _ => false,
    };
    (is_api && base.scheme() == "https" && base.port().is_none()).then_some(Server::Nd8Sandbox)
}

/// Returns whether a word of a key means production.
pub(crate) fn names_production(key: &str) -> bool {
    let mut words = key.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| ["live", "prod", "production"].iter().any(|live| word.eq_ignore_ascii_case(live)))
}

/// Limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Requests: 300.
    pub requests: usize,
    /// Whole run: 180 seconds.
    pub time: Duration,
    /// One request with its response: 10 seconds.
    pub request_time: Duration,
    /// Bytes of one response body: 1 MiB.
    pub body: usize,
    /// Waiting for webhooks: 20 seconds, each time.
    pub webhook_wait: Duration,
    /// Reads in a row, at the end, to be throttled: 60.
    pub burst: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            requests: 300,
            time: Duration::from_secs(180),
            request_time: Duration::from_secs(10),
            body: 1024 * 1024,
            webhook_wait: Duration::from_secs(20),
            burst: 60,
        }
    }
}

/// Receiver of webhooks.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Address to listen at.
    pub listen: SocketAddr,
    /// Address to register with the server: that of `listen` if it is left out.
    pub url: Option<String>,
}

/// Called with the address of the hosted page of each checkout that the probe created.
///
/// The address contains a token: it is for the person who pays, not for a log.
pub type PageHook = Arc<dyn Fn(&str) + Send + Sync>;

/// Options of a run.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// Server and the credentials.
    pub target: Target,
    /// A payment of the sandbox that is paid. Facts about payments and refunds need one.
    pub payment: Option<String>,
    /// A product of the merchant's catalog, for organizations that may not describe products on the spot.
    pub product: Option<String>,
    /// Refunds parts of the payment.
    pub refunds: bool,
    /// Receiver of webhooks, if there is one.
    pub webhooks: Option<Webhooks>,
    /// Receives the hosted pages, for a person who pays; the run then waits for the webhooks of the payments.
    pub pages: Option<PageHook>,
    /// Limits.
    pub limits: Limits,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Options {
    /// Creates the options of a run that creates checkouts, and no refund.
    pub fn new(target: Target) -> Options {
        Options {
            target,
            payment: None,
            product: None,
            refunds: false,
            webhooks: None,
            pages: None,
            limits: Limits::default(),
        }
    }

    /// Returns what a run creates, one line each, before it does so.
    pub fn plan(&self) -> Vec<String> {
        let Limits { requests, time, burst, .. } = self.limits;
        let mut plan = vec![
            format!(
                "at most {requests} requests in {} s to {} ({burst} of them reads in a row, to be throttled)",
                time.as_secs(),
                self.target.server.name()
            ),
            "at most 7 checkouts, each with `sandbox_simulate`, which production refuses; nobody is charged"
                .to_owned(),
        ];
        plan.push(match (self.refunds, &self.payment) {
            (true, Some(_)) => {
                "3 refunds of the payment, 1.10 to 1.30 each in its currency, and 2 requests that are to be refused, of 1.00 and 1.005"
                    .to_owned()
            }
            (true, None) => {
                "no refund: --refunds needs a payment of the sandbox (--payment)".to_owned()
            }
            (false, _) => "no refund (--refunds)".to_owned(),
        });
        plan.push(match (&self.webhooks, self.target.session.is_some()) {
            (Some(_), true) => {
                "the webhook endpoint of the organization becomes the probe's, and its old one again at the end (one that is \
                 not set yet stays the probe's: the API cannot unset it)"
                    .to_owned()
            }
            (Some(_), false) => {
                "no change of the webhook endpoint, which needs ND8_SESSION_TOKEN: set it in the dashboard".to_owned()
            }
            (None, _) => "no change of the webhook endpoint (--webhook-receiver)".to_owned(),
        });
        plan.push("nothing else: no key, no payment link and no field of the organization".to_owned());
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_a_sandbox_is_a_target() {
        use InvalidTarget::{InvalidCredential, InvalidUrl, LiveKey, NoKey, NotASandbox};
        for (key, url, expected) in [
            ("k", "", Ok(Server::Nd8Sandbox)),
            ("k", "https://api.sandbox.nd8.com/api/", Ok(Server::Nd8Sandbox)),
            ("k", "https://api.nd8.com/sandbox/api", Ok(Server::Nd8Sandbox)),
            ("k", "http://127.0.0.1:8000/api", Ok(Server::Loopback)),
            ("k", "http://localhost:8000/api", Ok(Server::Loopback)),
            ("k", "http://[::1]:8000/api", Ok(Server::Loopback)),
            ("delivery_key", "", Ok(Server::Nd8Sandbox)),
            ("", "", Err(NoKey)),
            ("a b", "", Err(InvalidCredential)),
            ("ké", "", Err(InvalidCredential)),
            ("nd8_live_abc", "", Err(LiveKey)),
            ("nd8-LIVE-abc", "http://127.0.0.1:8000/api", Err(LiveKey)),
            ("prod.abc", "", Err(LiveKey)),
            ("k", "https://api.nd8.com/api", Err(NotASandbox)),
            ("k", "https://api.nd8.com/sandbox/api/../../api", Err(NotASandbox)),
            ("k", "https://api.nd8.com/sandbox/%2e%2e/api", Err(NotASandbox)),
            ("k", "http://api.sandbox.nd8.com/api", Err(NotASandbox)),
            ("k", "https://api.sandbox.nd8.com:8443/api", Err(NotASandbox)),
            ("k", "https://api.sandbox.nd8.com.example/api", Err(NotASandbox)),
            ("k", "https://sandbox.example/api", Err(NotASandbox)),
            ("k", "https://127.0.0.1.example/api", Err(NotASandbox)),
            ("k", "https://user:word@api.sandbox.nd8.com/api", Err(InvalidUrl)),
            ("k", "https://api.sandbox.nd8.com/api?key=1", Err(InvalidUrl)),
            ("k", "ftp://localhost/", Err(InvalidUrl)),
            ("k", "/api", Err(InvalidUrl)),
        ] {
            let target = Target::new(key, None, Some(url)).map(|target| target.server());
            assert_eq!(target, expected, "{key} {url}");
        }
        assert_eq!(Target::new("k", Some("nd8_live_session"), None).err(), Some(LiveKey));
    }

    #[test]
    fn a_target_shows_no_credential() {
        let target = Target::new("secretkey", Some("secretsession"), None).unwrap();
        let shown = format!("{target:?} {:?}", Options::new(target.clone()));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
