//! Paths of the API, with the methods that each one takes and the credential that it needs.
//!
//! Not here: the handlers (`server`).

use crate::model::credentials::CredentialKind;

/// Describes what a path takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathRules {
    /// As the document writes it.
    pub(crate) path: &'static str,
    /// As the `Allow` header lists them.
    pub(crate) allow: &'static str,
    /// Credential; the customers of a payment link need none.
    pub(crate) credential: Option<CredentialKind>,
}

const GET: &str = "GET, HEAD, OPTIONS";
const POST: &str = "POST, OPTIONS";
const KEY: Option<CredentialKind> = Some(CredentialKind::ApiKey);
const TOKEN: Option<CredentialKind> = Some(CredentialKind::Token);

const fn rules(path: &'static str, allow: &'static str, credential: Option<CredentialKind>) -> PathRules {
    PathRules { path, allow, credential }
}

/// All paths of the API.
pub(crate) const PATHS: [PathRules; 16] = [
    rules("/checkout/create/", POST, KEY),
    rules("/transactions/{id}/", GET, KEY),
    rules("/transactions/{id}/refund/", POST, KEY),
    rules("/refunds/", GET, KEY),
    rules("/refunds/{id}/", GET, KEY),
    rules("/organization/", "GET, PATCH, HEAD, OPTIONS", TOKEN),
    rules("/organization/dashboard/", GET, TOKEN),
    rules("/organization/api-keys/", "GET, POST, HEAD, OPTIONS", TOKEN),
    rules("/organization/api-keys/rotate/", POST, TOKEN),
    rules("/organization/api-keys/{id}/revoke/", POST, TOKEN),
    rules("/organization/webhooks/", "GET, PUT, HEAD, OPTIONS", TOKEN),
    rules("/payment-links/", "GET, POST, HEAD, OPTIONS", TOKEN),
    rules("/payment-links/{id}/", "GET, PATCH, DELETE, HEAD, OPTIONS", TOKEN),
    rules("/payment-links/{id}/payments/", GET, TOKEN),
    rules("/payment-links/public/{token}/", GET, None),
    rules("/payment-links/public/{token}/checkout/", POST, None),
];

/// Returns whether an operation exists, written as `GET /refunds/`.
pub(crate) fn has_operation(operation: &str) -> bool {
    let Some((method, path)) = operation.split_once(' ') else { return false };
    let found = PATHS.iter().find(|rules| rules.path == path);
    found.is_some_and(|rules| rules.allow.split(", ").any(|allowed| allowed == method))
}
