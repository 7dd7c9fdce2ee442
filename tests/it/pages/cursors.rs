//! Where a list goes on, stored and taken up again.

use futures_util::TryStreamExt as _;
use nd8::{Cursor, Outcome};

use super::{Style, server};

#[tokio::test]
async fn a_cursor_survives_a_restart() {
    for style in [Style::Bare, Style::Envelope] {
        let server = server(style).await;
        let first = server.client().refunds().list().page_size(3).send().await.expect("the list is read");
        let stored = serde_json::to_string(&first.next.expect("the list has a next page"))
            .expect("the value is serialized");

        let cursor: Cursor = serde_json::from_str(&stored).expect("the JSON is valid");
        let rest: Vec<nd8::Refund> = server
            .client()
            .refunds()
            .list()
            .resume(cursor)
            .items()
            .try_collect()
            .await
            .expect("the list is read");
        let ids: Vec<&str> = rest.iter().map(|refund| refund.id.as_str()).collect();
        assert_eq!(ids, ["RF3", "RF4", "RF5", "RF6"]);
    }
}

/// Fifty pages later, with pages of any size, a cursor is as large as at first.
#[tokio::test]
async fn a_cursor_does_not_grow() {
    let server = crate::support::Server::start(|request| {
        let query = request.uri.query().unwrap_or_default();
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let (page, size) = (number("page").unwrap_or(1), number("page_size").unwrap_or(10));
        axum::Json((0..size).map(|row| super::refund(page * size + row)).collect::<Vec<_>>())
    })
    .await;
    let mut sizes = std::collections::BTreeSet::new();
    for size in [10, 50] {
        let mut page =
            server.client().refunds().list().page_size(size).send().await.expect("the list is read");
        for number in 10..60 {
            let mut stored = serde_json::to_string(&page.next.expect("the list has a next page"))
                .expect("the value is serialized");
            if number > 10 {
                sizes.insert(stored.len());
            } else {
                stored = stored.replace("page=2", &format!("page={number}"));
            }
            let cursor: Cursor = serde_json::from_str(&stored).expect("the JSON is valid");
            page = server.client().refunds().list().resume(cursor).send().await.expect("the list is read");
        }
    }
    assert_eq!(sizes.len(), 1, "{sizes:?}");
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused_before_anything_is_sent() {
    let server = server(Style::Bare).await;
    let refunds = server.client().refunds().list().page_size(3).send().await.expect("the list is read");
    let dashboard =
        nd8::Dashboard::builder("a-session").base_url(&server.url).build().expect("the client is built");
    let (links, link, other) =
        (dashboard.payment_links(), uuid::Uuid::nil().into(), uuid::Uuid::max().into());
    let payments =
        links.payments(link).send().await.expect("the list is read").next.expect("the list has a next page");
    let sent = server.received().len();
    let cursor = refunds.next.expect("the list has a next page");
    let errors = [
        dashboard.api_keys().list().resume(cursor.clone()).send().await.err(),
        links.list().resume(cursor.clone()).unchecked().send().await.err(),
        links.payments(link).resume(cursor).items().try_collect::<Vec<_>>().await.err(),
        links.payments(other).resume(payments.clone()).send().await.err(),
        server.client().refunds().list().resume(payments).send().await.err(),
    ];
    for error in errors {
        let error = error.expect("the cursor is of another list");
        assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0), "{error:?}");
        assert!(error.to_string().contains("/cursor belongs to another list"), "{error}");
    }
    assert_eq!(server.received().len(), sent);
}
