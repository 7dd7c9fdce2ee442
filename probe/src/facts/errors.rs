//! How requests are refused that no operation takes, and what is done about slashes.

use reqwest::Method;
use serde_json::{Value, json};

use super::checkouts::incomplete;
use super::common::{MISSING, MISSING_UUID, NO_SESSION};
use crate::fact::Fact;
use crate::http::{Ask, Auth, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;

const SOURCE: &str = "facts.md: Errors";
const REFUSALS: &str = "openapi/overlay.json: refusals";
const BODY: &str = "src/ext/error/body, sandbox/src/http/error.rs";

const fn not_found(id: &'static str, role: &'static str, settles: &'static [&'static str]) -> Fact {
    Fact::new(id, "what does not exist gets 404 with `detail`", "404 detail")
        .source(REFUSALS)
        .seen_by("the operation on something that does not exist")
        .depends("src/ext/error (kinds), src/ext/reconcile")
        .refusal(role, settles)
}

pub(super) const FACTS: &[Fact] = &[
    not_found("errors.not-found.payment", "get_payment", &["refusal 404 get_payment"]),
    not_found("errors.not-found.refund", "get_refund", &["refusal 404 get_refund"]),
    not_found("errors.not-found.refunded-payment", "create_refund", &["refusal 404 create_refund"]),
    not_found("errors.not-found.link", "get_payment_link", &["refusal 404 get_payment_link"]),
    not_found("errors.not-found.updated-link", "update_payment_link", &["refusal 404 update_payment_link"]),
    not_found("errors.not-found.deleted-link", "delete_payment_link", &["refusal 404 delete_payment_link"]),
    not_found(
        "errors.not-found.link-payments",
        "list_payment_link_payments",
        &["refusal 404 list_payment_link_payments"],
    ),
    not_found("errors.not-found.key", "revoke_api_key", &["refusal 404 revoke_api_key"]),
    not_found(
        "errors.not-found.public-link",
        "get_public_payment_link",
        &["refusal 404 get_public_payment_link", "supplement GET /payment-links/public/{token}/"],
    ),
    not_found(
        "errors.not-found.public-checkout",
        "start_payment_link_checkout",
        &[
            "refusal 404 start_payment_link_checkout",
            "operation start_payment_link_checkout path",
            "operation start_payment_link_checkout method",
        ],
    ),
    Fact::new("errors.unknown-path", "a path that nothing serves gets 404 with an HTML page", "404 html")
        .source(SOURCE)
        .seen_by("GET /nd8-probe-missing/")
        .depends(BODY),
    Fact::new("errors.method", "a method that a path does not take gets 405 with `detail`", "405 detail")
        .source(SOURCE)
        .seen_by("DELETE /refunds/")
        .depends(BODY),
    Fact::new("errors.method.allow", "a 405 names the methods in `Allow`", "named")
        .source(SOURCE)
        .seen_by("DELETE /refunds/")
        .depends("nothing: the client does not read it"),
    Fact::new("errors.method.create-refund", "POST /refunds/ with a key gets 405", "405 detail")
        .source("facts.md: Operations of the reference")
        .seen_by("POST /refunds/ with an empty object")
        .depends("sandbox/src/api/dashboard_snapshot.rs"),
    Fact::new("errors.media-type", "a body that is not JSON gets 415 with `detail`", "415 detail")
        .source(SOURCE)
        .seen_by("POST /checkout/create/ with text/plain")
        .depends(BODY),
    Fact::new("errors.accept", "a caller who takes no JSON gets 406 with `detail`", "406 detail")
        .source(SOURCE)
        .seen_by("GET /refunds/ with `Accept: text/html`")
        .depends("sandbox/src/http/framework.rs"),
    Fact::new("errors.malformed", "a body that is no JSON value gets 400 with `detail`", "400 detail")
        .source(SOURCE)
        .seen_by("POST /checkout/create/ with half an object")
        .depends(BODY),
    Fact::new("errors.fields", "refused fields are named with a list of texts each", "400 lists by field")
        .source(SOURCE)
        .seen_by("POST /checkout/create/ with an empty object")
        .depends("src/ext/error/body")
        .refusal("create_checkout", &["refusal 400 create_checkout"]),
    Fact::new("errors.items", "refused items of a list are reported by position", "by position")
        .source(SOURCE)
        .seen_by("POST /checkout/create/ with an empty second product, and no customer")
        .depends("src/ext/error/body reads both forms"),
    Fact::new("errors.filter", "a filter with an unknown value gets 400 that names it", "400 lists by field")
        .source(REFUSALS)
        .seen_by("GET /refunds/?status=nd8-probe")
        .depends("src/ext/refunds.rs")
        .refusal("list_refunds", &["refusal 400 list_refunds"]),
    Fact::new(
        "errors.slash",
        "a path without its last slash is redirected with 301",
        "301 to the path with a slash",
    )
    .source(SOURCE)
    .seen_by("GET /refunds")
    .depends("nothing: the client sends the slash, and follows no redirect"),
    Fact::new("errors.slash.post", "a POST without its last slash is not carried out", "not carried out")
        .source(SOURCE)
        .seen_by("POST /checkout/create with an empty object")
        .depends("nothing: the client sends the slash"),
];

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    missing_things(run).await?;
    let form = |reply: &Reply| Ok(reply.form());
    run.ask("errors.unknown-path", Ask::get(&[MISSING]), form).await?;
    let delete = Ask::new(Method::DELETE, &["refunds"]);
    if let Some(reply) = run.ask("errors.method", delete, form).await? {
        let allow = if reply.allow { "named" } else { "not named" };
        run.see("errors.method.allow", Ok(Seen::word(allow)))?;
    }
    run.ask("errors.method.create-refund", Ask::post(&["refunds"], &json!({})), form).await?;

    let create = || Ask::new(Method::POST, &["checkout", "create"]);
    let text = json!({ "sandbox_simulate": "checkout_pending" }).to_string();
    run.ask("errors.media-type", create().body("text/plain", text), form).await?;
    run.ask("errors.accept", Ask::get(&["refunds"]).accept("text/html"), form).await?;
    run.ask("errors.malformed", create().body("application/json", "{\"products\": [".to_owned()), form)
        .await?;
    run.ask("errors.fields", incomplete(json!({})), form).await?;
    let items = incomplete(json!({ "products": [{ "name": "Probe", "quantity": 1, "unit_price": 5 }, {}] }));
    run.ask("errors.items", items, items_form).await?;
    run.ask("errors.filter", Ask::get(&["refunds"]).query("status", "nd8-probe"), form).await?;
    run.ask("errors.slash", Ask::get(&["refunds"]).without_slash(), |reply| Ok(slash(reply))).await?;
    let create = incomplete(json!({})).without_slash();
    run.ask("errors.slash.post", create, |reply| {
        let is_done = reply.status < 300 || reply.status == 400;
        Ok(Seen::word(if is_done { "carried out" } else { "not carried out" }))
    })
    .await?;
    Ok(())
}

async fn missing_things(run: &mut Run<'_>) -> Result<(), Stop> {
    let form = |reply: &Reply| Ok(reply.form());
    let link = MISSING_UUID;
    run.ask("errors.not-found.payment", Ask::get(&["transactions", MISSING]), form).await?;
    run.ask("errors.not-found.refund", Ask::get(&["refunds", MISSING]), form).await?;
    let refund =
        Ask::post(&["transactions", MISSING, "refund"], &json!({ "reason": "nd8-probe", "amount": "1.00" }));
    run.ask("errors.not-found.refunded-payment", refund, form).await?;
    let public = Ask::get(&["payment-links", "public", link]).auth(Auth::None);
    run.ask("errors.not-found.public-link", public, form).await?;
    let checkout = Ask::post(&["payment-links", "public", link, "checkout"], &json!({})).auth(Auth::None);
    run.ask("errors.not-found.public-checkout", checkout, form).await?;

    let with_session = [
        ("errors.not-found.link", Ask::get(&["payment-links", link])),
        ("errors.not-found.updated-link", Ask::new(Method::PATCH, &["payment-links", link]).json(&json!({}))),
        ("errors.not-found.deleted-link", Ask::new(Method::DELETE, &["payment-links", link])),
        ("errors.not-found.link-payments", Ask::get(&["payment-links", link, "payments"])),
        ("errors.not-found.key", Ask::post(&["organization", "api-keys", MISSING, "revoke"], &json!({}))),
    ];
    for (fact, ask) in with_session {
        if run.options.target.session.is_none() {
            run.see(fact, Err(Miss::Unseen(NO_SESSION)))?;
        } else {
            run.ask(fact, ask.auth(Auth::Session), form).await?;
        }
    }
    Ok(())
}

/// Returns how the mistakes in a list of objects are reported.
fn items_form(reply: &Reply) -> Result<Seen, Miss> {
    let products = reply.object().and_then(|errors| errors.get("products"));
    Ok(Seen::word(match products.ok_or(Miss::Unseen("the refusal names no products"))? {
        Value::Array(items) if items.len() == 2 && items.iter().all(Value::is_object) => "by position",
        Value::Array(items) if items.iter().all(Value::is_string) => "texts for the whole list",
        Value::Object(items) if items.contains_key("1") => "by number",
        _ => "in another form",
    }))
}

fn slash(reply: &Reply) -> Seen {
    let leads_to_slash = reply
        .location
        .as_deref()
        .is_some_and(|location| location.split('?').next().unwrap_or_default().ends_with("/refunds/"));
    match reply.status {
        300..400 if leads_to_slash => Seen::status(reply.status).and("to the path with a slash"),
        300..400 => Seen::status(reply.status).and("to another address"),
        404 => Seen::status(404).named("no-slash-redirect"),
        status => Seen::status(status),
    }
}
