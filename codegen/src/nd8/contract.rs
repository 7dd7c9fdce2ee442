//! What `ext` needs of types: the fields it sets and reads, each with the kind it has in Rust whatever the document states.
//!
//! A set of texts has the values behind it that `ext` names. A field with `!` is an argument of a request, and always there in a response. A document without one of these fields is refused
//! here, with the name of the method that needs it, and not by rustc.

use crate::profile::{FieldNeed, Kind, TypeNeeds};

/// One type: its name, the method of `ext` that needs it, and its fields as `name: kind`, `!` behind those always there. Behind a
/// `choice` are the values that `ext` names.
#[rustfmt::skip]
const TYPES: [(&str, &str, &str); 21] = [
    ("CheckoutRequest", "checkouts().create()",
        "billing_country: text!, billing_email: text!, billing_first_name: text!, billing_last_name: text!, products: list!, \
         billing_postal_code: text, billing_phone: text, currency: choice, successUrl: text, failedUrl: text, cancelUrl: text, \
         sandbox_simulate: choice"),
    ("CatalogProduct", "Product::catalog()", "id: text!, quantity: integer!, name: text, unit_price: amount"),
    ("AdHocProduct", "Product::ad_hoc()", "name: text!, quantity: integer!, unit_price: amount!"),
    ("Checkout", "checkouts().create()",
        "checkout_id: text!, checkout_url: text!, order_id: text, token: text, expires_at: integer"),
    ("Payment", "payments().get()",
        "id: text!, amount: amount, status: choice[paid failed refunded canceled], currency: text, depositAttempts: list, \
         products: list, payer_email: text, created_at: time"),
    ("DepositAttempt", "payments().get()",
        "status: text, paymentId: text, attemptedAt: time, errorMessage: text, paymentMethod: text"),
    ("PaymentProduct", "payments().get()", "id: text, name: text"),
    ("RefundRequest", "refunds().create()", "reason: text!, amount: amount"),
    ("RefundCreated", "refunds().create()",
        "status: choice, refund_id: id, refund_public_id: text, transaction_id: id, amount: amount, currency: text"),
    ("Refund", "refunds().get()",
        "id: text!, transaction_id: text, amount: amount, currency: text, status: choice[processing completed failed rejected], \
         created_at: time, reason: text, updated_at: time"),
    ("OrganizationUpdate", "organization().update()", "*"),
    ("ApiKeyRequest", "api_keys().create()", "name: text, allowed_scopes: text"),
    ("ApiKey", "api_keys().list()", "id: id"),
    ("ApiKeyWithSecret", "api_keys().create()", "id: id, raw_key: text"),
    ("WebhookEndpoint", "webhook_endpoint().set()", "endpoint_url: text!"),
    ("PublicCheckoutRequest", "payment_link().checkout()",
        "billing_country: text!, billing_email: text!, billing_first_name: text!, billing_last_name: text!, \
         billing_postal_code: text, billing_phone: text, currency: choice, successUrl: text, failedUrl: text, cancelUrl: text"),
    ("PaymentLinkRequest", "payment_links().create()",
        "name: text!, products: list!, currency: choice, pricing_mode: choice, expires_at: time, max_uses: integer, metadata: map, \
         is_active: flag"),
    ("PaymentLinkUpdate", "payment_links().update()",
        "name: text, products: list, currency: choice, pricing_mode: choice, expires_at: time, max_uses: integer, metadata: map, \
         is_active: flag"),
    ("PaymentLink", "payment_links().list()", "id: id"),
    ("PaymentLinkPayment", "payment_links().payments()", "id: id, amount: amount, currency: text"),
    ("PaymentLinkProduct", "payment_links().create()", "product_id: text, quantity: integer"),
];

/// Returns the needs.
pub(super) fn types() -> Vec<TypeNeeds> {
    TYPES.iter().map(|(name, used_by, fields)| needs(name, used_by, fields)).collect()
}

fn needs(name: &str, used_by: &str, fields: &str) -> TypeNeeds {
    let is_map = fields == "*";
    let fields = if is_map { Vec::new() } else { fields.split(',').map(|field| need(name, field)).collect() };
    TypeNeeds { name: name.to_owned(), used_by: format!("`{used_by}`"), is_map, fields }
}

fn need(owner: &str, field: &str) -> FieldNeed {
    let (name, kind) = field.trim().split_once(": ").unwrap_or((field, ""));
    let (kind, required) = match kind.strip_suffix('!') {
        Some(kind) => (kind, true),
        None => (kind, false),
    };
    let (kind, values) = match kind.split_once('[') {
        Some((kind, values)) => (kind, values.trim_end_matches(']').split(' ').map(str::to_owned).collect()),
        None => (kind, Vec::new()),
    };
    let kind = match kind {
        "text" => Kind::Text,
        "amount" => Kind::Amount,
        "integer" => Kind::Integer,
        "flag" => Kind::Flag,
        "time" => Kind::Time,
        "uuid" => Kind::Uuid,
        "choice" => Kind::Choice,
        "list" => Kind::List,
        "map" => Kind::Map,
        "id" => Kind::Id,
        // The table is part of the program, and a test reads it.
        other => unreachable!("{owner}.{name} has the kind `{other}`, which there is not"),
    };
    FieldNeed { name: name.to_owned(), kind, required, values }
}
