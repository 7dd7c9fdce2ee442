//! The raw calls of the dashboard and the storefront, against typed mocks.
//!
//! The generated matchers check method and path, and the body where one is given; the `Authorization` header is
//! checked separately.

use httpmock::{MockServer, When};
use nd8::mock::MockServerExt as _;
use nd8::raw::types::{
    ApiKeyRequest, OrganizationUpdate, PaymentLinkProduct, PaymentLinkRequest, PaymentLinkUpdate,
    PublicCheckoutRequest, WebhookEndpoint,
};
use nd8::{Dashboard, Storefront};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

const SESSION: &str = "Token the-session";
const LINK: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);

fn dashboard(server: &MockServer) -> Dashboard {
    Dashboard::builder("the-session").base_url(server.base_url()).build().expect("the settings are valid")
}

fn storefront(server: &MockServer) -> Storefront {
    Storefront::builder().base_url(server.base_url()).build().expect("the settings are valid")
}

/// Reads a response from JSON, since types of responses may get more fields and cannot be built by literals.
fn response<T: DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).expect("the JSON fits the type")
}

/// The request carries the session's token.
fn session(when: When) {
    when.header("authorization", SESSION);
}

#[tokio::test]
async fn the_organization_is_read_and_changed() {
    let server = MockServer::start_async().await;
    let read = server.get_organization(|when, then| {
        session(when.into_inner());
        then.success(
            200,
            &response(json!({"name": "Acme", "price_mode": "TTC", "rolling_reserve_days": 30})),
        );
    });
    let update =
        OrganizationUpdate(json!({"telegram": null}).as_object().cloned().expect("the JSON is an object"));
    let changed = server.update_organization(|when, then| {
        session(when.body(&update).into_inner());
        then.success(200, &response(json!({"name": "Acme"})));
    });
    let snapshot = server.get_dashboard(|when, then| {
        session(when.into_inner());
        then.success(200, &response(json!({"stats": {"users": 3}, "brand_new": [1]})));
    });
    let dashboard = dashboard(&server);

    let organization = dashboard.organization().get().send().await.expect("the server responds");
    assert_eq!(organization.name.as_deref(), Some("Acme"));
    assert_eq!(organization.extra["rolling_reserve_days"], 30, "unknown fields are kept");
    dashboard.raw().update_organization(&update).send().await.expect("the server responds");
    let stats = dashboard.raw().get_dashboard().send().await.expect("the server responds").into_inner();
    assert_eq!(stats.extra["brand_new"], json!([1]));
    read.assert();
    changed.assert();
    snapshot.assert();
}

#[tokio::test]
async fn api_keys_are_listed_created_rotated_and_revoked() {
    let server = MockServer::start_async().await;
    let key = json!({"prefix": "nd8_live_ab", "allowed_scopes": ["refunds:read"], "status": "active"});
    let secret = json!({"prefix": "nd8_live_ab", "raw_key": "canary"});
    let request = ApiKeyRequest::new().name("ci").allowed_scopes("refunds:read");
    let listed = server.list_api_keys(|when, then| {
        session(when.into_inner());
        then.success(200, &response(json!([key])));
    });
    let created = server.create_api_key(|when, then| {
        session(when.body(&request).into_inner());
        then.success(201, &response(secret.clone()));
    });
    let rotated = server.rotate_api_key(|when, then| {
        session(when.into_inner());
        then.success(200, &response(secret.clone()));
    });
    let revoked = server.revoke_api_key(|when, then| {
        session(when.id("7").into_inner());
        then.success(200, &response(key.clone()));
    });
    let raw = dashboard(&server).raw().clone();

    let keys = raw.list_api_keys().send().await.expect("the server responds").into_inner();
    assert_eq!(keys[0].allowed_scopes, ["refunds:read"]);
    let key = raw.create_api_key(&request).send().await.expect("the server responds").into_inner();
    assert_eq!(key.raw_key.as_deref(), Some("canary"));
    assert!(!format!("{key:?}").contains("canary"), "{key:?}");
    raw.rotate_api_key().send().await.expect("the server responds");
    raw.revoke_api_key(&7.into()).send().await.expect("the server responds");
    for mock in [listed, created, rotated, revoked] {
        mock.assert();
    }
}

#[tokio::test]
async fn the_webhook_endpoint_is_read_and_set() {
    let server = MockServer::start_async().await;
    let endpoint = WebhookEndpoint::new("https://shop.test/hooks");
    let read = server.get_webhook(|when, then| {
        session(when.into_inner());
        then.success(200, &response(json!({"endpoint_url": null})));
    });
    let set = server.set_webhook(|when, then| {
        session(when.body(&endpoint).into_inner());
        then.success(200, &response(json!({"endpoint_url": endpoint.endpoint_url})));
    });
    let raw = dashboard(&server).raw().clone();

    assert_eq!(raw.get_webhook().send().await.expect("the server responds").endpoint_url, None);
    let configured = raw.set_webhook(&endpoint).send().await.expect("the server responds");
    assert_eq!(configured.endpoint_url.as_deref(), Some("https://shop.test/hooks"));
    read.assert();
    set.assert();
}

#[tokio::test]
async fn payment_links_are_created_read_changed_and_deleted() {
    let server = MockServer::start_async().await;
    let link = json!({"id": LINK, "name": "Mugs", "max_uses": 5, "expires_at": "2027-01-01T00:00:00Z"});
    let product = PaymentLinkProduct::new().product_id("prod_1").quantity(1);
    let request = PaymentLinkRequest::new("Mugs", [product]);
    let update = PaymentLinkUpdate::new().max_uses(None).products([]);
    assert_eq!(
        serde_json::to_value(&update).expect("the value is serialized"),
        json!({"max_uses": null, "products": []}),
        "null clears, an empty list empties, an absent field stays"
    );
    let listed = server.list_payment_links(|when, then| {
        session(when.into_inner());
        then.success(200, &response(json!([link])));
    });
    let created = server.create_payment_link(|when, then| {
        session(when.body(&request).into_inner());
        then.success(201, &response(link.clone()));
    });
    let read = server.get_payment_link(|when, then| {
        session(when.id(&LINK).into_inner());
        then.success(200, &response(link.clone()));
    });
    let changed = server.update_payment_link(|when, then| {
        session(when.id(&LINK).body(&update).into_inner());
        then.success(200, &response(link.clone()));
    });
    let deleted = server.delete_payment_link(|when, then| {
        session(when.id(&LINK).into_inner());
        then.success(204);
    });
    let payments = server.list_payment_link_payments(|when, then| {
        session(when.id(&LINK).into_inner());
        then.success(200, &response(json!([{"id": "TXabc123", "amount": "5.00"}])));
    });
    let raw = dashboard(&server).raw().clone();

    assert_eq!(raw.list_payment_links().send().await.expect("the server responds")[0].id, Some(LINK.into()));
    assert_eq!(
        raw.create_payment_link(&request).send().await.expect("the server responds").max_uses,
        Some(5)
    );
    let link = raw.get_payment_link(&LINK.into()).send().await.expect("the server responds").into_inner();
    assert_eq!(link.expires_at.map(|time| time.to_string()).as_deref(), Some("2027-01-01T00:00:00Z"));
    raw.update_payment_link(&LINK.into(), &update).send().await.expect("the server responds");
    raw.delete_payment_link(&LINK.into()).send().await.expect("the server responds");
    let paid =
        raw.list_payment_link_payments(&LINK.into()).send().await.expect("the server responds").into_inner();
    assert_eq!(paid[0].amount.map(|amount| amount.to_string()).as_deref(), Some("5.00"));
    for mock in [listed, created, read, changed, deleted, payments] {
        mock.assert();
    }
}

#[tokio::test]
async fn a_customer_needs_no_credential() {
    let server = MockServer::start_async().await;
    let body = PublicCheckoutRequest::new("FR", "ada@example.com", "Ada", "Lovelace");
    let checkout = json!({
        "checkout_id": "org1-1-a", "order_id": "org1-1-a", "checkout_url": "https://pay.test/x", "token": "t",
        "expires_at": 1,
    });
    let viewed = server.get_public_payment_link(|when, then| {
        when.token(&LINK).into_inner().header_missing("authorization");
        then.success(200, &response(json!({"name": "Mugs", "is_active": true})));
    });
    let started = server.start_payment_link_checkout(|when, then| {
        when.token(&LINK).body(&body).into_inner().header_missing("authorization");
        then.success(201, &response(checkout));
    });
    let links = storefront(&server).payment_links();

    assert_eq!(
        links.get(LINK.into()).send().await.expect("the server responds").name.as_deref(),
        Some("Mugs")
    );
    let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    let checkout = links.start_checkout(LINK.into(), billing).send().await.expect("the server responds");
    assert_eq!(checkout.checkout_id, "org1-1-a");
    viewed.assert();
    started.assert();
}

#[tokio::test]
async fn every_mock_can_respond_with_a_failure() {
    let server = MockServer::start_async().await;
    let detail = json!({"detail": "No."});
    server.get_payment(|when, then| drop((when.id("TX1"), then.error(404, &detail))));
    server.create_refund(|when, then| {
        drop((when.id("TX1"), then.error(400, &json!({"amount": ["Too much."]}))))
    });
    server.list_refunds(|_, then| drop(then.error(403, &detail)));
    server.delete_payment_link(|when, then| drop((when.id(&LINK), then.error(409, &detail))));
    server.get_public_payment_link(|_, then| drop(then.error(301, &detail)));
    let client = nd8::Client::builder("k").base_url(server.base_url()).build().expect("the client is built");

    assert!(
        client
            .payments()
            .get("TX1")
            .send()
            .await
            .expect_err("the mock responds with a failure")
            .is_not_found()
    );
    let error =
        client.refunds().create("TX1", "x").send().await.expect_err("the mock responds with a failure");
    assert_eq!((error.outcome(), &*error.messages()[0].pointer), (nd8::Outcome::Rejected, "/amount"));
    assert!(
        client.refunds().list().send().await.expect_err("the mock responds with a failure").is_forbidden()
    );
    let error = dashboard(&server)
        .payment_links()
        .delete(LINK.into())
        .send()
        .await
        .expect_err("the mock responds with a failure");
    assert_eq!(
        (error.status().map(|it| it.as_u16()), error.body()),
        (Some(409), Some(&br#"{"detail":"No."}"#[..]))
    );
    assert!(
        storefront(&server)
            .payment_links()
            .get(LINK.into())
            .send()
            .await
            .expect_err("the mock responds with a failure")
            .is_redirect()
    );
}
