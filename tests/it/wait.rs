//! Waiting for the end of a payment or a refund.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use nd8::{PaymentStatus, Poll, RefundStatus};
use serde_json::json;

use crate::support::Server;

fn at_once() -> Poll {
    Poll::within(Duration::from_secs(60)).every(Duration::ZERO, Duration::ZERO)
}

/// Without this, what should have been bounded would never end.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits for a payment and for a refund, from a server of these states each, with a client that bounds nothing by itself. Returns for each
/// the state that was seen last, whether waiting succeeded, whether a question failed, and how many were asked.
async fn waited(states: &'static [&'static str], poll: Poll) -> [(Option<String>, bool, bool, usize); 2] {
    fn seen<T>(
        result: Result<T, nd8::NotFinal<T>>,
        state: impl Fn(&T) -> Option<String>,
        asked: usize,
    ) -> (Option<String>, bool, bool, usize) {
        match result {
            Ok(it) => (state(&it), true, false, asked),
            Err(error) => (error.last.as_deref().and_then(state), false, error.error.is_some(), asked),
        }
    }
    let unbounded = |server: &Server| {
        let client = nd8::Client::builder("the-api-key").base_url(&server.url);
        client.timeout(Duration::MAX).attempt_timeout(Duration::MAX).build().expect("the client is built")
    };
    let waited = async {
        let server = self::server(states).await;
        let payment = unbounded(&server).payments().get("TX1").until_final(poll).await;
        let payment = seen(payment, |it| Some(it.status.as_ref()?.to_string()), server.received().len());
        let server = self::server(states).await;
        let refund = unbounded(&server).refunds().get("RF1").until_final(poll).await;
        [payment, seen(refund, |it| Some(it.status.as_ref()?.to_string()), server.received().len())]
    };
    tokio::time::timeout(LIMIT, waited).await.expect("the wait is bounded")
}

/// Responds with one state after the other, and from then on with the last.
async fn server(states: &'static [&'static str]) -> Server {
    let asked = Arc::new(AtomicUsize::new(0));
    Server::start(move |request| {
        let state = states[asked.fetch_add(1, Ordering::SeqCst).min(states.len() - 1)];
        if state == "gone" {
            return StatusCode::NOT_FOUND.into_response();
        }
        if state == "silent" {
            // The response begins, and its body never comes.
            let body = futures_util::stream::pending::<Result<&[u8], std::convert::Infallible>>();
            return Body::from_stream(body).into_response();
        }
        let body = if request.uri.path().contains("refunds") {
            json!({
                "id": "RF1", "transaction_id": "TX1", "amount": "1.00", "currency": "USD", "status": state,
                "created_at": "2026-01-31T12:00:00Z",
            })
        } else {
            json!({"id": "TX1", "amount": "1.00", "currency": "USD", "status": state, "depositAttempts": []})
        };
        Json(body).into_response()
    })
    .await
}

#[tokio::test]
async fn a_payment_is_asked_for_until_its_end() {
    let server = server(&["processing", "state_from_tomorrow", "processing", "paid"]).await;
    let payment =
        server.client().payments().get("TX1").until_final(at_once()).await.expect("the state becomes final");
    assert_eq!((payment.status, server.received().len()), (Some(PaymentStatus::Paid), 4));
}

#[tokio::test]
async fn a_refund_is_asked_for_until_its_end() {
    let server = server(&["pending", "processing", "rejected"]).await;
    let refund =
        server.client().refunds().get("RF1").until_final(at_once()).await.expect("the state becomes final");
    assert_eq!((refund.status, server.received().len()), (Some(RefundStatus::Rejected), 3));
}

#[tokio::test]
async fn what_was_seen_last_is_in_the_error() {
    let server = self::server(&["processing"]).await;
    let poll = Poll::within(Duration::ZERO);
    let error = server
        .client()
        .refunds()
        .get("RF1")
        .until_final(poll)
        .await
        .expect_err("the state never becomes final");
    assert_eq!(error.last.as_ref().and_then(|refund| refund.status.clone()), Some(RefundStatus::Processing));
    assert!(error.error.is_none());
    assert_eq!(error.to_string(), "the final state was not reached in time");

    let server = self::server(&["processing", "gone"]).await;
    let error =
        server.client().refunds().get("RF1").until_final(at_once()).await.expect_err("the refund disappears");
    assert!(error.last.is_some() && error.error.is_some_and(|error| error.is_not_found()));
}

#[tokio::test]
async fn a_question_does_not_outlast_the_time_for_all() {
    let poll = Poll::within(Duration::from_millis(300));
    for (last, is_final, has_failed, asked) in waited(&["silent"], poll).await {
        assert_eq!((last, is_final, has_failed, asked), (None, false, false, 1));
    }
    // Long enough for the first, however busy the machine is.
    let poll = Poll::within(Duration::from_secs(3)).every(Duration::ZERO, Duration::ZERO);
    for (last, is_final, has_failed, asked) in waited(&["processing", "silent"], poll).await {
        assert_eq!((last.as_deref(), is_final, has_failed, asked), (Some("processing"), false, false, 2));
    }
}

#[tokio::test]
async fn two_questions_are_asked_where_the_pause_is_longer_than_the_time() {
    for pause in [Duration::from_secs(10), Duration::MAX] {
        let poll = Poll::within(Duration::from_secs(2)).every(pause, pause);
        for (last, is_final, has_failed, asked) in waited(&["processing"], poll).await {
            assert_eq!((last.as_deref(), is_final, has_failed, asked), (Some("processing"), false, false, 2));
        }
    }
}

#[tokio::test]
async fn no_duration_is_too_short_or_too_long() {
    let durations = [Duration::ZERO, Duration::from_nanos(1), Duration::MAX];
    for within in durations {
        for (first, longest) in
            durations.into_iter().flat_map(|first| durations.map(|longest| (first, longest)))
        {
            let poll = Poll::within(within).every(first, longest);
            for (_, is_final, has_failed, asked) in waited(&["failed"], poll).await {
                assert_eq!((is_final, has_failed, asked), (true, false, 1), "{poll:?}");
            }
            if within != Duration::MAX {
                for (last, is_final, has_failed, asked) in waited(&["processing"], poll).await {
                    let found = (last.as_deref(), is_final, has_failed, asked);
                    assert_eq!(found, (Some("processing"), false, false, 1), "{poll:?}");
                }
            } else if longest != Duration::MAX || first != Duration::MAX {
                for (_, is_final, _, asked) in waited(&["processing", "failed"], poll).await {
                    assert_eq!((is_final, asked), (true, 2), "{poll:?}");
                }
            }
        }
    }
}

/// The client does not have to be asynchronous.
#[test]
fn a_blocking_wait_is_bounded_as_well() {
    let server = nd8::blocking::wait(self::server(&["silent"]));
    let call = server.client().payments().get("TX1").timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    let waited = call.until_final(Poll::within(Duration::from_millis(300)));
    let error = nd8::blocking::wait(async { tokio::time::timeout(LIMIT, waited).await });
    let error = error.expect("the wait is bounded").expect_err("the state never becomes final");
    assert!(error.last.is_none() && error.error.is_none(), "{error:?}");
}
