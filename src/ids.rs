//! The names of things, as types, so that a refund's is not taken for a payment's.
//!
//! Not here: how an id becomes a segment of a path (`raw::segment`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares ids: each a text, and for those that the API also has as numbers, made of an `i64`.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $(from $number:ty)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id, if it can name anything; otherwise what is wrong with it.
            #[cfg(feature = "client")]
            #[allow(dead_code, reason = "not every id is sent")]
            pub(crate) fn check(&self) -> Result<&str, &'static str> {
                check(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.clone())
            }
        }

        impl From<&Self> for $name {
            fn from(id: &Self) -> Self {
                id.clone()
            }
        }

        $(impl From<$number> for $name {
            fn from(id: $number) -> Self {
                Self(id.to_string())
            }
        })?

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0)
            }
        }
    )*};
}

ids! {
    /// Names a payment: public (`TXabc123`) or numeric. On the wire a payment is a *transaction*.
    ///
    /// Any text makes an id. One that names nothing (empty, `.` or `..`) is refused when a call is sent, and whatever
    /// else it holds stays within its segment of the path.
    ///
    /// # Example: public and numeric
    ///
    /// ```
    /// use nd8::PaymentId;
    ///
    /// let public = PaymentId::from("TXabc123");
    /// assert_eq!(public, "TXabc123");
    /// assert_eq!(format!("{public} {public:?}"), r#"TXabc123 PaymentId("TXabc123")"#);
    ///
    /// fn wire(id: impl Into<PaymentId>) -> String {
    ///     id.into().to_string()
    /// }
    /// assert_eq!(wire(42), "42");
    /// assert_eq!(wire(&public), "TXabc123");
    /// ```
    PaymentId from i64;

    /// Names a refund: public (`RFabc123`) or numeric.
    ///
    /// # Example: of the right thing
    ///
    /// ```compile_fail,E0308
    /// # use nd8::{PaymentId, RefundId};
    /// let refund: RefundId = PaymentId::from("TXabc123");
    /// ```
    RefundId from i64;

    /// Names a checkout for good (`org1-1234567890-abc123`). Webhooks call the same value `order_id`.
    ///
    /// # Example: from a checkout to its payment
    ///
    /// ```
    /// use nd8::CheckoutId;
    ///
    /// let stored = CheckoutId::from("org1-1234567890-abc123");
    /// let told_by_webhook = "org1-1234567890-abc123";
    /// assert_eq!(stored, told_by_webhook);
    /// ```
    CheckoutId;

    /// Names a product of the merchant's catalog.
    ///
    /// # Example: as a key
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use nd8::ProductId;
    ///
    /// let stock = BTreeMap::from([(ProductId::from("prod_mug"), 12)]);
    /// assert_eq!(stock[&"prod_mug".into()], 12);
    /// ```
    ProductId;

    /// Names an API key, for revoking it; it is not the key. Whether it is a text or a number is not documented.
    ///
    /// # Example: either
    ///
    /// ```
    /// use nd8::ApiKeyId;
    ///
    /// assert_eq!(ApiKeyId::from(7), ApiKeyId::from("7"));
    /// ```
    ApiKeyId from i64;

    /// Marks a refund in its reason, so that it is recognized; see `Call::reference`. Of 8 to 32 ASCII letters,
    /// digits, hyphens and underscores; which is checked when the refund is sent.
    ///
    /// # Example: made up, or your own
    ///
    /// ```
    /// use nd8::RefundReference;
    ///
    /// let reference = RefundReference::new();
    /// assert_ne!(reference, RefundReference::new());
    /// assert_eq!(reference.as_str().len(), 12);
    /// let stored = RefundReference::from("refund-2026-004711");
    /// assert_eq!(stored, "refund-2026-004711");
    /// ```
    RefundReference;
}

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

/// An id in a path is not empty, and does not climb out of its place.
#[cfg(feature = "client")]
fn check(id: &str) -> Result<&str, &'static str> {
    match id.trim() {
        "" => Err("is empty"),
        "." | ".." => Err("is not an id"),
        _ => Ok(id),
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiKeyId, CheckoutId, PaymentId, ProductId, RefundId, RefundReference};

    #[test]
    fn an_id_is_what_it_was_made_of() {
        let text = String::from("TXabc123");
        let id = PaymentId::from(&text);
        assert_eq!(id, text);
        assert_eq!(id, *"TXabc123");
        assert_eq!(PaymentId::from(&id).as_str(), id.as_ref());
        assert_eq!(String::from(id), text);
        assert_eq!(RefundId::from(-1), "-1");
        assert_eq!(ApiKeyId::from(i64::MAX), "9223372036854775807");
        assert_eq!(format!("{:>6}|", ProductId::from("mug")), "   mug|");
    }

    #[test]
    fn serde_sees_the_text_alone() {
        let id = CheckoutId::from("org1-1234567890-abc123");
        let json = serde_json::to_string(&id).expect("is writable");
        assert_eq!(json, r#""org1-1234567890-abc123""#);
        assert_eq!(serde_json::from_str::<CheckoutId>(&json).expect("is readable"), id);
    }

    #[cfg(feature = "client")]
    #[test]
    fn what_names_nothing_is_found_out() {
        for (id, problem) in [
            ("", "is empty"),
            (" \n", "is empty"),
            (".", "is not an id"),
            ("..", "is not an id"),
            (" .. ", "is not an id"),
        ] {
            assert_eq!(PaymentId::from(id).check(), Err(problem), "{id:?}");
        }
        // Encoded, these stay where they are.
        for id in ["TXabc123", "a/b", "../refunds", "a?b", "a#b", "a\nb", "...", "%2e%2e"] {
            assert_eq!(PaymentId::from(id).check(), Ok(id), "{id:?}");
        }
    }

    #[cfg(feature = "client")]
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
