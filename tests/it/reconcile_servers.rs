//! Reconciling with servers that keep, name, order and list refunds in other ways: nothing is refunded twice, and what a list does
//! not prove is not claimed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use nd8::{Client, Decimal, Lookup, Outcome, Reconciled, RetryPolicy};
use serde_json::{Value, json};

use crate::faults::{Fault, Proxy};

/// How a server differs from the one that the client would like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Quirk {
    None,
    /// Keeps another text than was sent.
    Reason(&'static str),
    NoReason,
    Amount(&'static str),
    /// Names the payment in another way.
    Named(&'static str),
    /// Has so many refunds on a page, whatever was asked for.
    Caps(usize),
    IgnoresPage,
    OldestFirst,
    /// Sorts by amount, the largest first: what is new and small is at the end.
    ByAmount,
    /// Lists the newest first, whatever `ordering` is.
    IgnoresOrdering,
    /// Counts pages from 0.
    CountsFromZero,
    /// Makes refunds on a server whose clock is behind.
    ClockBehind,
    /// Wraps pages as Django REST Framework does.
    Envelope,
    /// Never lists what is new.
    Lags,
    /// Is behind a proxy that has no second page, and reports so itself.
    ProxyEnds,
    /// Wraps pages, and counts what is on one of them.
    CountsPage,
}

struct Server {
    quirk: Quirk,
    /// The refunds, the oldest first.
    refunds: Vec<Value>,
    made: usize,
}

type Shared = Arc<Mutex<Server>>;

fn refund(number: usize, payment: &str, reason: Value, amount: &str) -> Value {
    json!({
        "id": format!("RF{number}"), "transaction_id": payment, "amount": amount, "currency": "USD", "status": "processing",
        "reason": reason, "created_at": format!("2026-01-01T{:02}:{:02}:00Z", number / 60, number % 60),
    })
}

async fn create(State(server): State<Shared>, Json(body): Json<Value>) -> Json<Value> {
    let mut server = server.lock().expect("no thread panics while it holds the lock");
    server.made += 1;
    let number = server.refunds.len();
    let reason = match server.quirk {
        Quirk::Reason(kept) => json!(kept),
        Quirk::NoReason => Value::Null,
        _ => body["reason"].clone(),
    };
    let amount = if let Quirk::Amount(kept) = server.quirk { kept } else { "10.00" };
    let payment = if let Quirk::Named(name) = server.quirk { name } else { "TX1" };
    let mut made = refund(number, payment, reason, amount);
    if let (Quirk::ClockBehind, Some(minute)) = (server.quirk, number.checked_sub(2)) {
        made["created_at"] = json!(format!("2026-01-01T{:02}:{:02}:50Z", minute / 60, minute % 60));
    }
    let id = made["id"].clone();
    server.refunds.push(made);
    Json(json!({
        "status": "processing", "refund_id": number, "refund_public_id": id, "transaction_id": 42, "amount": amount, "currency": "USD",
    }))
}

async fn list(State(server): State<Shared>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let server = server.lock().expect("no thread panics while it holds the lock");
    let number = |name: &str| {
        query.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let mut all = server.refunds.clone();
    if server.quirk == Quirk::Lags {
        all.truncate(all.len() - server.made);
    }
    all.sort_by_key(|refund| refund["created_at"].to_string());
    let ignores_order = matches!(server.quirk, Quirk::IgnoresOrdering | Quirk::ByAmount);
    let is_upwards = query.contains(&("ordering".to_owned(), "created_at".to_owned())) && !ignores_order;
    if !is_upwards && !matches!(server.quirk, Quirk::OldestFirst | Quirk::CountsPage) {
        all.reverse();
    }
    if server.quirk == Quirk::ByAmount {
        let amount = |refund: &Value| {
            refund["amount"]
                .as_str()
                .expect("the amount is a string")
                .parse::<Decimal>()
                .expect("the amount is a decimal")
        };
        all.sort_by_key(|refund| std::cmp::Reverse(amount(refund)));
    }
    let size = if let Quirk::Caps(size) = server.quirk { size } else { number("page_size").unwrap_or(20) };
    let page = match server.quirk {
        Quirk::IgnoresPage => 1,
        Quirk::CountsFromZero => number("page").map_or(1, |page| page + 1),
        _ => number("page").unwrap_or(1),
    };
    let items: Vec<Value> = all.iter().skip((page - 1) * size).take(size).cloned().collect();
    if server.quirk == Quirk::Envelope {
        let next = (page * size < all.len()).then(|| format!("http://x/refunds/?page={}", page + 1));
        if items.is_empty() && page > 1 {
            return (StatusCode::NOT_FOUND, Json(json!({ "detail": "Invalid page." }))).into_response();
        }
        return Json(json!({ "count": all.len(), "next": next, "previous": null, "results": items }))
            .into_response();
    }
    if server.quirk == Quirk::CountsPage {
        let next = (page * size < all.len()).then(|| format!("http://x/refunds/?page={}", page + 1));
        return Json(json!({ "count": items.len(), "next": next, "results": items })).into_response();
    }
    if server.quirk == Quirk::ProxyEnds && page > 1 {
        return (StatusCode::NOT_FOUND, "404 page not found\n").into_response();
    }
    Json(items).into_response()
}

/// A server with so many refunds of other payments, and the client behind a fault of the request that creates.
async fn start(quirk: Quirk, old: usize, fault: Fault) -> (Shared, Client, Proxy) {
    let refunds = (0..old).map(|number| refund(number, "TX9", json!("Old"), "50.00")).collect();
    let server = Arc::new(Mutex::new(Server { quirk, refunds, made: 0 }));
    let payment = json!({
        "id": "TX1", "amount": "100.00", "currency": "USD", "status": "paid", "depositAttempts": [], "created_at": "2026-01-01T00:00:00Z",
    });
    let router = Router::new()
        .route("/api/transactions/{id}/", get(|| async move { Json(payment) }))
        .route("/api/transactions/{id}/refund/", post(create))
        .route("/api/refunds/", get(list))
        .with_state(Arc::clone(&server));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("the listener has an address");
    let path = crate::support::unique_path();
    let router = Router::new().nest(&path, router);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut fault = Some(fault);
    let faults = move |line: &str| {
        if line.starts_with("POST") { fault.take().unwrap_or(Fault::None) } else { Fault::None }
    };
    let proxy = Proxy::before(&format!("http://{address}/api"), faults).await;
    let client = Client::builder("key")
        .base_url(format!("http://{}{path}/api", proxy.address))
        .retry(RetryPolicy::default().backoff(Duration::ZERO, Duration::ZERO))
        .build()
        .expect("the settings are valid");
    (server, client, proxy)
}

fn made(server: &Shared) -> usize {
    server.lock().expect("no thread panics while it holds the lock").made
}

#[tokio::test]
async fn a_refund_whose_response_was_lost_is_never_made_again() {
    for (quirk, reason, found) in [
        (Quirk::None, "Order 4711", true),
        (Quirk::Reason("Order 4711"), "Order 4711 ", true),
        (Quirk::Reason("a\nb"), "a\r\nb", true),
        (Quirk::NoReason, "Order 4711", true),
        (Quirk::Amount("10.005"), "Order 4711", true),
        (Quirk::Caps(1), "Order 4711", true),
        (Quirk::IgnoresOrdering, "Order 4711", true),
        (Quirk::CountsFromZero, "Order 4711", true),
        (Quirk::ClockBehind, "Order 4711", true),
        (Quirk::IgnoresPage, "Order 4711", true),
        (Quirk::OldestFirst, "Order 4711", true),
        (Quirk::ByAmount, "Order 4711", true),
        (Quirk::Envelope, "Order 4711", true),
        // There is a new refund. Only a person can decide whether it is this one.
        (Quirk::Amount("9.00"), "Order 4711", false),
        (Quirk::Reason("Order"), "Order 4711", false),
        (Quirk::Named("42"), "Order 4711", false),
        (Quirk::Named("Transaction object (42)"), "Order 4711", false),
        (Quirk::Named("0b6cf2a4-8f0e-4a5e-9d39-0c7b7a3a51e5"), "Order 4711", false),
        (Quirk::Named("https://nd8.test/api/transactions/TX1/?format=json"), "Order 4711", true),
    ] {
        for old in [0, 3, 150] {
            // In a wrong order, earlier refunds cannot be distinguished from new ones.
            let is_shuffled = matches!(quirk, Quirk::OldestFirst | Quirk::ByAmount | Quirk::ClockBehind);
            let found = found && (old == 0 || !is_shuffled);
            let (server, client, _proxy) = start(quirk, old, Fault::ResponseLost).await;
            let refund = client.refunds().create("TX1", reason).amount(Decimal::TEN).settle(Duration::ZERO);
            let result = refund.resend_if_absent().send_or_reconcile().await;
            assert_eq!(made(&server), 1, "{quirk:?}, {old} before: {result:?}");
            match result.expect("the refund is reconciled") {
                Reconciled::Found(refund) => assert!(found && refund.id == format!("RF{old}"), "{quirk:?}"),
                Reconciled::Ambiguous(refunds) => assert!(!found && refunds.len() == 1, "{quirk:?}"),
                other => panic!("{quirk:?}: {other:?}"),
            }
        }
    }
}

/// A list of more than a page, the oldest first: what is on the second page was there before, and was not read before.
#[tokio::test]
async fn an_old_refund_is_not_taken_for_the_one_that_was_lost() {
    let (server, client, _proxy) = start(Quirk::OldestFirst, 150, Fault::Lost).await;
    let number = server.lock().expect("no thread panics while it holds the lock").refunds.len();
    let old = refund(number, "TX1", json!("Order 4711"), "10.00");
    server.lock().expect("no thread panics while it holds the lock").refunds.push(old);
    let refund = client.refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO);
    let result = refund.resend_if_absent().send_or_reconcile().await;
    assert!(matches!(&result, Ok(Reconciled::Ambiguous(refunds)) if refunds.len() == 1), "{result:?}");
    assert_eq!(made(&server), 0);
}

/// Refunds that were created at the same time, and a page that ends between them: the one on the next page was there before.
#[tokio::test]
async fn refunds_of_the_same_time_on_two_pages_are_all_old() {
    for (fault, found) in [(Fault::ResponseLost, true), (Fault::Lost, false)] {
        let (server, client, _proxy) = start(Quirk::Caps(2), 2, fault).await;
        {
            let mut server = server.lock().expect("no thread panics while it holds the lock");
            server.refunds.insert(0, refund(2, "TX1", json!("Order 4711"), "10.00"));
            for refund in &mut server.refunds {
                refund["created_at"] = json!("2026-01-01T00:00:00Z");
            }
        }
        let refund = client.refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO);
        match refund.send_or_reconcile().await {
            Ok(Reconciled::Found(refund)) => assert!(found && refund.id == "RF3", "{refund:?}"),
            Err(error) => assert!(!found && error.outcome() == Outcome::Unknown, "{error:?}"),
            other => panic!("{other:?}"),
        }
    }
}

/// Of the same time, in no order, and behind a first page that counts only itself: the list has not ended there.
#[tokio::test]
async fn a_count_of_one_page_proves_no_end() {
    let (server, client, _proxy) = start(Quirk::CountsPage, 150, Fault::ResponseLost).await;
    for refund in &mut server.lock().expect("no thread panics while it holds the lock").refunds {
        refund["created_at"] = json!("2026-01-01T02:30:00Z");
    }
    let refund = client.refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO);
    let result = refund.resend_if_absent().send_or_reconcile().await;
    assert_eq!(made(&server), 1, "{result:?}");
    assert!(matches!(&result, Ok(Reconciled::Found(refund)) if refund.id == "RF150"), "{result:?}");
}

/// A server that cuts off its list, and has no order among refunds of one time: one that was there may be listed only later.
#[tokio::test]
async fn a_refund_that_was_cut_off_before_is_not_taken_for_the_one_that_was_lost() {
    let item = |id: &str, payment: &str| {
        format!(
            r#"{{"id":"{id}","transaction_id":"{payment}","amount":"10.00","currency":"USD","reason":"Order 4711","created_at":"2026-01-01T00:00:00Z"}}"#
        )
    };
    let (others, old) = ([item("RF1", "TX8"), item("RF2", "TX9")].join(","), item("RF3", "TX1"));
    let sent = Arc::new(AtomicBool::new(false));
    let server = crate::support::Server::start(move |request| match request.uri.path() {
        path if path.ends_with("/refund/") => {
            sent.store(true, Ordering::SeqCst);
            // Broken off: it may have been made.
            "{".to_owned()
        }
        path if path.contains("/transactions/") => r#"{"id":"TX1"}"#.to_owned(),
        _ if sent.load(Ordering::SeqCst) => format!("[{old},{others}]"),
        _ => format!("[{others}]"),
    })
    .await;
    let refund =
        server.client().refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO);
    let result = refund.send_or_reconcile().await;
    assert!(!matches!(result, Ok(Reconciled::Found(_) | Reconciled::Created(_))), "{result:?}");
}

#[tokio::test]
async fn a_refund_that_a_lagging_list_does_not_show_is_unknown() {
    let (server, client, _proxy) = start(Quirk::Lags, 3, Fault::ResponseLost).await;
    let refund = client.refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO);
    let error = refund.send_or_reconcile().await.expect_err("the refund is not listed");
    assert_eq!((error.outcome(), made(&server)), (Outcome::Unknown, 1));
}

#[tokio::test]
async fn absence_is_proved_or_nothing_is_sent_again() {
    for (quirk, old, proved) in [
        (Quirk::None, 0, true),
        (Quirk::None, 3, true),
        (Quirk::None, 250, true),
        (Quirk::Caps(1), 3, true),
        (Quirk::IgnoresOrdering, 250, true),
        (Quirk::CountsFromZero, 250, true),
        (Quirk::Envelope, 0, true),
        (Quirk::Envelope, 250, true),
        // All that it has on one page, again and again; or by chance in an order that ends with the newest.
        (Quirk::IgnoresPage, 1, false),
        // What a proxy has no page for may be there.
        (Quirk::ProxyEnds, 0, true),
        (Quirk::ProxyEnds, 1, false),
        (Quirk::OldestFirst, 3, false),
        (Quirk::OldestFirst, 250, false),
    ] {
        let (server, client, _proxy) = start(quirk, old, Fault::Lost).await;
        let refund = client.refunds().create("TX1", "Order 4711").amount(Decimal::TEN).settle(Duration::ZERO);
        let result = refund.resend_if_absent().send_or_reconcile().await;
        assert_eq!(made(&server), usize::from(proved), "{quirk:?}, {old} before: {result:?}");
        match result {
            Ok(Reconciled::Created(_)) => assert!(proved, "{quirk:?}"),
            Err(error) => assert!(!proved && error.outcome() == Outcome::Unknown, "{quirk:?}: {error:?}"),
            other => panic!("{quirk:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_later_lookup_reports_what_it_cannot_decide() {
    for (quirk, expected) in [
        (Quirk::None, "NotFound"),
        (Quirk::Envelope, "NotFound"),
        (Quirk::IgnoresPage, "Unknown"),
        (Quirk::OldestFirst, "Unknown"),
    ] {
        let (_server, client, _proxy) = start(quirk, 3, Fault::None).await;
        let refund = client.refunds().create("TX1", "Order 4711").amount(Decimal::TEN);
        let looked = refund.reconcile(jiff::Timestamp::UNIX_EPOCH).await.expect("the server responds");
        let reported = match looked {
            Lookup::NotFound => "NotFound",
            Lookup::Unknown => "Unknown",
            _ => "something else",
        };
        assert_eq!(reported, expected, "{quirk:?}");
    }
}

/// However the list names the payment, a refund that may be of it proves no absence.
#[tokio::test]
async fn a_payment_by_another_name_proves_no_absence() {
    for (named, expected) in [
        (r#""TX1""#, "Found"),
        (r#"" TX1 ""#, "Found"),
        (r#""https://nd8.test/api/transactions/TX1/""#, "Found"),
        (r#""tx1""#, "Ambiguous"),
        (r#""TX1 (Ada)""#, "Ambiguous"),
        (r#""42.0""#, "Ambiguous"),
        ("null", "Ambiguous"),
        ("4.2e1", "Ambiguous"),
        (r#"{"id":"TX1"}"#, "Ambiguous"),
        (r#""TX2""#, "NotFound"),
    ] {
        let listed = format!(
            r#"[{{"id":"RF2","transaction_id":{named},"amount":"10.00","currency":"USD","reason":"Order 4711","created_at":"2026-01-02T03:04:05Z"}}]"#
        );
        let server = crate::support::Server::start(move |request| {
            let query = request.uri.query().unwrap_or_default();
            match request.uri.path().contains("/transactions/") {
                true => r#"{"id":"TX1"}"#.to_owned(),
                false if !query.contains("page=") || query.contains("page=1&") => listed.clone(),
                false => "[]".to_owned(),
            }
        })
        .await;
        let refund = server.client().refunds().create("TX1", "Order 4711").amount(Decimal::new(10_00, 2));
        let looked = refund.reconcile("2026-01-01T00:00:00Z".parse().expect("the time is valid")).await;
        let looked = format!("{:?}", looked.expect("the lookup succeeds"));
        assert!(looked.starts_with(expected), "{named}: {looked}");
    }
}

/// Times that the server cuts off may be before `since`, although the refund was made after it.
#[tokio::test]
async fn a_time_that_was_cut_off_proves_no_absence() {
    for (listed, expected) in [
        ("2026-01-02T03:04:05.600Z", "Found"),
        ("2026-01-02T03:04:05.400Z", "NotFound"),
        ("2026-01-02T03:04:05Z", "Ambiguous"),
        ("2026-01-02T03:04:04Z", "NotFound"),
        ("2026-01-02T03:04:00Z", "Ambiguous"),
        ("2026-01-02T03:03:00Z", "NotFound"),
        ("2026-01-02T00:00:00Z", "Ambiguous"),
        ("2026-01-02T00:00:00+05:30", "Ambiguous"),
        ("2026-01-01T00:00:00Z", "NotFound"),
    ] {
        let refunds = format!(
            r#"[{{"id":"RF2","transaction_id":"TX1","amount":"10.00","currency":"USD","reason":"Order 4711","created_at":"{listed}"}}]"#
        );
        let server = crate::support::Server::start(move |request| match request.uri.path() {
            path if path.contains("/transactions/") => r#"{"id":"TX1"}"#.to_owned(),
            _ if request.uri.query().is_some_and(|query| query.contains("page=2")) => "[]".to_owned(),
            _ => refunds.clone(),
        })
        .await;
        let refund = server.client().refunds().create("TX1", "Order 4711").amount(Decimal::TEN);
        let looked = refund.reconcile("2026-01-02T03:04:05.5Z".parse().expect("the time is valid")).await;
        let looked = format!("{:?}", looked.expect("the lookup succeeds"));
        assert!(looked.starts_with(expected), "{listed}: {looked}");
    }
}
