//! The three doors: which credential opens which operations.

use std::sync::Arc;

use secrecy::SecretString;

use super::core::Core;
use super::{AnyRequest, Builder, Call, Error};
use crate::raw;

/// A door: [`Client`], [`Dashboard`] or [`Storefront`]. Sealed.
pub trait Door: sealed::Open {}

mod sealed {
    use std::sync::Arc;

    use crate::ext::core::Core;

    pub trait Open: Sized {
        fn open(core: Arc<Core>) -> Self;
    }
}

macro_rules! door {
    ($door:ident) => {
        impl Door for $door {}

        impl sealed::Open for $door {
            fn open(core: Arc<Core>) -> Self {
                Self { core }
            }
        }

        impl $door {
            /// The generated client underneath, with the same credential: every operation, no comfort.
            pub fn raw(&self) -> &raw::Client {
                &self.core.raw
            }

            /// A request to any path below the base URL, with the door's credential, for what this crate has no method
            /// for yet. What is not idempotent is sent once, like any other call.
            ///
            /// What is special in a path is escaped by the caller: `/orders/a%2Fb/` has one segment for the id `a/b`. The path is sent as
            /// it is given.
            ///
            /// Fails with [`is_invalid_input`](Error::is_invalid_input) when the path does not begin with a slash, has a query, white space
            /// or a percent sign that escapes nothing, or has `.` or `..` as a segment, escaped or not.
            pub fn request<T>(&self, method: http::Method, path: &str) -> Call<AnyRequest<T>> {
                Call::any(&self.core, method, path)
            }
        }
    };
}

/// Takes payments with an API key: checkouts, payments, refunds.
///
/// Cheap to clone; clones share their connections. `Debug` does not show the key.
///
/// # Example: opened for the sandbox
///
/// ```
/// use nd8::{Client, Environment};
///
/// let client = Client::builder("an-api-key").environment(Environment::Sandbox).build()?;
/// assert!(!format!("{client:?}").contains("an-api-key"));
/// # Ok::<(), nd8::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) core: Arc<Core>,
}

/// Runs the merchant's organization with the token of a dashboard session: API keys, webhook endpoint, payment links.
///
/// API keys never reach these operations, and a session token never reaches those of [`Client`]; so calling them
/// on the wrong door does not compile.
///
/// # Example: the wrong credential does not compile
///
/// ```compile_fail,E0599
/// # fn main() -> Result<(), nd8::Error> {
/// let client = nd8::Client::builder("an-api-key").build()?;
/// client.payment_links(); // belongs to `Dashboard`
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Dashboard {
    pub(super) core: Arc<Core>,
}

/// What a customer may do without any credential: look at a payment link and start its checkout.
///
/// # Example: a link that nobody made
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = nd8_sandbox::Sandbox::start().await?;
/// # let base_url = sandbox.base_url();
/// let storefront = nd8::Storefront::builder().base_url(base_url).build()?;
/// let error = storefront.payment_links().get(uuid::Uuid::nil().into()).send().await.unwrap_err();
/// assert!(error.is_not_found());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Storefront {
    pub(super) core: Arc<Core>,
}

door!(Client);
door!(Dashboard);
door!(Storefront);

impl Client {
    /// Starts with an API key. Keys belong to one environment: choose it on the builder.
    pub fn builder(api_key: impl Into<SecretString>) -> Builder<Self> {
        Builder::new(raw::Context::api_key(api_key))
    }

    /// Takes the API key from `ND8_API_KEY`, and settings from `ND8_ENVIRONMENT` or `ND8_BASE_URL` and from `ND8_TIMEOUT`, where they are
    /// set ([`Builder::settings_from_env`]).
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] when there is no key, or the door cannot be opened with what is there.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder(secret("ND8_API_KEY")?).settings_from_env()?.build()
    }
}

impl Dashboard {
    /// Starts with the token of a dashboard session.
    pub fn builder(session_token: impl Into<SecretString>) -> Builder<Self> {
        Builder::new(raw::Context::session_token(session_token))
    }

    /// Takes the session's token from `ND8_SESSION_TOKEN`, and settings from `ND8_ENVIRONMENT` or `ND8_BASE_URL` and from `ND8_TIMEOUT`,
    /// where they are set ([`Builder::settings_from_env`]).
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] when there is no token, or the door cannot be opened with what is there.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder(secret("ND8_SESSION_TOKEN")?).settings_from_env()?.build()
    }
}

impl Storefront {
    /// Starts without a credential.
    pub fn builder() -> Builder<Self> {
        Builder::new(raw::Context::anonymous())
    }
}

fn secret(name: &'static str) -> Result<SecretString, Error> {
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => Ok(value.into()),
        // What is in there is not told, not even that it is no text.
        _ => Err(Error::configuration_problem(match name {
            "ND8_API_KEY" => "the environment variable ND8_API_KEY holds no API key",
            _ => "the environment variable ND8_SESSION_TOKEN holds no session token",
        })),
    }
}
