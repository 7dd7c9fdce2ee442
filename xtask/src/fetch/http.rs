//! Downloads one file: bounded, conditional, and with redirects checked.

use std::io::Read as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use ureq::Agent;
use ureq::http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION};
use ureq::http::{self, HeaderName};
use url::Url;

use super::bounded;

/// Limits of a search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum size of a response in bytes, unpacked.
    pub(crate) size: u64,
    /// Maximum duration of the search.
    pub(crate) time: Duration,
    /// Maximum number of redirects of one request.
    pub(crate) redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: bounded::LARGEST, time: Duration::from_secs(120), redirects: 5 }
    }
}

/// Validators of the pinned document, by which the server need not send it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Validators {
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
}

/// Response of a server.
#[derive(Debug)]
pub(crate) enum Response {
    /// Document of the validators is current.
    NotModified,
    /// A 2xx.
    Content(Content),
    /// Any other status.
    Status(u16),
}

/// Body of a response.
#[derive(Debug)]
pub(crate) struct Content {
    /// Address after redirects.
    pub(crate) url: Url,
    pub(crate) bytes: Vec<u8>,
    pub(crate) validators: Validators,
}

/// Sends requests within limits that hold for all of them together.
#[derive(Debug)]
pub(crate) struct Fetcher {
    agent: Agent,
    limits: Limits,
    deadline: Instant,
}

impl Fetcher {
    pub(crate) fn new(limits: Limits) -> Self {
        let config = Agent::config_builder()
            // Redirects are followed here, because each target has to pass `check` before anything is sent to it.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // A status is a result of the search: a 404 for a guessed path is expected.
            .http_status_as_error(false)
            .user_agent(concat!("nd8-xtask/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), limits, deadline: Instant::now() + limits.time }
    }

    /// Gets a file.
    ///
    /// # Errors
    ///
    /// Fails if there is no response in time, if it is too long, or if it redirects to anything but http or https.
    pub(crate) fn get(&self, url: &Url, validators: Option<&Validators>) -> Result<Response> {
        let mut url = url.clone();
        for _ in 0..=self.limits.redirects {
            check(&url)?;
            let response = self.send(&url, validators)?;
            let status = response.status().as_u16();
            match status {
                301 | 302 | 303 | 307 | 308 => {
                    url = redirected(&url, header(&response, LOCATION).as_deref())?
                }
                // Without validators a 304 makes no sense, and taking it for "unchanged" would hide a broken server.
                304 if validators.is_some() => return Ok(Response::NotModified),
                200..=299 => return Ok(Response::Content(self.content(url, response)?)),
                _ => return Ok(Response::Status(status)),
            }
        }
        bail!("more than {} redirects", self.limits.redirects)
    }

    fn send(&self, url: &Url, validators: Option<&Validators>) -> Result<http::Response<ureq::Body>> {
        // One deadline for the whole search: a page may name dozens of addresses, each just fast enough.
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            bail!("it took more than {} seconds", self.limits.time.as_secs());
        }
        let mut request = self.agent.get(url.as_str()).config().timeout_global(Some(left)).build();
        request = request.header("accept", "application/json, application/yaml, text/html;q=0.9, */*;q=0.8");
        if let Some(Validators { etag, last_modified }) = validators {
            let headers = [(IF_NONE_MATCH, etag), (IF_MODIFIED_SINCE, last_modified)];
            for (name, value) in
                headers.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
            {
                request = request.header(name, value);
            }
        }
        request.call().with_context(|| format!("no response from {url}"))
    }

    fn content(&self, url: Url, response: http::Response<ureq::Body>) -> Result<Content> {
        let validators =
            Validators { etag: header(&response, ETAG), last_modified: header(&response, LAST_MODIFIED) };
        let body = response.into_body();
        let progress = progress(&url, body.content_length());
        let mut bytes = Vec::new();
        // One byte more than allowed, to distinguish the longest body from one that is too long.
        let mut reader = progress.wrap_read(body.into_reader().take(self.limits.size + 1));
        reader.read_to_end(&mut bytes).with_context(|| format!("the response from {url} ended early"))?;
        progress.finish_and_clear();
        if bytes.len() as u64 > self.limits.size {
            bail!("{url} is longer than {} bytes", self.limits.size);
        }
        let bytes = bounded::unpacked(url.as_str(), bytes, self.limits.size)?;
        Ok(Content { url, bytes, validators })
    }
}

/// Creates a progress bar, which shows on a terminal only.
fn progress(url: &Url, length: Option<u64>) -> ProgressBar {
    let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
    if let Ok(style) =
        ProgressStyle::with_template("{msg} {bytes}/{total_bytes} {bar:30} {binary_bytes_per_sec}")
    {
        bar.set_style(style);
    }
    bar.with_message(url.host_str().unwrap_or_default().to_owned())
}

fn header(response: &http::Response<ureq::Body>, name: HeaderName) -> Option<String> {
    Some(response.headers().get(name)?.to_str().ok()?.to_owned())
}

/// Fails for schemes other than http and https, and for addresses with a password, which reports and the lock file
/// would print.
fn check(url: &Url) -> Result<()> {
    if !url.username().is_empty() || url.password().is_some() {
        bail!(
            "an address with a user or a password in it would be printed and stored with them: it is not used"
        );
    }
    match url.scheme() {
        "http" | "https" => Ok(()),
        other => bail!("`{other}:` is neither http nor https: {url}"),
    }
}

fn redirected(from: &Url, location: Option<&str>) -> Result<Url> {
    let location = location.with_context(|| format!("{from} redirects to nowhere"))?;
    let to = from.join(location).with_context(|| format!("{from} redirects to `{location}`"))?;
    check(&to)?;
    // The document decides what a client sends, so it must not come over a connection that others can change.
    if from.scheme() == "https" && to.scheme() == "http" {
        bail!("{from} redirects to {to}, which anybody on the way could change");
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;

    /// Starts a server that calls `respond` with each connection, once the request is read.
    fn server(respond: impl Fn(&mut TcpStream) + Send + 'static) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let address = listener.local_addr().expect("is bound");
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("connects");
                let mut request = [0; 4096];
                if stream.read(&mut request).is_ok_and(|length| length > 0) {
                    respond(&mut stream);
                }
            }
        });
        format!("http://{address}/x").parse().expect("is an address")
    }

    fn refusal(url: &Url, limits: Limits) -> String {
        match Fetcher::new(limits).get(url, None) {
            Err(error) => format!("{error:#}"),
            Ok(response) => panic!("{response:?}"),
        }
    }

    #[test]
    fn redirects_stay_on_http_and_never_leave_https() {
        let from = "https://a.example/docs/".parse().expect("is an address");
        for (location, wanted) in
            [("b", Some("https://a.example/docs/b")), ("//c.example/", Some("https://c.example/"))]
        {
            assert_eq!(redirected(&from, Some(location)).ok().as_ref().map(Url::as_str), wanted);
        }
        for location in [
            "file:///etc/passwd",
            "ftp://a.example/",
            "http://a.example/",
            "data:,x",
            "https://",
            "https://user:word@a.example/",
        ] {
            assert!(redirected(&from, Some(location)).is_err(), "{location}");
        }
        assert!(redirected(&from, None).is_err());
    }

    #[test]
    fn a_response_that_does_not_end_times_out() {
        let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
        let silent = server(|_| {
            loop {
                thread::park();
            }
        });
        assert!(refusal(&silent, limits).starts_with("no response from http://127.0.0.1:"));
        // One byte after the other, each in time.
        let slow = server(|stream| {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"));
            while stream.write_all(b" ").is_ok() {
                thread::park_timeout(Duration::from_millis(20));
            }
        });
        let message = refusal(&slow, limits);
        assert!(message.contains("/x ended early: "), "{message}");
    }

    #[test]
    fn too_long_a_response_is_refused_packed_or_not() {
        let limits = Limits { size: 1000, ..Limits::default() };
        let endless = server(|stream| {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"));
            while stream.write_all(&[b' '; 4096]).is_ok() {}
        });
        assert!(refusal(&endless, limits).ends_with("/x is longer than 1000 bytes"));
        // A hundred thousand spaces, gzipped.
        let packed = base16ct::lower::decode_vec(PACKED).expect("is hexadecimal");
        let bomb = server(move |stream| {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
                packed.len()
            );
            drop(stream.write_all(head.as_bytes()));
            drop(stream.write_all(&packed));
        });
        assert!(refusal(&bomb, limits).ends_with("/x is longer than 1000 bytes"));
        let generous = Fetcher::new(Limits { size: 100_000, ..Limits::default() });
        match generous.get(&bomb, None).expect("is within the limit") {
            Response::Content(content) => assert_eq!(content.bytes.len(), 100_000),
            other => panic!("{other:?}"),
        }
    }

    const PACKED: &str = "1f8b0800000000000203edc13101000000c2a02aeb9fd21a1e4001000000000000000000000000000000000000000000\
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
        000000000000000000000000000000000000000000000000000000af062df079caa0860100";
}
