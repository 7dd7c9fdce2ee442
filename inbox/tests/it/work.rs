//! How workers handle deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nd8_inbox::{Handler, HandlerError, Received, Transaction, handler_fn};
use tokio::sync::Semaphore;

use crate::support::{Database, Log, Note, Running};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_is_worked_in_order_one_at_a_time_and_others_in_parallel() {
    let Some(database) = Database::create().await else { return };
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let both = Arc::new(Semaphore::new(0));
    let log = Log::default();
    let handler = {
        let (log, running, most, both) = (log.clone(), running.clone(), most.clone(), both.clone());
        Note(move |delivery: Received| {
            let (log, running, most, both) = (log.clone(), running.clone(), most.clone(), both.clone());
            async move {
                let subject = delivery.subject.unwrap_or_default();
                log.push(format!("{subject} begins"));
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                both.acquire().await?.forget();
                running.fetch_sub(1, Ordering::SeqCst);
                log.push(format!("{subject} ends"));
                Ok(())
            }
        })
    };
    let ids = database.receive(&["TX1", "TX1", "TX2", "TX1", "TX2"]).await;
    let worker = Running::start(database.inbox.worker(handler).concurrency(4).poll(HOUR));
    database.until("(SELECT count(*) = 2 FROM nd8_inbox.queue WHERE phase = 'leased')").await;
    while most.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    both.add_permits(ids.len());
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    worker.stop().await;
    assert_eq!(most.load(Ordering::SeqCst), 2, "two subjects at the same time, and no more");
    for subject in ["payment/TX1", "payment/TX2"] {
        let of_subject: Vec<_> = log.all().into_iter().filter(|line| line.starts_with(subject)).collect();
        for (index, line) in of_subject.iter().enumerate() {
            assert!(line.ends_with(if index % 2 == 0 { "begins" } else { "ends" }), "{of_subject:?}");
        }
    }
    let sorted =
        "SELECT count(*) FROM effect a JOIN effect b ON a.subject = b.subject AND a.n < b.n AND a.id > b.id";
    assert_eq!(database.count(sorted).await, 0);
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failed_handler_wrote_is_gone_and_it_is_tried_again() {
    let Some(database) = Database::create().await else { return };
    let log = Log::default();
    let handler = {
        let log = log.clone();
        Note(move |delivery: Received| {
            log.push(delivery.attempt.to_string());
            async move {
                match delivery.attempt {
                    1 => Err("the carrier is down".into()),
                    2 => panic!("an index is out of bounds"),
                    _ => Ok(()),
                }
            }
        })
    };
    database.receive(&["TX1"]).await;
    let millis = Duration::from_millis;
    let worker = database.inbox.worker(handler).backoff(millis(1), millis(2)).poll(millis(10));
    let worker = Running::start(worker);
    database.until("(SELECT last_error = 'the handler panicked: an index is out of bounds' FROM nd8_inbox.queue) IS NOT FALSE").await;
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    worker.stop().await;
    assert_eq!(log.all(), ["1", "2", "3"]);
    assert_eq!(
        database.count("SELECT count(*) FROM effect").await,
        1,
        "the one of the attempt that succeeded"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_delivery_holds_back_its_subject_or_not_and_can_be_replayed() {
    for holds in [true, false] {
        let Some(database) = Database::create().await else { return };
        let ids = database.receive(&["TX1", "TX1", "TX2"]).await;
        let worker = |fails: bool| {
            let first = ids[0];
            let handler = Note(move |delivery: Received| async move {
                if fails && delivery.id == first { Err("no\0 \u{1b}[31m".into()) } else { Ok(()) }
            });
            let worker =
                database.inbox.worker(handler).attempts(2).hold_back(holds).poll(Duration::from_millis(10));
            Running::start(worker.backoff(Duration::ZERO, Duration::ZERO))
        };
        let running = worker(true);
        database.until("EXISTS (SELECT FROM nd8_inbox.dead)").await;
        let others = if holds { 1 } else { 2 };
        database.until(&format!("(SELECT count(*) = {others} FROM effect)")).await;
        running.stop().await;

        let dead = database.inbox.dead(0, 10).await.expect("lists");
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].id, dead[0].attempts, dead[0].holds), (ids[0], 2, holds));
        assert_eq!(dead[0].last_error.as_deref(), Some("no\\u{0} \\u{1b}[31m"));
        assert!(database.inbox.dead(ids[0], 10).await.expect("lists").is_empty());
        let stats = database.inbox.stats().await.expect("counts");
        assert_eq!((stats.dead, stats.waiting, stats.done), if holds { (1, 1, 1) } else { (1, 0, 2) });

        assert!(database.inbox.replay(ids[0]).await.expect("replays"));
        assert!(!database.inbox.replay(ids[0]).await.expect("is not dead"));
        let running = worker(false);
        database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
        running.stop().await;
        assert_eq!(database.count("SELECT count(*) FROM effect").await, 3);
        let sorted = "SELECT count(*) FROM effect a JOIN effect b ON a.subject = b.subject AND a.n < b.n AND a.id > b.id";
        assert_eq!(
            database.count(sorted).await,
            i64::from(!holds),
            "out of order only where nothing was held back"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_kills_its_worker_each_time_is_dead_in_the_end() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1"]).await;
    let claim = "SELECT id FROM nd8_inbox.claim(1, '1 min', 3)";
    for _ in 0..3 {
        database.client.query_one(claim, &[]).await.expect("claims");
        database
            .client
            .batch_execute("UPDATE nd8_inbox.queue SET due = clock_timestamp()")
            .await
            .expect("runs out");
    }
    assert!(database.client.query_opt(claim, &[]).await.expect("looks").is_none());
    let dead = database.inbox.dead(0, 10).await.expect("lists");
    assert_eq!(dead[0].last_error.as_deref(), Some("the lease ran out in each of the last attempts"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_finishes_what_is_running_before_it_stops_and_begins_nothing() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1", "TX1", "TX2", "TX3"]).await;
    let gate = Arc::new(Semaphore::new(0));
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
    let mut worker = Running::start(database.inbox.worker(handler).concurrency(2));
    database.until("(SELECT count(*) = 2 FROM nd8_inbox.queue WHERE phase = 'leased')").await;
    worker.ask();
    gate.add_permits(100);
    worker.stop().await;
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 2);
    assert_eq!(database.count("SELECT count(*) FROM nd8_inbox.queue WHERE phase = 'leased'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_after_the_commit_wakes_a_worker() {
    let Some(database) = Database::create().await else { return };
    let worker = Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(HOUR));
    // It listens, and has nothing to do.
    database.until("EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%rewind%')").await;
    database.receive(&["TX1"]).await;
    database.until("(SELECT count(*) = 1 FROM effect)").await;
    database.receive(&["TX1", "TX2", "TX3"]).await;
    database.until("(SELECT count(*) = 4 FROM effect)").await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_notifications_a_worker_polls() {
    let Some(database) = Database::create().await else { return };
    let worker =
        Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(20)));
    // Received by a client that notifies nobody.
    let receive = "SELECT nd8_inbox.receive($1, '', NULL, NULL, NULL, 0, NULL)";
    for key in ["a", "b", "c"] {
        database.client.execute(receive, &[&key]).await.expect("is stored");
    }
    database.until("(SELECT count(*) = 3 FROM effect)").await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_longer_than_its_lease_keeps_it() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1"]).await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let lease = Duration::from_secs(1);
    let workers = [(), ()].map(|()| {
        let slow = Slow { attempts: attempts.clone(), time: lease * 5 / 2 };
        Running::start(database.inbox.worker(slow).lease(lease).poll(lease / 50))
    });
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    for worker in workers {
        worker.stop().await;
    }
    assert_eq!(attempts.load(Ordering::SeqCst), 1);
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 1);
}

/// Works for a while, with a statement now and then.
struct Slow {
    attempts: Arc<AtomicUsize>,
    time: Duration,
}

impl Handler for Slow {
    async fn handle(&self, _: &Received, transaction: &mut Transaction<'_>) -> Result<(), HandlerError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        let begin = std::time::Instant::now();
        while begin.elapsed() < self.time {
            transaction.execute("SELECT pg_sleep(0.1)", &[]).await?;
        }
        transaction.execute("INSERT INTO effect DEFAULT VALUES", &[]).await?;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_gone_loses_its_delivery_and_what_it_wrote() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1"]).await;
    let stuck =
        Running::start(database.inbox.worker(Note(|_| std::future::pending())).lease(Duration::from_secs(1)));
    database.until("(SELECT count(*) = 1 FROM nd8_inbox.queue WHERE phase = 'leased')").await;
    stuck.kill();
    let worker =
        Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(20)));
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    worker.stop().await;
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_swallows_an_error_of_the_database_has_failed() {
    let Some(database) = Database::create().await else { return };
    database.receive(&["TX1"]).await;
    let handler = handler_fn(|_, transaction| {
        Box::pin(async move {
            let _ = transaction.execute("INSERT INTO nowhere VALUES (1)", &[]).await;
            Ok(())
        })
    });
    let worker = Running::start(database.inbox.worker(handler).attempts(1));
    database.until("EXISTS (SELECT FROM nd8_inbox.dead)").await;
    worker.stop().await;
    let error = database.inbox.dead(0, 1).await.expect("lists").remove(0).last_error.expect("has one");
    assert!(error.contains("current transaction is aborted"), "{error}");
}
