//! Setters of what is optional: a value, or an `Option` of one as a form has it. `None` changes nothing.

use nd8::{Billing, Product, RefundStatus};

use crate::support::Server;

#[tokio::test]
async fn a_form_without_values_sends_the_same_as_no_setters() {
    const CHECKOUT: &str = r#"{"checkout_id":"org1-1-a","checkout_url":"https://pay.test/"}"#;
    let server = Server::with_json(201, CHECKOUT).await;
    let (absent, currency) = (None::<String>, None);
    let billing = || Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    let create = |billing: Billing| server.client().checkouts().create(billing, [Product::catalog("tea", 1)]);
    create(billing()).send().await.expect("the checkout is created");
    let call = create(billing().phone(absent.as_deref()).postal_code(&absent));
    let call = call.currency(currency).success_url(absent.clone()).failed_url(&absent).cancel_url(absent);
    call.sandbox_simulate(None).send().await.expect("the checkout is created");
    let sent = server.received();
    assert_eq!(sent[0].body, sent[1].body);

    let full = create(billing().phone(Some("555-0100")).postal_code(Some(String::from("75001"))));
    let thanks = Some(String::from("https://shop.test/"));
    full.success_url(&thanks).success_url(None::<&str>).send().await.expect("the checkout is created");
    let body: serde_json::Value =
        serde_json::from_slice(&server.received()[2].body).expect("the text is JSON");
    assert_eq!(
        (&body["billing_phone"], &body["billing_postal_code"], &body["successUrl"]),
        (&"555-0100".into(), &"75001".into(), &"https://shop.test/".into())
    );
}

#[tokio::test]
async fn a_filter_that_is_not_set_is_not_sent() {
    let server = Server::with_json(200, "[]").await;
    let list = || server.client().refunds().list();
    let unset = list().status(None).created_from(None).created_until(None).search(None::<&str>);
    unset.ordering(None::<&str>).page(None).page_size(None).send().await.expect("the list is read");
    list()
        .status(Some(RefundStatus::Failed))
        .search(nd8::PaymentId::from("TX1"))
        .page(2)
        .send()
        .await
        .expect("the list is read");
    // A refund is found by the reference in its reason.
    let reference = nd8::RefundReference::from("order-4711");
    list().search(&reference).send().await.expect("the list is read");
    let sent = server.received();
    assert!(!sent[0].uri.to_string().contains('?'), "{}", sent[0].uri);
    assert!(sent[2].uri.to_string().ends_with("?search=order-4711"), "{}", sent[2].uri);
    assert!(sent[1].uri.to_string().ends_with("?page=2&search=TX1&status=failed"), "{}", sent[1].uri);
}

#[tokio::test]
async fn a_page_is_written_and_iterated_by_reference() {
    let server = Server::with_json(200, r#"[{"id":"RF1"},{"id":2}]"#).await;
    let page = server.client().refunds().list().send().await.expect("the list is read");
    let ids: Vec<&str> = (&page).into_iter().map(|refund| &*refund.id).collect();
    assert_eq!(ids, ["RF1", "2"]);
    assert_eq!((page.len(), page.is_empty(), &*page[1].id, page[..1].len()), (2, false, "2", 1));
    assert!(page.iter().eq(&page.items));
    let written = serde_json::to_value(&page).expect("the value is serialized");
    let names: Vec<&String> = written.as_object().expect("the page is an object").keys().collect();
    assert_eq!(names, ["count", "items", "next"]);
    assert_eq!(written["items"][1]["id"], "2");
}
