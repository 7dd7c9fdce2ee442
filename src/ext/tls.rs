//! The TLS of the default HTTP client: whichever feature was turned on, and none of it process-wide.
//!
//! Where several are on, what is not the default has been asked for: native TLS goes before aws-lc, and that before ring.

use super::Error;

/// Whether HTTPS can be spoken.
pub(super) const IS_BUILT_IN: bool = cfg!(any(
    target_family = "wasm",
    feature = "native-tls",
    feature = "rustls-aws-lc",
    feature = "rustls-ring"
));

/// What several HTTP clients share: of rustls the configuration, with its root certificates.
#[cfg(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
))]
pub(super) type Shared = rustls::ClientConfig;
/// What several HTTP clients share: nothing.
#[cfg(not(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
)))]
pub(super) struct Shared;

/// Nothing is to be set up.
#[cfg(not(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
)))]
pub(super) fn set_up() -> Result<Shared, Error> {
    Ok(Shared)
}

/// The browser's.
#[cfg(target_family = "wasm")]
pub(super) fn build(http: reqwest::ClientBuilder, _: &Shared) -> Result<reqwest::Client, Error> {
    finish(http)
}

/// The TLS of the system: OpenSSL on Linux, Secure Transport on macOS, SChannel on Windows.
#[cfg(all(not(target_family = "wasm"), feature = "native-tls"))]
pub(super) fn build(http: reqwest::ClientBuilder, _: &Shared) -> Result<reqwest::Client, Error> {
    finish(http.tls_backend_native())
}

/// Hands rustls its provider explicitly: nothing process-wide is installed or needed, so two crates of one program
/// cannot disagree about it.
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

/// Speaks TLS by the shared configuration.
#[cfg(all(
    not(any(target_family = "wasm", feature = "native-tls")),
    any(feature = "rustls-aws-lc", feature = "rustls-ring")
))]
pub(super) fn build(http: reqwest::ClientBuilder, shared: &Shared) -> Result<reqwest::Client, Error> {
    finish(http.tls_backend_preconfigured(shared.clone()))
}

/// Without a TLS feature only HTTP can be spoken.
///
/// Where another crate of the graph turned `reqwest/rustls-no-provider` on and installed no provider, reqwest panics. That
/// is not for a library to hand on, and without rustls of our own there is no provider to give it.
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
