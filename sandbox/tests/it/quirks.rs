//! Quirks: what a caller sees under each of them, and not without it.

use std::time::Duration;

use nd8_sandbox::{Quirk, RateLimit, RefundPolicy, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::binary::Running;
use crate::support::{Caller, Dashboard, Reply, http, manual, text};

/// Request, and what is returned for it.
struct Scene {
    sandbox: Sandbox,
    caller: Caller,
    payment_id: String,
}

impl Scene {
    async fn new() -> Scene {
        let sandbox = manual().await;
        let caller = Caller::of(&sandbox);
        let payment_id = caller.paid(&sandbox, "100").await;
        Scene { sandbox, caller, payment_id }
    }

    async fn refund(&self, reason: &str, amount: &str) -> Reply {
        self.caller.refund(&self.payment_id, &json!({ "reason": reason, "amount": amount })).await
    }

    async fn list(&self, query: &str) -> Value {
        self.caller.get(&format!("/refunds/{query}")).await.expect(200)
    }

    /// Reasons that are listed, in their order.
    async fn reasons(&self, query: &str) -> Vec<String> {
        let list = self.list(query).await;
        list.as_array().unwrap().iter().map(|refund| text(&refund["reason"]).to_owned()).collect()
    }

    /// Number of violations of the document that the validation put down to a quirk.
    async fn explained(&self, quirk: Quirk) -> u64 {
        let url = format!("{}/_sandbox/contract", self.sandbox.origin());
        let findings: Value = http().get(url).send().await.unwrap().json().await.unwrap();
        findings["explained"][quirk.name()].as_u64().unwrap_or(0)
    }
}

#[tokio::test]
async fn texts_are_stored_trimmed_without_a_quirk() {
    let scene = Scene::new().await;
    for (quirk, sent, stored) in [
        (None, " Order\r\n4711\r\t", "Order\n4711"),
        (None, "Cafe\u{301}", "Cafe\u{301}"),
        (Some(Quirk::TextsAsSent), " Order\r\n4711\r\t", " Order\r\n4711\r\t"),
        (Some(Quirk::ComposedTexts), "Cafe\u{301} ", "Caf\u{e9}"),
    ] {
        scene.sandbox.quirks().set(quirk.as_slice());
        scene.refund(sent, "1.00").await.expect(200);
        assert_eq!(scene.reasons("?page_size=1").await, [stored], "{quirk:?}");
    }
    let blank = scene.refund(" \r\n", "1.00").await.expect(400);
    assert!(blank["reason"].is_array());
    let long = format!(" {} ", "x".repeat(500));
    scene.refund(&long, "1.00").await.expect(200);
}

#[tokio::test]
async fn names_inside_an_order_follow_the_same_rule() {
    let scene = Scene::new().await;
    for (quirk, stored) in [(None, "Mug"), (Some(Quirk::TextsAsSent), " Mug ")] {
        scene.sandbox.quirks().set(quirk.as_slice());
        let mut order = crate::support::priced("5");
        order["products"][0]["name"] = json!(" Mug ");
        let checkout = scene.caller.checkout(&order).await;
        let payment_id = scene.sandbox.customer(text(&checkout["checkout_id"])).pay().await.unwrap();
        let payment = scene.caller.get(&format!("/transactions/{payment_id}/")).await.expect(200);
        assert_eq!(payment["products"][0]["name"], stored);
    }
}

#[tokio::test]
async fn lists_are_cut_and_ordered_in_other_ways() {
    let scene = Scene::new().await;
    for (reason, amount) in [("a", "2.00"), ("b", "1.00"), ("c", "3.00")] {
        scene.refund(reason, amount).await.expect(200);
    }
    for (quirk, query, expected) in [
        (None, "?page_size=100", &["c", "b", "a"][..]),
        (Some(Quirk::ShortPages), "?page_size=100", &["c", "b"]),
        (Some(Quirk::ShortPages), "?page_size=1&page=2", &["b"]),
        (None, "?page_size=2&page=2", &["a"]),
        (Some(Quirk::IgnoredPage), "?page_size=2&page=2", &["c", "b"]),
        (Some(Quirk::IgnoredPage), "?page_size=2&page=9", &["c", "b"]),
        (Some(Quirk::OldestFirst), "?ordering=-created_at", &["a", "b", "c"]),
        (Some(Quirk::ByAmount), "?ordering=-created_at", &["c", "a", "b"]),
    ] {
        scene.sandbox.quirks().set(quirk.as_slice());
        assert_eq!(scene.reasons(query).await, expected, "{quirk:?} {query}");
    }
    // An envelope of a server that ignores `page` leads to the same page for ever.
    scene.sandbox.quirks().set(&[Quirk::Envelope, Quirk::ShortPages, Quirk::IgnoredPage]);
    let first = scene.list("").await;
    let (_, query) = text(&first["next"]).split_once('?').unwrap();
    assert_eq!(scene.list(&format!("?{query}")).await, first);
    assert_eq!((&first["count"], first["results"].as_array().unwrap().len()), (&json!(3), 2));
}

#[tokio::test]
async fn a_lagging_list_shows_a_refund_after_a_minute() {
    let sandbox = Sandbox::builder().refunds(RefundPolicy::Manual).quirk(Quirk::LaggingList);
    let sandbox = sandbox.frozen_at("2026-01-01T00:00:00Z".parse().unwrap()).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    let payment_id = caller.paid(&sandbox, "100").await;
    let created = caller.refund(&payment_id, &json!({ "reason": "x" })).await.expect(200);
    for (advance, listed) in [(0, 0), (59, 0), (1, 1)] {
        sandbox.clock().advance(Duration::from_secs(advance)).await;
        assert_eq!(caller.get("/refunds/").await.expect(200).as_array().unwrap().len(), listed);
    }
    // One refund by itself does not lag.
    caller.get(&format!("/refunds/{}/", text(&created["refund_public_id"]))).await.expect(200);
}

#[tokio::test]
async fn fields_are_written_in_other_ways_and_the_validation_knows_why() {
    let scene = Scene::new().await;
    let created = scene.refund("x", "12.30").await.expect(200);
    let (number, payment_number) = (&created["refund_id"], &created["transaction_id"]);
    for (quirk, field, expected, breaks) in [
        (Quirk::PaymentNumber, "transaction_id", json!(payment_number.to_string()), false),
        (Quirk::NumericIds, "transaction_id", payment_number.clone(), true),
        (Quirk::NumericIds, "id", number.clone(), true),
        (Quirk::NullFields, "reason", Value::Null, true),
        (Quirk::NullFields, "updated_at", Value::Null, true),
    ] {
        scene.sandbox.quirks().clear();
        assert_ne!(scene.list("").await[0][field], expected, "{quirk}");
        scene.sandbox.quirks().add(quirk);
        assert_eq!(scene.list("").await[0][field], expected, "{quirk}");
        assert_eq!(scene.explained(quirk).await > 0, breaks, "{quirk}");
    }
    scene.sandbox.quirks().set(&[Quirk::AbsentFields]);
    assert_eq!(scene.list("").await[0].get("reason"), None);
    let payment = scene.caller.get(&format!("/transactions/{}/", scene.payment_id)).await.expect(200);
    assert_eq!(payment.get("created_at"), None);

    scene.sandbox.quirks().set(&[Quirk::NumberAmounts, Quirk::NaiveTimes]);
    let refund = scene.caller.get("/refunds/").await;
    assert!(refund.body.contains(r#""amount":12.30,"#), "{}", refund.body);
    let time = refund.expect(200)[0]["created_at"].as_str().unwrap().to_owned();
    assert!(time.parse::<nd8_sandbox::Timestamp>().is_err() && format!("{time}Z").len() == 24, "{time}");
    for quirk in [Quirk::NumberAmounts, Quirk::NaiveTimes] {
        assert!(scene.explained(quirk).await > 0, "{quirk}");
    }
    scene.sandbox.assert_conforms();
}

#[tokio::test]
async fn amounts_are_refused_or_rounded() {
    let scene = Scene::new().await;
    scene.refund("x", "1.005").await.expect(400);
    scene.sandbox.quirks().add(Quirk::RoundedAmounts);
    for (sent, stored) in [("1.005", "1.01"), ("1.0049", "1.00"), ("2", "2.00")] {
        assert_eq!(scene.refund("x", sent).await.expect(200)["amount"], stored, "{sent}");
    }
    scene.refund("x", "0.001").await.expect(400);
}

#[tokio::test]
async fn a_success_is_reported_in_other_ways() {
    let scene = Scene::new().await;
    for (quirk, made) in [(Quirk::HtmlSuccess, 1), (Quirk::WrappedSuccess, 2), (Quirk::EmptySuccess, 3)] {
        scene.sandbox.quirks().set(&[quirk]);
        let response = scene.refund("x", "1.00").await;
        assert_eq!(response.status, 200);
        match quirk {
            Quirk::HtmlSuccess => {
                assert!(response.header("content-type").starts_with("text/html"));
                assert!(response.body.contains("<h1>"));
            }
            Quirk::WrappedSuccess => assert_eq!(response.expect(200)["data"]["status"], "processing"),
            _ => assert_eq!((response.header("content-type"), response.body.as_str()), ("", "")),
        }
        // Nothing that only reads is affected, and no refusal.
        assert_eq!(scene.list("").await.as_array().unwrap().len(), made);
        scene.refund("", "1.00").await.expect(400);
        assert!(scene.explained(quirk).await > 0, "{quirk}");
    }
    scene.sandbox.assert_conforms();
}

#[tokio::test]
async fn a_throttled_request_is_refused_in_other_words() {
    let limit = RateLimit::new(1, Duration::from_secs(3600));
    let sandbox = Sandbox::builder().rate_limit(limit).start().await.unwrap();
    let caller = Caller::of(&sandbox);
    caller.get("/refunds/").await.expect(200);
    let default = caller.get("/refunds/").await.expect(429);
    let wait =
        text(&default["detail"]).strip_prefix("Request was throttled. Expected available in ").unwrap();
    assert!(wait.strip_suffix(" seconds.").unwrap().parse::<u32>().is_ok(), "{wait}");

    for (quirk, body) in [
        (Quirk::ThrottleCode, r#"{"detail":"Slow down.","code":"throttled"}"#),
        (Quirk::ThrottleWords, r#"{"detail":"Too many requests."}"#),
        (Quirk::ThrottlePage, "<!doctype html>\n<h1>429 Too Many RequestLog</h1>\n"),
    ] {
        sandbox.quirks().set(&[quirk]);
        let refused = caller.get("/refunds/").await;
        assert_eq!((refused.status, refused.body.as_str()), (429, body));
        assert!(refused.header("retry-after").parse::<u32>().is_ok());
    }
}

#[tokio::test]
async fn a_missing_slash_is_not_found() {
    let sandbox = Sandbox::builder().quirk(Quirk::NoSlashRedirect).start().await.unwrap();
    for method in [Method::GET, Method::POST] {
        let request = Caller::of(&sandbox).request(method, "/refunds");
        let response = Reply::of(request.send().await.unwrap()).await;
        assert_eq!((response.status, response.header("location")), (404, ""));
        assert!(response.header("content-type").starts_with("text/html"));
    }
}

#[tokio::test]
async fn every_quirk_alone_breaks_nothing_that_it_is_not_meant_to() {
    for quirk in Quirk::ALL {
        let scene = Scene::new().await;
        scene.sandbox.quirks().add(*quirk);
        scene.refund(" x ", "1.00").await;
        assert_eq!(scene.caller.post("/checkout/create/", &crate::support::order()).await.status, 201);
        for path in ["/refunds/?page=1", &format!("/transactions/{}/", scene.payment_id)] {
            assert_eq!(scene.caller.get(path).await.status, 200, "{quirk}");
        }
        let dashboard = Dashboard::of(&scene.sandbox);
        for path in
            ["/organization/", "/organization/dashboard/", "/organization/api-keys/", "/payment-links/"]
        {
            assert_eq!(dashboard.get(path).await.status, 200, "{quirk} {path}");
        }
        scene.sandbox.assert_conforms();
    }
}

#[tokio::test]
async fn scripts_switch_quirks_and_read_what_they_do() {
    let running = Running::start(&["--quirk", "envelope", "--quirk", "short-pages"]);
    let origin = running.base_url().strip_suffix("/api").unwrap();
    let url = format!("{origin}/_sandbox/quirks");
    let on = async || -> Vec<String> {
        let all: Vec<Value> = http().get(&url).send().await.unwrap().json().await.unwrap();
        assert_eq!(all.len(), Quirk::ALL.len());
        assert!(all.iter().all(|row| row["provenance"] == "inferred" && !text(&row["effect"]).is_empty()));
        all.iter().filter(|row| row["on"] == true).map(|row| text(&row["name"]).to_owned()).collect()
    };
    assert_eq!(on().await, ["short-pages", "envelope"]);
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(http().delete(format!("{url}/envelope"))).await, 204);
    assert_eq!(status(http().delete(format!("{url}/envelope"))).await, 404);
    assert_eq!(status(http().post(&url).json(&json!({ "name": "naive-times" }))).await, 204);
    assert_eq!(status(http().post(&url).json(&json!({ "name": "naive" }))).await, 400);
    assert_eq!(on().await, ["short-pages", "naive-times"]);
}

#[test]
fn the_help_lists_every_quirk() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nd8-sandbox"));
    let help = command.arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for quirk in Quirk::ALL {
        assert!(help.contains(&format!("- {quirk}:")), "{quirk}: {help}");
    }
}
