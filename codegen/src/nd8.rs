//! The profile of the ND8 API: every name that the rest of the project relies on, and every defect that its
//! document is known to have.

use crate::profile::{KnownValues, OperationName, Profile, SchemaName, SecurityName};

/// The tables for `openapi/nd8.json` and `openapi/supplement.json`.
pub fn profile() -> Profile {
    Profile {
        operations: operations(),
        schemas: schemas(),
        security: security(),
        amounts: AMOUNTS.map(str::to_owned).to_vec(),
        known_values: known_values(),
        debug_shows: DEBUG_SHOWS.map(str::to_owned).to_vec(),
    }
}

/// Method and path, name, request body, response body.
const OPERATIONS: [(&str, &str, Option<&str>, Option<&str>); 22] = [
    ("POST /checkout/create/", "create_checkout", Some("CheckoutRequest"), Some("Checkout")),
    ("GET /transactions/{id}/", "get_payment", None, Some("Payment")),
    ("POST /transactions/{id}/refund/", "create_refund", Some("RefundRequest"), Some("RefundCreated")),
    ("GET /refunds/", "list_refunds", None, Some("Refund")),
    ("GET /refunds/{id}/", "get_refund", None, Some("Refund")),
    ("GET /organization/", "get_organization", None, Some("Organization")),
    ("PATCH /organization/", "update_organization", Some("OrganizationUpdate"), Some("Organization")),
    ("GET /organization/dashboard/", "get_dashboard", None, Some("DashboardSnapshot")),
    ("GET /organization/api-keys/", "list_api_keys", None, Some("ApiKey")),
    ("POST /organization/api-keys/", "create_api_key", Some("ApiKeyRequest"), Some("ApiKeyWithSecret")),
    ("POST /organization/api-keys/rotate/", "rotate_api_key", None, Some("ApiKeyWithSecret")),
    ("POST /organization/api-keys/{id}/revoke/", "revoke_api_key", None, Some("ApiKey")),
    ("GET /organization/webhooks/", "get_webhook", None, Some("WebhookConfiguration")),
    ("PUT /organization/webhooks/", "set_webhook", Some("WebhookEndpoint"), Some("WebhookConfiguration")),
    ("GET /payment-links/", "list_payment_links", None, Some("PaymentLink")),
    ("POST /payment-links/", "create_payment_link", Some("PaymentLinkRequest"), Some("PaymentLink")),
    ("GET /payment-links/{id}/", "get_payment_link", None, Some("PaymentLink")),
    ("PATCH /payment-links/{id}/", "update_payment_link", Some("PaymentLinkUpdate"), Some("PaymentLink")),
    ("DELETE /payment-links/{id}/", "delete_payment_link", None, None),
    ("GET /payment-links/{id}/payments/", "list_payment_link_payments", None, Some("PaymentLinkPayment")),
    ("GET /payment-links/public/{token}/", "get_public_payment_link", None, Some("PublicPaymentLink")),
    (
        "POST /payment-links/public/{token}/checkout/",
        "start_payment_link_checkout",
        Some("PublicCheckoutRequest"),
        Some("Checkout"),
    ),
];

fn operations() -> Vec<OperationName> {
    OPERATIONS
        .iter()
        .map(|(call, name, request, response)| OperationName {
            call: (*call).to_owned(),
            name: (*name).to_owned(),
            request: request.map(str::to_owned),
            response: response.map(str::to_owned),
        })
        .collect()
}

/// Schemas inside of bodies and parameters. Places that share a name share a type.
const SCHEMAS: [(&str, &str); 16] = [
    ("CheckoutRequest.currency", "Currency"),
    ("PublicCheckoutRequest.currency", "Currency"),
    ("PaymentLinkRequest.currency", "Currency"),
    ("PaymentLinkUpdate.currency", "Currency"),
    ("PaymentLink.pricing_mode", "PricingMode"),
    ("PaymentLinkRequest.pricing_mode", "PricingMode"),
    ("PaymentLinkUpdate.pricing_mode", "PricingMode"),
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

fn schemas() -> Vec<SchemaName> {
    SCHEMAS.iter().map(|(at, name)| SchemaName { at: (*at).to_owned(), name: (*name).to_owned() }).collect()
}

fn security() -> Vec<SecurityName> {
    [("ApiKeyAuth", "ApiKey"), ("TokenAuth", "SessionToken")]
        .map(|(scheme, name)| SecurityName { scheme: scheme.to_owned(), name: name.to_owned() })
        .to_vec()
}

/// The reference types all amounts as strings. The guides show decimals.
const AMOUNTS: [&str; 7] = [
    "Payment.amount",
    "PaymentLinkPayment.amount",
    "Refund.amount",
    "Refund.amount_usd",
    "RefundCreated.amount",
    "RefundCreated.amount_usd",
    "RefundRequest.amount",
];

/// The reference types these as any string; the guides name the values.
fn known_values() -> Vec<KnownValues> {
    let payment = ["paid", "failed", "refund_pending", "refunded", "canceled", "processing"];
    [("Payment.status", payment.as_slice()), ("RefundCreated.status", &["processing"])]
        .map(|(at, values)| KnownValues {
            at: at.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        })
        .to_vec()
}

/// Identifiers and states, which are what a log needs. Names, addresses, tokens, keys, URLs with tokens in them and
/// whatever the API adds tomorrow are not on the list.
const DEBUG_SHOWS: [&str; 15] = [
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
    "refund_public_id",
    "status",
    "transaction_id",
];
