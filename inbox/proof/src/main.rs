//! `nd8-inbox-proof crash` and `nd8-inbox-proof rates`.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use nd8_inbox_proof::Failure;
use nd8_inbox_proof::cluster::Cluster;
use nd8_inbox_proof::crash::failpoint::{self, STEPS};
use nd8_inbox_proof::crash::{self, roles};
use nd8_inbox_proof::rates;

/// Proves that nd8-inbox loses and doubles nothing, and measures it.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Kill receivers, workers and PostgreSQL again and again, and compare what was acknowledged with what took effect.
    Crash {
        /// Deliveries that the sandbox makes.
        #[arg(long, default_value_t = 10_000)]
        deliveries: usize,
        /// Processes to kill at random moments.
        #[arg(long, default_value_t = 200)]
        kills: usize,
        /// Times that PostgreSQL is restarted or killed.
        #[arg(long, default_value_t = 12)]
        outages: usize,
        /// Steps of a worker to kill it at.
        #[arg(long, default_value_t = STEPS.len())]
        steps: usize,
        /// Number that the moments are derived from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Minutes after which to give up.
        #[arg(long, default_value_t = 30)]
        minutes: u64,
    },
    /// Compare receiving and working with a bare table, and measure claims.
    Rates {
        /// Connections at the same time.
        #[arg(long, default_value_t = 8)]
        connections: usize,
        /// Deliveries in each round.
        #[arg(long, default_value_t = 8_000)]
        deliveries: usize,
        /// Rounds, of which the median counts.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Receive deliveries, as a child of `crash`.
    #[command(hide = true)]
    Receiver {
        #[arg(long)]
        database: String,
        #[arg(long)]
        secret: String,
    },
    /// Work deliveries, as a child of `crash`.
    #[command(hide = true)]
    Worker {
        #[arg(long)]
        database: String,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        kill_at: Option<String>,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Crash { deliveries, kills, outages, steps, seed, minutes } => {
            let limit = Duration::from_secs(60 * minutes);
            let plan = crash::Plan { deliveries, kills, failpoints: steps, outages, seed, limit };
            let cluster = tokio::task::spawn_blocking(Cluster::durable).await??;
            let (tally, verdict) = crash::prove(cluster, std::env::current_exe()?, plan).await?;
            println!("{tally:#?}\n{verdict:#?}");
            Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Rates { connections, deliveries, rounds } => {
            let sizes = &[1_000, 10_000, 100_000, 1_000_000];
            let rates = rates::measure(rates::Plan { connections, deliveries, rounds, sizes }).await?;
            println!("receiving: {}", rates.receiving);
            println!("working:   {}", rates.working);
            for (size, micros) in rates.claims {
                println!("claim and complete with {size} deliveries: {micros} µs");
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Receiver { database, secret } => {
            roles::receive(&database, &secret).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Worker { database, seed, kill_at } => {
            // Panics of handlers are part of the proof, and nothing to read.
            std::panic::set_hook(Box::new(|_| {}));
            if let Some(step) = kill_at {
                failpoint::arm(step)?;
            }
            roles::work(&database, seed).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
