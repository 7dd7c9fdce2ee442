//! The raw calls that the sandbox answers: operations 1 to 5.

use nd8::Decimal;
use nd8::raw::types::{AdHocProduct, CheckoutRequest, Currency, PaymentStatus, RefundRequest, RefundStatus};
use nd8::raw::{Client, Context};
use nd8_sandbox::Sandbox;

#[tokio::test]
async fn the_first_five_operations_work_without_comfort() {
    let sandbox = Sandbox::start().await.expect("starts");
    // The HTTP client of a door will do; any other that brings its TLS would.
    let door = nd8::Client::builder(sandbox.api_key()).base_url(sandbox.base_url()).build().expect("is fine");
    let raw: &Client = door.raw();
    let price = Decimal::new(50_00, 2);
    let body = CheckoutRequest {
        billing_country: "FR".into(),
        billing_email: "ada@example.com".into(),
        billing_first_name: "Ada".into(),
        billing_last_name: "Lovelace".into(),
        billing_phone: None,
        billing_postal_code: None,
        cancel_url: None,
        currency: Some(Currency::Eur),
        failed_url: None,
        products: vec![AdHocProduct { name: "Mug".into(), quantity: 2, unit_price: price }.into()],
        sandbox_simulate: None,
        success_url: None,
    };

    let checkout = raw.create_checkout(&body).await.expect("is created");
    assert_eq!(checkout.status(), 201);
    let payment_id = sandbox.customer(&checkout.checkout_id).pay().await.expect("is open");

    let payment = raw.get_payment(&payment_id).await.expect("is there");
    assert_eq!((&payment.status, payment.amount), (&PaymentStatus::Paid, Decimal::new(100_00, 2)));
    assert!(payment.created_at.is_some());

    let request = RefundRequest { amount: Some(price), reason: "Customer request".into() };
    let created = raw.create_refund(&payment_id, &request).await.expect("is made");
    assert_eq!((created.status(), created.amount), (http::StatusCode::OK, price));

    let refunds =
        raw.list_refunds(None, None, Some("-created_at"), None, None, Some(&payment_id), None).await;
    assert_eq!(refunds.expect("lists")[0].id, created.refund_public_id);

    let refund = raw.get_refund(&created.refund_public_id).await.expect("is there");
    assert!(matches!(refund.status, RefundStatus::Processing | RefundStatus::Completed));
}

#[test]
fn a_raw_client_shows_no_credential() {
    let door = nd8::Client::builder("canary").build().expect("is fine");
    assert!(!format!("{:?}", door.raw()).contains("canary"));
    assert!(!format!("{:?}", Context::session_token("canary")).contains("canary"));
}
