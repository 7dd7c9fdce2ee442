//! Compares what was acknowledged with what took effect.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use nd8_sandbox::Sandbox;
use tokio_postgres::Config;

use crate::Failure;
use crate::cluster::connect;

/// What held, as counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Deliveries that the sandbox made.
    pub made: usize,
    /// Deliveries that were acknowledged with a 2xx.
    pub acknowledged: usize,
    /// Attempts of the sandbox that ended otherwise.
    pub refused_attempts: usize,
    /// Acknowledged without an effect.
    pub lost: usize,
    /// Effects beyond the first of a delivery.
    pub doubled: usize,
    /// Effects that came before one that was received earlier, about the same payment.
    pub out_of_order: usize,
    /// Effects in all: also of deliveries whose response was lost.
    pub effects: usize,
}

impl Verdict {
    /// Returns whether nothing is lost, doubled or out of order.
    pub fn holds(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.out_of_order == 0
    }
}

/// Waits until all is worked, and compares.
pub(super) async fn reach(config: &Config, sandbox: &Sandbox, deadline: Instant) -> Result<Verdict, Failure> {
    let client = connect(config).await?;
    loop {
        let row = client
            .query_one("SELECT waiting + ready + running + retrying + dead FROM nd8_inbox.stats", &[])
            .await?;
        let left: i64 = row.get(0);
        if left == 0 {
            break;
        }
        if Instant::now() > deadline {
            return Err(format!("out of time, with {left} deliveries that are not worked").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut effects: HashMap<String, usize> = HashMap::new();
    let mut out_of_order = 0;
    let mut previous: Option<(String, i64)> = None;
    let rows = client.query("SELECT key, subject, id FROM effect ORDER BY subject, n", &[]).await?;
    for row in &rows {
        let (key, subject, id): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        *effects.entry(key).or_default() += 1;
        if let Some((of, before)) = &previous
            && *of == subject
            && *before > id
        {
            out_of_order += 1;
        }
        previous = Some((subject, id));
    }
    let deliveries = sandbox.deliveries();
    let acknowledged: Vec<_> = deliveries.iter().filter(|delivery| delivery.is_acknowledged()).collect();
    let attempts: usize = deliveries.iter().map(|delivery| delivery.attempts().len()).sum();
    let accepted = deliveries
        .iter()
        .flat_map(|delivery| delivery.attempts())
        .filter(|attempt| {
            attempt.outcome().response_status().is_some_and(|status| (200..300).contains(&status))
        })
        .count();
    Ok(Verdict {
        made: deliveries.len(),
        acknowledged: acknowledged.len(),
        refused_attempts: attempts - accepted,
        lost: acknowledged
            .iter()
            .filter(|delivery| !effects.contains_key(&delivery.id().to_string()))
            .count(),
        doubled: effects.values().map(|count| count - 1).sum(),
        out_of_order,
        effects: rows.len(),
    })
}
