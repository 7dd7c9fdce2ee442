//! Validates request bodies before they are sent, and returns the errors that the server would certainly return.
//!
//! Only certain errors are reported; the server decides the rest, because a rule that is stricter than the server's would
//! reject valid requests. So texts are trimmed first, as Django REST Framework does, and characters are counted as Django
//! counts them. Not here: whether a call is validated (`Call::unchecked`).

use rust_decimal::Decimal;

use super::FieldError;
use crate::raw::types::{
    CheckoutRequest, Currency, PaymentLinkProduct, PaymentLinkRequest, PaymentLinkUpdate, ProductItem,
    PublicCheckoutRequest, RefundRequest, WebhookEndpoint,
};

const LONGEST_NAME: usize = 100;
const LONGEST_REASON: usize = 500;

/// Validates the body of `create_checkout`.
pub(super) fn checkout(body: &CheckoutRequest) -> Vec<FieldError> {
    let mut found = FieldErrors::default();
    found.customer(&Customer {
        country: &body.billing_country,
        postal_code: body.billing_postal_code.as_deref(),
        first_name: &body.billing_first_name,
        last_name: &body.billing_last_name,
        longest_name: Some(LONGEST_NAME),
        email: &body.billing_email,
    });
    found.products(&body.products, |found, place, product| {
        // A form that a later document adds is left to the server.
        if let ProductItem::CatalogProduct(product) = product {
            found.text(&format!("{place}/id"), &product.id, None);
            found.quantity(&place, product.quantity);
            found.price(&place, product.unit_price);
        } else if let ProductItem::AdHocProduct(product) = product {
            found.text(&format!("{place}/name"), &product.name, None);
            found.quantity(&place, product.quantity);
            found.price(&place, Some(product.unit_price));
        }
    });
    found.currency(body.currency.as_ref());
    found.return_urls([&body.success_url, &body.failed_url, &body.cancel_url]);
    found.0
}

/// Validates the body of `start_payment_link_checkout`. Its names have no maximum length.
pub(super) fn public_checkout(body: &PublicCheckoutRequest) -> Vec<FieldError> {
    let mut found = FieldErrors::default();
    found.customer(&Customer {
        country: &body.billing_country,
        postal_code: body.billing_postal_code.as_deref(),
        first_name: &body.billing_first_name,
        last_name: &body.billing_last_name,
        longest_name: None,
        email: &body.billing_email,
    });
    found.currency(body.currency.as_ref());
    found.return_urls([&body.success_url, &body.failed_url, &body.cancel_url]);
    found.0
}

/// Validates the body of `create_refund`. Only the server knows how much can be refunded.
pub(super) fn refund(body: &RefundRequest) -> Vec<FieldError> {
    let mut found = FieldErrors::default();
    found.text("/reason", &body.reason, Some(LONGEST_REASON));
    if let Some(amount) = body.amount {
        found.positive("/amount", amount);
    }
    found.0
}

/// Validates the body of `create_payment_link`.
pub(super) fn payment_link(body: &PaymentLinkRequest) -> Vec<FieldError> {
    let mut found = FieldErrors::default();
    found.text("/name", &body.name, None);
    found.link_products(&body.products);
    found.currency(body.currency.as_ref());
    found.0
}

/// Validates the body of `update_payment_link`. Absent fields stay unchanged on the server, so they are not errors.
pub(super) fn payment_link_update(body: &PaymentLinkUpdate) -> Vec<FieldError> {
    let mut found = FieldErrors::default();
    if let Some(name) = &body.name {
        found.text("/name", name, None);
    }
    if let Some(products) = &body.products {
        found.link_products(products);
    }
    found.currency(body.currency.as_ref());
    found.0
}

/// Validates the body of `set_webhook`.
pub(super) fn webhook_endpoint(body: &WebhookEndpoint) -> Vec<FieldError> {
    let mut found = FieldErrors::default();
    found.text("/endpoint_url", &body.endpoint_url, None);
    found.0
}

/// Converts the result of validating an id of the path.
pub(super) fn id(checked: Result<&str, &'static str>) -> Vec<FieldError> {
    checked.err().map(|problem| FieldError::new("/id", problem, None)).into_iter().collect()
}

/// Converts the result of validating the reference at the beginning of a reason.
pub(super) fn reference(checked: Option<Result<&str, &'static str>>) -> Vec<FieldError> {
    let problem = checked.and_then(Result::err);
    problem.map(|problem| FieldError::new("/reason", problem, Some("invalid"))).into_iter().collect()
}

/// Who pays, as both kinds of checkout have it.
struct Customer<'a> {
    country: &'a str,
    postal_code: Option<&'a str>,
    first_name: &'a str,
    last_name: &'a str,
    longest_name: Option<usize>,
    email: &'a str,
}

/// Errors so far, at most one for each field. A message continues its pointer: `/reason is empty`.
#[derive(Default)]
struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    fn add(&mut self, pointer: &str, message: &str, code: &str) {
        self.0.push(FieldError::new(pointer, message, Some(code)));
    }

    /// Validates a text: not blank, and at most `longest` characters.
    fn text(&mut self, pointer: &str, text: &str, longest: Option<usize>) {
        // Django REST Framework trims before it measures.
        let text = text.trim();
        match longest {
            _ if text.is_empty() => self.add(pointer, "is empty", "blank"),
            Some(longest) if text.chars().count() > longest => {
                self.add(pointer, &format!("is longer than {longest} characters"), "max_length");
            }
            _ => {}
        }
    }

    fn customer(&mut self, customer: &Customer<'_>) {
        let country = customer.country.trim();
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            self.add("/billing_country", "is not a country of two letters", "invalid");
        }
        // Compared with "US" exactly: whether the server requires a code for "us" is unknown.
        if country == "US" && customer.postal_code.is_none_or(|code| code.trim().is_empty()) {
            self.add("/billing_postal_code", "is needed for a customer in the US", "required");
        }
        self.text("/billing_first_name", customer.first_name, customer.longest_name);
        self.text("/billing_last_name", customer.last_name, customer.longest_name);
        let email = customer.email.trim();
        // Not a full grammar of e-mail addresses, which would reject some that the server accepts.
        let has_two_sides =
            email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        if !has_two_sides || email.contains(char::is_whitespace) {
            self.add("/billing_email", "is not an e-mail address", "invalid");
        }
    }

    fn products<T>(&mut self, products: &[T], check: impl Fn(&mut Self, String, &T)) {
        if products.is_empty() {
            self.add("/products", "is empty", "empty");
        }
        for (index, product) in products.iter().enumerate() {
            check(self, format!("/products/{index}"), product);
        }
    }

    fn link_products(&mut self, products: &[PaymentLinkProduct]) {
        self.products(products, |found, place, product| {
            if let Some(quantity) = product.quantity {
                found.quantity(&place, quantity);
            }
        });
    }

    fn quantity(&mut self, place: &str, quantity: i64) {
        self.positive(&format!("{place}/quantity"), quantity.into());
    }

    fn price(&mut self, place: &str, price: Option<Decimal>) {
        if let Some(price) = price {
            self.positive(&format!("{place}/unit_price"), price);
        }
    }

    fn positive(&mut self, pointer: &str, number: Decimal) {
        if number <= Decimal::ZERO {
            self.add(pointer, "is not positive", "min_value");
        }
    }

    /// Refuses a blank currency: a server may take a blank code for one that was left out, and charge in dollars.
    fn currency(&mut self, currency: Option<&Currency>) {
        if let Some(currency) = currency {
            self.text("/currency", currency.as_str(), None);
        }
    }

    /// Validates URLs loosely: only that an absolute one has a scheme of the web and anything after it.
    fn return_urls(&mut self, [success, failed, cancel]: [&Option<String>; 3]) {
        for (pointer, url) in [("/successUrl", success), ("/failedUrl", failed), ("/cancelUrl", cancel)] {
            let is_web = |url: &str| {
                let (scheme, rest) = url.trim().split_once("://").unwrap_or_default();
                (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
                    && !rest.is_empty()
            };
            if url.as_deref().is_some_and(|url| !is_web(url)) {
                self.add(pointer, "is not an absolute http or https address", "invalid");
            }
        }
    }
}

/// Returns whether a checkout has the id to store and the URL of the page for the customer.
pub(super) fn is_usable(checkout: &crate::raw::types::Checkout) -> bool {
    [&*checkout.checkout_id, &*checkout.checkout_url].iter().all(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fields(found: Vec<FieldError>) -> Vec<(String, String)> {
        found.into_iter().map(|error| (error.pointer, error.code.unwrap_or_default())).collect()
    }

    fn customer() -> Value {
        json!({
            "billing_country": "FR",
            "billing_first_name": "Ada",
            "billing_last_name": "Lovelace",
            "billing_email": "ada@shop.example",
        })
    }

    /// A field, its new value, and the code of the expected error.
    type Case = (&'static str, Value, &'static str);

    #[track_caller]
    fn check_cases(body: &Value, cases: &[Case], found: impl Fn(Value) -> Vec<FieldError>) {
        assert_eq!(fields(found(body.clone())), [], "the body that cases begin with");
        for (pointer, value, code) in cases {
            let mut body = body.clone();
            match body.pointer_mut(pointer) {
                Some(place) => *place = value.clone(),
                None => body[pointer.trim_start_matches('/')] = value.clone(),
            }
            let expected =
                if code.is_empty() { vec![] } else { vec![(pointer.to_string(), code.to_string())] };
            assert_eq!(fields(found(body)), expected, "{pointer} = {value}");
        }
    }

    fn customer_cases() -> Vec<Case> {
        vec![
            ("/billing_country", json!("fr"), ""),
            ("/billing_country", json!(" FR "), ""),
            ("/billing_country", json!(""), "invalid"),
            ("/billing_country", json!("F"), "invalid"),
            ("/billing_country", json!("FRA"), "invalid"),
            ("/billing_country", json!("F1"), "invalid"),
            ("/billing_country", json!("É"), "invalid"),
            ("/billing_first_name", json!(""), "blank"),
            ("/billing_last_name", json!(" \n"), "blank"),
            ("/billing_email", json!("ada@localhost"), ""),
            ("/billing_email", json!(" ada@shop.example "), ""),
            ("/billing_email", json!("\"a@b\"@shop.example"), ""),
            ("/billing_email", json!("é@é"), ""),
            ("/billing_email", json!(""), "invalid"),
            ("/billing_email", json!("ada"), "invalid"),
            ("/billing_email", json!("@shop.example"), "invalid"),
            ("/billing_email", json!("ada@"), "invalid"),
            ("/billing_email", json!("ada lovelace@shop.example"), "invalid"),
            ("/billing_phone", json!(""), ""),
            ("/successUrl", json!("https://shop.example/thanks?id=1"), ""),
            ("/successUrl", json!("HTTP://localhost:3000"), ""),
            ("/successUrl", json!("/thanks"), "invalid"),
            ("/failedUrl", json!("https://"), "invalid"),
            ("/failedUrl", json!("ftp://shop.example"), "invalid"),
            ("/cancelUrl", json!("javascript:alert(1)"), "invalid"),
            ("/cancelUrl", json!(""), "invalid"),
            ("/currency", json!("eur"), ""),
            ("/currency", json!("DOGE"), ""),
            ("/currency", json!(""), "blank"),
            ("/currency", json!(" "), "blank"),
        ]
    }

    #[test]
    fn a_checkout_is_checked_field_by_field() {
        let mut body = customer();
        body["products"] = json!([
            { "id": "prod_1", "quantity": 1 },
            { "name": "Mug", "quantity": 2, "unit_price": 29.99 },
        ]);
        let mut cases = customer_cases();
        cases.extend([
            ("/billing_first_name", json!("é".repeat(100)), ""),
            ("/billing_first_name", json!(format!(" {} ", "🦀".repeat(100))), ""),
            ("/billing_first_name", json!("é".repeat(101)), "max_length"),
            ("/billing_last_name", json!("🦀".repeat(101)), "max_length"),
            ("/products", json!([]), "empty"),
            ("/products/0/id", json!(""), "blank"),
            ("/products/0/quantity", json!(0), "min_value"),
            ("/products/1/quantity", json!(-1), "min_value"),
            ("/products/1/name", json!(" "), "blank"),
            ("/products/1/unit_price", json!(0), "min_value"),
            ("/products/1/unit_price", json!(-29.99), "min_value"),
        ]);
        check_cases(&body, &cases, |body| {
            // As text: a fraction that is buffered is refused.
            let body: CheckoutRequest = serde_json::from_str(&body.to_string()).expect("is a checkout");
            checkout(&body)
        });
    }

    #[test]
    fn a_price_next_to_a_catalog_id_is_validated_too() {
        let mut body = customer();
        body["products"] = json!([]);
        let mut body: CheckoutRequest = serde_json::from_value(body).expect("is a checkout");
        let product = crate::raw::types::CatalogProduct::new("prod_1", 1).unit_price(Decimal::ZERO);
        body.products = vec![product.into()];
        assert_eq!(fields(checkout(&body)), [("/products/0/unit_price".into(), "min_value".into())]);
    }

    #[test]
    fn a_customer_of_a_link_is_checked_but_for_the_length_of_names() {
        let mut cases = customer_cases();
        cases.push(("/billing_first_name", json!("é".repeat(1000)), ""));
        check_cases(&customer(), &cases, |body| {
            let body: PublicCheckoutRequest = serde_json::from_value(body).expect("is a checkout");
            public_checkout(&body)
        });
    }

    #[test]
    fn the_us_has_postal_codes() {
        for (country, postal_code, is_needed) in [
            ("US", None, true),
            ("US", Some(" "), true),
            (" US", None, true),
            ("US", Some("94105"), false),
            ("FR", None, false),
            // Whether the server takes this for the US is its business.
            ("us", None, false),
        ] {
            let mut body = customer();
            body["billing_country"] = json!(country);
            body["billing_postal_code"] = json!(postal_code);
            let body: PublicCheckoutRequest = serde_json::from_value(body).expect("is a checkout");
            let expected =
                if is_needed { vec![("/billing_postal_code".into(), "required".into())] } else { vec![] };
            assert_eq!(fields(public_checkout(&body)), expected, "{country} {postal_code:?}");
        }
    }

    #[test]
    fn a_refund_has_a_reason_and_a_positive_amount() {
        let cases = [
            ("/reason", json!(""), "blank"),
            ("/reason", json!("é".repeat(500)), ""),
            ("/reason", json!("é".repeat(501)), "max_length"),
            ("/amount", json!("0.01"), ""),
            ("/amount", json!("0.00"), "min_value"),
            ("/amount", json!("-5"), "min_value"),
        ];
        check_cases(&json!({ "reason": "Customer request" }), &cases, |body| {
            let body: RefundRequest = serde_json::from_value(body).expect("is a refund");
            refund(&body)
        });
    }

    #[test]
    fn a_payment_link_has_a_name_and_products() {
        let cases = [
            ("/name", json!(" "), "blank"),
            ("/products", json!([]), "empty"),
            ("/products", json!([{ "product_id": "prod_1" }]), ""),
            ("/products/0/quantity", json!(0), "min_value"),
            ("/currency", json!("eur"), ""),
            ("/currency", json!("DOGE"), ""),
            ("/currency", json!(""), "blank"),
            ("/currency", json!(" "), "blank"),
        ];
        let body = json!({ "name": "Mugs", "products": [{ "product_id": "prod_1", "quantity": 1 }] });
        check_cases(&body, &cases, |body| {
            let body: PaymentLinkRequest = serde_json::from_value(body).expect("is a link");
            payment_link(&body)
        });
        check_cases(&body, &cases, |body| {
            let body: PaymentLinkUpdate = serde_json::from_value(body).expect("is a change");
            payment_link_update(&body)
        });
        assert_eq!(fields(payment_link_update(&PaymentLinkUpdate::default())), []);
    }

    #[test]
    fn a_webhook_endpoint_has_an_address_and_a_path_an_id() {
        let cases = [("/endpoint_url", json!(" "), "blank"), ("/endpoint_url", json!("shop.example"), "")];
        check_cases(&json!({ "endpoint_url": "https://shop.example/nd8" }), &cases, |body| {
            let body: WebhookEndpoint = serde_json::from_value(body).expect("is an endpoint");
            webhook_endpoint(&body)
        });
        assert_eq!(fields(id(Ok("TXabc123"))), []);
        assert_eq!(fields(id(Err("is empty"))), [("/id".into(), String::new())]);
    }

    #[test]
    fn every_invalid_field_is_named_and_no_input_is_echoed() {
        let body = json!({
            "billing_country": "canary",
            "billing_first_name": "canary".repeat(20),
            "billing_last_name": "",
            "billing_email": "canary",
            "successUrl": "canary",
            "products": [],
        });
        let body: CheckoutRequest = serde_json::from_value(body).expect("is a checkout");
        let found = checkout(&body);
        assert!(found.iter().all(|error| !error.message.contains("canary")));
        let pointers: Vec<&str> = found.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            [
                "/billing_country",
                "/billing_first_name",
                "/billing_last_name",
                "/billing_email",
                "/products",
                "/successUrl"
            ]
        );
    }
}
