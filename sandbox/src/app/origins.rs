//! Which web origins belong to a sandbox: the hosts that it accepts, and the tokens of its own forms.
//!
//! Not here: the refusal of other origins (`http::middleware::guard`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;

use crate::values::mac::MacKey;

/// Address under which browsers reach a sandbox, in addition to that of its socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    /// As browsers send it in `Origin`, and as links begin.
    pub(crate) origin: String,
    /// As browsers send it in `Host`.
    authority: String,
}

/// Reports an address that is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot use the public URL \"{0}\": expected http or https, a host, and no path, such as http://sandbox:8080"
)]
pub(crate) struct InvalidPublicUrl(String);

impl PublicUrl {
    pub(crate) fn parse(text: &str) -> Result<PublicUrl, InvalidPublicUrl> {
        let invalid = || InvalidPublicUrl(text.to_owned());
        let url = Url::parse(text).map_err(|_| invalid())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().filter(|_| bare && url.username().is_empty() && url.password().is_none());
        let host = host.filter(|_| matches!(url.scheme(), "http" | "https")).ok_or_else(invalid)?;
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(PublicUrl { origin: format!("{}://{authority}", url.scheme()), authority })
    }
}

/// Returns the origin of a socket, in a form that a client can connect to: 0.0.0.0 is an address to bind to only.
pub(crate) fn origin_of(socket: SocketAddr) -> String {
    let ip = match socket.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, socket.port()))
}

/// Returns whether a `Host` is one of the sandbox's own: a loopback name, the address that the caller connected to, or the host of
/// a public URL. Any other name may be one that a foreign site has pointed to this machine.
pub(crate) fn is_own_host(host: &str, connected_to: Option<IpAddr>, public: &[PublicUrl]) -> bool {
    if public.iter().any(|url| url.authority.eq_ignore_ascii_case(host)) {
        return true;
    }
    let Some(name) = name_of(host) else { return false };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let Ok(ip) = name.parse::<IpAddr>().map(|ip| ip.to_canonical()) else { return false };
    // Browsers connect 0.0.0.0 to this machine, and treat it as another site than 127.0.0.1.
    ip.is_loopback() || (connected_to == Some(ip) && !ip.is_unspecified())
}

/// Returns whether an `Origin` is the one that a page of the sandbox has, which was reached under this `Host`.
pub(crate) fn is_own_origin(origin: &str, host: &str, public: &[PublicUrl]) -> bool {
    let of_host =
        origin.strip_prefix("http://").is_some_and(|authority| authority.eq_ignore_ascii_case(host));
    of_host || public.iter().any(|url| url.origin.eq_ignore_ascii_case(origin))
}

/// Cuts the port off a `Host`, and the brackets off an IPv6 address.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    (port.is_empty() || port.strip_prefix(':').is_some_and(digits)).then_some(name)
}

/// Creates and checks the anti-forgery tokens of the sandbox's own forms.
#[derive(Debug)]
pub(crate) struct FormTokens(MacKey);

impl FormTokens {
    /// Name of the field that has the token.
    pub(crate) const FIELD: &str = "form_token";

    /// Derives the tokens from a credential: only the sandbox can make them, and one seed makes the same ones.
    pub(crate) fn new(session_token: &str) -> FormTokens {
        FormTokens(MacKey::new(session_token.as_bytes()))
    }

    /// Returns the token to put into a form.
    pub(crate) fn token(&self) -> String {
        self.0.tag(b"form").hex()
    }

    /// Returns whether a form has the token, in a time that does not depend on where they differ.
    pub(crate) fn is_valid(&self, token: &str) -> bool {
        self.0.tag(self.token().as_bytes()).is(&self.0.tag(token.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_hosts_are_accepted() {
        let lan: IpAddr = "192.0.2.7".parse().unwrap();
        let public = [PublicUrl::parse("https://pay.example").unwrap()];
        for (host, connected_to, own) in [
            ("localhost", None, true),
            ("LOCALHOST:8080", None, true),
            ("127.0.0.1:80", None, true),
            ("127.1.2.3", None, true),
            ("[::1]:80", None, true),
            ("[::ffff:127.0.0.1]:80", None, true),
            ("192.0.2.7:80", Some(lan), true),
            ("192.0.2.7:80", None, false),
            ("192.0.2.8:80", Some(lan), false),
            ("0.0.0.0:80", None, false),
            ("0.0.0.0:80", Some(Ipv4Addr::UNSPECIFIED.into()), false),
            ("[::]:80", None, false),
            ("0:80", None, false),
            ("", None, false),
            ("localhost.evil.example", None, false),
            ("evil.example:80", None, false),
            ("localhost:80@evil.example", None, false),
            ("127.0.0.1.evil.example", None, false),
            ("[::1]evil.example", None, false),
            ("pay.example", None, true),
            ("PAY.example", None, true),
            ("pay.example:8080", None, false),
        ] {
            assert_eq!(is_own_host(host, connected_to, &public), own, "{host}");
        }
    }

    #[test]
    fn an_origin_is_own_if_it_is_that_of_the_host() {
        let public = [PublicUrl::parse("https://pay.example").unwrap()];
        for (origin, host, own) in [
            ("http://127.0.0.1:80", "127.0.0.1:80", true),
            ("http://LOCALHOST:80", "localhost:80", true),
            ("http://127.0.0.1:81", "127.0.0.1:80", false),
            ("http://localhost:80", "127.0.0.1:80", false),
            ("https://127.0.0.1:80", "127.0.0.1:80", false),
            ("null", "127.0.0.1:80", false),
            ("", "", false),
            ("https://pay.example", "pay.example", true),
        ] {
            assert_eq!(is_own_origin(origin, host, &public), own, "{origin} at {host}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin() {
        for (text, origin) in [
            ("http://sandbox:8080", "http://sandbox:8080"),
            ("https://pay.example/", "https://pay.example"),
            ("https://pay.example:443", "https://pay.example"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().origin, origin);
        }
        for wrong in ["sandbox:8080", "ftp://x", "http://x/path", "http://u:p@x", "http://x?a", "", "http://"]
        {
            assert!(PublicUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_that_of_one_sandbox() {
        let tokens = FormTokens::new("session");
        assert!(tokens.is_valid(&tokens.token()));
        for wrong in ["", "x", &FormTokens::new("other").token(), &tokens.token()[1..]] {
            assert!(!tokens.is_valid(wrong), "{wrong}");
        }
    }
}
