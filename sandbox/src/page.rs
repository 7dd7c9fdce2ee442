//! The hosted checkout page, rendered here, working without JavaScript. maud escapes whatever anybody typed.
//!
//! Not here: what the buttons do (`customer`).

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::checkout::Checkout;
use crate::customer::{Act, CustomerError};
use crate::sandbox::Shared;

const STYLE: &str = "
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem;
           color: #1b1b1f; }
    table { width: 100%; border-collapse: collapse; }
    th, td { text-align: left; padding: .4rem 0; border-bottom: 1px solid #c8c8d0; overflow-wrap: anywhere; }
    th:last-child, td:last-child { text-align: right; white-space: nowrap; }
    form { display: inline-block; margin: 1rem .5rem 0 0; }
    button { font: inherit; padding: .6rem 1.2rem; border: 1px solid #1b1b1f; border-radius: .4rem;
             background: #fff; color: #1b1b1f; cursor: pointer; }
    button.pay { background: #14532d; border-color: #14532d; color: #fff; }
    .note { color: #52525b; }
";

/// `GET /pay/{token}`.
pub(crate) async fn show(
    Extract(sandbox): Extract<Arc<Shared>>,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(token)) = token else { return problem(CustomerError::UnknownCheckout) };
    let state = sandbox.state();
    let Some(checkout) = state.checkout(&token) else { return problem(CustomerError::UnknownCheckout) };
    if checkout.used {
        return problem(CustomerError::AlreadyUsed);
    }
    if checkout.expires_at <= sandbox.clock.now() {
        return problem(CustomerError::Expired);
    }
    page(StatusCode::OK, checkout_page(checkout))
}

/// `POST /pay/{token}/{pay,decline,cancel}`, from the buttons of the page.
pub(crate) async fn act(
    Extract(sandbox): Extract<Arc<Shared>>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let Ok(Path((token, act))) = path else { return problem(CustomerError::UnknownCheckout) };
    let act = match act.as_str() {
        "pay" => Act::Pay,
        "decline" => Act::Decline,
        "cancel" => Act::Cancel,
        _ => return (StatusCode::NOT_FOUND, unknown_route()).into_response(),
    };
    let mut state = sandbox.state();
    let Some(checkout) = state.checkout(&token).cloned() else {
        return problem(CustomerError::UnknownCheckout);
    };
    let payment_id = match state.customer_acts(&checkout.id, act, sandbox.clock.now()) {
        Ok(payment_id) => payment_id,
        Err(error) => return problem(error),
    };
    let urls = &checkout.request.return_urls;
    let return_url = match act {
        Act::Pay => &urls.success,
        Act::Decline => &urls.failed,
        Act::Cancel => &urls.cancel,
    };
    // A URL that was parsed has nothing that a header could not hold.
    match return_url.as_deref().and_then(|url| HeaderValue::from_str(url).ok()) {
        Some(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
        None => page(StatusCode::OK, result_page(act, &token, &payment_id)),
    }
}

/// The page for a path that leads nowhere.
pub(crate) fn unknown_route() -> Html<String> {
    Html(layout("Not found", html! { p { "Nothing is served at this address." } }).into_string())
}

fn checkout_page(checkout: &Checkout) -> Markup {
    let (order, billing) = (&checkout.request.order, &checkout.request.billing);
    let button = |act: &str, class: &str, label: &str| {
        html! {
            form method="post" action=(format!("/pay/{}/{act}", checkout.token)) {
                button type="submit" class=(class) { (label) }
            }
        }
    };
    layout(
        "Checkout",
        html! {
            table {
                thead { tr { th scope="col" { "Product" } th scope="col" { "Price" } } }
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
            p {
                "For " (billing.first_name) " " (billing.last_name) ", " (billing.email)
                @if let Some(phone) = &billing.phone { ", " (phone) }
                ", " (billing.country)
                @if let Some(code) = &billing.postal_code { " " (code) }
            }
            (button("pay", "pay", "Pay"))
            (button("decline", "", "Decline"))
            (button("cancel", "", "Cancel"))
            p class="note" {
                "This is a sandbox: no money moves. "
                "Decline acts as a card that is refused, after which you may try again."
                @if let Some(simulate) = checkout.request.simulate {
                    " The merchant asks to simulate " code { (simulate.as_str()) } ", which does not act yet."
                }
            }
        },
    )
}

/// Shows how an act ended where the merchant gave no address to go to, with the id to look the payment up by.
fn result_page(act: Act, token: &str, payment_id: &str) -> Markup {
    let (title, text) = match act {
        Act::Pay => ("Paid", "Thank you, the payment went through."),
        Act::Decline => ("Declined", "The card was declined."),
        Act::Cancel => ("Canceled", "The payment was canceled."),
    };
    layout(
        title,
        html! {
            p { (text) }
            @if act == Act::Decline { p { a href=(format!("/pay/{token}")) { "Try again" } } }
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

fn layout(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · ND8 sandbox" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

/// Sends a page that runs no script, loads nothing, and is neither framed nor cached.
fn page(status: StatusCode, markup: Markup) -> Response {
    const HEADERS: [(HeaderName, &str); 3] = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, HEADERS, Html(markup.into_string())).into_response()
}
