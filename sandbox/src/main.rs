//! `nd8-sandbox [PORT] [WEBHOOK_URL]`: a local ND8 to develop against by hand, until Ctrl-C.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use nd8_sandbox::{SEEDED_PRODUCT, Sandbox};

const USAGE: &str = "usage: nd8-sandbox [PORT] [WEBHOOK_URL]

PORT         where to listen on 127.0.0.1; 0 or nothing takes a free port
WEBHOOK_URL  where to send webhooks; http on loopback only";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (port, webhook_url) = match arguments.as_slice() {
        [] => (Some(0), None),
        [port] => (port.parse::<u16>().ok(), None),
        [port, webhook_url] => (port.parse::<u16>().ok(), Some(webhook_url.as_str())),
        _ => (None, None),
    };
    let Some(port) = port else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match serve(port, webhook_url).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("nd8-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(port: u16, webhook_url: Option<&str>) -> Result<(), Box<dyn Error>> {
    let mut builder = Sandbox::builder().bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    if let Some(url) = webhook_url {
        builder = builder.webhook_url(url);
    }
    let sandbox = builder.start().await?;

    println!("base URL        {}", sandbox.base_url());
    println!("API key         {}", sandbox.api_key());
    println!("session token   {}", sandbox.session_token());
    println!("webhook secret  {}", sandbox.webhook_secret());
    println!("catalog product {SEEDED_PRODUCT}");
    println!();
    println!("ND8_BASE_URL={} ND8_API_KEY={}", sandbox.base_url(), sandbox.api_key());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
