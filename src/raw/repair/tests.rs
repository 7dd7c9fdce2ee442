//! Bodies in which values have other forms, and what is read of them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Repair, decode};
use crate::raw::types::{
    Checkout, Currency, Payment, PaymentLink, PaymentLinkRequest, Refund, RefundCreated,
};

const REFUND: &str = r#"{"id":"RF7","transaction_id":"TX1","amount":"10.00","currency":"USD","status":"completed","created_at":"2026-01-02T03:04:05Z"}"#;

fn with(field: &str, value: &str) -> String {
    let mut fields: BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_str(REFUND).expect("is an object");
    fields.insert(field.to_owned(), serde_json::from_str(value).expect("is JSON"));
    serde_json::to_string(&fields).expect("is writable")
}

fn refund(json: &str) -> Refund {
    decode(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn values_of_another_form_mean_the_same() {
    let expected = refund(REFUND);
    assert_eq!(refund(&format!("\u{feff}{REFUND}")), expected);
    for naive in [r#""2026-01-02T03:04:05""#, r#""2026-01-02 03:04:05.000""#] {
        assert_eq!(refund(&with("created_at", naive)), expected, "{naive}");
    }
    assert_eq!(refund(&with("transaction_id", "4711")).transaction_id.as_deref(), Some("4711"));
    assert_eq!(refund(&with("id", "123456789012345678901234567890")).id, "123456789012345678901234567890");
    for cents in ["1000.0", r#""1000""#, r#"" 1000.00 ""#] {
        assert_eq!(refund(&with("amount_in_cents", cents)).amount_in_cents, Some(1000), "{cents}");
    }
    let several = format!("[{},{}]", with("id", "7"), with("transaction_id", "8"));
    let several: Vec<Refund> = decode(several.as_bytes()).expect("is readable");
    assert_eq!((&*several[0].id, several[1].transaction_id.as_deref()), ("7", Some("8")));
    for expires_at in ["1767322800", "1767322800.0", r#""1767322800""#] {
        let json = format!(
            r#"{{"checkout_id":"c","order_id":"c","checkout_url":"u","token":"t","expires_at":{expires_at}}}"#
        );
        let checkout: Checkout = decode(json.as_bytes()).expect(expires_at);
        assert_eq!(checkout.expires_at, Some(1_767_322_800), "{expires_at}");
    }
}

#[test]
fn a_value_that_cannot_be_read_is_kept_raw_and_hides_nothing() {
    for (field, value) in [
        ("amount", "true"),
        ("amount_usd", r#""none""#),
        ("amount_usd", "1e99"),
        ("amount_in_cents", "1000.5"),
        ("amount_in_cents", "1e30"),
        ("reason", r#"{"code":1}"#),
        ("created_at", "[]"),
        ("updated_at", r#""yesterday""#),
        ("updated_at", r#""2026-01-02T03:04:05[Europe/Paris]""#),
    ] {
        let json = with(field, value);
        let read = refund(&json);
        let kept = serde_json::from_str(value).expect("is JSON");
        assert_eq!(read.extra.get(field), Some(&kept), "{json}");
        // Written again, it is what came.
        let (written, came): (Value, Value) = (
            serde_json::to_value(&read).expect("is writable"),
            serde_json::from_str(&json).expect("is JSON"),
        );
        assert_eq!(written, came, "{json}");
    }
    for (field, value) in [("updated_at", r#""""#), ("amount_usd", r#"" ""#), ("updated_at", "null")] {
        assert_eq!(refund(&with(field, value)), refund(REFUND), "{field}: {value} is nothing");
    }
}

#[test]
fn a_list_that_cannot_be_read_is_kept_raw() {
    for list in ["7", r#"{"a":1}"#, "[7]", r#"[{"status":"ok"},[]]"#] {
        let json = format!(
            r#"{{"id":"TX","amount":"1","currency":"USD","status":"paid","depositAttempts":{list}}}"#
        );
        let payment: Payment = decode(json.as_bytes()).expect(&json);
        let kept: Value = serde_json::from_str(list).expect("is JSON");
        assert!(payment.deposit_attempts.is_empty());
        assert_eq!((&*payment.id, &payment.extra["depositAttempts"]), ("TX", &kept));
    }
    // Within an item, the item keeps it.
    let json = r#"{"id":"TX","depositAttempts":[{"status":"ok"},{"attemptedAt":"soon","status":"ok"}]}"#;
    let payment: Payment = decode(json.as_bytes()).expect(json);
    let attempt = &payment.deposit_attempts[1];
    assert_eq!(
        (attempt.status.as_deref(), &attempt.extra["attemptedAt"]),
        (Some("ok"), &Value::from("soon"))
    );
}

#[test]
fn each_item_of_a_long_list_may_differ() {
    let items: Vec<String> = (0..2_000)
        .map(|index| match index % 3 {
            0 => with("id", &index.to_string()),
            1 => with("updated_at", r#""soon""#),
            _ => with("created_at", r#""2026-01-02T03:04:05""#),
        })
        .collect();
    let refunds: Vec<Refund> = decode(format!("[{}]", items.join(",")).as_bytes()).expect("is readable");
    assert_eq!((refunds.len(), &*refunds[1_998].id, refunds[1].extra.len()), (2_000, "1998", 1));
    // One that is about nothing hides no others: the whole list is an error.
    let broken = format!("[{},{{}},{}]", items[0], items[1]);
    decode::<Vec<Refund>>(broken.as_bytes()).expect_err("an item has no id");
}

#[test]
fn keys_of_any_form_are_set_aside() {
    let json = r#"{"id":"RF7", "a\"b" : 1, "reason"
        : [1], "\u0061mount" : "x\"y"}"#;
    let read = refund(json);
    assert_eq!(read.extra["reason"], serde_json::json!([1]));
    assert_eq!((&read.extra["amount"], &read.extra["a\"b"]), (&Value::from("x\"y"), &Value::from(1)));
}

#[test]
fn no_value_is_made_up() {
    for (field, value) in [("id", "null"), ("id", "{}"), ("id", "true")] {
        let json = with(field, value);
        decode::<Refund>(json.as_bytes()).expect_err(&json);
    }
    let twice = r#"{"id":"RF7","id":"RF8","amount":"10.00"}"#;
    decode::<Refund>(twice.as_bytes()).expect_err("neither is known to be the right one");
    for broken in ["", "{", "[1]]", "\u{feff}"] {
        decode::<Refund>(broken.as_bytes()).expect_err(broken);
    }
}

#[test]
fn of_two_values_under_one_name_none_is_taken() {
    for (json, amount) in [
        (r#"{"id":"RF7","amount":"10.00","amount":"20.00"}"#, None),
        (r#"{"amount":"10.00","id":"RF7","amount":"20.00","amount":"20.00"}"#, None),
        (r#"{"amount":"10.00","id":"RF7","amount":"10.00"}"#, Some("10.00")),
        (r#"{"amount":"10.00","id":"RF7","id":"RF7","amount":"10.00"}"#, Some("10.00")),
    ] {
        let read = refund(json);
        assert_eq!(read.amount.map(|amount| amount.to_string()).as_deref(), amount, "{json}");
        let kept = read.extra.get("amount").and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(kept, if amount.is_some() { 0 } else { json.matches("amount").count() }, "{json}");
        assert_eq!(read.id, "RF7");
    }
}

#[test]
fn a_value_that_json_cannot_hold_hides_nothing() {
    for (field, value) in [
        ("reason", r#""too \ude00 bad""#),
        ("fee", "NaN"),
        ("fee", "-Infinity"),
        ("amount_in_cents", "1e400"),
    ] {
        let json = REFUND.replacen('{', &format!("{{\"{field}\":{value},"), 1);
        let read = refund(&json);
        assert_eq!((&*read.id, read.reason.as_deref()), ("RF7", None), "{json}");
        assert!(read.extra.contains_key(field), "{json}");
    }
    let mut bytes = REFUND.replacen('{', r#"{"reason":"caf?","#, 1).into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'?').expect("is there");
    bytes[at] = 0xe9;
    let read: Refund = decode(&bytes).expect("one value is not UTF-8");
    assert_eq!((&*read.id, read.reason), ("RF7", None));
    // Cut off, or with a broken structure, it is not repaired.
    for broken in [&REFUND[..60], &REFUND[..REFUND.len() - 1], &REFUND.replace(':', "=")] {
        decode::<Refund>(broken.as_bytes()).expect_err(broken);
    }
}

#[test]
fn lists_in_lists_are_repaired_within_the_budget() {
    let link = |products: usize| {
        let products = vec![r#"{"product_id":1,"quantity":"1"}"#; products].join(",");
        format!(r#"{{"id":17,"products":[{products}],"name":4}}"#)
    };
    let links: Vec<PaymentLink> =
        decode(format!("[{},{}]", link(40), link(30)).as_bytes()).expect("is readable");
    assert_eq!((links.len(), links[0].products.len(), links[1].products.len()), (2, 40, 30));
    assert_eq!(links[1].products[29].product_id.as_deref(), Some("1"));
    let link: PaymentLink = decode(link(300).as_bytes()).expect("is readable");
    assert_eq!((link.products.len(), link.products[299].quantity), (300, Some(1)));
}

#[test]
fn work_is_bounded() {
    let zeros = format!(r#"{{"id":"RF7","amount":"{}1.00"}}"#, "0".repeat(100_000));
    assert_eq!(refund(&zeros).amount.map(|amount| amount.to_string()).as_deref(), Some("1.00"));
    let json = with("reason", "[1]");
    let repaired = |budget| Repair::new(budget).repaired::<Refund>(json.clone());
    assert!(repaired(2 * json.len()).is_none(), "is too much work");
    assert!(repaired(40 * json.len()).is_some());
}

#[test]
fn no_value_of_a_name_is_lost() {
    let amounts: String = (0..2_000).map(|index| format!(",\"amount\":\"{index}.00\"")).collect();
    let read = refund(&format!(r#"{{"id":"RF7"{amounts}}}"#));
    let kept = read.extra["amount"].as_array().expect("is a list");
    assert_eq!((read.amount, kept.len(), &kept[1_999]), (None, 2_000, &Value::from("1999.00")));

    // Keys that no field has, read strictly and after a repair.
    for other in ["", r#","reason":[1]"#] {
        let read = refund(&format!(
            r#"{{"id":"RF7","new":[1],"new":[2],"new":3,"same":"x","same":"x","list":[1],"\uf8ffa":1,"\uf8ff\uf8ffa":2{other}}}"#
        ));
        let kept = |key: &str| read.extra[key].clone();
        assert_eq!(kept("new"), serde_json::json!([[1], [2], 3]));
        assert_eq!((kept("same"), kept("list")), (Value::from("x"), serde_json::json!([1])));
        assert_eq!((kept("\u{f8ff}a"), kept("\u{f8ff}\u{f8ff}a")), (Value::from(1), Value::from(2)));
    }
    // Two names that are damaged are one.
    let mut body = REFUND.replacen('{', r#"{"a?":1,"b?":2,"#, 1).into_bytes();
    body.iter_mut().filter(|byte| **byte == b'?').for_each(|byte| *byte = 0xe9);
    let read: Refund = decode(&body).expect("two names are not UTF-8");
    assert_eq!(read.extra["\u{fffd}"], serde_json::json!([1, 2]));
}

#[test]
fn what_is_nested_too_deeply_hides_nothing() {
    for levels in [120, 126, 127, 128, 300, 10_000] {
        for deep in [
            format!("{}7{}", "[".repeat(levels), "]".repeat(levels)),
            format!(r#"{}"\"]}}"{}"#, r#"{"a":"#.repeat(levels), "}".repeat(levels)),
        ] {
            for field in ["new", "reason"] {
                let read = refund(&with(field, &deep));
                assert_eq!((&*read.id, read.amount.is_some()), ("RF7", true), "{levels}");
                let written = serde_json::to_string(&read.extra[field]).expect("is writable");
                assert_eq!(written.contains("unreadable"), levels > 126, "{levels}");
                let text = written.replace("\\\\", "\\").replace("\\\"", "\"");
                assert!(levels > 126 || written == deep, "{levels}: {written}");
                assert!(text.matches(['[', '{']).count() >= levels, "{levels}");
            }
        }
    }
    // In an item, and with a list of items that differ.
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let items = [with("new", &deep), with("id", "7"), with("new", "[]")];
    let refunds: Vec<Refund> = decode(format!("[{}]", items.join(",")).as_bytes()).expect("is readable");
    assert_eq!((&*refunds[1].id, refunds[0].extra.len()), ("7", 1));
}

#[test]
fn a_blank_choice_is_absent() {
    for blank in [r#""""#, r#"" ""#, "null"] {
        let read = refund(&with("status", blank));
        assert_eq!((read.status, read.extra.len()), (None, 0), "{blank}");
    }
    // In a request it is not absent: it is sent unchanged, or refused before.
    let request: PaymentLinkRequest =
        serde_json::from_str(r#"{"name":"n","products":[],"currency":""}"#).expect("is readable");
    assert_eq!(request.currency, Some(Currency::Unknown(String::new())));
}

#[test]
fn an_id_of_any_size_is_kept_digit_for_digit() {
    for id in ["9223372036854775808", "18446744073709551616", "123456789012345678901234567890"] {
        let json = format!(r#"{{"refund_id":{id},"transaction_id":{id},"amount":"1.00"}}"#);
        let created: RefundCreated = decode(json.as_bytes()).expect(id);
        assert_eq!(created.refund_id.as_deref(), Some(id));
        assert_eq!(refund(&with("id", id)).id, id);
    }
}

/// Reads a list whose type is used in both directions: the products of a link are sent and read.
#[test]
fn items_of_both_directions_keep_what_they_cannot_read() {
    let json = r#"{"id":17,"products":[{"product_id":{"a":1},"quantity":"many"}]}"#;
    let link: PaymentLink = decode(json.as_bytes()).expect(json);
    let kept = &link.products[0].extra;
    assert_eq!(
        (&kept["product_id"], &kept["quantity"]),
        (&serde_json::json!({"a": 1}), &Value::from("many"))
    );
}

/// Two long lists in one object, each item of both in need of a repair, alike or not.
#[test]
fn long_lists_in_one_object_are_repaired() {
    let attempts = |write: &dyn Fn(usize) -> String| {
        let attempts: Vec<String> = (0..4_000)
            .map(|index| {
                format!(r#"{{"status":"failed","paymentId":{index},"attemptedAt":{}}}"#, write(index))
            })
            .collect();
        attempts.join(",")
    };
    let alike = attempts(&|index| format!(r#""2026-01-02T03:{:02}:05""#, index % 60));
    let unlike = attempts(&|index| format!(r#""day {index}""#));
    for (attempts, kept) in [(alike, 0), (unlike, 1)] {
        let products: Vec<String> =
            (0..4_000).map(|index| format!(r#"{{"id":{index},"name":true}}"#)).collect();
        let json = format!(
            r#"{{"depositAttempts":[{attempts}],"id":7,"created_at":"2026-01-02","products":[{}]}}"#,
            products.join(",")
        );
        let payment: Payment = decode(json.as_bytes()).expect("is readable");
        assert_eq!((&*payment.id, payment.created_at.is_some()), ("7", true));
        let (attempt, product) = (&payment.deposit_attempts[3_999], &payment.products[3_999]);
        assert_eq!((attempt.payment_id.as_deref(), attempt.extra.len()), (Some("3999"), kept));
        assert_eq!((product.id.as_deref(), &product.extra["name"]), (Some("3999"), &Value::Bool(true)));
    }
}

#[test]
fn an_id_is_made_of_digits_only() {
    for (id, expected) in
        [("42", Some("42")), ("42.0", Some("42")), ("4.2e1", None), ("-1", None), ("4.5", None)]
    {
        let read = refund(&with("transaction_id", id));
        assert_eq!(read.transaction_id.as_deref(), expected, "{id}");
        assert_eq!(read.extra.contains_key("transaction_id"), expected.is_none(), "{id}");
    }
}

#[test]
fn of_two_lists_under_one_name_none_is_taken() {
    let first = r#"[{"attemptedAt":"soon","status":"first"}]"#;
    for (second, kept) in [
        (r#"[{"status":"second"}]"#, true),
        (r#"[{"attemptedAt":"later"}]"#, true),
        ("7", true),
        (first, false),
    ] {
        let json =
            format!(r#"{{"depositAttempts":{first},"id":"TX","depositAttempts":{second},"products":7}}"#);
        let payment: Payment = decode(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
        let both: Value = serde_json::from_str(&format!("[{first},{second}]")).expect("is JSON");
        assert_eq!(payment.extra.get("depositAttempts"), kept.then_some(&both), "{json}");
        assert_eq!(payment.deposit_attempts.len(), usize::from(!kept), "{json}");
    }
}

#[test]
fn what_is_set_aside_is_as_it_came() {
    for products in
        [r#"[{"id":1},null]"#, r#"[{"id":{"a":1},"name":true},7,{"id":2}]"#, r#"[{"id":"p","id":"q"},null]"#]
    {
        let json = format!(r#"{{"id":"TX","products":{products}}}"#);
        let payment: Payment = decode(json.as_bytes()).expect(&json);
        assert_eq!(payment.extra["products"], serde_json::from_str::<Value>(products).expect("is JSON"));
        // In an item of a list, the names of fields are as they came.
        let links = format!(r#"[{{"id":7,"products":{products}}},{{"id":8}}]"#);
        let links: Vec<PaymentLink> = decode(links.as_bytes()).expect(&json);
        let kept = links[0].extra["products"].to_string();
        assert!(!kept.contains('\u{f8ff}'), "{kept}");
    }
}

/// Values that cannot be read next to a megabyte of others, which would have to be decoded again for each of them.
#[test]
fn what_is_next_to_a_value_does_not_hide_it() {
    let odd = r#""id":7,"amount":true,"created_at":"soon","updated_at":[],"currency":{},"reason":{},"status":[],"amount_usd":"x","amount_in_cents":"x","transaction_id":{},"payer_email":[]"#;
    let keys: Vec<String> = (0..2_000).map(|index| format!("\"k{index}\":{index}")).collect();
    for other in [
        format!(r#""x":"{}""#, "a".repeat(8 << 20)),
        format!(r#""x":[{}1]"#, "NaN,".repeat(500)),
        keys.join(","),
    ] {
        let read = refund(&format!("{{{odd},{other}}}"));
        assert_eq!((&*read.id, read.amount, &read.extra["status"]), ("7", None, &serde_json::json!([])));
        assert!(read.extra.contains_key("x") || read.extra["k1999"] == 1999);
    }
    let attempts: Vec<String> = (0..500)
        .map(|at| format!(r#"{{"status":[{at}],"paymentId":{at},"attemptedAt":"day {at}"}}"#))
        .collect();
    let json = format!(
        r#"{{{odd},"x":{{"y":"{}"}},"depositAttempts":[{}]}}"#,
        "a".repeat(300_000),
        attempts.join(",")
    );
    let payment: Payment = decode(json.as_bytes()).expect("is readable");
    assert_eq!(payment.deposit_attempts[499].payment_id.as_deref(), Some("499"));
}
