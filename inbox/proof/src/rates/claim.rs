//! Time of a claim by the number of deliveries that wait.

use std::time::Instant;

use tokio_postgres::Config;
use tokio_postgres::types::Type;

use crate::Failure;
use crate::cluster::connect;

const CLAIMS: u32 = 500;

pub(super) async fn by_size(config: &Config, sizes: &[i64]) -> Result<Vec<(i64, u128)>, Failure> {
    let client = connect(config).await?;
    let mut times = Vec::new();
    for size in sizes {
        // Half of them are the heads of their subjects, and all others wait behind the first.
        client
            .batch_execute(&format!(
                "TRUNCATE nd8_inbox.queue, nd8_inbox.delivery RESTART IDENTITY;
                INSERT INTO nd8_inbox.delivery (key, lane, body, secret_index, received_at)
                    SELECT 'd-' || n, CASE WHEN n > {size} / 2 THEN 1 ELSE n END, repeat('x', 200)::bytea, 0, now()
                    FROM generate_series(1, {size}) n;
                INSERT INTO nd8_inbox.queue (lane, id, phase, due, since)
                    SELECT lane, id, CASE WHEN id > {size} / 2 THEN 'waiting' ELSE 'ready' END,
                        CASE WHEN id > {size} / 2 THEN NULL ELSE now() END, now()
                    FROM nd8_inbox.delivery;
                CHECKPOINT;"
            ))
            .await?;
        let claim = "SELECT id, token FROM nd8_inbox.claim(1, interval '1 hour')";
        for _ in 0..20 {
            client.query_typed(claim, &[]).await?;
        }
        // Without waiting for the disk, which takes longer than all else, and as long whatever the size is.
        client.batch_execute("SET synchronous_commit = off").await?;
        let begin = Instant::now();
        for _ in 0..CLAIMS.min(u32::try_from(size / 4)?) {
            let rows = client.query_typed(claim, &[]).await?;
            let row = rows.first().ok_or("there is nothing to claim")?;
            let (id, token): (i64, uuid::Uuid) = (row.try_get(0)?, row.try_get(1)?);
            let complete = "SELECT nd8_inbox.complete($1, $2)";
            client.query_typed(complete, &[(&id, Type::INT8), (&token, Type::UUID)]).await?;
        }
        times.push((*size, begin.elapsed().as_micros() / u128::from(CLAIMS.min(u32::try_from(size / 4)?))));
    }
    Ok(times)
}
