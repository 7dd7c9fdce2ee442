//! How a door is opened: where to, with what, and for how long.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;

use super::core::{Core, HttpClients, Limits, MakeHttp};
use super::retry::Budget;
use super::{Door, Environment, Error, RetryPolicy, tls};
use crate::raw;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("nd8-rust/", env!("CARGO_PKG_VERSION"));

/// Options of a door; made by its `builder`, turned into it by [`build`](Self::build).
///
/// Defaults: the sandbox environment, 10 seconds to connect, 30 seconds for an attempt, 90 seconds for a call, the retries
/// of [`RetryPolicy::default`], bodies of at most 16 MiB, no redirects, the proxy settings of the system.
///
/// # Example: production, with less patience
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
pub struct Builder<D> {
    context: raw::Context,
    base_url: String,
    limits: Limits,
    retry: RetryPolicy,
    connect_timeout: Duration,
    application: Option<String>,
    http: Option<reqwest::Client>,
    door: PhantomData<D>,
}

impl<D: Door> Builder<D> {
    pub(super) fn new(context: raw::Context) -> Self {
        Self {
            context,
            base_url: Environment::default().base_url().to_owned(),
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            connect_timeout: CONNECT_TIMEOUT,
            application: None,
            http: None,
            door: PhantomData,
        }
    }

    /// Chooses one of ND8's environments. The default is the sandbox.
    pub fn environment(self, environment: Environment) -> Self {
        self.base_url(environment.base_url())
    }

    /// Chooses any other base URL, such as a local sandbox's. It ends where the paths of the operations begin, as in
    /// `https://api.sandbox.nd8.com/api`; slashes at its end do not matter.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// How long a call may take, with all its attempts and the waits between them. The default is 90 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How long one attempt may take. The default is 30 seconds.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt_timeout = timeout;
        self
    }

    /// How many bytes of a body are read. The default is 16 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = bytes;
        self
    }

    /// How failed attempts are repeated, where that is safe.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How long making a connection may take. The default is 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Names the calling program in the user agent, after this crate: `nd8-rust/0.1.0 shop/2.3`.
    pub fn application(mut self, name_and_version: impl Into<String>) -> Self {
        self.application = Some(name_and_version.into());
        self
    }

    /// Uses an HTTP client of your own: with your TLS, your proxies, your DNS. This is the one place where reqwest shows.
    ///
    /// Its time for connecting, its user agent and its redirects are then its own; the name of the
    /// [`application`](Self::application) is not sent. A response that it got by following a redirect is an error all the
    /// same, with [`Outcome::Unknown`](crate::Outcome::Unknown). A redirect to the same URL cannot be recognized, so turn redirects off
    /// (`reqwest::redirect::Policy::none()`).
    ///
    /// A connection is driven by the runtime that opened it. For each runtime that it is used on, the default client has connections of its
    /// own; one of yours has them for all, so take one for each.
    ///
    /// Retries and redirects of the HTTP client do not repeat a request of this crate: its body can be read only once. What is left is
    /// that hyper sends a request on another connection if a pooled one was closed before anything of it was written, and what a
    /// proxy does on its own. Middleware around reqwest cannot be passed here.
    pub fn http_client(mut self, http: reqwest::Client) -> Self {
        self.http = Some(http);
        self
    }

    /// Takes the base URL and the timeout from the environment, where they are set: `ND8_BASE_URL`, and `ND8_TIMEOUT` in
    /// whole seconds.
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] when `ND8_TIMEOUT` is not a number.
    pub fn settings_from_env(self) -> Result<Self, Error> {
        self.settings_from(|name| std::env::var(name).ok())
    }

    fn settings_from(mut self, read: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        if let Some(base_url) = read("ND8_BASE_URL") {
            self = self.base_url(base_url);
        }
        if let Some(seconds) = read("ND8_TIMEOUT") {
            let seconds = seconds.trim().parse();
            let seconds = seconds
                .map_err(|error| Error::configuration("ND8_TIMEOUT is not a number of seconds", error))?;
            self = self.timeout(Duration::from_secs(seconds));
        }
        Ok(self)
    }

    /// Opens the door. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] when the credential is empty, has white space at either end or cannot be sent in a header; when the
    /// base URL is not an absolute HTTP(S) URL, or carries a user name, a query or
    /// a fragment; when it is HTTPS and no TLS is built in; when the application's name does not fit into a header; or
    /// when TLS cannot be set up.
    pub fn build(self) -> Result<D, Error> {
        self.context.check().map_err(Error::configuration_problem)?;
        let base_url = checked(&self.base_url)?;
        let (http, make) = match self.http {
            Some(http) => (http, None),
            None => {
                if !tls::IS_BUILT_IN && base_url.starts_with("https:") {
                    let problem = "the base URL is HTTPS, and no TLS is built in: turn a TLS feature on, or bring an HTTP client";
                    return Err(Error::configuration_problem(problem));
                }
                let make = default_http_client(self.application, self.limits, self.connect_timeout)?;
                (make()?, Some(Box::new(make) as MakeHttp))
            }
        };
        let raw = raw::Client::new_with_client(&base_url, http.clone(), self.context);
        let (limits, retry, budget) = (self.limits, self.retry, Budget::new());
        let http = HttpClients::new(http, make.filter(|_| cfg!(not(target_family = "wasm"))));
        Ok(D::open(Arc::new(Core { raw, http, limits, retry, budget })))
    }
}

/// Returns what makes an HTTP client, for the first runtime that it is used on as for any further.
fn default_http_client(
    application: Option<String>,
    limits: Limits,
    connect_timeout: Duration,
) -> Result<impl Fn() -> Result<reqwest::Client, Error> + Send + Sync, Error> {
    let shared = tls::set_up()?;
    let user_agent = match application {
        Some(application) => format!("{USER_AGENT} {application}"),
        None => USER_AGENT.to_owned(),
    };
    Ok(move || {
        let http = reqwest::Client::builder().user_agent(&user_agent);
        // A browser decides on these by itself.
        #[cfg(not(target_family = "wasm"))]
        let http = http
            // For the raw client; calls of the doors set their own.
            .timeout(limits.attempt_timeout)
            .connect_timeout(connect_timeout)
            // What may be repeated is decided in `retry`, within its budget.
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none());
        #[cfg(target_family = "wasm")]
        let _ = (limits, connect_timeout);
        tls::build(http, &shared)
    })
}

impl<D> fmt::Debug for Builder<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The base URL is not checked yet, and a caller's HTTP client prints its default headers: both may hold secrets.
        f.debug_struct("Builder")
            .field("context", &self.context)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// The base URL as the generated client wants it: no slash at the end.
fn checked(base_url: &str) -> Result<String, Error> {
    let refuse = |problem: &'static str| Error::configuration_problem(problem);
    let url =
        Url::parse(base_url).map_err(|error| Error::configuration("the base URL is not a URL", error))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refuse("the base URL is not an absolute HTTP or HTTPS URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("the base URL carries a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("the base URL carries a query or a fragment"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::checked;
    use crate::Client;

    #[test]
    fn the_environment_has_its_say() {
        let set = |name: &str| match name {
            "ND8_BASE_URL" => Some("http://127.0.0.1:1/api".to_owned()),
            "ND8_TIMEOUT" => Some("7".to_owned()),
            _ => None,
        };
        let builder = Client::builder("k").settings_from(set).expect("is fine");
        assert_eq!(
            (builder.base_url.as_str(), builder.limits.timeout.as_secs()),
            ("http://127.0.0.1:1/api", 7)
        );
        let unset = Client::builder("k").settings_from(|_| None).expect("is fine");
        assert_eq!(unset.base_url, crate::Environment::Sandbox.base_url());
        let wrong =
            Client::builder("k").settings_from(|_| Some("canary".to_owned())).expect_err("is no number");
        assert!(wrong.is_configuration() && !wrong.to_string().contains("canary"), "{wrong}");
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

    #[test]
    fn slashes_at_the_end_do_not_matter() {
        for base_url in ["https://api.test/api", "https://api.test/api/", "https://api.test/api//"] {
            assert_eq!(checked(base_url).expect("is fine"), "https://api.test/api");
        }
        assert_eq!(checked("http://127.0.0.1:80").expect("is fine"), "http://127.0.0.1");
    }

    #[test]
    fn what_is_not_a_base_url_is_refused_without_being_repeated() {
        let refused = [
            "",
            "api.test/api",
            "ftp://canary.test",
            "https://me:canary@api.test",
            "https://a.test/?canary",
            "https://a.test/#canary",
        ];
        for base_url in refused {
            let error = checked(base_url).expect_err("is no base URL");
            assert!(error.is_configuration());
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }
}
