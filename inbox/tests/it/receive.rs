//! What is stored, once, and in which order.

use nd8::webhooks::{Event, Verifier};
use nd8_inbox::{Inbox, Key, Receipt};
use tokio_postgres::NoTls;

use crate::support::{Database, about, delivery};

#[tokio::test]
async fn a_delivery_is_stored_as_it_came() {
    let Some(database) = Database::create().await else { return };
    let body = br#"{"event":"transaction.status_changed","transaction_id":"TX1","status":"paid"}"#;
    let signer = Verifier::new("old");
    let verifier = Verifier::new("new").also("old");
    let delivery = verifier.verify(&signer.signed_headers("b7c1", "x", body), body).expect("is signed");
    let receipt = database.inbox.receive(&delivery).await.expect("is stored");
    let row = database
        .client
        .query_one(
            "SELECT d.key, d.event, d.subject, d.body, d.secret_index, d.sent_at, d.received_at <= clock_timestamp(), q.phase
            FROM nd8_inbox.delivery d JOIN nd8_inbox.queue q USING (id) WHERE d.id = $1",
            &[&receipt.id()],
        )
        .await
        .expect("is there");
    let texts: [&str; 3] = std::array::from_fn(|index| row.get(index));
    assert_eq!(texts, ["b7c1", "transaction.status_changed", "payment/TX1"]);
    assert_eq!(row.get::<_, &[u8]>(3), body);
    assert_eq!(row.get::<_, i32>(4), 1, "signed with the old secret");
    assert_eq!(row.get::<_, Option<jiff::Timestamp>>(5), delivery.timestamp);
    assert!(row.get::<_, bool>(6));
    assert_eq!(row.get::<_, &str>(7), "ready");
}

#[tokio::test]
async fn a_duplicate_changes_nothing() {
    let Some(database) = Database::create().await else { return };
    let state = "SELECT coalesce(string_agg(d::text || coalesce(q::text, ''), ',' ORDER BY d.id), '') FROM nd8_inbox.delivery d
        LEFT JOIN nd8_inbox.queue q USING (id)";
    let delivery = about("TX1");
    let Receipt::Stored { id, .. } = database.inbox.receive(&delivery).await.expect("is stored") else {
        panic!("it is new")
    };
    let before: String = database.client.query_one(state, &[]).await.expect("reads").get(0);
    for _ in 0..3 {
        let receipt = database.inbox.receive(&delivery).await.expect("is known");
        assert!(matches!(receipt, Receipt::Duplicate { id: known, .. } if known == id), "{receipt:?}");
    }
    let after: String = database.client.query_one(state, &[]).await.expect("reads").get(0);
    assert_eq!(before, after);

    // Also when it is done.
    let claimed = database
        .client
        .query_one("SELECT id, token FROM nd8_inbox.claim(1, '1 min')", &[])
        .await
        .expect("claims");
    let complete = format!("SELECT nd8_inbox.complete({id}, $1)");
    database.client.execute(&complete, &[&claimed.get::<_, uuid::Uuid>(1)]).await.expect("completes");
    let receipt = database.inbox.receive(&delivery).await.expect("is known");
    assert!(matches!(receipt, Receipt::Duplicate { .. }));
    assert_eq!(database.count("SELECT count(*) FROM nd8_inbox.queue").await, 0);
}

#[tokio::test]
async fn another_body_under_a_known_id_is_not_lost() {
    let Some(database) = Database::create().await else { return };
    let first =
        delivery("b7c1", br#"{"event":"transaction.status_changed","transaction_id":"TX1","status":"paid"}"#);
    let other = delivery(
        "b7c1",
        br#"{"event":"transaction.status_changed","transaction_id":"TX1","status":"refunded"}"#,
    );
    assert!(matches!(database.inbox.receive(&first).await.expect("is stored"), Receipt::Stored { .. }));
    assert!(matches!(database.inbox.receive(&other).await.expect("is stored"), Receipt::Changed { .. }));
    assert!(matches!(database.inbox.receive(&other).await.expect("is known"), Receipt::Duplicate { .. }));
    assert!(matches!(database.inbox.receive(&first).await.expect("is known"), Receipt::Duplicate { .. }));
    assert_eq!(database.count("SELECT count(*) FROM nd8_inbox.delivery").await, 2);
}

#[tokio::test]
async fn by_the_digest_of_the_body_a_replay_under_another_id_is_a_duplicate() {
    let Some(database) = Database::create().await else { return };
    let inbox = database.inbox.clone().key(Key::Body);
    let body = br#"{"event":"transaction.status_changed","transaction_id":"TX1","status":"paid"}"#;
    assert!(matches!(
        inbox.receive(&delivery("b7c1", body)).await.expect("is stored"),
        Receipt::Stored { .. }
    ));
    assert!(matches!(
        inbox.receive(&delivery("ffff", body)).await.expect("is known"),
        Receipt::Duplicate { .. }
    ));
    // By the id it is another one.
    assert!(matches!(
        database.inbox.receive(&delivery("ffff", body)).await.expect("is new"),
        Receipt::Stored { .. }
    ));
}

#[tokio::test]
async fn hostile_content_is_stored_and_read_back() {
    let Some(database) = Database::create().await else { return };
    let long = "x".repeat(900_000);
    let payment = |id: &str| {
        format!(r#"{{"event":"transaction.status_changed","transaction_id":"{id}","status":"paid"}}"#)
    };
    let bodies: Vec<Vec<u8>> = vec![
        payment(r"a\u0000b").into_bytes(),
        payment(r"\ud800").into_bytes(),
        payment("'; DROP SCHEMA nd8_inbox CASCADE; --").into_bytes(),
        payment(r"\\x00\\u0000").into_bytes(),
        payment("\u{202e}漢é👩‍👩‍👧").into_bytes(),
        payment(&long).into_bytes(),
        payment(&"\\u0000".repeat(100_000)).into_bytes(),
        format!(r#"{{"event":"{long}"}}"#).into_bytes(),
        br#"{"event":"a\u0000b.c"}"#.to_vec(),
        format!(r#"{{"event":"{}"}}"#, "é\\u0000".repeat(100)).into_bytes(),
        b"\xff\xfe\0\0".to_vec(),
        b"\0".repeat(1_000_000),
        b"".to_vec(),
        b"null".to_vec(),
        vec![b'['; 1_000_000],
        format!(
            r#"{{"event":"refund.status_changed","refund_id":"{}","status":"x\u0000"}}"#,
            "\\u0001".repeat(5_000)
        )
        .into_bytes(),
    ];
    for (index, body) in bodies.iter().enumerate() {
        let delivery = delivery(&format!("hostile-{index}"), body);
        let receipt =
            database.inbox.receive(&delivery).await.unwrap_or_else(|error| panic!("{index}: {error:?}"));
        assert!(matches!(receipt, Receipt::Stored { .. }), "{index}");
        let again = database.inbox.receive(&delivery).await.expect("is known");
        assert!(matches!(again, Receipt::Duplicate { .. }), "{index}");
        let select = "SELECT body, length(coalesce(subject, '')), length(coalesce(event, '')) FROM nd8_inbox.delivery WHERE id = $1";
        let row = database.client.query_one(select, &[&receipt.id()]).await.expect("is there");
        assert_eq!(row.get::<_, &[u8]>(0), body, "{index}");
        assert!(row.get::<_, i32>(1) < 2_000 && row.get::<_, i32>(2) < 2_000, "{index}");
        assert_eq!(Event::from_verified(row.get(0)), delivery.event, "{index}");
    }
    // Ids of any visible characters, as long as they may be.
    for id in ["'", "\\", "$1", "%s", &"~".repeat(255)] {
        database.inbox.receive(&delivery(id, b"{}")).await.expect("is stored");
    }
    // Two subjects that differ behind what is shown of them have lanes of their own.
    for end in ["1", "2"] {
        let body = payment(&format!("{long}{end}"));
        database.inbox.receive(&delivery(&format!("end-{end}"), body.as_bytes())).await.expect("is stored");
    }
    let sql = "SELECT count(DISTINCT lane) FROM nd8_inbox.delivery WHERE key IN ('end-1', 'end-2')";
    assert_eq!(database.count(sql).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_of_a_subject_are_in_the_order_of_commits() {
    let Some(database) = Database::create().await else { return };
    let receive = "SELECT id FROM nd8_inbox.receive($1, '', NULL, 'payment/TX1', 'payment/TX1', 0, NULL)";
    let mut first = nd8_inbox_proof::cluster::connect(&database.config).await.expect("connects");
    let second = nd8_inbox_proof::cluster::connect(&database.config).await.expect("connects");
    let transaction = first.transaction().await.expect("begins");
    let early: i64 = transaction.query_one(receive, &[&"a"]).await.expect("is stored").get(0);
    let late =
        tokio::spawn(
            async move { second.query_one(receive, &[&"b"]).await.expect("is stored").get::<_, i64>(0) },
        );
    // The second waits for the lock of the subject, and draws its number afterwards.
    database.until("EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'advisory')").await;
    assert!(!late.is_finished());
    // Another subject waits for nothing.
    let other = database.receive(&["TX2"]).await[0];
    transaction.commit().await.expect("commits");
    let late = late.await.expect("ends");
    assert!(early < other && other < late, "{early} {other} {late}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_receivers_of_the_same_deliveries_store_each_once() {
    let Some(database) = Database::create().await else { return };
    let deliveries: Vec<_> = (0..20).map(|number| about(&format!("TX{}", number % 3))).collect();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (inbox, deliveries) = (Inbox::new(database.config.clone(), NoTls), deliveries.clone());
            tokio::spawn(async move {
                let mut stored = 0;
                for delivery in &deliveries {
                    stored += u32::from(matches!(
                        inbox.receive(delivery).await.expect("is stored"),
                        Receipt::Stored { .. }
                    ));
                }
                stored
            })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += task.await.expect("does not panic");
    }
    assert_eq!(stored, 20);
    assert_eq!(
        database.count("SELECT count(*) FROM nd8_inbox.queue WHERE due IS NOT NULL").await,
        3,
        "one head each"
    );
}

#[tokio::test]
async fn settings_of_the_database_weaken_nothing() {
    let Some(database) = Database::create().await else { return };
    let name = database.config.get_dbname().expect("has a name");
    database
        .client
        .batch_execute(&format!(
            "ALTER DATABASE {name} SET default_transaction_isolation = 'serializable';
            ALTER DATABASE {name} SET synchronous_commit = off;
            ALTER DATABASE {name} SET search_path = 'nowhere';"
        ))
        .await
        .expect("sets");
    Inbox::new(database.config.clone(), NoTls).receive(&about("TX1")).await.expect("is stored");

    let mut pool = deadpool_postgres::Config::new();
    pool.host = database.config.get_hosts().first().map(|host| match host {
        tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        tokio_postgres::config::Host::Tcp(name) => name.clone(),
    });
    pool.port = database.config.get_ports().first().copied();
    pool.user = database.config.get_user().map(str::to_owned);
    pool.password =
        database.config.get_password().map(|password| String::from_utf8_lossy(password).into_owned());
    pool.dbname = Some(name.to_owned());
    let pool = pool.create_pool(Some(deadpool_postgres::Runtime::Tokio1), NoTls).expect("is a pool");
    Inbox::from_pool(pool).receive(&about("TX1")).await.expect("is stored");

    let mut client = nd8_inbox_proof::cluster::connect(&database.config).await.expect("connects");
    let transaction =
        client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::ReadCommitted);
    let transaction = transaction.start().await.expect("begins");
    let receive = "SELECT nd8_inbox.receive('k', '', NULL, NULL, NULL, 0, NULL)";
    let setting = "SELECT current_setting('synchronous_commit')";
    let before: String = transaction.query_one(setting, &[]).await.expect("reads").get(0);
    transaction.query_one(receive, &[]).await.expect("is stored");
    let after: String = transaction.query_one(setting, &[]).await.expect("reads").get(0);
    assert_eq!((before.as_str(), after.as_str()), ("off", "on"));
    transaction.rollback().await.expect("rolls back");

    let error = client.query_one(receive, &[]).await.expect_err("is serializable");
    assert_eq!(error.code().map(|code| code.code()), Some("ND802"));
}
