//! Whether a delivery reports something newer than what was applied before.

use std::cmp::Ordering;

use nd8::webhooks::{Event, RefundStatusChanged, TransactionStatusChanged};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::error::{Error, Kind};
use crate::subject::subject;

/// What [`record_if_newer`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It is newer than all before, and is recorded: apply it in the same transaction.
    Newer,
    /// It is older than what is recorded, or the same: skip it.
    Stale,
    /// Nothing shows which is newer, or it lacks a status: fetch the payment or the refund, and apply that.
    Unclear,
}

/// Records what a delivery reports about its payment or refund, if it is newer than what was recorded before.
///
/// Call it in the handler's transaction, and write the status in the same one. The record is locked until its end, so no two handlers
/// decide at the same time. It is kept by subject, with one row each, and is not purged: without it, a late delivery would be applied.
///
/// # Errors
///
/// If the database reports one.
///
/// # Example: a late `paid` does not overwrite `refunded`
///
/// ```no_run
/// use nd8::webhooks::Event;
/// use nd8_inbox::{Freshness, HandlerError, Received, Transaction, record_if_newer};
///
/// async fn handle(delivery: &Received, transaction: &mut Transaction<'_>) -> Result<(), HandlerError> {
///     let event = delivery.event();
///     let Event::TransactionStatusChanged(payment) = &event else { return Ok(()) };
///     let status = match record_if_newer(&*transaction, &event).await? {
///         Freshness::Newer => payment.status.as_ref().map(ToString::to_string),
///         Freshness::Stale => return Ok(()),
///         Freshness::Unclear => fetch(payment.transaction_id.as_deref()).await?,
///     };
///     let update = "UPDATE orders SET status = $2 WHERE checkout_id = $1";
///     transaction.execute(update, &[&payment.order_id.as_deref(), &status]).await?;
///     Ok(())
/// }
///
/// /// Returns `client.payments().get(…)`'s status.
/// async fn fetch(payment_id: Option<&str>) -> Result<Option<String>, HandlerError> {
///     # let _ = payment_id;
///     # Ok(None)
/// }
/// ```
pub async fn record_if_newer(transaction: &impl GenericClient, event: &Event) -> Result<Freshness, Error> {
    let Some(subject) = subject(event) else { return Ok(Freshness::Unclear) };
    match event {
        Event::TransactionStatusChanged(payload) => record(transaction, &subject, payload).await,
        Event::RefundStatusChanged(payload) => record(transaction, &subject, payload).await,
        _ => Ok(Freshness::Unclear),
    }
}

trait Payload: Serialize + DeserializeOwned {
    fn is_complete(&self) -> bool;
    fn has_time(&self) -> bool;
    fn compare(&self, other: &Self) -> Option<Ordering>;
}

macro_rules! payload {
    ($type:ty) => {
        impl Payload for $type {
            fn is_complete(&self) -> bool {
                self.status.is_some() && !self.is_truncated
            }

            fn has_time(&self) -> bool {
                self.updated_at.is_some()
            }

            fn compare(&self, other: &Self) -> Option<Ordering> {
                self.compare_age(other)
            }
        }
    };
}
payload!(TransactionStatusChanged);
payload!(RefundStatusChanged);

async fn record<P: Payload>(
    client: &impl GenericClient,
    subject: &str,
    payload: &P,
) -> Result<Freshness, Error> {
    let failed = Error::query("record what the delivery reports");
    let key = Sha256::digest(subject).to_vec();
    // An empty record, which others wait for, if there is none.
    let insert = "INSERT INTO nd8_inbox.newest (subject, payload) VALUES ($1, '') ON CONFLICT DO NOTHING";
    client.execute_typed(insert, &[(&key, Type::BYTEA)]).await.map_err(&failed)?;
    let select = "SELECT payload FROM nd8_inbox.newest WHERE subject = $1 FOR UPDATE";
    let rows = client.query_typed(select, &[(&key, Type::BYTEA)]).await.map_err(&failed)?;
    let recorded: Vec<u8> = match rows.first() {
        Some(row) => row.try_get(0).map_err(&failed)?,
        None => Vec::new(),
    };
    let recorded: Option<P> = match recorded.as_slice() {
        [] => None,
        recorded => Some(serde_json::from_slice(recorded).map_err(Kind::Payload)?),
    };
    let (freshness, is_recorded) = decide(recorded.as_ref(), payload);
    if is_recorded {
        let payload = serde_json::to_vec(payload).map_err(Kind::Payload)?;
        let update = "UPDATE nd8_inbox.newest SET payload = $2 WHERE subject = $1";
        client
            .execute_typed(update, &[(&key, Type::BYTEA), (&payload, Type::BYTEA)])
            .await
            .map_err(&failed)?;
    }
    Ok(freshness)
}

/// Compares a payload with the recorded one. Returns also whether it is recorded in its place.
fn decide<P: Payload>(recorded: Option<&P>, payload: &P) -> (Freshness, bool) {
    let ordering = recorded.map(|recorded| payload.compare(recorded));
    match ordering {
        _ if !payload.is_complete() => (Freshness::Unclear, false),
        // Without a time nothing shows later that a delivery is older than this one.
        None if payload.has_time() => (Freshness::Newer, true),
        None => (Freshness::Unclear, false),
        Some(Some(Ordering::Greater)) => (Freshness::Newer, true),
        Some(Some(Ordering::Less | Ordering::Equal)) => (Freshness::Stale, false),
        Some(None) => (Freshness::Unclear, false),
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Freshness, TransactionStatusChanged, decide};

    fn payment(status: &str, updated_at: &str) -> TransactionStatusChanged {
        let body = format!(
            r#"{{"event":"transaction.status_changed","transaction_id":"TX1","status":"{status}","updated_at":"{updated_at}"}}"#
        );
        match Event::from_verified(body.as_bytes()) {
            Event::TransactionStatusChanged(payment) => payment,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_is_certainly_newer_is_applied() {
        let paid = payment("paid", "2026-01-02T03:04:06Z");
        let cases = [
            (None, payment("paid", "2026-01-02T03:04:06Z"), (Freshness::Newer, true)),
            // Applied without a time, it could be overwritten by an older one: fetching is right at any time.
            (None, payment("paid", ""), (Freshness::Unclear, false)),
            (None, payment("", "2026-01-02T03:04:06Z"), (Freshness::Unclear, false)),
            (Some(&paid), payment("refunded", "2026-01-02T03:04:07Z"), (Freshness::Newer, true)),
            (Some(&paid), payment("processing", "2026-01-02T03:04:05Z"), (Freshness::Stale, false)),
            (Some(&paid), payment("paid", "2026-01-02T03:04:06Z"), (Freshness::Stale, false)),
            (Some(&paid), payment("refunded", "2026-01-02T03:04:06Z"), (Freshness::Unclear, false)),
            (Some(&paid), payment("refunded", ""), (Freshness::Unclear, false)),
            (Some(&paid), payment("", "2026-01-02T03:04:07Z"), (Freshness::Unclear, false)),
        ];
        for (recorded, payload, expected) in cases {
            assert_eq!(decide(recorded, &payload), expected, "{payload:?}");
        }
    }
}
