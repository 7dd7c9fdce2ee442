//! Reads the `products` of a checkout or payment link and validates each item.
//!
//! Not here: how prices are added up (`model::order`).

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::http::error::FieldErrors;
use crate::http::form::{Form, TextStorage};
use crate::model::catalog::Catalog;
use crate::model::order::{Line, Order, total};
use crate::values::money::{Currency, json_number};

/// Field that this file reads.
const PRODUCTS: &str = "products";
/// Number of items an order may have.
const MAX_ITEMS: usize = 200;

impl Order {
    /// Reads the `products` of a checkout request; on a mistake the form has the message.
    pub(crate) fn read(form: &mut Form<'_>, currency: Currency, catalog: &Catalog) -> Option<Order> {
        Order::read_items(form, currency, |item, texts| read_line(item, texts, currency, catalog))
    }

    /// Reads the `products` of a payment link, which all come from the catalog.
    pub(crate) fn read_from_catalog(
        form: &mut Form<'_>,
        currency: Currency,
        catalog: &Catalog,
    ) -> Option<Order> {
        Order::read_items(form, currency, |item, texts| read_link_line(item, texts, currency, catalog))
    }

    fn read_items(
        form: &mut Form<'_>,
        currency: Currency,
        read_line: impl Fn(&RawValue, TextStorage) -> Result<Line, FieldErrors>,
    ) -> Option<Order> {
        let raw = form.required(PRODUCTS)?;
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
            form.refuse(PRODUCTS, "A list of products is expected here.");
            return None;
        };
        if items.is_empty() {
            form.refuse(PRODUCTS, "This list may not be empty.");
            return None;
        }

        if items.len() > MAX_ITEMS {
            form.refuse(PRODUCTS, &format!("This list may have at most {MAX_ITEMS} items."));
            return None;
        }

        let texts = form.texts();
        let read = items.into_iter().map(|item| read_line(item, texts)).collect::<Vec<_>>();
        if read.iter().any(Result::is_err) {
            form.refuse_items(PRODUCTS, read.into_iter().map(Result::err));
            return None;
        }
        let lines: Vec<Line> = read.into_iter().flatten().collect();

        match total(&lines) {
            Ok(total) => Some(Order { currency, lines, total }),
            Err(message) => {
                form.refuse(PRODUCTS, message);
                None
            }
        }
    }
}

fn read_line(
    raw: &RawValue,
    texts: TextStorage,
    currency: Currency,
    catalog: &Catalog,
) -> Result<Line, FieldErrors> {
    let mut form = Form::of(raw, texts)?;
    let quantity = read_quantity(&mut form);
    let line = if form.has("id") {
        check_overridden(&mut form);
        read_catalog_line(&mut form, "id", currency, catalog)
    } else {
        read_ad_hoc_line(&mut form)
    };
    match (line, quantity) {
        (Some(line), Some(quantity)) if form.is_clean() => Ok(Line { quantity, ..line }),
        _ => Err(form.into_errors()),
    }
}

/// Validates a name and a price that are sent with an id. Those of the catalog apply, and these have to be valid all the same.
fn check_overridden(form: &mut Form<'_>) {
    form.optional_text("name", 255);
    if form.has("unit_price") {
        read_unit_price(form);
    }
}

/// A link's products have another name for the id, and one is the quantity where none is given.
fn read_link_line(
    raw: &RawValue,
    texts: TextStorage,
    currency: Currency,
    catalog: &Catalog,
) -> Result<Line, FieldErrors> {
    let mut form = Form::of(raw, texts)?;
    let quantity = if form.has("quantity") { read_quantity(&mut form) } else { Some(1) };
    let line = read_catalog_line(&mut form, "product_id", currency, catalog);
    match (line, quantity) {
        (Some(line), Some(quantity)) if form.is_clean() => Ok(Line { quantity, ..line }),
        _ => Err(form.into_errors()),
    }
}

fn read_catalog_line(
    form: &mut Form<'_>,
    field: &str,
    currency: Currency,
    catalog: &Catalog,
) -> Option<Line> {
    let id = form.required_text(field, 100)?;
    let Some(product) = catalog.find(&id) else {
        form.refuse(field, &format!("The catalog has no product \"{id}\"."));
        return None;
    };
    if product.currency != currency {
        form.refuse(field, &format!("This product is sold in {}, not in {currency}.", product.currency));
        return None;
    }
    let (name, unit_price) = (product.name.clone(), product.unit_price);
    Some(Line { product_id: Some(id), name, quantity: 0, unit_price })
}

fn read_ad_hoc_line(form: &mut Form<'_>) -> Option<Line> {
    let name = form.required_text("name", 255);
    let unit_price = read_unit_price(form);
    Some(Line { product_id: None, name: name?, quantity: 0, unit_price: unit_price? })
}

fn read_quantity(form: &mut Form<'_>) -> Option<u32> {
    let raw = form.required("quantity")?;
    // A JSON integer is written exactly like a Rust one, and a sign or a point makes it something else.
    let quantity = raw.get().parse().ok().filter(|&quantity| quantity > 0);
    if quantity.is_none() {
        form.refuse("quantity", "A positive whole number is expected here.");
    }
    quantity
}

fn read_unit_price(form: &mut Form<'_>) -> Option<Decimal> {
    let token = form.required("unit_price")?.get();
    if !token.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        form.refuse("unit_price", "A JSON number is expected here.");
        return None;
    }
    let Some(price) = json_number(token) else {
        form.refuse("unit_price", "This number has more digits than a price can have.");
        return None;
    };
    if price <= Decimal::ZERO {
        form.refuse("unit_price", "A price has to be positive.");
        return None;
    }
    Some(price)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(products: &str) -> Result<Order, Value> {
        let body = format!("{{\"products\":{products}}}");
        let mut form = Form::parse(body.as_bytes()).ok().unwrap();
        let order = Order::read(&mut form, Currency::Usd, &Catalog::seeded());
        order.ok_or_else(|| form.into_errors().remove(PRODUCTS).unwrap_or(json!(null)))
    }

    fn total_of(unit_price: &str, quantity: u32) -> Result<String, Value> {
        let item = format!(r#"[{{"name":"x","quantity":{quantity},"unit_price":{unit_price}}}]"#);
        read(&item).map(|order| order.total.to_string())
    }

    #[test]
    fn prices_add_up_digit_for_digit() {
        assert_eq!(total_of("29.99", 1), Ok("29.99".to_owned()));
        assert_eq!(total_of("29.99", 3), Ok("89.97".to_owned()));
        assert_eq!(total_of("0.005", 200), Ok("1.00".to_owned()));
        assert_eq!(total_of("2.999e1", 1), Ok("29.99".to_owned()));
        // As a binary fraction this would be 1.1500000000000001.
        assert_eq!(total_of("1.15", 100), Ok("115.00".to_owned()));
        let mixed = r#"[{"name":"a","quantity":1,"unit_price":0.105},{"name":"b","quantity":1,"unit_price":0.205},
                        {"id":"prod_sandbox_tea","quantity":2}]"#;
        assert_eq!(read(mixed).map(|order| order.total.to_string()), Ok("25.31".to_owned()));
    }

    #[test]
    fn a_total_that_would_need_rounding_is_refused() {
        let two_decimals = json!(["The total has to come out at two decimals."]);

        assert_eq!(total_of("0.005", 1), Err(two_decimals.clone()));
        assert_eq!(total_of("0.100000000000000000001", 1), Err(two_decimals.clone()));
        assert_eq!(total_of("0.1000000000000000000000000001", 10), Err(two_decimals));
        assert!(total_of("0.10000000000000000000000000001", 1).is_err(), "29 decimals");
    }

    #[test]
    fn a_total_that_no_card_can_pay_is_refused() {
        let too_large = json!(["The total is more than can be charged at once."]);

        assert_eq!(total_of("9999999999.99", 1), Ok("9999999999.99".to_owned()));
        assert_eq!(total_of("10000000000", 1), Err(too_large.clone()));
        assert_eq!(total_of("1e28", 1), Err(too_large));
        assert_eq!(total_of("1e28", 4_000_000_000), Err(json!(["The total has too many digits."])));
    }

    #[test]
    fn each_item_gets_its_own_errors() {
        let positive = json!(["A positive whole number is expected here."]);
        let missing = json!(["This field has to be given."]);
        let read = |items: &str| read(items).map(|_| ());

        assert_eq!(
            read(r#"[{"name":"x","quantity":1,"unit_price":1},{"id":"prod_sandbox_tea","quantity":0}]"#),
            Err(json!([{}, { "quantity": positive }]))
        );
        assert_eq!(
            read(r#"[{}, 7]"#),
            Err(json!([
                { "name": missing, "quantity": missing, "unit_price": missing },
                { "non_field_errors": ["An object is expected here."] }
            ]))
        );
        for quantity in ["-1", "1.5", "1e2", "\"1\"", "true", "4294967296"] {
            let items = format!(r#"[{{"id":"prod_sandbox_tea","quantity":{quantity}}}]"#);
            assert_eq!(read(&items), Err(json!([{ "quantity": positive }])), "{quantity}");
        }
        for extra in [r#""name":7"#, r#""unit_price":null"#, r#""unit_price":"1""#] {
            let items = format!(r#"[{{"id":"prod_sandbox_tea","quantity":1,{extra}}}]"#);
            assert!(read(&items).is_err(), "{extra}");
        }
        for price in ["0", "-1", "\"29.99\"", "[]", "true"] {
            let items = format!(r#"[{{"name":"x","quantity":1,"unit_price":{price}}}]"#);
            let errors = read(&items).unwrap_err();
            assert!(errors[0]["unit_price"].is_array(), "{price}: {errors}");
        }
    }

    #[test]
    fn products_has_to_be_a_list_with_something_in_it() {
        for wrong in ["[]", "{}", "\"x\"", "null"] {
            assert!(read(wrong).is_err_and(|errors| errors[0].is_string()), "{wrong}");
        }
    }
}
