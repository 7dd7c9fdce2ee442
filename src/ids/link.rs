//! Payment links: their ids and their public tokens, both UUIDs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares ids that are UUIDs.
macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(id: &str) -> Result<Self, uuid::Error> {
                id.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

uuids! {
    /// Names a payment link in the dashboard.
    ///
    /// # Example: stored as a text
    ///
    /// ```
    /// use nd8::PaymentLinkId;
    ///
    /// let id: PaymentLinkId = "6f0cfe1e-0f2c-4a39-8a2b-3a4f1f0f3b10".parse()?;
    /// assert_eq!(id.to_string(), "6f0cfe1e-0f2c-4a39-8a2b-3a4f1f0f3b10");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    PaymentLinkId;

    /// Grants access to a payment link to everybody who has it; it is not the link's id. `Debug` does not print it.
    ///
    /// # Example: an id is not a token
    ///
    /// ```compile_fail,E0308
    /// fn open(storefront: nd8::Storefront, link: nd8::PaymentLink) {
    ///     let _ = storefront.payment_links().get(link.id.unwrap());
    /// }
    /// ```
    PaymentLinkToken;
}

impl fmt::Debug for PaymentLinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentLinkId({})", self.0)
    }
}

impl fmt::Debug for PaymentLinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PaymentLinkToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{PaymentLinkId, PaymentLinkToken};

    const UUID: &str = "6f0cfe1e-0f2c-4a39-8a2b-3a4f1f0f3b10";

    #[test]
    fn a_token_is_shown_on_request_only() {
        let token: PaymentLinkToken = UUID.parse().expect("is a UUID");
        assert_eq!(
            (token.to_string(), format!("{token:?}")),
            (UUID.to_owned(), "PaymentLinkToken(..)".to_owned())
        );
        let id: PaymentLinkId = UUID.parse().expect("is a UUID");
        assert_eq!(format!("{id:?}"), format!("PaymentLinkId({UUID})"));
        assert_eq!(uuid::Uuid::from(id), uuid::Uuid::from(token));
    }

    #[test]
    fn serde_sees_the_uuid_alone() {
        let json = format!("\"{UUID}\"");
        let id: PaymentLinkId = serde_json::from_str(&json).expect("is readable");
        assert_eq!(serde_json::to_string(&id).expect("is writable"), json);
        assert!(serde_json::from_str::<PaymentLinkId>("17").is_err());
    }
}
