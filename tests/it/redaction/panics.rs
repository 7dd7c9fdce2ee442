//! A program that unwraps, asserts and panics with all its values prints nothing sensitive.

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
    catch_unwind(AssertUnwindSafe(&mut then)).expect_err("the closure panics");
}

/// Runs by itself as well, and is run by the other test for what it prints.
#[test]
#[should_panic(expected = "all of it was tried")]
fn a_program_that_panics() {
    let diary = Diary::default();
    let _second = tracing::Dispatch::new(Diary::default());
    let _guard = tracing::subscriber::set_default(diary.clone());
    let runtime = Runtime::new().expect("the runtime starts");
    let echo = r#"{"billing_email":["canary@example.com is not an address."],"detail":"canary"}"#;
    for (status, body) in [(400, echo), (401, echo), (500, echo), (201, echo), (201, "canary")] {
        let server = runtime.block_on(Server::with_json(status, body));
        let client = Client::builder(key()).base_url(&server.url).build().expect("the client is built");
        let call = client.checkouts().create(billing(), [Product::ad_hoc(CANARY, 1, Decimal::ONE)]);
        let span = tracing::info_span!("ordering", ?client, ?call);
        panics(|| {
            let _entered = span.enter();
            runtime.block_on(call.clone().send()).unwrap();
        });
    }
    panics(|| drop(Client::builder(key()).base_url("canary").build().unwrap()));
    panics(|| {
        let refused = Client::builder(key()).base_url("http://127.0.0.1:9/api").retry(RetryPolicy::never());
        let refused = refused.build().expect("the client is built");
        nd8::blocking::wait(refused.refunds().list().search(CANARY).send()).expect("no server listens");
    });
    let verifier = Verifier::new(key());
    panics(|| drop(verifier.verify(&[("x-webhook-signature", CANARY)], CANARY.as_bytes()).unwrap()));
    let body = br#"{"event":"webhook.test","email":"canary"}"#;
    let delivery = verifier
        .verify(&verifier.signed_headers("b7c1", "a.name", body), body)
        .expect("the delivery is signed");
    panics(|| {
        let seen = MemoryDeduplicator::new();
        let handler = async || -> Result<(), ()> { panic!("cannot handle {delivery:?} of {verifier:?}") };
        runtime.block_on(handle_once(&seen, &delivery, handler)).expect("the handler panics");
    });
    panics(|| assert_eq!(Some(billing()), None));
    // Twice: in the task, and where it is waited for.
    panics(|| {
        let client = Client::builder("canary")
            .base_url("http://127.0.0.1:9/api")
            .build()
            .expect("the client is built");
        runtime.block_on(async move {
            let task = tokio::spawn(async move { client.payments().get("TX").send().await.unwrap() });
            task.await.unwrap()
        });
    });
    let everything = runtime.block_on(examine()).printed;
    let diary = diary.0.lock().expect("no thread panics while it holds the lock").clone();
    eprintln!("{diary}");
    assert!(diary.contains("operation=\"create_checkout\""), "the spans were recorded");
    panic!("all of it was tried: {everything:?}");
}

#[test]
fn what_a_panic_prints_does_not_show_it() {
    let mut program = Command::new(std::env::current_exe().expect("the path of this program is known"));
    program.args(["--exact", "redaction::panics::a_program_that_panics", "--nocapture"]);
    let output = program.env_remove("RUST_BACKTRACE").output().expect("the process runs");
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
