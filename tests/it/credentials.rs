//! The clients send the credentials that the security table lists, for every operation.

use nd8::raw::types::{CheckoutRequest, PaymentLinkRequest, PublicCheckoutRequest};
use nd8::raw::{Client, OPERATIONS, Security};
use nd8::{Dashboard, PaymentLinkId, PaymentLinkToken, Storefront};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Server;

/// Calls the operation of this name, and ignores the result: only the request is of interest.
async fn call(raw: &Client, operation: &str) {
    let (id, token) = (PaymentLinkId::from(Uuid::nil()), PaymentLinkToken::from(Uuid::nil()));
    fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
        serde_json::from_value(json).expect("the JSON fits the type")
    }
    let billing = json!({
        "billing_country": "FR", "billing_email": "a@b.test", "billing_first_name": "A", "billing_last_name": "B",
        "products": [],
    });
    match operation {
        "create_api_key" => drop(raw.create_api_key(&read(json!({}))).send().await),
        "create_checkout" => drop(raw.create_checkout(&read::<CheckoutRequest>(billing)).send().await),
        "create_payment_link" => {
            drop(
                raw.create_payment_link(&read::<PaymentLinkRequest>(json!({"name": "x", "products": []})))
                    .send()
                    .await,
            );
        }
        "create_refund" => drop(raw.create_refund(&"TX".into(), &read(json!({"reason": "x"}))).send().await),
        "delete_payment_link" => drop(raw.delete_payment_link(&id).send().await),
        "get_dashboard" => drop(raw.get_dashboard().send().await),
        "get_organization" => drop(raw.get_organization().send().await),
        "get_payment" => drop(raw.get_payment(&"TX".into()).send().await),
        "get_payment_link" => drop(raw.get_payment_link(&id).send().await),
        "get_public_payment_link" => drop(raw.get_public_payment_link(&token).send().await),
        "get_refund" => drop(raw.get_refund(&"RF".into()).send().await),
        "get_webhook" => drop(raw.get_webhook().send().await),
        "list_api_keys" => drop(raw.list_api_keys().send().await),
        "list_payment_link_payments" => drop(raw.list_payment_link_payments(&id).send().await),
        "list_payment_links" => drop(raw.list_payment_links().send().await),
        "list_refunds" => drop(raw.list_refunds().send().await),
        "revoke_api_key" => drop(raw.revoke_api_key(&"1".into()).send().await),
        "rotate_api_key" => drop(raw.rotate_api_key().send().await),
        "set_webhook" => drop(raw.set_webhook(&read(json!({"endpoint_url": "https://a.test"}))).send().await),
        "start_payment_link_checkout" => {
            drop(
                raw.start_payment_link_checkout(&token, &read::<PublicCheckoutRequest>(billing)).send().await,
            );
        }
        "update_organization" => drop(raw.update_organization(&read(json!({}))).send().await),
        "update_payment_link" => drop(raw.update_payment_link(&id, &read(json!({}))).send().await),
        other => panic!("`{other}` is in the operation table and not in this test"),
    }
}

#[tokio::test]
async fn every_operation_takes_its_credential_and_no_other() {
    assert_eq!(OPERATIONS.len(), 22);
    for operation in OPERATIONS {
        let server = Server::with_json(200, "{}").await;
        let client = server.client();
        let dashboard =
            Dashboard::builder("the-session").base_url(&server.url).build().expect("the client is built");
        let storefront = Storefront::builder().base_url(&server.url).build().expect("the client is built");
        for raw in [client.raw(), dashboard.raw(), storefront.raw()] {
            call(raw, operation.id).await;
        }
        let sent: Vec<Option<String>> = server
            .received()
            .iter()
            .map(|request| request.header("authorization").map(str::to_owned))
            .collect();
        let expected = match operation.security {
            Security::ApiKey => vec![Some("Api-Key the-api-key".to_owned())],
            Security::SessionToken => vec![Some("Token the-session".to_owned())],
            Security::None => vec![None, None, None],
            other => panic!("{other:?} is new"),
        };
        assert_eq!(sent, expected, "{}: a client of another kind sends nothing", operation.id);
        for request in server.received() {
            assert_eq!(request.method.as_str(), operation.method, "{}", operation.id);
            assert!(request.uri.path().ends_with('/'), "{}: {}", operation.id, request.uri);
            assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("nd8-rust/")));
            assert_eq!(request.header("api-version"), None);
        }
    }
}

#[tokio::test]
async fn the_application_is_named_after_the_crate() {
    let server = Server::with_json(200, crate::support::PAYMENT).await;
    let client = nd8::Client::builder("k")
        .base_url(&server.url)
        .application("shop/2.3")
        .build()
        .expect("the client is built");
    client.payments().get("TX").send().await.expect("the server responds");
    // Without the metadata of the version, as the documentation of `application` has it.
    let (version, _) =
        env!("CARGO_PKG_VERSION").split_once('+').expect("the version has the version of the API");
    let agent = format!("nd8-rust/{version} shop/2.3");
    assert_eq!(server.only().header("user-agent"), Some(agent.as_str()));
}
