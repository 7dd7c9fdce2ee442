//! What the documents of the repository infer, and which of it no probe can see.
//!
//! Keys are `shape ROLE`, `operation ROLE PART` and `refusal STATUS ROLE` for entries of `openapi/overlay.json`,
//! `supplement METHOD PATH` for operations of `openapi/supplement.json`, and `facts LABEL` for the lines of the project's
//! collection of facts that are marked as printed nowhere. Tests compare this with the documents, in both directions.

/// A reason why several keys cannot be seen.
const CHANGES_KEYS: &str = "it would make, replace or revoke a key of the organization";
const CHANGES_LINKS: &str = "it would make or change a payment link of the organization";
const CHANGES_ORGANIZATION: &str = "it would change the organization";
const NEEDS_A_LESSER_KEY: &str =
    "it takes a key without the scope: `key.scope` shows the form if the run meets one";
const REPRESENTED: &str =
    "one operation represents all: the run is throttled once, and `throttle.form` shows how";
const SESSIONS_LACK_NOTHING: &str =
    "`key.on-dashboard` shows it for one operation; a session has no scope to lack";
const NOT_A_SANDBOX_CHECKOUT: &str =
    "its request has no `sandbox_simulate`, so nothing would keep it from charging somebody";

/// Keys that no probe can see, with the reason.
#[rustfmt::skip]
pub const NOT_OBSERVABLE: &[(&str, &str)] = &[
    ("facts production base URL", "a probe never contacts production"),
    ("facts address of the raw document", "it is on the documentation's site: `cargo xtask refresh` looks for it"),
    ("shape ApiKeyWithSecret.id", CHANGES_KEYS),
    ("shape ApiKeyWithSecret.name", CHANGES_KEYS),
    ("shape ApiKeyWithSecret.created_at", CHANGES_KEYS),
    ("operation create_api_key response", CHANGES_KEYS),
    ("operation rotate_api_key response", CHANGES_KEYS),
    ("operation update_organization response", CHANGES_ORGANIZATION),
    ("operation start_payment_link_checkout response", NOT_A_SANDBOX_CHECKOUT),
    ("refusal 400 create_api_key", CHANGES_KEYS),
    ("refusal 400 update_organization", CHANGES_ORGANIZATION),
    ("refusal 400 create_payment_link", CHANGES_LINKS),
    ("refusal 400 update_payment_link", CHANGES_LINKS),
    ("refusal 401 create_api_key", "if it were not refused, it would make a key"),
    ("refusal 401 rotate_api_key", "if it were not refused, it would replace a key"),
    ("refusal 403 create_checkout", NEEDS_A_LESSER_KEY),
    ("refusal 403 get_payment", NEEDS_A_LESSER_KEY),
    ("refusal 403 list_refunds", NEEDS_A_LESSER_KEY),
    ("refusal 403 get_refund", NEEDS_A_LESSER_KEY),
    ("refusal 403 create_refund", NEEDS_A_LESSER_KEY),
    ("refusal 403 update_organization", SESSIONS_LACK_NOTHING),
    ("refusal 403 get_dashboard", SESSIONS_LACK_NOTHING),
    ("refusal 403 list_api_keys", SESSIONS_LACK_NOTHING),
    ("refusal 403 create_api_key", SESSIONS_LACK_NOTHING),
    ("refusal 403 rotate_api_key", SESSIONS_LACK_NOTHING),
    ("refusal 403 revoke_api_key", SESSIONS_LACK_NOTHING),
    ("refusal 403 get_webhook", SESSIONS_LACK_NOTHING),
    ("refusal 403 set_webhook", SESSIONS_LACK_NOTHING),
    ("refusal 403 list_payment_link_payments", SESSIONS_LACK_NOTHING),
    ("refusal 403 list_payment_links", SESSIONS_LACK_NOTHING),
    ("refusal 403 create_payment_link", SESSIONS_LACK_NOTHING),
    ("refusal 403 get_payment_link", SESSIONS_LACK_NOTHING),
    ("refusal 403 update_payment_link", SESSIONS_LACK_NOTHING),
    ("refusal 403 delete_payment_link", SESSIONS_LACK_NOTHING),
    ("refusal 429 create_checkout", REPRESENTED),
    ("refusal 429 get_payment", REPRESENTED),
    ("refusal 429 create_refund", REPRESENTED),
    ("refusal 429 get_refund", REPRESENTED),
    ("refusal 429 get_organization", REPRESENTED),
    ("refusal 429 update_organization", REPRESENTED),
    ("refusal 429 get_dashboard", REPRESENTED),
    ("refusal 429 list_api_keys", REPRESENTED),
    ("refusal 429 create_api_key", REPRESENTED),
    ("refusal 429 rotate_api_key", REPRESENTED),
    ("refusal 429 revoke_api_key", REPRESENTED),
    ("refusal 429 get_webhook", REPRESENTED),
    ("refusal 429 set_webhook", REPRESENTED),
    ("refusal 429 list_payment_link_payments", REPRESENTED),
    ("refusal 429 start_payment_link_checkout", REPRESENTED),
    ("refusal 429 list_payment_links", REPRESENTED),
    ("refusal 429 create_payment_link", REPRESENTED),
    ("refusal 429 get_payment_link", REPRESENTED),
    ("refusal 429 update_payment_link", REPRESENTED),
    ("refusal 429 delete_payment_link", REPRESENTED),
    ("refusal 429 get_public_payment_link", REPRESENTED),
    ("supplement POST /organization/api-keys/{id}/revoke/", CHANGES_KEYS),
    ("supplement POST /payment-links/", CHANGES_LINKS),
    ("supplement PATCH /payment-links/{id}/", CHANGES_LINKS),
    ("supplement DELETE /payment-links/{id}/", CHANGES_LINKS),
];

/// Lines of the collection of facts that are marked as printed nowhere, with what decides each: a fact, or a key of
/// [`NOT_OBSERVABLE`].
pub const MARKED: &[(&str, &str)] = &[
    ("production base URL", "facts production base URL"),
    ("address of the raw document", "facts address of the raw document"),
    ("12 get webhook configuration", "webhook-endpoint.get"),
    ("13 set webhook endpoint URL", "webhook-endpoint.set"),
    ("15 start checkout from payment link", "errors.not-found.public-checkout"),
];
