//! Measures working and a bare loop that claims a row, deletes it and commits. Neither does anything with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use nd8_inbox::{Inbox, handler_fn};
use tokio::sync::Notify;
use tokio_postgres::{Config, NoTls};

use super::{Pair, Plan, per_second, timed};
use crate::Failure;
use crate::cluster::connect;

pub(super) async fn round(config: &Config, plan: Plan) -> Result<Pair, Failure> {
    let count = plan.deliveries;
    let filler = connect(config).await?;
    let body = "convert_to(repeat('x', 500), 'UTF8')";
    // Without subjects: each would take a lock until the end of the transaction that fills the table.
    filler
        .batch_execute(&format!(
            "INSERT INTO bare (key, body) SELECT 'd-' || n, {body} FROM generate_series(1, {count}) n;
            SELECT count(nd8_inbox.receive('d-' || n, {body}, 'e', NULL, NULL, 0, NULL)) FROM generate_series(1, {count}) n;
            ANALYZE; CHECKPOINT;"
        ))
        .await?;

    let mut loops = Vec::new();
    for _ in 0..plan.connections {
        let mut client = connect(config).await?;
        loops.push(async move {
            let claim = client
                .prepare("SELECT id, key, body FROM bare ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED")
                .await?;
            let delete = client.prepare("DELETE FROM bare WHERE id = $1").await?;
            loop {
                let transaction = client.transaction().await?;
                let Some(row) = transaction.query_opt(&claim, &[]).await? else { return Ok(()) };
                transaction.execute(&delete, &[&row.get::<_, i64>(0)]).await?;
                transaction.commit().await?;
            }
        });
    }
    let bare = timed(loops).await?;

    let (done, all) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let handler = {
        let (done, all) = (done.clone(), all.clone());
        handler_fn(move |_, _| {
            let (done, all) = (done.clone(), all.clone());
            Box::pin(async move {
                if done.fetch_add(1, Ordering::SeqCst) + 1 == count {
                    all.notify_one();
                }
                Ok(())
            })
        })
    };
    let worker = Inbox::new(config.clone(), NoTls).worker(handler).concurrency(plan.connections);
    let begin = Instant::now();
    worker.run_until(async move { all.notified().await }).await?;
    let worked = begin.elapsed();
    Ok(Pair { inbox: per_second(count, worked), bare: per_second(count, bare) })
}
