//! The state of a raw client in addition to its address: the credential, and the attempt that it makes.

use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::{AttemptContext, Security};
use crate::secret::{self, Flaw};

/// The credential of a raw [`Client`](super::Client). It is sent only with the operations that take it, and neither `Debug` nor
/// an error prints it.
///
/// ```
/// use nd8::raw::Context;
///
/// let context = Context::api_key("key-to-the-till");
/// assert!(!format!("{context:?}").contains("till"));
/// ```
#[derive(Clone)]
pub struct Context {
    credential: Arc<Credential>,
    /// The attempt of a high-level client; none if the raw client is used by itself.
    pub(super) attempt: Option<Arc<AttemptContext>>,
}

enum Credential {
    None,
    ApiKey(SecretString),
    SessionToken(SecretString),
}

impl Context {
    /// Creates a context without a credential, with which only open operations can be called.
    pub fn anonymous() -> Self {
        Self::new(Credential::None)
    }

    /// Creates a context with an API key, sent as `Authorization: Api-Key …`.
    pub fn api_key(key: impl Into<SecretString>) -> Self {
        Self::new(Credential::ApiKey(key.into()))
    }

    /// Creates a context with the token of a dashboard session, sent as `Authorization: Token …`.
    pub fn session_token(token: impl Into<SecretString>) -> Self {
        Self::new(Credential::SessionToken(token.into()))
    }

    fn new(credential: Credential) -> Self {
        Self { credential: Arc::new(credential), attempt: None }
    }

    /// Returns a context with the same credential, for one attempt.
    pub(crate) fn with_attempt(&self, attempt: Arc<AttemptContext>) -> Self {
        Self { credential: Arc::clone(&self.credential), attempt: Some(attempt) }
    }

    /// Returns the attempt of a high-level client, if it makes one.
    pub(crate) fn attempt(&self) -> Option<&AttemptContext> {
        self.attempt.as_deref()
    }

    /// Fails if no server could accept the credential, for example because it was read from a file with its newline. The error
    /// describes the defect, and does not repeat the credential.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let (Credential::ApiKey(secret) | Credential::SessionToken(secret)) = &*self.credential else {
            return Ok(());
        };
        let secret = secret.expose_secret();
        match secret::flaw(secret) {
            Some(Flaw::Empty) => Err("the credential is empty"),
            Some(Flaw::Untrimmed) => {
                Err("the credential has white space or a line break at one of its ends; remove it")
            }
            Some(Flaw::Control) => {
                Err("the credential has a line break or another character in it that is not visible")
            }
            Some(Flaw::Quoted) => Err("the credential is in quotation marks; remove them"),
            Some(Flaw::Prefixed) => Err(
                "the credential begins with a word that is not part of it, such as `Api-Key`; remove that word, because it is added when the credential is sent",
            ),
            None if !secret.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) => {
                Err("the credential has characters that cannot be sent in a header")
            }
            None => Ok(()),
        }
    }

    /// Returns the value of the `Authorization` header for a request to which the table gives no kind of credential.
    pub(super) fn own_authorization(&self) -> Result<Option<HeaderValue>, &'static str> {
        self.authorization(match &*self.credential {
            Credential::None => Security::None,
            Credential::ApiKey(_) => Security::ApiKey,
            Credential::SessionToken(_) => Security::SessionToken,
        })
    }

    /// Returns the value of the `Authorization` header for an operation that takes `security`.
    ///
    /// Fails closed: a kind of credential that this version cannot send is an error, and not a request without one.
    pub(super) fn authorization(&self, security: Security) -> Result<Option<HeaderValue>, &'static str> {
        let (scheme, secret) = match (security, &*self.credential) {
            (Security::None, _) => return Ok(None),
            (Security::ApiKey, Credential::ApiKey(key)) => ("Api-Key", key),
            (Security::ApiKey, _) => return Err("takes an API key, and the client has none"),
            (Security::SessionToken, Credential::SessionToken(token)) => ("Token", token),
            (Security::SessionToken, _) => return Err("takes a dashboard session, and the client has none"),
            #[allow(
                unreachable_patterns,
                reason = "reached when a newer document brings a new kind of credential"
            )]
            _ => return Err("takes a kind of credential that this version does not know"),
        };
        // The raw client has no `build` method that could refuse it earlier.
        self.check()
            .map_err(|_| "takes a credential, and the client's is none that a server could accept")?;
        let mut value = HeaderValue::try_from(format!("{scheme} {}", secret.expose_secret()))
            .map_err(|_| "takes a credential, and the client's cannot be sent in a header")?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &*self.credential {
            Credential::None => "none",
            Credential::ApiKey(_) => "API key",
            Credential::SessionToken(_) => "session token",
        };
        f.debug_struct("Context").field("credential", &format_args!("{kind}")).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, Security};

    #[test]
    fn only_the_matching_credential_is_sent() {
        let key = Context::api_key("k");
        assert_eq!(key.authorization(Security::ApiKey).expect("has one").expect("is sent"), "Api-Key k");
        assert_eq!(key.authorization(Security::None).expect("needs none"), None);
        assert!(key.authorization(Security::SessionToken).is_err());
        assert!(Context::anonymous().authorization(Security::ApiKey).is_err());
        let session = Context::session_token("t");
        assert_eq!(
            session.authorization(Security::SessionToken).expect("has one").expect("is sent"),
            "Token t"
        );
        assert!(session.authorization(Security::ApiKey).is_err());
    }

    #[test]
    fn a_credential_that_no_server_could_accept_is_refused() {
        for secret in [
            "",
            "canary\n",
            " canary",
            "canary\r\nX: y",
            "\"canary\"",
            "Api-Key canary",
            "canary\u{a0}2",
            "canäry",
        ] {
            for (context, security) in [
                (Context::api_key(secret), Security::ApiKey),
                (Context::session_token(secret), Security::SessionToken),
            ] {
                let problem = context.check().expect_err("is none");
                assert!(!problem.contains("canary"), "{problem}");
                let problem = context.authorization(security).expect_err("is none");
                assert!(!problem.contains("canary"), "{problem}");
                assert!(context.own_authorization().is_err());
            }
        }
        assert_eq!(Context::anonymous().check(), Ok(()));
        assert_eq!(Context::api_key("AbCdEf12.s3cr3t-/+==").check(), Ok(()));
    }
}
