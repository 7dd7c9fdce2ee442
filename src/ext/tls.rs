//! TLS of the default HTTP client, as selected by features, without process-wide state.
//!
//! The default is rustls with ring. Building aws-lc, the default provider of rustls, takes most of the time of a clean build,
//! and native TLS needs the headers of the system's library on Linux. The provider is passed explicitly: installing one
//! for the process would conflict with another crate that installs a different one.
//!
//! If several features are on, the one that is not the default was chosen on purpose: native TLS takes precedence over
//! aws-lc, and aws-lc over ring.

use super::Error;

/// Is true if HTTPS is available.
pub(super) const IS_BUILT_IN: bool = cfg!(any(
    target_family = "wasm",
    feature = "native-tls",
    feature = "rustls-aws-lc",
    feature = "rustls-ring"
));

/// State that the HTTP clients of a core share: the configuration of rustls. Loading root certificates once per runtime would be slow.
#[cfg(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
))]
pub(super) type Shared = rustls::ClientConfig;
/// State that the HTTP clients of a core share: none.
#[cfg(not(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
)))]
pub(super) struct Shared;

/// Returns the empty shared state.
#[cfg(not(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
)))]
pub(super) fn set_up() -> Result<Shared, Error> {
    Ok(Shared)
}

/// Builds the HTTP client; the browser provides TLS.
#[cfg(target_family = "wasm")]
pub(super) fn build(http: reqwest::ClientBuilder, _: &Shared) -> Result<reqwest::Client, Error> {
    finish(http)
}

/// Builds the HTTP client with the TLS of the system: OpenSSL on Linux, Secure Transport on macOS, SChannel on Windows.
#[cfg(all(not(target_family = "wasm"), feature = "native-tls"))]
pub(super) fn build(http: reqwest::ClientBuilder, _: &Shared) -> Result<reqwest::Client, Error> {
    finish(http.tls_backend_native())
}

/// Creates the configuration of rustls with an explicit provider, so that nothing process-wide is installed or needed.
#[cfg(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
))]
pub(super) fn set_up() -> Result<Shared, Error> {
    use std::sync::Arc;

    #[cfg(feature = "rustls-aws-lc")]
    use rustls::crypto::aws_lc_rs::default_provider;
    #[cfg(not(feature = "rustls-aws-lc"))]
    use rustls::crypto::ring::default_provider;
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let config = rustls::ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| Error::configuration("TLS cannot be set up", error))?;
    Ok(config.with_no_client_auth())
}

/// Builds the HTTP client with the shared configuration.
#[cfg(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
))]
pub(super) fn build(http: reqwest::ClientBuilder, shared: &Shared) -> Result<reqwest::Client, Error> {
    finish(http.tls_backend_preconfigured(shared.clone()))
}

/// Builds the HTTP client for plain HTTP, since no TLS feature is on.
///
/// reqwest panics if another crate of the graph turned `reqwest/rustls-no-provider` on and no provider is installed. A
/// library must not pass that panic on, and without a dependency on rustls there is no provider to pass to reqwest.
#[cfg(not(any(
    target_family = "wasm",
    feature = "native-tls",
    feature = "rustls-aws-lc",
    feature = "rustls-ring"
)))]
pub(super) fn build(http: reqwest::ClientBuilder, _: &Shared) -> Result<reqwest::Client, Error> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| finish(http))) {
        Ok(built) => built,
        Err(_) => Err(Error::configuration_problem(
            "reqwest has rustls without a provider: turn a TLS feature on, or bring an HTTP client",
        )),
    }
}

fn finish(http: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    http.build().map_err(|error| Error::configuration("the HTTP client cannot be built", error))
}
