//! Dashboard at `/`: what happened in the sandbox, on one page that refreshes itself.
//!
//! Not here: the checkout page (`checkout_page`), and the calls that scripts make (`admin`).

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Extract};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use uuid::Uuid;

use crate::app::app_state::AppState;
use crate::app::origins::FormTokens;
use crate::http::pages::unknown_route;
use crate::model::state::State;
use crate::outbox::delivery::{Delivery, DeliveryOutcome};

/// Number of rows of a kind are shown.
const SHOWN: usize = 25;

const STYLE: &str = include_str!("style.css");

/// Returns the routes of this file.
pub(crate) fn routes() -> Router<Arc<AppState>> {
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
async fn resend(Extract(sandbox): Extract<Arc<AppState>>, id: Result<Path<Uuid>, PathRejection>) -> Response {
    let now = sandbox.clock.now();
    match id.ok().and_then(|Path(id)| sandbox.state().resend(id, now)) {
        Some(_) => Redirect::to("/").into_response(),
        None => unknown_route().into_response(),
    }
}

async fn show(Extract(sandbox): Extract<Arc<AppState>>) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; \
                          form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(page(&sandbox).into_string())).into_response()
}

fn page(sandbox: &AppState) -> Markup {
    let own = &sandbox.initial_credentials;
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

/// Part that is refreshed.
fn live(sandbox: &AppState) -> Markup {
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
            @for delivery in state.deliveries.all().rev().take(SHOWN) { (one_delivery(delivery, &sandbox.form_tokens.token())) }
        }
        section { h2 { "Faults" } (faults(sandbox)) }
        section { h2 { "RequestLog" } (requests(sandbox)) }
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
    let rows = state.payments.rows().rev().take(SHOWN).map(|payment| {
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
    let rows = state.refunds.rows().rev().take(SHOWN).map(|refund| {
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

fn one_delivery(delivery: &Delivery, form_token: &str) -> Markup {
    html! {
        details data-key=(delivery.id) {
            summary {
                code { (delivery.event) } " " (delivery.payment_id) ", " strong { (delivery.status.as_str()) }
                " after " (attempts(delivery.attempts.len())) ", " (delivery.created_at)
            }
            p { "Delivery " code { (delivery.id) } " to " code { (delivery.url) } }
            pre { (delivery.payload) }
            @for attempt in &delivery.attempts {
                p { (attempt.at) ": " (outcome_text(&attempt.outcome)) }
                @if let DeliveryOutcome::Responded { body, .. } = &attempt.outcome {
                    @if !body.is_empty() { pre { (body) } }
                }
            }
            @if let Some(next) = delivery.next_attempt() { p { "Next attempt at " (next) } }
            form method="post" action=(format!("/_sandbox/dashboard/resend/{}", delivery.id)) {
                input type="hidden" name=(FormTokens::FIELD) value=(form_token);
                button type="submit" { "Send again" }
            }
        }
    }
}

fn attempts(count: usize) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}

fn outcome_text(outcome: &DeliveryOutcome) -> String {
    match outcome {
        DeliveryOutcome::Responded { status, .. } => format!("responded {status}"),
        DeliveryOutcome::Refused { reason } => format!("not sent: {reason}"),
        DeliveryOutcome::Failed { message } => format!("failed: {message}"),
    }
}

fn faults(sandbox: &AppState) -> Markup {
    let rows = sandbox.faults.all().into_iter().map(|rule| {
        let what = serde_json::to_string(&rule.fault).unwrap_or_default();
        vec![rule.id.to_string(), what, format!("{} of {}", rule.hits, rule.seen)]
    });
    table(&["Number", "Fault", "Hits"], rows.collect())
}

fn requests(sandbox: &AppState) -> Markup {
    let rows = sandbox.requests.all().into_iter().rev().map(|logged| {
        vec![
            logged.at.to_string(),
            format!("{} {}", logged.method, logged.route),
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
