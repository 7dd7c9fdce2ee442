//! Three clients, one per credential, each with the operations that its credential allows.
//!
//! One type per credential makes a call with the wrong credential a compile error. A single client with a runtime check
//! would report the mistake only when the server refuses the request.

use std::sync::Arc;

use secrecy::SecretString;

use super::core::Core;
use super::{AnyRequest, Builder, Call, Error};
use crate::raw;

/// A client: [`Client`], [`Dashboard`] or [`Storefront`]. Sealed.
pub trait ClientKind: sealed::Open {}

mod sealed {
    use std::sync::Arc;

    use crate::ext::core::Core;

    pub trait Open: Sized {
        fn open(core: Arc<Core>) -> Self;
    }
}

macro_rules! client {
    ($client:ident) => {
        impl ClientKind for $client {}

        impl sealed::Open for $client {
            fn open(core: Arc<Core>) -> Self {
                Self { core }
            }
        }

        impl $client {
            /// Returns the generated client with the same credential: every operation, without retries, deadlines or typed errors.
            pub fn raw(&self) -> &raw::Client {
                &self.core.raw
            }

            /// Creates a request to any path below the base URL, with the credential of this client, for operations that this
            /// crate has no method for. A method that is not idempotent is sent once, like in any other call.
            ///
            /// The caller escapes special characters of the path: `/orders/a%2Fb/` has one segment for the id `a/b`. The path is
            /// sent unchanged.
            ///
            /// Fails with [`is_invalid_input`](Error::is_invalid_input) when the path does not begin with a slash, has a
            /// query, white space or a percent sign that escapes nothing, or has `.` or `..` as a segment, escaped or not.
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
/// API keys never reach these operations, and a session token never reaches those of [`Client`]: calling an operation
/// with the wrong credential is a compile error.
///
/// # Example: an operation of another credential is a compile error
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

/// Gives a customer access without a credential: shows a payment link and starts its checkout.
///
/// # Example: a link that does not exist
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

client!(Client);
client!(Dashboard);
client!(Storefront);

impl Client {
    /// Starts with an API key. Keys belong to one environment: choose it on the builder.
    pub fn builder(api_key: impl Into<SecretString>) -> Builder<Self> {
        Builder::new(raw::Context::api_key(api_key))
    }

    /// Takes the API key from `ND8_API_KEY`, and settings from `ND8_ENVIRONMENT` or `ND8_BASE_URL` and from `ND8_TIMEOUT`,
    /// where they are set ([`Builder::settings_from_env`]).
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] if there is no key, or the client cannot be built with these settings.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder(secret("ND8_API_KEY")?).settings_from_env()?.build()
    }
}

impl Dashboard {
    /// Starts with the token of a dashboard session.
    pub fn builder(session_token: impl Into<SecretString>) -> Builder<Self> {
        Builder::new(raw::Context::session_token(session_token))
    }

    /// Takes the session's token from `ND8_SESSION_TOKEN`, and settings from `ND8_ENVIRONMENT` or `ND8_BASE_URL` and from
    /// `ND8_TIMEOUT`, where they are set ([`Builder::settings_from_env`]).
    ///
    /// # Errors
    ///
    /// [`Error::is_configuration`] if there is no token, or the client cannot be built with these settings.
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
        // Never echo the value, not even to report that it is not valid Unicode: it may be a secret.
        _ => Err(Error::configuration_problem(match name {
            "ND8_API_KEY" => "the environment variable ND8_API_KEY holds no API key",
            _ => "the environment variable ND8_SESSION_TOKEN holds no session token",
        })),
    }
}
