//! Ids as types, so that passing a payment's id for a refund's is a compile error.
//!
//! No id is converted from another: each is created from a text, or from a number where the API has those. A payment link and its
//! public token are UUIDs (`link`).
//!
//! Creating an id from a text never fails, because the formats of ids are not documented and a check could reject a valid one.
//! Only ids that cannot name anything are refused, when a call is sent.
//!
//! Not here: the encoding of an id as a segment of a path (`raw::segment`).

mod link;
mod reference;
mod text;

pub use self::link::{PaymentLinkId, PaymentLinkToken};
use self::text::ids;

ids! {
    /// Names a payment: public (`TXabc123`) or numeric. On the wire a payment is a *transaction*.
    ///
    /// Any text is accepted as an id. One that cannot name anything (empty, `.` or `..`) is refused when a call is sent, and every
    /// other text is encoded as one segment of the path.
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
    /// # Example: an id of the wrong type is a compile error
    ///
    /// ```compile_fail,E0308
    /// # use nd8::{PaymentId, RefundId};
    /// let refund: RefundId = PaymentId::from("TXabc123");
    /// ```
    RefundId from i64;

    /// Names a checkout permanently (`org1-1234567890-abc123`). Webhooks have the same value as `order_id`.
    ///
    /// # Example: from a checkout to its payment
    ///
    /// ```
    /// use nd8::CheckoutId;
    ///
    /// let stored = CheckoutId::from("org1-1234567890-abc123");
    /// let order_id_of_webhook = "org1-1234567890-abc123";
    /// assert_eq!(stored, order_id_of_webhook);
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
    /// assert_eq!(stock["prod_mug"], 12);
    /// ```
    ProductId;

    /// Names an API key, for revoking it; it is not the key. Its form, text or number, is not documented.
    ///
    /// # Example: from a number and from a text
    ///
    /// ```
    /// use nd8::ApiKeyId;
    ///
    /// assert_eq!(ApiKeyId::from(7), ApiKeyId::from("7"));
    /// ```
    ApiKeyId from i64;

    /// Marks a refund in its reason, so that it can be found again; see `Call::reference`. It has 8 to 32 ASCII letters, digits,
    /// hyphens and underscores, which is checked when the refund is sent.
    ///
    /// # Example: random, or your own
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

#[cfg(test)]
mod tests {
    use super::{ApiKeyId, CheckoutId, PaymentId, ProductId, RefundId};

    #[test]
    fn an_id_is_what_it_was_made_of() {
        let text = String::from("TXabc123");
        let id = PaymentId::from(&text);
        assert_eq!(id, text);
        assert_eq!(id, *"TXabc123");
        assert!(text == id && "TXabc123" == id && *"TXabc123" == id && "TXabc12" != id, "from either side");
        assert_eq!(PaymentId::from(&id).as_str(), id.as_ref());
        assert_eq!(String::from(id), text);
        assert_eq!(RefundId::from(-1), "-1");
        assert_eq!(ApiKeyId::from(i64::MAX), "9223372036854775807");
        assert_eq!(format!("{:>6}|", ProductId::from("mug")), "   mug|");
        assert_eq!("mug".parse(), Ok(ProductId::from("mug")));
        let known = std::collections::HashMap::from([(ProductId::from("mug"), 12)]);
        assert_eq!(known.get("mug"), Some(&12), "a map is asked by text");
    }

    #[test]
    fn an_id_is_read_from_a_text_and_from_a_whole_number() {
        for (json, expected) in [
            (r#""TX1""#, Some("TX1")),
            (r#"" TX1 ""#, Some(" TX1 ")),
            (r#""""#, Some("")),
            ("42", Some("42")),
            ("18446744073709551615", Some("18446744073709551615")),
            ("-1", None),
            ("1.5", None),
            ("true", None),
            ("null", None),
            ("{}", None),
            ("[]", None),
        ] {
            let id = serde_json::from_str::<PaymentId>(json).ok();
            assert_eq!(id.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn an_id_is_read_from_a_whole_number_of_a_format_that_has_signed_ones_only() {
        use serde::Deserialize as _;
        use serde::de::value::{Error, I64Deserializer};

        for (number, expected) in [
            (42, Some("42")),
            (0, Some("0")),
            (i64::MAX, Some("9223372036854775807")),
            (-1, None),
            (i64::MIN, None),
        ] {
            let id = PaymentId::deserialize(I64Deserializer::<Error>::new(number)).ok();
            assert_eq!(id.as_deref(), expected, "{number}");
        }
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
}
