//! Validates base URLs, and recognizes those of this machine.

use std::net::IpAddr;

use reqwest::Url;

use super::Error;
use crate::blank::is_blank;

/// A validated base URL.
#[derive(Debug)]
pub(super) struct Address {
    /// URL in the form of the generated client: without a slash at the end.
    pub(super) base_url: String,
    pub(super) is_https: bool,
    /// Is true if no other machine is reached.
    pub(super) is_loopback: bool,
}

/// Hosts other than this machine for which plain HTTP is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlainHttp {
    Nowhere,
    /// Names below `test`, which no public name server resolves (RFC 6761): only a resolver or a proxy of the caller does.
    ReservedNames,
    Anywhere,
}

impl Address {
    /// Validates a base URL. Errors never quote it, since it may contain a password.
    pub(super) fn new(base_url: &str, plain_http: PlainHttp) -> Result<Self, Error> {
        let refuse = |problem: &'static str| Err(Error::configuration_problem(problem));
        // The URL parser silently drops line breaks, white space at both ends, and invisible characters of hosts.
        if base_url.contains(is_blank) {
            return refuse(
                "the base URL has white space, a line break or an invisible character in it; remove it",
            );
        }
        // The URL parser reads it as a slash, so what looks like a user name would be a path.
        if base_url.contains('\\') {
            return refuse("the base URL has a backslash in it; write a slash");
        }
        let url =
            Url::parse(base_url).map_err(|error| Error::configuration("the base URL is not a URL", error))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return refuse("the base URL is not an absolute HTTP or HTTPS URL");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the base URL carries a user name or a password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("the base URL carries a query or a fragment");
        }
        let (is_https, is_loopback) = (url.scheme() == "https", is_loopback(&url));
        let is_allowed = match plain_http {
            PlainHttp::Nowhere => false,
            PlainHttp::ReservedNames => is_below(&url, "test"),
            PlainHttp::Anywhere => true,
        };
        if !is_https && !is_loopback && !is_allowed {
            return refuse(
                "the base URL is plain HTTP and leads to another machine, so that others could read the credential; use https, or allow it with `allow_plain_http`",
            );
        }
        Ok(Self { base_url: url.as_str().trim_end_matches('/').to_owned(), is_https, is_loopback })
    }
}

/// Returns whether a URL leads to this machine only: a loopback address, or a name that is reserved for it (RFC 6761).
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    // `to_canonical` also recognizes IPv4 addresses that are mapped to IPv6.
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => is_below(url, "localhost"),
    }
}

/// Returns whether the host has this name, or is below it.
fn is_below(url: &Url, name: &str) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::PlainHttp::{self, Anywhere, Nowhere, ReservedNames};
    use super::{Address, Url, is_loopback};

    fn base_url(text: &str, plain_http: PlainHttp) -> Option<String> {
        Address::new(text, plain_http).ok().map(|address| address.base_url)
    }

    #[test]
    fn slashes_at_the_end_do_not_matter() {
        for text in ["https://api.test/api", "https://api.test/api/", "https://api.test/api//"] {
            assert_eq!(base_url(text, Nowhere).as_deref(), Some("https://api.test/api"));
        }
        assert_eq!(base_url("http://127.0.0.1:80", Nowhere).as_deref(), Some("http://127.0.0.1"));
    }

    #[test]
    fn invalid_base_urls_are_refused_without_being_echoed() {
        for text in [
            "",
            "api.test/api",
            "ftp://canary.test",
            "https://me:canary@api.test",
            "https://me@canary.test",
            "https://a.test/?canary",
            "https://a.test/#canary",
            "https://canary.test/api\n",
            " https://canary.test/api",
            "https://canary.test/a\tpi",
            "https://canary.test/a pi",
            "https://canary.test/api\u{200b}",
            "\u{feff}https://canary.test/api",
            "https://can\u{ad}ary.test/api",
            "http://localhost\u{2060}/canary",
            "http:\\\\localhost\\canary",
            "https://localhost\\@canary.test",
            "http://canary.example/api",
            "unix:/run/canary",
        ] {
            let error = Address::new(text, Nowhere).expect_err("is no base URL");
            assert!(error.is_configuration());
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn plain_http_leads_to_this_machine_unless_it_is_allowed_to_lead_elsewhere() {
        for (text, expected) in [
            ("https://api.nd8.com/api", [true, true, true]),
            ("http://localhost:8080/api", [true, true, true]),
            ("http://127.0.0.1/api", [true, true, true]),
            ("http://[::1]/api", [true, true, true]),
            ("HTTP://LocalHost/api", [true, true, true]),
            ("http://api.nd8.test/api", [false, true, true]),
            ("http://nd8.test./api", [false, true, true]),
            ("http://api.nd8.com/api", [false, false, true]),
            ("HTTP://API.ND8.COM/api", [false, false, true]),
            ("http://api.test.nd8.com/api", [false, false, true]),
            ("http://contest/api", [false, false, true]),
            ("http://192.168.0.7/api", [false, false, true]),
            ("http://10.0.0.1/api", [false, false, true]),
            ("http://0.0.0.0/api", [false, false, true]),
            ("http://[::]/api", [false, false, true]),
            ("http://[fe80::1]/api", [false, false, true]),
            ("http://sandbox:8080/api", [false, false, true]),
            ("http://localhost.example/api", [false, false, true]),
            ("http://127.0.0.1.example/api", [false, false, true]),
            ("http://notlocalhost/api", [false, false, true]),
        ] {
            let found = [Nowhere, ReservedNames, Anywhere].map(|it| Address::new(text, it).is_ok());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn this_machine_has_many_names() {
        for (text, expected) in [
            ("http://localhost", true),
            ("http://localhost.", true),
            ("http://shop.localhost:81", true),
            ("http://127.0.0.1", true),
            ("http://127.8.9.1", true),
            ("http://127.1", true),
            ("http://2130706433", true),
            ("http://0x7f.1", true),
            ("http://[::1]", true),
            ("http://[0:0:0:0:0:0:0:1]", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://128.0.0.1", false),
            ("http://[::2]", false),
            ("http://[::ffff:128.0.0.1]", false),
            ("http://localhost.com", false),
            ("http://mylocalhost", false),
        ] {
            let url = Url::parse(text).expect("is a URL");
            assert_eq!(is_loopback(&url), expected, "{text}");
        }
    }
}
