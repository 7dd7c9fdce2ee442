//! Hosted checkout page: server-rendered, without JavaScript. maud escapes every text.
//!
//! Not here: what the buttons do (`actions::customer`).

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;

use crate::actions::customer::{ActionOutcome, Card, CustomerAction, CustomerError};
use crate::app::app_state::AppState;
use crate::app::origins::FormTokens;
use crate::http::body::{form_fields, is_json};
use crate::http::pages::{layout, page, unknown_route};
use crate::model::checkout::Checkout;

/// More than the fields of the page's form.
const MAX_FORM: usize = 64 * 1024;

/// Returns the routes of the page.
pub(crate) fn routes() -> Router<Arc<AppState>> {
    Router::new().route("/pay/{token}", get(show)).route("/pay/{token}/{act}", post(act))
}

/// `GET /pay/{token}`.
async fn show(
    Extract(sandbox): Extract<Arc<AppState>>,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(token)) = token else { return problem(CustomerError::UnknownCheckout) };
    let state = sandbox.state();
    let Some(checkout) = state.checkout(&token) else { return problem(CustomerError::UnknownCheckout) };
    if let Err(error) = state.check_open(checkout, sandbox.clock.now()) {
        return problem(error);
    }
    // A customer who comes back after a decline sees the reason.
    let payment = checkout.payment.as_deref().and_then(|id| state.payments.find(id));
    let refused = payment.and_then(|payment| payment.attempts.first()?.error_message.as_deref());
    page(StatusCode::OK, checkout_page(checkout, &sandbox.form_tokens.token(), refused))
}

/// Describes what the form of the page has, and what a program sends as JSON.
#[derive(Deserialize)]
struct Choice {
    card: String,
}

async fn chosen_card(request: Request) -> Option<Card> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_FORM).await.ok()?;
    let card = if is_json(&parts.headers) {
        serde_json::from_slice(&body).ok().map(|Choice { card }| card)
    } else {
        form_fields(&body).find_map(|(name, value)| (name == "card").then_some(value))
    };
    Card::parse(&card?)
}

/// `POST /pay/{token}/{pay,cancel}`, from the buttons of the page.
async fn act(
    Extract(sandbox): Extract<Arc<AppState>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((token, act))) = path else { return problem(CustomerError::UnknownCheckout) };
    let act = match act.as_str() {
        "pay" => match chosen_card(request).await {
            Some(card) => CustomerAction::Pay(card),
            None => return no_card(&token),
        },
        "cancel" => CustomerAction::Cancel,
        _ => return unknown_route().into_response(),
    };
    let Some(checkout) = sandbox.state().checkout(&token).cloned() else {
        return problem(CustomerError::UnknownCheckout);
    };
    let (payment_id, end) = match sandbox.act(&checkout.id, act) {
        Ok(acted) => acted,
        Err(error) => return problem(error),
    };
    let urls = &checkout.request.return_urls;
    let return_url = match end {
        ActionOutcome::Paid | ActionOutcome::Processing => &urls.success,
        ActionOutcome::Declined(_) => &urls.failed,
        ActionOutcome::Canceled => &urls.cancel,
    };
    // They were read as http or https addresses; a URL that was parsed has nothing that a header could not hold.
    match return_url.as_deref().and_then(|url| HeaderValue::from_str(url).ok()) {
        Some(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
        None => page(StatusCode::OK, result_page(end, &token, &payment_id)),
    }
}

fn checkout_page(checkout: &Checkout, form_token: &str, refused: Option<&str>) -> Markup {
    let (order, billing) = (&checkout.request.order, &checkout.request.billing);
    layout(
        "Checkout",
        html! {
            @if let Some(refused) = refused {
                p class="refusal" role="alert" { (refused) " You may try again." }
            }
            table {
                thead { tr { th scope="col" { "Product" } th scope="col" { "Price each" } } }
                tbody {
                    @for line in &order.lines {
                        tr {
                            td { (line.quantity) " × " (line.name) }
                            td { (line.unit_price) " " (order.currency.as_str()) }
                        }
                    }
                }
                tfoot {
                    tr {
                        th scope="row" { "Total" }
                        td { strong { (order.total) " " (order.currency.as_str()) } }
                    }
                }
            }
            p class="note" {
                "For " (billing.first_name) " " (billing.last_name) ", " (billing.email)
                @if let Some(phone) = &billing.phone { ", " (phone) }
                ", " (billing.country)
                @if let Some(code) = &billing.postal_code { " " (code) }
            }
            form method="post" action=(format!("/pay/{}/pay", checkout.token)) {
                input type="hidden" name=(FormTokens::FIELD) value=(form_token);
                fieldset {
                    legend { "Test card" }
                    @for card in Card::ALL {
                        label class="card" {
                            input type="radio" name="card" value=(card.as_str()) required
                                checked[card == Card::Succeeds];
                            span { (label(card)) }
                        }
                    }
                }
                button type="submit" class="pay" id="pay" {
                    "Pay " (order.total) " " (order.currency.as_str())
                }
            }
            form method="post" action=(format!("/pay/{}/cancel", checkout.token)) {
                input type="hidden" name=(FormTokens::FIELD) value=(form_token);
                button type="submit" id="cancel" { "Cancel" }
            }
            p class="note" {
                "This is a sandbox: no money moves."
                @if let Some(simulate) = checkout.request.simulate {
                    " The merchant asks to simulate " code { (simulate.as_str()) }
                    ": paying ends that way, whatever the card."
                }
            }
        },
    )
}

fn label(card: Card) -> &'static str {
    match card {
        Card::Succeeds => "Succeeds",
        Card::Declined => "Is declined",
        Card::InsufficientFunds => "Has insufficient funds",
        Card::Expired => "Has expired",
        Card::SecondAttempt => "Needs a second attempt",
        Card::Processing => "Stays in processing",
    }
}

fn no_card(token: &str) -> Response {
    let content = html! {
        p { "None of the cards was chosen. Nothing was charged." }
        p { a href=(format!("/pay/{token}")) { "Back to the checkout" } }
    };
    page(StatusCode::BAD_REQUEST, layout("No card", content))
}

/// Shows how an act ended where the merchant gave no address to go to, with the id to look the payment up by.
fn result_page(end: ActionOutcome, token: &str, payment_id: &str) -> Markup {
    let (title, text) = match end {
        ActionOutcome::Paid => ("Paid", "Thank you, the payment went through."),
        ActionOutcome::Processing => {
            ("In processing", "Thank you. The payment is not through yet; the merchant will be notified.")
        }
        ActionOutcome::Declined(reason) => ("Declined", reason),
        ActionOutcome::Canceled => ("Canceled", "The payment was canceled."),
    };
    layout(
        title,
        html! {
            p { (text) }
            @if let ActionOutcome::Declined(_) = end { p { a href=(format!("/pay/{token}")) { "Try again" } } }
            p class="note" { "Payment " code { (payment_id) } }
        },
    )
}

fn problem(error: CustomerError) -> Response {
    let (status, title, text) = match error {
        CustomerError::UnknownCheckout => {
            (StatusCode::NOT_FOUND, "Unknown checkout", "There is no checkout at this address.")
        }
        CustomerError::AlreadyUsed => {
            (StatusCode::GONE, "Checkout used", "This checkout was already paid or canceled.")
        }
        CustomerError::Expired => {
            (StatusCode::GONE, "Checkout expired", "The time to pay here has run out. Nothing was charged.")
        }
    };
    page(status, layout(title, html! { p { (text) } }))
}
