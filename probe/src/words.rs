//! The allow-list of reports: names of documented fields and documented words.
//!
//! A text of the server is looked up here, and what is printed is the constant that it equals.

use serde_json::{Map, Value};

/// Fields of `CheckoutRequest` and the errors of the framework, by which refusals name what they refuse.
pub(crate) const REQUEST_FIELDS: &[&str] = &[
    "billing_country",
    "billing_postal_code",
    "billing_first_name",
    "billing_last_name",
    "billing_email",
    "billing_phone",
    "currency",
    "products",
    "successUrl",
    "failedUrl",
    "cancelUrl",
    "sandbox_simulate",
    "reason",
    "amount",
    "status",
    "page",
    "non_field_errors",
    "detail",
    "code",
];

pub(crate) const CHECKOUT: &[&str] = &["checkout_id", "order_id", "checkout_url", "token", "expires_at"];
pub(crate) const PAYMENT: &[&str] =
    &["id", "amount", "status", "currency", "payer_email", "products", "depositAttempts", "created_at"];
pub(crate) const ATTEMPT: &[&str] = &["status", "paymentId", "attemptedAt", "errorMessage", "paymentMethod"];
pub(crate) const REFUND_CREATED: &[&str] = &[
    "status",
    "refund_id",
    "refund_public_id",
    "transaction_id",
    "amount",
    "currency",
    "amount_usd",
    "amount_in_cents",
];
pub(crate) const REFUND: &[&str] = &[
    "id",
    "transaction_id",
    "amount",
    "currency",
    "amount_in_cents",
    "amount_usd",
    "reason",
    "status",
    "created_at",
    "updated_at",
];
pub(crate) const ORGANIZATION: &[&str] = &[
    "name",
    "website",
    "contact_email",
    "telegram",
    "price_mode",
    "min_payment",
    "max_payment",
    "fees",
    "status",
];
pub(crate) const DASHBOARD: &[&str] = &["organization", "wallet", "stats", "recent_wallet_activity"];
pub(crate) const API_KEY: &[&str] = &["id", "name", "prefix", "allowed_scopes", "status", "created_at"];
pub(crate) const LINK: &[&str] = &[
    "id",
    "token",
    "name",
    "products",
    "currency",
    "pricing_mode",
    "expires_at",
    "max_uses",
    "metadata",
    "is_active",
    "created_at",
    "updated_at",
];
pub(crate) const LINK_PAYMENT: &[&str] = &["id", "amount", "status", "currency", "payer_email", "created_at"];
pub(crate) const PAYMENT_EVENT: &[&str] = &[
    "event",
    "transaction_id",
    "order_id",
    "amount",
    "status",
    "currency",
    "depositAttempts",
    "created_at",
    "updated_at",
];
pub(crate) const REFUND_EVENT: &[&str] = &[
    "event",
    "refund_id",
    "transaction_id",
    "order_id",
    "amount",
    "currency",
    "amount_in_cents",
    "amount_usd",
    "reason",
    "status",
    "created_at",
    "updated_at",
];
pub(crate) const TEST_EVENT: &[&str] = &["event", "created_at"];

/// States of payments.
pub(crate) const PAYMENT_STATES: &[&str] =
    &["paid", "failed", "refund_pending", "refunded", "canceled", "processing"];
/// States of refunds.
pub(crate) const REFUND_STATES: &[&str] = &["pending", "processing", "completed", "failed", "rejected"];

/// Returns the constant that equals a text.
pub(crate) fn known(list: &'static [&'static str], text: &str) -> Option<&'static str> {
    list.iter().copied().find(|word| *word == text)
}

/// Comparison of an object's fields with the documented ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) absent: Vec<&'static str>,
    pub(crate) null: Vec<&'static str>,
    /// Number of fields that are not documented.
    pub(crate) others: usize,
}

/// Compares several objects of one kind: a field is absent or null if it is so in any of them.
pub(crate) fn compare<'a>(
    fields: &'static [&'static str],
    objects: impl IntoIterator<Item = &'a Map<String, Value>>,
) -> Comparison {
    let mut comparison = Comparison::default();
    for object in objects {
        for field in fields {
            match object.get(*field) {
                None if !comparison.absent.contains(field) => comparison.absent.push(field),
                Some(Value::Null) if !comparison.null.contains(field) => comparison.null.push(field),
                _ => {}
            }
        }
        let others = object.keys().filter(|key| known(fields, key).is_none()).count();
        comparison.others = comparison.others.max(others);
    }
    comparison
}

/// Names the form of a value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "whole number",
        Value::Number(_) => "number",
        Value::String(text) if text.is_empty() => "empty text",
        Value::String(text) => text_kind(text),
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn text_kind(text: &str) -> &'static str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) {
        return "digits as text";
    }
    if let Some((whole, fraction)) = text.strip_prefix('-').unwrap_or(text).split_once('.')
        && digits(whole)
        && digits(fraction)
    {
        return if fraction.len() == 2 { "decimal as text" } else { "decimal as text, not two decimals" };
    }
    if text.parse::<uuid::Uuid>().is_ok() {
        return "uuid";
    }
    if text.parse::<jiff::Timestamp>().is_ok() {
        return "time with offset";
    }
    if text.parse::<jiff::civil::DateTime>().is_ok() {
        return if text.contains('T') || text.contains(' ') { "time without offset" } else { "date" };
    }
    "text"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_have_kinds() {
        for (value, expected) in [
            (json!(null), "null"),
            (json!(7), "whole number"),
            (json!(7.5), "number"),
            (json!("7"), "digits as text"),
            (json!("7.50"), "decimal as text"),
            (json!("7.5"), "decimal as text, not two decimals"),
            (json!("2026-01-02T03:04:05Z"), "time with offset"),
            (json!("2026-01-02T03:04:05.123+02:00"), "time with offset"),
            (json!("2026-01-02T03:04:05"), "time without offset"),
            (json!("2026-01-02"), "date"),
            (json!("0f9d6f1c-5b0e-4c3a-9a53-6a1f4f0e2b7d"), "uuid"),
            (json!("TXabc"), "text"),
            (json!(""), "empty text"),
            (json!({}), "object"),
        ] {
            assert_eq!(kind(&value), expected, "{value}");
        }
    }

    #[test]
    fn fields_that_are_not_documented_are_counted() {
        let object = json!({"event": "x", "ada@example.com": 1, "created_at": null});
        let compared = compare(TEST_EVENT, object.as_object());
        let expected = Comparison { absent: vec![], null: vec!["created_at"], others: 1 };
        assert_eq!(compared, expected);
    }
}
