//! What a dashboard session reads: the organization, keys, the webhook endpoint, and payment links. Nothing is changed.

use serde_json::{Map, Value, json};

use super::common::{NO_SESSION, fields, kind_of};
use crate::fact::Fact;
use crate::http::{Ask, Auth, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;
use crate::words::{API_KEY, DASHBOARD, LINK, LINK_PAYMENT, ORGANIZATION, kind};

const GUIDES: &str = "facts.md: Shapes (guides)";
const OVERLAY: &str = "openapi/overlay.json: shapes";
const OPEN: &str = "the fields of this type are optional, and others arrive in `extra`";
const INFERRED: &str = "remove or correct the inferred entry by hand: its kind is not only a type";

const fn session(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected)
        .source(GUIDES)
        .depends("src/raw/snapshot/types.rs")
        .stated_by_nothing(OPEN)
}

const fn link_payment(id: &'static str, expected: &'static str, settles: &'static [&'static str]) -> Fact {
    Fact::new(id, "a payment of a payment link has this field in this form", expected)
        .source(OVERLAY)
        .seen_by("GET /payment-links/{id}/payments/, of a link that was paid through")
        .depends("src/ext/payment_links.rs")
        .settles(settles)
        .stated_by_nothing(INFERRED)
}

pub(super) const FACTS: &[Fact] = &[
    session("organization.fields", "an organization has the fields that the guides name", "all present")
        .seen_by("GET /organization/"),
    session("dashboard.fields", "the dashboard has the parts that the guides name", "all present")
        .seen_by("GET /organization/dashboard/"),
    session("api-keys.shape", "API keys are listed as a bare array", "array")
        .source("openapi/overlay.json: operations")
        .seen_by("GET /organization/api-keys/")
        .settles(&["operation list_api_keys response"]),
    session("api-keys.fields", "an API key has all of its fields", "all present")
        .source(OVERLAY)
        .seen_by("GET /organization/api-keys/"),
    session("api-keys.id", "an API key is named by a whole number", "whole number")
        .source(OVERLAY)
        .seen_by("GET /organization/api-keys/")
        .settles(&["shape ApiKey.id"]),
    session("api-keys.name", "an API key has a name", "text")
        .source(OVERLAY)
        .seen_by("GET /organization/api-keys/")
        .settles(&["shape ApiKey.name"])
        .stated_by_nothing(INFERRED),
    session("api-keys.created-at", "an API key has a time of creation with an offset", "time with offset")
        .source(OVERLAY)
        .seen_by("GET /organization/api-keys/")
        .settles(&["shape ApiKey.created_at"])
        .stated_by_nothing(INFERRED),
    session(
        "webhook-endpoint.get",
        "the webhook endpoint is read at GET /organization/webhooks/",
        "200 object",
    )
    .source("facts.md: 12")
    .seen_by("GET /organization/webhooks/")
    .depends("src/ext/webhook_endpoint.rs, codegen/src/nd8/operations.rs")
    .settles(&[
        "operation get_webhook path",
        "operation get_webhook method",
        "operation get_webhook response",
    ])
    .stated_by_nothing("a path is in openapi/nd8.json and codegen/src/nd8/operations.rs"),
    session(
        "webhook-endpoint.url",
        "its field `endpoint_url` is a text, or null while none is set",
        "text or null",
    )
    .source(OVERLAY)
    .seen_by("GET /organization/webhooks/")
    .depends("src/ext/webhook_endpoint.rs")
    .settles(&["shape WebhookConfiguration.endpoint_url"])
    .stated_by_nothing(INFERRED),
    session("payment-links.shape", "payment links are listed as a bare array", "array")
        .seen_by("GET /payment-links/")
        .settles(&["supplement GET /payment-links/"])
        .stated_by_nothing("openapi/supplement.json states it"),
    session("payment-links.fields", "a payment link has all of its fields", "all present")
        .seen_by("GET /payment-links/{id}/, of the first of the list")
        .settles(&["supplement GET /payment-links/{id}/"])
        .stated_by_nothing("openapi/supplement.json states it"),
    session("payment-links.payments", "the payments of a link are listed as a bare array", "array")
        .seen_by("GET /payment-links/{id}/payments/")
        .settles(&["operation list_payment_link_payments response"])
        .stated_by_nothing("generation reads an envelope as well"),
    link_payment("payment-links.payment.id", "text", &["shape PaymentLinkPayment.id"]),
    link_payment("payment-links.payment.amount", "decimal as text", &["shape PaymentLinkPayment.amount"]),
    link_payment("payment-links.payment.status", "text", &["shape PaymentLinkPayment.status"]),
    link_payment("payment-links.payment.currency", "text", &["shape PaymentLinkPayment.currency"]),
    link_payment("payment-links.payment.payer-email", "text", &["shape PaymentLinkPayment.payer_email"]),
    link_payment(
        "payment-links.payment.created-at",
        "time with offset",
        &["shape PaymentLinkPayment.created_at"],
    ),
    Fact::new(
        "payment-links.public.fields",
        "a customer sees name, products, currency and state",
        "all present",
    )
    .source(GUIDES)
    .seen_by("GET /payment-links/public/{token}/, of the first link of the list")
    .depends("src/ext/storefront.rs")
    .stated_by_nothing("openapi/supplement.json states it"),
    Fact::new("payment-links.public.refusal", "a checkout without a customer gets 400", "400 lists by field")
        .source("openapi/overlay.json: refusals")
        .seen_by("POST /payment-links/public/{token}/checkout/ with an invalid country and e-mail address")
        .depends("src/ext/storefront.rs")
        .refusal("start_payment_link_checkout", &["refusal 400 start_payment_link_checkout"]),
];

const PUBLIC_LINK: &[&str] = &["name", "products", "currency", "pricing_mode", "expires_at", "is_active"];
const LINK_PAYMENT_FACTS: [(&str, &str); 6] = [
    ("payment-links.payment.id", "id"),
    ("payment-links.payment.amount", "amount"),
    ("payment-links.payment.status", "status"),
    ("payment-links.payment.currency", "currency"),
    ("payment-links.payment.payer-email", "payer_email"),
    ("payment-links.payment.created-at", "created_at"),
];

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    if run.options.target.session.is_none() {
        return run.rest(FACTS, NO_SESSION);
    }
    let get = |path: &[&str]| Ask::get(path).auth(Auth::Session);
    let object = |documented| {
        move |reply: &Reply| match reply.object().filter(|_| reply.is_success()) {
            Some(object) => Ok(fields("Organization", documented, &[], [object]).with(Vec::new()).unnamed()),
            None => Ok(reply.form()),
        }
    };
    run.ask("organization.fields", get(&["organization"]), object(ORGANIZATION)).await?;
    run.ask("dashboard.fields", get(&["organization", "dashboard"]), object(DASHBOARD)).await?;
    api_keys(run).await?;
    let endpoint = run
        .ask("webhook-endpoint.get", get(&["organization", "webhooks"]), |reply| {
            Ok(match reply.object() {
                Some(_) if reply.is_success() => Seen::status(reply.status).and("object"),
                _ => reply.form(),
            })
        })
        .await?;
    let url = endpoint.as_ref().filter(|reply| reply.is_success()).and_then(Reply::object);
    run.see(
        "webhook-endpoint.url",
        match url.map(|object| object.get("endpoint_url")) {
            Some(Some(Value::String(_) | Value::Null)) => Ok(Seen::word("text or null")),
            Some(Some(other)) => Ok(Seen::word(kind(other))),
            Some(None) => Ok(Seen::word("absent")),
            None => Err(Miss::Unseen("the webhook endpoint could not be read")),
        },
    )?;
    links(run).await
}

/// Returns the shape of a list.
fn shape(reply: &Reply) -> Result<Seen, Miss> {
    Ok(match (reply.rows(), reply.json()) {
        (Some(_), Some(Value::Array(_))) => Seen::word("array"),
        (Some(_), _) => Seen::word("envelope").named("envelope"),
        (None, _) => reply.form(),
    })
}

fn first(reply: Option<&Reply>) -> Option<&Map<String, Value>> {
    reply?.rows()?.first()?.as_object()
}

async fn api_keys(run: &mut Run<'_>) -> Result<(), Stop> {
    let ask = Ask::get(&["organization", "api-keys"]).auth(Auth::Session);
    let reply = run.ask("api-keys.shape", ask, shape).await?;
    let Some(key) = first(reply.as_ref()) else {
        for fact in ["api-keys.fields", "api-keys.id", "api-keys.name", "api-keys.created-at"] {
            run.see(fact, Err(Miss::Unseen("the list shows no key")))?;
        }
        return Ok(());
    };
    let value = |field: &str| key.get(field).unwrap_or(&Value::Null);
    run.see("api-keys.fields", Ok(fields("ApiKey", API_KEY, &[], [key])))?;
    run.see("api-keys.id", kind_of(key, "id"))?;
    // A key may have an empty name.
    let name = if value("name").is_string() { Ok(Seen::word("text")) } else { kind_of(key, "name") };
    run.see("api-keys.name", name)?;
    run.see("api-keys.created-at", super::payments::time(value("created_at")))
}

async fn links(run: &mut Run<'_>) -> Result<(), Stop> {
    let listed =
        run.ask("payment-links.shape", Ask::get(&["payment-links"]).auth(Auth::Session), shape).await?;
    let link = first(listed.as_ref());
    let text = |field: &str| link.and_then(|link| link.get(field)?.as_str()).map(str::to_owned);
    let (Some(id), token) = (text("id"), text("token")) else {
        let rest = FACTS.iter().filter(|fact| fact.id.starts_with("payment-links."));
        for fact in rest {
            run.see(fact.id, Err(Miss::Unseen("the organization has no payment link")))?;
        }
        return Ok(());
    };
    run.ask("payment-links.fields", Ask::get(&["payment-links", &id]).auth(Auth::Session), |reply| {
        match reply.object().filter(|_| reply.is_success()) {
            // Without an end and a limit of uses, these are null: the guides say so.
            Some(link) => Ok(fields("PaymentLink", LINK, &[], [&without_nulls(link)])),
            None => Ok(reply.form()),
        }
    })
    .await?;
    let ask = Ask::get(&["payment-links", &id, "payments"]).auth(Auth::Session);
    let payments = run.ask("payment-links.payments", ask, shape).await?;
    let payment = first(payments.as_ref());
    for (fact, field) in LINK_PAYMENT_FACTS {
        debug_assert!(LINK_PAYMENT.contains(&field));
        let seen = match payment.map(|payment| payment.get(field)) {
            None => Err(Miss::Unseen("nobody has paid through the link")),
            Some(None) => Ok(Seen::word("absent")),
            Some(Some(value)) if field == "created_at" => super::payments::time(value),
            Some(Some(value)) if field == "amount" => super::payments::decimal(value),
            Some(Some(value)) => Ok(Seen::word(kind(value))),
        };
        run.see(fact, seen)?;
    }
    let Some(token) = token else {
        for fact in ["payment-links.public.fields", "payment-links.public.refusal"] {
            run.see(fact, Err(Miss::Unseen("the link shows no token")))?;
        }
        return Ok(());
    };
    let public = ["payment-links", "public", token.as_str()];
    run.ask("payment-links.public.fields", Ask::get(&public).auth(Auth::None), |reply| {
        match reply.object().filter(|_| reply.is_success()) {
            Some(link) => Ok(fields("PublicPaymentLink", PUBLIC_LINK, &[], [&without_nulls(link)])),
            None => Ok(reply.form()),
        }
    })
    .await?;
    // The request has no `sandbox_simulate`, so it has values that are refused even where all of them may be left out.
    let invalid = json!({ "billing_email": "nd8-probe", "billing_country": "nd8-probe" });
    let checkout = Ask::post(&[public.as_slice(), &["checkout"]].concat(), &invalid).auth(Auth::None);
    run.ask("payment-links.public.refusal", checkout, |reply| Ok(reply.form())).await?;
    Ok(())
}

fn without_nulls(object: &Map<String, Value>) -> Map<String, Value> {
    let mut object = object.clone();
    object.values_mut().filter(|value| value.is_null()).for_each(|value| *value = Value::Bool(true));
    object
}
