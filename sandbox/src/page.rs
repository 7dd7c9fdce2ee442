//! The hosted checkout page, rendered here, working without JavaScript. maud escapes whatever anybody typed.
//!
//! Not here: what the buttons do (`customer`).

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State as Extract};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use crate::checkout::Checkout;
use crate::customer::{Act, Card, CustomerError, End};
use crate::shared::Shared;

const STYLE: &str = "
    :root { color-scheme: light; }
    * { box-sizing: border-box; }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: 1rem; background: #f2f3f5; color: #1b1b1f; }
    main { max-width: 34rem; margin: 1rem auto; padding: 1.25rem 1.5rem 1.5rem; background: #fff;
           border: 1px solid #d8dae0; border-radius: .75rem; }
    main > :last-child { margin-bottom: 0; }
    h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; }
    table { width: 100%; border-collapse: collapse; }
    th, td { text-align: left; vertical-align: top; padding: .5rem 0; border-bottom: 1px solid #d8dae0;
             overflow-wrap: anywhere; }
    th:last-child, td:last-child { text-align: right; white-space: nowrap; padding-left: 1rem; }
    tfoot th, tfoot td { border-bottom: 0; font-size: 1.1rem; }
    fieldset { border: 0; margin: 1.25rem 0 0; padding: 0; }
    legend { font-weight: 600; padding: 0; margin-bottom: .5rem; }
    label.card { display: flex; gap: .75rem; align-items: baseline; padding: .6rem .75rem; margin-bottom: .4rem;
                 border: 1px solid #80838f; border-radius: .5rem; cursor: pointer; }
    label.card:has(:checked) { border-color: #14532d; background: #eef7f0; }
    button { font: inherit; font-weight: 600; width: 100%; padding: .75rem 1.2rem; margin-top: .75rem;
             border: 1px solid #52525b; border-radius: .5rem; background: #fff; color: #1b1b1f; cursor: pointer; }
    button.pay { background: #14532d; border-color: #14532d; color: #fff; }
    :focus-visible { outline: 3px solid #1d4ed8; outline-offset: 2px; }
    a { color: #1d4ed8; }
    .note { color: #52525b; font-size: .9rem; overflow-wrap: anywhere; }
    .refusal { border-left: 4px solid #b91c1c; background: #fdf2f2; color: #7f1d1d; padding: .6rem .75rem; }
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
    // Who comes back after a decline is told why.
    let payment = checkout.payment.as_deref().and_then(|id| state.payments.find(id));
    let refused = payment.and_then(|payment| payment.attempts.first()?.error_message.as_deref());
    page(StatusCode::OK, checkout_page(checkout, refused))
}

/// What the form of the page says.
#[derive(Deserialize)]
pub(crate) struct PayForm {
    card: String,
}

/// `POST /pay/{token}/{pay,cancel}`, from the buttons of the page.
pub(crate) async fn act(
    Extract(sandbox): Extract<Arc<Shared>>,
    path: Result<Path<(String, String)>, PathRejection>,
    form: Result<Form<PayForm>, FormRejection>,
) -> Response {
    let Ok(Path((token, act))) = path else { return problem(CustomerError::UnknownCheckout) };
    let act = match act.as_str() {
        "pay" => match form.ok().and_then(|Form(form)| Card::parse(&form.card)) {
            Some(card) => Act::Pay(card),
            None => return no_card(&token),
        },
        "cancel" => Act::Cancel,
        _ => return (StatusCode::NOT_FOUND, unknown_route()).into_response(),
    };
    let mut state = sandbox.state();
    let Some(checkout) = state.checkout(&token).cloned() else {
        return problem(CustomerError::UnknownCheckout);
    };
    let (payment_id, end) = match state.customer_acts(&checkout.id, act, sandbox.clock.now()) {
        Ok(acted) => acted,
        Err(error) => return problem(error),
    };
    let urls = &checkout.request.return_urls;
    let return_url = match end {
        End::Paid | End::Processing => &urls.success,
        End::Declined(_) => &urls.failed,
        End::Canceled => &urls.cancel,
    };
    // They were read as http or https addresses; a URL that was parsed has nothing that a header could not hold.
    match return_url.as_deref().and_then(|url| HeaderValue::from_str(url).ok()) {
        Some(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
        None => page(StatusCode::OK, result_page(end, &token, &payment_id)),
    }
}

/// The page for a path that leads nowhere.
pub(crate) fn unknown_route() -> Html<String> {
    Html(layout("Not found", html! { p { "Nothing is served at this address." } }).into_string())
}

fn checkout_page(checkout: &Checkout, refused: Option<&str>) -> Markup {
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
fn result_page(end: End, token: &str, payment_id: &str) -> Markup {
    let (title, text) = match end {
        End::Paid => ("Paid", "Thank you, the payment went through."),
        End::Processing => {
            ("In processing", "Thank you. The payment is not through yet; the merchant will hear of it.")
        }
        End::Declined(told) => ("Declined", told),
        End::Canceled => ("Canceled", "The payment was canceled."),
    };
    layout(
        title,
        html! {
            p { (text) }
            @if let End::Declined(_) = end { p { a href=(format!("/pay/{token}")) { "Try again" } } }
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
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            // No `form-action`: browsers hold the redirect to the merchant against it.
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, HEADERS, Html(markup.into_string())).into_response()
}
