//! The operations: what each is called, its bodies, its credential, the method of `ext` that makes it, and its parameters.

use crate::profile::{FieldNeed, Kind, OperationEntry};

const KEY: Option<&str> = Some("ApiKey");
const TOKEN: Option<&str> = Some("SessionToken");

/// One row: method and path, name, request body, response body, credential, the method of `ext`.
type Row = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
    &'static str,
);

#[rustfmt::skip]
const OPERATIONS: [Row; 22] = [
    ("POST /checkout/create/", "create_checkout", Some("CheckoutRequest"), Some("Checkout"), KEY, "checkouts().create()"),
    ("GET /transactions/{id}/", "get_payment", None, Some("Payment"), KEY, "payments().get()"),
    ("POST /transactions/{id}/refund/", "create_refund", Some("RefundRequest"), Some("RefundCreated"), KEY, "refunds().create()"),
    ("GET /refunds/", "list_refunds", None, Some("Refund[]"), KEY, "refunds().list()"),
    ("GET /refunds/{id}/", "get_refund", None, Some("Refund"), KEY, "refunds().get()"),
    ("GET /organization/", "get_organization", None, Some("Organization"), TOKEN, "organization().get()"),
    ("PATCH /organization/", "update_organization", Some("OrganizationUpdate"), Some("Organization"), TOKEN, "organization().update()"),
    ("GET /organization/dashboard/", "get_dashboard", None, Some("DashboardSnapshot"), TOKEN, "organization().snapshot()"),
    ("GET /organization/api-keys/", "list_api_keys", None, Some("ApiKey[]"), TOKEN, "api_keys().list()"),
    ("POST /organization/api-keys/", "create_api_key", Some("ApiKeyRequest"), Some("ApiKeyWithSecret"), TOKEN, "api_keys().create()"),
    ("POST /organization/api-keys/rotate/", "rotate_api_key", None, Some("ApiKeyWithSecret"), TOKEN, "api_keys().rotate()"),
    ("POST /organization/api-keys/{id}/revoke/", "revoke_api_key", None, Some("ApiKey"), TOKEN, "api_keys().revoke()"),
    ("GET /organization/webhooks/", "get_webhook", None, Some("WebhookConfiguration"), TOKEN, "webhook_endpoint().get()"),
    ("PUT /organization/webhooks/", "set_webhook", Some("WebhookEndpoint"), Some("WebhookConfiguration"), TOKEN, "webhook_endpoint().set()"),
    ("GET /payment-links/", "list_payment_links", None, Some("PaymentLink[]"), TOKEN, "payment_links().list()"),
    ("POST /payment-links/", "create_payment_link", Some("PaymentLinkRequest"), Some("PaymentLink"), TOKEN, "payment_links().create()"),
    ("GET /payment-links/{id}/", "get_payment_link", None, Some("PaymentLink"), TOKEN, "payment_links().get()"),
    ("PATCH /payment-links/{id}/", "update_payment_link", Some("PaymentLinkUpdate"), Some("PaymentLink"), TOKEN, "payment_links().update()"),
    ("DELETE /payment-links/{id}/", "delete_payment_link", None, None, TOKEN, "payment_links().delete()"),
    ("GET /payment-links/{id}/payments/", "list_payment_link_payments", None, Some("PaymentLinkPayment[]"), TOKEN, "payment_links().payments()"),
    ("GET /payment-links/public/{token}/", "get_public_payment_link", None, Some("PublicPaymentLink"), None, "payment_link().get()"),
    ("POST /payment-links/public/{token}/checkout/", "start_payment_link_checkout", Some("PublicCheckoutRequest"), Some("Checkout"), None, "payment_link().checkout()"),
];

/// Parameters: the operation, the name in Rust (of a path parameter) or on the wire, the kind, and whether it is of the path.
#[rustfmt::skip]
const PARAMETERS: [(&str, &str, Kind, bool); 17] = [
    ("get_payment", "id", Kind::Text, true),
    ("create_refund", "id", Kind::Text, true),
    ("get_refund", "id", Kind::Text, true),
    ("revoke_api_key", "id", Kind::Text, true),
    ("get_payment_link", "id", Kind::Uuid, true),
    ("update_payment_link", "id", Kind::Uuid, true),
    ("delete_payment_link", "id", Kind::Uuid, true),
    ("list_payment_link_payments", "id", Kind::Uuid, true),
    ("get_public_payment_link", "token", Kind::Uuid, true),
    ("start_payment_link_checkout", "token", Kind::Uuid, true),
    ("list_refunds", "status", Kind::Choice, false),
    ("list_refunds", "created_at__gte", Kind::Time, false),
    ("list_refunds", "created_at__lte", Kind::Time, false),
    ("list_refunds", "search", Kind::Text, false),
    ("list_refunds", "ordering", Kind::Text, false),
    ("list_refunds", "page", Kind::Integer, false),
    ("list_refunds", "page_size", Kind::Integer, false),
];

/// Returns the rows.
pub(super) fn operations() -> Vec<OperationEntry> {
    OPERATIONS.iter().map(entry).collect()
}

fn entry(row: &Row) -> OperationEntry {
    let (call, name, request, response, credential, used_by) = *row;
    let parameters = PARAMETERS.iter().filter(|(operation, ..)| *operation == name);
    OperationEntry {
        call: call.to_owned(),
        name: name.to_owned(),
        request: request.map(str::to_owned),
        response: response.map(str::to_owned),
        credential: credential.map(str::to_owned),
        used_by: Some(format!("`{used_by}`")),
        parameters: parameters
            .map(|(_, name, kind, required)| FieldNeed {
                name: (*name).to_owned(),
                kind: *kind,
                required: *required,
                values: Vec::new(),
            })
            .collect(),
    }
}
