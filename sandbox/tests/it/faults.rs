//! Faults on demand: what a caller sees, and what was done all the same.

use std::time::{Duration, Instant};

use nd8_sandbox::{Fault, Sandbox};
use reqwest::Method;
use serde_json::json;

use crate::support::{Caller, Reply, http, manual};

const REFUND: &str = "POST /transactions/{id}/refund/";

async fn refunds(caller: &Caller) -> usize {
    caller.get("/refunds/").await.expect(200).as_array().unwrap().len()
}

#[tokio::test]
async fn a_reset_before_does_nothing_and_one_after_has_done_it() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "10").await;
    let path = format!("/transactions/{payment_id}/refund/");
    for (fault, made) in [(Fault::reset_before_commit(), 0), (Fault::reset_after_commit(), 1)] {
        let id = sandbox.faults().add(fault.on(REFUND).times(1));
        // A fresh connection, because a pooled one that breaks would be tried again.
        let request = Caller::of(&sandbox).request(Method::POST, &path);
        let error = request.json(&json!({ "reason": "x", "amount": "1" })).send().await.unwrap_err();
        assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
        assert_eq!(sandbox.faults().hits(id), Some(1));
        assert_eq!(refunds(&caller).await, made);
    }
    caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
}

#[tokio::test]
async fn a_gateway_responds_in_front_of_it() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "10").await;
    let body = json!({ "reason": "x", "amount": "1" });

    sandbox.faults().add(Fault::status(503, "<h1>Busy</h1>").on(REFUND).times(1));
    let response = caller.refund(&payment_id, &body).await;
    assert_eq!((response.status, response.body.as_str()), (503, "<h1>Busy</h1>"));
    assert!(response.header("content-type").starts_with("text/html"));
    assert_eq!(refunds(&caller).await, 0);

    sandbox.faults().add(Fault::status_after_commit(504, r#"{"detail":"late"}"#).on(REFUND).times(1));
    caller.refund(&payment_id, &body).await.expect(504);
    assert_eq!(refunds(&caller).await, 1);
}

#[tokio::test]
async fn bodies_break_off_are_garbled_drip_and_are_called_something_else() {
    let sandbox = manual().await;
    let caller = Caller::of(&sandbox);
    caller.paid(&sandbox, "10").await;
    let get = || Caller::of(&sandbox).request(Method::GET, "/refunds/").send();

    let faults = sandbox.faults();
    faults.add(Fault::truncated().times(1));
    let response = get().await.unwrap();
    assert_eq!(response.headers()["content-length"], "2");
    assert!(response.bytes().await.is_err());

    faults.add(Fault::garbled().times(1));
    assert_eq!(&get().await.unwrap().bytes().await.unwrap()[..], b"\xff]");

    faults.add(Fault::content_type("text/html").times(1));
    let response = Reply::of(get().await.unwrap()).await;
    assert_eq!((response.header("content-type"), response.body.as_str()), ("text/html", "[]"));

    let pause = Duration::from_millis(20);
    faults.add(Fault::slow_drip(pause).times(1));
    faults.add(Fault::delay(pause).times(1));
    let began = Instant::now();
    assert_eq!(Reply::of(get().await.unwrap()).await.body, "[]");
    assert!(began.elapsed() >= pause * 3, "sleeps are never shorter");
    // And then everything works again.
    assert_eq!(Reply::of(get().await.unwrap()).await.body, "[]");
}

#[tokio::test]
async fn the_nth_call_is_hit_and_chance_is_the_seeds() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let statuses = async || {
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(caller.get("/refunds/").await.status);
        }
        statuses
    };
    sandbox.faults().add(Fault::status(500, "").on("GET /refunds/").nth(3));
    let seen = statuses().await;
    assert_eq!(seen.iter().filter(|status| **status == 500).count(), 1);
    assert_eq!(seen[2], 500);
    sandbox.faults().clear();

    let mut by_chance = Vec::new();
    for seed in [7, 7, 8] {
        let id = sandbox.faults().add(Fault::status(500, "").percent(30, seed));
        by_chance.push(statuses().await);
        assert!((4..=20).contains(&sandbox.faults().hits(id).unwrap()));
        assert!(sandbox.faults().remove(id));
    }
    assert_eq!(by_chance[0], by_chance[1]);
    assert_ne!(by_chance[0], by_chance[2]);
}

#[tokio::test]
async fn scripts_set_and_remove_them() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let url = sandbox.base_url().replace("/api", "/_sandbox/faults");
    let post = async |fault| Reply::of(http().post(&url).json(&fault).send().await.unwrap()).await;

    let fault =
        json!({ "operation": "GET /refunds/", "action": { "status": { "status": 502, "body": "x" } } });
    let id = post(fault).await.expect(201)["id"].clone();
    assert_eq!(caller.get("/refunds/").await.status, 502);
    let list: serde_json::Value = http().get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!((&list[0]["id"], &list[0]["hits"]), (&id, &json!(1)));
    assert_eq!(http().delete(format!("{url}/{id}")).send().await.unwrap().status(), 204);
    assert_eq!(http().delete(format!("{url}/{id}")).send().await.unwrap().status(), 404);
    assert_eq!(caller.get("/refunds/").await.status, 200);

    for wrong in [
        json!({ "action": "explode" }),
        json!({ "operation": "GET /nothing/", "action": "garble" }),
        json!({ "action": "garble", "nht": 1 }),
    ] {
        assert_eq!(post(wrong).await.status, 400);
    }
}
