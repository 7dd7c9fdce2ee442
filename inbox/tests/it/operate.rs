//! Numbers, retention, the clock, and the plans of the statements that run all the time.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_postgres::{AsyncMessage, NoTls};

use crate::support::{Database, Note, Running};

#[tokio::test]
async fn stats_count_by_state() {
    let Some(database) = Database::create().await else { return };
    let empty = database.inbox.stats().await.expect("counts");
    assert_eq!(
        (empty.waiting, empty.ready, empty.done, empty.oldest, empty.oldest_age),
        (0, 0, 0, None, None)
    );
    database.receive(&["TX1", "TX1", "TX2", "TX3", "TX4", "TX5"]).await;
    database
        .client
        .batch_execute(
            "SELECT nd8_inbox.complete(id, token) FROM nd8_inbox.claim(1, '1 min');
            SELECT nd8_inbox.fail(id, token, 'no') FROM nd8_inbox.claim(1, '1 min');
            SELECT nd8_inbox.fail(id, token, 'no', attempts => 1) FROM nd8_inbox.claim(1, '1 min');
            SELECT nd8_inbox.claim(1, '1 min');
            UPDATE nd8_inbox.delivery SET received_at = received_at - interval '1 hour' WHERE id = 2;",
        )
        .await
        .expect("works");
    let stats = database.inbox.stats().await.expect("counts");
    assert_eq!((stats.waiting, stats.ready, stats.running, stats.retrying), (0, 2, 1, 1));
    assert_eq!((stats.dead, stats.done), (1, 1));
    let age = stats.oldest_age.expect("there is one");
    assert!(age >= Duration::from_secs(3600) && age < Duration::from_secs(3700), "{age:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_and_old_is_purged_and_nothing_else() {
    let Some(database) = Database::create().await else { return };
    let old = "UPDATE nd8_inbox.delivery SET received_at = received_at - interval '31 days'";
    database.receive(&["done", "dead", "waiting", "ready"]).await;
    database
        .client
        .batch_execute(
            "SELECT nd8_inbox.complete(id, token) FROM nd8_inbox.claim(1, '1 min');
            SELECT nd8_inbox.fail(id, token, 'no', attempts => 1) FROM nd8_inbox.claim(1, '1 min');",
        )
        .await
        .expect("works");
    let month = Duration::from_secs(30 * 24 * 3600);
    assert_eq!(database.inbox.purge(month).await.expect("purges"), 0);
    database.client.batch_execute(old).await.expect("becomes old");
    assert_eq!(database.inbox.purge(Duration::MAX).await.expect("purges"), 0);
    assert_eq!(database.inbox.purge(month).await.expect("purges"), 1);
    let left = "SELECT string_agg(subject, ' ' ORDER BY id) FROM nd8_inbox.delivery";
    let left: String = database.client.query_one(left, &[]).await.expect("lists").get(0);
    assert_eq!(left, "payment/dead payment/waiting payment/ready");

    // A worker does so by itself, unless that is switched off.
    let purging = Running::start(
        database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(10)).retention(None),
    );
    database.until("(SELECT count(*) = 1 FROM nd8_inbox.queue)").await;
    database.client.batch_execute(old).await.expect("is old");
    purging.stop().await;
    assert_eq!(database.count("SELECT count(*) FROM nd8_inbox.delivery").await, 3);
    let worker =
        Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(10)));
    database.until("(SELECT count(*) = 1 FROM nd8_inbox.delivery)").await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_set_back_delays_nothing() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1", "TX2", "TX3"]).await;
    // What was written by a clock that was a day ahead: ready, retrying after a second, and leased for a second.
    database
        .client
        .batch_execute(
            "UPDATE nd8_inbox.queue SET due = clock_timestamp() + '1 day', since = clock_timestamp() + '1 day';
            UPDATE nd8_inbox.queue SET phase = 'retrying', due = due + '1 second' WHERE id = 2;
            UPDATE nd8_inbox.queue SET phase = 'leased', token = gen_random_uuid(), due = due + '1 second' WHERE id = 3;
            UPDATE nd8_inbox.delivery SET received_at = received_at + '1 day';",
        )
        .await
        .expect("is ahead");
    assert!(
        database
            .client
            .query_opt("SELECT FROM nd8_inbox.claim(1, '1 min')", &[])
            .await
            .expect("looks")
            .is_none()
    );
    assert_eq!(database.inbox.stats().await.expect("counts").oldest_age, Some(Duration::ZERO));
    let worker =
        Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(50)));
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    worker.stop().await;
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_set_ahead_doubles_nothing() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1"]).await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let handler = {
        let gate = gate.clone();
        Note(move |_| {
            let gate = gate.clone();
            async move {
                gate.acquire().await?.forget();
                Ok(())
            }
        })
    };
    let first = Running::start(database.inbox.worker(handler).concurrency(1));
    database.until("(SELECT count(*) = 1 FROM nd8_inbox.queue WHERE phase = 'leased')").await;
    // By a clock that is ahead, the lease has run out while its handler runs.
    database
        .client
        .batch_execute("UPDATE nd8_inbox.queue SET due = clock_timestamp()")
        .await
        .expect("runs out");
    let second =
        Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(20)));
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    gate.add_permits(1);
    first.stop().await;
    second.stop().await;
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 1);
}

/// The plans of all statements within the functions, as `auto_explain` reports them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_statement_that_runs_all_the_time_reads_a_whole_table() {
    let Some(database) = Database::create().await else { return };
    let plans = Arc::<Mutex<String>>::default();
    let (client, mut connection) = database.config.connect(NoTls).await.expect("connects");
    let received = plans.clone();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notice(notice) = message {
                received.lock().expect("is not poisoned").push_str(notice.message());
            }
        }
    });
    // Plans are made while the tables are empty and analyzed, and are the same ones when they are large.
    client.batch_execute("ANALYZE nd8_inbox.queue; ANALYZE nd8_inbox.delivery").await.expect("analyzes");
    let explain = "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
        SET client_min_messages = log; SET plan_cache_mode = force_generic_plan";
    if let Err(error) = client.batch_execute(explain).await {
        eprintln!("skipped: auto_explain cannot be loaded: {error}");
        return;
    }
    let uses = [
        "SELECT nd8_inbox.receive('key-' || n, '', 'e', 'payment/TX1', 'payment/TX1', 0, NULL) FROM generate_series(1, 3) n",
        "SELECT nd8_inbox.heartbeat(ARRAY[id], ARRAY[token], '1 min') FROM nd8_inbox.claim(1, '1 min')",
        "UPDATE nd8_inbox.queue SET due = clock_timestamp() WHERE phase = 'leased'",
        "SELECT nd8_inbox.fail(id, token, 'no', '0 s') FROM nd8_inbox.claim(1, '1 min')",
        "SELECT nd8_inbox.fail(id, token, 'no', attempts => 1, hold => false) FROM nd8_inbox.claim(1, '1 min')",
        "SELECT nd8_inbox.complete(id, token) FROM nd8_inbox.claim(1, '1 min')",
        "SELECT nd8_inbox.release(id, token) FROM nd8_inbox.claim(1, '1 min')",
        "SELECT nd8_inbox.replay(1)",
    ];
    for sql in uses {
        client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let plans = plans.lock().expect("is not poisoned").clone();
    for index in ["queue_due", "queue_pkey", "delivery_pkey", "delivery_key_key"] {
        assert!(plans.contains(index), "{index} is not used:\n{plans}");
    }
    for plan in
        plans.split("Query Text: ").filter(|plan| !plan.starts_with("UPDATE nd8_inbox.queue SET due = clock"))
    {
        for table in ["queue", "delivery"] {
            assert!(!plan.contains(&format!("Seq Scan on {table}")), "{plan}");
        }
    }
}
