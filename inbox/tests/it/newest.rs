//! A status is applied only if it is newer.

use nd8::webhooks::Event;
use nd8_inbox::{Freshness, record_if_newer};

use crate::support::Database;

fn refund(id: &str, status: &str, updated_at: &str) -> Event {
    Event::from_verified(
        format!(
            r#"{{"event":"refund.status_changed","refund_id":"{id}","transaction_id":"TX1\u0000","status":"{status}","updated_at":"{updated_at}"}}"#
        )
        .as_bytes(),
    )
}

#[tokio::test]
async fn an_older_state_is_skipped_and_an_unclear_one_is_to_be_fetched() {
    let Some(mut database) = Database::create().await else { return };
    let cases = [
        ("RF1", "processing", "2026-01-02T03:04:05Z", Freshness::Newer),
        ("RF1", "completed", "2026-01-02T03:04:07Z", Freshness::Newer),
        ("RF1", "failed", "2026-01-02T03:04:06Z", Freshness::Stale),
        ("RF1", "completed", "2026-01-02T03:04:07Z", Freshness::Stale),
        ("RF1", "failed", "2026-01-02T03:04:07Z", Freshness::Unclear),
        ("RF1", "failed", "", Freshness::Unclear),
        ("RF2", "processing", "2026-01-02T03:04:05Z", Freshness::Newer),
    ];
    for (id, status, updated_at, expected) in cases {
        let transaction = database.client.transaction().await.expect("begins");
        let found = record_if_newer(&transaction, &refund(id, status, updated_at)).await.expect("compares");
        assert_eq!(found, expected, "{id} {status} {updated_at}");
        transaction.commit().await.expect("commits");
    }
    // What was rolled back is not recorded.
    for _ in 0..2 {
        let transaction = database.client.transaction().await.expect("begins");
        let newer = refund("RF1", "failed", "2026-01-03T00:00:00Z");
        assert_eq!(record_if_newer(&transaction, &newer).await.expect("compares"), Freshness::Newer);
        transaction.rollback().await.expect("rolls back");
    }
    let test = Event::from_verified(br#"{"event":"webhook.test"}"#);
    assert_eq!(record_if_newer(&database.client, &test).await.expect("compares"), Freshness::Unclear);
}
