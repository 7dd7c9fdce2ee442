//! What an error reports, also about the money.

use std::error::Error as _;
use std::time::Duration;

use axum::http::StatusCode;
use nd8::{Client, Outcome, RetryPolicy};

use crate::support::{PAYMENT, Server, json_response};

async fn refund_error(status: u16, body: &'static str) -> nd8::Error {
    let server = Server::with_json(status, body).await;
    server.client().refunds().create("TX", "x").send().await.expect_err("the response is no success")
}

#[tokio::test]
async fn a_status_decides_the_outcome() {
    for (status, outcome) in [
        (400, Outcome::Rejected),
        (401, Outcome::Rejected),
        (403, Outcome::Rejected),
        (404, Outcome::Rejected),
        (405, Outcome::Rejected),
        (408, Outcome::Unknown),
        (409, Outcome::Rejected),
        (415, Outcome::Rejected),
        (429, Outcome::Unknown),
        (500, Outcome::Unknown),
        (502, Outcome::Unknown),
        (503, Outcome::Unknown),
        (504, Outcome::Unknown),
    ] {
        let error = refund_error(status, r#"{"detail":"No."}"#).await;
        assert_eq!((error.status().map(|status| status.as_u16()), error.outcome()), (Some(status), outcome));
        assert_eq!(error.messages()[0].message, "No.");
        assert_eq!(error.operation(), Some("create_refund"));
        assert!(error.source().is_none());
    }
}

/// Django REST Framework throttles before anything is done. Others may do so afterwards.
#[tokio::test]
async fn only_the_frameworks_own_throttling_is_a_no() {
    for (body, outcome) in [
        (r#"{"detail":"Request was throttled. Expected available in 3600 seconds."}"#, Outcome::Rejected),
        (r#"{"detail":"Slow down.","code":"throttled"}"#, Outcome::Rejected),
        (r#"{"detail":"Refund submitted, but the provider throttled our status check."}"#, Outcome::Unknown),
        ("<h1>429 Too Many Requests</h1>", Outcome::Unknown),
        ("", Outcome::Unknown),
    ] {
        let server = Server::with_json(429, body).await;
        let refund = server.client().refunds().create("TX", "x").retry(nd8::RetryPolicy::never());
        let error = refund.send().await.expect_err("the request is throttled");
        assert_eq!(error.outcome(), outcome, "{body}");
    }
}

#[tokio::test]
async fn any_2xx_is_a_success() {
    let created = r#"{"status":"processing","refund_id":1,"refund_public_id":"RF1","transaction_id":1,"amount":"1.00","currency":"USD"}"#;
    for status in [200, 201, 202] {
        let server = Server::with_json(status, created).await;
        let refund = server.client().refunds().create("TX", "x").send().await.expect("the object is created");
        assert_eq!(refund.refund_public_id.as_deref(), Some("RF1"));
    }
}

#[tokio::test]
async fn an_unreadable_success_moved_money() {
    for (body, outcome, id) in [
        ("", Outcome::Done, None),
        ("{}", Outcome::Done, None),
        (r#"{"status":"processing","#, Outcome::Done, None),
        (r#"{"detail":"Queued.","amount":"1.00"}"#, Outcome::Done, None),
        (r#"{"refund_public_id":"  ","refund_id":null}"#, Outcome::Done, None),
        // It reports that it failed.
        (r#"{"success":false,"error":"canary"}"#, Outcome::Unknown, None),
        (r#"{"ok":false,"data":{"refund_id":7}}"#, Outcome::Unknown, None),
        (r#"{"success":false,"data":{"refund_id":7,"amo"#, Outcome::Unknown, None),
        // It may be the id of the payment.
        (r#"{"id":"TX","status":"refunded","depositAttempts":[]}"#, Outcome::Done, None),
        // As far as it goes, and in an envelope of which more than the id is missing.
        (r#"{"refund_public_id":"RF7","amount":"1.0"#, Outcome::Done, Some("RF7")),
        (r#"{"data":{"refund_id":7,"amount":"1.0"#, Outcome::Done, Some("7")),
        // Which of two is it?
        (r#"{"refund_public_id":"RF7","refund_public_id":"RF8"}"#, Outcome::Done, None),
        (r#"{"refund_id":7,"refund_id":8}"#, Outcome::Done, None),
        // Somebody else's page: a proxy, a sign-in of the network.
        (" <html>OK</html>", Outcome::Unknown, None),
    ] {
        let error = refund_error(200, body).await;
        assert!(error.is_decode(), "{error:?}");
        assert_eq!((error.outcome(), error.made_id().as_deref()), (outcome, id), "{body}");
        assert_eq!(error.body(), Some(body.as_bytes()));
        let is_about_nothing = body.starts_with('{') && body.ends_with('}');
        let printed = match body {
            "" => "create_refund: the response (200 OK) has an empty body",
            _ if body.starts_with('{') && outcome == Outcome::Unknown => {
                "create_refund: the response (200 OK) has a body that reports a failure"
            }
            _ if is_about_nothing => "create_refund: the response has no id of what was made",
            _ => "create_refund: the response is not what the API describes (line ",
        };
        assert!(error.to_string().starts_with(printed), "{error}");
    }
}

/// What a proxy or the sign-in of a network sends is not the API's, and is no evidence about the money.
#[tokio::test]
async fn a_success_of_somebody_else_is_no_success() {
    for (media, body, outcome) in [
        (Some("text/html"), "\u{feff}<html>OK</html>", Outcome::Unknown),
        (Some("application/json"), "\u{feff} <!DOCTYPE html>", Outcome::Unknown),
        (Some("text/html; charset=utf-8"), "Please sign in.", Outcome::Unknown),
        (Some("Text/HTML"), r#"{"detail":"#, Outcome::Unknown),
        (Some("application/xhtml+xml"), "Sign in", Outcome::Unknown),
        (Some("text/plain"), "OK", Outcome::Unknown),
        (Some("text/plain"), "success\n", Outcome::Unknown),
        (Some("image/gif"), "GIF89a", Outcome::Unknown),
        (Some("application/javascript"), "location='/login'", Outcome::Unknown),
        (None, "OK", Outcome::Unknown),
        (None, r#"{"status":"#, Outcome::Done),
        (None, "", Outcome::Done),
        (Some("text/plain"), r#"{"status":"#, Outcome::Done),
        (Some("application/json"), r#""queued""#, Outcome::Done),
        (Some("application/vnd.nd8+json; v=1"), "null", Outcome::Done),
        (Some("text/html"), " ", Outcome::Done),
    ] {
        let server = Server::start(move |_| {
            let response = axum::http::Response::builder();
            let response = media.into_iter().fold(response, |it, media| it.header("content-type", media));
            response.body(axum::body::Body::from(body)).expect("the response is valid")
        })
        .await;
        let error =
            server.client().refunds().create("TX", "x").send().await.expect_err("the body is unreadable");
        assert!(error.is_decode(), "{error:?}");
        assert_eq!(error.outcome(), outcome, "{media:?}: {body}");
        // Nor was anything deleted.
        let dashboard =
            nd8::Dashboard::builder("token").base_url(&server.url).build().expect("the client is built");
        let deleted = dashboard.payment_links().delete(uuid::Uuid::nil().into()).send().await;
        match deleted {
            Ok(()) => assert_eq!(outcome, Outcome::Done, "{media:?}: {body}"),
            Err(error) => assert_eq!(error.outcome(), Outcome::Unknown, "{media:?}: {body}"),
        }
    }
}

#[tokio::test]
async fn one_object_in_an_envelope_is_the_response() {
    let server =
        Server::with_json(200, r#"{"ok":true,"data":{"id":"TX1","amount":"7.00","currency":"EUR"}}"#).await;
    let response =
        server.client().payments().get("TX1").send_with_response().await.expect("the server responds");
    assert_eq!((&*response.value().id, response.status().as_u16()), ("TX1", 200));
    assert_eq!(
        response.value().money().expect("the payment has an amount and a currency").to_string(),
        "7.00 EUR"
    );
    assert_eq!(response.value().extra["envelope"]["ok"], true);
    assert!(response.body().starts_with(b"{\"ok\""));
    let error = server.client().refunds().create("TX1", "x").send().await.expect_err("the body is no refund");
    assert_eq!((error.outcome(), error.made_id()), (Outcome::Done, None));

    for body in
        [r#"{"refund":{"refund_public_id":"RF7","amount":"7.00"}}"#, r#"[{"refund_public_id":"RF7"}]"#]
    {
        let server = Server::with_json(201, body).await;
        let created = server.client().refunds().create("TX1", "x").send().await.expect(body);
        assert_eq!(created.id(), Some("RF7".into()), "{body}");
    }
    let server = Server::with_json(200, r#"{"result":{"id":"RF7","transaction_id":4711}}"#).await;
    let refund = server.client().refunds().get("RF7").send().await.expect("the server responds");
    assert_eq!((&*refund.id, refund.transaction_id.as_deref()), ("RF7", Some("4711")));
    let server = Server::with_json(200, r#"{"data":{"checkout_id":"c1","checkout_url":"https://x/"}}"#).await;
    let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::ONE);
    let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    let checkout =
        server.client().checkouts().create(billing, [mug]).send().await.expect("the object is created");
    assert_eq!(checkout.checkout_id, "c1");
    let server = Server::with_json(200, r#"{"data":{"id":7,"raw_key":"k","name":"n"}}"#).await;
    let dashboard =
        nd8::Dashboard::builder("token").base_url(&server.url).build().expect("the client is built");
    let key = dashboard.api_keys().create().send().await.expect("the object is created");
    assert_eq!(key.metadata.name.as_deref(), Some("n"));
}

/// Some servers report what they refused with 200. What is in the body may be what the request would have made.
#[tokio::test]
async fn a_success_that_reports_a_failure_is_none() {
    for body in [
        r#"{"success":false,"data":{"refund_id":7,"amount":"1.00"}}"#,
        r#"{"success":"false","data":{"refund_id":7}}"#,
        r#"{"code":402,"refund":{"refund_id":7}}"#,
        r#"{"status":"declined","result":[{"refund_id":7}]}"#,
        r#"{"error":"Insufficient balance."}"#,
        r#"{"status":"error","message":"No."}"#,
    ] {
        let error = refund_error(200, body).await;
        assert_eq!((error.outcome(), error.made_id()), (Outcome::Unknown, None), "{body}");
        assert!(error.is_decode() && error.body() == Some(body.as_bytes()), "{body}");
        assert_eq!(
            error.to_string(),
            "create_refund: the response (200 OK) has a body that reports a failure",
            "{body}"
        );
        let server = Server::with_json(200, body).await;
        let dashboard =
            nd8::Dashboard::builder("token").base_url(&server.url).build().expect("the client is built");
        for error in [
            dashboard
                .payment_links()
                .delete(uuid::Uuid::nil().into())
                .send()
                .await
                .expect_err("the link is not deleted"),
            dashboard
                .webhook_endpoint()
                .set("https://shop.test/")
                .send()
                .await
                .map(drop)
                .expect_err("the endpoint is not set"),
            dashboard.api_keys().rotate().send().await.map(drop).expect_err("the key is not rotated"),
        ] {
            assert_eq!(error.outcome(), Outcome::Unknown, "{body}: {error}");
        }
    }
    // It has an id, and the error is its own.
    let server =
        Server::with_json(200, r#"{"refund_id":7,"status":"failed","error":"Provider down."}"#).await;
    let created = server.client().refunds().create("TX1", "x").send().await.expect("the object is created");
    assert_eq!((created.refund_id, created.status), (Some(7.into()), Some(nd8::RefundStatus::Failed)));
}

/// What has no id is known by its fields. Taken for the thing itself, an envelope has none, and an endpoint would seem not to be set.
#[tokio::test]
async fn what_has_no_id_is_read_from_an_envelope_too() {
    let body = r#"{"status":"ok","data":{"name":"Shop","endpoint_url":"https://shop.test/","wallet":{"a":1},"raw_key":"k"}}"#;
    let server = Server::with_json(200, body).await;
    let dashboard =
        nd8::Dashboard::builder("token").base_url(&server.url).build().expect("the client is built");
    let storefront = nd8::Storefront::builder().base_url(&server.url).build().expect("the client is built");
    let (get, set) =
        (dashboard.webhook_endpoint().get(), dashboard.webhook_endpoint().set("https://shop.test/"));
    for hook in
        [get.send().await.expect("the response is read"), set.send().await.expect("the response is read")]
    {
        assert_eq!(hook.endpoint_url.as_deref(), Some("https://shop.test/"));
    }
    let (get, update) = (dashboard.organization().get(), dashboard.organization().update().name("Shop"));
    for organization in
        [get.send().await.expect("the response is read"), update.send().await.expect("the response is read")]
    {
        assert_eq!(organization.name.as_deref(), Some("Shop"));
        assert_eq!(organization.extra["envelope"]["status"], "ok");
    }
    assert!(dashboard.organization().snapshot().send().await.expect("the response is read").wallet.is_some());
    let link =
        storefront.payment_links().get(uuid::Uuid::nil().into()).send().await.expect("the response is read");
    assert_eq!(link.name.as_deref(), Some("Shop"));
    for key in [dashboard.api_keys().create().send().await, dashboard.api_keys().rotate().send().await] {
        assert!(key.expect("the response is read").key.is_some(), "the key is shown only once");
    }
    // Nothing of it is known: it is kept whole.
    let server = Server::with_json(200, r#"{"detail":"ok","endpoint_url":null}"#).await;
    let dashboard =
        nd8::Dashboard::builder("token").base_url(&server.url).build().expect("the client is built");
    let hook = dashboard.webhook_endpoint().get().send().await.expect("the response is read");
    assert_eq!((hook.endpoint_url, &hook.extra["detail"]), (None, &serde_json::json!("ok")));
}

/// The id of a refund that was made, wherever the response has it.
#[tokio::test]
async fn either_id_identifies_a_refund_that_was_made() {
    for (body, id) in [
        (r#"{"refund_public_id":"RF7"}"#, "RF7"),
        (r#"{"refund_id":17}"#, "17"),
        (r#"{"refund_public_id":" RF7 "}"#, "RF7"),
        (r#"{"refund_id":12345678901234567890123.0}"#, "12345678901234567890123"),
        (r#"{"refund_id":"RF7","amount":[]}"#, "RF7"),
        (r#"{"refund_public_id":null,"refund_id":"17","transaction_id":null}"#, "17"),
    ] {
        let server = Server::with_json(200, body).await;
        let created = server.client().refunds().create("TX", "x").send().await.expect(body);
        assert_eq!(created.id(), Some(id.into()), "{body}");
        assert_eq!((created.amount, created.currency), (None, None), "{body}");
    }
}

#[tokio::test]
async fn a_value_of_another_form_does_not_hide_that_money_moved() {
    for (field, other) in [
        (r#""transaction_id":1"#, r#""transaction_id":"1""#),
        (r#""refund_id":1"#, r#""refund_id":1.0"#),
        (r#""refund_public_id":"1""#, r#""refund_public_id":1"#),
        ("{", "{\"amount_usd\":\"\","),
        ("{", "{\"amount_in_cents\":\"a lot\","),
        ("{", "\u{feff}{"),
    ] {
        let created = r#"{"status":"processing","refund_id":1,"refund_public_id":"1","transaction_id":1,"amount":"1.00","currency":"USD"}"#;
        assert!(created.contains(field), "{field}");
        let body = created.replacen(field, other, 1);
        let sent = body.clone();
        let server = Server::start(move |_| sent.clone()).await;
        let call = server.client().refunds().create("TX", "x");
        let response = call.send_with_response().await.unwrap_or_else(|error| panic!("{body}: {error}"));
        let refund = response.value();
        assert_eq!(
            (
                refund.refund_id.as_deref(),
                refund.refund_public_id.as_deref(),
                refund.transaction_id.as_deref(),
                refund.amount_usd
            ),
            (Some("1"), Some("1"), Some("1"), None),
            "{body}"
        );
        assert_eq!(response.body(), body.as_bytes(), "the body is kept as it came");
    }
}

#[tokio::test]
async fn an_html_page_is_a_server_error() {
    let server =
        Server::start(|_| (StatusCode::BAD_GATEWAY, axum::response::Html("<h1>Bad gateway</h1>"))).await;
    let call = server.client().payments().get("TX").retry(RetryPolicy::never());
    let error = call.send().await.expect_err("the page is no payment");
    assert_eq!(error.to_string(), "get_payment: the server responded 502 Bad Gateway");
    assert!(!error.is_decode() && error.messages().is_empty());
    assert_eq!(error.body(), Some("<h1>Bad gateway</h1>".as_bytes()));
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("the listener has an address");
    drop(listener);
    let client = Client::builder("k").base_url(format!("http://{address}/api")).retry(RetryPolicy::never());
    let client = client.build().expect("the client is built");
    let error = client.refunds().create("TX", "x").send().await.expect_err("no server listens");
    assert!(error.is_connect());
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.to_string(), "create_refund: no connection could be made");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_the_outcome_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("the listener has an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client connects");
        let mut first = [0; 1];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first).await.expect("the client sends a byte");
    });
    let client =
        Client::builder("k").base_url(format!("http://{address}/api")).build().expect("the client is built");
    let error = client.refunds().create("TX", "x").send().await.expect_err("the connection breaks");
    assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
    assert!(!error.is_connect() && !error.is_timeout());
    server.await.expect("the task does not panic");
}

#[tokio::test]
async fn a_server_that_is_silent_runs_into_the_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let base_url = format!("http://{}/api", listener.local_addr().expect("the listener has an address"));
    let client = Client::builder("k")
        .base_url(base_url)
        .timeout(Duration::from_millis(50))
        .build()
        .expect("the client is built");
    let error = client.refunds().create("TX", "x").send().await.expect_err("no server responds");
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    drop(listener);
}

#[tokio::test]
async fn predicates_distinguish_the_statuses() {
    let server = Server::start(|request| {
        let status =
            request.uri.path().trim_start_matches("/api/transactions/").trim_end_matches('/').parse();
        json_response(status.expect("the status is a number"), PAYMENT)
    })
    .await;
    let client = server.client();
    let error = async |status: u16| {
        client.payments().get(status.to_string()).send().await.expect_err("the response is no success")
    };
    assert!(error(400).await.is_invalid_input());
    assert!(error(401).await.is_unauthorized());
    assert!(error(403).await.is_forbidden());
    assert!(error(404).await.is_not_found());
    assert!(error(301).await.is_redirect());
    assert!(!error(500).await.is_not_found());
}

#[tokio::test]
async fn field_errors_point_into_the_request_whatever_wraps_them() {
    for body in [
        r#"{"amount":["Too much."]}"#,
        r#"{"status":"error","code":400,"success":false,"errors":{"amount":["Too much."]}}"#,
        r#"{"errors":[{"status":"400","source":{"pointer":"/data/attributes/amount"},"detail":"Too much."}]}"#,
        r#"{"type":"validation_error","errors":[{"code":"invalid","detail":"Too much.","attr":"amount"}]}"#,
        r#"{"detail":[{"loc":["body","amount"],"msg":"Too much.","type":"value_error"}]}"#,
    ] {
        let error = refund_error(400, body).await;
        let messages = error.messages();
        assert_eq!(messages.len(), 1, "{body}: {messages:?}");
        assert_eq!((&*messages[0].pointer, &*messages[0].message), ("/amount", "Too much."), "{body}");
        let printed = "create_refund: the server responded 400 Bad Request because of /amount";
        assert_eq!(error.to_string(), printed, "{body}");
    }
}

/// A success whose body has nothing of what was requested.
#[tokio::test]
async fn an_empty_success_is_a_response_only_where_nothing_is_missing() {
    for body in ["", " \n", "\u{feff}"] {
        let server = Server::with_json(200, body).await;
        let dashboard =
            nd8::Dashboard::builder("token").base_url(&server.url).build().expect("the client is built");
        dashboard
            .webhook_endpoint()
            .set("https://shop.test/hook")
            .send()
            .await
            .expect("an empty success is accepted");
        dashboard.organization().update().name("n").send().await.expect("an empty success is accepted");
        for error in [
            dashboard.api_keys().create().send().await.map(drop).expect_err("the key is shown only once"),
            dashboard.organization().get().send().await.map(drop).expect_err("the body is empty"),
            server.client().payments().get("TX").send().await.map(drop).expect_err("the body is empty"),
        ] {
            assert_eq!(error.outcome(), Outcome::Done, "{error}");
            assert!(error.to_string().contains("has an empty body"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_blank_id_is_none() {
    for body in [r#"{"checkout_id":" ","checkout_url":"u"}"#, r#"{"checkout_id":"c1","checkout_url":""}"#] {
        let server = Server::with_json(200, body).await;
        let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::ONE);
        let call = server
            .client()
            .checkouts()
            .create(nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com"), [mug]);
        let error = call.send().await.expect_err(body);
        assert_eq!(error.outcome(), Outcome::Done, "{error}");
        assert_eq!(error.made_id().as_deref(), body.contains("c1").then_some("c1"));
    }
    let server = Server::with_json(200, r#"{"id":"","amount":"1.00"}"#).await;
    server.client().payments().get("TX").send().await.expect_err("the payment has no id");
}
