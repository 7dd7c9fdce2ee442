//! `nd8-sandbox`: a local ND8 to develop against, until Ctrl-C or SIGTERM.

use std::error::Error;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use nd8_sandbox::{Fault, Quirk, Retention, SEEDED_PRODUCT, Sandbox};

/// A local ND8 payments API to develop and test against.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Address to listen on. Anything but a loopback address needs --allow-remote.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::from(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Lets other machines in. Everybody who reaches the address sees all keys and payments, and can act as the merchant and the
    /// customer.
    #[arg(long)]
    allow_remote: bool,
    /// Adds an address under which browsers reach the sandbox, such as that of a container's published port. Links of the
    /// sandbox begin with the first one.
    #[arg(long, value_name = "URL")]
    public_url: Vec<String>,
    /// URL to send webhooks to: plain http, and on this machine.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Lets webhooks go to other machines, over plain http: payloads can be read on the way.
    #[arg(long)]
    allow_remote_webhooks: bool,
    /// Adds a fault; may be given several times: KIND[=VALUE][,on=METHOD PATH][,nth=N][,times=N][,percent=N][,seed=N][,body=TEXT]
    ///
    /// Kinds: status=CODE, status-after=CODE (after the request did its work), delay=MILLIS, reset-before, reset-after,
    /// truncate, garble, drip=MILLIS (before each byte), content-type=TYPE. For instance
    /// "reset-after,on=POST /transactions/{id}/refund/,nth=2".
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    /// Switches a quirk on; may be given several times. All of them are inferred: no publication describes how ND8 behaves
    /// there.
    #[arg(long, value_name = "NAME", value_parser = quirk())]
    quirk: Vec<Quirk>,
    /// Writes a line of JSON to standard error for each request, attempt and fault.
    #[arg(long)]
    json_logs: bool,
    /// Repeats ids, keys and tokens each time.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Stores the state in this file, and goes on from there.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Number of payments to keep; the oldest go with their refunds.
    #[arg(long, value_name = "NUMBER")]
    keep_payments: Option<usize>,
    /// Number of refunds to keep.
    #[arg(long, value_name = "NUMBER")]
    keep_refunds: Option<usize>,
    /// Number of webhook deliveries to keep.
    #[arg(long, value_name = "NUMBER")]
    keep_deliveries: Option<usize>,
    /// Number of requests to keep for the dashboard.
    #[arg(long, value_name = "NUMBER")]
    keep_requests: Option<usize>,
}

impl Options {
    fn retention(&self) -> Retention {
        let set = |retention, number: Option<usize>, set: fn(Retention, usize) -> Retention| match number {
            Some(number) => set(retention, number),
            None => retention,
        };
        let retention = set(Retention::default(), self.keep_payments, Retention::payments);
        let retention = set(retention, self.keep_refunds, Retention::refunds);
        let retention = set(retention, self.keep_deliveries, Retention::deliveries);
        set(retention, self.keep_requests, Retention::requests)
    }
}

/// Reads the name of a quirk; the help lists all of them with what they do.
fn quirk() -> impl TypedValueParser<Value = Quirk> {
    let names = Quirk::ALL.iter().map(|quirk| PossibleValue::new(quirk.name()).help(quirk.effect()));
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Quirk>())
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    log(options.json_logs);
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nd8-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Logs what the sandbox itself does, and not its HTTP libraries: everything as JSON, or warnings and errors for people.
fn log(as_json: bool) {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::prelude::*;

    let level = if as_json { LevelFilter::DEBUG } else { LevelFilter::WARN };
    let own = Targets::new().with_target("nd8_sandbox", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if as_json {
        tracing_subscriber::registry().with(lines.json().with_filter(own)).init();
    } else {
        tracing_subscriber::registry().with(lines.compact().without_time().with_filter(own)).init();
    }
}

async fn serve(options: Options) -> Result<(), Box<dyn Error>> {
    let mut builder = Sandbox::builder().bind(SocketAddr::new(options.bind, options.port));
    if options.allow_remote {
        builder = builder.allow_remote_callers();
    }
    if options.allow_remote_webhooks {
        builder = builder.allow_remote_webhooks();
    }
    builder = builder.retention(options.retention());
    for url in options.public_url {
        builder = builder.public_url(url);
    }
    if let Some(url) = options.webhook_url {
        builder = builder.webhook_url(url);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if let Some(path) = options.state {
        builder = builder.state_file(path);
    }
    for quirk in options.quirk {
        builder = builder.quirk(quirk);
    }
    let sandbox = builder.start().await?;
    for fault in options.fault {
        sandbox.faults().add(fault);
    }
    // Before the address is printed: a caller may send the signal as soon as it reads it.
    let shutdown_signal = shutdown_signal()?;

    // The reader may have closed the pipe after the first line, which is no reason to stop.
    let _ = std::io::stdout().lock().write_all(facts(&sandbox).as_bytes());
    shutdown_signal.await;
    let saved = sandbox.saved().await;
    // Not dropped, which would panic if there are any.
    let violations = sandbox.stop().await;
    saved?;
    if violations.is_empty() {
        return Ok(());
    }
    Err(format!("responses of the sandbox violated its OpenAPI document, please report it: {violations:#?}")
        .into())
}

/// Returns what a program needs to call the sandbox.
fn facts(sandbox: &Sandbox) -> String {
    let (origin, base_url, api_key) = (sandbox.origin(), sandbox.base_url(), sandbox.api_key());
    let (session_token, webhook_secret) = (sandbox.session_token(), sandbox.webhook_secret());
    format!(
        "dashboard       {origin}/\n\
         base URL        {base_url}\n\
         API key         {api_key}\n\
         session token   {session_token}\n\
         webhook secret  {webhook_secret}\n\
         catalog product {SEEDED_PRODUCT}\n\n\
         ND8_BASE_URL={base_url} ND8_API_KEY={api_key}\n"
    )
}

/// Installs handlers for Ctrl-C and SIGTERM, and returns a future that waits for either.
#[cfg(unix)]
fn shutdown_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Returns a future that waits for Ctrl-C.
#[cfg(not(unix))]
fn shutdown_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler the process ends all the same.
        let _ = tokio::signal::ctrl_c().await;
    })
}
