//! `nd8-sandbox`: a local ND8 to develop against by hand, until Ctrl-C or SIGTERM.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use nd8_sandbox::{SEEDED_PRODUCT, Sandbox};

/// A local ND8 payments API to develop and test against.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Where to listen on 127.0.0.1; 0 takes a free port.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where to send webhooks; http on loopback only.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Makes ids, keys and tokens the same each time.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Keeps everything in this file, and goes on from there.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nd8-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    let mut builder = Sandbox::builder().bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)));
    if let Some(url) = options.webhook_url {
        builder = builder.webhook_url(url);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if let Some(path) = options.state {
        builder = builder.state_file(path);
    }
    let sandbox = builder.start().await?;
    // Before anybody is told that there is something to end.
    let told_to_end = told_to_end()?;

    println!("base URL        {}", sandbox.base_url());
    println!("API key         {}", sandbox.api_key());
    println!("session token   {}", sandbox.session_token());
    println!("webhook secret  {}", sandbox.webhook_secret());
    println!("catalog product {SEEDED_PRODUCT}");
    println!();
    println!("ND8_BASE_URL={} ND8_API_KEY={}", sandbox.base_url(), sandbox.api_key());
    told_to_end.await;
    sandbox.saved().await?;
    Ok(())
}

/// Gives what waits for Ctrl-C, or for the signal by which services are ended. Both are heard from now on.
#[cfg(unix)]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Gives what waits for Ctrl-C.
#[cfg(not(unix))]
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler the process ends all the same.
        let _ = tokio::signal::ctrl_c().await;
    })
}
