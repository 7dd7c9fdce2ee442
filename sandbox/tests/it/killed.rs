//! A sandbox that is killed owes its deliveries: the next start on the same file attempts them.

use serde_json::{Value, json};

use crate::binary::Running;
use crate::delivery_faults::is_signed;
use crate::support::{Arrived, LIMIT, Receiver, ReceiverDown, http, order, text};

/// Posts to a sandbox that runs as the binary.
async fn post(running: &Running, url: String, body: &Value) -> Value {
    let sent = http().post(url).header("Api-Key", &running.facts["API key"]).json(body).send().await.unwrap();
    sent.error_for_status().unwrap().json().await.unwrap()
}

fn control(running: &Running, path: &str) -> String {
    running.base_url().replace("/api", &format!("/_sandbox/{path}"))
}

/// Has a customer declined once who pays then, which is two deliveries about one payment.
async fn declined_then_paid(running: &Running) {
    let checkout = post(running, format!("{}/checkout/create/", running.base_url()), &order()).await;
    let checkout_id = text(&checkout["checkout_id"]);
    for act in ["decline", "pay"] {
        post(running, control(running, &format!("checkouts/{checkout_id}/{act}")), &json!({})).await;
    }
}

async fn deliveries(running: &Running) -> Vec<Value> {
    let listed = http().get(control(running, "deliveries")).send().await.unwrap();
    serde_json::from_str(&listed.text().await.unwrap()).unwrap()
}

/// Waits until all deliveries are as wanted. The list itself is sent only when the file has what it reports.
async fn until(running: &Running, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
    let reached = async {
        loop {
            let all = deliveries(running).await;
            if all.iter().all(&wanted) {
                return all;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, reached).await.expect("the deliveries come so far")
}

#[track_caller]
fn assert_is(arrived: &Arrived, delivery: &Value, secret: &str) {
    assert_eq!(arrived.header("x-webhook-delivery-id"), text(&delivery["id"]));
    assert_eq!(arrived.body, text(&delivery["payload"]));
    assert!(is_signed(arrived, secret));
}

#[tokio::test]
async fn what_waits_for_a_receiver_that_is_down_arrives_after_the_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = ["--state", path.to_str().unwrap()];
    let down = ReceiverDown::new();

    let mut running = Running::start(&[&state[..], &["--webhook-url", &down.url]].concat());
    // In a year that no machine's clock has, so that only this test makes the second attempts due.
    post(&running, control(&running, "clock"), &json!({ "freeze": "2100-01-01T00:00:00Z" })).await;
    declined_then_paid(&running).await;
    let owed = until(&running, |delivery| delivery["attempts"].as_array().unwrap().len() == 1).await;
    assert_eq!(owed.len(), 2);
    assert!(owed.iter().all(|delivery| delivery["status"] == "pending"));
    running.kill();

    // Killed once more before anything was due: nothing is attempted early, and nothing is forgotten.
    running = Running::start(&state);
    assert_eq!(deliveries(&running).await, owed);
    running.kill();

    running = Running::start(&state);
    let mut receiver = down.up();
    post(&running, control(&running, "clock"), &json!({ "freeze": "2100-01-01T00:00:06Z" })).await;
    let secret = &running.facts["webhook secret"];
    let mut arrived = [receiver.next().await, receiver.next().await];
    // Second attempts have no order among each other.
    arrived.sort_by_key(|arrived| arrived.header("x-webhook-delivery-id") != text(&owed[0]["id"]));
    for (arrived, delivery) in arrived.iter().zip(&owed) {
        assert_is(arrived, delivery, secret);
    }
    let done = until(&running, |delivery| delivery["status"] == "acknowledged").await;
    assert!(done.iter().all(|delivery| delivery["attempts"].as_array().unwrap().len() == 2));

    // What was acknowledged is not sent again.
    running.kill();
    running = Running::start(&state);
    post(&running, control(&running, "clock"), &json!({ "freeze": "2101-01-01T00:00:00Z" })).await;
    post(&running, control(&running, "clock"), &json!({ "advance_seconds": 1 })).await;
    assert!(receiver.is_empty());
}

#[tokio::test]
async fn what_was_under_way_is_attempted_again_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = ["--state", path.to_str().unwrap()];
    let (mut receiver, open) = Receiver::holding().await;

    let mut running = Running::start(&[&state[..], &["--webhook-url", &receiver.url]].concat());
    declined_then_paid(&running).await;
    let first = receiver.next().await;
    let owed = deliveries(&running).await;
    running.kill();
    assert_is(&first, &owed[0], &running.facts["webhook secret"]);
    assert!(receiver.is_empty(), "the second waits for the first");

    open.send_replace(true);
    running = Running::start(&state);
    for delivery in &owed {
        assert_is(&receiver.next().await, delivery, &running.facts["webhook secret"]);
    }
    until(&running, |delivery| delivery["status"] == "acknowledged").await;
}
