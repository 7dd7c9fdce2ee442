//! HMAC-SHA256: how webhooks are signed and how credentials are compared in constant time.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// A secret to authenticate messages with. Kept as the secret, and shown in no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Vec<u8>", into = "Vec<u8>")]
pub(crate) struct MacKey {
    secret: Vec<u8>,
    hmac: Hmac<Sha256>,
}

impl From<Vec<u8>> for MacKey {
    fn from(secret: Vec<u8>) -> MacKey {
        MacKey::new(&secret)
    }
}

impl From<MacKey> for Vec<u8> {
    fn from(key: MacKey) -> Vec<u8> {
        key.secret
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey")
    }
}

impl MacKey {
    pub(crate) fn new(secret: &[u8]) -> MacKey {
        let hmac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
        MacKey { secret: secret.to_vec(), hmac }
    }

    /// Computes the tag of a message.
    pub(crate) fn tag(&self, message: &[u8]) -> Tag {
        let mut mac = self.hmac.clone();
        mac.update(message);
        Tag(mac.finalize().into_bytes().into())
    }

    /// Returns whether `tag` belongs to `message`, in a time that does not depend on where they differ.
    pub(crate) fn verify(&self, message: &[u8], tag: &Tag) -> bool {
        let mut mac = self.hmac.clone();
        mac.update(message);
        mac.verify_slice(&tag.0).is_ok()
    }
}

/// Tag made by [`MacKey::tag`]. It has no `==` on purpose: compare with [`MacKey::verify`] or [`Tag::is`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tag([u8; 32]);

impl Tag {
    /// Returns whether two tags are the same, in a time that does not depend on where they differ.
    pub(crate) fn is(&self, other: &Tag) -> bool {
        self.0.iter().zip(other.0).fold(0, |differing, (one, other)| differing | (one ^ other)) == 0
    }

    /// Writes the tag as 64 lower-case hex digits.
    pub(crate) fn hex(&self) -> String {
        use std::fmt::Write as _;

        self.0.iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expected value from Python:
    //   hmac.new(b"whsec_test_secret", body, hashlib.sha256).hexdigest()
    #[test]
    fn the_tag_is_what_python_computes() {
        let body = br#"{"event":"transaction.status_changed","transaction_id":"TXabc123","amount":"29.99"}"#;
        let tag = MacKey::new(b"whsec_test_secret").tag(body);

        assert_eq!(tag.hex(), "0e55182b2d8525f956de57a5d599bdf568be8dcc9533f25e144896c852990901");
    }

    #[test]
    fn only_the_right_message_verifies() {
        let key = MacKey::new(b"key");
        let tag = key.tag(b"message");

        assert!(key.verify(b"message", &tag));
        assert!(!key.verify(b"massage", &tag));
        assert!(!MacKey::new(b"other").verify(b"message", &tag));
        assert!(tag.is(&key.tag(b"message")));
        assert!(!tag.is(&key.tag(b"massage")));
    }
}
