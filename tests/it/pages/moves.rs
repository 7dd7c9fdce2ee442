//! Lists that change while they are read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use serde_json::json;

use super::refund;
use crate::support::{Received, Server};

/// A list, newest first, to which rows are added and from which they are taken before it is looked at.
struct Moving {
    rows: Vec<usize>,
    /// How many rows are added before each request for another page; the last holds for all others.
    added: Vec<usize>,
    /// Rows that are removed before the second request.
    removed: Vec<usize>,
    is_enveloped: bool,
    requests: usize,
}

impl Moving {
    fn new(total: usize, added: &[usize]) -> Self {
        let rows = (0..total).rev().collect();
        Self { rows, added: added.to_vec(), removed: Vec::new(), is_enveloped: false, requests: 0 }
    }

    fn respond(&mut self, request: &Received) -> Response {
        let query: HashMap<&str, &str> = request
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let number = |name: &str| query.get(name).and_then(|value| value.parse::<usize>().ok());
        let (page, size) = (number("page").unwrap_or(1), number("page_size").unwrap_or(100));
        if self.requests > 0 {
            let added = self.added[(self.requests - 1).min(self.added.len() - 1)];
            let newest = self.rows.first().map_or(0, |newest| newest + 1);
            self.rows.splice(0..0, (newest..newest + added).rev());
            self.rows.retain(|row| !self.removed.contains(row));
        }
        self.requests += 1;
        let last = self.rows.len().div_ceil(size).max(1);
        if page > last {
            return (StatusCode::NOT_FOUND, axum::Json(json!({"detail": "Invalid page."}))).into_response();
        }
        let rows: Vec<_> =
            self.rows.iter().skip((page - 1) * size).take(size).map(|row| refund(*row)).collect();
        if !self.is_enveloped {
            return axum::Json(rows).into_response();
        }
        let next = (page < last).then(|| format!("/?page={}&page_size={size}", page + 1));
        axum::Json(json!({"count": self.rows.len(), "next": next, "results": rows})).into_response()
    }

    /// Lists it, and returns the ids.
    async fn list(self, size: u32) -> Result<Vec<String>, nd8::Error> {
        let moving = Arc::new(Mutex::new(self));
        let server = Server::start(move |request| {
            moving.lock().expect("no thread panics while it holds the lock").respond(request)
        })
        .await;
        let items = server.client().refunds().list().page_size(size).items();
        items.map_ok(|refund| refund.id.into()).try_collect().await
    }
}

/// Fails if an id is there twice, or one of the first rows is not there.
#[track_caller]
fn assert_complete(ids: &[String], total: usize, context: &str) {
    let mut once = ids.to_vec();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "{context}: {ids:?}");
    let missing: Vec<_> = (0..total).map(|row| format!("RF{row}")).filter(|id| !ids.contains(id)).collect();
    assert!(missing.is_empty(), "{context}: {missing:?} of {ids:?}");
}

#[tokio::test]
async fn rows_that_are_inserted_move_none_out_of_the_list() {
    for is_enveloped in [false, true] {
        for (size, added, is_complete) in [
            (2, &[0][..], true),
            (2, &[1], true),
            (10, &[9], true),
            // A whole page moves, so that the next one holds nothing new.
            (1, &[1, 0], true),
            (2, &[2, 0], true),
            (3, &[0, 0, 5, 0], true),
            (3, &[0, 3, 0, 0, 3, 0], true),
            // Faster than the list is read.
            (1, &[1], false),
            (3, &[3], false),
            (2, &[0, 0, 0, 50, 0], true),
        ] {
            let context = format!("{size}, {added:?}, {is_enveloped}");
            let listed = Moving { is_enveloped, ..Moving::new(20, added) }.list(size).await;
            assert_eq!(listed.is_ok(), is_complete, "{context}: {listed:?}");
            match listed {
                Ok(ids) => assert_complete(&ids, 20, &context),
                Err(error) => assert!(error.is_repeated_page(), "{context}: {error}"),
            }
        }
    }
}

/// Random insertions: a list is complete, with each id once, or an error.
#[tokio::test]
async fn no_rate_of_insertions_loses_or_repeats_a_row() {
    let mut complete = 0;
    for seed in 0..200 {
        let mut random = fastrand::Rng::with_seed(seed);
        let size = random.u32(1..=5);
        let mut added: Vec<usize> =
            (0..30).map(|_| if random.bool() { 0 } else { random.usize(..=6) }).collect();
        // Faster for ever is a list without an end.
        added.push(0);
        let is_enveloped = random.bool();
        let listed = Moving { is_enveloped, ..Moving::new(15, &added) }.list(size).await;
        match listed {
            Ok(ids) => {
                assert_complete(&ids, 15, &format!("seed {seed}, {size}, {added:?}"));
                complete += 1;
            }
            Err(error) => assert!(error.is_repeated_page(), "seed {seed}, {size}, {added:?}: {error}"),
        }
    }
    assert!(complete > 50, "{complete}");
}

/// A removed row moves the others forward, and one of them onto the page that was read already. Only a count shows that.
#[tokio::test]
async fn a_row_that_is_removed_is_an_error_where_the_server_counts() {
    let moving = || Moving { removed: vec![9], is_enveloped: true, ..Moving::new(10, &[0]) };
    let error = moving().list(2).await.expect_err("a row is missing");
    assert!(error.is_incomplete_list() && error.to_string().contains("after 9 of 10 items"), "{error}");
    // Also where another one is inserted, so that the count is the same as before.
    let error = Moving { added: vec![0, 1, 0], ..moving() }.list(2).await.expect_err("a row is missing");
    assert!(error.is_incomplete_list(), "{error}");
}
