//! The reference of a refund, which is sent in its reason because the API has no field for an idempotency key.

use super::RefundReference;

/// Digits and letters without those that look like others. All are lower case, because references are compared without case.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl RefundReference {
    /// Creates a random reference of 12 characters, which have 60 random bits.
    #[allow(
        clippy::new_without_default,
        reason = "each is different, and a default is expected to be the same"
    )]
    pub fn new() -> Self {
        let (mut bits, _) = uuid::Uuid::new_v4().as_u64_pair();
        // Bits 12 to 15 of this half are the version of the UUID, which is not random.
        bits = bits & 0xfff | bits >> 4 & !0xfff;
        Self((0..12).map(|at| char::from(LETTERS[(bits >> (5 * at) & 31) as usize])).collect())
    }

    /// Returns the reference, if it can be found again in a text that a server has trimmed, escaped or shortened.
    #[cfg(feature = "client")]
    pub(crate) fn is_well_formed(&self) -> Result<&str, &'static str> {
        match (8..=32).contains(&self.0.len()) && self.0.bytes().all(is_of_reference) {
            true => Ok(&self.0),
            false => Err("has a reference that is not of 8 to 32 letters, digits, hyphens and underscores"),
        }
    }

    /// Returns whether a reason has it, between characters that no reference has.
    #[cfg(feature = "client")]
    pub(crate) fn is_in(&self, reason: &str) -> bool {
        let mut words =
            reason.split(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_');
        // Whole words only: a reference that is the beginning of another one is another refund's.
        words.any(|word| word.eq_ignore_ascii_case(&self.0))
    }
}

#[cfg(feature = "client")]
fn is_of_reference(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(all(test, feature = "client"))]
mod tests {
    use super::RefundReference;

    #[test]
    fn a_reference_is_found_whatever_is_around_it() {
        let reference = RefundReference::new();
        assert_eq!(reference.is_well_formed(), Ok(reference.as_str()));
        let upper = reference.as_str().to_uppercase();
        for (reason, expected) in [
            (format!("[{reference}] Order"), true),
            (format!("{reference}"), true),
            (format!("Order ({upper})"), true),
            (format!("&#91;{reference}&#93; Order"), true),
            (format!("Order {reference}7"), false),
            (format!("Order 7-{reference}"), false),
            (reference.as_str()[..11].to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(reference.is_in(&reason), expected, "{reason}");
        }
        for (text, expected) in [
            ("refund_1", true),
            ("Refund-4711", true),
            ("refund1", false),
            ("refund 4711", false),
            ("réfund-4711", false),
            ("", false),
        ] {
            assert_eq!(RefundReference::from(text).is_well_formed().is_ok(), expected, "{text}");
        }
        assert!(RefundReference::from("x".repeat(33)).is_well_formed().is_err());
    }
}
