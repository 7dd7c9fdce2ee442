//! Deliveries that do wrong because a test asked for it, tests, resends and rotations.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use nd8_sandbox::{DeliveryFault, Sandbox, Timestamp, UnknownDelivery, Uuid};
use serde_json::json;
use sha2::Sha256;

use crate::support::{Arrived, Caller, Receiver, http, order, text};

/// Returns whether a webhook has the signature of this secret.
pub(crate) fn is_signed(webhook: &Arrived, secret: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&webhook.body);
    let tag: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    webhook.header("x-webhook-signature") == format!("sha256={tag}")
}

async fn sandbox() -> (Sandbox, Receiver) {
    let receiver = Receiver::responding(200).await;
    let at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    (Sandbox::builder().frozen_at(at).webhook_url(&receiver.url).start().await.unwrap(), receiver)
}

#[tokio::test]
async fn each_fault_affects_one_delivery() {
    let (sandbox, mut receiver) = sandbox().await;
    let (webhooks, clock) = (sandbox.webhooks(), sandbox.clock());
    let now = clock.now().as_second().to_string();
    for how in [
        DeliveryFault::Duplicate,
        DeliveryFault::LateTimestamp,
        DeliveryFault::WrongSignature,
        DeliveryFault::RotatedSecret,
        DeliveryFault::UnknownEvent,
        DeliveryFault::ExtraFields,
    ] {
        webhooks.inject_fault(how);
        webhooks.send_test().unwrap();
        clock.settled().await;
        let webhook = receiver.next().await;
        let right = is_signed(&webhook, sandbox.webhook_secret());
        let wrongly_signed = matches!(how, DeliveryFault::WrongSignature | DeliveryFault::RotatedSecret);
        assert_eq!(right, !wrongly_signed, "{how:?}");
        assert_eq!(
            webhook.header("x-webhook-timestamp") == now,
            how != DeliveryFault::LateTimestamp,
            "{how:?}"
        );
        let payload = webhook.json();
        let event = webhook.header("x-webhook-event");
        assert_eq!(payload["event"], event);
        assert_eq!(event == "webhook.test", how != DeliveryFault::UnknownEvent, "{how:?}");
        assert_eq!(payload["sandbox_extra"].is_object(), how == DeliveryFault::ExtraFields, "{how:?}");
        if how == DeliveryFault::Duplicate {
            let again = receiver.next().await;
            assert_eq!(again.body, webhook.body);
            assert_eq!(again.header("x-webhook-delivery-id"), webhook.header("x-webhook-delivery-id"));
        }
        assert!(receiver.is_empty(), "{how:?}");
    }
    webhooks.send_test().unwrap();
    let webhook = receiver.next().await;
    assert!(is_signed(&webhook, sandbox.webhook_secret()));
}

#[tokio::test]
async fn a_reordered_delivery_is_overtaken_or_goes_out_alone() {
    let (sandbox, mut receiver) = sandbox().await;
    let checkout = Caller::of(&sandbox).checkout(&order()).await;
    let customer = sandbox.customer(text(&checkout["checkout_id"]));
    sandbox.webhooks().inject_fault(DeliveryFault::Reordered);
    customer.decline().await.unwrap();
    sandbox.clock().settled().await;
    assert!(receiver.is_empty());
    customer.pay().await.unwrap();
    assert_eq!(receiver.next().await.json()["status"], "paid");
    assert_eq!(receiver.next().await.json()["status"], "failed");

    sandbox.webhooks().inject_fault(DeliveryFault::Reordered);
    sandbox.webhooks().send_test().unwrap();
    sandbox.clock().advance(Duration::from_secs(5)).await;
    assert_eq!(receiver.next().await.json()["event"], "webhook.test");
}

#[tokio::test]
async fn a_resend_has_the_same_payload_and_another_id() {
    let (sandbox, mut receiver) = sandbox().await;
    Caller::of(&sandbox).paid(&sandbox, "1").await;
    let first = receiver.next().await;
    let id: Uuid = first.header("x-webhook-delivery-id").parse().unwrap();

    let again = sandbox.webhooks().resend(id).unwrap();
    let second = receiver.next().await;
    assert_eq!(second.header("x-webhook-delivery-id"), again.to_string());
    assert_ne!(again, id);
    assert_eq!(second.body, first.body);
    let unknown: Result<Uuid, UnknownDelivery> = sandbox.webhooks().resend(Uuid::nil());
    assert!(unknown.is_err());
}

#[tokio::test]
async fn a_rotated_secret_signs_from_now_on() {
    let (sandbox, mut receiver) = sandbox().await;
    let secret = sandbox.webhooks().rotate_secret();
    assert_ne!(secret, sandbox.webhook_secret());
    sandbox.webhooks().send_test().unwrap();
    assert!(is_signed(&receiver.next().await, &secret));
}

#[tokio::test]
async fn scripts_can_ask_for_all_of_it() {
    let (sandbox, mut receiver) = sandbox().await;
    let base = sandbox.base_url().replace("/api", "/_sandbox");
    let post = async |path: &str, body: serde_json::Value| {
        http().post(format!("{base}{path}")).json(&body).send().await.unwrap()
    };
    assert_eq!(post("/webhooks/faults", json!({ "next": ["unknown_event"] })).await.status(), 204);
    assert_eq!(post("/webhooks/faults", json!({ "next": ["nonsense"] })).await.status(), 400);
    let test: serde_json::Value = post("/webhooks/test", json!({})).await.json().await.unwrap();
    let arrived = receiver.next().await;
    assert_eq!(arrived.header("x-webhook-delivery-id"), text(&test["id"]));
    assert_eq!(arrived.header("x-webhook-event"), "sandbox.unknown_event");

    assert_eq!(post(&format!("/deliveries/{}/resend", text(&test["id"])), json!({})).await.status(), 201);
    assert_eq!(receiver.next().await.body, arrived.body);
    assert_eq!(post(&format!("/deliveries/{}/resend", Uuid::nil()), json!({})).await.status(), 404);
    sandbox.clock().settled().await;
    let list: serde_json::Value =
        http().get(format!("{base}/deliveries")).send().await.unwrap().json().await.unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0]["status"], "acknowledged");
    let rotated: serde_json::Value = post("/webhooks/rotate", json!({})).await.json().await.unwrap();
    assert!(text(&rotated["secret"]).starts_with("whsec_"));
}
