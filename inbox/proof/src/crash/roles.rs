//! What the children do: receive, or work with handlers that fail.

use std::sync::Mutex;
use std::time::Duration;

use nd8::webhooks::Verifier;
use nd8_inbox::{Handler, HandlerError, Inbox, Received, Transaction};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio_postgres::NoTls;

use crate::Failure;

/// What handlers write: each effect with its place in the order of its subject.
pub(super) const EFFECTS: &str = "
    CREATE TABLE progress (subject text PRIMARY KEY, n bigint NOT NULL);
    CREATE TABLE effect (id bigint NOT NULL, key text NOT NULL, subject text NOT NULL, n bigint NOT NULL);";

/// Receives deliveries until the parent ends.
///
/// # Errors
///
/// If no port can be bound.
pub async fn receive(database: &str, secret: &str) -> Result<(), Failure> {
    let inbox = Inbox::new(database.parse()?, NoTls).timeout(Duration::from_secs(5));
    // The sandbox's clock runs ahead in the end, to have what failed repeated.
    let app = inbox.router("/webhooks", Verifier::new(secret).max_ahead(None));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?.port());
    tokio::select! {
        ended = async { axum::serve(listener, app).await } => Ok(ended?),
        () = parent_ends() => Ok(()),
    }
}

/// Works deliveries until the parent ends.
///
/// # Errors
///
/// If the inbox reports one.
pub async fn work(database: &str, seed: u64) -> Result<(), Failure> {
    let inbox = Inbox::new(database.parse()?, NoTls).timeout(Duration::from_secs(5));
    let handler = Unreliable(Mutex::new(fastrand::Rng::with_seed(seed)));
    let worker = inbox
        .worker(handler)
        .concurrency(4)
        .lease(Duration::from_secs(2))
        .attempts(1_000_000)
        .backoff(Duration::from_millis(10), Duration::from_millis(200))
        .poll(Duration::from_millis(100));
    Ok(worker.run_until(parent_ends()).await?)
}

async fn parent_ends() {
    let mut buffer = [0; 1];
    let _ = tokio::io::stdin().read(&mut buffer).await;
}

/// Fails in 30 of 100 attempts, before or after it wrote.
struct Unreliable(Mutex<fastrand::Rng>);

impl Handler for Unreliable {
    async fn handle(
        &self,
        delivery: &Received,
        transaction: &mut Transaction<'_>,
    ) -> Result<(), HandlerError> {
        let luck = match self.0.lock() {
            Ok(mut random) => random.u32(0..1000),
            Err(_) => return Err("a handler panicked with the lock".into()),
        };
        if luck < 100 {
            return Err("failed before it wrote".into());
        }
        let subject = delivery.subject.clone().unwrap_or_default();
        let count = "INSERT INTO progress AS p VALUES ($1, 1) ON CONFLICT (subject) DO UPDATE SET n = p.n + 1 RETURNING n";
        let n: i64 = transaction.query_one(count, &[&subject]).await?.get(0);
        let insert = "INSERT INTO effect (id, key, subject, n) VALUES ($1, $2, $3, $4)";
        transaction.execute(insert, &[&delivery.id, &delivery.key, &subject, &n]).await?;
        match luck {
            100..250 => Err("failed after it wrote".into()),
            250..300 => std::panic::panic_any("panicked after it wrote"),
            // Long enough for a heartbeat.
            300..310 => {
                tokio::time::sleep(Duration::from_millis(1000)).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
