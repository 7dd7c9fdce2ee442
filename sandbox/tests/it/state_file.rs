//! State file: killed at any moment, nothing that was acknowledged is lost, and the next start finds it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nd8_sandbox::{RefundPolicy, Sandbox};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::binary::Running;
use crate::support::{Caller, http, order, text};

/// Changes that were acknowledged to callers.
#[derive(Debug, Default)]
struct Acknowledged {
    payments: Vec<String>,
    refunds: Vec<String>,
}

/// Creates checkouts, pays and refunds as fast as it can, until the server is gone.
async fn load(http: Client, base_url: String, api_key: String, killed: Arc<AtomicBool>) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    let control = base_url.replace("/api", "/_sandbox");
    let post = async |url: String, body: Value| -> Option<Value> {
        let sent = http.post(url).header("Api-Key", &api_key).json(&body).send().await;
        // A response that breaks off acknowledges nothing; before the kill, none may.
        let response = match sent.and_then(Response::error_for_status) {
            Ok(response) => response.json().await,
            Err(error) => Err(error),
        };
        assert!(response.is_ok() || killed.load(Ordering::SeqCst), "{response:?}");
        response.ok()
    };
    loop {
        let Some(checkout) = post(format!("{base_url}/checkout/create/"), order()).await else { break };
        let pay = format!("{control}/checkouts/{}/pay", text(&checkout["checkout_id"]));
        let Some(paid) = post(pay, json!({})).await else { break };
        let payment_id = text(&paid["payment_id"]).to_owned();
        let refund = format!("{base_url}/transactions/{payment_id}/refund/");
        acknowledged.payments.push(payment_id);
        let body = json!({ "reason": "load", "amount": "1.00" });
        let Some(refund) = post(refund, body).await else { break };
        acknowledged.refunds.push(text(&refund["refund_public_id"]).to_owned());
    }
    acknowledged
}

/// Eight callers at once, eight times killed, each time a little later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_being_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = ["--state", path.to_str().unwrap()];
    let http = http();
    let mut all = Acknowledged::default();
    let mut keys = None;

    for round in 0..8 {
        let mut running = Running::start(&state);
        let facts = ["API key", "session token", "webhook secret"].map(|name| running.facts[name].clone());
        assert_eq!(*keys.get_or_insert(facts.clone()), facts, "the keys of the first start");
        let base_url = running.base_url().to_owned();

        // Everything of all rounds so far is there.
        for payment_id in &all.payments {
            let url = format!("{base_url}/transactions/{payment_id}/");
            let response = http.get(url).header("Api-Key", &facts[0]).send().await.unwrap();
            assert_eq!(response.status(), 200, "{payment_id} after {round} kills");
        }
        for refund_id in &all.refunds {
            let url = format!("{base_url}/refunds/{refund_id}/");
            let response = http.get(url).header("Api-Key", &facts[0]).send().await.unwrap();
            assert_eq!(response.status(), 200, "{refund_id} after {round} kills");
        }

        let killed = Arc::new(AtomicBool::new(false));
        let mut callers = JoinSet::new();
        for _ in 0..8 {
            callers.spawn(load(http.clone(), base_url.clone(), facts[0].clone(), Arc::clone(&killed)));
        }
        // Which moment it is does not matter, if it is another one each time.
        tokio::time::sleep(Duration::from_millis(37 * (round + 1))).await;
        killed.store(true, Ordering::SeqCst);
        running.kill();
        for acknowledged in callers.join_all().await {
            all.payments.extend(acknowledged.payments);
            all.refunds.extend(acknowledged.refunds);
        }
    }
    assert!(all.refunds.len() > 20, "something happened: {}", all.refunds.len());
    println!("{} payments and {} refunds survived", all.payments.len(), all.refunds.len());
}

#[tokio::test]
async fn a_restart_goes_on_where_the_last_one_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let start = async |refunds| Sandbox::builder().refunds(refunds).state_file(&path).start().await.unwrap();

    let sandbox = start(RefundPolicy::Manual).await;
    let payment_id = Caller::of(&sandbox).paid(&sandbox, "10").await;
    let refund = Caller::of(&sandbox).refund(&payment_id, &json!({ "reason": "x", "amount": "4.00" })).await;
    let refund_id = text(&refund.expect(200)["refund_public_id"]).to_owned();
    let key = sandbox.api_key().to_owned();
    drop(sandbox);

    // Refunds that were processing are completed where that happens by itself.
    let sandbox = start(RefundPolicy::Automatic).await;
    assert_eq!(sandbox.api_key(), key);
    let caller = Caller::of(&sandbox);
    let refund = async || caller.get(&format!("/refunds/{refund_id}/")).await.expect(200);
    while refund().await["status"] == "processing" {
        tokio::task::yield_now().await;
    }
    assert_eq!(refund().await["status"], "completed");
    assert_eq!(caller.payment_status(&payment_id).await, "paid");

    // A reset goes back to the very beginning, not to this start.
    sandbox.reset();
    caller.get(&format!("/transactions/{payment_id}/")).await.expect(404);
    drop(sandbox);
    let sandbox = start(RefundPolicy::Manual).await;
    Caller::of(&sandbox).get(&format!("/transactions/{payment_id}/")).await.expect(404);
}

#[tokio::test]
async fn one_file_is_kept_by_one_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&path).start().await.unwrap();

    let error = Sandbox::builder().state_file(&path).start().await.unwrap_err().to_string();
    assert!(error.contains("another sandbox") && error.contains("state.json"), "{error}");
    Caller::of(&sandbox).get("/refunds/").await.expect(200);
}

#[tokio::test]
async fn what_is_no_state_stops_the_start_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    for wrong in ["{", "[]", "{\"format\":1}", "hello"] {
        std::fs::write(&path, wrong).unwrap();
        let error = Sandbox::builder().state_file(&path).start().await.unwrap_err();
        assert!(error.to_string().contains("state.json"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), wrong);
    }
    std::fs::write(&path, "").unwrap();
    assert!(Sandbox::builder().state_file(&path).start().await.is_ok(), "an empty file is a beginning");
}

#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_written_is_undone_and_reading_goes_on() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (inside, away) = (folder.path().join("state"), folder.path().join("away"));
    std::fs::create_dir(&inside).unwrap();
    let path = inside.join("state.json");
    let mut receiver = crate::support::Receiver::responding(200).await;
    let sandbox = Sandbox::builder().state_file(&path).webhook_url(&receiver.url).start().await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "10").await;
    sandbox.saved().await.unwrap();
    let secret = sandbox.webhooks().rotate_secret();
    sandbox.clock().settled().await;
    sandbox.saved().await.unwrap();
    assert!(!receiver.next().await.body.is_empty() && receiver.is_empty());
    let before = sandbox.snapshot();

    // Nothing can be created in a folder that is not there.
    std::fs::rename(&inside, &away).unwrap();
    let part = json!({ "reason": "x", "amount": "1.00" });
    let changes = (0..4).map(|_| caller.refund(&payment_id, &part));
    for refused in futures_util::future::join_all(changes).await {
        assert_eq!((refused.status, refused.header("content-type")), (500, "text/html; charset=utf-8"));
        assert!(refused.body.contains("state.json") && refused.body.contains("undone"), "{}", refused.body);
    }
    assert!(sandbox.saved().await.is_err());
    assert_eq!(sandbox.snapshot().as_json(), before.as_json());
    assert_eq!(caller.get("/refunds/").await.expect(200), json!([]), "reading goes on");
    assert_eq!(caller.payment_status(&payment_id).await, "paid");
    assert!(receiver.is_empty(), "no webhook reports what was undone");

    std::fs::rename(&away, &inside).unwrap();
    let refund = caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
    assert_eq!(refund["amount"], "10.00", "nothing is reserved for those that were undone");
    sandbox.saved().await.unwrap();
    drop(sandbox);
    let files = std::fs::read_dir(&inside).unwrap().count();
    assert_eq!(files, 2, "the file and its lock, and no draft");

    let sandbox = Sandbox::builder().state_file(&path).start().await.unwrap();
    assert_eq!(sandbox.webhook_secret(), secret, "a rotated secret survives");
    assert_eq!(Caller::of(&sandbox).get("/refunds/").await.expect(200).as_array().unwrap().len(), 1);
}

/// A write that fails for a moment is repeated, and the caller does not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, away) = (folder.path().join("state"), folder.path().join("away"));
    std::fs::create_dir(&inside).unwrap();
    let sandbox = Sandbox::builder().state_file(inside.join("state.json")).start().await.unwrap();
    std::fs::rename(&inside, &away).unwrap();
    let caller = Caller::of(&sandbox);
    let sent = tokio::spawn(async move { caller.post("/checkout/create/", &order()).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    std::fs::rename(&away, &inside).unwrap();
    assert_eq!(sent.await.unwrap().status, 201);
}

#[cfg(unix)]
#[tokio::test]
async fn no_link_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    for name in ["state.json.lock", "state.json"] {
        std::fs::write(&victim, "").unwrap();
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        let error =
            Sandbox::builder().state_file(folder.path().join("state.json")).start().await.unwrap_err();
        assert!(error.to_string().contains("cannot use the state file"), "{name}: {error}");
        assert_eq!(std::fs::read_to_string(&victim).unwrap(), "");
        std::fs::remove_file(link).unwrap();
    }
    // A name that an attacker has prepared for the draft is not the one that is used.
    let draft = folder.path().join("state.json.new");
    std::os::unix::fs::symlink(&victim, &draft).unwrap();
    let sandbox = Sandbox::builder().state_file(folder.path().join("state.json")).start().await.unwrap();
    Caller::of(&sandbox).checkout(&order()).await;
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), folder.path()] {
        let error = Sandbox::builder().state_file(path).start().await.unwrap_err().to_string();
        assert!(error.contains("regular file") || error.contains("irectory"), "{error}");
    }
}

/// Each kind of change is appended as a line, and the file is read again after each: what it has is what a snapshot has.
#[tokio::test]
async fn every_change_is_appended_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("state.json"), folder.path().join("copy.json"));
    let receiver = crate::support::Receiver::responding(200).await;
    let keep = nd8_sandbox::Retention::default().payments(2).deliveries(6);
    let builder = || Sandbox::builder().refunds(RefundPolicy::Manual).retention(keep);
    let sandbox = builder().state_file(&path).webhook_url(&receiver.url).start().await.unwrap();
    let (caller, dashboard) = (Caller::of(&sandbox), crate::support::Dashboard::of(&sandbox));
    let mut lines = 0;
    let mut check = async || {
        sandbox.clock().settled().await;
        sandbox.saved().await.unwrap();
        std::fs::copy(&path, &copy).unwrap();
        let again = builder().state_file(&copy).start().await.unwrap();
        assert_eq!(again.snapshot().as_json(), sandbox.snapshot().as_json());
        let now = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(now > lines || now == 1, "something was written");
        lines = now;
    };
    for round in 0..4 {
        let payment_id = caller.paid(&sandbox, "5").await;
        check().await;
        let part = json!({ "reason": "x", "amount": "1.00" });
        let refund = caller.refund(&payment_id, &part).await.expect(200);
        check().await;
        sandbox.fail_refund(text(&refund["refund_public_id"])).unwrap();
        let metadata = json!({ "round": round, "exact": [1] });
        let link = json!({ "name": "x", "products": [{ "product_id": nd8_sandbox::SEEDED_PRODUCT }], "metadata": metadata });
        dashboard.post("/payment-links/", &link).await.expect(201);
        dashboard.patch("/organization/", &json!({ "name": format!("Shop {round}") })).await.expect(200);
        sandbox.add_product("Mug", "1.5".parse().unwrap(), nd8_sandbox::Currency::Usd).unwrap();
        check().await;
    }
    let snapshot = sandbox.snapshot();
    sandbox.reset();
    check().await;
    caller.paid(&sandbox, "5").await;
    check().await;
    sandbox.restore(&snapshot).unwrap();
    check().await;
    caller.paid(&sandbox, "5").await;
    check().await;

    // What breaks off was never acknowledged, and is not missed.
    let before = sandbox.snapshot();
    let whole = std::fs::read(&path).unwrap();
    caller.paid(&sandbox, "5").await;
    sandbox.saved().await.unwrap();
    let longer = std::fs::read(&path).unwrap();
    if longer.len() > whole.len() && longer.starts_with(&whole) {
        std::fs::write(&copy, &longer[..whole.len() + 10]).unwrap();
        let again = builder().state_file(&copy).start().await.unwrap();
        assert_eq!(again.snapshot().as_json(), before.as_json());
    }
}

/// A change costs the same however large the state is: the file grows by much less than the state has.
#[tokio::test]
async fn a_change_writes_a_line_and_not_the_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let sandbox = Sandbox::builder().state_file(&path).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    for _ in 0..200 {
        caller.paid(&sandbox, "1").await;
    }
    sandbox.saved().await.unwrap();
    let length = || std::fs::metadata(&path).unwrap().len();
    let (state, before) = (sandbox.snapshot().as_json().len() as u64, length());
    caller.paid(&sandbox, "1").await;
    sandbox.saved().await.unwrap();
    assert!(length() - before < state / 10, "{before} {} {state}", length());
}
