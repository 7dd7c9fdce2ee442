//! A worker that is cut off from the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nd8_inbox::Inbox;
use nd8_inbox_proof::relay::{Relay, Target};
use tokio::sync::Semaphore;
use tokio_postgres::NoTls;

use crate::support::{Database, LIMIT, Note, Running, cluster};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_of_one_that_is_cut_off_passes_on_and_its_late_commit_is_refused() {
    let Some(database) = Database::create().await else { return };
    let Some(folder) = cluster().and_then(|cluster| cluster.socket_folder()) else {
        eprintln!("skipped: the server of DATABASE_URL is not behind a socket that can be cut");
        return;
    };
    let relay = Relay::start(Target::Socket(folder.join(".s.PGSQL.5432"))).await.expect("listens");
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(relay.port()).user("postgres");
    config.dbname(database.config.get_dbname().expect("has a name"));
    let lease = Duration::from_secs(1);

    let (begun, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let stopped = Arc::new(AtomicUsize::new(0));
    let handler = {
        let (begun, gate, stopped) = (begun.clone(), gate.clone(), stopped.clone());
        Note(move |_| {
            let (begun, gate, stopped) = (begun.clone(), gate.clone(), Stopped(stopped.clone()));
            async move {
                begun.add_permits(1);
                gate.acquire().await?.forget();
                drop(stopped);
                Ok(())
            }
        })
    };
    let id = database.receive(&["TX1"]).await[0];
    let cut_off = Running::start(Inbox::new(config, NoTls).worker(handler).concurrency(1).lease(lease));
    tokio::time::timeout(LIMIT, begun.acquire()).await.expect("begins").expect("is open").forget();
    let select = "SELECT token FROM nd8_inbox.queue WHERE id = $1";
    let token: uuid::Uuid = database.client.query_one(select, &[&id]).await.expect("is leased").get(0);
    relay.cut(true);

    // Another one gets the delivery, although the first holds a transaction with a lock on what it wrote.
    let other = Running::start(database.inbox.worker(Note(async |_| Ok(()))).poll(Duration::from_millis(20)));
    database.until("NOT EXISTS (SELECT FROM nd8_inbox.queue)").await;
    assert_eq!(database.count("SELECT count(*) FROM effect").await, 1);
    // The server has ended the session of the first, and the worker has stopped the handler by its own clock.
    tokio::time::timeout(LIMIT, async {
        while stopped.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("is stopped");
    relay.cut(false);
    gate.add_permits(10);
    let complete = "SELECT nd8_inbox.complete($1, $2)";
    let late = database.client.execute(complete, &[&id, &token]).await.expect_err("is late");
    assert_eq!(late.code().map(|code| code.code()), Some("ND801"));

    // It works again when it is connected again.
    other.stop().await;
    database.receive(&["TX2"]).await;
    database.until("(SELECT count(*) = 2 FROM effect)").await;
    cut_off.stop().await;
    assert_eq!(database.count("SELECT count(*) FROM nd8_inbox.queue").await, 0);
}

/// Counts handlers that were dropped or have ended.
struct Stopped(Arc<AtomicUsize>);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_is_cut_off_acknowledges_nothing_and_loses_nothing() {
    let Some(database) = Database::create().await else { return };
    let Some(folder) = cluster().and_then(|cluster| cluster.socket_folder()) else {
        eprintln!("skipped: the server of DATABASE_URL is not behind a socket that can be cut");
        return;
    };
    let relay = Relay::start(Target::Socket(folder.join(".s.PGSQL.5432"))).await.expect("listens");
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(relay.port()).user("postgres");
    config.dbname(database.config.get_dbname().expect("has a name"));
    let inbox = Inbox::new(config, NoTls).timeout(Duration::from_millis(300));
    let delivery = crate::support::about("TX1");
    inbox.receive(&crate::support::about("TX2")).await.expect("is stored");

    relay.cut(true);
    let error = inbox.receive(&delivery).await.expect_err("is cut off");
    assert!(error.is_unavailable(), "{error:?}");
    assert_eq!(error.to_string(), "cannot store the delivery: the database did not respond within 300ms");
    relay.cut(false);
    // Whether the first one arrived or not: it is stored once.
    inbox.receive(&delivery).await.expect("is stored");
    assert_eq!(database.count("SELECT count(*) FROM nd8_inbox.delivery").await, 2);

    relay.lead(Target::Closed);
    let closed = Inbox::new(
        {
            let mut config = tokio_postgres::Config::new();
            config.host("127.0.0.1").port(relay.port()).user("postgres");
            config
        },
        NoTls,
    );
    assert!(closed.receive(&delivery).await.expect_err("is closed").is_unavailable());
}

/// A firewall that forgets connections: they never end, and nothing comes through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_dead_without_an_end_are_replaced() {
    let Some(database) = Database::create().await else { return };
    let Some(folder) = cluster().and_then(|cluster| cluster.socket_folder()) else {
        eprintln!("skipped: the server of DATABASE_URL is not behind a socket that can be cut");
        return;
    };
    let relay = Relay::start(Target::Socket(folder.join(".s.PGSQL.5432"))).await.expect("listens");
    let mut config = tokio_postgres::Config::new();
    config.host("127.0.0.1").port(relay.port()).user("postgres");
    config.dbname(database.config.get_dbname().expect("has a name"));
    let inbox = Inbox::new(config, NoTls).timeout(Duration::from_millis(300));
    let worker = inbox.worker(Note(async |_| Ok(()))).concurrency(2).lease(Duration::from_secs(1));
    let worker = Running::start(worker.poll(Duration::from_millis(20)));
    inbox.receive(&crate::support::about("TX1")).await.expect("is stored");
    database.until("(SELECT count(*) = 1 FROM effect)").await;

    relay.strand();
    let delivery = crate::support::about("TX2");
    while inbox.receive(&delivery).await.is_err() {}
    database.until("(SELECT count(*) = 2 FROM effect)").await;
    // Also while it is cut off, a worker can be stopped.
    relay.cut(true);
    worker.stop().await;
}
