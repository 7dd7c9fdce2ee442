//! Waiting for the end of a payment or a refund.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use nd8::{PaymentStatus, Poll, RefundStatus};
use serde_json::json;

use crate::support::Server;

fn at_once() -> Poll {
    Poll::within(Duration::from_secs(60)).every(Duration::ZERO, Duration::ZERO)
}

/// Answers with one state after the other, and then for ever with the last.
async fn server(states: &'static [&'static str]) -> Server {
    let asked = Arc::new(AtomicUsize::new(0));
    Server::start(move |request| {
        let state = states[asked.fetch_add(1, Ordering::SeqCst).min(states.len() - 1)];
        if state == "gone" {
            return StatusCode::NOT_FOUND.into_response();
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
        server.client().payments().get("TX1").until_final(at_once()).await.expect("comes to its end");
    assert_eq!((payment.status, server.received().len()), (Some(PaymentStatus::Paid), 4));
}

#[tokio::test]
async fn a_refund_is_asked_for_until_its_end() {
    let server = server(&["pending", "processing", "rejected"]).await;
    let refund = server.client().refunds().get("RF1").until_final(at_once()).await.expect("comes to its end");
    assert_eq!((refund.status, server.received().len()), (Some(RefundStatus::Rejected), 3));
}

#[tokio::test]
async fn what_was_seen_last_is_in_the_error() {
    let server = self::server(&["processing"]).await;
    let poll = Poll::within(Duration::ZERO);
    let error = server.client().refunds().get("RF1").until_final(poll).await.expect_err("does not end");
    assert_eq!(error.last.as_ref().and_then(|refund| refund.status.clone()), Some(RefundStatus::Processing));
    assert!(error.error.is_none());
    assert_eq!(error.to_string(), "the final state was not reached in time");

    let server = self::server(&["processing", "gone"]).await;
    let error = server.client().refunds().get("RF1").until_final(at_once()).await.expect_err("vanishes");
    assert!(error.last.is_some() && error.error.is_some_and(|error| error.is_not_found()));
}
