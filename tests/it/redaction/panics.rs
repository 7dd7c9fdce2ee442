//! A program that unwraps, asserts and panics with everything it has tells nothing by it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use nd8::webhooks::{MemoryDeduplicator, Verifier, handle_once};
use nd8::{Client, Decimal, Product, RetryPolicy};
use tokio::runtime::Runtime;

use super::every_type::examine;
use super::{CANARY, Diary, billing, key};
use crate::support::Server;

/// How often the program below panics, before it does for good.
const PANICS: usize = 12;

/// Panics, and goes on.
fn panics(mut then: impl FnMut()) {
    catch_unwind(AssertUnwindSafe(&mut then)).expect_err("panics");
}

/// Runs by itself as well, and is run by the other test for what it prints.
#[test]
#[should_panic(expected = "all of it was tried")]
fn a_program_that_panics() {
    let diary = Diary::default();
    let _second = tracing::Dispatch::new(Diary::default());
    let _guard = tracing::subscriber::set_default(diary.clone());
    let runtime = Runtime::new().expect("starts");
    let echo = r#"{"billing_email":["canary@example.com is not an address."],"detail":"canary"}"#;
    for (status, body) in [(400, echo), (401, echo), (500, echo), (201, echo), (201, "canary")] {
        let server = runtime.block_on(Server::with_json(status, body));
        let client = Client::builder(key()).base_url(&server.url).build().expect("is fine");
        let call = client.checkouts().create(billing(), [Product::ad_hoc(CANARY, 1, Decimal::ONE)]);
        let span = tracing::info_span!("ordering", ?client, ?call);
        panics(|| {
            let _entered = span.enter();
            runtime.block_on(call.clone().send()).unwrap();
        });
    }
    panics(|| drop(Client::builder(key()).base_url("canary").build().unwrap()));
    panics(|| {
        let unheard = Client::builder(key()).base_url("http://127.0.0.1:9/api").retry(RetryPolicy::never());
        let unheard = unheard.build().expect("is fine");
        nd8::blocking::wait(unheard.refunds().list().search(CANARY).send()).expect("nobody listens");
    });
    let verifier = Verifier::new(key());
    panics(|| drop(verifier.verify(&[("x-webhook-signature", CANARY)], CANARY.as_bytes()).unwrap()));
    let body = br#"{"event":"webhook.test","email":"canary"}"#;
    let delivery =
        verifier.verify(&verifier.signed_headers("b7c1", "a.name", body), body).expect("is signed");
    panics(|| {
        let seen = MemoryDeduplicator::new();
        let handler = async || -> Result<(), ()> { panic!("cannot handle {delivery:?} of {verifier:?}") };
        runtime.block_on(handle_once(&seen, &delivery, handler)).expect("panics before");
    });
    panics(|| assert_eq!(Some(billing()), None));
    // Twice: in the task, and where it is waited for.
    panics(|| {
        let client = Client::builder("canary").base_url("http://127.0.0.1:9/api").build().expect("is fine");
        runtime.block_on(async move {
            let task = tokio::spawn(async move { client.payments().get("TX").send().await.unwrap() });
            task.await.unwrap()
        });
    });
    let everything = runtime.block_on(examine()).printed;
    let diary = diary.0.lock().expect("nobody panics in there").clone();
    eprintln!("{diary}");
    assert!(diary.contains("operation=\"create_checkout\""), "the spans were heard");
    panic!("all of it was tried: {everything:?}");
}

#[test]
fn what_a_panic_prints_does_not_show_it() {
    let mut program = Command::new(std::env::current_exe().expect("is running"));
    program.args(["--exact", "redaction::panics::a_program_that_panics", "--nocapture"]);
    let output = program.env_remove("RUST_BACKTRACE").output().expect("runs");
    let printed =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert!(!printed.contains(CANARY), "{printed}");
    assert_eq!(printed.matches("panicked at").count(), PANICS + 1, "{printed}");
    for shown in
        ["create_checkout: the server responded 400", "all of it was tried", "cannot handle Delivery"]
    {
        assert!(printed.contains(shown), "{shown}: {printed}");
    }
}
