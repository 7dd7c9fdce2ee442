//! Validation of both sides against the OpenAPI document. What makes a response invalid has its unit tests next to the code.

use nd8_sandbox::Sandbox;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Caller, Dashboard, http, order};

async fn get(sandbox: &Sandbox, path: &str) -> Value {
    let url = sandbox.base_url().replace("/api", path);
    http().get(url).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn the_document_is_served_and_has_all_operations() {
    let sandbox = Sandbox::start().await.unwrap();
    let document = get(&sandbox, "/_sandbox/openapi.json").await;

    assert_eq!(document["servers"][0]["url"], sandbox.base_url());
    let paths = document["paths"].as_object().unwrap().values();
    assert_eq!(paths.map(|item| item.as_object().unwrap().len()).sum::<usize>(), 22);
}

#[tokio::test]
async fn responses_are_counted_by_operation_and_status() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    caller.checkout(&order()).await;
    caller.get("/transactions/TX1/").await.expect(404);
    caller.get("/transactions/TX2/").await.expect(404);
    Dashboard::of(&sandbox).get("/organization/").await.expect(200);

    let responses = &get(&sandbox, "/_sandbox/contract").await["responses"];
    assert_eq!(responses["POST /checkout/create/"]["201"], 1);
    assert_eq!(responses["GET /transactions/{id}/"]["404"], 2);
    assert_eq!(responses["GET /organization/"]["200"], 1);
}

#[tokio::test]
async fn what_the_document_refuses_and_the_sandbox_takes_is_recorded() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    caller.get("/refunds/?page_size=7").await.expect(200);
    caller.get("/refunds/?page=x").await.expect(404);
    caller.post("/checkout/create/", &serde_json::json!({})).await.expect(400);
    assert_eq!(sandbox.accepted_invalid_requests(), []);

    caller.get("/refunds/?page_size=many").await.expect(200);
    let [accepted_invalid_request] = &sandbox.accepted_invalid_requests()[..] else {
        panic!("{:?}", sandbox.accepted_invalid_requests())
    };
    assert_eq!(
        (accepted_invalid_request.operation.as_str(), accepted_invalid_request.status),
        ("GET /refunds/", 200)
    );
    assert!(
        accepted_invalid_request.problems[0].starts_with("query/page_size"),
        "{accepted_invalid_request:?}"
    );
    sandbox.assert_conforms();
}

#[tokio::test]
async fn heads_are_handled_as_gets_without_a_body() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    let head = caller.request(Method::HEAD, "/refunds/").send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.text().await.unwrap(), "");
}
