//! SHA-256 as the lock file writes it.

use sha2::{Digest as _, Sha256};

/// Returns the hash of some bytes in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
