//! Lists, page by page, whichever way the server sends them.

mod bodies;
mod cursors;
mod ends;
mod every_list;
mod moves;

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, TryStreamExt as _};
use nd8::RefundStatus;
use serde_json::{Value, json};

use crate::support::{Received, Server};

/// How a server pages.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Bare,
    Envelope,
    /// It knows neither `page` nor `page_size`.
    Unpaged,
    /// It knows `page_size` and always sends the first page.
    Stuck,
    /// It has two on a page, whatever is asked for.
    Capped,
}

const TOTAL: usize = 7;

fn refund(number: usize) -> Value {
    json!({
        "id": format!("RF{number}"), "transaction_id": "TX1", "amount": "1.00", "currency": "USD",
        "status": "completed", "created_at": "2026-01-31T12:00:00Z",
    })
}

/// A list of refunds, as Django REST Framework would page it.
fn list(request: &Received, style: Style) -> Response {
    let query: HashMap<&str, &str> =
        request.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')).collect();
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<usize>().ok());
    let size = if style == Style::Capped { 2 } else { number("page_size").unwrap_or(TOTAL) };
    let page = number("page").unwrap_or(1);
    let all: Vec<Value> = (0..TOTAL).map(refund).collect();
    let start = match style {
        Style::Unpaged => return axum::Json(all).into_response(),
        Style::Stuck => 0,
        Style::Bare | Style::Envelope | Style::Capped => (page - 1) * size,
    };
    if start >= TOTAL && page > 1 {
        return (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Invalid page."}))).into_response();
    }
    let items = &all[start..TOTAL.min(start + size)];
    if style == Style::Envelope {
        let others: String = query
            .iter()
            .filter(|(key, _)| **key != "page")
            .map(|(key, value)| format!("&{key}={value}"))
            .collect();
        // The host is somebody's else, and not to be spoken to.
        let next = (start + size < TOTAL)
            .then(|| format!("https://elsewhere.invalid/api/refunds/?page={}{others}", page + 1));
        return axum::Json(json!({"count": TOTAL, "next": next, "previous": null, "results": items}))
            .into_response();
    }
    axum::Json(items).into_response()
}

async fn server(style: Style) -> Server {
    Server::start(move |request| list(request, style)).await
}

#[tokio::test]
async fn all_refunds_come_in_order_whatever_the_style() {
    for style in [Style::Bare, Style::Envelope, Style::Unpaged, Style::Capped] {
        for size in [1, 2, 3, 7, 100] {
            if style == Style::Unpaged && size == TOTAL as u32 {
                // All there is looks like a first page, and comes again when the second is asked for: an error, not an end.
                continue;
            }
            let server = server(style).await;
            let items = server.client().refunds().list().page_size(size).items();
            let refunds: Vec<nd8::Refund> = items.try_collect().await.expect("the list is read");
            let ids: Vec<String> = refunds.into_iter().map(|refund| refund.id.into()).collect();
            assert_eq!(ids, (0..TOTAL).map(|number| format!("RF{number}")).collect::<Vec<_>>(), "{size}");
        }
    }
}

#[tokio::test]
async fn a_page_reports_its_count_and_its_next_page() {
    let server = server(Style::Envelope).await;
    let page = server.client().refunds().list().page_size(3).send().await.expect("the list is read");
    assert_eq!((page.len(), page.count), (3, Some(7)));
    assert!(page.next.is_some());

    let server = self::server(Style::Bare).await;
    let page = server.client().refunds().list().send().await.expect("the list is read");
    assert_eq!((page.len(), page.count), (7, None));
    assert_eq!(server.only().uri.query(), None);
    // A server that has a page size of its own reports nothing of the pages behind.
    let next = server
        .client()
        .refunds()
        .list()
        .resume(page.next.expect("the list may have a next page"))
        .send()
        .await;
    assert!(next.expect_err("there is no second page").is_not_found());
}

#[tokio::test]
async fn pages_are_fetched_when_they_are_asked_for() {
    let server = server(Style::Bare).await;
    let client = server.client();
    let mut pages = client.refunds().list().page_size(2).pages();
    assert!(server.received().is_empty());
    for asked in 1..=2 {
        pages.next().await.expect("there is another").expect("the server responds");
        assert_eq!(server.received().len(), asked);
    }
    let mut items = client.refunds().list().page_size(2).items();
    for _ in 0..2 {
        items.next().await.expect("there is another").expect("the server responds");
    }
    assert_eq!(server.received().len(), 3, "two items are one page");
}

#[tokio::test]
async fn filters_go_along_and_the_host_of_next_is_not_asked() {
    let server = server(Style::Envelope).await;
    let list = server.client().refunds().list().status(RefundStatus::Completed).search("TX 1&x").page_size(5);
    let pages: Vec<_> = list.pages().try_collect().await.expect("the list is read");
    assert_eq!(pages.len(), 2);
    for request in server.received() {
        let query = request.uri.query().expect("the request has a query");
        assert!(query.contains("status=completed") && query.contains("search=TX+1%26x"), "{query}");
        assert_eq!(request.header("authorization"), Some("Api-Key the-api-key"));
    }
}

#[tokio::test]
async fn a_server_that_goes_in_circles_is_found_out() {
    let server = server(Style::Stuck).await;
    let client = server.client();
    let pages = client.refunds().list().page_size(3).pages().collect::<Vec<_>>().await;
    assert_eq!(pages.len(), 2);
    let error = pages[1].as_ref().expect_err("the page is a repetition");
    assert!(error.is_repeated_page(), "{error:?}");
    assert_eq!(server.received().len(), 6, "two pages, one far away, what is behind, and both orders");
}

/// A `next` that leads to the same page again, while the count next to it grows.
#[tokio::test]
async fn a_next_that_is_stuck_ends_with_an_error_however_the_count_moves() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(3));
    let server = Server::start(move |_| {
        let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let next = "https://api.example.com/refunds/?page=2";
        axum::Json(json!({"count": count, "next": next, "previous": null, "results": [refund(1)]}))
            .into_response()
    })
    .await;
    let pages = server.client().refunds().list().pages().collect::<Vec<_>>().await;
    assert!(
        pages.len() == 2 && pages[1].as_ref().is_err_and(nd8::Error::is_repeated_page),
        "{}",
        pages.len()
    );
}

#[tokio::test]
async fn an_error_on_the_first_page_is_no_end() {
    let server = Server::with_json(404, r#"{"detail":"Not found."}"#).await;
    let result = server.client().refunds().list().pages().try_collect::<Vec<_>>().await;
    assert!(result.expect_err("the list is not found").is_not_found());
    let server = Server::with_json(200, r#"{"results":{}}"#).await;
    let error = server.client().refunds().list().send().await.expect_err("the body is no page");
    assert!(error.is_decode(), "{error:?}");
}
