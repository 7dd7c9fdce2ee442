//! All lists of the API are read alike: by pages, by items, and on from a cursor.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, TryStreamExt as _};
use nd8::{Billing, Cursor, Dashboard, Scope, Storefront};
use nd8_sandbox::{Quirk, SEEDED_PRODUCT, Sandbox};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Received, Server};

const TOTAL: usize = 5;

/// How a server sends a list of which the reference prints no pages.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    /// As the reference shows it: all rows.
    Unpaged,
    Bare,
    Envelope,
    /// In another envelope, which goes on by a cursor.
    Data,
    Wrapped,
}

/// Five rows that fit any list, by two on a page. A field that is no text where one is expected is left to `extra`.
fn list(request: &Received, style: Style, has_ids: bool) -> Response {
    let query: HashMap<&str, &str> =
        request.uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('=')).collect();
    let row = |number: usize| match has_ids {
        true => json!({"id": Uuid::from_u128(number as u128), "created_at": "2026-01-31T12:00:00Z"}),
        // Two rows without an id that look the same are two rows.
        false => json!({"prefix": "nd8", "currency": "USD", "name": format!("{}", number / 2)}),
    };
    let all: Vec<Value> = (0..TOTAL).map(row).collect();
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<usize>().ok());
    let page = number("page").or_else(|| number("cursor")).unwrap_or(1);
    if page > TOTAL.div_ceil(2) && style != Style::Unpaged {
        return (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Invalid page."}))).into_response();
    }
    let rows = all.iter().skip((page - 1) * 2).take(2).collect::<Vec<_>>();
    let next = |name: &str| (page * 2 < TOTAL).then(|| format!("https://x.test/?{name}={}", page + 1));
    axum::Json(match style {
        Style::Unpaged => json!(all),
        Style::Bare => json!(rows),
        Style::Envelope => json!({"count": TOTAL, "next": next("page"), "previous": null, "results": rows}),
        Style::Data => json!({"links": {"next": next("cursor")}, "data": rows}),
        Style::Wrapped => json!({"success": true, "data": {"next": next("page"), "items": rows}}),
    })
    .into_response()
}

/// Reads a list in each way.
macro_rules! check_list {
    ($call:expr, $context:expr) => {{
        let context = $context;
        let items: Vec<_> =
            $call.items().try_collect().await.unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(items.len(), TOTAL, "{context}");
        let pages: Vec<_> = $call.pages().try_collect().await.expect("the list is read");
        assert_eq!(pages.iter().map(|page| page.len()).sum::<usize>(), TOTAL, "{context}");
        let first = $call.send().await.expect("the list is read");
        assert_eq!(first.items, pages[0].items, "{context}");
        let stored = serde_json::to_string(&first.next.expect("the list may have a next page"))
            .expect("the value is serialized");
        let cursor: Cursor = serde_json::from_str(&stored).expect("the JSON is valid");
        let rest: Vec<_> = $call.resume(cursor).items().try_collect().await.expect("the list is read");
        assert_eq!(first.items.len() + rest.len(), TOTAL, "{context}");
        assert_eq!(&items[first.items.len()..], rest, "{context}");
    }};
}

#[tokio::test]
async fn every_list_is_read_whichever_way_the_server_sends_it() {
    for style in [Style::Unpaged, Style::Bare, Style::Envelope, Style::Data, Style::Wrapped] {
        for has_ids in [true, false] {
            let server = Server::start(move |request| list(request, style, has_ids)).await;
            let dashboard =
                Dashboard::builder("a-session").base_url(&server.url).build().expect("the client is built");
            let (keys, links) = (dashboard.api_keys(), dashboard.payment_links());
            check_list!(keys.list(), format!("keys, {style:?}, {has_ids}"));
            check_list!(links.list(), format!("links, {style:?}, {has_ids}"));
            check_list!(links.payments(Uuid::nil().into()), format!("payments, {style:?}, {has_ids}"));
            if has_ids {
                check_list!(server.client().refunds().list(), format!("refunds, {style:?}"));
            }
        }
    }
}

/// A list without documented parameters is asked for as the reference has it, and for more only where there may be more.
#[tokio::test]
async fn the_first_request_is_as_documented() {
    let server = Server::start(|_| "[]").await;
    let dashboard =
        Dashboard::builder("a-session").base_url(&server.url).build().expect("the client is built");
    let keys: Vec<_> = dashboard.api_keys().list().items().try_collect().await.expect("the list is read");
    assert!(keys.is_empty());
    assert_eq!(server.only().uri.query(), None);
}

/// A link that is deleted while its payments are listed is not found, like a page behind the last.
#[tokio::test]
async fn a_list_whose_owner_is_gone_has_no_end() {
    let server = Server::start(|request| match request.uri.query().is_some() {
        true => (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Not found."}))).into_response(),
        false => axum::Json(json!([{"id": "TX1"}])).into_response(),
    })
    .await;
    let dashboard =
        Dashboard::builder("a-session").base_url(&server.url).build().expect("the client is built");
    let link = dashboard.payment_links().payments(Uuid::nil().into());
    assert_eq!(link.items().try_collect::<Vec<_>>().await.expect("the first page is complete").len(), 1);

    let is_gone = Arc::new(AtomicBool::new(false));
    let server = Server::start(move |_| match is_gone.swap(true, Ordering::SeqCst) {
        true => (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Not found."}))).into_response(),
        false => axum::Json(json!([{"id": "TX1"}])).into_response(),
    })
    .await;
    let dashboard =
        Dashboard::builder("a-session").base_url(&server.url).build().expect("the client is built");
    let listed: Vec<_> = dashboard.payment_links().payments(Uuid::nil().into()).pages().collect().await;
    assert!(listed.len() == 2 && listed[1].as_ref().is_err_and(|error| error.is_not_found()), "{listed:?}");
}

/// The sandbox pages all its lists, whatever the reference prints.
#[tokio::test]
async fn lists_of_the_dashboard_are_complete_or_an_error() {
    let sandbox = Sandbox::start().await.expect("the sandbox starts");
    let dashboard = Dashboard::builder(sandbox.session_token()).base_url(sandbox.base_url()).build();
    let (keys, links) = {
        let dashboard = dashboard.expect("the client is built");
        (dashboard.api_keys(), dashboard.payment_links())
    };
    let link = links.create("Tea", [(SEEDED_PRODUCT, 1)]).send().await.expect("the object is created");
    let (id, token) = (link.id.expect("the object has an id"), link.token.expect("the link has a token"));
    let storefront = Storefront::builder().base_url(sandbox.base_url()).build().expect("the client is built");
    for number in 0..4 {
        keys.create()
            .name(format!("{number}"))
            .scopes([Scope::RefundsRead])
            .send()
            .await
            .expect("the object is created");
        links.create(format!("{number}"), [(SEEDED_PRODUCT, 1)]).send().await.expect("the object is created");
        let billing = Billing::new("FR", "Ada", "Lovelace", "ada@example.com");
        let checkout = storefront
            .payment_links()
            .start_checkout(token, billing)
            .send()
            .await
            .expect("the checkout is started");
        sandbox.customer(&checkout.checkout_id).pay().await.expect("the checkout is open");
    }
    let all = keys.list().send().await.expect("the list is read").len();
    assert!(all >= 4, "{all}");
    for quirks in [&[][..], &[Quirk::ShortPages], &[Quirk::Envelope], &[Quirk::ShortPages, Quirk::Envelope]] {
        sandbox.quirks().set(quirks);
        let listed = (
            keys.list().items().try_collect::<Vec<_>>().await.expect("the list is read").len(),
            links.list().items().try_collect::<Vec<_>>().await.expect("the list is read").len(),
            links.payments(id).items().try_collect::<Vec<_>>().await.expect("the list is read").len(),
        );
        assert_eq!(listed, (all, 5, 4), "{quirks:?}");
    }
    // It honors `page_size`, so it may have more than it sends for each page.
    sandbox.quirks().set(&[Quirk::ShortPages, Quirk::IgnoredPage]);
    for error in [
        keys.list().items().try_collect::<Vec<_>>().await.err(),
        links.list().items().try_collect::<Vec<_>>().await.err(),
        links.payments(id).items().try_collect::<Vec<_>>().await.err(),
    ] {
        assert!(error.is_some_and(|error| error.is_repeated_page()));
    }
}
