//! Builds a client: its server, its credential, its HTTP client and its limits.

use std::ffi::OsString;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use super::address::{Address, PlainHttp};
use super::core::{Core, HttpClients, Limits, MakeHttp};
use super::retry::Budget;
use super::{ClientKind, Environment, Error, RetryPolicy, tls};
use crate::raw;

/// Longest time for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time that an unused connection stays open. Many servers close theirs after 5 seconds; a request that is sent
/// at that moment is lost, and it is unknown whether it arrived.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Longest accepted idle timeout. Longer ones have no use, and timers overflow for very long ones.
const MOST_IDLE: Duration = Duration::from_secs(24 * 60 * 60);

/// Options of a client. Created by its `builder`; [`build`](Self::build) returns the client.
///
/// Defaults: the sandbox environment, 10 seconds to connect, 30 seconds for an attempt, 90 seconds for a call, 4 seconds
/// until an unused connection is closed, the retries of [`RetryPolicy::default`], bodies of at most 16 MiB, no redirects,
/// the proxy settings of the system, but no proxy for a base URL on this machine.
///
/// # Example: production, with a shorter timeout
///
/// ```
/// use std::time::Duration;
/// use nd8::{Client, Environment};
///
/// let client = Client::builder("an-api-key")
///     .environment(Environment::Production)
///     .timeout(Duration::from_secs(20))
///     .application("shop/2.3")
///     .build()?;
/// assert!(!format!("{client:?}").contains("an-api-key"));
///
/// let error = Client::builder("an-api-key").base_url("shop.example").build().unwrap_err();
/// assert!(error.is_configuration());
/// # Ok::<(), nd8::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct Builder<C> {
    context: raw::Context,
    base_url: String,
    limits: Limits,
    retry: RetryPolicy,
    connect_timeout: Duration,
    idle_timeout: Duration,
    allows_plain_http: bool,
    application: Option<String>,
    http: Option<reqwest::Client>,
    client: PhantomData<C>,
}

impl<C: ClientKind> Builder<C> {
    pub(super) fn new(context: raw::Context) -> Self {
        Self {
            context,
            base_url: Environment::default().base_url().to_owned(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            connect_timeout: CONNECT_TIMEOUT,
            idle_timeout: IDLE_TIMEOUT,
            allows_plain_http: false,
            application: None,
            http: None,
            client: PhantomData,
        }
    }

    /// Chooses one of ND8's environments. The default is the sandbox.
    pub fn environment(self, environment: Environment) -> Self {
        self.base_url(environment.base_url())
    }

    /// Chooses any other base URL, such as a local sandbox's. It ends where the paths of the operations begin, as in
    /// `https://api.sandbox.nd8.com/api`; slashes at its end do not matter.
    ///
    /// Plain HTTP is accepted for this machine only (`localhost`, names below it, and addresses of loopback), and never goes through a
    /// proxy there; for other servers see [`allow_plain_http`](Self::allow_plain_http).
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Accepts a base URL of plain HTTP that leads to another machine, such as a sandbox in another container. Whoever is on the way
    /// reads and changes everything: the credential, amounts, the page that a customer is sent to.
    ///
    /// # Example: a sandbox in another container
    ///
    /// ```
    /// use nd8::Client;
    ///
    /// let builder = || Client::builder("an-api-key").base_url("http://sandbox:8080/api");
    /// assert!(builder().build().unwrap_err().is_configuration());
    /// builder().allow_plain_http().build()?;
    /// # Ok::<(), nd8::Error>(())
    /// ```
    pub fn allow_plain_http(mut self) -> Self {
        self.allows_plain_http = true;
        self
    }

    /// Sets the timeout of a call, including all attempts and the waits between them. The default is 90 seconds.
    ///
    /// It bounds each attempt as well: a late one has only the time that is left. With less than
    /// [`attempt_timeout`](Self::attempt_timeout), one attempt may use up all of it, and nothing is repeated after that.
    /// With zero, nothing is sent.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// Sets the timeout of one attempt, from connecting to the end of the body. The default is 30 seconds.
    ///
    /// A request that may be repeated is repeated after that, as long as the [`timeout`](Self::timeout) of the call allows.
    /// More than that time has no effect. The message of an error for which [`is_timeout`](Error::is_timeout) holds names
    /// the one that ran out.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt_timeout = timeout;
        self
    }

    /// Sets the maximum size of a response body in bytes. The default is 16 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = bytes;
        self
    }

    /// Sets the retry policy, which applies where repeating is safe.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the timeout of opening a connection. The default is 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long an unused connection stays open. The default is 4 seconds; zero closes it at once.
    ///
    /// It has to be less than the time after which the server, or a proxy in front of it, closes its end, which is 5 seconds for many.
    /// A request that crosses with the close is lost, and a refund that is lost in this way has the outcome
    /// [`Unknown`](crate::Outcome::Unknown).
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Names the calling program in the user agent, after this crate: `nd8-rust/0.1.0 shop/2.3`.
    pub fn application(mut self, name_and_version: impl Into<String>) -> Self {
        self.application = Some(name_and_version.into());
        self
    }

    /// Uses an HTTP client of your own, with your TLS, proxies and DNS. This is the only method whose signature names reqwest.
    ///
    /// Its connect and idle timeouts, its proxies (also for this machine), its user agent and its redirect policy then
    /// apply; the name of the [`application`](Self::application) is not sent. Plain HTTP is then also accepted for names
    /// below `test`, which exist only where a resolver or a proxy of yours knows them. A response that it received after a
    /// redirect is still an error, with [`Outcome::Unknown`](crate::Outcome::Unknown). A redirect to the same URL cannot be
    /// recognized, so turn redirects off (`reqwest::redirect::Policy::none()`).
    ///
    /// A connection is driven by the runtime that opened it. For each runtime that it is used on, the default client has
    /// connections of its own; one of yours has them for all, so take one for each.
    ///
    /// Retries and redirects of the HTTP client do not repeat a request of this crate: its body can be read only once. What is left is
    /// that hyper sends a request on another connection if a pooled one was closed before anything of it was written, and what a
    /// proxy does on its own. Middleware around reqwest cannot be passed here.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Takes the environment or the base URL, and the timeout, from the environment variables that are set:
    /// `ND8_ENVIRONMENT` (`sandbox` or
    /// `production`), `ND8_BASE_URL`, and `ND8_TIMEOUT` in whole seconds, from 1.
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] when one of them cannot be read, and when both `ND8_ENVIRONMENT` and `ND8_BASE_URL` are
    /// set: which of them is meant decides whether money moves.
    pub fn settings_from_env(self) -> Result<Self, Error> {
        self.settings_from(|name| std::env::var_os(name))
    }

    fn settings_from(mut self, read: impl Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        // A value that is not Unicode is an error: treating it as unset could select another server.
        let read = |name| match read(name).map(OsString::into_string) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value)),
            Some(Err(_)) => Err(Error::configuration_problem(
                "ND8_ENVIRONMENT, ND8_BASE_URL or ND8_TIMEOUT is not Unicode text",
            )),
        };
        self = match (read("ND8_ENVIRONMENT")?, read("ND8_BASE_URL")?) {
            (None, None) => self,
            (None, Some(base_url)) => self.base_url(base_url),
            (Some(name), None) => {
                let environment = name.parse();
                self.environment(environment.map_err(|error| {
                    Error::configuration("ND8_ENVIRONMENT is neither `sandbox` nor `production`", error)
                })?)
            }
            (Some(_), Some(_)) => {
                return Err(Error::configuration_problem(
                    "both ND8_ENVIRONMENT and ND8_BASE_URL are set, which may lead to different servers: unset one of them",
                ));
            }
        };
        if let Some(seconds) = read("ND8_TIMEOUT")? {
            let seconds: NonZeroU64 = seconds.trim().parse().map_err(|error| {
                Error::configuration("ND8_TIMEOUT is not a number of seconds from 1", error)
            })?;
            self = self.timeout(Duration::from_secs(seconds.get()));
        }
        Ok(self)
    }

    /// Builds the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] when the credential is empty, has white space at either end or a line break in it, is in quotation
    /// marks, begins with a word such as `Api-Key`, or cannot be sent in a header; when the
    /// base URL is not an absolute HTTP(S) URL, has white space in it, or carries a user name, a query or
    /// a fragment; when it is plain HTTP to another machine and [`allow_plain_http`](Self::allow_plain_http) was not called;
    /// when it is HTTPS and no TLS is built in; when the application's name does not fit into a header; or when TLS cannot be set up.
    pub fn build(self) -> Result<C, Error> {
        self.context.check().map_err(Error::configuration_problem)?;
        let plain_http = match (self.allows_plain_http, &self.http) {
            (true, _) => PlainHttp::Anywhere,
            (false, Some(_)) => PlainHttp::ReservedNames,
            (false, None) => PlainHttp::Nowhere,
        };
        let address = Address::new(&self.base_url, plain_http)?;
        // The first HTTP client is built here and not on first use, so that errors of TLS are errors of configuration.
        let (http, make) = match self.http {
            Some(http) => (http, None),
            None => {
                if !tls::IS_BUILT_IN && address.is_https {
                    let problem = "the base URL is HTTPS, and no TLS is built in: turn a TLS feature on, or bring an HTTP client";
                    return Err(Error::configuration_problem(problem));
                }
                let make = default_http_client(Settings {
                    user_agent: user_agent(self.application.as_deref()),
                    timeout: self.limits.attempt_timeout,
                    connect_timeout: self.connect_timeout,
                    idle_timeout: self.idle_timeout.min(MOST_IDLE),
                    is_loopback: address.is_loopback,
                })?;
                (make()?, Some(Box::new(make) as MakeHttp))
            }
        };
        let raw = raw::Client::new_with_client(&address.base_url, http.clone(), self.context);
        let (limits, retry, budget) = (self.limits, self.retry, Budget::new());
        let http = HttpClients::new(http, make.filter(|_| cfg!(not(target_family = "wasm"))));
        Ok(C::open(Arc::new(Core { raw, http, limits, retry, budget })))
    }
}

/// Settings of the default HTTP client.
#[cfg_attr(target_family = "wasm", allow(dead_code, reason = "a browser decides on most of it by itself"))]
struct Settings {
    user_agent: String,
    /// Of one attempt, for the raw client; calls of the clients set their own.
    timeout: Duration,
    connect_timeout: Duration,
    idle_timeout: Duration,
    is_loopback: bool,
}

/// Returns `nd8-rust/0.1.0 shop/2.3`. The version's metadata, which is that of the API, is not part of it.
fn user_agent(application: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION").split('+').next().unwrap_or_default();
    match application {
        Some(application) => format!("nd8-rust/{version} {application}"),
        None => format!("nd8-rust/{version}"),
    }
}

/// Returns a function that creates an HTTP client, called once per runtime.
fn default_http_client(
    settings: Settings,
) -> Result<impl Fn() -> Result<reqwest::Client, Error> + Send + Sync, Error> {
    let shared = tls::set_up()?;
    Ok(move || {
        let http = reqwest::Client::builder().user_agent(&settings.user_agent);
        #[cfg(not(target_family = "wasm"))]
        let http = http
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(settings.idle_timeout)
            // reqwest does not know which requests move money: `retry` decides, within its budget.
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none());
        // For a proxy, "localhost" is the proxy's machine: it would receive the credential and reach another server or none.
        #[cfg(not(target_family = "wasm"))]
        let http = if settings.is_loopback { http.no_proxy() } else { http };
        tls::build(http, &shared)
    })
}

impl<C> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet, and a caller's HTTP client prints its default headers: both may hold secrets.
        f.debug_struct("Builder")
            .field("context", &self.context)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::time::Duration;

    use super::user_agent;
    use crate::{Builder, Client, Environment, Error, RetryPolicy};

    fn settings(set: &[(&str, &str)]) -> Result<Builder<Client>, Error> {
        Client::builder("k").settings_from(|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(*value))
        })
    }

    #[test]
    fn the_environment_variables_are_honored() {
        let (sandbox, production) = (Environment::Sandbox.base_url(), Environment::Production.base_url());
        let local = "http://127.0.0.1:1/api";
        for (set, base_url, seconds) in [
            (&[][..], sandbox, 90),
            (&[("ND8_BASE_URL", local), ("ND8_TIMEOUT", "7")], local, 7),
            (&[("ND8_ENVIRONMENT", "sandbox")], sandbox, 90),
            (&[("ND8_ENVIRONMENT", "Production"), ("ND8_TIMEOUT", "1")], production, 1),
        ] {
            let builder = settings(set).expect("is fine");
            assert_eq!((builder.base_url.as_str(), builder.limits.timeout.as_secs()), (base_url, seconds));
        }
    }

    #[test]
    fn an_environment_variable_that_cannot_be_read_is_refused_without_being_repeated() {
        for set in [
            &[("ND8_TIMEOUT", "canary")][..],
            &[("ND8_TIMEOUT", "0")],
            &[("ND8_TIMEOUT", "")],
            &[("ND8_TIMEOUT", "1.5")],
            &[("ND8_ENVIRONMENT", "canary")],
            &[("ND8_ENVIRONMENT", "")],
            &[("ND8_ENVIRONMENT", "sandbox\n")],
            &[("ND8_ENVIRONMENT", "sandbox"), ("ND8_BASE_URL", "https://canary.test/api")],
        ] {
            let error = settings(set).expect_err("cannot be read");
            assert!(error.is_configuration() && !format!("{error:?}").contains("canary"), "{error:?}");
        }
        for base_url in ["", "https://canary.test/api\n", "http://canary.example/api"] {
            let error =
                settings(&[("ND8_BASE_URL", base_url)]).and_then(Builder::build).expect_err("is none");
            assert!(error.is_configuration() && !format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_environment_variable_that_is_no_text_is_not_taken_for_one_that_is_not_set() {
        use std::os::unix::ffi::OsStringExt as _;

        for name in ["ND8_ENVIRONMENT", "ND8_BASE_URL", "ND8_TIMEOUT"] {
            let read = |it: &str| (it == name).then(|| OsString::from_vec(vec![0xff]));
            let error = Client::builder("k").settings_from(read).expect_err("is no text");
            assert!(error.is_configuration(), "{error}");
        }
    }

    #[test]
    fn defaults_are_as_documented() {
        let builder = Client::builder("k");
        let seconds = Duration::from_secs;
        assert_eq!(builder.base_url, Environment::Sandbox.base_url());
        assert_eq!((builder.limits.timeout, builder.limits.attempt_timeout), (seconds(90), seconds(30)));
        assert_eq!(builder.limits.max_body, 16 * 1024 * 1024);
        assert_eq!((builder.connect_timeout, builder.idle_timeout), (seconds(10), seconds(4)));
        assert_eq!(builder.retry, RetryPolicy::default());
    }

    #[test]
    fn the_user_agent_is_a_name_and_a_version() {
        let version = user_agent(None);
        let version = version.strip_prefix("nd8-rust/").expect("begins with the name of the crate");
        assert!(
            env!("CARGO_PKG_VERSION").starts_with(version) && version.split('.').count() == 3,
            "{version}"
        );
        assert!(version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{version}");
        assert_eq!(user_agent(Some("shop/2.3")), format!("nd8-rust/{version} shop/2.3"));
    }

    /// The lengths at which timers overflow.
    #[cfg(any(feature = "native-tls", feature = "rustls-aws-lc", feature = "rustls-ring"))]
    #[test]
    fn a_client_with_any_durations_can_be_built() {
        for time in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            let builder = Client::builder("k").base_url("http://127.0.0.1:9/api").timeout(time);
            let builder = builder.attempt_timeout(time).connect_timeout(time).idle_timeout(time);
            builder.build().expect("is fine");
        }
    }

    #[cfg(not(any(feature = "native-tls", feature = "rustls-aws-lc", feature = "rustls-ring")))]
    #[test]
    fn https_without_tls_is_found_out_when_the_client_is_built() {
        let error = Client::builder("k").build().expect_err("the sandbox is HTTPS");
        assert!(error.is_configuration(), "{error}");
        // Whether this can be built depends on what other crates made of reqwest; it is never a panic.
        if let Err(error) = Client::builder("k").base_url("http://127.0.0.1:1").build() {
            assert!(error.is_configuration(), "{error}");
        }
    }
}
