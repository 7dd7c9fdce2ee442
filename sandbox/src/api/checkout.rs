//! `POST /checkout/create/`: reads the request and returns the new checkout.
//!
//! Not here: its products (`order`), the page that the customer sees (`checkout_page`).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State as Extract};
use axum::http::StatusCode;
use serde::Serialize;

use crate::api::payment::PaymentView;
use crate::app::app_state::AppState;
use crate::http::auth::Merchant;
use crate::http::body::json_body;
use crate::http::error::ApiError;
use crate::http::form::Form;
use crate::http::servable;
use crate::model::catalog::Catalog;
use crate::model::checkout::{Billing, Checkout, CheckoutRequest, ReturnUrls, Simulate};
use crate::model::order::Order;
use crate::model::payment::{PaidProduct, Payment};
use crate::model::scope::Scope;
use crate::values::money::{Currency, Fee};
use crate::values::table::Key;
use crate::values::time::SandboxTime;

impl CheckoutRequest {
    fn read(mut form: Form<'_>, catalog: &Catalog, production: bool) -> Result<CheckoutRequest, ApiError> {
        let billing = read_billing(&mut form, 100);
        let currency = form.optional_choice("currency", Currency::parse).unwrap_or(Currency::Usd);
        let order = Order::read(&mut form, currency, catalog);
        let return_urls = read_return_urls(&mut form);
        let simulate = form.optional_choice("sandbox_simulate", Simulate::parse);
        if production && form.has("sandbox_simulate") {
            form.refuse("sandbox_simulate", "Only sandbox keys may simulate.");
        }

        match (billing, order) {
            (Some(billing), Some(order)) if form.is_clean() => {
                Ok(CheckoutRequest { billing, order, return_urls, simulate })
            }
            _ => Err(ApiError::Invalid(form.into_errors())),
        }
    }

    /// Reads what a payment link's customer sends: no products, which are the link's, and longer names.
    pub(crate) fn read_public(mut form: Form<'_>, order: Order) -> Result<CheckoutRequest, ApiError> {
        let billing = read_billing(&mut form, 1_000);
        let currency = form.optional_choice("currency", Currency::parse);
        if currency.is_some_and(|currency| currency != order.currency) {
            form.refuse("currency", &format!("This payment link charges {}.", order.currency));
        }
        let return_urls = read_return_urls(&mut form);
        match billing {
            Some(billing) if form.is_clean() => {
                Ok(CheckoutRequest { billing, order, return_urls, simulate: None })
            }
            _ => Err(ApiError::Invalid(form.into_errors())),
        }
    }
}

fn read_return_urls(form: &mut Form<'_>) -> ReturnUrls {
    ReturnUrls {
        success: form.optional_url("successUrl"),
        failed: form.optional_url("failedUrl"),
        cancel: form.optional_url("cancelUrl"),
    }
}

fn read_billing(form: &mut Form<'_>, name_limit: usize) -> Option<Billing> {
    let country = read_country(form);
    let postal_code = form.optional_text("billing_postal_code", 32).filter(|code| !code.trim().is_empty());
    let in_us = country.as_deref() == Some("US");
    if in_us && postal_code.is_none() && !form.has_error("billing_postal_code") {
        form.refuse("billing_postal_code", "A postal code has to be given for the US.");
    }
    let first_name = form.required_text("billing_first_name", name_limit);
    let last_name = form.required_text("billing_last_name", name_limit);
    let email = read_email(form);
    let phone = form.optional_text("billing_phone", 32).filter(|phone| !phone.trim().is_empty());
    Some(Billing {
        country: country?,
        postal_code,
        first_name: first_name?,
        last_name: last_name?,
        email: email?,
        phone,
    })
}

/// Takes two letters in either case; whether there is such a country is not looked up.
fn read_country(form: &mut Form<'_>) -> Option<String> {
    let country = form.required_text("billing_country", 2)?;
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        form.refuse("billing_country", "A country code of two letters is expected here.");
        return None;
    }
    Some(country.to_ascii_uppercase())
}

fn read_email(form: &mut Form<'_>) -> Option<String> {
    form.required_text("billing_email", 254)?;
    form.optional_email("billing_email")
}

/// Refuses a checkout whose payment could not be returned.
pub(crate) fn ensure_payable(request: &CheckoutRequest, fee: Fee, now: SandboxTime) -> Result<(), ApiError> {
    let lines = request.order.lines.iter();
    let products = lines
        .map(|line| PaidProduct { id: line.product_id.clone().unwrap_or_default(), name: line.name.clone() });
    let key = Key { number: 1, public: "TX".to_owned() };
    let checkout = Checkout {
        id: "org1".to_owned(),
        token: String::new(),
        expires_at: now,
        request: request.clone(),
        payment_link: None,
        payment: None,
        used: false,
    };
    let payment = Payment::new(key, &checkout, products.collect(), fee, now);
    servable::ensure(servable::PAYMENT, &PaymentView::of(&payment))
}

impl Checkout {
    /// Returns the response to the request that created it.
    pub(crate) fn created(&self, origin: &str) -> CheckoutCreated {
        CheckoutCreated {
            checkout_id: self.id.clone(),
            order_id: self.id.clone(),
            checkout_url: format!("{origin}/pay/{}", self.token),
            token: self.token.clone(),
            expires_at: self.expires_at.unix_seconds(),
        }
    }
}

/// Response to a request that creates a checkout.
#[derive(Serialize)]
pub(crate) struct CheckoutCreated {
    checkout_id: String,
    order_id: String,
    checkout_url: String,
    token: String,
    expires_at: i64,
}

/// `POST /checkout/create/`.
pub(crate) async fn create(
    Extract(sandbox): Extract<Arc<AppState>>,
    merchant: Merchant,
    request: Request,
) -> Result<(StatusCode, Json<CheckoutCreated>), ApiError> {
    merchant.needs_one_of(&[Scope::CheckoutCreate])?;
    let body = json_body(request).await?;

    let mut state = sandbox.state();
    let form = Form::sent_to(&sandbox, &body)?;
    let request = CheckoutRequest::read(form, &state.catalog, merchant.is_production())?;
    let now = sandbox.clock.now();
    ensure_payable(&request, sandbox.settings.fee, now)?;
    let checkout = state.open_checkout(request, None, now, now.after(sandbox.checkout_lifetime));
    Ok((StatusCode::CREATED, Json(checkout.created(&sandbox.origin))))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> Result<CheckoutRequest, Value> {
        let mut request = json!({
            "billing_country": "FR",
            "billing_first_name": "Ada",
            "billing_last_name": "Lovelace",
            "billing_email": "ada@shop.example",
            "products": [{ "id": crate::SEEDED_PRODUCT, "quantity": 1 }],
        });
        change(&mut request);
        let body = request.to_string();
        let form = Form::parse(body.as_bytes()).ok().unwrap();
        let read = CheckoutRequest::read(form, &Catalog::seeded(), false);
        read.map_err(|error| match error {
            ApiError::Invalid(errors) => Value::Object(errors),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn the_smallest_request_is_in_dollars() {
        let request = read(|_| {}).unwrap();

        assert_eq!(request.order.currency, Currency::Usd);
        assert_eq!(request.order.total.to_string(), "12.50");
        assert_eq!(request.simulate, None);
    }

    #[test]
    fn each_limit_is_checked() {
        let long = "x".repeat(101);
        for (field, value) in [
            ("billing_country", json!("FRA")),
            ("billing_country", json!("F1")),
            ("billing_country", json!("")),
            ("billing_country", json!(33)),
            ("billing_first_name", json!("")),
            ("billing_first_name", json!(long)),
            ("billing_last_name", json!(long)),
            ("billing_last_name", Value::Null),
            ("billing_email", json!("ada")),
            ("billing_email", json!("ada@localhost")),
            ("billing_email", json!("a da@shop.example")),
            ("billing_email", json!("ada@shop..example")),
            ("billing_phone", json!(5)),
            ("currency", json!("GBP")),
            ("currency", json!("usd")),
            ("currency", Value::Null),
            ("successUrl", json!("/thanks")),
            ("failedUrl", json!("")),
            ("cancelUrl", json!("ftp://shop.example")),
            ("sandbox_simulate", json!("paid")),
            ("products", json!([])),
        ] {
            let errors = read(|request| request[field] = value.clone()).unwrap_err();
            let fields: Vec<_> = errors.as_object().unwrap().keys().collect();
            assert_eq!(fields, [field], "{value}");
        }
    }

    #[test]
    fn every_missing_field_is_named_at_once() {
        let errors = read(|request| *request = json!({})).unwrap_err();
        let fields: Vec<_> = errors.as_object().unwrap().keys().map(String::as_str).collect();

        let required =
            ["billing_country", "billing_email", "billing_first_name", "billing_last_name", "products"];
        assert_eq!(fields, required);
    }

    #[test]
    fn the_us_needs_a_postal_code() {
        for code in [json!(""), json!("  ")] {
            let errors = read(|request| {
                request["billing_country"] = json!("us");
                request["billing_postal_code"] = code;
            });
            assert!(errors.unwrap_err()["billing_postal_code"].is_array());
        }
        let request = read(|request| {
            request["billing_country"] = json!("US");
            request["billing_postal_code"] = json!("10001");
        });
        assert_eq!(request.unwrap().billing.postal_code.as_deref(), Some("10001"));
    }

    #[test]
    fn names_are_counted_in_characters() {
        assert!(read(|request| request["billing_first_name"] = json!("é".repeat(100))).is_ok());
    }

    #[test]
    fn every_simulation_is_taken() {
        for simulate in Simulate::ALL {
            let request = read(|request| request["sandbox_simulate"] = json!(simulate.as_str())).unwrap();
            assert_eq!(request.simulate, Some(simulate));
        }
    }
}
