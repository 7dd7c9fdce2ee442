//! Which webhook targets may be contacted: those on this machine, unless others are allowed.
//!
//! IP addresses are checked in the URL, and names by the resolver of the client that connects: the address that is checked
//! is the address that is connected to.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

pub(crate) const NOT_LOOPBACK: &str = "the sandbox delivers webhooks to loopback addresses only";

/// Checks the text of a URL. Names are checked when they are resolved.
pub(crate) fn receiver(url: &str, anywhere: bool) -> Result<reqwest::Url, &'static str> {
    let url = reqwest::Url::parse(url).map_err(|_| "the webhook address is not an absolute URL")?;
    if url.scheme() != "http" {
        return Err("the sandbox delivers webhooks over plain http only");
    }
    let host = url.host_str().unwrap_or_default();
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    match ip {
        Some(ip) if !anywhere && !ip.to_canonical().is_loopback() => Err(NOT_LOOPBACK),
        _ => Ok(url),
    }
}

/// Resolves names to those addresses that may be connected to.
pub(crate) struct Resolver {
    pub(crate) lookup: Lookup,
    pub(crate) anywhere: bool,
}

/// Looks up the addresses of a name, with any port.
pub(crate) type Lookup = fn(&str) -> Looking;

pub(crate) type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks a name up as every other program on this machine does.
pub(crate) fn ask_the_system(name: &str) -> Looking {
    let name = name.to_owned();
    Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
}

/// A name leads to no address that may be contacted.
#[derive(Debug, thiserror::Error)]
#[error("{NOT_LOOPBACK}")]
pub(crate) struct NotLoopback;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let Resolver { lookup, anywhere } = *self;
        Box::pin(async move {
            // localhost needs no lookup. Port 0 means the port of the URL.
            if name.as_str().eq_ignore_ascii_case("localhost") {
                let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                return Ok(Box::new(here.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs);
            }
            let mut allowed = lookup(name.as_str()).await?;
            allowed.retain(|found| anywhere || found.ip().to_canonical().is_loopback());
            if allowed.is_empty() {
                return Err(NotLoopback.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_receivers_on_this_machine_are_contacted() {
        for near in ["http://127.0.0.1:80/x", "http://localhost/x?y=1", "http://[::1]:9/", "http://127.9.9.9"]
        {
            assert!(receiver(near, false).is_ok(), "{near}");
        }
        for far in [
            "https://127.0.0.1/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "http://[::ffff:10.0.0.1]/",
            "ftp://127.0.0.1/",
            "/hook",
            "",
        ] {
            assert!(receiver(far, false).is_err(), "{far}");
        }
        assert!(receiver("http://10.0.0.1/", true).is_ok());
    }
}
