//! Refusals that all operations share.

use std::time::Duration;

use nd8_sandbox::{ListErrors, RateLimit, SEEDED_PRODUCT, Sandbox};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::support::{Caller, Dashboard, Reply, http, order};

#[tokio::test]
async fn unknown_ids_are_not_found() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for path in [
        "/transactions/TXnobody/",
        "/transactions/1/",
        "/transactions/%20/",
        "/transactions/%FF/",
        "/refunds/RFnobody/",
        "/refunds/%FF/",
    ] {
        assert_eq!(caller.get(path).await.expect(404), json!({ "detail": "Not found." }), "{path}");
    }
    let refund = caller.refund("TXnobody", &json!({})).await;
    assert_eq!(refund.expect(404), json!({ "detail": "Not found." }));
}

#[tokio::test]
async fn unknown_routes_get_a_page() {
    let sandbox = Sandbox::start().await.unwrap();

    for url in [
        format!("{}/nothing/", sandbox.base_url()),
        format!("{}/", sandbox.base_url()),
        format!("{}/nothing", sandbox.origin()),
    ] {
        let response = Reply::of(http().get(&url).send().await.unwrap()).await;
        assert_eq!(response.status, 404, "{url}");
        assert_eq!(response.header("content-type"), "text/html; charset=utf-8", "{url}");
        assert!(response.body.starts_with("<!DOCTYPE html>"), "{url}");
    }
}

#[tokio::test]
async fn a_missing_slash_redirects_whatever_the_method() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for (method, path, location) in [
        (Method::POST, "/checkout/create", "/api/checkout/create/"),
        (Method::GET, "/refunds?page=1&search=a%20b", "/api/refunds/?page=1&search=a%20b"),
        (Method::GET, "/transactions/TX%2F1", "/api/transactions/TX%2F1/"),
    ] {
        let response = Reply::of(caller.request(method, path).send().await.unwrap()).await;
        assert_eq!((response.status, response.header("location")), (301, location));
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for (method, path, allow) in [
        (Method::POST, "/refunds/", "GET, HEAD, OPTIONS"),
        (Method::DELETE, "/refunds/", "GET, HEAD, OPTIONS"),
        (Method::GET, "/checkout/create/", "POST, OPTIONS"),
        (Method::PATCH, "/transactions/TX1/", "GET, HEAD, OPTIONS"),
        (Method::TRACE, "/transactions/TX1/", "GET, HEAD, OPTIONS"),
        (Method::GET, "/transactions/TX1/refund/", "POST, OPTIONS"),
        (Method::PUT, "/refunds/RF1/", "GET, HEAD, OPTIONS"),
    ] {
        let response = Reply::of(caller.request(method.clone(), path).send().await.unwrap()).await;
        assert!(response.expect(405)["detail"].is_string());
        assert_eq!(response.header("allow"), allow, "{method} {path}");
        let anonymous = http().request(method, format!("{}{path}", sandbox.base_url())).send().await.unwrap();
        assert_eq!(anonymous.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn creating_a_refund_the_dashboards_way_is_known_and_not_served() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = format!("Token {}", sandbox.session_token());
    let request = http().post(format!("{}/refunds/", sandbox.base_url())).header("Authorization", token);

    assert!(Reply::of(request.send().await.unwrap()).await.expect(501)["detail"].is_string());
}

#[tokio::test]
async fn only_json_is_taken() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let send = async |content_type: Option<&str>, body: &'static str| {
        let mut request = caller.request(Method::POST, "/checkout/create/").body(body);
        if let Some(content_type) = content_type {
            request = request.header("Content-Type", content_type);
        }
        Reply::of(request.send().await.unwrap()).await
    };

    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        assert!(send(content_type, "{}").await.expect(415)["detail"].is_string(), "{content_type:?}");
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        assert_eq!(send(Some(content_type), "{}").await.status, 400, "{content_type}");
    }
    for broken in ["{", "{'a': 1}", "{\"a\": 01}"] {
        let detail = send(Some("application/json"), broken).await.expect(400)["detail"].clone();
        assert!(detail.as_str().is_some_and(|detail| detail.starts_with("JSON parse error - ")), "{detail}");
    }
    // What is not there has no type, and no field.
    for content_type in [None, Some("text/plain"), Some("application/json")] {
        assert!(send(content_type, "").await.expect(400)["products"].is_array(), "{content_type:?}");
    }
    let list = send(Some("application/json"), "[]").await.expect(400);
    assert!(list["non_field_errors"][0].is_string());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = Caller::of(&sandbox).request(Method::POST, "/checkout/create/");
    let request = request.header("Content-Type", "application/json").body(vec![b' '; 1024 * 1024 + 1]);

    assert!(Reply::of(request.send().await.unwrap()).await.expect(413)["detail"].is_string());
}

#[tokio::test]
async fn callers_who_take_no_json_get_406_before_anything_else() {
    let sandbox = Sandbox::start().await.unwrap();
    let with = async |accept: &str, caller: RequestBuilder| {
        Reply::of(caller.header("Accept", accept).send().await.unwrap()).await
    };
    let url = format!("{}/refunds/", sandbox.base_url());

    assert!(with("text/html", http().get(&url)).await.expect(406)["detail"].is_string());
    assert!(with("application/xml", http().post(&url)).await.expect(406)["detail"].is_string());
    assert_eq!(with("text/html, */*;q=0.1", http().get(&url)).await.status, 401);
    assert_eq!(
        with("application/*", Caller::of(&sandbox).request(Method::GET, "/refunds/")).await.status,
        200
    );
}

#[tokio::test]
async fn options_describe_a_path_to_those_who_may_use_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = format!("Token {}", sandbox.session_token());
    let url = format!("{}/payment-links/", sandbox.base_url());
    let options = http().request(Method::OPTIONS, &url);

    let response = Reply::of(options.header("Authorization", token).send().await.unwrap()).await;
    assert_eq!(response.expect(200)["parses"], json!(["application/json"]));
    assert_eq!(response.header("allow"), "GET, POST, HEAD, OPTIONS");
    assert_eq!(http().request(Method::OPTIONS, &url).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn errors_of_items_are_reported_by_index_on_request() {
    let sandbox = Sandbox::builder().list_errors(ListErrors::ByIndex).start().await.unwrap();
    let mut request = order();
    request["products"] =
        json!([{ "id": SEEDED_PRODUCT, "quantity": 1 }, { "id": SEEDED_PRODUCT, "quantity": 0 }, 7]);

    let errors = Caller::of(&sandbox).post("/checkout/create/", &request).await.expect(400);
    let expected = json!({ "products": {
        "1": { "quantity": ["A positive whole number is expected here."] },
        "2": { "non_field_errors": ["An object is expected here."] },
    } });
    assert_eq!(errors, expected);
}

#[tokio::test]
async fn a_throttled_request_gets_the_time_to_wait() {
    let limit = RateLimit::new(2, Duration::from_secs(3600));
    for (limit, waits) in [(limit, true), (limit.without_retry_after(), false)] {
        let sandbox = Sandbox::builder().rate_limit(limit).start().await.unwrap();
        let caller = Caller::of(&sandbox);
        caller.get("/refunds/").await.expect(200);
        caller.get("/transactions/TX1/").await.expect(404);

        let refused = caller.get("/refunds/").await;
        assert!(refused.expect(429)["detail"].is_string());
        let wait = refused.header("retry-after").parse::<u32>();
        assert_eq!(wait.is_ok_and(|seconds| (3590..=3600).contains(&seconds)), waits, "{refused:?}");
        Dashboard::of(&sandbox).get("/organization/").await.expect(200);
    }
}
