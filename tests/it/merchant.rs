//! `Dashboard` and `Storefront` against the sandbox: with the response shapes of the document, and with others that the
//! framework may produce.

use futures_util::TryStreamExt as _;
use nd8::{Billing, Client, Dashboard, Decimal, Product, Scope, Storefront};
use nd8_sandbox::{ListErrors, ListShape, RefundPolicy, SEEDED_PRODUCT, Sandbox};
use secrecy::ExposeSecret as _;

fn dashboard(sandbox: &Sandbox) -> Dashboard {
    let dashboard = Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url());
    dashboard.build().expect("the settings are valid")
}

fn client(sandbox: &Sandbox, key: &str) -> Client {
    Client::builder(key).base_url(sandbox.base_url()).build().expect("the settings are valid")
}

fn billing() -> Billing {
    Billing::new("FR", "Ada", "Lovelace", "ada@example.com")
}

#[tokio::test]
async fn keys_are_made_rotated_and_revoked() {
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    let keys = dashboard(&sandbox).api_keys();
    let created = keys.create().name("Shop").scopes([Scope::RefundsRead, Scope::CheckoutCreate]).send().await;
    let created = created.expect("the object is created");
    let secret = created.key.expect("the key is in this response");
    let refunds = async |key: &str| client(&sandbox, key).refunds().list().send().await;
    refunds(secret.expose_secret()).await.expect("the key has the scope");
    let payment = client(&sandbox, secret.expose_secret()).payments().get("TX1").send().await;
    assert_eq!(
        payment.expect_err("the key lacks the scope").status().map(|status| status.as_u16()),
        Some(403)
    );

    let rotated = keys.rotate().send().await.expect("the key is rotated");
    refunds(secret.expose_secret()).await.expect_err("the old key is invalid");
    let secret = rotated.key.expect("the key is in this response");
    refunds(secret.expose_secret()).await.expect("the new key is valid");
    assert_eq!(rotated.metadata.allowed_scopes, created.metadata.allowed_scopes);

    let listed = keys.list().send().await.expect("the list is read");
    let id = listed[0].id.clone().expect("the object has an id");
    let revoked = keys.revoke(id.to_string()).send().await.expect("the key is revoked");
    assert_eq!(revoked.status.as_deref(), Some("revoked"));
    refunds(secret.expose_secret()).await.expect_err("the key was revoked");
}

#[tokio::test]
async fn the_organization_and_its_endpoint_are_changed() {
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    let dashboard = dashboard(&sandbox);
    let changed = dashboard.organization().update().name("Mugs").website("https://mugs.test").send().await;
    assert_eq!(changed.expect("the change is accepted").name.as_deref(), Some("Mugs"));
    let organization = dashboard.organization().get().send().await.expect("the server responds");
    assert_eq!(organization.website.as_deref(), Some("https://mugs.test"));
    dashboard.organization().snapshot().send().await.expect("the server responds");

    let endpoint = "http://127.0.0.1:9/hook";
    dashboard.webhook_endpoint().set(endpoint).send().await.expect("the endpoint is accepted");
    let configuration = dashboard.webhook_endpoint().get().send().await.expect("the server responds");
    assert_eq!(configuration.endpoint_url.as_deref(), Some(endpoint));
    let refused =
        dashboard.webhook_endpoint().set("nowhere").send().await.expect_err("the endpoint is no URL");
    assert!(refused.is_invalid_input());
}

#[tokio::test]
async fn a_link_is_made_paid_through_and_deleted() {
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    let links = dashboard(&sandbox).payment_links();
    let link =
        links.create("Sale", [(SEEDED_PRODUCT, 2)]).max_uses(1).send().await.expect("the object is created");
    let (id, token) = (link.id.expect("the object has an id"), link.token.expect("the link has a token"));
    let storefront = Storefront::builder().base_url(sandbox.base_url()).build().expect("the client is built");
    let public = storefront.payment_links().get(token).send().await.expect("the link is public");
    assert_eq!((public.name.as_deref(), public.is_active), (Some("Sale"), Some(true)));

    let checkout = storefront
        .payment_links()
        .start_checkout(token, billing())
        .send()
        .await
        .expect("the checkout is started");
    let payment_id = sandbox.customer(&checkout.checkout_id).pay().await.expect("the checkout is open");
    let used_up = storefront.payment_links().start_checkout(token, billing()).send().await;
    assert!(used_up.expect_err("the link was used up").is_invalid_input());

    let payments = links.payments(id).send().await.expect("the list is read");
    assert_eq!(payments[0].id.as_deref(), Some(payment_id.as_str()));
    let more =
        links.update(id).max_uses(None).name("Sale, longer").send().await.expect("the change is accepted");
    assert_eq!((more.max_uses, more.name.as_deref()), (None, Some("Sale, longer")));
    assert_eq!(links.list().send().await.expect("the list is read").len(), 1);
    links.delete(id).send().await.expect("the link is deleted");
    assert!(links.get(id).send().await.expect_err("the link was deleted").is_not_found());
}

#[tokio::test]
async fn lists_in_envelopes_are_followed_to_their_end() {
    let sandbox = Sandbox::builder().list_shape(ListShape::Envelope).refunds(RefundPolicy::Manual);
    let sandbox = sandbox.start().await.expect("the sandbox starts");
    let client = client(&sandbox, sandbox.api_key());
    let products = [Product::ad_hoc("Mug", 1, Decimal::new(100_00, 2))];
    let checkout =
        client.checkouts().create(billing(), products).send().await.expect("the object is created");
    let payment_id = sandbox.customer(&checkout.checkout_id).pay().await.expect("the checkout is open");
    for _ in 0..7 {
        let refund = client.refunds().create(&payment_id, "x").amount(Decimal::new(1_00, 2));
        refund.send().await.expect("the refund is created");
    }

    let refunds: Vec<_> =
        client.refunds().list().page_size(3).items().try_collect().await.expect("the list is read");
    assert_eq!(refunds.len(), 7);
}

#[tokio::test]
async fn errors_about_items_are_found_in_both_forms() {
    for list_errors in [ListErrors::ByPosition, ListErrors::ByIndex] {
        let sandbox = Sandbox::builder().list_errors(list_errors).start().await.expect("the sandbox starts");
        let products = [Product::catalog(SEEDED_PRODUCT, 1), Product::catalog("prod_nobody", 1)];
        let checkouts = client(&sandbox, sandbox.api_key()).checkouts();
        let error = checkouts.create(billing(), products).send().await.expect_err("the request is refused");
        let pointers: Vec<String> = error.messages().into_iter().map(|error| error.pointer).collect();
        assert_eq!(pointers, ["/products/1/id"], "{list_errors:?}");
    }
}
