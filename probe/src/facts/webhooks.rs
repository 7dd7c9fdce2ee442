//! What a webhook really contains, by deliveries to the probe's own receiver.
//!
//! The endpoint is registered only with a session and after the old one was read, which is restored at the end. The
//! signature is not verified: the probe is not given the secret.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::checkouts::BY_VALUE;
use super::common::{fields, kind_of};
use super::payments::decimal;
use crate::fact::Fact;
use crate::http::{Ask, Auth, Miss, Reply, Stop, live_sign};
use crate::receiver::Delivery;
use crate::run::Run;
use crate::seen::Seen;
use crate::words::{PAYMENT_EVENT, PAYMENT_STATES, REFUND_EVENT, TEST_EVENT, kind, known};

const GUIDES: &str = "facts.md: Webhooks";
const SANDBOX: &str = "sandbox/src/lib.rs: What is assumed";
const SEEN_BY: &str = "a delivery to the probe (--webhook-receiver)";
const PAYLOADS: &str = "src/webhooks/payload";
const NO_TYPE: &str = "payloads of webhooks are in no document";

const fn webhook(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected).source(GUIDES).seen_by(SEEN_BY).stated_by_nothing(NO_TYPE)
}

pub(super) const FACTS: &[Fact] = &[
    Fact::new(
        "webhook-endpoint.set",
        "the webhook endpoint is set at PUT /organization/webhooks/",
        "200 object",
    )
    .source("facts.md: 13")
    .seen_by("PUT /organization/webhooks/ (--webhook-receiver)")
    .depends("src/ext/webhook_endpoint.rs, codegen/src/nd8/operations.rs")
    .settles(&[
        "operation set_webhook path",
        "operation set_webhook method",
        "operation set_webhook response",
    ])
    .stated_by_nothing("a path is in openapi/nd8.json and codegen/src/nd8/operations.rs"),
    Fact::new("webhook-endpoint.refusal", "an endpoint that is no URL gets 400", "400 lists by field")
        .source("openapi/overlay.json: refusals")
        .seen_by("PUT /organization/webhooks/ with a text (--webhook-receiver)")
        .depends("src/ext/webhook_endpoint.rs")
        .refusal("set_webhook", &["refusal 400 set_webhook"]),
    webhook("webhook.headers", "a delivery has the four headers", "all present")
        .depends("src/webhooks/headers.rs"),
    webhook("webhook.delivery-id", "the id of a delivery is a UUID", "uuid")
        .depends("src/webhooks/delivery.rs"),
    webhook("webhook.timestamp", "the timestamp is a whole number of seconds since 1970", "unix seconds")
        .depends("src/webhooks/timestamp.rs"),
    webhook(
        "webhook.signature",
        "the signature is `sha256=` and 64 hexadecimal digits",
        "sha256 in hexadecimal",
    )
    .depends("src/webhooks/verifier.rs"),
    webhook("webhook.event", "the header names the event of the body", "the same")
        .depends("src/webhooks/event"),
    webhook("webhook.payment.body", "a payload is the object itself", "object").depends("src/webhooks/event"),
    webhook("webhook.payment.fields", "`transaction.status_changed` has all of its fields", "all present")
        .depends(PAYLOADS),
    webhook("webhook.payment.amount", "its amount is a decimal as a text", "decimal as text")
        .depends(PAYLOADS),
    webhook("webhook.payment.id", "its `transaction_id` is the payment's public id", "text")
        .depends(PAYLOADS),
    webhook("webhook.refund.fields", "`refund.status_changed` has a refund's fields", "all present")
        .source(SANDBOX)
        .depends(PAYLOADS),
    webhook("webhook.refund.id", "its `refund_id` is the refund's public id", "text")
        .source(SANDBOX)
        .depends(PAYLOADS),
    webhook("webhook.refund.payment", "its `transaction_id` is the payment's public id", "text")
        .source(SANDBOX)
        .depends(PAYLOADS),
    webhook(
        "webhook.refund.moment",
        "it is sent when a refund ends, and not when it is created",
        "when it ends",
    )
    .source(SANDBOX)
    .depends("src/ext/wait.rs"),
    webhook("webhook.test.fields", "`webhook.test` has `event` and `created_at`", "all present")
        .source(SANDBOX)
        .seen_by("a test delivery from the dashboard, while the probe runs")
        .depends(PAYLOADS),
];

const HEADERS: [&str; 4] =
    ["x-webhook-event", "x-webhook-delivery-id", "x-webhook-timestamp", "x-webhook-signature"];
const ENDPOINT: [&str; 2] = ["organization", "webhooks"];
const PAYMENT_CHANGED: &str = "transaction.status_changed";
const REFUND_CHANGED: &str = "refund.status_changed";

/// Registers the receiver, if the old endpoint is known and can be restored.
pub(super) async fn register(run: &mut Run<'_>) -> Result<(), Stop> {
    const FACTS: [&str; 2] = ["webhook-endpoint.set", "webhook-endpoint.refusal"];
    let (Some(receiver), Some(webhooks)) = (&run.receiver, &run.options.webhooks) else {
        return unseen(run, &FACTS, "needs a receiver of webhooks (--webhook-receiver)");
    };
    if run.options.target.session.is_none() {
        return unseen(run, &FACTS, super::common::NO_SESSION);
    }
    let url = webhooks.url.clone().unwrap_or_else(|| receiver.url());
    let old = run.send(Ask::get(&ENDPOINT).auth(Auth::Session)).await?;
    let old = old.filter(Reply::is_success);
    let Some(Value::String(_) | Value::Null) =
        old.as_ref().and_then(|reply| reply.object()?.get("endpoint_url"))
    else {
        return unseen(run, &FACTS, "the old endpoint could not be read, so it is not replaced");
    };
    let old = old.and_then(|reply| reply.object()?.get("endpoint_url")?.as_str().map(str::to_owned));
    // Before the request: if its response is lost, the endpoint may have changed.
    run.endpoint = Some(old);
    let put = |url: &str| {
        Ask::new(Method::PUT, &ENDPOINT).json(&json!({ "endpoint_url": url })).auth(Auth::Session).announced()
    };
    run.ask("webhook-endpoint.refusal", put("nd8-probe"), |reply| Ok(reply.form())).await?;
    run.ask("webhook-endpoint.set", put(&url), |reply| {
        Ok(match reply.object() {
            Some(_) if reply.is_success() => Seen::status(reply.status).and("object"),
            _ => reply.form(),
        })
    })
    .await?;
    Ok(())
}

/// Sets the old endpoint again. The API has no way to set none.
pub(super) async fn restore(run: &mut Run<'_>) {
    let Some(old) = &run.endpoint else { return };
    let body = json!({ "endpoint_url": old });
    let ask = Ask::new(Method::PUT, &ENDPOINT).json(&body).auth(Auth::Session).announced();
    run.is_endpoint_left = !run.http.send_last(&ask).await;
    // Only now: an interruption drops this future, and what was not restored is restored at the end.
    if !run.is_endpoint_left {
        run.endpoint = None;
    }
}

fn unseen(run: &mut Run<'_>, facts: &[&'static str], reason: &'static str) -> Result<(), Stop> {
    facts.iter().try_for_each(|fact| run.see(fact, Err(Miss::Unseen(reason))))
}

/// Waits for the webhooks of checkouts that a person is paying.
pub(super) async fn paid(run: &mut Run<'_>) -> Result<(), Stop> {
    if run.options.pages.is_none() {
        return Ok(());
    }
    let Some(receiver) = &run.receiver else { return Ok(()) };
    let limit = run.options.limits.webhook_wait.min(run.http.time_left());
    let orders: Vec<String> = run.checkouts.values().cloned().collect();
    receiver
        .wait(limit, |deliveries| {
            let has = |order: &String| deliveries.iter().any(|it| it.text("order_id") == Some(order));
            orders.iter().all(has)
        })
        .await;
    sign(run)
}

fn sign(run: &mut Run<'_>) -> Result<(), Stop> {
    let deliveries = run.receiver.as_ref().map(|receiver| receiver.deliveries()).unwrap_or_default();
    match deliveries.iter().find_map(|delivery| live_sign(&delivery.body)) {
        Some(sign) => run.http.stop(Stop::Live(sign)).map_err(|_: Miss| Stop::Live(sign)),
        None => Ok(()),
    }
}

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    let Some(receiver) = &run.receiver else {
        let effects = BY_VALUE.iter().map(|(_, _, effect)| *effect);
        let all: Vec<&'static str> = FACTS.iter().map(|fact| fact.id).chain(effects).collect();
        return unseen(run, &all, "needs a receiver of webhooks (--webhook-receiver)");
    };
    let (limit, made_refunds) = (run.options.limits.webhook_wait.min(run.http.time_left()), run.made_refunds);
    receiver
        .wait(limit, |deliveries| {
            let has = |event| deliveries.iter().any(|delivery| delivery.is(event));
            has(PAYMENT_CHANGED) && (!made_refunds || has(REFUND_CHANGED))
        })
        .await;
    sign(run)?;
    let deliveries = run.receiver.as_ref().map(|receiver| receiver.deliveries()).unwrap_or_default();
    let bodies = |event: &str| -> Vec<&Map<String, Value>> {
        deliveries.iter().filter(|delivery| delivery.is(event)).filter_map(Delivery::object).collect()
    };
    headers(run, deliveries.first())?;
    payments(run, &bodies(PAYMENT_CHANGED))?;
    refunds(run, &bodies(REFUND_CHANGED))?;
    let tests = bodies("webhook.test");
    let seen = match tests.is_empty() {
        true => Err(Miss::Unseen("no test delivery came")),
        false => Ok(fields("", TEST_EVENT, &[], tests).with(Vec::new()).unnamed()),
    };
    run.see("webhook.test.fields", seen)?;
    for (value, _, effect) in BY_VALUE {
        let order = run.checkouts.get(value).cloned();
        let last =
            deliveries.iter().rev().find(|it| order.is_some() && it.text("order_id") == order.as_deref());
        let seen = match last.and_then(|delivery| delivery.text("status")) {
            Some(state) => Ok(Seen::word(known(PAYMENT_STATES, state).unwrap_or("another state"))),
            None => Err(Miss::Unseen("no webhook of the checkout came: nobody paid on its page (--pay)")),
        };
        run.see(effect, seen)?;
    }
    Ok(())
}

const NO_DELIVERY: &str = "no such delivery came";

fn headers(run: &mut Run<'_>, delivery: Option<&Delivery>) -> Result<(), Stop> {
    let Some(delivery) = delivery else {
        let facts = [
            "webhook.headers",
            "webhook.delivery-id",
            "webhook.timestamp",
            "webhook.signature",
            "webhook.event",
        ];
        return unseen(run, &facts, NO_DELIVERY);
    };
    let absent: Vec<&'static str> =
        HEADERS.into_iter().filter(|name| delivery.header(name).is_none()).collect();
    run.see("webhook.headers", Ok(Seen::default().listing("absent:", &absent).or("all present")))?;
    let [event, id, timestamp, signature] = HEADERS.map(|name| delivery.header(name));
    let id = id.map_or("absent", |id| kind(&Value::from(id)));
    run.see("webhook.delivery-id", Ok(Seen::word(id)))?;
    let seconds = timestamp.and_then(|text| text.parse::<u64>().ok());
    let timestamp = match seconds {
        Some(1_577_836_800..4_102_444_800) => "unix seconds",
        Some(_) => "another whole number",
        None => timestamp.map_or("absent", |text| kind(&Value::from(text))),
    };
    run.see("webhook.timestamp", Ok(Seen::word(timestamp)))?;
    let digits = signature.and_then(|text| text.strip_prefix("sha256="));
    let is_hex =
        digits.is_some_and(|text| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let signature = match (signature, is_hex) {
        (Some(_), true) => "sha256 in hexadecimal",
        (Some(_), false) => "another form",
        (None, _) => "absent",
    };
    run.see("webhook.signature", Ok(Seen::word(signature)))?;
    let seen = match (event, delivery.text("event")) {
        (Some(header), Some(body)) => Ok(Seen::word(if header == body { "the same" } else { "another" })),
        _ => Err(Miss::Unseen("the header or the body names no event")),
    };
    run.see("webhook.event", seen)
}

fn payments(run: &mut Run<'_>, bodies: &[&Map<String, Value>]) -> Result<(), Stop> {
    let Some(first) = bodies.first() else {
        let facts = [
            "webhook.payment.body",
            "webhook.payment.fields",
            "webhook.payment.amount",
            "webhook.payment.id",
        ];
        return unseen(run, &facts, NO_DELIVERY);
    };
    let value = |field: &str| first.get(field).unwrap_or(&Value::Null);
    run.see("webhook.payment.body", Ok(body_form(first)))?;
    let all = fields("", PAYMENT_EVENT, &[], bodies.iter().copied()).with(Vec::new()).unnamed();
    run.see("webhook.payment.fields", Ok(all))?;
    run.see("webhook.payment.amount", decimal(value("amount")))?;
    run.see("webhook.payment.id", kind_of(first, "transaction_id"))
}

/// Returns where the payload of a payment is: an id of it is the payload's mark.
fn body_form(body: &Map<String, Value>) -> Seen {
    let is_payload = |object: &Map<String, Value>| {
        ["transaction_id", "order_id"].iter().any(|field| object.contains_key(*field))
    };
    if is_payload(body) {
        return Seen::word("object");
    }
    let is_wrapped = body.values().filter_map(Value::as_object).any(is_payload);
    Seen::word(if is_wrapped { "object, wrapped in another" } else { "another object" })
}

fn refunds(run: &mut Run<'_>, bodies: &[&Map<String, Value>]) -> Result<(), Stop> {
    let Some(first) = bodies.first() else {
        let facts =
            ["webhook.refund.fields", "webhook.refund.id", "webhook.refund.payment", "webhook.refund.moment"];
        return unseen(run, &facts, NO_DELIVERY);
    };
    let all = fields("", REFUND_EVENT, &[], bodies.iter().copied()).with(Vec::new()).unnamed();
    run.see("webhook.refund.fields", Ok(all))?;
    run.see("webhook.refund.id", kind_of(first, "refund_id"))?;
    run.see("webhook.refund.payment", kind_of(first, "transaction_id"))?;
    let has = |states: &[&str]| {
        let mut seen = bodies.iter().filter_map(|body| body.get("status")?.as_str());
        seen.any(|state| states.contains(&state))
    };
    let moment = if has(&["pending", "processing"]) {
        Ok(Seen::word("before it ends, too"))
    } else if has(&["completed", "failed", "rejected"]) {
        Ok(Seen::word("when it ends"))
    } else {
        Err(Miss::Unseen("the deliveries show no state of the reference"))
    };
    run.see("webhook.refund.moment", moment)
}
