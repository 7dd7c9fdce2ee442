//! Scopes: what an API key may be allowed to do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Describes what an API key may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Scope {
    /// `checkout:create`: create a checkout.
    #[serde(rename = "checkout:create")]
    CheckoutCreate,
    /// `payments:read`: get a payment, list and get refunds.
    #[serde(rename = "payments:read")]
    PaymentsRead,
    /// `payments:write`: create refunds.
    #[serde(rename = "payments:write")]
    PaymentsWrite,
    /// `refunds:read`: list and get refunds.
    #[serde(rename = "refunds:read")]
    RefundsRead,
    /// `refunds:write`: create refunds.
    #[serde(rename = "refunds:write")]
    RefundsWrite,
}

impl Scope {
    /// Returns the scope's name as the API writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::CheckoutCreate => "checkout:create",
            Scope::PaymentsRead => "payments:read",
            Scope::PaymentsWrite => "payments:write",
            Scope::RefundsRead => "refunds:read",
            Scope::RefundsWrite => "refunds:write",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Scope> {
        const ALL: [Scope; 5] = [
            Scope::CheckoutCreate,
            Scope::PaymentsRead,
            Scope::PaymentsWrite,
            Scope::RefundsRead,
            Scope::RefundsWrite,
        ];
        ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_one_name() {
        for scope in ["checkout:create", "payments:read", "payments:write", "refunds:read", "refunds:write"] {
            let parsed = Scope::parse(scope).unwrap();
            assert_eq!(serde_json::to_value(parsed).unwrap(), scope);
            assert_eq!(parsed.to_string(), scope);
        }
    }
}
