//! How credentials are sent and refused.

use reqwest::Method;
use serde_json::json;

use super::common::{MISSING, MISSING_UUID, NO_SESSION};
use crate::fact::Fact;
use crate::http::{Ask, Auth, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;

const SOURCE: &str = "facts.md: Servers and authentication";
const REFUSALS: &str = "openapi/overlay.json: refusals";
const HOOKS: &str = "src/raw/hooks.rs";
const KINDS: &str = "src/ext/error (kinds), sandbox/src/http/error.rs";
const BOTH: &str = "the overlay declares 401 and 403 for these operations";

const OPEN: &str =
    "the server serves this without a valid credential, so it does not show that one is accepted";

/// Returns a fact about a request without a credential.
const fn missing(id: &'static str, role: &'static str, settles: &'static [&'static str]) -> Fact {
    Fact::new(id, "a request without a credential gets 401", "401")
        .source(REFUSALS)
        .seen_by("the operation without a credential, on something that does not exist")
        .depends(KINDS)
        .refusal(role, settles)
}

pub(super) const FACTS: &[Fact] = &[
    Fact::new("key.authorization", "a key is accepted in `Authorization: Api-Key …`", "200")
        .source(SOURCE)
        .seen_by("GET /refunds/")
        .depends(HOOKS),
    Fact::new("key.header", "a key is accepted in the header `Api-Key`", "200")
        .source(SOURCE)
        .seen_by("GET /refunds/")
        .depends("nothing: the client sends `Authorization`"),
    Fact::new("key.sandbox-prefix", "sandbox keys are served under /sandbox/api/, too", "200")
        .source(SOURCE)
        .seen_by("GET /sandbox/api/refunds/")
        .depends("probe/src/guard.rs"),
    Fact::new("key.unknown", "an unknown key gets 401", "401")
        .source(REFUSALS)
        .seen_by("GET /refunds/")
        .depends(KINDS)
        .stated_by_nothing("the overlay has one refusal for missing and unknown keys: see key.missing"),
    Fact::new("key.unknown.form", "the refusal of a key is an object with `detail`", "detail")
        .source(SOURCE)
        .seen_by("GET /refunds/ with an unknown key")
        .depends("src/ext/error/body"),
    Fact::new("key.challenge", "a 401 names the scheme in `WWW-Authenticate`", "Api-Key")
        .seen_by("GET /refunds/ without a key")
        .depends("nothing: the client does not read it"),
    Fact::new("key.on-dashboard", "a key gets 401 from dashboard operations", "401")
        .source("sandbox/src/lib.rs: What is assumed")
        .seen_by("GET /organization/ with the key")
        .depends(KINDS)
        .settles(&["refusal 403 get_organization"])
        .stated_by_nothing(BOTH),
    Fact::new("key.scope", "a key without the scope gets 403 with `detail`", "403 detail")
        .source(REFUSALS)
        .seen_by("any operation that the key lacks the scope for")
        .depends(KINDS)
        .stated_by_nothing("the overlay has one refusal for each operation, and a run meets at most some"),
    Fact::new("session.authorization", "a session is accepted in `Authorization: Token …`", "200")
        .source(SOURCE)
        .seen_by("GET /organization/")
        .depends(HOOKS),
    Fact::new("session.unknown", "an unknown session gets 401", "401")
        .source(REFUSALS)
        .seen_by("GET /organization/")
        .depends(KINDS)
        .stated_by_nothing(
            "the overlay has one refusal for missing and unknown sessions: see session.missing",
        ),
    Fact::new("session.on-payments", "a session gets 401 from operations for keys", "401")
        .source("sandbox/src/lib.rs: What is assumed")
        .seen_by("GET /refunds/ with the session")
        .depends(KINDS)
        .stated_by_nothing(BOTH),
    missing("key.missing.create-checkout", "create_checkout", &["refusal 401 create_checkout"]),
    missing("key.missing.get-payment", "get_payment", &["refusal 401 get_payment"]),
    missing("key.missing.create-refund", "create_refund", &["refusal 401 create_refund"]),
    missing("key.missing.list-refunds", "list_refunds", &["refusal 401 list_refunds"]),
    missing("key.missing.get-refund", "get_refund", &["refusal 401 get_refund"]),
    missing("session.missing.get-organization", "get_organization", &["refusal 401 get_organization"]),
    missing(
        "session.missing.update-organization",
        "update_organization",
        &["refusal 401 update_organization"],
    ),
    missing("session.missing.get-dashboard", "get_dashboard", &["refusal 401 get_dashboard"]),
    missing("session.missing.list-api-keys", "list_api_keys", &["refusal 401 list_api_keys"]),
    missing("session.missing.revoke-api-key", "revoke_api_key", &["refusal 401 revoke_api_key"]),
    missing("session.missing.get-webhook", "get_webhook", &["refusal 401 get_webhook"]),
    missing("session.missing.set-webhook", "set_webhook", &["refusal 401 set_webhook"]),
    missing("session.missing.list-payment-links", "list_payment_links", &["refusal 401 list_payment_links"]),
    missing(
        "session.missing.create-payment-link",
        "create_payment_link",
        &["refusal 401 create_payment_link"],
    ),
    missing("session.missing.get-payment-link", "get_payment_link", &["refusal 401 get_payment_link"]),
    missing(
        "session.missing.update-payment-link",
        "update_payment_link",
        &["refusal 401 update_payment_link"],
    ),
    missing(
        "session.missing.delete-payment-link",
        "delete_payment_link",
        &["refusal 401 delete_payment_link"],
    ),
    missing(
        "session.missing.list-payment-link-payments",
        "list_payment_link_payments",
        &["refusal 401 list_payment_link_payments"],
    ),
];

/// Facts about missing credentials, with the operation. Bodies are empty objects: nothing could be made of them.
fn without_credential() -> Vec<(&'static str, Method, Vec<&'static str>)> {
    let (link, get, post) = (MISSING_UUID, Method::GET, Method::POST);
    vec![
        ("key.missing.create-checkout", post.clone(), vec!["checkout", "create"]),
        ("key.missing.get-payment", get.clone(), vec!["transactions", MISSING]),
        ("key.missing.create-refund", post.clone(), vec!["transactions", MISSING, "refund"]),
        ("key.missing.get-refund", get.clone(), vec!["refunds", MISSING]),
        ("session.missing.get-organization", get.clone(), vec!["organization"]),
        ("session.missing.update-organization", Method::PATCH, vec!["organization"]),
        ("session.missing.get-dashboard", get.clone(), vec!["organization", "dashboard"]),
        ("session.missing.list-api-keys", get.clone(), vec!["organization", "api-keys"]),
        ("session.missing.revoke-api-key", post.clone(), vec!["organization", "api-keys", MISSING, "revoke"]),
        ("session.missing.get-webhook", get.clone(), vec!["organization", "webhooks"]),
        ("session.missing.set-webhook", Method::PUT, vec!["organization", "webhooks"]),
        ("session.missing.list-payment-links", get.clone(), vec!["payment-links"]),
        ("session.missing.create-payment-link", post, vec!["payment-links"]),
        ("session.missing.get-payment-link", get.clone(), vec!["payment-links", link]),
        ("session.missing.update-payment-link", Method::PATCH, vec!["payment-links", link]),
        ("session.missing.delete-payment-link", Method::DELETE, vec!["payment-links", link]),
        ("session.missing.list-payment-link-payments", get, vec!["payment-links", link, "payments"]),
    ]
}

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    let status = |reply: &Reply| Ok(Seen::status(reply.status));
    let refunds = || Ask::get(&["refunds"]).query("page_size", "1").expecting_denial();
    // A key that may not list refunds is accepted, and does not show it.
    let accepted = |reply: &Reply| match reply.status {
        403 => Err(Miss::Unseen("the key may not list refunds, so it does not show whether it is accepted")),
        status => Ok(Seen::status(status)),
    };
    // What is served to anybody does not show that a credential is accepted.
    let is_open = |reply: &Option<Reply>| reply.as_ref().is_some_and(Reply::is_success);
    let anybody = run.send(refunds().auth(Auth::None)).await?;
    for (fact, ask) in [
        ("key.authorization", refunds()),
        ("key.header", refunds().auth(Auth::KeyHeader)),
        ("key.sandbox-prefix", refunds().under_sandbox_prefix()),
    ] {
        match is_open(&anybody) {
            true => run.see(fact, Err(Miss::Unseen(OPEN)))?,
            false => drop(run.ask(fact, ask, accepted).await?),
        }
    }
    if let Some(reply) = run.ask("key.unknown", refunds().auth(Auth::UnknownKey), status).await? {
        let form =
            match reply.object().is_some_and(|body| body.get("detail").is_some_and(|it| it.is_string())) {
                true => "detail",
                false => "another form",
            };
        run.see("key.unknown.form", Ok(Seen::word(form)))?;
    }
    if let Some(reply) = run.ask("key.missing.list-refunds", refunds().auth(Auth::None), status).await? {
        run.see("key.challenge", Ok(Seen::word(reply.challenge.unwrap_or("no challenge"))))?;
    }
    for (fact, method, path) in without_credential() {
        let mut ask = Ask::new(method.clone(), &path).auth(Auth::None);
        if method != Method::GET && method != Method::DELETE {
            ask = ask.json(&json!({}));
        }
        run.ask(fact, ask, status).await?;
    }
    let organization = || Ask::get(&["organization"]).expecting_denial();
    run.ask("key.on-dashboard", organization(), status).await?;
    let stranger = run.ask("session.unknown", organization().auth(Auth::UnknownSession), status).await?;
    if run.options.target.session.is_none() {
        run.see("session.authorization", Err(Miss::Unseen(NO_SESSION)))?;
        return run.see("session.on-payments", Err(Miss::Unseen(NO_SESSION)));
    }
    match is_open(&stranger) {
        true => run.see("session.authorization", Err(Miss::Unseen(OPEN)))?,
        false => drop(run.ask("session.authorization", organization().auth(Auth::Session), status).await?),
    }
    run.ask("session.on-payments", refunds().auth(Auth::Session), status).await?;
    Ok(())
}

/// Records the refusal of a key without the scope, if the run met one. A key on a dashboard operation lacks no scope.
pub(super) fn scope(run: &mut Run<'_>) -> Result<(), Stop> {
    let seen = match &run.http.denied {
        Some(reply) => Ok(reply.form()),
        None => Err(Miss::Unseen("the key has every scope that the run needed")),
    };
    run.see("key.scope", seen)
}
