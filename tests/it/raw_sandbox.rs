//! The raw calls of operations 1 to 5, against the sandbox.

use nd8::Decimal;
use nd8::raw::types::{AdHocProduct, CheckoutRequest, RefundRequest};
use nd8::raw::{Client, Context};
use nd8::{Currency, PaymentId, PaymentStatus, RefundStatus};
use nd8_sandbox::Sandbox;

#[tokio::test]
async fn the_first_five_operations_work_with_the_raw_client() {
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    // The raw client of a `Client` is enough; any HTTP client with a TLS of its own would be.
    let client = nd8::Client::builder(sandbox.api_key())
        .base_url(sandbox.base_url())
        .build()
        .expect("the client is built");
    let raw: &Client = client.raw();
    let price = Decimal::new(50_00, 2);
    let products = [AdHocProduct::new("Mug", 2, price).into()];
    let body =
        CheckoutRequest::new("FR", "ada@example.com", "Ada", "Lovelace", products).currency(Currency::Eur);

    let checkout = raw.create_checkout(&body).send().await.expect("the object is created");
    assert_eq!(checkout.status(), 201);
    let payment_id =
        PaymentId::from(sandbox.customer(&checkout.checkout_id).pay().await.expect("the checkout is open"));

    let payment = raw.get_payment(&payment_id).send().await.expect("the server responds");
    assert_eq!(
        (&payment.status, payment.amount),
        (&Some(PaymentStatus::Paid), Some(Decimal::new(100_00, 2)))
    );
    assert!(payment.created_at.is_some());

    let request = RefundRequest::new("Customer request").amount(price);
    let created = raw.create_refund(&payment_id, &request).send().await.expect("the refund is created");
    assert_eq!((created.status(), created.amount), (http::StatusCode::OK, Some(price)));
    let id = created.refund_public_id.as_ref().expect("the object has an id");

    let refunds = raw.list_refunds().ordering("-created_at").search(payment_id.as_str()).send().await;
    assert_eq!(&refunds.expect("the list is read")[0].id, id);

    let refund = raw.get_refund(id).send().await.expect("the server responds");
    assert!(matches!(refund.status, Some(RefundStatus::Processing | RefundStatus::Completed)));
}

#[test]
fn a_raw_client_shows_no_credential() {
    let client = nd8::Client::builder("canary").build().expect("the client is built");
    assert!(!format!("{:?}", client.raw()).contains("canary"));
    assert!(!format!("{:?}", Context::session_token("canary")).contains("canary"));
}
