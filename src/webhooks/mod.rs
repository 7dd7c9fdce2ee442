//! Webhooks: is this delivery from ND8?
//!
//! ND8 signs the raw body with the webhook secret (HMAC-SHA256, header `X-Webhook-Signature: sha256=<hex>`). Verify the
//! bytes as they came, before anything parses them: a body that was parsed and written again has another signature.
//!
//! `X-Webhook-Timestamp` and `X-Webhook-Delivery-Id` are **not** part of what is signed. Whoever has seen one delivery
//! can send it again under new ones; a program that acts on a delivery must be able to hear of it twice.
//!
//! ```
//! use nd8::webhooks::{SIGNATURE_HEADER, Verifier};
//!
//! let verifier = Verifier::new("whsec");
//! let body = br#"{"event":"webhook.test"}"#;
//! let signature = verifier.sign(body);
//!
//! assert_eq!(SIGNATURE_HEADER, "X-Webhook-Signature");
//! assert!(verifier.verify(&signature, body).is_ok());
//! assert!(verifier.verify(&signature, b"{}").is_err(), "another body");
//! ```

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "X-Webhook-Signature";

const SCHEME: &str = "sha256=";

/// Checks signatures with a webhook secret. `Debug` does not show the secret.
#[derive(Clone)]
pub struct Verifier {
    secret: SecretString,
}

impl Verifier {
    /// Takes the webhook secret of the organization.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self { secret: secret.into() }
    }

    /// Checks that ND8 signed these bytes. The comparison takes the same time wherever the signatures differ.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`] when the header is malformed or belongs to another body or secret; which of these is
    /// nobody's business who sends forgeries.
    pub fn verify(&self, signature_header: &str, body: &[u8]) -> Result<(), InvalidSignature> {
        let hex = signature_header.trim().strip_prefix(SCHEME).ok_or(InvalidSignature)?;
        let signature = base16ct::mixed::decode_vec(hex).map_err(|_| InvalidSignature)?;
        self.mac(body).verify_slice(&signature).map_err(|_| InvalidSignature)
    }

    /// Signs a body as ND8 does, for tests: the value of the signature header.
    pub fn sign(&self, body: &[u8]) -> String {
        format!("{SCHEME}{}", base16ct::lower::encode_string(&self.mac(body).finalize().into_bytes()))
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        let key = self.secret.expose_secret().as_bytes();
        let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes keys of any length (RFC 2104)"),
        };
        mac.update(body);
        mac
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").finish_non_exhaustive()
    }
}

/// The delivery is not from ND8, or not as ND8 sent it. Answer 400 and do nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the webhook signature does not match the body")
    }
}

impl std::error::Error for InvalidSignature {}

#[cfg(test)]
mod tests {
    use super::{InvalidSignature, Verifier};

    /// RFC 4231, test case 2.
    #[test]
    fn signs_like_everybody_else() {
        let verifier = Verifier::new("Jefe");
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(verifier.sign(b"what do ya want for nothing?"), expected);
        assert_eq!(
            verifier.verify(&expected.to_uppercase().replace("SHA", "sha"), b"what do ya want for nothing?"),
            Ok(())
        );
    }

    #[test]
    fn refuses_whatever_is_not_a_signature_of_this_body() {
        let verifier = Verifier::new("secret");
        let good = verifier.sign(b"body");
        let hex = good.strip_prefix("sha256=").expect("has the scheme");
        let short = &good[..good.len() - 2];
        for header in ["", "sha256=", hex, short, &format!("{good}00"), "sha256=zz", "sha1=00", "sha256=ü"] {
            assert_eq!(verifier.verify(header, b"body"), Err(InvalidSignature), "{header}");
        }
        assert_eq!(Verifier::new("other").verify(&good, b"body"), Err(InvalidSignature));
        assert!(!format!("{verifier:?}").contains("secret\""));
    }
}
