//! Payments: their fields, the forms of their values, and their attempts.

use serde_json::{Map, Value};

use super::common::{fields, state};
use crate::fact::Fact;
use crate::http::{Ask, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;
use crate::words::{ATTEMPT, PAYMENT, PAYMENT_STATES, kind};

const REFERENCE: &str = "the reference: Get payment";
const SHAPES: &str = "openapi/overlay.json: shapes";
const SEEN_BY: &str = "GET /transactions/{id}/ (--payment, a refund, or a webhook)";
const PUBLISHED: &str = "the published document states a string, and is followed";

const fn payment(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected).source(REFERENCE).seen_by(SEEN_BY)
}

pub(super) const FACTS: &[Fact] = &[
    payment("payment.status", "getting a payment returns 200", "200")
        .depends("nothing: any 2xx is success")
        .stated_by_nothing("the published document states it"),
    payment("payment.fields", "a payment has all of its fields", "all present")
        .source(SHAPES)
        .depends("codegen/src/nd8/contract.rs: Payment")
        .fields("Payment", &["shape Payment"]),
    payment("payment.id", "a payment is named by a public id", "text")
        .depends("src/ids/mod.rs, src/ext/reconcile")
        .stated_by_nothing(PUBLISHED),
    payment("payment.amount", "an amount is a decimal as a text", "decimal as text")
        .depends("src/raw/decimal reads both forms")
        .stated_by_nothing(PUBLISHED),
    payment("payment.created-at", "a time has an offset", "time with offset")
        .depends("src/raw/repair")
        .stated_by_nothing("the published document states a date-time, which has an offset, and is followed"),
    payment(
        "payment.state",
        "the state of a payment is one of those that the guides print",
        "one of the guides'",
    )
    .depends("nothing: states are open"),
    payment("payment.products", "a product of a payment has `id` and `name` as texts", "id text; name text")
        .source(SHAPES)
        .depends("codegen/src/nd8/contract.rs: PaymentProduct")
        .stated_by_nothing("the overlay states the guides' types, which an observation does not replace"),
    payment("payment.number", "the path takes the number of a payment, too", "200")
        .seen_by("GET /transactions/{number}/, with the number from a new refund (--refunds)")
        .depends("src/ids/mod.rs")
        .stated_by_nothing("the published document states a string for either"),
    payment("attempt.fields", "an attempt has all of its fields", "all present")
        .source(SHAPES)
        .depends("codegen/src/nd8/contract.rs: DepositAttempt")
        .fields("DepositAttempt", &["shape DepositAttempt"]),
    payment("attempt.order", "attempts are listed from the newest to the oldest", "newest first")
        .source("facts.md: Shapes (guides)")
        .depends("src/webhooks (compare_age)"),
    payment("attempt.time", "the time of an attempt has an offset", "time with offset")
        .source("facts.md: Shapes (guides)")
        .depends("src/raw/repair")
        .stated_by_nothing("the overlay states the guides' date-time, which has an offset"),
];

const NO_RESPONSE: &str = "the payment could not be read";
const NO_PAYMENT: &str = "needs a payment of the sandbox (--payment)";

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    let Some(id) = known_payment(run).await? else {
        return run.rest(FACTS, NO_PAYMENT);
    };
    let status = |reply: &Reply| Ok(Seen::status(reply.status));
    let Some(reply) = run.ask("payment.status", Ask::get(&["transactions", &id]), status).await? else {
        return run.rest(FACTS, NO_RESPONSE);
    };
    let Some(payment) = reply.object().filter(|_| reply.is_success()) else {
        return run.rest(FACTS, NO_RESPONSE);
    };
    let required = ["id", "amount", "status", "currency", "depositAttempts"];
    run.see("payment.fields", Ok(fields("Payment", PAYMENT, &required, [payment])))?;
    run.payment = payment.get("id").and_then(Value::as_str).map(str::to_owned);
    let value = |field: &str| payment.get(field).unwrap_or(&Value::Null);
    run.see("payment.id", id_kind(value("id")))?;
    run.see("payment.amount", decimal(value("amount")))?;
    run.see("payment.created-at", time(value("created_at")))?;
    run.is_paid = matches!(value("status").as_str(), Some("paid" | "refund_pending"));
    run.see("payment.state", state(payment, PAYMENT_STATES, |_| "one of the guides'"))?;
    run.see("payment.products", products(value("products")))?;
    attempts(run, value("depositAttempts"))
}

/// Returns the id of a payment: the one that was given, that of a refund, or that of a webhook.
async fn known_payment(run: &mut Run<'_>) -> Result<Option<String>, Stop> {
    if run.options.payment.is_some() {
        return Ok(run.options.payment.clone());
    }
    let delivered = run.receiver.as_ref().map(|receiver| receiver.deliveries()).unwrap_or_default();
    if let Some(id) = delivered.iter().rev().find_map(|delivery| delivery.text("transaction_id")) {
        return Ok(Some(id.to_owned()));
    }
    let listed = run.send(Ask::get(&["refunds"]).query("page_size", "1")).await?;
    let row = listed.as_ref().and_then(Reply::rows).and_then(|rows| rows.first());
    Ok(row.and_then(|row| match row.get("transaction_id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }))
}

/// Returns what kind of id a value is.
pub(super) fn id_kind(value: &Value) -> Result<Seen, Miss> {
    match value {
        Value::Null => Err(Miss::Unseen("the field is absent or null")),
        Value::Number(_) => Ok(Seen::word("number").named("numeric-ids")),
        other => Ok(Seen::word(kind(other))),
    }
}

/// Returns the form of an amount.
pub(super) fn decimal(value: &Value) -> Result<Seen, Miss> {
    match value {
        Value::Null => Err(Miss::Unseen("the field is absent or null")),
        // A whole amount has no point where it is a number.
        Value::Number(_) => Ok(Seen::word("number").named("number-amounts")),
        other => Ok(Seen::word(kind(other))),
    }
}

/// Returns the form of a time.
pub(super) fn time(value: &Value) -> Result<Seen, Miss> {
    match kind(value) {
        "null" => Err(Miss::Unseen("the field is absent or null")),
        "time without offset" => Ok(Seen::word("time without offset").named("naive-times")),
        other => Ok(Seen::word(other)),
    }
}

/// Reads a time, which is in UTC if it has no offset.
pub(super) fn moment(value: &Value) -> Option<jiff::Timestamp> {
    let text = value.as_str()?;
    text.parse().ok().or_else(|| {
        let time: jiff::civil::DateTime = text.parse().ok()?;
        Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

fn products(products: &Value) -> Result<Seen, Miss> {
    let first = products.as_array().and_then(|products| products.first());
    let product = first.and_then(Value::as_object).ok_or(Miss::Unseen("the payment shows no product"))?;
    let form = |field: &str| match product.get(field).map(kind) {
        None => "absent",
        Some("text" | "digits as text" | "uuid" | "empty text") => "text",
        Some(other) => other,
    };
    Ok(Seen::word("id").and(form("id")).listing("name", &[form("name")]))
}

fn attempts(run: &mut Run<'_>, attempts: &Value) -> Result<(), Stop> {
    let attempts: Vec<&Map<String, Value>> =
        attempts.as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    if attempts.is_empty() {
        for fact in ["attempt.fields", "attempt.order", "attempt.time"] {
            run.see(fact, Err(Miss::Unseen("the payment shows no attempt")))?;
        }
        return Ok(());
    }
    // That the message is null where an attempt did not fail is documented.
    let mut shown: Vec<Map<String, Value>> = attempts.iter().map(|attempt| (*attempt).clone()).collect();
    for message in shown.iter_mut().filter_map(|attempt| attempt.get_mut("errorMessage")) {
        *message = Value::Bool(true);
    }
    run.see("attempt.fields", Ok(fields("DepositAttempt", ATTEMPT, &["status"], &shown)))?;
    let times: Vec<&Value> = attempts.iter().filter_map(|attempt| attempt.get("attemptedAt")).collect();
    run.see("attempt.time", time(times.first().copied().unwrap_or(&Value::Null)))?;
    let moments: Option<Vec<jiff::Timestamp>> = times.iter().map(|time| moment(time)).collect();
    let order = match moments {
        Some(moments) if moments.iter().any(|moment| *moment != moments[0]) => {
            let is_newest_first = moments.is_sorted_by(|left, right| left >= right);
            Ok(Seen::word(if is_newest_first { "newest first" } else { "in another order" }))
        }
        _ => Err(Miss::Unseen("the payment has no two attempts of different times")),
    };
    run.see("attempt.order", order)
}
