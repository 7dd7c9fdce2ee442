//! Plain SQL over a connection of another client, as sqlx, diesel and SeaORM send it.

use tokio_postgres::IsolationLevel;
use uuid::Uuid;

use crate::support::Database;

const CLAIM: &str = "SELECT id, token FROM nd8_inbox.claim(1, interval '1 minute')";

#[tokio::test]
async fn a_completion_commits_with_the_effects_or_not_at_all() {
    let Some(database) = Database::create().await else { return };
    for isolation in
        [IsolationLevel::ReadCommitted, IsolationLevel::RepeatableRead, IsolationLevel::Serializable]
    {
        database
            .client
            .batch_execute("TRUNCATE effect, nd8_inbox.queue, nd8_inbox.delivery")
            .await
            .expect("empties");
        let first = database.receive(&["TX1"]).await[0];
        let mut foreign = nd8_inbox_proof::cluster::connect(&database.config).await.expect("connects");
        let claimed = foreign.query_one(CLAIM, &[]).await.expect("claims");
        let (id, token): (i64, Uuid) = (claimed.get(0), claimed.get(1));
        assert_eq!(id, first);
        for ends_well in [false, true] {
            let builder = foreign.build_transaction().isolation_level(isolation);
            let transaction = builder.start().await.expect("begins");
            // A snapshot that is older than what comes next.
            transaction.query("SELECT count(*) FROM nd8_inbox.queue", &[]).await.expect("reads");
            let second = if ends_well { database.receive(&["TX1"]).await } else { Vec::new() };
            transaction.execute("INSERT INTO effect (id) VALUES ($1)", &[&id]).await.expect("writes");
            transaction
                .execute("SELECT nd8_inbox.complete($1, $2)", &[&id, &token])
                .await
                .expect("completes");
            if !ends_well {
                transaction.rollback().await.expect("rolls back");
                assert_eq!(database.count("SELECT count(*) FROM effect").await, 0);
                continue;
            }
            transaction.commit().await.expect("commits");
            assert_eq!(database.count("SELECT count(*) FROM effect").await, 1);
            // Its successor, which the snapshot did not show, is ready.
            let next = foreign.query_one(CLAIM, &[]).await.expect("claims");
            assert_eq!(next.get::<_, i64>(0), second[0], "{isolation:?}");
        }
    }
}

#[tokio::test]
async fn a_late_completion_is_refused_and_ends_its_transaction() {
    let Some(database) = Database::create().await else { return };
    let id = database.receive(&["TX1"]).await[0];
    let foreign = &database.client;
    let late: Uuid = foreign.query_one(CLAIM, &[]).await.expect("claims").get(1);
    // As if the lease had run out.
    foreign.batch_execute("UPDATE nd8_inbox.queue SET due = clock_timestamp()").await.expect("runs out");
    let token: Uuid = foreign.query_one(CLAIM, &[]).await.expect("claims").get(1);
    assert_ne!(late, token);

    foreign.batch_execute("BEGIN; INSERT INTO effect (note) VALUES ('late')").await.expect("begins");
    let error =
        foreign.execute("SELECT nd8_inbox.complete($1, $2)", &[&id, &late]).await.expect_err("is late");
    assert_eq!(error.code().map(|code| code.code()), Some("ND801"));
    // A client that ignores the error commits nothing.
    foreign.batch_execute("COMMIT").await.expect("is a rollback");
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 0);

    let failed =
        foreign.query_one("SELECT nd8_inbox.fail($1, $2, 'late')", &[&id, &late]).await.expect("reports");
    assert_eq!(failed.get::<_, &str>(0), "lost");
    foreign.execute("SELECT nd8_inbox.complete($1, $2)", &[&id, &token]).await.expect("is held");
    let again =
        foreign.execute("SELECT nd8_inbox.complete($1, $2)", &[&id, &token]).await.expect_err("is done");
    assert_eq!(again.code().map(|code| code.code()), Some("ND801"));
}

#[tokio::test]
async fn failures_back_off_with_jitter_until_the_delivery_is_dead() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1"]).await;
    let fail = "SELECT nd8_inbox.fail($1, $2, 'no', '8 s', '30 s', 6), (SELECT extract(epoch FROM due - since)::float8 FROM nd8_inbox.queue)";
    for (attempt, (least, most)) in
        [(4., 8.), (8., 16.), (15., 30.), (15., 30.), (15., 30.)].into_iter().enumerate()
    {
        let claimed = database.client.query_one(CLAIM, &[]).await.expect("claims");
        let (id, token): (i64, Uuid) = (claimed.get(0), claimed.get(1));
        let state: String = database.client.query_one(fail, &[&id, &token]).await.expect("reports").get(0);
        assert_eq!(state, "retrying", "{attempt}");
        let pause = "SELECT extract(epoch FROM due - since)::float8 FROM nd8_inbox.queue";
        let pause: f64 = database.client.query_one(pause, &[]).await.expect("waits").get(0);
        assert!((least..=most).contains(&pause), "{attempt}: {pause}");
        assert!(database.client.query_opt(CLAIM, &[]).await.expect("looks").is_none(), "it is not due");
        database
            .client
            .batch_execute("UPDATE nd8_inbox.queue SET due = clock_timestamp()")
            .await
            .expect("is due");
    }
    let claimed = database.client.query_one(CLAIM, &[]).await.expect("claims");
    let (id, token): (i64, Uuid) = (claimed.get(0), claimed.get(1));
    let state =
        database.client.query_one("SELECT nd8_inbox.fail($1, $2, 'no', attempts => 6)", &[&id, &token]).await;
    assert_eq!(state.expect("reports").get::<_, &str>(0), "dead");
    assert!(database.client.query_opt(CLAIM, &[]).await.expect("looks").is_none());
}
