//! The crash proof: deliveries from a sandbox, a receiver and two workers as processes, all of which are killed again and again, and
//! so is PostgreSQL.
//!
//! `process.rs` is a child as the parent sees it, `roles.rs` what a child does, `failpoint.rs` kills a worker at a step, `verdict.rs`
//! compares what was acknowledged with what took effect.

pub mod failpoint;
mod process;
pub mod roles;
mod traffic;
mod verdict;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nd8_inbox::Inbox;
use nd8_sandbox::Sandbox;
use tokio_postgres::NoTls;

use self::failpoint::STEPS;
use self::process::Process;
pub use self::verdict::Verdict;
use crate::Failure;
use crate::cluster::{Cluster, Outage, connect};
use crate::relay::{Relay, Target};

/// Size of a proof.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many deliveries the sandbox makes at least, duplicates not counted.
    pub deliveries: usize,
    /// How often a process is killed at a random moment.
    pub kills: usize,
    /// At how many different steps a worker is killed, at most at all of them.
    pub failpoints: usize,
    /// How often PostgreSQL goes down.
    pub outages: usize,
    /// What the moments are derived from.
    pub seed: u64,
    /// How long all of it may take.
    pub limit: Duration,
}

/// Counts of what was done, next to the verdict.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Processes killed at random moments.
    pub kills: usize,
    /// Steps at which a worker was killed.
    pub steps: usize,
    /// Times that PostgreSQL went down.
    pub outages: usize,
    /// How long it took: until nothing was killed any more, until the sandbox had made its deliveries, until all of them were
    /// acknowledged, and until all were worked.
    pub times: [Duration; 4],
}

/// Runs the proof on a durable cluster of ours, with this program as the children.
///
/// # Errors
///
/// If the limit has passed, or if anything of the machinery fails. A broken guarantee is in the verdict.
pub async fn prove(cluster: Cluster, program: PathBuf, plan: Plan) -> Result<(Tally, Verdict), Failure> {
    let config = cluster.database().await?;
    let inbox = Inbox::new(config.clone(), NoTls);
    inbox.migrate().await?;
    let client = connect(&config).await?;
    client.batch_execute(roles::EFFECTS).await?;
    drop(client);

    let relay = Relay::start(Target::Closed).await?;
    let sandbox = Sandbox::builder()
        .seed(plan.seed)
        .webhook_url(format!("http://127.0.0.1:{}/webhooks", relay.port()))
        .start()
        .await?;
    let mut scene = Scene {
        cluster,
        database: Process::describe(&config)?,
        secret: sandbox.webhook_secret().to_owned(),
        program,
        relay,
        random: fastrand::Rng::with_seed(plan.seed),
        receiver: None,
        workers: [None, None],
        tally: Tally::default(),
        deadline: Instant::now() + plan.limit,
    };
    let is_calm = Arc::<AtomicBool>::default();
    let traffic = tokio::spawn(traffic::make(sandbox, plan.deliveries, plan.seed, is_calm.clone()));
    scene.disturb(plan).await?;
    is_calm.store(true, Ordering::SeqCst);
    let begin = scene.deadline - plan.limit;
    scene.tally.times[0] = begin.elapsed();
    // From here on nothing is killed, so that all that was acknowledged is worked.
    scene.revive().await?;
    let sandbox = tokio::time::timeout_at(scene.deadline.into(), traffic).await???;
    scene.tally.times[1] = begin.elapsed();
    traffic::finish(&sandbox, scene.deadline).await?;
    scene.tally.times[2] = begin.elapsed();
    let verdict = verdict::reach(&config, &sandbox, scene.deadline).await?;
    scene.tally.times[3] = begin.elapsed();
    Ok((scene.tally, verdict))
}

/// The processes, and what ends them.
struct Scene {
    cluster: Cluster,
    database: String,
    secret: String,
    program: PathBuf,
    relay: Relay,
    random: fastrand::Rng,
    receiver: Option<Process>,
    workers: [Option<Process>; 2],
    tally: Tally,
    deadline: Instant,
}

impl Scene {
    /// Kills until the plan is fulfilled.
    async fn disturb(&mut self, plan: Plan) -> Result<(), Failure> {
        let mut steps = STEPS.to_vec();
        self.random.shuffle(&mut steps);
        steps.truncate(plan.failpoints);
        let mut outages: Vec<Outage> =
            [Outage::Restart, Outage::Crash, Outage::KillBackend, Outage::KillServer]
                .into_iter()
                .cycle()
                .take(plan.outages)
                .collect();
        let (mut kills, all_outages) = (plan.kills, outages.len().max(1));
        while kills > 0 || !steps.is_empty() || !outages.is_empty() {
            if Instant::now() > self.deadline {
                return Err(
                    format!("out of time, with {kills} kills, {outages:?} and steps {steps:?} left").into()
                );
            }
            self.revive().await?;
            if let Some(step) = steps.pop() {
                self.kill_at(step).await?;
                self.tally.steps += 1;
            }
            if kills > 0 {
                tokio::time::sleep(Duration::from_millis(self.random.u64(20..300))).await;
                kills -= self.kill_one().await?;
            }
            // Spread over the kills.
            if outages.len() * plan.kills.max(1) > kills * all_outages
                && let Some(outage) = outages.pop()
            {
                self.tally.outages += 1;
                self.outage(outage).await?;
            }
        }
        Ok(())
    }

    /// Starts what does not run.
    async fn revive(&mut self) -> Result<(), Failure> {
        if self.receiver.as_mut().is_none_or(Process::has_ended) {
            let receiver = Process::receiver(&self.program, &self.database, &self.secret).await?;
            self.relay.lead(Target::Port(receiver.port()));
            self.receiver = Some(receiver);
        }
        for worker in &mut self.workers {
            if worker.as_mut().is_none_or(Process::has_ended) {
                *worker = Some(Process::worker(&self.program, &self.database, None, self.random.u64(..))?);
            }
        }
        Ok(())
    }

    /// Kills one of those that run, and returns how many that were.
    async fn kill_one(&mut self) -> Result<usize, Failure> {
        let victim = match self.random.usize(0..3) {
            0 => &mut self.receiver,
            1 => &mut self.workers[0],
            _ => &mut self.workers[1],
        };
        let Some(process) = victim.take() else { return Ok(0) };
        process.kill().await?;
        self.tally.kills += 1;
        Ok(1)
    }

    /// Replaces a worker by one that dies at a step, and waits until it has.
    async fn kill_at(&mut self, step: &str) -> Result<(), Failure> {
        if let Some(worker) = self.workers[0].take() {
            worker.kill().await?;
        }
        let mut worker = Process::worker(&self.program, &self.database, Some(step), self.random.u64(..))?;
        loop {
            match tokio::time::timeout(Duration::from_secs(1), worker.ended()).await {
                Ok(ended) => return ended,
                Err(_) if Instant::now() > self.deadline => {
                    return Err(format!("the step `{step}` never came").into());
                }
                // Some steps are taken only after a connection has ended.
                Err(_) => self.end_sessions().await?,
            }
        }
    }

    async fn end_sessions(&self) -> Result<(), Failure> {
        let client = connect(self.cluster.config()).await?;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
        client.query(end, &[]).await?;
        Ok(())
    }

    async fn outage(&mut self, outage: Outage) -> Result<(), Failure> {
        let pause = Duration::from_millis(self.random.u64(0..300));
        // It waits for the server, and the children go on meanwhile.
        tokio::task::block_in_place(|| self.cluster.outage(outage, pause))?;
        Ok(())
    }
}
