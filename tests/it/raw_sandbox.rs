//! The raw calls that the sandbox answers: operations 1 to 5.

use nd8::Decimal;
use nd8::raw::types::{AdHocProduct, CheckoutRequest, RefundRequest};
use nd8::raw::{Client, Context};
use nd8::{Currency, PaymentId, PaymentStatus, RefundStatus};
use nd8_sandbox::Sandbox;

#[tokio::test]
async fn the_first_five_operations_work_without_comfort() {
    let sandbox = Sandbox::start().await.expect("starts");
    // The HTTP client of a door will do; any other that brings its TLS would.
    let door = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build().expect("is fine");
    let raw: &Client = door.raw();
    let price = Decimal::new(50_00, 2);
    let products = [AdHocProduct::new("Mug", 2, price).into()];
    let body =
        CheckoutRequest::new("FR", "ada@example.com", "Ada", "Lovelace", products).currency(Currency::Eur);

    let checkout = raw.create_checkout(&body).send().await.expect("is created");
    assert_eq!(checkout.status(), 201);
    let payment_id = PaymentId::from(sandbox.customer(&checkout.checkout_id).pay().await.expect("is open"));

    let payment = raw.get_payment(&payment_id).send().await.expect("is there");
    assert_eq!(
        (&payment.status, payment.amount),
        (&Some(PaymentStatus::Paid), Some(Decimal::new(100_00, 2)))
    );
    assert!(payment.created_at.is_some());

    let request = RefundRequest::new("Customer request").amount(price);
    let created = raw.create_refund(&payment_id, &request).send().await.expect("is made");
    assert_eq!((created.status(), created.amount), (http::StatusCode::OK, Some(price)));
    let id = created.refund_public_id.as_ref().expect("has an id");

    let refunds = raw.list_refunds().ordering("-created_at").search(payment_id.as_str()).send().await;
    assert_eq!(&refunds.expect("lists")[0].id, id);

    let refund = raw.get_refund(id).send().await.expect("is there");
    assert!(matches!(refund.status, Some(RefundStatus::Processing | RefundStatus::Completed)));
}

#[test]
fn a_raw_client_shows_no_credential() {
    let door = nd8::Client::builder("canary").build().expect("is fine");
    assert!(!format!("{:?}", door.raw()).contains("canary"));
    assert!(!format!("{:?}", Context::session_token("canary")).contains("canary"));
}
