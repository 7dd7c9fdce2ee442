//! The search for a document: an address may be that of the document, or of a page that shows it.
//!
//! Behind a page, every document that it names is fetched; the usual places are tried if none of them is our API.
//! Only the page's own origin is used. An address on another host is tried at the same path here (a site's configured
//! host is often not the one that serves it), and reported if that fails: which host to trust is for a person to decide.

use std::collections::VecDeque;

use anyhow::{Context as _, Result, bail};
use openapi_drift::Document;
use url::Url;

use super::choose::{Choice, Form, choose};
use super::http::{Content, Fetcher, Response, Validators};
use super::operations::Operations;
use super::page::{self, Candidate};
use super::script;

/// Most requests of one search.
const MOST_REQUESTS: usize = 40;

/// A document and its address.
#[derive(Debug)]
pub(crate) struct Found {
    /// Bytes as published, or as embedded in a page.
    pub(crate) bytes: Vec<u8>,
    /// Address of the document, or of the page that holds it; none for a file.
    pub(crate) url: Option<Url>,
    /// Origin of the address: `spec-url`, `a guess`; of a file, its path. Empty if the address was given.
    pub(crate) named_by: String,
    pub(crate) validators: Validators,
}

impl Found {
    /// Creates a document from a local file.
    pub(crate) fn file(bytes: Vec<u8>, path: &str) -> Self {
        Self { bytes, url: None, named_by: path.to_owned(), validators: Validators::default() }
    }

    /// Returns its address or path.
    pub(crate) fn name(&self) -> String {
        self.url.as_ref().map_or_else(|| self.named_by.clone(), ToString::to_string)
    }

    /// Returns its address and origin for a message.
    pub(crate) fn described(&self) -> String {
        match &self.url {
            None => self.named_by.clone(),
            Some(url) if self.named_by.is_empty() => url.to_string(),
            Some(url) => format!("{url} (named by {})", self.named_by),
        }
    }
}

/// Pinned document, as its server identifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) url: Url,
    pub(crate) validators: Validators,
}

/// Result of fetching candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visited {
    All,
    /// One of them is the pinned document.
    NotModified,
}

/// Result of a search.
#[derive(Debug)]
pub(crate) enum Published {
    /// Server reports that the pinned document is current.
    NotModified,
    /// A document, possibly the pinned one.
    Found(Found),
}

/// Finds the document behind an address. Behind a page with several, it is the one that shares the most operations with
/// the pinned document.
///
/// # Errors
///
/// Fails if there is no response, if neither the address nor what it names is an OpenAPI document, or if several documents
/// are equally good. The message lists what was tried, or the documents.
pub(crate) fn find(
    fetcher: &Fetcher,
    start: &Url,
    known: Option<&Known>,
    pinned: &Operations,
) -> Result<Published> {
    let mut search = Search {
        fetcher,
        known,
        pinned,
        choices: Vec::new(),
        tried: Vec::new(),
        elsewhere: Vec::new(),
        requests: 0,
    };
    let content = match search.get(start)? {
        Response::NotModified => return Ok(Published::NotModified),
        Response::Status(status) => bail!("{start} returned status {status}"),
        Response::Content(content) => content,
    };
    // The content decides, not the content type: static hosts serve documents as text/plain, and pages as anything.
    if !looks_like_html(&content.bytes) {
        let name = content.url.to_string();
        Document::parse(name, content.bytes.clone())?;
        return Ok(Published::Found(found(content, "")));
    }
    search.behind(&content)
}

struct Search<'a> {
    fetcher: &'a Fetcher,
    known: Option<&'a Known>,
    pinned: &'a Operations,
    /// Documents that were found.
    choices: Vec<Choice>,
    /// Addresses that were tried, and why each was not used.
    tried: Vec<(Url, String)>,
    /// Addresses on other hosts that the page names.
    elsewhere: Vec<Url>,
    requests: usize,
}

impl Search<'_> {
    fn get(&mut self, url: &Url) -> Result<Response> {
        self.requests += 1;
        // The validators belong to one address. A server that sees those of another may take them for its own.
        let validators = self.known.filter(|known| known.url == *url).map(|known| &known.validators);
        self.fetcher.get(url, validators)
    }

    fn behind(mut self, content: &Content) -> Result<Published> {
        let page = &content.url;
        let html = String::from_utf8_lossy(&content.bytes);
        for candidates in [page::candidates(&html, page), page::guesses(page)] {
            if self.visit(candidates, content) == Visited::NotModified {
                return Ok(Published::NotModified);
            }
            // Guessing costs a dozen requests, and often finds a file that has nothing to do with the page.
            if self.choices.iter().any(Choice::shares_something) {
                break;
            }
        }
        match choose(std::mem::take(&mut self.choices), page)? {
            Some(found) => Ok(Published::Found(found)),
            None => self.no_document(page),
        }
    }

    /// Fetches the candidates, and those that they name.
    fn visit(&mut self, candidates: Vec<Candidate>, content: &Content) -> Visited {
        let page = &content.url;
        let mut queue = VecDeque::from(candidates);
        while let Some(candidate) = queue.pop_front() {
            let (url, named_by) = match candidate {
                Candidate::Document(text, named_by) => {
                    let embedded = Content {
                        bytes: text.into_bytes(),
                        validators: content.validators.clone(),
                        url: page.clone(),
                    };
                    self.add(embedded, named_by, Form::Embedded);
                    continue;
                }
                Candidate::Address(url, named_by) => (self.on_own_origin(url, page), named_by),
                Candidate::Script(url) | Candidate::Configuration(url) => {
                    let url = self.on_own_origin(url, page);
                    let more = self.settings(&url, page);
                    // In front of the queue: what a script names is more specific than the links behind it.
                    more.into_iter().rev().for_each(|candidate| queue.push_front(candidate));
                    continue;
                }
            };
            if self.requests >= MOST_REQUESTS || self.tried.iter().any(|(tried, _)| *tried == url) {
                continue;
            }
            match self.get(&url) {
                Ok(Response::NotModified) => return Visited::NotModified,
                Ok(Response::Status(status)) => self.tried.push((url, format!("returned status {status}"))),
                Err(error) => self.tried.push((url, format!("{error:#}"))),
                Ok(Response::Content(content)) if looks_like_html(&content.bytes) => {
                    self.tried.push((url, "is a page, not a document".to_owned()));
                }
                Ok(Response::Content(content)) => {
                    // Recorded before the choice is read, so that a second link to it costs no request.
                    self.tried.push((url, "was found before".to_owned()));
                    self.add(content, named_by, Form::File);
                }
            }
        }
        Visited::All
    }

    /// Adds a document to the choices, or records why it is not one.
    fn add(&mut self, content: Content, named_by: &'static str, form: Form) {
        let url = content.url.clone();
        match Choice::read(found(content, named_by), form, self.pinned) {
            Ok(choice) => self.choices.push(choice),
            Err(reason) => {
                self.tried.retain(|(tried, _)| *tried != url);
                self.tried.push((url, reason));
            }
        }
    }

    /// Fetches the candidates that a script or a configuration file names.
    fn settings(&mut self, url: &Url, page: &Url) -> Vec<Candidate> {
        if self.requests >= MOST_REQUESTS || self.tried.iter().any(|(tried, _)| tried == url) {
            return Vec::new();
        }
        let found = match self.fetcher.get(url, None) {
            Ok(Response::Content(content)) => {
                let configured = script::configured(&content.bytes);
                let configured = configured.iter().filter_map(|text| page.join(text).ok());
                let mut found: Vec<Candidate> = configured
                    .map(|url| Candidate::Address(url, "the configuration of Swagger UI"))
                    .collect();
                if found.is_empty() && !looks_like_html(&content.bytes) {
                    found = page::from_script(&String::from_utf8_lossy(&content.bytes), page);
                }
                found
            }
            _ => Vec::new(),
        };
        self.requests += 1;
        self.tried.push((url.clone(), "names no document that could be used".to_owned()));
        found
    }

    /// Returns the same path on the page's own origin.
    fn on_own_origin(&mut self, url: Url, page: &Url) -> Url {
        if url.origin() == page.origin() {
            return url;
        }
        let mut own = page.clone();
        own.set_path(url.path());
        own.set_query(url.query());
        own.set_fragment(None);
        if !self.elsewhere.contains(&url) {
            self.elsewhere.push(url);
        }
        own
    }

    fn no_document(self, page: &Url) -> Result<Published> {
        let mut message = format!("no OpenAPI document was found behind {page}");
        if let Some((url, _)) = self.tried.iter().find(|(_, reason)| reason.contains("Swagger 2.0")) {
            message = format!(
                "the document behind {page} is Swagger 2.0 ({url}), which is not read; convert it to OpenAPI 3.0 and \
                 use `--from FILE`"
            );
        }
        for (url, reason) in &self.tried {
            message.push_str(&format!("\n  tried {url}: {}", reason.lines().next().unwrap_or_default()));
        }
        for url in &self.elsewhere {
            message
                .push_str(&format!("\n  the page names {url}: if you trust that host, use `--from {url}`"));
        }
        bail!(message)
    }
}

fn found(content: Content, named_by: &'static str) -> Found {
    let Content { url, bytes, validators } = content;
    Found { bytes, url: Some(url), named_by: named_by.to_owned(), validators }
}

/// Returns whether a file begins with a tag, as neither JSON nor YAML of OpenAPI does.
fn looks_like_html(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

/// Parses an argument as an address, if it is one.
pub(crate) fn as_url(text: &str) -> Option<Result<Url>> {
    let is_address = text.starts_with("http://") || text.starts_with("https://");
    is_address.then(|| text.parse().with_context(|| format!("`{text}` is not an address")))
}
