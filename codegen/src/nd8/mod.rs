//! The profile of the ND8 API: every name that the rest of the project relies on, the credential of each operation, and what
//! the hand-written layer needs.

mod contract;
mod ids;
mod operations;

use crate::profile::{AlternativeName, Credential, CredentialOverride, MovedOperation, Profile, SchemaName};

/// Returns the tables for `openapi/nd8.json` and `openapi/supplement.json`.
pub fn profile() -> Profile {
    Profile {
        operations: operations::operations(),
        schemas: SCHEMAS
            .iter()
            .map(|(at, name)| SchemaName { at: (*at).to_owned(), name: (*name).to_owned() })
            .collect(),
        alternatives: ALTERNATIVES
            .iter()
            .map(|(of, name, requires)| AlternativeName {
                of: (*of).to_owned(),
                name: (*name).to_owned(),
                requires: (*requires).to_owned(),
            })
            .collect(),
        types: contract::types(),
        ids: ids::ids(),
        ignores_case: vec!["Currency".to_owned()],
        credentials: credentials(),
        credential_overrides: CREDENTIAL_OVERRIDES
            .iter()
            .map(|(operation, reason)| CredentialOverride {
                operation: (*operation).to_owned(),
                reason: (*reason).to_owned(),
            })
            .collect(),
        moved: MOVED
            .iter()
            .map(|(operation, to)| MovedOperation {
                operation: (*operation).to_owned(),
                to: (*to).to_owned(),
            })
            .collect(),
        server_path: Some("/api".to_owned()),
        debug_shows: DEBUG_SHOWS.map(str::to_owned).to_vec(),
    }
}

/// Schemas inside bodies and parameters. Places that share a name share a type.
const SCHEMAS: [(&str, &str); 19] = [
    ("CheckoutRequest.currency", "Currency"),
    ("PublicCheckoutRequest.currency", "Currency"),
    ("PaymentLinkRequest.currency", "Currency"),
    ("PaymentLinkUpdate.currency", "Currency"),
    ("PaymentLink.pricing_mode", "PricingMode"),
    ("PaymentLinkRequest.pricing_mode", "PricingMode"),
    ("PaymentLinkUpdate.pricing_mode", "PricingMode"),
    ("PaymentLinkRequest.products[]", "PaymentLinkProduct"),
    ("PaymentLinkUpdate.products[]", "PaymentLinkProduct"),
    ("PaymentLink.products[]", "PaymentLinkProduct"),
    ("Organization.price_mode", "PriceMode"),
    ("CheckoutRequest.products[]", "ProductItem"),
    ("CheckoutRequest.sandbox_simulate", "SandboxSimulation"),
    ("Payment.depositAttempts[]", "DepositAttempt"),
    ("Payment.products[]", "PaymentProduct"),
    ("Payment.status", "PaymentStatus"),
    ("Refund.status", "RefundStatus"),
    ("RefundCreated.status", "RefundStatus"),
    ("list_refunds?status", "RefundStatus"),
];

/// The alternatives of a schema, each distinguished by a property that it alone requires.
const ALTERNATIVES: [(&str, &str, &str); 2] =
    [("ProductItem", "CatalogProduct", "id"), ("ProductItem", "AdHocProduct", "unit_price")];

/// Operations whose credential is the one of `operations.rs` although the document asks for another, and why.
const CREDENTIAL_OVERRIDES: [(&str, &str); 0] = [];

/// Operations that change something and are at another path now: the name, and `METHOD /path/`.
const MOVED: [(&str, &str); 0] = [];

/// The two credentials have the same type, place and header, and differ in a word of the value.
fn credentials() -> Vec<Credential> {
    let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
    vec![
        Credential {
            name: "ApiKey".to_owned(),
            scheme: "ApiKeyAuth".to_owned(),
            headers: owned(&["Authorization", "Api-Key"]),
            words: owned(&["apikey"]),
            unclear: Vec::new(),
        },
        Credential {
            name: "SessionToken".to_owned(),
            scheme: "TokenAuth".to_owned(),
            headers: owned(&["Authorization"]),
            words: owned(&["token", "session"]),
            unclear: owned(&["apitoken", "tokenkey"]),
        },
    ]
}

/// Identifiers and states, which are what a log needs. Names, addresses, tokens, keys, URLs with tokens in them and
/// whatever the API adds tomorrow are not on the list.
const DEBUG_SHOWS: [&str; 16] = [
    "allowed_scopes",
    "checkout_id",
    "code",
    "currency",
    "id",
    "order_id",
    "paymentId",
    "paymentMethod",
    "prefix",
    "price_mode",
    "pricing_mode",
    "product_id",
    "refund_id",
    "refund_public_id",
    "status",
    "transaction_id",
];
