//! Compares the inbox with the least that a table can do, in one run on one server: what counts are ratios.

mod claim;
mod receive;
mod work;

use std::fmt;
use std::time::{Duration, Instant};

use nd8_inbox::Inbox;
use tokio_postgres::{Config, NoTls};

use crate::Failure;
use crate::cluster::{Cluster, connect};

/// Size of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Connections at the same time, also those of the comparison.
    pub connections: usize,
    /// Deliveries in each round.
    pub deliveries: usize,
    /// Rounds; the median counts.
    pub rounds: usize,
    /// Sizes of the queue at which a claim is measured.
    pub sizes: &'static [i64],
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Rates {
    /// Deliveries per second: received, and by a bare `INSERT … COMMIT`.
    pub receiving: Pair,
    /// Deliveries per second: worked, and by a bare loop that claims, deletes and commits.
    pub working: Pair,
    /// Microseconds of a claim, by the size of the queue.
    pub claims: Vec<(i64, u128)>,
}

/// Two rates of one run.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Of the inbox, in whole deliveries per second.
    pub inbox: u128,
    /// Of the bare one.
    pub bare: u128,
}

impl Pair {
    /// Returns the ratio in hundredths.
    pub fn hundredths(&self) -> u128 {
        self.inbox * 100 / self.bare.max(1)
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.hundredths();
        write!(f, "{}/s, bare {}/s: {}.{:02}", self.inbox, self.bare, ratio / 100, ratio % 100)
    }
}

/// Measures all.
///
/// # Errors
///
/// If there is no PostgreSQL, or it reports an error.
pub async fn measure(plan: Plan) -> Result<Rates, Failure> {
    let cluster = tokio::task::spawn_blocking(Cluster::durable).await??;
    let mut receiving = Vec::new();
    let mut working = Vec::new();
    for _ in 0..plan.rounds {
        receiving.push(receive::round(&database(&cluster).await?, plan).await?);
        working.push(work::round(&database(&cluster).await?, plan).await?);
    }
    let claims = claim::by_size(&database(&cluster).await?, plan.sizes).await?;
    Ok(Rates { receiving: median(receiving), working: median(working), claims })
}

async fn database(cluster: &Cluster) -> Result<Config, Failure> {
    let config = cluster.database().await?;
    Inbox::new(config.clone(), NoTls).migrate().await?;
    let client = connect(&config).await?;
    // The bare table has what anybody would store, and no more.
    client
        .batch_execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, body bytea NOT NULL)")
        .await?;
    Ok(config)
}

fn median(mut pairs: Vec<Pair>) -> Pair {
    pairs.sort_by_key(Pair::hundredths);
    pairs[pairs.len() / 2]
}

fn per_second(count: usize, time: Duration) -> u128 {
    count as u128 * 1_000_000 / time.as_micros().max(1)
}

/// Runs tasks together, and returns how long all of them took.
async fn timed<T, F>(tasks: impl IntoIterator<Item = F>) -> Result<Duration, Failure>
where
    F: Future<Output = Result<T, Failure>> + Send + 'static,
    T: Send + 'static,
{
    let begin = Instant::now();
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    for task in tasks {
        task.await??;
    }
    Ok(begin.elapsed())
}

/// Returns the body of a delivery, of the size that ND8's have.
fn body(number: usize) -> Vec<u8> {
    format!(
        r#"{{"event":"transaction.status_changed","transaction_id":"TX{number}","order_id":"org1-1234567890-{number}","amount":"99.00",
        "status":"paid","currency":"USD","depositAttempts":[{{"status":"succeeded","paymentId":"pi_{number}",
        "attemptedAt":"2026-01-02T03:04:05.678Z","errorMessage":null,"paymentMethod":"card"}}],
        "created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:06Z"}}"#
    )
    .into_bytes()
}
