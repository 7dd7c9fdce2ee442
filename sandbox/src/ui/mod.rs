//! The dashboard at `/`: what happened in the sandbox, on one page that refreshes itself.
//!
//! Not here: the checkout page (`page`), and the calls that scripts make (`control`).

mod guard;
mod requests;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Extract};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use uuid::Uuid;

pub(crate) use self::guard::guard;
pub(crate) use self::requests::{Requests, note};
use crate::delivery::{Delivery, DeliveryOutcome};
use crate::shared::Shared;
use crate::state::State;

/// How many rows of a kind are shown.
const SHOWN: usize = 25;

const STYLE: &str = "
    * { box-sizing: border-box; }
    body { font: .95rem/1.45 system-ui, sans-serif; margin: 0; padding: 1rem; background: #f2f3f5; color: #1b1b1f; }
    main { max-width: 72rem; margin: 0 auto; }
    h1 { font-size: 1.4rem; margin: .25rem 0 1rem; }
    h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
    section { background: #fff; border: 1px solid #d8dae0; border-radius: .6rem; padding: 1rem; margin-bottom: 1rem;
              overflow-x: auto; }
    table { width: 100%; border-collapse: collapse; }
    th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #e4e6ea;
             white-space: nowrap; }
    td[data-head=Request], td[data-head=Reason], td[data-head=Fault] { white-space: normal; overflow-wrap: anywhere; }
    th { font-weight: 600; color: #52525b; }
    @media (max-width: 45rem) {
        table, tbody, tr { display: block; }
        thead { display: none; }
        tr { padding: .4rem 0; border-bottom: 1px solid #e4e6ea; }
        td { display: grid; grid-template-columns: 6rem 1fr; padding: .1rem 0; border: 0; white-space: normal;
             overflow-wrap: anywhere; }
        td::before { content: attr(data-head); color: #52525b; }
        details { margin-top: .5rem; overflow-wrap: anywhere; }
    }
    pre, code { font: .85rem/1.4 ui-monospace, monospace; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f2f3f5; padding: .6rem; margin: .4rem 0;
          border-radius: .4rem; }
    button { font: inherit; padding: .3rem .8rem; border: 1px solid #52525b; border-radius: .4rem; background: #fff;
             color: #1b1b1f; cursor: pointer; }
    form { margin: .4rem 0; }
    summary { cursor: pointer; }
    :focus-visible { outline: 3px solid #1d4ed8; outline-offset: 2px; }
    .note { color: #52525b; margin: 0; }
";

/// The routes of this file.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(show))
        .route("/_sandbox/dashboard.js", get(script))
        .route("/_sandbox/dashboard/resend/{id}", post(resend))
}

async fn script() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, include_str!("dashboard.js")).into_response()
}

/// Sends a delivery once more, from its button, and shows the page again.
async fn resend(Extract(sandbox): Extract<Arc<Shared>>, id: Result<Path<Uuid>, PathRejection>) -> Response {
    let now = sandbox.clock.now();
    match id.ok().and_then(|Path(id)| sandbox.state().resend(id, now)) {
        Some(_) => Redirect::to("/").into_response(),
        None => (StatusCode::NOT_FOUND, crate::page::unknown_route()).into_response(),
    }
}

async fn show(Extract(sandbox): Extract<Arc<Shared>>) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; \
                          form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(page(&sandbox).into_string())).into_response()
}

fn page(sandbox: &Shared) -> Markup {
    let own = &sandbox.own;
    let environment = format!(
        "export ND8_BASE_URL={}/api\nexport ND8_API_KEY={}\nexport ND8_SESSION_TOKEN={}\n# webhook secret: {}\n",
        sandbox.origin, own.api_key, own.session_token, own.webhook_secret
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "ND8 sandbox" }
                style { (PreEscaped(STYLE)) }
                script src="/_sandbox/dashboard.js" defer {}
            }
            body {
                main {
                    h1 { "ND8 sandbox" }
                    section {
                        h2 { "Point a program here" }
                        pre id="environment" { (environment) }
                        button type="button" id="copy" { "Copy" } " " span id="copied" role="status" {}
                    }
                    div id="live" { (live(sandbox)) }
                }
            }
        }
    }
}

/// The part that is refreshed.
fn live(sandbox: &Shared) -> Markup {
    let frozen = if sandbox.clock.is_frozen() { "frozen" } else { "running" };
    let state = sandbox.state();
    html! {
        section { h2 { "Clock" } p class="note" { code { (sandbox.clock.now()) } " " (frozen) } }
        section { h2 { "Payments" } (payments(&state)) }
        section { h2 { "Refunds" } (refunds(&state)) }
        section {
            h2 { "Deliveries" }
            @match &state.webhook_url {
                Some(url) => p class="note" { "To " code { (url) } },
                None => p class="note" { "There is no webhook address." },
            }
            @for delivery in state.deliveries.all().iter().rev().take(SHOWN) { (one_delivery(delivery)) }
        }
        section { h2 { "Faults" } (faults(sandbox)) }
        section { h2 { "Requests" } (requests(sandbox)) }
    }
}

fn table(heads: &[&str], rows: Vec<Vec<String>>) -> Markup {
    html! {
        @if rows.is_empty() {
            p class="note" { "None yet." }
        } @else {
            table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows { tr { @for (head, cell) in heads.iter().zip(row) { td data-head=(head) { (cell) } } } }
                }
            }
        }
    }
}

fn payments(state: &State) -> Markup {
    let rows = state.payments.rows().iter().rev().take(SHOWN).map(|payment| {
        vec![
            payment.key.public.clone(),
            format!("{} {}", payment.amount, payment.currency),
            word(payment.status()),
            payment.attempts.len().to_string(),
            payment.updated_at.to_string(),
        ]
    });
    table(&["Payment", "Amount", "Status", "Attempts", "Changed"], rows.collect())
}

fn refunds(state: &State) -> Markup {
    let rows = state.refunds.rows().iter().rev().take(SHOWN).map(|refund| {
        vec![
            refund.key.public.clone(),
            refund.payment_id.clone(),
            format!("{} {}", refund.amount, refund.currency),
            refund.status.as_str().to_owned(),
            refund.reason.clone(),
            refund.updated_at.to_string(),
        ]
    });
    table(&["Refund", "Payment", "Amount", "Status", "Reason", "Changed"], rows.collect())
}

fn one_delivery(delivery: &Delivery) -> Markup {
    html! {
        details data-key=(delivery.id) {
            summary {
                code { (delivery.event) } " " (delivery.payment_id) ", " strong { (delivery.status.as_str()) }
                " after " (attempts(delivery.attempts.len())) ", " (delivery.created_at)
            }
            p { "Delivery " code { (delivery.id) } " to " code { (delivery.url) } }
            pre { (delivery.payload) }
            @for attempt in &delivery.attempts {
                p { (attempt.at) ": " (told(&attempt.outcome)) }
                @if let DeliveryOutcome::Answered { body, .. } = &attempt.outcome {
                    @if !body.is_empty() { pre { (body) } }
                }
            }
            @if let Some(next) = delivery.next_attempt() { p { "Next attempt at " (next) } }
            form method="post" action=(format!("/_sandbox/dashboard/resend/{}", delivery.id)) {
                button type="submit" { "Send again" }
            }
        }
    }
}

fn attempts(count: usize) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

fn told(outcome: &DeliveryOutcome) -> String {
    match outcome {
        DeliveryOutcome::Answered { status, .. } => format!("answered {status}"),
        DeliveryOutcome::Refused { reason } => format!("not sent: {reason}"),
        DeliveryOutcome::Failed { message } => format!("failed: {message}"),
    }
}

fn faults(sandbox: &Shared) -> Markup {
    let rows = sandbox.faults.all().into_iter().map(|rule| {
        let what = serde_json::to_string(&rule.fault).unwrap_or_default();
        vec![rule.id.to_string(), what, format!("{} of {}", rule.hits, rule.seen)]
    });
    table(&["Number", "Fault", "Hits"], rows.collect())
}

fn requests(sandbox: &Shared) -> Markup {
    let rows = sandbox.requests.all().into_iter().rev().map(|logged| {
        vec![
            logged.at.to_string(),
            format!("{} {}", logged.method, logged.path),
            logged.status.to_string(),
            format!("{} ms", logged.millis),
        ]
    });
    table(&["Time", "Request", "Status", "Took"], rows.collect())
}

/// Writes a status as the API does.
fn word(status: impl serde::Serialize) -> String {
    let json = serde_json::to_value(status).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}
