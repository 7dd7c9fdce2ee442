//! Webhooks: what arrives, signed how, in which order, and what is recorded when it doesn't arrive.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use nd8_sandbox::{DeliveryOutcome, Sandbox};
use sha2::Sha256;

use crate::support::{Caller, LIMIT, Receiver, manual, order, text};

const PAYMENT: &str = "transaction.status_changed";

#[tokio::test]
async fn a_webhook_is_signed_and_reports_the_change() {
    let mut receiver = Receiver::responding(200).await;
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.set_webhook_url(&receiver.url);
    let caller = Caller::of(&sandbox);
    let checkout = caller.checkout(&order()).await;
    let payment_id = sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();

    let webhook = receiver.next().await;

    let mut mac = Hmac::<Sha256>::new_from_slice(sandbox.webhook_secret().as_bytes()).unwrap();
    mac.update(&webhook.body);
    let tag: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(webhook.header("x-webhook-signature"), format!("sha256={tag}"));
    assert_eq!(webhook.header("x-webhook-event"), PAYMENT);
    assert_eq!(webhook.header("content-type"), "application/json");
    let timestamp: i64 = webhook.header("x-webhook-timestamp").parse().unwrap();
    assert!((jiff::Timestamp::now().as_second() - timestamp).abs() < 60);

    let payload = webhook.json();
    let payment = caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
    assert_eq!(payload["event"], PAYMENT);
    assert_eq!(payload["transaction_id"], payment_id);
    assert_eq!(payload["order_id"], checkout["checkout_id"]);
    for field in ["amount", "status", "currency", "depositAttempts", "created_at"] {
        assert_eq!(payload[field], payment[field], "{field}");
    }
    assert!(payload["updated_at"].is_string());

    let delivery = sandbox.wait_for_delivery(PAYMENT, LIMIT).await.unwrap();
    assert_eq!(delivery.id().to_string(), webhook.header("x-webhook-delivery-id"));
    assert_eq!(delivery.id().get_version_num(), 4);
    assert_eq!(delivery.payload(), &webhook.body[..]);
    assert_eq!((delivery.payment_id(), delivery.url()), (payment_id.as_str(), receiver.url.as_str()));
    assert_eq!(delivery.outcome().and_then(DeliveryOutcome::response_status), Some(200));
    assert!(delivery.is_acknowledged());
}

#[tokio::test]
async fn a_second_decline_is_reported_although_the_status_stays() {
    let mut receiver = Receiver::responding(200).await;
    let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    let customer = sandbox.customer(text(&checkout["checkout_id"]));

    for attempts in 1..=20 {
        customer.decline().await.unwrap();
        if attempts == 20 {
            customer.pay().await.unwrap();
        }
    }
    // Nothing waited for a response above, and still they arrive in the order in which things happened.
    for attempts in 1..=20 {
        let payload = receiver.next().await.json();
        assert_eq!(payload["status"], "failed");
        assert_eq!(payload["depositAttempts"].as_array().unwrap().len(), attempts);
    }
    assert_eq!(receiver.next().await.json()["status"], "paid");
}

#[tokio::test]
async fn redirects_are_not_followed_and_what_failed_is_attempted_later() {
    for status in [302, 410, 500] {
        let mut receiver = Receiver::responding(status).await;
        let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
        Caller::of(&sandbox).paid(&sandbox, "1").await;

        let delivery = sandbox.wait_for_delivery(PAYMENT, LIMIT).await.unwrap();

        assert_eq!(delivery.outcome().and_then(DeliveryOutcome::response_status), Some(status));
        assert!(!delivery.is_acknowledged());
        receiver.next().await;
        assert!(receiver.is_empty());
        assert_eq!(sandbox.deliveries().len(), 1);
    }
}

#[tokio::test]
async fn addresses_elsewhere_are_refused_and_closed_ports_recorded() {
    let sandbox = Sandbox::builder().webhook_url("https://shop.example/hook").start().await.unwrap();
    let caller = Caller::of(&sandbox);

    let payment_id = caller.paid(&sandbox, "1").await;
    let refused = sandbox.wait_for_delivery(PAYMENT, LIMIT).await.unwrap();
    assert_eq!(refused.payment_id(), payment_id);
    assert!(
        matches!(refused.outcome(), Some(DeliveryOutcome::Refused { reason }) if reason.contains("http"))
    );

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    sandbox.set_webhook_url(format!("http://{}/", listener.local_addr().unwrap()));
    drop(listener);
    let payment_id = caller.paid(&sandbox, "1").await;
    let failed =
        sandbox.wait_for_delivery_where(LIMIT, |delivery| delivery.payment_id() == payment_id).await.unwrap();
    assert!(matches!(failed.outcome(), Some(DeliveryOutcome::Failed { .. })), "{failed:?}");
}

#[tokio::test]
async fn a_slow_response_delays_its_own_payment_and_no_other() {
    let (mut receiver, open) = Receiver::holding().await;
    let sandbox = Sandbox::builder().webhook_url(&receiver.url).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let checkout = caller.checkout(&order()).await;
    let slow = sandbox.customer(text(&checkout["checkout_id"]));

    slow.decline().await.unwrap();
    assert_eq!(receiver.next().await.json()["status"], "failed");
    let slow_payment = slow.pay().await.unwrap();
    let other_payment = caller.paid(&sandbox, "2").await;
    assert_eq!(receiver.next().await.json()["transaction_id"], other_payment);

    open.send(true).unwrap();
    let last = receiver.next().await.json();
    assert_eq!((text(&last["transaction_id"]), text(&last["status"])), (slow_payment.as_str(), "paid"));
}

#[tokio::test]
async fn waiting_ends_with_what_there_was() {
    let sandbox = manual().await;

    let error = sandbox.wait_for_delivery(PAYMENT, Duration::from_millis(5)).await.unwrap_err();

    assert_eq!((error.limit, error.attempted.len()), (Duration::from_millis(5), 0));
    assert_eq!(error.to_string(), "no such delivery within 5ms; attempted so far: []");
}
