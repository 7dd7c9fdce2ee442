//! The reference that a refund has in its reason.

use super::RefundReference;

/// Without letters that look like others. Upper and lower case are the same to a reader.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl RefundReference {
    /// Makes one up, of 12 characters and 60 random bits.
    #[allow(clippy::new_without_default, reason = "no two are the same, which nobody expects of a default")]
    pub fn new() -> Self {
        let (mut bits, _) = uuid::Uuid::new_v4().as_u64_pair();
        // Bits 12 to 15 of the half are the version, which is the same for all.
        bits = bits & 0xfff | bits >> 4 & !0xfff;
        Self((0..12).map(|at| char::from(LETTERS[(bits >> (5 * at) & 31) as usize])).collect())
    }

    /// The reference, if it can be found again whatever a server does to the text around it.
    #[cfg(feature = "client")]
    pub(crate) fn is_well_formed(&self) -> Result<&str, &'static str> {
        match (8..=32).contains(&self.0.len()) && self.0.bytes().all(is_of_reference) {
            true => Ok(&self.0),
            false => Err("has a reference that is not of 8 to 32 letters, digits, hyphens and underscores"),
        }
    }

    /// Whether a reason has it, between characters that are of no reference.
    #[cfg(feature = "client")]
    pub(crate) fn is_in(&self, reason: &str) -> bool {
        let mut words =
            reason.split(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '_');
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
