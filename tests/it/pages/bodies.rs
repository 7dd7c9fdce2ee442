//! What a page is read from: bare arrays, envelopes of several kinds, and bodies that are no page.

use axum::response::IntoResponse as _;
use futures_util::TryStreamExt as _;
use nd8::Outcome;

use crate::support::{Received, Server};

#[tokio::test]
async fn a_page_in_an_envelope_is_read_like_any_other() {
    let refund = r#"{"id":7,"transaction_id":"TX1","amount":"1.00","currency":"USD","status":"completed","created_at":"2026-01-31T12:00:00"}"#;
    let list = async |next: &str, count: &str| {
        let body = format!(r#"{{"count":{count},"next":{next},"previous":null,"results":[{refund}]}}"#);
        let respond =
            move |_: &Received| ([("content-type", "application/json")], body.clone()).into_response();
        let server = Server::start(respond).await;
        server.client().refunds().list().send().await
    };
    let page = list("null", "\"1\"").await.expect("an id may be a number, and a time without an offset");
    assert_eq!((page[0].id.as_str(), page.count, &page.next), ("7", Some(1), &None));
    assert!(list("\"\"", "1").await.expect("the list is read").next.is_none());
    let unusable =
        list("\"https://api.example.com/refunds/\"", "2").await.expect_err("the next page is unknown");
    assert!(unusable.is_decode(), "{unusable:?}");
}

/// What cannot be read of an envelope may be the rest of the list.
#[tokio::test]
async fn a_next_that_cannot_be_read_is_an_error() {
    for (next, is_error) in [
        (r#""next":{"href":"https://x/?page=2"}"#, true),
        (r#""next":["https://x/?page=2"]"#, true),
        (r#""next":true"#, true),
        (r#""next":NaN"#, true),
        (r#""next":"https://x/?page=2","next":"https://x/?page=3""#, true),
        (r#""links":{"next":7}"#, true),
        (r#""next":null"#, false),
        (r#""next":" ","links":{"next":null}"#, false),
    ] {
        let body = format!("{{{next},\"count\":\"1\",\"results\":[{}]}}", r#"{"id":"RF1"}"#);
        let server = Server::start(move |_| body.clone()).await;
        let page = server.client().refunds().list().send().await;
        assert_eq!(page.is_err(), is_error, "{next}: {page:?}");
        if let Ok(page) = page {
            assert_eq!((page.count, page.next.is_some()), (Some(1), false), "{next}");
        }
    }
}

/// Sends this for the first page, and an empty list or 404 for others.
async fn first_page(body: &str) -> Server {
    let body = body.to_owned();
    let response = move |request: &Received| match request.uri.query() {
        Some(query) if query.contains("page=") || query.contains("cursor=") || query.contains("offset=") => {
            "[]".to_owned()
        }
        _ => body.clone(),
    };
    Server::start(response).await
}

#[tokio::test]
async fn envelopes_are_read_whatever_their_keys() {
    let two = r#"[{"id":"RF1"},{"id":2}]"#;
    for (body, count, next) in [
        (format!("  {two}"), None, true),
        (format!(r#"{{"results":{two}}}"#), None, true),
        (format!(r#"{{"results":{two},"next":null}}"#), None, false),
        // It may count what is on the page.
        (format!(r#"{{"results":{two},"count":2}}"#), Some(2), true),
        (format!(r#"{{"results":{two},"count":3}}"#), Some(3), true),
        // The count contradicts the end.
        (format!(r#"{{"results":{two},"count":3,"next":null}}"#), Some(3), true),
        (format!(r#"{{"data":{two},"next":"?cursor=cD0y"}}"#), None, true),
        (format!(r#"{{"items":{two},"next":"https://x.test/?limit=2&offset=2"}}"#), None, true),
        (format!(r#"{{"links":{{"next":null}},"data":{two},"meta":{{"count":2}}}}"#), Some(2), false),
        (format!(r#"{{"links":{{"next":"/?page=2"}},"count":9,"results":{two}}}"#), Some(9), true),
        (format!(r#"{{"pagination":{{"next":null,"count":"2"}},"results":{two}}}"#), Some(2), false),
        (format!(r#"{{"next":null,"links":{{"next":"/?page=2"}},"results":{two}}}"#), None, true),
        (format!(r#"{{"success":true,"data":{{"count":2,"next":null,"results":{two}}}}}"#), Some(2), false),
        (format!(r#"{{"next":null,"data":{{"items":{two}}}}}"#), None, false),
        (format!(r#"{{"next":null,"total_count":3,"results":{two}}}"#), Some(3), true),
        (format!(r#"{{"next":null,"has_more":true,"results":{two}}}"#), None, true),
        (format!(r#"{{"next":null,"has_more":false,"results":{two}}}"#), None, false),
        (format!(r#"{{"next":null,"meta":{{"nextCursor":"x"}},"results":{two}}}"#), None, true),
        (format!(r#"{{"next":null,"next_page":null,"results":{two}}}"#), None, false),
        (
            format!(
                r#"{{"success":true,"status":"ok","errors":[],"error_code":0,"next":null,"results":{two}}}"#
            ),
            None,
            false,
        ),
        (format!("\u{feff}{{\"results\":{two},\"next\":null,\"total\":NaN}}"), None, false),
    ] {
        let server = first_page(&body).await;
        let page =
            server.client().refunds().list().send().await.unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!((page.count, page.next.is_some()), (count, next), "{body}");
        let ids: Vec<&str> = page.iter().map(|refund| refund.id.as_str()).collect();
        assert_eq!(ids, ["RF1", "2"], "{body}");
    }
    for empty in
        ["[]", r#"{"count":0,"next":null,"results":[]}"#, r#"{"count":0,"next":null,"results":null}"#]
    {
        let page = first_page(empty).await.client().refunds().list().send().await.expect("the list is empty");
        assert!(page.is_empty() && page.next.is_none(), "{empty}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_an_error_with_the_reason() {
    for (body, problem) in [
        ("", "the response (200 OK) has an empty body"),
        ("null", "not what the API describes (line 1, column 4)"),
        ("\"RF1\"", "not what the API describes (line 1"),
        ("<p>Hello</p>", "not what the API describes (line 1"),
        (r#"[{"id":"RF1"},"#, "not what the API describes (line 1"),
        (r#"{"results":[{"id":"RF1"}],"#, "not what the API describes (line 1"),
        ("{}", "it is an object without a list"),
        (r#"{"detail":"canary"}"#, "it is an object without a list"),
        (r#"{"results":"canary"}"#, "it is an object without a list"),
        (r#"{"results":null}"#, "its list is null, which does not prove that it is empty"),
        (r#"{"results":null,"next":null,"count":2}"#, "its list is null"),
        (r#"{"results":null,"next":"?page=2","count":0}"#, "its list is null"),
        (r#"{"results":[],"data":[]}"#, "its envelope has several lists"),
        (r#"{"success":false,"results":[]}"#, "reports a failure"),
        (r#"{"results":[],"next":null,"error":"canary"}"#, "reports a failure"),
        (r#"{"count":0,"next":null,"results":[],"errors":[{"code":1}]}"#, "reports a failure"),
        (r#"{"status":"error","data":{"count":0,"results":[]}}"#, "reports a failure"),
        (r#"{"data":{"ok":false,"results":[{"id":"RF1"}]}}"#, "reports a failure"),
        (r#"{"results":[],"results":[]}"#, "its envelope cannot be read"),
        (
            r#"{"results":[],"links":{"next":null,"next":"?page=2"}}"#,
            "reports about other pages cannot be read",
        ),
        (r#"{"results":[],"next":"https://x.test/canary"}"#, "its `next` has no query to go on with"),
        (r#"{"results":[],"next":2}"#, "its `next` is no address"),
        (r#"[{"id":"RF1"},{"reason":"canary"},{"id":"RF3"}]"#, "item 2 of 3 has no id"),
        (r#"[{"id":"RF1"},{"id":" "}]"#, "item 2 of 2 has no id"),
        (r#"[{"id":"RF1"},null]"#, "item 2 of 2 is no object"),
        (r#"{"results":[{"id":"RF1"},{"id":null}],"next":null}"#, "item 2 of 2 has no id"),
        (r#"{"results":["canary"],"next":null}"#, "item 1 of 1 is no object"),
    ] {
        let server = first_page(body).await;
        let error = server.client().refunds().list().send().await.expect_err(body);
        let printed = error.to_string();
        assert!(printed.contains(problem) && !printed.contains("canary"), "{body}: {printed}");
        assert!(error.is_decode(), "{body}: {error:?}");
        assert_eq!(error.body().expect("the error has the body"), body.as_bytes(), "{body}");
        assert_ne!(error.outcome(), Outcome::Rejected, "{body}");
        let items = server.client().refunds().list().items().try_collect::<Vec<_>>().await;
        assert!(items.is_err(), "{body}");
    }
}
