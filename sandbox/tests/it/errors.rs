//! Refusals that all operations share.

use nd8_sandbox::Sandbox;
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Caller, http};

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
        sandbox.base_url().replace("/api", "/"),
    ] {
        let answer = Answer::of(http().get(&url).send().await.unwrap()).await;
        assert_eq!(answer.status, 404, "{url}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{url}");
        assert!(answer.body.starts_with("<!DOCTYPE html>"), "{url}");
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
        let answer = Answer::of(caller.request(method, path).send().await.unwrap()).await;
        assert_eq!((answer.status, answer.header("location")), (301, location));
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = Caller::of(&sandbox);

    for (method, path, allow) in [
        (Method::POST, "/refunds/", "GET,HEAD"),
        (Method::DELETE, "/refunds/", "GET,HEAD"),
        (Method::GET, "/checkout/create/", "POST"),
        (Method::PATCH, "/transactions/TX1/", "GET,HEAD"),
        (Method::GET, "/transactions/TX1/refund/", "POST"),
        (Method::PUT, "/refunds/RF1/", "GET,HEAD"),
    ] {
        let answer = Answer::of(caller.request(method.clone(), path).send().await.unwrap()).await;
        assert!(answer.expect(405)["detail"].is_string());
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
        let anonymous = http().request(method, format!("{}{path}", sandbox.base_url())).send().await.unwrap();
        assert_eq!(anonymous.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn creating_a_refund_the_dashboards_way_is_known_but_not_served() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = format!("Token {}", sandbox.session_token());
    let request = http().post(format!("{}/refunds/", sandbox.base_url())).header("Authorization", token);

    assert!(Answer::of(request.send().await.unwrap()).await.expect(501)["detail"].is_string());
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
        Answer::of(request.send().await.unwrap()).await
    };

    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        assert!(send(content_type, "{}").await.expect(415)["detail"].is_string(), "{content_type:?}");
    }
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        assert_eq!(send(Some(content_type), "{}").await.status, 400, "{content_type}");
    }
    for broken in ["", "{", "{'a': 1}", "{\"a\": 01}"] {
        let detail = send(Some("application/json"), broken).await.expect(400)["detail"].clone();
        assert!(detail.as_str().is_some_and(|detail| detail.starts_with("JSON parse error - ")), "{detail}");
    }
    let list = send(Some("application/json"), "[]").await.expect(400);
    assert!(list["non_field_errors"][0].is_string());
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = Caller::of(&sandbox).request(Method::POST, "/checkout/create/");
    let request = request.header("Content-Type", "application/json").body(vec![b' '; 1024 * 1024 + 1]);

    assert!(Answer::of(request.send().await.unwrap()).await.expect(413)["detail"].is_string());
}
