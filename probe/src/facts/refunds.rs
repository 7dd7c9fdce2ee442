//! Refunds: what creating one returns, how it reads afterwards, and how its texts and amounts are stored.
//!
//! Facts about stored refunds need no new one: the list may have some. What is created is small, fixed, and only with
//! `--refunds`, where the key may send `sandbox_simulate` and was served under `/sandbox/api/` or created a checkout.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::checkouts::body;
use super::common::{fields, kind_of, state};
use super::payments::{decimal, id_kind, time};
use crate::fact::Fact;
use crate::http::{Ask, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;
use crate::words::{REFUND, REFUND_CREATED, REFUND_STATES, kind};

const REFERENCE: &str = "the reference: Refunds";
const SHAPES: &str = "openapi/overlay.json: shapes";
const CREATE: &str = "POST /transactions/{id}/refund/ (--refunds)";
const READ: &str = "GET /refunds/{id}/, of a new refund or the first of the list";
const PUBLISHED: &str = "the published document states it, and is followed";
const RECONCILE: &str = "src/ext/reconcile";

const fn created(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected).source(REFERENCE).seen_by(CREATE).stated_by_nothing(PUBLISHED)
}

const fn stored(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected).source(REFERENCE).seen_by(READ).stated_by_nothing(PUBLISHED)
}

const fn text(id: &'static str, assumes: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, assumes, expected)
        .source("sandbox/src/lib.rs: How else it behaves")
        .seen_by("the stored reason of a new refund (--refunds)")
        .depends(RECONCILE)
}

pub(super) const FACTS: &[Fact] = &[
    created("refund.created.status", "creating a refund returns 200", "200")
        .depends("nothing: any 2xx is success"),
    created("refund.created.body", "a created refund is the object itself", "object")
        .depends("src/raw/repair, src/ext/error: Outcome::Done"),
    created("refund.created.fields", "a created refund has all of its fields", "all present")
        .source(SHAPES)
        .depends("codegen/src/nd8/contract.rs: RefundCreated")
        .fields("RefundCreated", &["shape RefundCreated"]),
    created("refund.created.id", "`refund_id` is a whole number", "whole number")
        .depends("src/ext/refunds.rs"),
    created("refund.created.public-id", "`refund_public_id` is a public id", "text")
        .depends("src/ext/refunds.rs"),
    created(
        "refund.created.payment",
        "`transaction_id` of a created refund is a whole number",
        "whole number",
    )
    .depends(RECONCILE),
    created(
        "refund.created.amount",
        "the amount of a created refund is a decimal as a text",
        "decimal as text",
    )
    .depends("src/raw/decimal reads both forms"),
    created("refund.created.state", "a created refund is `processing`", "processing")
        .depends("src/ext/refunds.rs"),
    Fact::new("refund.reason", "a refund without a reason gets 400 that names it", "400 lists by field")
        .source(REFERENCE)
        .seen_by(CREATE)
        .depends("src/ext/validate.rs")
        .refusal("create_refund", &["refusal 400 create_refund"]),
    Fact::new("refund.precision", "an amount of more than two decimals is refused", "refused")
        .source("sandbox/src/api/refunds/refund.rs")
        .seen_by(CREATE)
        .depends("src/ext/reconcile, src/money"),
    stored("refund.status", "getting a refund returns 200", "200").depends("nothing: any 2xx is success"),
    stored("refund.fields", "a refund has all of its fields", "all present")
        .source(SHAPES)
        .depends("codegen/src/nd8/contract.rs: Refund")
        .fields("Refund", &["shape Refund"]),
    stored("refund.id", "a refund is named by a public id", "text")
        .depends("src/ids/mod.rs, src/ext/reconcile"),
    stored(
        "refund.payment",
        "`transaction_id` of a refund is the payment's public id",
        "the payment's public id",
    )
    .depends(RECONCILE),
    stored("refund.amount", "the amount of a refund is a decimal as a text", "decimal as text")
        .depends("src/raw/decimal reads both forms"),
    stored("refund.amount-usd", "`amount_usd` is a decimal as a text", "decimal as text")
        .depends("src/raw/decimal reads both forms"),
    stored("refund.cents", "`amount_in_cents` is a whole number", "whole number").depends("src/money"),
    stored("refund.created-at", "a time has an offset", "time with offset").depends("src/raw/repair"),
    stored(
        "refund.state",
        "the state of a refund is one of those that the reference prints",
        "one of the reference's",
    )
    .depends("src/ext/wait.rs"),
    stored("refund.number", "the path takes the number of a refund, too", "200")
        .seen_by("GET /refunds/{number}/, with the number of a new refund (--refunds)")
        .depends("src/ids/mod.rs"),
    text("refund.text.blanks", "blanks around a text are not stored", "trimmed"),
    text("refund.text.lines", "line ends are stored as line feeds", "line feeds"),
    text("refund.text.unicode", "texts are stored in the Unicode form that was sent", "as sent"),
];

const NOT_ASKED: &str = "needs a refund of this run (--refunds, --payment)";
const NOT_MADE: &str = "the server made no refund of the payment";
/// Amounts of the refunds. Neither rising nor falling, so that orders can be distinguished.
const AMOUNTS: [&str; 3] = ["1.30", "1.10", "1.20"];

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    if let Some(payment) = may_refund(run) {
        create(run, &payment).await?;
    }
    let reason = match (run.made_refunds, may_refund(run).is_some()) {
        (true, _) => "the response carries no refund",
        (false, true) => NOT_MADE,
        (false, false) => NOT_ASKED,
    };
    for fact in FACTS.iter().filter(|fact| fact.seen_by == CREATE) {
        run.see(fact.id, Err(Miss::Unseen(reason)))?;
    }
    read(run).await
}

fn may_refund(run: &Run<'_>) -> Option<String> {
    let is_sandbox = run.proof.may_simulate && (run.proof.serves_prefix || !run.checkouts.is_empty());
    // Only of the payment that was named: one that was merely found is not the caller's to refund.
    let may = is_sandbox && run.options.refunds && run.options.payment.is_some() && run.is_paid;
    run.options.payment.clone().filter(|_| may)
}

async fn create(run: &mut Run<'_>, payment: &str) -> Result<(), Stop> {
    let path = ["transactions", payment, "refund"];
    let nonce = run.nonce.clone();
    let reasons = [
        format!("nd8-probe {nonce} a"),
        // Blanks around it, another line end, and a letter in two characters.
        format!("  nd8-probe {nonce} e\u{301}\r\nb  "),
        format!("nd8-probe {nonce} c"),
    ];
    for (reason, amount) in reasons.iter().zip(AMOUNTS) {
        // Refunds of one millisecond have no order by time.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let ask = Ask::post(&path, &json!({ "reason": reason, "amount": amount })).announced();
        let status = |reply: &Reply| Ok(Seen::status(reply.status));
        let Some(reply) = run.ask("refund.created.status", ask, status).await? else { continue };
        if !reply.is_success() {
            continue;
        }
        run.made_refunds = true;
        run.see("refund.created.body", Ok(body(&reply, "refund_id")))?;
        if let Some(refund) = reply.changed().filter(|refund| refund.contains_key("refund_id")) {
            see_created(run, refund)?;
        }
    }
    if !run.made_refunds {
        return Ok(());
    }
    let unnamed = Ask::post(&path, &json!({ "amount": "1.00" })).announced();
    run.ask("refund.reason", unnamed, |reply| Ok(reply.form())).await?;
    let precise =
        Ask::post(&path, &json!({ "reason": format!("nd8-probe {nonce} d"), "amount": "1.005" })).announced();
    run.ask("refund.precision", precise, |reply| match reply.status {
        200..300 => Ok(Seen::word("accepted").named("rounded-amounts")),
        400 if reply.refuses("amount") => Ok(Seen::word("refused")),
        _ => Err(Miss::Unseen("the refund was refused for another reason")),
    })
    .await?;
    Ok(())
}

fn see_created(run: &mut Run<'_>, refund: &Map<String, Value>) -> Result<(), Stop> {
    let value = |field: &str| refund.get(field).unwrap_or(&Value::Null);
    let required = ["status", "refund_id", "refund_public_id", "transaction_id", "amount", "currency"];
    run.see("refund.created.fields", Ok(fields("RefundCreated", REFUND_CREATED, &required, [refund])))?;
    run.see("refund.created.id", kind_of(refund, "refund_id"))?;
    run.see("refund.created.public-id", kind_of(refund, "refund_public_id"))?;
    run.see("refund.created.payment", kind_of(refund, "transaction_id"))?;
    run.see("refund.created.amount", decimal(value("amount")))?;
    run.see("refund.created.state", state(refund, REFUND_STATES, |state| state))?;
    if let Some(public) = value("refund_public_id").as_str() {
        run.refund = Some((public.to_owned(), value("refund_id").as_u64()));
        run.payment_number = value("transaction_id").as_u64();
    }
    Ok(())
}

async fn read(run: &mut Run<'_>) -> Result<(), Stop> {
    if let Some(number) = run.payment_number {
        let ask = Ask::get(&["transactions", &number.to_string()]);
        run.ask("payment.number", ask, |reply| Ok(Seen::status(reply.status))).await?;
    }
    run.see("payment.number", Err(Miss::Unseen(NOT_ASKED)))?;
    let listed = run.send(Ask::get(&["refunds"]).query("page_size", "100")).await?;
    let rows = listed.as_ref().and_then(Reply::rows).cloned().unwrap_or_default();
    texts(run, &rows).await?;

    let id = run.refund.as_ref().map(|(public, _)| public.clone());
    let id = id.or_else(|| {
        rows.first().and_then(|row| match row.get("id")? {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => Some(id.to_string()),
            _ => None,
        })
    });
    let Some(id) = id else {
        return run.rest(FACTS, "there is no refund yet (--refunds, --payment)");
    };
    let status = |reply: &Reply| Ok(Seen::status(reply.status));
    let reply = run.ask("refund.status", Ask::get(&["refunds", &id]), status).await?;
    if let Some(number) = run.refund.as_ref().and_then(|(_, number)| *number) {
        run.ask("refund.number", Ask::get(&["refunds", &number.to_string()]), status).await?;
    }
    run.see("refund.number", Err(Miss::Unseen(NOT_ASKED)))?;
    let refund = reply.as_ref().filter(|reply| reply.is_success()).and_then(Reply::object);
    let Some(refund) = refund else { return run.rest(FACTS, "the refund could not be read") };
    let value = |field: &str| refund.get(field).unwrap_or(&Value::Null);
    let required = ["id", "transaction_id", "amount", "currency", "status", "created_at"];
    run.see("refund.fields", Ok(fields("Refund", REFUND, &required, [refund])))?;
    run.see("refund.id", id_kind(value("id")))?;
    run.see("refund.payment", payment_of(run, value("transaction_id")))?;
    run.see("refund.amount", decimal(value("amount")))?;
    run.see("refund.amount-usd", decimal(value("amount_usd")))?;
    run.see("refund.cents", number(value("amount_in_cents")))?;
    run.see("refund.created-at", time(value("created_at")))?;
    run.see("refund.state", state(refund, REFUND_STATES, |_| "one of the reference's"))
}

fn number(value: &Value) -> Result<Seen, Miss> {
    match value {
        Value::Null => Err(Miss::Unseen("the field is absent or null")),
        other => Ok(Seen::word(kind(other))),
    }
}

fn payment_of(run: &Run<'_>, id: &Value) -> Result<Seen, Miss> {
    match id {
        Value::Null => Err(Miss::Unseen("the field is absent or null")),
        Value::Number(_) => Ok(Seen::word("number").named("numeric-ids")),
        Value::String(id) if run.payment.as_ref() == Some(id) => Ok(Seen::word("the payment's public id")),
        other if kind(other) == "digits as text" => {
            Ok(Seen::word("the payment's number, as a text").named("payment-number"))
        }
        // The refund may be of another payment.
        Value::String(_) if !run.made_refunds => Ok(Seen::word("the payment's public id")),
        other => Ok(Seen::word("another").and(kind(other))),
    }
}

/// Looks at the reason that was sent with blanks, another line end, and a letter in two characters.
async fn texts(run: &mut Run<'_>, rows: &[Value]) -> Result<(), Stop> {
    let reason = rows
        .iter()
        .filter_map(|row| row.get("reason")?.as_str())
        .find(|reason| reason.contains(&run.nonce) && reason.trim_end().ends_with('b'));
    let Some(reason) = reason else {
        let why =
            if run.made_refunds { "the list shows no reason of a refund of this run" } else { NOT_ASKED };
        for fact in ["refund.text.blanks", "refund.text.lines", "refund.text.unicode"] {
            run.see(fact, Err(Miss::Unseen(why)))?;
        }
        return Ok(());
    };
    let blanks = match (reason.starts_with("  "), reason.ends_with("  ")) {
        (true, true) => Seen::word("as sent").named("texts-as-sent"),
        (false, false) => Seen::word("trimmed"),
        _ => Seen::word("trimmed on one side"),
    };
    let lines = match reason {
        reason if reason.contains("\r\n") => Seen::word("as sent").named("texts-as-sent"),
        reason if reason.contains('\n') => Seen::word("line feeds"),
        _ => Seen::word("in another way"),
    };
    let unicode = match reason {
        reason if reason.contains("e\u{301}") => Seen::word("as sent"),
        reason if reason.contains('\u{e9}') => Seen::word("composed").named("composed-texts"),
        _ => Seen::word("in another way"),
    };
    run.see("refund.text.blanks", Ok(blanks))?;
    run.see("refund.text.lines", Ok(lines))?;
    run.see("refund.text.unicode", Ok(unicode))
}
