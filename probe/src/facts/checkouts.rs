//! Checkouts: which requests are refused, what a new one looks like, and what `sandbox_simulate` does.
//!
//! Every request that could create one carries `sandbox_simulate`, which production refuses.

use serde_json::{Map, Value, json};

use super::common::fields;
use crate::fact::Fact;
use crate::guard::SIMULATIONS;
use crate::http::{Ask, Content, Miss, Reply, Stop};
use crate::run::Run;
use crate::seen::Seen;
use crate::words::{CHECKOUT, REQUEST_FIELDS, kind, known};

const SHAPES: &str = "facts.md: Shapes";
const REFERENCE: &str = "the reference: Create payment";
const CREATE: &str = "src/ext/checkouts.rs";
const PUBLISHED: &str = "the published document states it";

const fn refused(id: &'static str, assumes: &'static str) -> Fact {
    Fact::new(id, assumes, "refused")
        .source(REFERENCE)
        .seen_by("POST /checkout/create/ with this field, and no customer")
        .depends("src/ext/validate.rs, sandbox/src/api/checkout.rs")
        .stated_by_nothing(PUBLISHED)
}

const fn accepted(id: &'static str) -> Fact {
    Fact::new(id, "a sandbox key may create a checkout with this value of `sandbox_simulate`", "201")
        .source(REFERENCE)
        .seen_by("POST /checkout/create/")
        .depends(CREATE)
        .stated_by_nothing(PUBLISHED)
}

const fn effect(id: &'static str, expected: &'static str) -> Fact {
    Fact::new(id, "paying a checkout with this value of `sandbox_simulate` ends as that state", expected)
        .source("sandbox/src/lib.rs: What is assumed")
        .seen_by("the webhooks of the checkout, after somebody paid on its page (--webhook-receiver, --pay)")
        .depends("sandbox/src/actions/customer.rs")
}

pub(super) const FACTS: &[Fact] = &[
    Fact::new(
        "checkout.required",
        "a checkout needs country, names, e-mail and products",
        "billing_country, billing_first_name, billing_last_name, billing_email, products",
    )
    .source(REFERENCE)
    .seen_by("POST /checkout/create/ with an empty object")
    .depends("codegen/src/nd8/contract.rs: CheckoutRequest")
    .stated_by_nothing(PUBLISHED),
    refused("checkout.null", "null is refused for a field that may be left out"),
    refused("checkout.country", "a country of three letters is refused"),
    refused("checkout.name", "a name of 101 characters is refused"),
    refused("checkout.email", "an e-mail address without @ is refused"),
    refused("checkout.currency", "a currency other than USD and EUR is refused"),
    refused("checkout.url", "a return address that is no URL is refused"),
    refused("checkout.products", "an empty list of products is refused"),
    Fact::new("checkout.postal-code", "a checkout in the US without a postal code is refused", "refused")
        .source("facts.md: Shapes (guides)")
        .seen_by("POST /checkout/create/, complete but for the postal code")
        .depends("src/ext/checkouts.rs, sandbox/src/api/checkout.rs")
        .stated_by_nothing("the format of schemas has no requirement that depends on a value"),
    Fact::new("checkout.status", "creating a checkout returns 201", "201")
        .source(REFERENCE)
        .seen_by("POST /checkout/create/")
        .depends("nothing: any 2xx is success")
        .stated_by_nothing(PUBLISHED),
    Fact::new("checkout.body", "a created checkout is the object itself", "object")
        .source(REFERENCE)
        .seen_by("POST /checkout/create/")
        .depends("src/raw/repair, src/ext/error: Outcome::Done")
        .stated_by_nothing(PUBLISHED),
    Fact::new("checkout.fields", "a created checkout has all of its fields", "all present")
        .source("openapi/overlay.json: shapes")
        .seen_by("POST /checkout/create/")
        .depends("codegen/src/nd8/contract.rs: Checkout")
        .fields("Checkout", &["shape Checkout"]),
    Fact::new("checkout.order-id", "`order_id` has the value of `checkout_id`", "the same")
        .source(SHAPES)
        .seen_by("POST /checkout/create/")
        .depends("README.md: Taking a payment"),
    Fact::new("checkout.expires-at", "`expires_at` is a whole number of seconds since 1970", "unix seconds")
        .source(SHAPES)
        .seen_by("POST /checkout/create/")
        .depends(CREATE)
        .stated_by_nothing(PUBLISHED),
    Fact::new("checkout.payment", "a checkout without payment is no payment", "404 detail")
        .source("sandbox/src/lib.rs: How a payment lives")
        .seen_by("GET /transactions/{checkout_id}/")
        .depends("src/ext/payments.rs"),
    accepted("simulate.accepted.payment-failed"),
    accepted("simulate.accepted.checkout-canceled"),
    accepted("simulate.accepted.canceled"),
    accepted("simulate.accepted.success-pending-deposit"),
    accepted("simulate.accepted.checkout-pending"),
    Fact::new("simulate.unknown", "an unknown value of `sandbox_simulate` is refused", "refused")
        .source(REFERENCE)
        .seen_by("POST /checkout/create/ with the value, and no customer")
        .depends("probe/src/guard.rs")
        .stated_by_nothing(PUBLISHED),
    effect("simulate.effect.payment-failed", "failed"),
    effect("simulate.effect.checkout-canceled", "canceled"),
    effect("simulate.effect.canceled", "canceled"),
    effect("simulate.effect.success-pending-deposit", "processing"),
    effect("simulate.effect.checkout-pending", "processing"),
];

/// Facts of each value: whether it is accepted, and what it does.
pub(super) const BY_VALUE: [(&str, &str, &str); 5] = [
    ("payment_failed", "simulate.accepted.payment-failed", "simulate.effect.payment-failed"),
    ("checkout_canceled", "simulate.accepted.checkout-canceled", "simulate.effect.checkout-canceled"),
    ("canceled", "simulate.accepted.canceled", "simulate.effect.canceled"),
    (
        "success_pending_deposit",
        "simulate.accepted.success-pending-deposit",
        "simulate.effect.success-pending-deposit",
    ),
    ("checkout_pending", "simulate.accepted.checkout-pending", "simulate.effect.checkout-pending"),
];

/// Returns a complete request.
fn request(run: &Run<'_>, simulate: &str) -> Value {
    let product = match &run.options.product {
        Some(id) => json!({ "id": id, "quantity": 1 }),
        None => json!({ "name": "nd8-probe", "quantity": 1, "unit_price": 5 }),
    };
    json!({
        "billing_country": "US",
        "billing_postal_code": "94105",
        "billing_first_name": "Nd",
        "billing_last_name": "Probe",
        "billing_email": "nd8-probe@example.com",
        "products": [product],
        "sandbox_simulate": simulate,
    })
}

fn create(body: &Value) -> Ask {
    Ask::post(&["checkout", "create"], body).announced()
}

/// Asks for a checkout without customer, which is to be refused. It carries `sandbox_simulate` all the same: a server that accepts it
/// creates a checkout of the sandbox and no other.
pub(super) fn incomplete(mut body: Value) -> Ask {
    if let Some(fields) = body.as_object_mut() {
        fields.entry("sandbox_simulate").or_insert_with(|| json!("checkout_pending"));
    }
    Ask::post(&["checkout", "create"], &body)
}

pub(super) async fn observe(run: &mut Run<'_>) -> Result<(), Stop> {
    refusals(run).await?;
    if !may_create(run).await? {
        return run.rest(FACTS, NOT_VALIDATED);
    }
    postal_code(run).await?;
    for (value, accepted, _) in BY_VALUE {
        debug_assert!(SIMULATIONS.contains(&value));
        let body = request(run, value);
        let status = |reply: &Reply| Ok(Seen::status(reply.status));
        let Some(reply) = run.ask(accepted, create(&body), status).await? else { continue };
        may_simulate(run, &reply)?;
        if !reply.is_success() {
            run.see("checkout.status", Err(Miss::Unseen(NOT_CREATED)))?;
            run.see("checkout.body", Err(Miss::Unseen(NOT_CREATED)))?;
            continue;
        }
        created(run, value, &reply).await?;
    }
    Ok(())
}

const NOT_VALIDATED: &str = "the server does not validate sandbox_simulate, by which production refuses a checkout, so none is created";

/// Returns whether `sandbox_simulate` keeps production from creating a checkout. Where an incomplete request did not show it, a
/// complete one may, if the key was served where production's are refused.
async fn may_create(run: &mut Run<'_>) -> Result<bool, Stop> {
    if !run.proof.may_simulate && run.proof.serves_prefix {
        let reply = run.send(create(&request(run, "nd8-probe-unknown"))).await?;
        run.proof.may_simulate =
            reply.is_some_and(|reply| reply.refuses("sandbox_simulate") || reply.mentions_sandbox);
    }
    Ok(run.proof.may_simulate)
}

/// Stops where a value that sandbox keys may send is refused.
fn may_simulate(run: &mut Run<'_>, reply: &Reply) -> Result<(), Stop> {
    if !reply.refuses("sandbox_simulate") && !reply.mentions_sandbox {
        return Ok(());
    }
    let sign = Stop::Live("the key may not send sandbox_simulate, which only sandbox keys may");
    run.http.stop(sign).map_err(|_: Miss| sign)
}

const NOT_CREATED: &str = "the server refused the checkout; if it may not describe products on the spot, give one of its catalog (--product)";

async fn created(run: &mut Run<'_>, value: &'static str, reply: &Reply) -> Result<(), Stop> {
    run.see("checkout.status", Ok(Seen::status(reply.status)))?;
    run.see("checkout.body", Ok(body(reply, "checkout_id")))?;
    let Some(checkout) = reply.changed().filter(|object| object.contains_key("checkout_id")) else {
        for fact in ["checkout.fields", "checkout.order-id", "checkout.expires-at", "checkout.payment"] {
            run.see(fact, Err(Miss::Unseen("the response carries no checkout")))?;
        }
        return Ok(());
    };
    run.see("checkout.fields", Ok(fields("Checkout", CHECKOUT, CHECKOUT, [checkout])))?;
    let order = match (checkout.get("order_id"), checkout.get("checkout_id")) {
        (Some(Value::Null) | None, _) | (_, Some(Value::Null) | None) => {
            Err(Miss::Unseen("the field is absent or null"))
        }
        (order, checkout) => Ok(Seen::word(if order == checkout { "the same" } else { "another value" })),
    };
    run.see("checkout.order-id", order)?;
    let expires_at = checkout.get("expires_at").unwrap_or(&Value::Null);
    run.see("checkout.expires-at", Ok(unix_seconds(expires_at)))?;
    let text = |field: &str| checkout.get(field).and_then(Value::as_str);
    if let (Some(pages), Some(url)) = (&run.options.pages, text("checkout_url")) {
        pages(url);
    }
    if let Some(id) = text("checkout_id").map(str::to_owned) {
        if run.options.pages.is_some() {
            run.see("checkout.payment", Err(Miss::Unseen("the checkouts are being paid (--pay)")))?;
        } else if run.checkouts.is_empty() {
            run.ask("checkout.payment", Ask::get(&["transactions", &id]), |reply| Ok(reply.form())).await?;
        }
        run.checkouts.insert(value, id);
    }
    Ok(())
}

/// Returns the form of the body of a successful change, which has this field.
pub(super) fn body(reply: &Reply, field: &str) -> Seen {
    let has = |object: &Map<String, Value>| object.contains_key(field);
    match &reply.content {
        Content::Json(Value::Object(object)) if has(object) => Seen::word("object"),
        Content::Json(_) if reply.changed().is_some_and(has) => {
            Seen::word("object, wrapped in another").named("wrapped-success")
        }
        Content::Json(_) => Seen::word("another value"),
        Content::Empty => Seen::word("empty").named("empty-success"),
        Content::Html => Seen::word("html").named("html-success"),
        Content::Other => Seen::word("text"),
    }
}

fn unix_seconds(value: &Value) -> Seen {
    // From 2020 to 2100: milliseconds and spans are neither.
    match value.as_u64() {
        Some(1_577_836_800..4_102_444_800) => Seen::word("unix seconds"),
        Some(_) => Seen::word("another whole number"),
        None => Seen::word(kind(value)),
    }
}

async fn refusals(run: &mut Run<'_>) -> Result<(), Stop> {
    run.ask("checkout.required", incomplete(json!({})), |reply| {
        let errors = reply.object().filter(|_| reply.status == 400);
        let errors = errors.ok_or(Miss::Unseen("an empty request was not refused with fields"))?;
        let mut names: Vec<_> = errors.keys().filter_map(|key| known(REQUEST_FIELDS, key)).collect();
        names.sort_by_key(|name| REQUEST_FIELDS.iter().position(|known| known == name));
        let mut list = Seen::default();
        list = list.listing("", &names).or("no documented field");
        Ok(list.noting(errors.len() - names.len(), "fields that are not documented"))
    })
    .await?;
    let long = "x".repeat(101);
    let cases = [
        ("checkout.null", "billing_phone", Value::Null),
        ("checkout.country", "billing_country", json!("USA")),
        ("checkout.name", "billing_first_name", json!(long)),
        ("checkout.email", "billing_email", json!("nd8-probe")),
        ("checkout.currency", "currency", json!("GBP")),
        ("checkout.url", "successUrl", json!("nd8-probe")),
        ("checkout.products", "products", json!([])),
        ("simulate.unknown", "sandbox_simulate", json!("nd8-probe")),
    ];
    for (fact, field, value) in cases {
        run.ask(fact, incomplete(json!({ field: value })), |reply| field_refusal(reply, field)).await?;
    }
    Ok(())
}

/// Returns whether a refusal names the field. That it does not shows something only where it names all that is missing.
fn field_refusal(reply: &Reply, field: &str) -> Result<Seen, Miss> {
    const REQUIRED: [&str; 5] =
        ["billing_country", "billing_first_name", "billing_last_name", "billing_email", "products"];
    if reply.refuses(field) {
        return Ok(Seen::word("refused"));
    }
    match REQUIRED.iter().filter(|name| **name != field).all(|name| reply.refuses(name)) {
        true => Ok(Seen::word("not refused while others are missing")),
        false => Err(Miss::Unseen("the refusal does not name all fields that are missing")),
    }
}

async fn postal_code(run: &mut Run<'_>) -> Result<(), Stop> {
    let mut body = request(run, "checkout_pending");
    if let Some(fields) = body.as_object_mut() {
        fields.remove("billing_postal_code");
    }
    let reply = run.ask("checkout.postal-code", create(&body), |reply| {
        if reply.is_success() {
            return Ok(Seen::word("accepted"));
        }
        match reply.refuses("billing_postal_code") {
            true => Ok(Seen::word("refused")),
            false => Err(Miss::Unseen(NOT_CREATED)),
        }
    });
    match reply.await? {
        Some(reply) => may_simulate(run, &reply),
        None => Ok(()),
    }
}
