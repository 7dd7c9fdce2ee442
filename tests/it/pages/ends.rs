//! Where a list ends: servers with and without pages, in all combinations. A list is complete or an error.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use nd8::Error;
use nd8_sandbox::{Quirk, RefundPolicy, Sandbox};
use serde_json::json;

use super::refund;
use crate::support::{Received, Server};

/// What the server does with `page`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Numbers {
    /// A page that is not there is not found.
    Known,
    /// A page that is not there is empty.
    EmptyAtEnd,
    /// The last page is sent instead of one that is not there.
    Clamped,
    Ignored,
}

/// What it does with `page_size`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sizes {
    Known,
    /// Pages have two rows at most.
    Capped,
    /// Pages have two rows.
    Fixed,
    /// All rows are on one page.
    Ignored,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Bare,
    Envelope,
    /// An envelope that does not report where the list goes on.
    OnlyResults,
    WithCount,
}

#[derive(Clone, Copy, Debug)]
struct Behaviour {
    total: usize,
    numbers: Numbers,
    sizes: Sizes,
    shape: Shape,
    /// Whether `ordering` is honored.
    orders: bool,
}

fn list(request: &Received, server: Behaviour) -> Response {
    let query: HashMap<&str, &str> =
        request.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')).collect();
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<usize>().ok());
    let Behaviour { total, numbers, sizes, shape, orders } = server;
    let mut rows: Vec<usize> = (0..total).collect();
    if orders && query.get("ordering") == Some(&"created_at") {
        rows.reverse();
    }
    let asked = number("page_size").unwrap_or(100);
    let size = match sizes {
        Sizes::Known => asked,
        Sizes::Capped => asked.min(2),
        Sizes::Fixed => 2,
        Sizes::Ignored => total.max(1),
    };
    let last = total.div_ceil(size).max(1);
    let page = match (numbers, number("page").unwrap_or(1)) {
        (Numbers::Ignored, _) => 1,
        (Numbers::Clamped, page) => page.min(last),
        (Numbers::Known, page) if page > last => {
            return (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Invalid page."}))).into_response();
        }
        (_, page) => page,
    };
    let rows = rows.into_iter().skip((page - 1) * size).take(size).map(refund).collect::<Vec<_>>();
    axum::Json(match shape {
        Shape::Bare => json!(rows),
        Shape::OnlyResults => json!({"results": rows}),
        Shape::WithCount => json!({"count": total, "data": rows}),
        Shape::Envelope => {
            let next = (page < last).then(|| format!("https://x.test/?page={}&page_size={asked}", page + 1));
            json!({"count": total, "next": next, "results": rows})
        }
    })
    .into_response()
}

/// Whether the list has to be complete, as nothing about it is in doubt.
fn is_certain(server: Behaviour, page_size: usize) -> bool {
    let Behaviour { total, numbers, sizes, shape, orders } = server;
    let first = match sizes {
        Sizes::Known => page_size,
        Sizes::Capped => page_size.min(2),
        Sizes::Fixed => 2,
        Sizes::Ignored => total,
    };
    match numbers {
        Numbers::Known | Numbers::EmptyAtEnd => true,
        _ if total == 0 || shape == Shape::Envelope && first >= total => true,
        // The one full page that is sent for all numbers may be one that was cut, unless both orders show that it is not.
        _ if first >= total && sizes == Sizes::Ignored => total != page_size || orders && total > 1,
        _ if first >= total && total == page_size => orders && total > 1,
        Numbers::Clamped => true,
        Numbers::Ignored => first >= total && orders && total > 1,
    }
}

/// Whether nobody could find out that there is more: every response is the same, and none is as long as was asked for.
fn is_hidden(server: Behaviour, page_size: usize) -> bool {
    let Behaviour { total, numbers, sizes, shape, orders } = server;
    let counts = matches!(shape, Shape::Envelope | Shape::WithCount);
    numbers == Numbers::Ignored && sizes == Sizes::Fixed && !orders && !counts && total > 2 && page_size != 2
}

#[tokio::test]
async fn a_list_is_complete_or_an_error_whatever_the_server_does() {
    let behaviour = Arc::new(Mutex::new(None));
    let current = Arc::clone(&behaviour);
    let server = Server::start(move |request| {
        let behaviour: Option<Behaviour> = *current.lock().expect("no thread panics while it holds the lock");
        list(request, behaviour.expect("the behaviour is set"))
    })
    .await;
    let client = server.client();
    let (mut complete, mut failed) = (0, 0);
    for total in [0, 1, 2, 3, 5] {
        for numbers in [Numbers::Known, Numbers::EmptyAtEnd, Numbers::Clamped, Numbers::Ignored] {
            for sizes in [Sizes::Known, Sizes::Capped, Sizes::Fixed, Sizes::Ignored] {
                for shape in [Shape::Bare, Shape::Envelope, Shape::OnlyResults, Shape::WithCount] {
                    for (orders, size) in
                        [(true, 1), (false, 1), (true, 2), (false, 2), (true, 100), (false, 100)]
                    {
                        let now = Behaviour { total, numbers, sizes, shape, orders };
                        *behaviour.lock().expect("no thread panics while it holds the lock") = Some(now);
                        let list = client.refunds().list().ordering("-created_at").page_size(size).items();
                        let size = size as usize;
                        match list.map_ok(|refund| refund.id).try_collect::<Vec<_>>().await {
                            Ok(ids) if is_hidden(now, size) => assert!(ids.len() < total, "{now:?}, {size}"),
                            Ok(ids) => {
                                let all: Vec<String> = (0..total).map(|row| format!("RF{row}")).collect();
                                assert_eq!(ids, all, "{now:?}, {size}");
                                complete += 1;
                            }
                            Err(error) => {
                                assert!(!is_certain(now, size), "{now:?}, {size}: {error}");
                                let is_known = error.is_repeated_page() || error.is_incomplete_list();
                                assert!(is_known, "{now:?}, {size}: {error}");
                                failed += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(complete > 5 * failed, "{complete} complete, {failed} failed");
}

/// Those who go from page to page by cursors have the same, or an error where only `pages` can find out.
#[tokio::test]
async fn a_page_has_a_next_unless_it_is_known_to_be_the_last() {
    for (shape, total, expected) in [
        (Shape::Bare, 0, false),
        (Shape::Bare, 1, true),
        (Shape::Bare, 5, true),
        (Shape::Envelope, 0, false),
        (Shape::Envelope, 2, false),
        (Shape::Envelope, 3, true),
        (Shape::OnlyResults, 1, true),
        (Shape::WithCount, 1, true),
        (Shape::WithCount, 3, true),
    ] {
        let behaviour =
            Behaviour { total, numbers: Numbers::Ignored, sizes: Sizes::Capped, shape, orders: false };
        let server = Server::start(move |request| list(request, behaviour)).await;
        let page = server.client().refunds().list().send().await.expect("the list is read");
        assert_eq!(page.next.is_some(), expected, "{behaviour:?}");
        let Some(cursor) = page.next else { continue };
        let again = server.client().refunds().list().resume(cursor).send().await;
        assert!(again.as_ref().is_err_and(Error::is_repeated_page), "{behaviour:?}: {again:?}");
    }
}

#[tokio::test]
async fn a_page_that_a_proxy_does_not_find_is_no_end() {
    for (body, is_end) in [
        ("<h1>Not Found</h1>", false),
        ("404 page not found\n", false),
        ("", true),
        (r#"{"detail":"Invalid page."}"#, true),
    ] {
        let server = Server::start(move |request| match request.uri.query() {
            Some(query) if query.contains("page=") => (StatusCode::NOT_FOUND, body).into_response(),
            _ => axum::Json([refund(1)]).into_response(),
        })
        .await;
        let listed = server.client().refunds().list().items().try_collect::<Vec<_>>().await;
        assert_eq!(listed.is_ok(), is_end, "{body}: {listed:?}");
    }
}

/// A server that reports another page and has none lost some: what was removed has moved others to pages that were read.
#[tokio::test]
async fn a_page_that_was_reported_and_is_not_there_is_no_end() {
    for (reported, is_end) in [
        (r#""next":"/?page=2""#, false),
        (r#""next":"/?cursor=x""#, false),
        (r#""has_more":true"#, false),
        (r#""next_cursor":"x","next":null"#, false),
        // As many as were counted.
        (r#""count":1,"next":"/?page=2""#, true),
        (r#""count":2,"next":"/?page=2""#, false),
        (r#""count":1"#, true),
        (r#""has_more":false"#, true),
    ] {
        for missing in [404, 200] {
            let server = Server::start(move |request| match request.uri.query() {
                Some(query) if query.contains("page=2") || query.contains("cursor=") => {
                    let status = StatusCode::from_u16(missing).expect("the status is valid");
                    let body = if missing == 404 { r#"{"detail":"Invalid page."}"# } else { "[]" };
                    (status, body.to_owned()).into_response()
                }
                _ => format!(r#"{{{reported},"results":[{{"id":"RF1"}}]}}"#).into_response(),
            })
            .await;
            let listed = server.client().refunds().list().items().try_collect::<Vec<_>>().await;
            let is_end = is_end || missing == 200 && !reported.contains("count\":2");
            assert_eq!(listed.is_ok(), is_end, "{reported} {missing}: {listed:?}");
        }
    }
}

/// The page without a number is page 0, and the one after it is page 1.
#[tokio::test]
async fn a_server_that_counts_pages_from_zero_hides_none() {
    for (total, at_end) in [(0, 200), (1, 200), (2, 200), (3, 200), (4, 404), (5, 200), (6, 404), (9, 404)] {
        let server = Server::start(move |request| {
            let query = request.uri.query().unwrap_or_default();
            let page = query
                .split('&')
                .find_map(|pair| pair.strip_prefix("page="))
                .and_then(|page| page.parse().ok());
            let rows: Vec<_> = (0..total).map(refund).skip(2 * page.unwrap_or(0)).take(2).collect();
            match rows.is_empty() && page.is_some() && at_end == 404 {
                true => (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Not found."}))).into_response(),
                false => axum::Json(rows).into_response(),
            }
        })
        .await;
        let listed =
            server.client().refunds().list().items().map_ok(|refund| refund.id).try_collect::<Vec<_>>().await;
        let mut ids = listed.expect("the list has an end");
        ids.sort();
        assert_eq!(ids, (0..total).map(|row| format!("RF{row}")).collect::<Vec<_>>(), "{total}");
    }
}

/// A count without a `next` may be that of the page.
#[tokio::test]
async fn a_count_of_each_page_is_no_end() {
    let server = Server::start(|request| {
        let query = request.uri.query().unwrap_or_default();
        let page = query.split("&page=").nth(1).and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
        let rows: Vec<_> = (2 * page - 2..5.min(2 * page)).map(refund).collect();
        axum::Json(json!({"count": rows.len(), "results": rows}))
    })
    .await;
    let listed = server.client().refunds().list().items().try_collect::<Vec<_>>().await;
    assert_eq!(listed.expect("the list has an end").len(), 5);
}

/// A server that cuts its list, and knows other parameters than those that are documented, or reports that there is more.
#[tokio::test]
async fn a_list_that_is_cut_off_is_found_out_by_what_else_the_server_knows() {
    for (knows_offset, reported) in [
        (true, ""),
        (false, r#","has_more":true"#),
        (false, r#","next_cursor":"x""#),
        (false, r#","total_items":5"#),
    ] {
        let server = Server::start(move |request| {
            let query: HashMap<&str, &str> = request
                .uri
                .query()
                .unwrap_or_default()
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .collect();
            let number =
                |name: &str| query.get(name).filter(|_| knows_offset).and_then(|it| it.parse::<usize>().ok());
            let rows =
                (0..5).map(refund).skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(2));
            format!(r#"{{"results":{}{reported}}}"#, json!(rows.collect::<Vec<_>>()))
        })
        .await;
        let listed = server.client().refunds().list().items().try_collect::<Vec<_>>().await;
        let error = listed.expect_err("the list has two items of five");
        assert!(error.is_repeated_page() || error.is_incomplete_list(), "{reported}: {error}");
    }
}

/// Without `limit`, a server that knows only that and `offset` sends all there is.
#[tokio::test]
async fn a_list_without_a_limit_is_complete() {
    for total in 1..5 {
        let server = Server::start(move |request| {
            let query = request.uri.query().unwrap_or_default();
            let number = |name: &str| {
                query.split('&').find_map(|pair| pair.strip_prefix(name)).and_then(|it| it.parse().ok())
            };
            let (offset, limit) = (number("offset=").unwrap_or(0), number("limit=").unwrap_or(total));
            axum::Json((0..total).map(refund).skip(offset).take(limit).collect::<Vec<_>>())
        })
        .await;
        for size in [2, 100] {
            let listed =
                server.client().refunds().list().page_size(size).items().try_collect::<Vec<_>>().await;
            assert_eq!(listed.expect("the list has an end").len(), total, "{size}");
        }
    }
}

/// Every `next` leads back to a page that came before, while the count grows.
#[tokio::test]
async fn circles_of_pages_end_with_an_error() {
    for pages in [1, 2, 3, 10] {
        for empty in [false, true] {
            let count = Arc::new(Mutex::new(0));
            let server = Server::start(move |request| {
                let mut count = count.lock().expect("no thread panics while it holds the lock");
                *count += 1;
                let query = request.uri.query().unwrap_or_default();
                let offset =
                    query.split("at=").nth(1).and_then(|offset| offset.parse::<usize>().ok()).unwrap_or(0);
                let rows = if empty { vec![] } else { vec![refund(2 * offset), refund(2 * offset + 1)] };
                let next = format!("https://x.test/?at={}", (offset + 1) % pages);
                axum::Json(json!({"count": 100 + *count, "next": next, "results": rows})).into_response()
            })
            .await;
            let items = server.client().refunds().list().items().try_collect::<Vec<_>>().await;
            assert!(items.is_err_and(|error| error.is_repeated_page()), "{pages}");
            let sent = server.received().len();
            assert!(sent <= 2 * pages + 2, "{pages}: {sent}");

            let mut page = server.client().refunds().list().send().await;
            let mut read = 1;
            while let Ok(Some(cursor)) = page.map(|page| page.next) {
                page = server.client().refunds().list().resume(cursor).send().await;
                read += 1;
                if let Err(error) = &page {
                    assert!(error.is_repeated_page() && read <= 3 * pages + 1, "{pages}: {read}, {error}");
                    break;
                }
            }
            assert!(read > 1, "{pages}");
        }
    }
}

/// The sandbox with two quirks of its lists at a time.
#[tokio::test]
async fn lists_of_the_sandbox_are_complete_or_an_error() {
    let sandbox = Sandbox::builder().refunds(RefundPolicy::Manual).start().await.expect("the sandbox starts");
    let client = nd8::Client::builder(sandbox.api_key())
        .base_url(sandbox.base_url())
        .build()
        .expect("the client is built");
    let billing = nd8::Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
    let mug = nd8::Product::ad_hoc("Mug", 1, nd8::Decimal::new(100_00, 2));
    let checkout = client.checkouts().create(billing, [mug]).send().await.expect("the object is created");
    let payment = sandbox.customer(&checkout.checkout_id).pay().await.expect("the checkout is open");
    for _ in 0..5 {
        client
            .refunds()
            .create(&payment, "x")
            .amount(nd8::Decimal::ONE)
            .send()
            .await
            .expect("the refund is created");
    }
    let quirks =
        [Quirk::ShortPages, Quirk::IgnoredPage, Quirk::Envelope, Quirk::OldestFirst, Quirk::ByAmount];
    for one in quirks {
        for other in quirks {
            sandbox.quirks().set(&[one, other]);
            for size in [1, 2, 4, 5, 6, 100] {
                let has = |quirk| one == quirk || other == quirk;
                let listed = client.refunds().list().page_size(size).items().try_collect::<Vec<_>>().await;
                // Whose order cannot be reversed, and whose pages are cut, cannot show that nothing is behind the first page.
                let is_cut = has(Quirk::ShortPages) || size < 5;
                let is_fixed = has(Quirk::OldestFirst) || has(Quirk::ByAmount);
                let is_error = has(Quirk::IgnoredPage) && (is_cut || is_fixed && !has(Quirk::Envelope));
                assert_eq!(listed.is_err(), is_error, "{one}, {other}, {size}: {:?}", listed.as_ref().err());
                assert!(
                    listed.is_err() || listed.is_ok_and(|listed| listed.len() == 5),
                    "{one}, {other}, {size}"
                );
            }
        }
    }
}
