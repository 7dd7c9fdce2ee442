//! Scopes of API keys: the operations that a key allows.

use std::fmt;

/// A scope of an API key. Source: the guides.
///
/// An open set: a scope that this crate does not know is `Other`, and is sent unchanged.
///
/// # Example: known and unknown
///
/// ```
/// use nd8::Scope;
///
/// assert_eq!(Scope::from("refunds:read"), Scope::RefundsRead);
/// assert_eq!(Scope::from("moon:fly").to_string(), "moon:fly");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// `checkout:create`: create checkouts.
    CheckoutCreate,
    /// `payments:read`: get payments, list and get refunds.
    PaymentsRead,
    /// `payments:write`: create refunds.
    PaymentsWrite,
    /// `refunds:read`: list and get refunds.
    RefundsRead,
    /// `refunds:write`: create refunds.
    RefundsWrite,
    /// A scope that this crate does not know.
    Other(String),
}

impl Scope {
    /// Returns the name of the scope on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CheckoutCreate => "checkout:create",
            Self::PaymentsRead => "payments:read",
            Self::PaymentsWrite => "payments:write",
            Self::RefundsRead => "refunds:read",
            Self::RefundsWrite => "refunds:write",
            Self::Other(scope) => scope,
        }
    }
}

impl From<&str> for Scope {
    fn from(scope: &str) -> Self {
        match scope {
            "checkout:create" => Self::CheckoutCreate,
            "payments:read" => Self::PaymentsRead,
            "payments:write" => Self::PaymentsWrite,
            "refunds:read" => Self::RefundsRead,
            "refunds:write" => Self::RefundsWrite,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl crate::raw::types::ApiKey {
    /// Returns the scopes of the key, typed. An empty list means all scopes (legacy keys).
    ///
    /// # Example: a key that may list refunds
    ///
    /// ```
    /// use nd8::{ApiKey, Scope};
    ///
    /// let key: ApiKey = serde_json::from_str(r#"{"allowed_scopes": ["refunds:read", "moon:fly"]}"#)?;
    /// assert_eq!(key.scopes(), [Scope::RefundsRead, Scope::from("moon:fly")]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn scopes(&self) -> Vec<Scope> {
        self.allowed_scopes.iter().map(|scope| Scope::from(scope.as_str())).collect()
    }
}
